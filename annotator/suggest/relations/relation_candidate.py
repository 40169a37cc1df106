"""A relation candidate: two spans of a sentence with the text around them, as the relation rules read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from annotator.suggest.rules.analyzed_document import ROLE

WORD = r"[a-záéíóúüñç-]+"
"""A word in lower case, as the inside of a regular expression."""
OTHER_HALF = re.compile(r"[;:]| (?:mientras|while|pero|but|aunque|although) ")
"""Where another half of the sentence begins, about which the first says nothing."""
_SPAN = re.compile(r"⟨\w+⟩")


class RuleScore(NamedTuple):
    """The probability that a curator accepts a relation, and the name of the rule that says so."""

    score: float
    rule: str


UNRELATED = RuleScore(0.0, "none")


@dataclass
class RelationCandidate:
    """A relation candidate: two spans of a sentence with the text around them.

    ``head`` and ``child`` are kinds, ``forwards`` says that the head comes first; ``first`` and ``second`` are the
    texts in reading order, ``typed`` is the text between them with the kind of each span in its place (``⟨ORG⟩``),
    ``skipped`` those spans' kinds.  ``via_role`` is the likeliest way from a person to a body or place through a post.
    The labels are the scheme's own names for the kinds.
    """

    head: str
    child: str
    symmetric: bool
    forwards: bool
    first: str
    second: str
    between: str
    before: str
    after: str
    around: str
    skipped: tuple[str, ...]
    typed: str
    head_label: str = ""
    child_label: str = ""
    via_role: RuleScore = UNRELATED

    @property
    def apart(self) -> int:
        """The number of code points between the ends."""
        return len(self.between)

    @property
    def head_text(self) -> str:
        """The text of the head."""
        return self.first if self.forwards else self.second

    @property
    def child_text(self) -> str:
        """The text of the child."""
        return self.second if self.forwards else self.first

    @cached_property
    def masked(self) -> str:
        """The text between the ends with every span in it as ``#``."""
        return _SPAN.sub("#", self.typed)

    @cached_property
    def roles_between(self) -> int:
        """The number of posts between the ends."""
        return self.skipped.count(ROLE)

    @cached_property
    def words(self) -> int:
        """The number of words between the ends; a span between them counts as one."""
        return len(re.findall(r"[\w#]+", self.masked))

    @cached_property
    def nearest(self) -> bool:
        """Whether no span of either end's kind lies between them."""
        return all(kind not in {self.head, self.child} for kind in self.skipped)

    @cached_property
    def child_nearest(self) -> bool:
        """Whether no span of the head's kind lies between them, so that the child has no nearer head."""
        return all(kind != self.head for kind in self.skipped)
