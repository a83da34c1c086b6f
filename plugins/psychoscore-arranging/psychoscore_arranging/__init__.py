"""Who plays a take, and what can be counted in it."""
