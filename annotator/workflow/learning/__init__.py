"""Suggesting for the corpus, training on finished work, and evaluating suggestions."""
