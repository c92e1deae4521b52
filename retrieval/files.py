"""Files written so that a reader sees the old one or the new one, whatever stops the writer."""

from __future__ import annotations

import os
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file, flushed to the disk.

    Raises:
        OSError: If the disk is full or can't be written; the old file stands then.
    """
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    flush(part)
    part.rename(path)
    flush(path.parent)


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk.

    Raises:
        OSError: If it can't be opened or written.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
