"""Suggestions: spans and relations that models and rules propose to curators, each with a score.

``pipeline`` combines all suggesters, ``models`` installs the language models, and ``protocol`` is what third parties
implement to add a suggester.
"""
