"""The files that go into a pack, opened so that a build or a sync at the same time can't pull them away."""

from __future__ import annotations

import hashlib
import io
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from retrieval.checks import CHECKS_FILE
from retrieval.errors import DirectoryBusy, SnapshotDamaged
from retrieval.snapshot import MEMBERS_FILE, FileSeal, Snapshot, current_name, open_snapshot

MANIFEST = "manifest.json"
KEPT_BESIDE = (CHECKS_FILE, MEMBERS_FILE)
"""Beside the snapshot: what the service and the next `sync` need to know of it."""

SNAPSHOT, BESIDE = "snapshot/", "beside/"
"""What names in a pack begin with."""

_CHUNK = 1 << 20
# Snapshots published while one is opened.
_MOST_TRIES = 5


class PackContent:
    """A file to pack, held open from before it is hashed until it is packed, whatever becomes of its name."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        """Keep an open file, at its beginning."""
        self._path = path
        self._stream = stream
        self._left = 0

    def seal(self) -> FileSeal:
        """Return size and hash, and go back to the beginning."""
        digest, size = hashlib.sha256(), 0
        while chunk := self._chunk(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
        self._stream.seek(0)
        self._left = size
        return FileSeal(size, digest.hexdigest())

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes.

        Raises:
            SnapshotDamaged: If they can't be read, or there are fewer than were hashed: no fault of the pack's disk.
        """
        chunk = self._chunk(size)
        self._left -= len(chunk)
        if len(chunk) < size and self._left:
            raise SnapshotDamaged(f"{self._path} was cut short while it was packed: see what else writes there")
        return chunk

    def _chunk(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except OSError as error:
            raise SnapshotDamaged(f"{self._path} can't be read ({error}): see that the disk works") from error


def opened(data: Path, stack: ExitStack) -> tuple[Snapshot, dict[str, PackContent]]:
    """Open all that goes into a pack of a data directory.

    Args:
        data: The data directory.
        stack: Closes the files.

    Returns:
        The snapshot, verified, and its files and those beside it by their names in the pack.

    Raises:
        SnapshotError: If there is no snapshot that can be used, or a file can't be read.
    """
    snapshot, contents = _opened(data, stack)
    beside = {f"{BESIDE}{name}": PackContent(data / name, io.BytesIO(raw)) for name, raw in _beside(data).items()}
    return snapshot, contents | beside


def _opened(data: Path, stack: ExitStack) -> tuple[Snapshot, dict[str, PackContent]]:
    """Open every file of the snapshot: a build may remove it while it is packed, and what is open stays readable."""
    for _ in range(_MOST_TRIES):
        name = current_name(data)
        try:
            return _opened_once(data, stack)
        except SnapshotDamaged:
            if current_name(data) == name:
                raise
    raise DirectoryBusy(f"new snapshots are published in {data} all the time: wait until that ends, then pack again")


def _opened_once(data: Path, stack: ExitStack) -> tuple[Snapshot, dict[str, PackContent]]:
    snapshot, contents = open_snapshot(data), dict[str, PackContent]()
    for name in (MANIFEST, *snapshot.manifest.files):
        path = snapshot.folder / name
        try:
            contents[f"{SNAPSHOT}{name}"] = PackContent(path, stack.enter_context(path.open("rb")))
        except OSError as error:
            raise SnapshotDamaged(f"{path} can't be read ({error}): restore it from a copy, or build again") from error
    return snapshot, contents


def _beside(data: Path) -> dict[str, bytes]:
    """Return the files beside the snapshot, each read once: a sync may replace them at any time."""
    found: dict[str, bytes] = {}
    for name in KEPT_BESIDE:
        try:
            found[name] = (data / name).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise SnapshotDamaged(f"{data / name} can't be read ({error}): see to it, then pack again") from error
    return found
