"""Versions of position models, from draft to retirement: kept, checked, published, compared."""
