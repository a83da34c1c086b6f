"""Steering: what a plan asks of the music, as weights on what may sound next."""
