"""Causal language models as model backends: whole or by adapters, conditioned by a profile and a plan."""
