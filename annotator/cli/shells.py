"""What each shell runs to complete a command line, and how it is answered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import ClassVar

import click
from click.shell_completion import CompletionItem, ShellComplete

from annotator.cli.command_line_words import BREAKS, TypedLine, read_line
from annotator.cli.common import COMPLETING
from annotator.reports.printable import printable

_HELP_LENGTH = 72

_BASH = """\
_annotator_completion() {
    local item
    COMPREPLY=()
    while IFS= read -r item; do
        case $item in
            plain,*) COMPREPLY+=("${item#plain,}") ;;
            dir,*) compopt -o dirnames 2>/dev/null ;;
            file,*) compopt -o default 2>/dev/null ;;
        esac
    done < <(COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \\
             %(complete_var)s=bash "${1/#\\~/$HOME}" 2>/dev/null)
}
complete -o nosort -F _annotator_completion %(prog_name)s 2>/dev/null \\
    || complete -o default -F _annotator_completion %(prog_name)s
"""

_ZSH = """\
#compdef %(prog_name)s
_annotator_completion() {
    local type key description line="${(j. .)words[1,CURRENT]}"
    local -a plain described
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    while IFS= read -r type && IFS= read -r key && IFS= read -r description; do
        case $type in
            plain) [[ -n $description ]] && described+=("${key//:/\\\\:}:$description") || plain+=("$key") ;;
            dir) _path_files -/ ;;
            file) _path_files ;;
        esac
    done < <(COMP_LINE="$line" %(complete_var)s=zsh "${(Q)words[1]/#\\~/$HOME}" 2>/dev/null)
    (( $#described )) && _describe -V '' described
    (( $#plain )) && compadd -V plain -a plain
}
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _annotator_completion "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _annotator_completion %(prog_name)s
fi
"""

_FISH = """\
function __annotator_completion
    set -l tokens (commandline -opc)
    COMP_LINE=(commandline -cp | string collect) %(complete_var)s=fish $tokens[1] 2>/dev/null | while read -l item
        switch $item
            case 'plain,*'
                string replace -- 'plain,' '' $item
            case 'dir,*'
                __fish_complete_directories (commandline -ct)
            case 'file,*'
                __fish_complete_path (commandline -ct)
        end
    end
end
complete --command %(prog_name)s --no-files --keep-order --arguments '(__annotator_completion)'
"""


class _Shell(ShellComplete):
    """A shell that hands over the line up to the cursor, in ``COMP_LINE``."""

    def __init__(self, cli: click.Command, environment: Mapping[str, str] = os.environ) -> None:
        super().__init__(cli, {}, "annotator", COMPLETING)
        self.line: TypedLine = read_line(environment.get("COMP_LINE", ""), environment.get("COMP_WORDBREAKS", BREAKS))

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being typed, and that one."""
        return list(self.line.words[1:]), self.line.last


class Bash(_Shell):
    """Bash, whose library replaces a part of a word, and takes what it gets as it is written."""

    name: ClassVar[str] = "bash"
    source_template: ClassVar[str] = _BASH

    def format_completion(self, item: CompletionItem[str]) -> str:
        """The rest of the word, quoted, from where bash replaces it."""
        return f"{item.type},{self.line.continued(item.value)}"


class Zsh(_Shell):
    """Zsh, which quotes by itself, and shows a description beside each value."""

    name: ClassVar[str] = "zsh"
    source_template: ClassVar[str] = _ZSH

    def format_completion(self, item: CompletionItem[str]) -> str:
        """Three lines: the type, the value, a description."""
        return f"{item.type}\n{item.value}\n{_description(item)}"


class Fish(_Shell):
    """Fish, which quotes by itself, and wants the whole word."""

    name: ClassVar[str] = "fish"
    source_template: ClassVar[str] = _FISH

    def format_completion(self, item: CompletionItem[str]) -> str:
        """The whole word, and a description."""
        described = f"\t{_description(item)}" if item.help else ""
        return f"{item.type},{self.line.option}{item.value}{described}"


_SHELLS = {shell.name: shell for shell in (Bash, Zsh, Fish)}


def script(shell: str) -> str:
    """The script that makes a shell complete command lines of ours."""
    return _SHELLS[shell](click.Command(None)).source()


def completions(shell: str, cli: click.Command) -> str:
    """What completes the command line in the environment, in the form that the shell's script reads."""
    return _SHELLS[shell](cli).complete()


def _description(item: CompletionItem[str]) -> str:
    return printable(item.help or "")[:_HELP_LENGTH]
