"""Suggestions: who proposes spans and relations, and how proposals are cleaned before a curator sees them."""
