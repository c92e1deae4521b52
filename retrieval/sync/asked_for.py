"""All that syncs of a data directory were ever asked for, beside the journal: it must outlive one that is damaged.

DIR/asked.json    spans of days, with Houses and answering bodies
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from retrieval.errors import PublishFailed
from retrieval.files import replace_file
from retrieval.sync.request import Scope

ASKED_FILE = "asked.json"


def read_asked(data: Path) -> tuple[Scope, ...]:
    """Return what was asked for, none of it finished; nothing where that is not known."""
    try:
        return msgspec.json.decode((data / ASKED_FILE).read_bytes(), type=tuple[Scope, ...])
    except (OSError, msgspec.DecodeError):
        return ()


def keep_asked(data: Path, scopes: Iterable[Scope]) -> None:
    """Keep what was asked for, where it is anything, and not what is kept already.

    Raises:
        PublishFailed: If the disk is full or can't be written; the file stands as it was.
    """
    asked = tuple(replace(scope, since=None) for scope in scopes)
    if not asked or asked == read_asked(data):
        return
    path = data / ASKED_FILE
    try:
        replace_file(path, msgspec.json.format(msgspec.json.encode(asked), indent=1) + b"\n")
    except OSError as error:
        raise PublishFailed(
            f"{path} could not be written ({error}) and stands as it was: make room on the disk, then run this again"
        ) from error
