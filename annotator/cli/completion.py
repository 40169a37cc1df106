"""``annotator completion``: let a shell complete commands, options and names."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    epilog="""\b
bash: echo 'eval "$(annotator completion bash)"' >> ~/.bashrc
zsh:  echo 'eval "$(annotator completion zsh)"' >> ~/.zshrc, after the line with compinit
fish: annotator completion fish > ~/.config/fish/completions/annotator.fish""",
)
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
def command(shell: str) -> None:
    """Print the script that makes SHELL (bash, zsh or fish) complete what is typed after `annotator`.

    Verbs, options, formats and the like are completed anywhere; documents, curators, layers, labels and models are
    those of the workspace. Nothing is written, and what cannot be read is not offered.
    """
    from annotator.cli.shells import script

    click.echo(script(shell), nl=False)
