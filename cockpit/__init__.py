"""The application: the only package that knows everybody."""

__version__ = "0.1.0"
