"""An article with terminal commands, hidden and bidirectional text, markup, wide and joined characters."""

from __future__ import annotations

COMMANDS = (
    *("\x1b]0;TITULO\x07", "\x1b]52;c;cm9iYXI=\x07", "\x1b[777;7H"),
    *("\x1b[?1337h", "\x1bP0;1|17/ab\x1b\\", "\x9b999;1H"),
)
HIDDEN = ("\x00", "\x07", "\x08", "\x7f", "\u202e", "\u202c", "\u2066", "\u2069", "\u200b", "\xad", "\x85", "\ufeff")
MARKUP = ("[bold red]x[/]", "[@click=app.quit]y[/]", "[link=http://malo]z[/link]", "{{nada}}", "\\[no]")

HOSTILE_TEXT = (
    "\ufeffAviso de la Cruz Roja\r\n\r\n"
    f"{COMMANDS[0]}uno {COMMANDS[1]} dos{COMMANDS[2]}tres {COMMANDS[3]}cuatro\r\n"
    f"{COMMANDS[4]}cinco {COMMANDS[5]} seis\r\n"
    f"a{'b'.join(HIDDEN)}c\r\n"
    f"{' '.join(MARKUP)}\r\n"
    "siete\tocho\t\tnueve \u202eadiconocsed\u202c \u2066diez\u2069 soft\xadhyphen\r"
    "👩\u200d🚀 👍🏽 🇲🇽 ❤\ufe0f\u200d🔥 1\ufe0f\u20e3 日本語の本 ｗｉｄｅ cafe\u0301"
    " a\u0323\u0302 \u0301solo हिन्दी שלום\u2028"
    "La Palabra final está aquí.\r\n"
)
FORBIDDEN = tuple(
    sequence.encode()
    for sequence in (*COMMANDS, *HIDDEN, "\x1b]0;", "\x1b]52", "\x1bP0", "\x9b", "\x1b[777", "\x1b[?1337")
)
