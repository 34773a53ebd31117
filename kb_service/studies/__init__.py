"""Statistics of model-building studies: numbers in, results and reasons out; no RDF, no service."""
