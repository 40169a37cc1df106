"""Suggestions: what models and rules propose to the curator, as spans and relations with a score.

``models`` installs the language models, ``pipeline`` puts the layers together, ``protocol`` is what a third party
implements to add a suggester of their own.
"""
