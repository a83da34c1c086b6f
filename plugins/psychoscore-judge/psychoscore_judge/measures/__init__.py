"""What the judge measures in a score: numbers (`measured`) and counts of short patterns (`patterns.shares`)."""
