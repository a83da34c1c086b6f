"""Profile and music pairs by rules: as many as wanted, each a function of the seed and its number."""
