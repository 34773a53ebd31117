"""Who asks: the Python that carries the knowledge and never decides anything itself."""

__version__ = "0.1.0"
