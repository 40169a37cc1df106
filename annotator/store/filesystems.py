"""What kind of file system a database lies on, and what is to be said about that."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from annotator.store.lock_queue import lacks_locks

MOUNTS = Path("/proc/self/mountinfo")
"""Where Linux lists what is mounted; elsewhere nothing is known."""

NETWORK = frozenset({
    "9p", "afs", "ceph", "cifs", "coda", "davfs", "drvfs", "fuse.ceph", "fuse.davfs", "fuse.gcsfuse", "fuse.glusterfs",
    "fuse.juicefs", "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs", "fuse.vmhgfs-fuse", "gfs2", "glusterfs",
    "lustre", "ncpfs", "nfs", "nfs3", "nfs4", "ocfs2", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "vmhgfs",
})  # fmt: skip
"""File systems that several machines may see at once, or whose locks hold on one of them at best."""

ADVICE = "keep db/ on a disk of the machine that works with it, and bring work together with `annotator merge`"


def kind(folder: Path) -> str:
    """The kind of file system that a folder lies on; empty where that is not known."""
    real, found = os.path.realpath(folder), ("", "")
    with suppress(OSError):
        for line in MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            mount, dash, about = line.partition(" - ")
            words = mount.split()
            if not dash or len(words) < 5:
                continue
            at = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), words[4])
            if (real == at or real.startswith(at.rstrip("/") + "/")) and len(at) >= len(found[0]):
                found = (at, about.split()[0])
    return found[1]


def warnings(database: Path) -> list[str]:
    """What is to be feared for a database where it lies, a sentence each."""
    name = kind(database.parent)
    if name in NETWORK:
        return [f"{database.parent} is on a network file system ({name}), where a database can be damaged: {ADVICE}"]
    if lacks_locks(database.parent):
        return [f"{database.parent} is on a file system without locks, where a database can be damaged: {ADVICE}"]
    return []
