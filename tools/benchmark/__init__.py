"""How fast the engine and the store are, beside other engines: `python -m tools.benchmark`."""
