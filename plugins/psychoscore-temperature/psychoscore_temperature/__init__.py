"""Temperature schedulers: how boldly each bar of a piece is sampled."""
