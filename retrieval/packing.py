"""A snapshot as one file, to move it between machines, verified at both ends."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import shutil
import tarfile
import zlib
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from retrieval.build_report import Progress, no_progress
from retrieval.errors import (
    PackDamaged,
    PublishFailed,
    SnapshotError,
    SourceError,
)
from retrieval.files import flush, part_of, replace_file
from retrieval.holdings import register_at
from retrieval.members import MemberRegister
from retrieval.pack_contents import BESIDE, KEPT_BESIDE, MANIFEST, SNAPSHOT, PackContent, opened
from retrieval.snapshot import (
    FORMAT,
    KEEP,
    LEXICAL_FOLDER,
    MEMBERS_FILE,
    FileSeal,
    Snapshot,
    current_name,
    is_whole,
    open_snapshot,
    prune,
    publish_folder,
    verified_manifest,
    writing,
)

_HEADER = "despatch-pack.json"
_MOST_HEADER_BYTES = 1 << 20
_CHUNK = 1 << 20
# A file's own name and nothing that leads elsewhere.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_IN_SNAPSHOT = re.compile(rf"(?:{LEXICAL_FOLDER}/\.?)?{_PLAIN.pattern}", re.ASCII)


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
        PublishFailed: If `target` can't be written, or a server has the vectors, which a pack would not hold.
    """
    with ExitStack() as stack:
        snapshot, contents = opened(data, stack)
        if snapshot.manifest.milvus:
            raise PublishFailed(
                f"the vectors of the index in {data} are on the Milvus server at {snapshot.manifest.milvus.uri}, and a "
                f"pack would not hold them: run `despatch upgrade --data {data} --store local` first, or take the "
                f"vectors alone with `despatch export-vectors FILE --data {data}`"
            )
        seals = {name: content.seal() for name, content in contents.items()}
        found = Pack(snapshot.manifest.name, seals[f"{SNAPSHOT}{MANIFEST}"].sha256, seals)
        _write_pack(found, contents, target, progress)
    return found


def _write_pack(found: Pack, contents: dict[str, PackContent], target: Path, progress: Progress) -> None:
    part = part_of(target)
    total, done = sum(seal.bytes for seal in found.files.values()), 0
    try:
        # The name of the target goes into the gzip header, not that of the part.
        with part.open("wb") as raw, tarfile.open(target, "w:gz", fileobj=raw, compresslevel=1) as archive:
            header = msgspec.json.format(msgspec.json.encode(found), indent=1)
            archive.addfile(_entry(_HEADER, len(header)), io.BytesIO(header))
            for name, seal in found.files.items():
                archive.addfile(_entry(name, seal.bytes), contents[name])
                done += seal.bytes
                progress("Packing bytes", done, total)
        flush(part)
        part.rename(target)
    except BaseException as error:
        with suppress(OSError):  # A disk that fails lets nothing be removed either.
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise PublishFailed(f"the pack could not be written to {target} ({error})") from error
        raise


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
            register = _register(source, data, beside.pop(MEMBERS_FILE, None))
            manifest = verified_manifest(new, found.snapshot, found.manifest_sha256, (FORMAT,), data)
            snapshot = _there_already(data, found, keep) or publish_folder(
                data, new, manifest, found.manifest_sha256, keep=keep, replaces_damaged=not is_whole(data)
            )
            for name, content in beside.items():
                replace_file(data / name, content)
            if register is not None:
                register.write(data / MEMBERS_FILE)
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


def _register(source: Path, data: Path, packed: bytes | None) -> MemberRegister | None:
    """Return the member register of a pack with what is known here already; None where the pack has none."""
    if packed is None:
        return None
    try:
        register = MemberRegister.from_json(packed, f"{source}:{MEMBERS_FILE}")
    except SourceError as error:
        raise PackDamaged(f"the register of Members in {source} can't be read ({error}): pack again") from error
    try:
        return register_at(data / MEMBERS_FILE).merged_with(register)
    except SourceError as error:
        raise PublishFailed(f"{error}: nothing was unpacked; move that file away, then unpack again") from error


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
                if member.name.startswith(BESIDE):
                    beside[member.name.removeprefix(BESIDE)] = _checked(source, member.name, seal, stream.read())
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
    allowed = {f"{BESIDE}{name}" for name in KEPT_BESIDE}
    plain = {name for name in found.files if _IN_SNAPSHOT.fullmatch(name.removeprefix(SNAPSHOT))}
    if not _PLAIN.fullmatch(found.snapshot) or set(found.files) - plain - allowed:
        raise PackDamaged(f"{source} has files where none should be: nothing of it was used")
    return found


def _checked(source: Path, name: str, seal: FileSeal, content: bytes) -> bytes:
    if hashlib.sha256(content).hexdigest() != seal.sha256:
        raise PackDamaged(f"{name} in {source} is not as it was packed: copy it again, or pack again")
    return content


def _write(source: Path, name: str, seal: FileSeal, stream: IO[bytes], folder: Path) -> None:
    digest = hashlib.sha256()
    path = folder / name.removeprefix(SNAPSHOT)
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != seal.sha256:
        raise PackDamaged(f"{name} in {source} is not as it was packed: copy it again, or pack again")
