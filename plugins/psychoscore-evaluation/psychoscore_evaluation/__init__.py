"""Measures whether music follows its profile: control, emotion, musical figures, originality, and a report."""
