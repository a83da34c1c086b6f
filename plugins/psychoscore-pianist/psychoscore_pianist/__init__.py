"""The model that ships with PSYCHOSCORE: weights, and the backend that plays them."""
