"""A curator at work on one document: what each key means, and what is suggested meanwhile."""
