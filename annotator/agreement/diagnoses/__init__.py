"""Diagnoses: what the disagreements have in common, beyond what chance would give.

``aligned`` lays all aligned items out, ``chance`` has the tests, and each of the other modules looks for one kind of
cause: ``leanings`` and ``borders``, ``labels``, ``groups`` of documents, ``time``.  ``search`` asks them all.
"""
