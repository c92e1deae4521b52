"""Which snapshot of a data directory is served: one line of JSON, with a copy of that line in the snapshot itself.

DIR/current                           the line of the snapshot that is served
DIR/snapshots/NAME/published.json     the line of this one, whether it is served or not

The two are compared when a snapshot is opened, so that damage to either is found. The copies are what a snapshot that
is no longer served is verified by.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from retrieval.errors import NoSnapshot, SnapshotDamaged
from retrieval.files import replace_file

POINTER_FILE = "current"
COPY_FILE = "published.json"
SNAPSHOTS_FOLDER = "snapshots"

NOT_READ = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for a file that is damaged."""


class Pointer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What points to one snapshot. Primary key: `snapshot`.

    Attributes:
        snapshot: Its name.
        manifest_sha256: Hash of its manifest's file, in hex.
        before: Name of the snapshot that was served before it; None if there was none. Unset by versions that did not
            keep it.
    """

    snapshot: str
    manifest_sha256: str
    before: str | msgspec.UnsetType | None = msgspec.UNSET

    @property
    def line(self) -> bytes:
        """The pointer as it is written."""
        return msgspec.json.encode(self) + b"\n"


def read_pointer(data: Path) -> Pointer:
    """Return what a data directory points to.

    Raises:
        NoSnapshot: If nothing has been built there.
        SnapshotDamaged: If the file can't be read, or points to what is not there.
    """
    path = data / POINTER_FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise NoSnapshot(
            f"{data} is not a data directory, or nothing has been built there: run `despatch sync --months 1 --data "
            f"{data}` to fetch answers, or `despatch build SOURCE... --data {data}` to read files{_found_again(data)}"
        ) from error
    except OSError as error:
        raise SnapshotDamaged(damaged(data, path, f"can't be read ({error.strerror})")) from error
    pointer = _decoded(raw, path, data)
    if pointer.before is not msgspec.UNSET and pointer.line != raw:
        raise SnapshotDamaged(damaged(data, path, "was changed after it was published"))
    if not (data / SNAPSHOTS_FOLDER / pointer.snapshot).is_dir():
        raise SnapshotDamaged(damaged(data, path, f"points to the snapshot {pointer.snapshot!r}, which is not there"))
    return pointer


def _found_again(data: Path) -> str:
    there = ", ".join(names_there(data))
    return f". To serve what was built before ({there}), run `despatch rollback --data {data}`" if there else ""


def read_copy(folder: Path, data: Path) -> Pointer | None:
    """Return the copy that a snapshot holds of its pointer; None where an older version, which wrote none, made it.

    Raises:
        SnapshotDamaged: If it can't be read, or is of another snapshot.
    """
    path = folder / COPY_FILE
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SnapshotDamaged(damaged(data, path, f"can't be read ({error.strerror})", folder.name)) from error
    copy = _decoded(raw, path, data)
    if copy.snapshot != folder.name or copy.line != raw:
        raise SnapshotDamaged(damaged(data, path, "was changed after it was published", folder.name))
    return copy


def _decoded(raw: bytes, path: Path, data: Path) -> Pointer:
    try:
        pointer = msgspec.json.decode(raw, type=Pointer)
    except NOT_READ as error:
        raise SnapshotDamaged(damaged(data, path, f"can't be read ({error})")) from error
    if not is_plain(pointer.snapshot):
        raise SnapshotDamaged(damaged(data, path, "points outside the data directory"))
    return pointer


def is_plain(name: str) -> bool:
    """Whether a name can be that of a snapshot: a folder's own name, which leads nowhere else."""
    return bool(name) and "/" not in name and "\0" not in name and not name.startswith(".")


def check_copy(pointer: Pointer, manifest_sha256: str, data: Path) -> None:
    """Compare what a data directory points to with the copy in the snapshot.

    Args:
        pointer: What it points to.
        manifest_sha256: Hash of the manifest's file as it is, in hex.
        data: The data directory.

    Raises:
        SnapshotDamaged: If they differ; the message names the one that was changed.
    """
    folder = data / SNAPSHOTS_FOLDER / pointer.snapshot
    if pointer.before is msgspec.UNSET:
        return  # An older version wrote it, and no copy.
    copy = read_copy(folder, data)
    if copy == pointer:
        return
    if copy is None:
        raise SnapshotDamaged(damaged(data, folder / COPY_FILE, "is missing", pointer.snapshot))
    if copy.manifest_sha256 == manifest_sha256 != pointer.manifest_sha256:
        raise SnapshotDamaged(damaged(data, data / POINTER_FILE, "was changed after it was published"))
    what = f"does not say what {data / POINTER_FILE} says"
    raise SnapshotDamaged(damaged(data, folder / COPY_FILE, what, pointer.snapshot))


def point_to(data: Path, pointer: Pointer) -> None:
    """Serve another snapshot: readers see the old pointer or the new one.

    Raises:
        OSError: If the disk is full or can't be written; the old one stands then.
    """
    replace_file(data / POINTER_FILE, pointer.line)


def current_name(data: Path) -> str | None:
    """Return the name of the snapshot that `data` points to, or None where it points to none that can be read."""
    try:
        return read_pointer(data).snapshot
    except (NoSnapshot, SnapshotDamaged):
        return None


def has_snapshot(data: Path) -> bool:
    """Return whether anything has been published in `data`, whole or damaged."""
    return (data / POINTER_FILE).exists()


def names_there(data: Path) -> list[str]:
    """Return the names of all snapshots, whole or damaged, by name from the last: they begin with the time."""
    try:
        return sorted((path.name for path in (data / SNAPSHOTS_FOLDER).iterdir() if is_plain(path.name)), reverse=True)
    except OSError:
        return []


def served_before(data: Path, name: str | None) -> Iterator[str]:
    """Yield the names of the snapshots served before one, the last first, as far as that is known and they are there.

    This does not go by the clock, which may have gone back.
    """
    met = {name}
    while name is not None:
        try:
            copy = read_copy(data / SNAPSHOTS_FOLDER / name, data)
        except SnapshotDamaged:
            return
        name = copy.before if copy and isinstance(copy.before, str) else None
        if name is None or name in met or not is_plain(name) or not (data / SNAPSHOTS_FOLDER / name).is_dir():
            return
        met.add(name)
        yield name


def damaged(data: Path, path: Path, what: str, name: str | None = None) -> str:
    """Return what is told of damage to a file, with what helps.

    Args:
        data: The data directory.
        path: The file.
        what: What is wrong with it.
        name: The snapshot that it belongs to; None for the pointer.
    """
    is_there = name is None or data / SNAPSHOTS_FOLDER / name in path.parents
    others = [one for one in names_there(data) if one != name] if is_there else []
    back = f"go back to another snapshot with `despatch rollback --data {data}`, " if others else ""
    return f"{path} {what}: {back}build again with `despatch build SOURCE...`, or restore the file from a copy"
