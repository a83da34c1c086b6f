"""A composer by rules: a profile and a plan become a score, with nothing trained."""
