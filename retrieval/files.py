"""Files written so that a reader sees the old one or the new one, whatever stops the writer."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def replace_file(path: Path, content: bytes, *, mode: int | None = None) -> None:
    """Put `content` in the place of a file, flushed to the disk.

    Args:
        path: The file.
        content: What it is to hold.
        mode: Who may read and write it, such as 0o600; never wider for a moment. None is as the system has it.

    Raises:
        OSError: If the disk is full or can't be written; the old file stands then.
    """
    part = part_of(path)
    try:
        if mode is not None:
            part.touch(mode)
        part.write_bytes(content)
        flush(part)
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    flush(path.parent)


def part_of(path: Path) -> Path:
    """Return a name beside `path` that no other writer uses, for what is to take its place once it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")


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
