"""Splitting text into tokens, by rules, at several megabytes a second.

Tokens are cut fine, so that whatever a curator wants to mark begins and ends at a token's border: the parts of
hyphenated compounds, punctuation marks and English clitics are tokens of their own.  Kept whole are numbers with
their separators, listed abbreviations, dotted letters (``U.S.``), handles, tags, addresses and emoji sequences;
a run of one of ``. - = * _ ~ # +``, ``''`` and double backquotes is one token too.  A combining mark stays with its
base.

Every character that is neither whitespace nor invisible lies in exactly one token.  Invisible are control
characters, bidirectional and zero-width format characters and the byte order mark: they separate words and belong
to no token (but a soft hyphen between letters, and what joins an emoji sequence, stays inside it).

Offsets are Unicode code points.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import repeat

from annotator import abbreviations, segment_codes
from annotator.sentences import split_sentences
from annotator.text import Segmentation

__all__ = ["TOKENIZER", "TOKENS_OF_A_FILE", "split_sentences", "tokenize"]

Cuts = tuple[tuple[int, int], ...]

_LONGEST_KNOWN, _MOST_KNOWN = 24, 1 << 16
"""Code points of the longest run that is remembered, and how many are, some ten megabytes."""
_UNKNOWN = bytes([segment_codes.END])
"""In the place of codes: the run was not met before."""
_LAST_SPACE = re.compile(" (?! )")
_LONGEST_SPLIT = 1 << 20
"""Code points of the longest text that is split into runs, which take ten times its memory."""

TOKENIZER = "annotator.tokenizer/1"
"""Name and version of the rules: it changes when the tokens of some text change."""
TOKENS_OF_A_FILE = "file"
"""Stands in place of :data:`TOKENIZER` for tokens and sentences that an imported file brought."""

# Ideographs and kana are written without spaces: each is a token.
_CJK = "\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Marks that may follow any base: diacritics, enclosing keycaps, variation selectors.
_MARK = (
    "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe00-\ufe0f"
    "\ufe20-\ufe2f\u302a-\u302f\u3099\u309a\U000e0100-\U000e01ef"
)
# Marks that only follow the letters of their script, given as ranges that hold those letters too.
_SCRIPT_MARK = (
    "\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u06ea-\u06ed\u0711-\u07f3\u07fd\u0816-\u082d\u0859-\u085b\u0898-\u08e1\u08e3-\u0963\u0981-\u09e3\u09fe-\u0a75\u0a81-\u0ae3"
    "\u0afa-\u0b63\u0b82-\u0bd7\u0c00-\u0c63\u0c81-\u0c83\u0cbc-\u0d4d\u0d57-\u0d63\u0d81-\u0df3\u0e31-\u0e3a\u0e47-\u0e4e"
    "\u0eb1-\u0ecd\u0f18\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f84\u0f86-\u0fbc\u0fc6\u102b-\u103e\u1056-\u109d\u135d-\u135f"
    "\u1712-\u1734\u1752-\u17d3\u17dd\u180b-\u180d\u180f-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1b00-\u1b44\u1b6b-\u1b73"
    "\u1b80-\u1bf3\u1c24-\u1c37\u1cd0-\u1cd2\u1cd4-\u1cff\u2cef-\u2cf1\u2d7f-\u2dff\ua66f-\ua672"
    "\ua674-\ua67d\ua69e-\ua6f1\ua802-\ua827\ua82c\ua880-\ua8c5\ua8e0-\ua8f1\ua8ff-\ua92d\ua947-\ua953\ua980-\ua9c0"
    "\ua9e5-\uaa4d\uaa7b-\uaac1\uaaeb-\uaaef\uaaf5\uaaf6\uabe3-\uabea\uabec\uabed\ufb1e\U000101fd-\U0001037a"
    "\U00010a01-\U00010a3f\U00010ae5\U00010ae6\U00010d24-\U00010eac\U00010f46-\U00010f50\U00010f82-\U00010f85"
    "\U00011000-\U00011046\U00011070-\U000110ba\U000110c2\U00011100-\U00011134\U00011145-\U00011173\U00011180-\U000111c0"
    "\U000111c9-\U000111cc\U000111ce\U000111cf\U0001122c-\U00011237\U0001123e\U000112df-\U00011446\U0001145e-\U000114c3"
    "\U000115af-\U000115c0\U000115dc-\U00011640\U000116ab-\U000116b7\U0001171d-\U0001172b\U0001182c-\U0001183a"
    "\U00011930-\U00011943\U000119d1-\U000119e0\U000119e4-\U00011a3e\U00011a47-\U00011a99\U00011c2f-\U00011c3f"
    "\U00011c92-\U00011ef6\U00016af0-\U00016af4\U00016b30-\U00016b36\U00016f4f-\U00016f92\U00016fe4-\U00016ff1"
    "\U0001bc9d\U0001bc9e\U0001cf00-\U0001cf46\U0001d165-\U0001d169\U0001d16d-\U0001d172\U0001d17b-\U0001d182"
    "\U0001d185-\U0001d18b\U0001d1aa-\U0001d1ad\U0001d242-\U0001d244\U0001da00-\U0001daaf\U0001e000-\U0001e136\U0001e2ae-\U0001e2ef\U0001e8d0-\U0001e94a"
)
_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
_PICTURE = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf"
    "\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)

_LETTER = f"[^\\W\\d_{_CJK}]"
_ALNUM = f"[^\\W_{_CJK}]"
_WORD = f"(?:{_ALNUM}++(?:[{_MARK}{_SCRIPT_MARK}]++{_ALNUM}*+|\xad(?={_ALNUM}))*+)++"
_TINT = f"[{_MARK}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_DOMAIN = (
    r"[a-zA-Z0-9][a-zA-Z0-9-]{0,62}+(?:\.[a-zA-Z0-9-]{1,63}+){0,8}"
    r"\.(?:com|org|net|gov|gob|edu|info)(?:\.[a-z]{2})?\b"
)
_CLITIC = f"(?i:['’](?:s|re|ve|ll|d|m|t))(?!{_ALNUM})"


def tokenize(text: str, lang: str) -> Segmentation:
    """Cut ``text`` into tokens; ``lang`` picks the abbreviations and, for English, splits clitics."""
    return _cutter(lang).cut(text)


@lru_cache(maxsize=8)
def _cutter(lang: str) -> _Cutter:
    return _Cutter(_token_pattern(lang))


class _Cutter:
    """Cuts texts into tokens one run between spaces after the other, and remembers how it cut the common ones.

    No token holds white space, and the rules look beyond a space in one case only: for the figure after ``No. 5``.
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._known: dict[str, bytes] = {}

    def cut(self, text: str) -> Segmentation:
        """Cut one text."""
        codes = None
        if len(text) <= _LONGEST_SPLIT:
            seen = text.rstrip(" ")  # a run of nothing at the end would have all be cut anew
            codes = self._joined_codes(_LAST_SPACE.split(seen) if "  " in seen else seen.split(" "))
        return Segmentation.of_codes(codes) if codes else Segmentation(self._spans(text))

    def _joined_codes(self, runs: list[str]) -> bytes | None:
        """The tokens of a text as bytes, put together of those of its runs; ``None`` where that cannot be."""
        codes = list(map(self._known.get, runs, repeat(_UNKNOWN)))
        at = -1
        for _ in range(codes.count(_UNKNOWN)):
            at = codes.index(_UNKNOWN, at + 1)
            codes[at] = self._learn(runs[at], "".join(runs[at + 1 : at + 2])[:1])
        return segment_codes.join_runs(codes) if all(codes) else None

    def _learn(self, run: str, follows: str) -> bytes:
        """Cut a run that a space and ``follows`` come after; remember how where it is short and whatever follows."""
        cuts, always = self._cut(run, follows)
        codes = segment_codes.run_codes(cuts, len(run))
        if always and len(run) <= _LONGEST_KNOWN:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[run] = codes
        return codes

    def _cut(self, run: str, follows: str) -> tuple[Cuts, bool]:
        """The tokens of a run that a space and ``follows`` come after, and whether they are these whatever follows."""
        cuts = self._spans(f"{run} ")
        if run.endswith(".") and run[-2:-1].isalpha():
            *numbering, _ = self._spans(f"{run} 0")
            if tuple(numbering) != cuts:
                return tuple(numbering) if follows.isdecimal() else cuts, False
        return cuts, True

    def _spans(self, text: str) -> Cuts:
        return tuple(match.span() for match in self._pattern.finditer(text))


@lru_cache(maxsize=8)
def _token_pattern(lang: str) -> re.Pattern[str]:
    """Compile the alternatives, the likeliest first.

    Each repetition is possessive or bounded, so that no text takes more than linear time.
    """
    apostrophe = f"['’](?!(?i:s|re|ve|ll|d|m|t)(?!{_ALNUM}))" if lang == "en" else "['’]"
    negation = (f"{_LETTER}+?(?=(?i:n['’]t)(?!{_ALNUM}))", f"(?i:n['’]t)(?!{_ALNUM})") if lang == "en" else ()
    alternatives = (
        # words: nothing follows that could make them part of something longer
        f"(?=\\D){_WORD}(?![.'’@:_+-])",
        # addresses, without the punctuation after them
        r"(?:https?://|www\.)[^\s<>\"“”«»]*[^\s<>\"“”«».,;:!?'’…)\]}]",
        r"\w[\w.+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
        rf"{_DOMAIN}(?:/(?:[\w./?=&%#~-]{{0,2000}}[\w/])?)?",
        # dotted letters (U.S., E.E.U.U, a.m.), dotted pairs (EE.UU.), listed abbreviations
        f"{_LETTER}(?:\\.{_LETTER})+(?!{_ALNUM})\\.?",
        f"(?:(?P<pair>{_LETTER})(?P=pair)\\.){{2}}",
        abbreviations.abbreviation_pattern(lang),
        # numbers: 2,000 · 3.5 · 10:30 · 2nd
        r"\d++(?:[.,:]\d++)*+(?=[ap]\.m)",
        f"(?=\\d){_WORD}(?:[.,:](?=\\d){_WORD})*+",
        # other words: don't → do n't in English, O'Brien
        *negation,
        f"{_WORD}(?:{apostrophe}{_WORD})*+",
        *((f"(?<=\\S){_CLITIC}",) if lang == "en" else ()),
        # handles and tags
        f"[@#](?=\\w*[^\\W\\d])[\\w{_MARK}{_SCRIPT_MARK}]++",
        # flags, emoji with their skin tones and joined sequences
        f"[\U0001f1e6-\U0001f1ff]{{2}}{_TINT}*+",
        f"[{_PICTURE}]{_TINT}*+(?:\u200d[{_PICTURE}]{_TINT}*+)*+",
        # runs, then whatever else can be seen
        r"(?P<run>[.\-=*_~#+])(?P=run)++|''|``",
        f"[^\\s{_INVISIBLE}][{_MARK}]*+",
    )
    # The commonest words are told apart by what follows them, and whitespace by one look, before all else.
    return re.compile(f'[a-zA-ZÀ-ÖØ-öø-ÿ]++(?=[ \n,;)"”])|(?=\\S)(?:{"|".join(alternatives)})')
