"""Suggesting for the corpus, training on what is finished, and measuring how good suggestions are."""
