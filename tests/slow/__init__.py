"""Claims that take minutes to hold up: `make test-slow`."""
