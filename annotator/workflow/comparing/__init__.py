"""Layers against one another: what agreement is measured on, and the disagreements behind its figures."""
