"""The one way to write files and folders: whole or not there, and never over what this program did not write."""

from annotator.files.outputs import Outputs
from annotator.files.ownership import MANIFEST_IN_FOLDER, MANIFEST_SCHEMA, Mark, begins_like_sqlite
from annotator.files.scratch import scratch
from annotator.files.whole import (
    PARTIAL,
    PENDING,
    StagedFile,
    discard_folder,
    fresh_folder,
    is_stale,
    named,
    place_folder,
    publish,
    replace_file,
    sweep,
    sync_folder,
    unused_name,
    whole_file,
    whole_folder,
)

__all__ = [
    "MANIFEST_IN_FOLDER",
    "MANIFEST_SCHEMA",
    "PARTIAL",
    "PENDING",
    "Mark",
    "Outputs",
    "StagedFile",
    "begins_like_sqlite",
    "discard_folder",
    "fresh_folder",
    "is_stale",
    "named",
    "place_folder",
    "publish",
    "replace_file",
    "scratch",
    "sweep",
    "sync_folder",
    "unused_name",
    "whole_file",
    "whole_folder",
]
