"""Instruments for takes, and statistics of them."""
