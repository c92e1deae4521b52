"""Going back to a snapshot that is kept, once every file of it was found to be as it was published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from retrieval.checks import Checks, read_checks, write_checks
from retrieval.errors import NoSnapshot, OtherFormat, PublishFailed, QueryError, SnapshotDamaged, SnapshotError
from retrieval.files import replace_file
from retrieval.milvus import generation as generations
from retrieval.milvus import leading
from retrieval.milvus.place import Generation
from retrieval.pointer import (
    COPY_FILE,
    POINTER_FILE,
    SNAPSHOTS_FOLDER,
    Pointer,
    current_name,
    damaged,
    names_there,
    point_to,
    read_copy,
    read_pointer,
    served_before,
)
from retrieval.snapshot import (
    FORMAT,
    MANIFEST_FILE,
    Manifest,
    manifest_sha256,
    open_snapshot,
    verified_manifest,
    writing,
)
from retrieval.sync.journal import alone
from retrieval.sync.runs import PutAside, compare_all_again

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class KeptSnapshot:
    """A snapshot that is there. Primary key: `name`.

    Attributes:
        created: When it was built; None where that can't be read.
        records: How many answers and statements it holds; 0 likewise.
        model: The encoder it was built with; empty likewise.
        served: Whether searches are answered from it.
        trouble: Why it can't be gone back to; None where it is whole.
    """

    name: str
    created: datetime | None
    records: int
    model: str
    served: bool
    trouble: str | None


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What a rollback did.

    Attributes:
        before: Name of the snapshot that was served; None where that can't be read.
        now: The manifest of the one that is served now.
        changed: Whether that is another than before, or the pointer to it was mended.
        put_aside: What a sync had under way, where the file of it was damaged and has another name now.
    """

    before: str | None
    now: Manifest
    changed: bool
    put_aside: PutAside | None = None


def _no_progress(stage: str, done: int, total: int | None) -> None:
    """Hear how far a stage is and say nothing."""


def kept_snapshots(data: Path, progress: Progress = _no_progress) -> list[KeptSnapshot]:
    """Return the snapshots of a data directory, each checked whole: the one served, those served before it, the others.

    Args:
        data: The data directory.
        progress: Hears how many are checked.

    Raises:
        NoSnapshot: If there are none.
    """
    served = current_name(data)
    names = dict.fromkeys((*([served] if served else []), *served_before(data, served), *names_there(data)))
    if not names:
        read_pointer(data)
    found = []
    for done, name in enumerate(names):
        progress("Checking snapshots", done, len(names))
        found.append(_looked_at(data, name, is_served=name == served, on_server=True))
    return found


def _looked_at(data: Path, name: str, *, is_served: bool, on_server: bool = False) -> KeptSnapshot:
    try:
        manifest = open_snapshot(data).manifest if is_served else _whole(data, name)[0]
        if on_server:
            generations.check_there(data, manifest.milvus)
    except SnapshotError as error:
        return KeptSnapshot(name, None, 0, "", is_served, str(error))
    return KeptSnapshot(name, manifest.created, manifest.counts.records, manifest.model.name, is_served, None)


def roll_back(data: Path, to: str | None = None, *, progress: Progress = _no_progress) -> RolledBack:
    """Serve a snapshot that is kept in the place of the current one, which stays until the next one is published.

    What was compared with Parliament's lists since it was built no longer counts as compared, and the next sync
    compares everything again: what the snapshot lacks is fetched anew.

    Args:
        data: The data directory.
        to: Name of the snapshot; without it, the one served before. Where it is only the pointer that is damaged, the
            one it points to, or where that can't be read, the newest one that is whole.
        progress: Hears what is being checked.

    Raises:
        QueryError: If there is no snapshot of that name.
        NoSnapshot: If there is none to go back to.
        SnapshotDamaged: If a file of it is not as it was published, or a server no longer has its vectors; nothing
            has changed then.
        StoreUnreachable: If a server has its vectors, and can't be used; likewise.
        OtherFormat: If this version can't search it; likewise.
        DirectoryBusy: If a build or a sync is at work there.
        PublishFailed: If the disk is full or can't be written. What was served still is, but the next sync may compare
            more than it needs to.
    """
    if not names_there(data):
        raise NoSnapshot(f"there is no snapshot in {data}, so there is none to go back to: check the path")
    with alone(data), writing(data):
        progress("Checking files", 0, None)
        served = current_name(data)
        is_sound = _is_sound(data)
        name = _chosen(data, served, to, is_sound)
        manifest, pointer = _whole(data, name)
        if served == name and is_sound:
            return RolledBack(served, manifest, changed=False)
        before = _generation_served(data)
        _check_server(data, manifest)
        try:
            copy = data / SNAPSHOTS_FOLDER / name / COPY_FILE
            if not copy.exists():
                replace_file(copy, pointer.line)
            put_aside = _point_to(data, pointer, manifest, before)
        except OSError as error:
            told = "what was served still is, though the next sync may compare more than it needs to"
            raise PublishFailed(f"{data / POINTER_FILE} can't be written ({error}): {told}") from error
        return RolledBack(served, manifest, changed=True, put_aside=put_aside)


def _generation_served(data: Path) -> Generation | None:
    try:
        return generations.served(data)
    except SnapshotDamaged:
        return None  # To leave a collection need not be known which it was.


def _check_server(data: Path, manifest: Manifest) -> None:
    """Refuse a snapshot whose vectors are no longer where it says.

    Raises:
        SnapshotDamaged: With what to do instead.
        StoreUnreachable: If the server can't be used.
    """
    try:
        generations.check_there(data, manifest.milvus)
    except SnapshotDamaged as error:
        told = f"nothing has changed, as the snapshot {manifest.name} can't be searched any more ({error})"
        raise SnapshotDamaged(f"{told}. Name another with `--to`: `despatch rollback --list` shows them") from error


def _point_to(data: Path, pointer: Pointer, manifest: Manifest, before: Generation | None) -> PutAside | None:
    """Serve a snapshot, with the alias on the server that has its vectors leading to them.

    What was compared is forgotten before the snapshot is served, never after: what it lacks would not be missed.

    Returns:
        The journal, if it was damaged and put aside.

    Raises:
        OSError: If the pointer can't be written; it and the alias are as they were then.
        StoreUnreachable: If the alias can't be moved; likewise, and nothing was forgotten.
        SnapshotDamaged: If the checks can't be read; likewise.
        OtherFormat: If a newer version wrote the journal; likewise.
        PublishFailed: If the journal or the checks can't be written; the pointer and the alias are as they were then.
    """
    now, checks = manifest.milvus, read_checks(data)
    try:
        if now:
            leading.lead(data, now)
        put_aside = compare_all_again(data)
        _forget_checks_since(data, checks, manifest.created)
        point_to(data, pointer)
    except BaseException:
        if now and current_name(data) != pointer.snapshot:
            leading.lead_back(data, now, before)
        raise
    leading.leave(data, before, now)
    return put_aside


def _chosen(data: Path, served: str | None, to: str | None, is_sound: bool) -> str:
    there = names_there(data)
    if to is not None:
        if to not in there:
            raise QueryError("to", f"there is no snapshot {to!r} in {data}: there is {', '.join(there)}")
        return to
    if served is None:
        return _newest_whole(data, there)
    if not is_sound and _looked_at(data, served, is_served=False).trouble is None:
        return served  # Only what points to it was damaged.
    others = [name for name in there if name != served]
    before = next(served_before(data, served), None) or _named_before(data, served, others)
    if before is None:
        next_step = f"name one with `--to`: there is {', '.join(others)}" if others else "build again from the sources"
        raise NoSnapshot(f"no snapshot from before {served} is in {data}, so there is none to go back to: {next_step}")
    return before


def _named_before(data: Path, served: str, others: list[str]) -> str | None:
    """Return what was served before a snapshot of an older version, which kept no order: names begin with the time."""
    try:
        is_older_version = read_copy(data / SNAPSHOTS_FOLDER / served, data) is None
    except SnapshotDamaged:
        is_older_version = True
    return next((name for name in others if name < served), None) if is_older_version else None


def _newest_whole(data: Path, names: list[str]) -> str:
    trouble: SnapshotError | None = None
    for name in _newest_first(data, names):
        try:
            _whole(data, name)
        except SnapshotError as error:
            trouble = trouble or error
        else:
            return name
    raise NoSnapshot(f"no snapshot in {data} is whole, so there is none to go back to: {trouble}") from trouble


def _whole(data: Path, name: str) -> tuple[Manifest, Pointer]:
    """Return the manifest of a snapshot whose files are as they were published, and what points to it."""
    folder = data / SNAPSHOTS_FOLDER / name
    sha256 = manifest_sha256(folder, data)
    # An older version kept the hash of the manifest of the one alone that was served.
    pointer = read_copy(folder, data) or _pointed(data, name) or Pointer(name, sha256)
    if pointer.manifest_sha256 != sha256:
        what = f"does not fit {MANIFEST_FILE} beside it, as one of the two was changed"
        raise SnapshotDamaged(damaged(data, folder / COPY_FILE, what, name))
    try:
        return verified_manifest(folder, name, pointer.manifest_sha256, (FORMAT,), data), pointer
    except OtherFormat as error:
        raise OtherFormat(
            f"this version of Despatch Box can't search the snapshot {name}, which is of another format than {FORMAT}: "
            f"go back to the version that wrote it first, or name another snapshot with `--to`"
        ) from error


def _newest_first(data: Path, names: list[str]) -> list[str]:
    """Put names in order, those first that no other was served after: of two in one second, the names do not tell."""
    chains = {name: list(served_before(data, name)) for name in names}
    replaced = {name for chain in chains.values() for name in chain}
    last = [name for name in names if name not in replaced]
    return list(dict.fromkeys((*(one for name in last for one in (name, *chains[name])), *names)))


def _pointed(data: Path, name: str) -> Pointer | None:
    """Return what `data` points to, if that is the snapshot of this name."""
    try:
        pointer = read_pointer(data)
    except SnapshotError:
        return None
    return pointer if pointer.snapshot == name else None


def _is_sound(data: Path) -> bool:
    try:
        open_snapshot(data)
    except SnapshotError:
        return False
    return True


def _forget_checks_since(data: Path, checks: Checks, built: datetime) -> None:
    """Leave out what was compared with Parliament's lists after a snapshot was built: it may lack what was found."""
    kept = tuple(month for month in checks.months if month.checked_at <= built)
    if kept != checks.months:
        write_checks(data, Checks(kept))
