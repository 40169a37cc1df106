"""Changing the label scheme together with all work that was done under it."""
