"""Turn news articles into gold-standard entity and relation data, in a terminal."""

__version__ = "0.1.0"
