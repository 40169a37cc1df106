"""Changing one layer step by step, with its history: what annotating and adjudicating both stand on."""
