"""Night for PSYCHOSCORE."""
