"""Model-building studies as records: the tables they are written in, the same as facts, and their figures."""
