"""Groove: drummers on an electronic kit, played to a metronome (Gillick et al. 2019)."""
