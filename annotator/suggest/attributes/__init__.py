"""Suggesting attributes: what the same phrase had before, and what the words around a span or of a document say."""
