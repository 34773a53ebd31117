"""The W3C's test suites for SPARQL 1.1, run over HTTP against a service started for it."""
