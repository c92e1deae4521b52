"""A snapshot as one file, to move it between machines, verified at both ends."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import shutil
import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from retrieval.build_report import Progress, no_progress
from retrieval.checks import CHECKS_FILE
from retrieval.errors import PackDamaged, PublishFailed, SnapshotError
from retrieval.files import flush, replace_file
from retrieval.snapshot import (
    FORMAT,
    KEEP,
    MEMBERS_FILE,
    FileSeal,
    Snapshot,
    current_name,
    open_snapshot,
    prune,
    publish_folder,
    sealed,
    verified_manifest,
    writing,
)

_HEADER = "despatch-pack.json"
_MANIFEST = "manifest.json"
_MOST_HEADER_BYTES = 1 << 20
_CHUNK = 1 << 20
# Beside the snapshot: what the service and the next `sync` need to know of it.
_KEPT_BESIDE = (CHECKS_FILE, MEMBERS_FILE)
_SNAPSHOT, _BESIDE = "snapshot/", "beside/"
# A file's own name and nothing that leads elsewhere.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack holds. Primary key: `snapshot`.

    Attributes:
        snapshot: Name of the snapshot.
        manifest_sha256: Hash of its manifest, which has the hashes of its files.
        files: Size and hash of every file in the pack, by its name there.
    """

    snapshot: str
    manifest_sha256: str
    files: dict[str, FileSeal]


def pack(data: Path, target: Path, *, progress: Progress = no_progress) -> Pack:
    """Write the current snapshot of a data directory, whose files are verified first, to one file.

    Args:
        data: The data directory.
        target: The file to write, a tar compressed with gzip; one that is there is replaced once the new one is
            whole.
        progress: Hears how many bytes are packed.

    Returns:
        What was packed.

    Raises:
        SnapshotError: If there is no snapshot that can be used.
        PublishFailed: If `target` can't be written.
    """
    snapshot = open_snapshot(data)
    paths = _paths(data, snapshot)
    seals = {name: sealed(path) for name, path in paths.items()}
    found = Pack(snapshot.manifest.name, seals[f"{_SNAPSHOT}{_MANIFEST}"].sha256, seals)
    part = target.with_name(f".{target.name}.part")
    total, done = sum(seal.bytes for seal in seals.values()), 0
    try:
        with tarfile.open(part, "w:gz", compresslevel=1) as archive:
            header = msgspec.json.format(msgspec.json.encode(found), indent=1)
            archive.addfile(_entry(_HEADER, len(header)), io.BytesIO(header))
            for name, path in paths.items():
                with path.open("rb") as stream:
                    archive.addfile(_entry(name, seals[name].bytes), stream)
                done += seals[name].bytes
                progress("Packing bytes", done, total)
        flush(part)
        part.rename(target)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise PublishFailed(f"the pack could not be written to {target} ({error})") from error
        raise
    return found


def unpack(source: Path, data: Path, *, keep: int = KEEP, progress: Progress = no_progress) -> Snapshot:
    """Put the snapshot of a pack into a data directory and serve it from there.

    Every file is checked against the hash it had when it was packed before anything is opened. Until all of them
    are there, searches go on with the snapshot that was there before.

    Args:
        source: A file that `pack` wrote.
        data: The data directory; made if need be.
        keep: How many snapshots to keep, this one included.
        progress: Hears how many bytes are unpacked.

    Raises:
        PackDamaged: If the file can't be read, or is not what was packed.
        OtherFormat: If a newer version wrote the snapshot.
        SnapshotError: If the data directory can't be written, or another build is writing there.
    """
    if not source.is_file():
        raise PackDamaged(f"{source} is not there, or is no file: check the path")
    with writing(data):
        new = data / "snapshots" / ".new-pack"
        try:
            new.mkdir()
            found, beside = _extracted(source, new, progress)
            manifest = verified_manifest(new, found.snapshot, found.manifest_sha256, (FORMAT,), data)
            snapshot = _there_already(data, found, keep) or publish_folder(
                data, new, manifest, found.manifest_sha256, keep=keep
            )
            for name, content in beside.items():
                replace_file(data / name, content)
            return snapshot
        except OSError as error:
            raise PublishFailed(f"{source} could not be unpacked in {data} ({error})") from error
        finally:
            shutil.rmtree(new, ignore_errors=True)


def _there_already(data: Path, found: Pack, keep: int) -> Snapshot | None:
    """Return the snapshot that is served, if it is the one that was packed and is whole."""
    if current_name(data) != found.snapshot:
        return None
    try:
        snapshot = open_snapshot(data)
    except SnapshotError:
        return None
    prune(data, keep=keep)
    return snapshot


def _paths(data: Path, snapshot: Snapshot) -> dict[str, Path]:
    names = [_MANIFEST, *snapshot.manifest.files]
    paths = {f"{_SNAPSHOT}{name}": snapshot.folder / name for name in names}
    return paths | {f"{_BESIDE}{name}": data / name for name in _KEPT_BESIDE if (data / name).exists()}


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    return entry


def _extracted(source: Path, folder: Path, progress: Progress) -> tuple[Pack, dict[str, bytes]]:
    """Write the snapshot's files into `folder`, and return what the pack holds and the files beside it."""
    try:
        with tarfile.open(source, "r|gz") as archive:
            members = iter(archive)
            found = _header(source, archive, next(members, None))
            beside, missing, done = dict[str, bytes](), dict(found.files), 0
            for member in members:
                seal = missing.pop(member.name, None)
                stream = archive.extractfile(member) if member.isfile() else None
                if seal is None or stream is None or member.size != seal.bytes:
                    raise PackDamaged(f"{source} holds {member.name!r}, which its contents do not list: pack again")
                if member.name.startswith(_BESIDE):
                    beside[member.name.removeprefix(_BESIDE)] = _checked(source, member.name, seal, stream.read())
                else:
                    _write(source, member.name, seal, stream, folder)
                done += seal.bytes
                progress("Unpacking bytes", done, sum(one.bytes for one in found.files.values()))
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PackDamaged(f"{source} is not a pack, or stops short ({error}): copy it again, or pack again") from error
    if missing:
        raise PackDamaged(f"{source} lacks {', '.join(sorted(missing))}: copy it again, or pack again")
    return found, beside


def _header(source: Path, archive: tarfile.TarFile, member: tarfile.TarInfo | None) -> Pack:
    stream = archive.extractfile(member) if member and member.name == _HEADER and member.isfile() else None
    if member is None or stream is None or member.size > _MOST_HEADER_BYTES:
        raise PackDamaged(f"{source} is not a pack: make one with `despatch pack FILE --data DIR`")
    try:
        found = msgspec.json.decode(stream.read(), type=Pack)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PackDamaged(f"the list of contents of {source} can't be read ({error}): pack again") from error
    allowed = {f"{_BESIDE}{name}" for name in _KEPT_BESIDE}
    plain = {name for name in found.files if _PLAIN.fullmatch(name.removeprefix(_SNAPSHOT))}
    if not _PLAIN.fullmatch(found.snapshot) or set(found.files) - plain - allowed:
        raise PackDamaged(f"{source} has files where none should be: nothing of it was used")
    return found


def _checked(source: Path, name: str, seal: FileSeal, content: bytes) -> bytes:
    if hashlib.sha256(content).hexdigest() != seal.sha256:
        raise PackDamaged(f"{name} in {source} is not as it was packed: copy it again, or pack again")
    return content


def _write(source: Path, name: str, seal: FileSeal, stream: IO[bytes], folder: Path) -> None:
    digest = hashlib.sha256()
    with (folder / name.removeprefix(_SNAPSHOT)).open("wb") as file:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != seal.sha256:
        raise PackDamaged(f"{name} in {source} is not as it was packed: copy it again, or pack again")
