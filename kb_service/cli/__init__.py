"""Who speaks at the terminal: one module for each command of `rengang`."""

from kb_service.cli.main import main

__all__ = ["main"]
