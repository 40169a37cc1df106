"""``annotator seal``: write down where every history ends, to prove later that nothing before was changed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, narrate, workspace_option
from annotator.wording import plural


@click.command("seal")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="The private SSH key to sign with.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Where to write (- or none: stdout)."
)
@workspace_option
@click.pass_obj
def command(global_options: GlobalOptions, key: Path | None, output: Path | None, folder: Path | None) -> None:
    """Write the last hash of every history and the digest of every text, signed with an SSH key.

    Keep the seal where who may write the database may not.  `annotator doctor --seal FILE` and `annotator merge OTHER
    --seal FILE` then find whatever was changed, cut or removed since.  The signature goes beside it, as FILE.sig.
    """
    from annotator.workflow.sharing.seals import make_seal, read_seal
    from annotator.workflow.sharing.signatures import sign, signature_path

    path = None if output in (None, Path("-")) else output
    if key is not None and path is None:
        raise click.UsageError("--key needs -o FILE: the signature is written beside it")
    workspace = global_options.workspace(folder)
    outputs = workspace.outputs()
    targets: list[Path] = []
    if path is not None:
        made = outputs.new(path)
        targets = [outputs.new(signature_path(made)), made]
    data = make_seal(workspace.store)
    if key is not None:
        with outputs.file(targets[0], sys.stdout.buffer) as stream:
            stream.write(sign(data, key))
    with outputs.file(targets[-1] if targets else None, sys.stdout.buffer) as stream:
        stream.write(data)
    seal = read_seal(data, "the seal")
    layers, texts = plural(len(seal.layers), "layer"), plural(len(seal.texts), "text")
    narrate(f"sealed {plural(seal.events, 'event')} of {layers}, and {texts}")
    if key is None:
        narrate("warning: not signed: whoever can write the database can write such a list too; --key FILE signs it")
