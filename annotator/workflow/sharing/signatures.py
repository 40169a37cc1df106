"""Signing a file with an SSH key, and checking that: by OpenSSH's ssh-keygen, which most machines and curators have.

Keys of any kind that ssh-keygen signs with will do, also one in an agent or on a token; its documentation calls the
format SSHSIG.  Anybody can check a signature by hand:
``ssh-keygen -Y verify -f SIGNERS -I NAME -n annotator-seal -s FILE.sig < FILE``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from annotator.errors import WorkflowError
from annotator.files.scratch import scratch

NAMESPACE = "annotator-seal"
"""What signatures are for, so that none of ours is taken for one on something else."""

_ANYBODY = "annotator"


def signature_path(path: Path) -> Path:
    """Where the signature of a file is."""
    return path.with_name(f"{path.name}.sig")


def sign(data: bytes, key: Path) -> bytes:
    """The signature of some data by a private key; ssh-keygen asks for its passphrase itself.

    Raises :class:`WorkflowError` when the key cannot sign.
    """
    if not key.is_file():
        raise WorkflowError(f"{key}: no such key", "`ssh-keygen -t ed25519 -f FILE` makes one")
    with scratch(Path(tempfile.gettempdir())) as folder:
        file = folder / "seal"
        file.write_bytes(data)
        done = _run("-q", "-Y", "sign", "-f", str(key.absolute()), "-n", NAMESPACE, str(file))
        if done.returncode or not signature_path(file).exists():
            raise WorkflowError(f"{key}: cannot sign with it ({_said(done)})", "give the private key's file")
        return signature_path(file).read_bytes()


def check(data: bytes, signature: bytes, name: str, signer: Path | None) -> str:
    """Whose signature some data has: the fingerprint of the key.

    ``signer`` is a file with the public keys that are asked for, as ``KEY.pub`` or in ssh's format of allowed signers;
    without it any key will do.  ``name`` is the signed file's.  Raises :class:`WorkflowError` when the signature is not
    one of this data, or of none of these keys.
    """
    with scratch(Path(tempfile.gettempdir())) as folder:
        file = folder / "signature"
        file.write_bytes(signature)
        done = _run("-Y", "check-novalidate", "-n", NAMESPACE, "-s", str(file), data=data)
        if done.returncode:
            raise WorkflowError(f"{name}: its signature does not fit it", "it was changed since it was signed")
        if signer is not None:
            allowed = folder / "signers"
            allowed.write_text("".join(f"{_ANYBODY} {key}\n" for key in _public_keys(signer)), encoding="utf-8")
            verify = ("-Y", "verify", "-f", str(allowed), "-I", _ANYBODY, "-n", NAMESPACE, "-s", str(file))
            if _run(*verify, data=data).returncode:
                raise WorkflowError(f"{name}: signed with another key than {signer}", "ask whose it is")
        return next((word for word in _said(done).split() if word.startswith("SHA256:")), "an unknown key")


def _public_keys(path: Path) -> list[str]:
    """The keys of a file, without the names and options that may stand around them."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WorkflowError(f"{path}: cannot be read", "give the file of a public key, such as KEY.pub") from error
    keys: list[str] = []
    for line in lines:
        words = line.split()
        at = next((n for n, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-", "sk-"))), None)
        if at is not None and at + 1 < len(words) and not line.lstrip().startswith("#"):
            keys.append(f"{words[at]} {words[at + 1]}")
    if not keys:
        raise WorkflowError(f"{path}: no public key in it", "give the file of a public key, such as KEY.pub")
    return keys


def _run(*arguments: str, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise WorkflowError(
            "ssh-keygen is not installed", "install OpenSSH (8.2 or newer), which signs and checks seals"
        )
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run([program, *arguments], input=data, capture_output=True, check=False, env=environment)
    if b"usage:" in done.stderr:
        raise WorkflowError("this ssh-keygen is too old to sign", "install OpenSSH 8.2 or newer")
    return done


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    text = (done.stderr or done.stdout).decode("utf-8", "replace")
    return " ".join(text.split())[-200:] or f"status {done.returncode}"
