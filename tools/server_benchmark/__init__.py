"""Which WSGI server to run behind: requests a second, and what slow clients do to it."""
