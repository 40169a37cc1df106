"""Text of documents that are no plain text: web pages, PDF, Word, e-books, e-mail, feeds; and what was left out of it.

One module a kind, and each reader yields :class:`~annotator.documents.extract.Extract`.  They never ask a network for
anything.  Files that others made can make a library hang or die, so another process reads them (``confined``).
"""
