"""Forms of the words in lists: plurals of nouns, genders and plurals of adjectives."""

from __future__ import annotations

from collections.abc import Iterator

_WITHOUT_ACCENT = str.maketrans("áéíóú", "aeiou")


def plural(noun: str, lang: str) -> str:
    """The plural of a noun that is formed by rule."""
    return _spanish_plural(noun) if lang == "es" else _english_plural(noun)


def adjective_forms(adjective: str, lang: str) -> Iterator[str]:
    """Yield an adjective in both genders and numbers; in English it has one form."""
    if lang != "es":
        yield adjective
        return
    feminine = f"{adjective[:-1]}a" if adjective.endswith("o") else f"{adjective}a"
    yield from (adjective, _spanish_plural(adjective))
    if adjective.endswith(("o", "er")):
        yield from (feminine, _spanish_plural(feminine))


def _spanish_plural(word: str) -> str:
    if word[-1] in "aeiouáéó":
        return f"{word}s"
    if word[-1] == "n" and word[-2] in "áéíóú":
        word = word[:-2] + word[-2:].translate(_WITHOUT_ACCENT)
    return f"{word}es"


def _english_plural(word: str) -> str:
    if word[-1] == "y" and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"
