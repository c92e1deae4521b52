"""The data directory: immutable snapshots, each written whole and verified on load, and a pointer to one.

DIR/current                    one line of JSON: which snapshot, and the SHA-256 of its manifest
DIR/snapshots/NAME/manifest.json    format, model, counts, and the SHA-256 of each other file
DIR/snapshots/NAME/received.sqlite  records as their sources gave them, the same in every format
DIR/snapshots/NAME/records.sqlite   records and passages
DIR/snapshots/NAME/vectors.faiss    one vector a passage
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from retrieval.encoders import EncoderIdentity
from retrieval.errors import (
    DirectoryBusy,
    NoSnapshot,
    OtherFormat,
    OtherModel,
    PublishFailed,
    SnapshotDamaged,
)

FORMAT = 1
"""Number of the format this version writes, and the only one it searches."""

RECEIVED_FILE = "received.sqlite"
RECORDS_FILE = "records.sqlite"
VECTORS_FILE = "vectors.faiss"
_MANIFEST = "manifest.json"
_POINTER = "current"


@dataclass(frozen=True, slots=True)
class FileSeal:
    """Size and hash of one file of a snapshot."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What a snapshot holds, to be checked against its files."""

    records: int
    answers: int
    passages: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is. Primary key: `name`."""

    format: int
    name: str
    created: datetime
    version: str
    precision: str
    model: EncoderIdentity
    counts: Counts
    sources: tuple[str, ...]
    files: dict[str, FileSeal]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot whose files were found to be as published."""

    folder: Path
    manifest: Manifest

    @property
    def received_file(self) -> Path:
        """The SQLite file of the records as received."""
        return self.folder / RECEIVED_FILE

    @property
    def records_file(self) -> Path:
        """The SQLite file of records and passages."""
        return self.folder / RECORDS_FILE

    @property
    def vectors_file(self) -> Path:
        """The FAISS file."""
        return self.folder / VECTORS_FILE


@dataclass(frozen=True, slots=True)
class _Pointer:
    snapshot: str
    manifest_sha256: str


class _FormatOnly(msgspec.Struct):
    format: int


def open_snapshot(data: Path, *, formats: tuple[int, ...] = (FORMAT,)) -> Snapshot:
    """Find the current snapshot of a data directory and check every file against its hash.

    Args:
        data: The data directory.
        formats: The formats that the caller can use.

    Raises:
        NoSnapshot: If nothing has been built there.
        SnapshotDamaged: If a file is missing or changed; the message names it.
        OtherFormat: If it was written in a format that is not among `formats`.
    """
    pointer = _read_pointer(data)
    folder = data / "snapshots" / pointer.snapshot
    raw = _read(folder / _MANIFEST, pointer.snapshot)
    if hashlib.sha256(raw).hexdigest() != pointer.manifest_sha256:
        raise SnapshotDamaged(_damaged(folder / _MANIFEST, "was changed after it was published"))
    try:
        found = msgspec.json.decode(raw, type=_FormatOnly).format
        if found > FORMAT:
            raise OtherFormat(
                f"the snapshot {pointer.snapshot} has format {found}, this version knows {FORMAT}: it was written by a "
                "newer Despatch Box. Install that, or build again from the sources"
            )
        if found not in formats:
            raise OtherFormat(
                f"the snapshot {pointer.snapshot} has format {found}, this version uses {FORMAT}: "
                f"run `despatch upgrade --data {data}`"
            )
        manifest = msgspec.json.decode(raw, type=Manifest)
    except msgspec.DecodeError as error:
        raise SnapshotDamaged(_damaged(folder / _MANIFEST, f"can't be read ({error})")) from error
    for name, seal in manifest.files.items():
        if sealed(folder / name) != seal:
            raise SnapshotDamaged(_damaged(folder / name, "is not as it was published"))
    return Snapshot(folder=folder, manifest=manifest)


def current_name(data: Path) -> str | None:
    """Return the name of the snapshot that `data` points to, or None where it points to none that can be read."""
    try:
        return _read_pointer(data).snapshot
    except (NoSnapshot, SnapshotDamaged):
        return None


def has_snapshot(data: Path) -> bool:
    """Return whether anything has been published in `data`, whole or damaged."""
    return (data / _POINTER).exists()


def check_model(manifest: Manifest, encoder: EncoderIdentity, data: Path) -> None:
    """Refuse a snapshot whose vectors `encoder` can't be compared with.

    Raises:
        OtherModel: With the commands that help.
    """
    # The same weights under another name, such as a folder that was moved, are the same model.
    if replace(manifest.model, name=encoder.name) == encoder:
        return
    if manifest.model.name == encoder.name:
        what = f"with other weights or settings of {encoder.name} ({manifest.model.weights_sha256[:12]}...)"
    else:
        what = f"with the model {manifest.model.name}, not {encoder.name}"
    raise OtherModel(
        f"the snapshot in {data} was built {what}: rebuild it with "
        f"`despatch build SOURCE... --data {data} --model {encoder.name}`, or search it with "
        f"`--model {manifest.model.name}`"
    )


def sealed(path: Path) -> FileSeal:
    """Return the size and hash of a file.

    Raises:
        SnapshotDamaged: If it is missing or can't be read.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise SnapshotDamaged(_damaged(path, f"can't be read ({error.strerror})")) from error
    return FileSeal(bytes=size, sha256=digest.hexdigest())


@contextmanager
def writing(data: Path) -> Iterator[None]:
    """Hold the data directory for one writer; readers are not disturbed.

    Raises:
        DirectoryBusy: If another build is writing there.
        PublishFailed: If the directory can't be made or written.
    """
    lock = FileLock(data / ".lock", timeout=0)
    try:
        (data / "snapshots").mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise DirectoryBusy(f"another build is writing in {data}: wait until it ends, then run this again") from error
    except OSError as error:
        raise PublishFailed(_unpublished(data, error)) from error
    try:
        for left_over in (data / "snapshots").glob(".new-*"):
            shutil.rmtree(left_over, ignore_errors=True)
        yield
    finally:
        lock.release()


def publish(data: Path, manifest: Manifest, write_files: Callable[[Path], None]) -> Snapshot:
    """Write a snapshot whole, then point to it: readers see the old one or the new one, never a part.

    Files are written under a name that no reader looks for, flushed to the disk and renamed; the pointer is
    replaced last. Call it inside `writing`.

    Args:
        data: The data directory.
        manifest: All but `files`, which is filled in here.
        write_files: Writes the other files into the folder it is given.

    Raises:
        PublishFailed: If the disk is full or can't be written; nothing has changed then.
    """
    snapshots = data / "snapshots"
    new, folder = snapshots / f".new-{manifest.name}", snapshots / manifest.name
    before = current_name(data)
    try:
        new.mkdir()
        write_files(new)
        manifest = replace(manifest, files={path.name: sealed(path) for path in sorted(new.iterdir())})
        raw = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        (new / _MANIFEST).write_bytes(raw)
        for path in new.iterdir():
            _flush(path)
        _flush(new)
        new.rename(folder)
        _flush(snapshots)
        pointer = _Pointer(manifest.name, hashlib.sha256(raw).hexdigest())
        _replace(data / _POINTER, msgspec.json.encode(pointer) + b"\n")
    except BaseException as error:
        shutil.rmtree(new, ignore_errors=True)
        if current_name(data) != manifest.name:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise PublishFailed(_unpublished(data, error)) from error
        raise
    for path in snapshots.iterdir():
        # The one before stays: a running service may still have it open.
        if path.name not in (before, manifest.name):
            shutil.rmtree(path, ignore_errors=True)
    return Snapshot(folder=folder, manifest=manifest)


def _read_pointer(data: Path) -> _Pointer:
    try:
        raw = (data / _POINTER).read_bytes()
    except OSError as error:
        raise NoSnapshot(
            f"{data} is not a data directory, or nothing has been built there: run `despatch build SOURCE... "
            f"--data {data}`"
        ) from error
    try:
        pointer = msgspec.json.decode(raw, type=_Pointer)
    except msgspec.DecodeError as error:
        raise SnapshotDamaged(_damaged(data / _POINTER, f"can't be read ({error})")) from error
    if "/" in pointer.snapshot or pointer.snapshot.startswith("."):
        raise SnapshotDamaged(_damaged(data / _POINTER, "points outside the data directory"))
    return pointer


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SnapshotDamaged(_damaged(path, f"of the snapshot {name} can't be read ({error.strerror})")) from error


def _damaged(path: Path, what: str) -> str:
    return f"{path} {what}: build again with `despatch build SOURCE...`, or restore the file from a copy"


def _unpublished(data: Path, error: OSError) -> str:
    return f"the new snapshot could not be written to {data} ({error}): nothing has changed there"


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    _flush(part)
    part.rename(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
