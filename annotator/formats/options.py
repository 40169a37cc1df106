"""The options of a format that have few values: checked, so that none is passed over."""

from __future__ import annotations

from collections.abc import Mapping

from annotator.errors import FormatError


def choice(options: Mapping[str, str], name: str, choices: tuple[str, ...], default: str = "") -> str:
    """The value of an option, by default the first of its choices.

    Raises :class:`FormatError` where it is none of them.
    """
    value = options.get(name, default or choices[0])
    if value not in choices:
        raise FormatError(
            f"{name}={value}: neither {' nor '.join(choices)}", f"write {' or '.join(f'{name}={c}' for c in choices)}"
        )
    return value


def is_yes(options: Mapping[str, str], name: str, default: str = "no") -> bool:
    """Whether an option is ``yes``; raises :class:`FormatError` where it is neither yes nor no."""
    return choice(options, name, ("yes", "no"), default) == "yes"
