"""The data directory: immutable snapshots, each written whole and verified on load, and a pointer to one.

DIR/current                    one line of JSON: which snapshot, and the SHA-256 of its manifest
DIR/snapshots/NAME/published.json   the same line of this snapshot
DIR/snapshots/NAME/manifest.json    format, model, counts, and the SHA-256 of each other file
DIR/snapshots/NAME/received.sqlite  records as their sources gave them, readable in every format
DIR/snapshots/NAME/records.sqlite   records, passages and what leads from one to another
DIR/snapshots/NAME/vectors.faiss    one vector a passage; not there where a Milvus server has them
DIR/snapshots/NAME/lexical/         the words of every passage, for the text engine
DIR/snapshots/NAME/expansions.json  short and long forms that the texts explain
DIR/snapshots/NAME/members.json     the member register that the records were filled in from, if there was one

Beside them, and not part of a snapshot: `embeddings/` (vectors kept to be used again), `checks.json` (what
Parliament's lists were last seen to hold), `members.json` (the member register), `attachments.sqlite` (the text of
attachments), `sync.sqlite` (what `sync` has fetched and not yet published), `asked.json` (what syncs were asked for)
and `milvus.json` (what builds have made on Milvus servers).
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from msgspec import UNSET

from retrieval.encoders import EncoderIdentity
from retrieval.errors import (
    DirectoryBusy,
    OtherFormat,
    OtherModel,
    PublishFailed,
    SnapshotDamaged,
    SnapshotError,
)
from retrieval.files import flush, replace_file
from retrieval.milvus.place import Generation
from retrieval.models import DEFAULT_MODEL
from retrieval.nearest.kinds import VectorKind
from retrieval.pointer import (
    COPY_FILE,
    NOT_READ,
    POINTER_FILE,
    SNAPSHOTS_FOLDER,
    Pointer,
    check_copy,
    current_name,
    damaged,
    has_snapshot,
    names_there,
    point_to,
    read_pointer,
    served_before,
)

__all__ = ["POINTER_FILE", "current_name", "has_snapshot"]

FORMAT = 3
"""Number of the format this version writes, and the only one it searches."""

OLDER_FORMATS = (1, 2)
"""Those that `despatch upgrade` reads beside this one."""

KEEP = 2
"""How many snapshots are kept unless the user says otherwise: the one that is served and the one before."""

RECEIVED_FILE = "received.sqlite"
RECORDS_FILE = "records.sqlite"
VECTORS_FILE = "vectors.faiss"
LEXICAL_FOLDER = "lexical"
EXPANSIONS_FILE = "expansions.json"
MEMBERS_FILE = "members.json"
MANIFEST_FILE = "manifest.json"
# Begins the name of a snapshot that is being removed: half of one must never pass for one.
_REMOVED = ".old-"
_ABANDONED_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class FileSeal:
    """Size and hash of one file of a snapshot."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What a snapshot holds, to be checked against its files.

    Attributes:
        records: Answered questions and statements.
        answers: Distinct answers and statements.
        passages: Quotable pieces of them.
        unanswered: Questions that wait for an answer.
    """

    records: int
    answers: int
    passages: int
    unanswered: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is. Primary key: `name`.

    Attributes:
        version: Of the program that wrote it.
        precision: The arithmetic by which its vectors were made.
        sources: What was read, as the user named it.
        files: Size and hash of every other file, by its path in the snapshot, with / between folders.
        derivation: Names the rules by which passages and kinds were worked out; empty in the first format.
        vectors: How its vectors are kept and searched.
        milvus: The collection that has the vectors and words; None where they are among the files.
    """

    format: int
    name: str
    created: datetime
    version: str
    precision: str
    model: EncoderIdentity
    counts: Counts
    sources: tuple[str, ...]
    files: dict[str, FileSeal]
    derivation: str = ""
    vectors: VectorKind = VectorKind.EXACT
    milvus: Generation | None = None


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
    def members_file(self) -> Path:
        """The member register that records were filled in from; it need not be there."""
        return self.folder / MEMBERS_FILE

    @property
    def vectors_file(self) -> Path:
        """The FAISS file."""
        return self.folder / VECTORS_FILE

    @property
    def expansions_file(self) -> Path:
        """The short and long forms that its texts explain; it need not be there."""
        return self.folder / EXPANSIONS_FILE

    @property
    def lexical_folder(self) -> Path:
        """The text engine's files."""
        return self.folder / LEXICAL_FOLDER


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
    pointer = read_pointer(data)
    folder = data / SNAPSHOTS_FOLDER / pointer.snapshot
    check_copy(pointer, manifest_sha256(folder, data), data)
    return Snapshot(folder, verified_manifest(folder, pointer.snapshot, pointer.manifest_sha256, formats, data))


def is_whole(data: Path) -> bool:
    """Return whether every file of the current snapshot is as it was published, whatever its format."""
    try:
        open_snapshot(data, formats=(*OLDER_FORMATS, FORMAT))
    except OtherFormat:
        return True
    except SnapshotError:
        return False
    return True


def manifest_sha256(folder: Path, data: Path) -> str:
    """Return the hash of the manifest's file of a snapshot as it is, in hex.

    Raises:
        SnapshotDamaged: If it is missing or can't be read.
    """
    return hashlib.sha256(_read(folder / MANIFEST_FILE, folder.name, data)).hexdigest()


def verified_manifest(folder: Path, name: str, sha256: str, formats: tuple[int, ...], data: Path) -> Manifest:
    """Return the manifest of a snapshot once every file of it was found to be as published.

    Args:
        folder: The snapshot's folder.
        name: The snapshot's name.
        sha256: Hash that its manifest must have, in hex.
        formats: The formats that the caller can use.
        data: The data directory, for messages.

    Raises:
        SnapshotDamaged: If a file is missing or changed; the message names it.
        OtherFormat: If it was written in a format that is not among `formats`.
    """
    path = folder / MANIFEST_FILE
    raw = _read(path, name, data)
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise SnapshotDamaged(damaged(data, path, "was changed after it was published", name))
    try:
        found = msgspec.json.decode(raw, type=_FormatOnly).format
        if found > FORMAT:
            raise OtherFormat(
                f"the snapshot {name} has format {found}, this version knows {FORMAT}: it was written by a "
                "newer Despatch Box. Install that, or build again from the sources"
            )
        manifest = msgspec.json.decode(raw, type=Manifest)
    except NOT_READ as error:
        raise SnapshotDamaged(damaged(data, path, f"can't be read ({error})", name)) from error
    if found not in formats:
        model = manifest.model.name
        kept = "" if model == DEFAULT_MODEL else f", with `--model {model}` to keep the model it was built with"
        raise OtherFormat(
            f"the snapshot {name} has format {found}, this version uses {FORMAT}: "
            f"run `despatch upgrade --data {data}`{kept}"
        )
    if manifest.name != name:
        raise SnapshotDamaged(damaged(data, path, f"is of the snapshot {manifest.name!r}", name))
    for file, seal in manifest.files.items():
        try:
            found_seal = sealed(folder / file)
        except OSError as error:
            raise SnapshotDamaged(damaged(data, folder / file, f"can't be read ({error.strerror})", name)) from error
        if found_seal != seal:
            raise SnapshotDamaged(damaged(data, folder / file, "is not as it was published", name))
    return manifest


def check_model(manifest: Manifest, encoder: EncoderIdentity, data: Path) -> None:
    """Refuse a snapshot whose vectors `encoder` can't be compared with.

    Raises:
        OtherModel: With the commands that help.
    """
    if same_model(manifest.model, encoder):
        return
    if manifest.model.name == encoder.name:
        what = f"with other weights or settings of {encoder.name} ({manifest.model.weights_sha256[:12]}...)"
        instead = "name the folder that has those with `--model`"
    else:
        what = f"with the model {manifest.model.name}, not {encoder.name}"
        instead = f"go on with the model it has: `--model {manifest.model.name}`"
    named = "" if encoder.name == DEFAULT_MODEL else f" --model {encoder.name}"
    raise OtherModel(
        f"the snapshot in {data} was built {what}: run `despatch upgrade --data {data}{named}`, which encodes the "
        f"records it keeps anew, or {instead}"
    )


def same_model(one: EncoderIdentity, other: EncoderIdentity) -> bool:
    """Whether vectors of two encoders can be compared: a folder that was moved is another name of one model."""
    return replace(one, name=other.name) == other


def sealed(path: Path) -> FileSeal:
    """Return the size and hash of a file.

    Raises:
        OSError: If it is missing or can't be read.
    """
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
            size += len(chunk)
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
        (data / SNAPSHOTS_FOLDER).mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise DirectoryBusy(f"another build is writing in {data}: wait until it ends, then run this again") from error
    except OSError as error:
        raise PublishFailed(_unpublished(data, error)) from error
    try:
        for pattern in (".new-*", f"{_REMOVED}*"):
            for left_over in (data / SNAPSHOTS_FOLDER).glob(pattern):
                shutil.rmtree(left_over, ignore_errors=True)
        for part in data.glob(".*.part"):
            # Written by one that was killed; what another writes at this moment is younger.
            with suppress(OSError):
                if time.time() - part.stat().st_mtime > _ABANDONED_SECONDS:
                    part.unlink()
        yield
    finally:
        lock.release()


def publish(
    data: Path,
    manifest: Manifest,
    write_files: Callable[[Path], None],
    *,
    keep: int = KEEP,
    replaces_damaged: bool = False,
) -> Snapshot:
    """Write a snapshot whole, then point to it: readers see the old one or the new one, never a part.

    Files are written under a name that no reader looks for, flushed to the disk and renamed; the pointer is
    replaced last. Call it inside `writing`.

    Args:
        data: The data directory.
        manifest: All but `files`, which is filled in here.
        write_files: Writes the other files into the folder it is given.
        keep: How many snapshots to keep, this one included; older ones are removed.
        replaces_damaged: Whether the snapshot that is served was found damaged: one that is whole is kept before it.

    Raises:
        PublishFailed: If the disk is full or can't be written; nothing has changed then.
    """
    new = data / SNAPSHOTS_FOLDER / f".new-{manifest.name}"
    try:
        new.mkdir()
        write_files(new)
        written = sorted(path for path in new.rglob("*") if path.is_file())
        manifest = replace(manifest, files={path.relative_to(new).as_posix(): sealed(path) for path in written})
        raw = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        (new / MANIFEST_FILE).write_bytes(raw)
        sha256 = hashlib.sha256(raw).hexdigest()
        return publish_folder(data, new, manifest, sha256, keep=keep, replaces_damaged=replaces_damaged)
    except OSError as error:
        raise PublishFailed(_unpublished(data, error)) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def publish_folder(
    data: Path,
    new: Path,
    manifest: Manifest,
    sha256: str,
    *,
    keep: int = KEEP,
    replaces_damaged: bool = False,
) -> Snapshot:
    """Serve a folder that holds a snapshot whole: flush it, give it its name, and point to it last of all.

    Call it inside `writing`.

    Args:
        data: The data directory.
        new: The folder, beside the snapshots that are there.
        manifest: Its manifest, whose hashes are those of its files.
        sha256: Hash of the manifest's file, in hex.
        keep: How many snapshots to keep, this one included; older ones are removed.
        replaces_damaged: Whether the snapshot that is served was found damaged: one that is whole is kept before it.

    Raises:
        OSError: If the disk is full or can't be written; nothing has changed then.
    """
    name = manifest.name
    folder, served = data / SNAPSHOTS_FOLDER / name, _served(data)
    pointer = Pointer(name, sha256, _before(data, served, name, replaces_damaged))
    try:
        (new / COPY_FILE).write_bytes(pointer.line)
        for path in new.rglob("*"):
            flush(path)
        flush(new)
        if folder.exists():
            _remove(folder)  # An unpacked snapshot that was there already: the same, or damaged.
        new.rename(folder)
        flush(folder.parent)
        point_to(data, pointer)
    except BaseException:
        if current_name(data) != name:
            _remove(folder)
        raise
    if served and served.before is UNSET:
        _copy_pointer(data, served)
    prune(data, keep=keep)
    return Snapshot(folder, manifest)


def _served(data: Path) -> Pointer | None:
    try:
        return read_pointer(data)
    except SnapshotError:
        return None


def _before(data: Path, served: Pointer | None, name: str, is_damaged: bool) -> str | None:
    """Return the name of the snapshot to go back to from a new one."""
    if served is None:
        return None
    if served.snapshot == name:
        # Unpacked over itself: a reader in between must find the pointer of before to fit.
        return served.before if isinstance(served.before, str) else None
    return next(served_before(data, served.snapshot), None) if is_damaged else served.snapshot


def _copy_pointer(data: Path, pointer: Pointer) -> None:
    """Give a snapshot of an older version the copy of its pointer by which it can be verified later."""
    with suppress(OSError):
        replace_file(data / SNAPSHOTS_FOLDER / pointer.snapshot / COPY_FILE, pointer.line)


def prune(data: Path, *, keep: int = KEEP) -> None:
    """Remove all snapshots but the one that is served and those served last before it.

    Where it is not known which those are, the newest by name are kept. Call it inside `writing`.

    Args:
        data: The data directory.
        keep: How many to keep, the one that is served included.
    """
    current = current_name(data)
    others = dict.fromkeys((*served_before(data, current), *names_there(data)))
    others.pop(current or "", None)
    for name in list(others)[max(keep, 1) - 1 :]:
        _remove(data / SNAPSHOTS_FOLDER / name)


def _remove(folder: Path) -> None:
    """Remove a snapshot in such a way that half of it is never taken for a snapshot."""
    aside = folder.with_name(f"{_REMOVED}{folder.name}")
    shutil.rmtree(aside, ignore_errors=True)
    with suppress(OSError):
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def _read(path: Path, name: str, data: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"of the snapshot {name} can't be read ({error.strerror})"
        raise SnapshotDamaged(damaged(data, path, what, name)) from error


def _unpublished(data: Path, error: OSError) -> str:
    return f"the new snapshot could not be written to {data} ({error}): nothing has changed there"
