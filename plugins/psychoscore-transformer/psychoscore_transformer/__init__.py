"""The model backend `transformer`: a conditioned decoder-only transformer."""
