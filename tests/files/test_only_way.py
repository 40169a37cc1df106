"""Files are written, replaced and removed by one module; what stands elsewhere is named here, with the reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import annotator

PACKAGE = Path(annotator.__file__).parent
CHANGING = frozenset({
    "write_text", "write_bytes", "touch", "mkdir", "makedirs", "rename", "unlink", "rmdir", "rmtree", "remove_tree",
    "copytree", "copyfile", "copy2", "move", "link", "symlink_to", "hardlink_to", "mkstemp", "mkdtemp", "chmod",
    "TemporaryDirectory", "NamedTemporaryFile", "extractall",
})  # fmt: skip

ALLOWED = {
    "cli/main.py": "nothing: opens the null device in place of an output that is gone",
    "formats/protocol.py": "fills a new folder that the export made",
    "workflow/exporting/export.py": "fills a new folder that the export made",
    "store/connection.py": "makes the database's own folder and files, and a copy under a name of its own",
    "store/catalogs.py": "makes the indexes of catalogs, in a folder of its own, and replaces those that it made",
    "store/backups.py": "moves the database's own files, and removes backups that it made",
    "store/lock_holder.py": "takes away the note about who writes, which it made",
    "store/read_only.py": "copies a database into a new folder for temporary files",
    "store/foreign.py": "copies a database into a new folder for temporary files",
    "workflow/sharing/bundling.py": "fills a new folder that the bundle made",
    "workflow/setup.py": "makes the folders of a new workspace where they are missing",
    "documents/archives.py": "unpacks an archive into a new folder for temporary files",
    "zip_archive.py": "unpacks an archive into a new folder for temporary files",
    "api/articles.py": "writes articles of a program into a new folder for temporary files",
    "workflow/sharing/signatures.py": "hands ssh-keygen its input in a new folder for temporary files",
    "workflow/pending_labels.py": "completes a change of labels.yaml that was staged",
    "workflow/labels_file.py": "keeps a second name for a labels.yaml that was edited meanwhile",
    "workflow/learning/background_training.py": "keeps the log of a training",
    "workflow/learned_folder.py": "fills a new folder with what an older workspace learned",
    "workflow/learning/training.py": "fills a new folder that the training made",
    "suggest/learned/learning.py": "fills a new folder that the training made",
    "suggest/learned/neural_recogniser.py": "fills a new folder that the training made",
    "suggest/learned/versions.py": "writes the card into a new folder that the training made",
    "suggest/custom_models.py": "fills a new folder; removes a model that is as it was added",
    "suggest/cluster/worker.py": "unpacks what was learned into a new folder for temporary files",
    "suggest/models.py": "fills a new folder that the installation made",
}


def changes(path: Path) -> Iterator[str]:
    """Yield the calls in a module by which files change."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            modes = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            opened = name == "open" and any(set(mode) & set("wax") and len(mode) < 4 for mode in modes)
            if name in CHANGING or opened:
                yield f"{name} in line {node.lineno}"


def test_everything_else_goes_through_it() -> None:
    violations = {
        path.relative_to(PACKAGE).as_posix(): list(changes(path))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent.name != "files"
    }
    writing = {name: calls for name, calls in violations.items() if calls}
    assert {name: calls for name, calls in writing.items() if name not in ALLOWED} == {}


def test_what_is_allowed_is_needed() -> None:
    assert [name for name in ALLOWED if not list(changes(PACKAGE / name))] == []
