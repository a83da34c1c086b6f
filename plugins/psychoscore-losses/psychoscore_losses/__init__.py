"""Losses for PSYCHOSCORE: next-token cross-entropy, and a contrast between profiles and music."""
