"""Suggesting relations between spans: candidates, rules, and the relation classifier."""
