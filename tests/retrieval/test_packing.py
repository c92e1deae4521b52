from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.build import build
from retrieval.checks import CHECKS_FILE, Checks, MonthCheck, read_checks, write_checks
from retrieval.encoders import Encoder
from retrieval.errors import (
    DirectoryBusy,
    NoSnapshot,
    OtherFormat,
    PackDamaged,
    PublishFailed,
    SnapshotDamaged,
    SnapshotError,
)
from retrieval.members import MemberRegister
from retrieval.members.entries import MemberEntry
from retrieval.packing import pack, unpack
from retrieval.records import Genre, House
from retrieval.search import Searcher
from retrieval.snapshot import FORMAT, MEMBERS_FILE, current_name, open_snapshot, writing
from retrieval.verify import verify

HEADER = "despatch-pack.json"
CHECKED_AT = datetime(2026, 11, 21, tzinfo=UTC)
CHECKS = Checks((MonthCheck(Genre.ANSWER, House.COMMONS, "2024-09", 5, 0, 0, CHECKED_AT),))
Files = dict[str, bytes]


@pytest.fixture(scope="session")
def packed(built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pack the twelve records once."""
    target = tmp_path_factory.mktemp("packed") / "small.pack"
    pack(built_once, target)
    return target


@pytest.fixture
def used(tmp_path: Path, invented: Any, toy_encoder: Encoder) -> Path:
    """A data directory that another corpus is served from."""
    data = tmp_path / "used"
    build([invented.file(tmp_path / "one.jsonl", [invented.raw(1)])], data, toy_encoder)
    return data


def contents(folder: Path) -> Files:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def served(data: Path) -> Files:
    """Return the files of what is served, but for the one that says what was served before it."""
    found = contents(open_snapshot(data).folder)
    del found["published.json"]
    return found


def read_pack(path: Path) -> Files:
    with tarfile.open(path, "r:gz") as archive:
        return {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]


def write_pack(path: Path, files: Sequence[tuple[str, bytes]]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def listed(files: Files, **changed: Any) -> list[tuple[str, bytes]]:
    """Put a header that lists `files` before them; other files can be named in it by `changed`."""
    manifest = files["snapshot/manifest.json"]
    header = {
        "snapshot": json.loads(manifest)["name"],
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }
    return [(HEADER, json.dumps(header | changed).encode()), *files.items()]


def inner(packed: Path) -> Files:
    files = read_pack(packed)
    del files[HEADER]
    return files


def test_what_is_unpacked_is_what_was_packed(
    built_once: Path, packed: Path, tmp_path: Path, toy_encoder: Encoder
) -> None:
    told: list[tuple[str, int, int | None]] = []
    snapshot = unpack(packed, tmp_path / "data", progress=lambda *what: told.append(what))
    assert snapshot.manifest == open_snapshot(built_once).manifest
    assert served(tmp_path / "data") == served(built_once)
    assert verify(tmp_path / "data").sound
    one, other = Searcher.open(built_once, toy_encoder), Searcher.open(tmp_path / "data", toy_encoder)
    query = "rural bus services"
    assert [(h.key, h.score) for h in one.search(query).hits] == [(h.key, h.score) for h in other.search(query).hits]
    total = sum(len(content) for content in inner(packed).values())
    assert told[-1] == ("Unpacking bytes", total, total)


def test_a_pack_says_what_it_holds_and_is_the_same_each_time(built_once: Path, packed: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    found = pack(built_once, tmp_path / "again.pack", progress=lambda *what: told.append(what))
    assert found.snapshot == current_name(built_once)
    words = [name for name in found.files if name.startswith("snapshot/lexical/")]
    assert "snapshot/lexical/meta.json" in words
    assert sorted(set(found.files) - set(words)) == [
        "snapshot/expansions.json",
        "snapshot/manifest.json",
        "snapshot/received.sqlite",
        "snapshot/records.sqlite",
        "snapshot/vectors.faiss",
    ]
    assert told[-1] == ("Packing bytes", told[-1][2], told[-1][2])
    assert read_pack(tmp_path / "again.pack") == read_pack(packed)
    # The gzip header has the time and the name of the file in it.
    assert gzip.decompress((tmp_path / "again.pack").read_bytes()) == gzip.decompress(packed.read_bytes())


def test_what_sync_and_the_service_know_of_the_corpus_comes_with_it(small_data: Path, tmp_path: Path) -> None:
    write_checks(small_data, CHECKS)
    register = MemberRegister((MemberEntry(9001),))
    register.write(small_data / MEMBERS_FILE)
    pack(small_data, tmp_path / "a.pack")
    unpack(tmp_path / "a.pack", tmp_path / "other")
    assert read_checks(tmp_path / "other") == CHECKS
    assert MemberRegister.read(tmp_path / "other" / MEMBERS_FILE) == register
    assert not list((tmp_path / "other").glob("embeddings*"))


def test_unpacking_into_a_directory_in_use_replaces_the_snapshot_and_keeps_the_one_before(
    used: Path, packed: Path
) -> None:
    before = current_name(used)
    unpack(packed, used)
    assert sorted(path.name for path in (used / "snapshots").iterdir()) == sorted(
        [str(before), str(current_name(used))]
    )
    assert current_name(used) != before
    unpack(packed, used, keep=1)
    assert [path.name for path in (used / "snapshots").iterdir()] == [current_name(used)]


def test_unpacking_twice_changes_nothing(packed: Path, tmp_path: Path) -> None:
    for _ in range(2):
        unpack(packed, tmp_path / "data")
        assert verify(tmp_path / "data").sound
        assert len(list((tmp_path / "data" / "snapshots").iterdir())) == 1


def test_a_snapshot_that_is_served_is_left_alone_when_it_is_unpacked_again(packed: Path, tmp_path: Path) -> None:
    # A reader that opens it meanwhile must never find it gone, nor must a kill leave it so.
    folder = unpack(packed, tmp_path / "data").folder
    before = folder.stat().st_ino
    unpack(packed, tmp_path / "data")
    assert folder.stat().st_ino == before


def test_a_damaged_snapshot_is_repaired_by_unpacking(packed: Path, tmp_path: Path) -> None:
    folder = unpack(packed, tmp_path / "data").folder
    (folder / "vectors.faiss").write_bytes(b"spoilt")
    unpack(packed, tmp_path / "data")
    assert verify(tmp_path / "data").sound


def test_a_pack_replaces_one_that_is_there(built_once: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pack").write_text("older")
    pack(built_once, tmp_path / "a.pack")
    unpack(tmp_path / "a.pack", tmp_path / "data")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.pack"]


def refused(source: Path, used: Path, error: type[Exception] = PackDamaged, match: str | None = None) -> None:
    before = contents(used)
    with pytest.raises(error, match=match):
        unpack(source, used)
    assert contents(used) == before
    assert not [path for path in (used / "snapshots").iterdir() if path.name.startswith(".")]
    open_snapshot(used)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no pack",
        b"\x1f\x8bno gzip either",
        # Without the time, so that every process that collects the tests gives them the same names.
        gzip.compress(b"", mtime=0),
        gzip.compress(b"no tar", mtime=0),
        gzip.compress(b"\0" * 10240, mtime=0),
    ],
)
def test_what_is_no_pack_is_refused(used: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.pack").write_bytes(content)
    refused(tmp_path / "a.pack", used, match=r"a\.pack is not a pack")


def test_a_tar_of_something_else_is_refused(used: Path, packed: Path, tmp_path: Path) -> None:
    for files in ([("readme", b"x")], list(inner(packed).items())):
        refused(write_pack(tmp_path / "a.pack", files), used, match="is not a pack: make one with `despatch pack")


def test_a_pack_that_is_not_there_is_told_as_such(used: Path, tmp_path: Path) -> None:
    refused(tmp_path / "missing.pack", used, match=r"missing\.pack")
    refused(tmp_path, used, match=tmp_path.name)


@pytest.mark.parametrize("header", [b"", b"{", b"[]", b"{}", b'{"snapshot": 1, "manifest_sha256": "", "files": {}}'])
def test_a_list_of_contents_that_can_not_be_read_is_refused(
    used: Path, packed: Path, tmp_path: Path, header: bytes
) -> None:
    files = [(HEADER, header), *inner(packed).items()]
    refused(write_pack(tmp_path / "a.pack", files), used, match="list of contents")


def test_a_list_of_contents_that_is_too_long_is_refused(used: Path, packed: Path, tmp_path: Path) -> None:
    padded = listed(inner(packed), more="x" * (1 << 20))
    refused(write_pack(tmp_path / "a.pack", padded), used, match="is not a pack")


def test_a_list_of_contents_that_is_no_file_is_refused(used: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.pack", "w:gz") as archive:
        entry = tarfile.TarInfo(HEADER)
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    refused(tmp_path / "a.pack", used, match="is not a pack")


@pytest.mark.parametrize("place", range(4))
def test_a_file_that_is_not_as_it_was_packed_is_refused_by_name(
    used: Path, packed: Path, tmp_path: Path, place: int
) -> None:
    files = listed(inner(packed))
    name, content = files[1 + place]
    files[1 + place] = (name, content[:-1] + bytes([content[-1] ^ 1]))
    refused(write_pack(tmp_path / "a.pack", files), used, match=f"{name} in .*a.pack is not as it was packed")
    files[1 + place] = (name, content + b"\0")
    refused(write_pack(tmp_path / "a.pack", files), used, match="which its contents do not list")
    del files[1 + place]
    refused(write_pack(tmp_path / "a.pack", files), used, match=f"lacks {name}")


def test_a_file_beside_the_snapshot_that_is_not_as_it_was_packed_is_refused(
    small_data: Path, used: Path, tmp_path: Path
) -> None:
    write_checks(small_data, CHECKS)
    pack(small_data, tmp_path / "a.pack")
    files = listed(inner(tmp_path / "a.pack"))
    assert files[-1][0] == f"beside/{CHECKS_FILE}"
    files[-1] = (files[-1][0], files[-1][1][:-1] + b" ")
    refused(write_pack(tmp_path / "b.pack", files), used, match="checks.json in .* is not as it was packed")


def test_a_file_that_is_not_listed_or_comes_twice_is_refused(used: Path, packed: Path, tmp_path: Path) -> None:
    files = listed(inner(packed))
    for more in (("snapshot/more", b"x"), files[1], files[0]):
        refused(write_pack(tmp_path / "a.pack", [*files, more]), used, match="which its contents do not list")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(used: Path, packed: Path, tmp_path: Path, kind: bytes) -> None:
    files = listed(inner(packed))
    with tarfile.open(tmp_path / "a.pack", "w:gz") as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            if name == "snapshot/vectors.faiss":
                entry.type, entry.size, entry.linkname = kind, 0, "snapshot/manifest.json"
            archive.addfile(entry, io.BytesIO(content))
    refused(tmp_path / "a.pack", used, match="vectors.faiss")


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "snapshot/../outside",
        "snapshot/../../../outside",
        "/tmp/outside",
        "snapshot//tmp/outside",
        "snapshot/",
        "snapshot/.",
        "snapshot/.hidden",
        "snapshot/folder/file",
        "snapshot/a\nb",
        "snapshot/a\0b",
        "beside/../outside",
        "beside/sync.sqlite",
        "beside/current",
        "",
    ],
)
def test_names_that_lead_outside_are_refused(used: Path, packed: Path, tmp_path: Path, name: str) -> None:
    files = inner(packed) | {name: b"x"}
    refused(write_pack(tmp_path / "a.pack", listed(files)), used, match="files where none should be")
    assert not (tmp_path / "outside").exists()
    assert not Path("/tmp/outside").exists()


@pytest.mark.parametrize("name", ["..", "../outside", "/tmp/outside", ".", "", ".new-pack", "a/b"])
def test_a_snapshots_name_that_leads_outside_is_refused(used: Path, packed: Path, tmp_path: Path, name: str) -> None:
    files = listed(inner(packed), snapshot=name)
    refused(write_pack(tmp_path / "a.pack", files), used, match="files where none should be")


@pytest.mark.parametrize("name", ["../../outside", "../../used", "..", "other"])
def test_a_manifest_with_another_snapshots_name_is_refused(used: Path, packed: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "kept").write_text("kept")
    files = inner(packed)
    honest = json.loads(files["snapshot/manifest.json"])
    files["snapshot/manifest.json"] = json.dumps(honest | {"name": name}).encode()
    refused(write_pack(tmp_path / "a.pack", listed(files, snapshot=honest["name"])), used, SnapshotError)
    assert (tmp_path / "outside" / "kept").read_text() == "kept"


def test_a_manifest_that_does_not_fit_its_files_is_refused(used: Path, packed: Path, tmp_path: Path) -> None:
    files = inner(packed) | {"snapshot/records.sqlite": b"another"}
    refused(write_pack(tmp_path / "a.pack", listed(files)), used, SnapshotDamaged, "records.sqlite")
    wrong = listed(inner(packed), manifest_sha256="0" * 64)
    refused(write_pack(tmp_path / "a.pack", wrong), used, SnapshotDamaged, "manifest.json")


def test_a_pack_of_a_newer_version_is_refused(used: Path, packed: Path, tmp_path: Path) -> None:
    files = inner(packed)
    manifest = json.loads(files["snapshot/manifest.json"])
    files["snapshot/manifest.json"] = json.dumps(manifest | {"format": FORMAT + 1}).encode()
    refused(write_pack(tmp_path / "a.pack", listed(files)), used, OtherFormat, "newer Despatch Box")


def test_a_pack_that_is_cut_short_anywhere_is_refused_or_loses_nothing(
    used: Path, packed: Path, tmp_path: Path
) -> None:
    content = packed.read_bytes()
    whole = read_pack(packed)
    places = {*range(0, len(content), 997), *range(len(content) - 160, len(content))}
    for place in sorted(places):
        (tmp_path / "a.pack").write_bytes(content[:place])
        try:
            unpack(tmp_path / "a.pack", tmp_path / "fresh")
        except PackDamaged:
            assert not list((tmp_path / "fresh" / "snapshots").iterdir())
            continue
        # Only what holds no content was lost: the zeros that end the tar, and the checksum.
        found = {f"snapshot/{name}": raw for name, raw in served(tmp_path / "fresh").items()}
        assert found.items() <= whole.items()
        assert len(content) - place < 160
        break
    else:
        pytest.fail("not even a pack that was whole could be unpacked")


def flipped(content: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    return bytes(changed)


def refused_or_the_same(source: Path, used: Path, whole: Files) -> None:
    before, name = contents(used), current_name(used)
    try:
        unpack(source, used)
    except SnapshotError:
        assert contents(used) == before
        assert current_name(used) == name
    else:
        assert {f"snapshot/{name}": raw for name, raw in served(used).items()}.items() <= whole.items()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_flipped_bit_of_a_pack_is_refused_or_changes_nothing(
    used: Path, packed: Path, tmp_path: Path, data: st.DataObject
) -> None:
    content = packed.read_bytes()
    place, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    (tmp_path / "a.pack").write_bytes(flipped(content, place, bit))
    refused_or_the_same(tmp_path / "a.pack", used, read_pack(packed))


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_spoilt_byte_inside_the_compression_is_refused_or_changes_nothing(
    used: Path, packed: Path, tmp_path: Path, data: st.DataObject
) -> None:
    content = gzip.decompress(packed.read_bytes())
    # Headers of the tar are a small part of it, and where there is most to go wrong.
    headers = [place for place in range(0, len(content), 512) if content[place + 257 : place + 262] == b"ustar"]
    inside = st.sampled_from(headers).flatmap(lambda start: st.integers(start, start + 511))
    place = data.draw(st.one_of(inside, st.integers(0, len(content) - 1)))
    changed = content[:place] + bytes([data.draw(st.integers(0, 255))]) + content[place + 1 :]
    (tmp_path / "a.pack").write_bytes(gzip.compress(changed, 1))
    refused_or_the_same(tmp_path / "a.pack", used, read_pack(packed))


def test_an_interrupted_unpacking_leaves_the_old_snapshot(used: Path, packed: Path) -> None:
    before = contents(used)

    def stop(stage: str, done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack(packed, used, progress=stop)
    assert contents(used) == before


def test_a_full_disk_leaves_the_old_snapshot(
    used: Path, packed: Path, disk_of: Callable[[int], AbstractContextManager[None]]
) -> None:
    before = contents(used)
    with disk_of(5000), pytest.raises(PublishFailed, match="could not be unpacked"):
        unpack(packed, used)
    assert contents(used) == before


def test_a_full_disk_leaves_no_pack(
    built_once: Path, tmp_path: Path, disk_of: Callable[[int], AbstractContextManager[None]]
) -> None:
    (tmp_path / "a.pack").write_text("older")
    with disk_of(5000), pytest.raises(PublishFailed, match=r"could not be written to .*a\.pack"):
        pack(built_once, tmp_path / "a.pack")
    assert [path.name for path in tmp_path.iterdir()] == ["a.pack"]
    assert (tmp_path / "a.pack").read_text() == "older"


def test_an_interrupted_packing_leaves_no_pack(built_once: Path, tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack(built_once, tmp_path / "a.pack", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_pack_can_not_be_written_where_there_is_no_folder_or_a_folder_of_its_name(
    built_once: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    for target in (tmp_path / "none" / "a.pack", tmp_path / "folder"):
        with pytest.raises(PublishFailed):
            pack(built_once, target)
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_nothing_damaged_or_unbuilt_is_packed(small_data: Path, tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot):
        pack(tmp_path / "none", tmp_path / "a.pack")
    folder = open_snapshot(small_data).folder
    (folder / "vectors.faiss").write_bytes(b"spoilt")
    with pytest.raises(SnapshotDamaged, match=r"vectors\.faiss"):
        pack(small_data, tmp_path / "a.pack")
    assert not (tmp_path / "a.pack").exists()


def test_nothing_is_unpacked_while_a_build_is_writing(used: Path, packed: Path) -> None:
    with writing(used):
        pid = os.fork()
        if pid == 0:
            try:
                unpack(packed, used)
            except DirectoryBusy:
                os._exit(7)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_a_snapshot_that_is_removed_while_it_is_packed_is_packed_whole(small_data: Path, tmp_path: Path) -> None:
    write_checks(small_data, CHECKS)
    MemberRegister((MemberEntry(9001),)).write(small_data / MEMBERS_FILE)
    whole, folder = served(small_data), open_snapshot(small_data).folder

    def a_sync_goes_on(stage: str, done: int, total: int | None) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        write_checks(small_data, Checks())
        MemberRegister((MemberEntry(9001), MemberEntry(9002))).write(small_data / MEMBERS_FILE)

    pack(small_data, tmp_path / "a.pack", progress=a_sync_goes_on)
    unpack(tmp_path / "a.pack", tmp_path / "other")
    assert served(tmp_path / "other") == whole
    assert read_checks(tmp_path / "other") == CHECKS
    assert MemberRegister.read(tmp_path / "other" / MEMBERS_FILE).ids == {9001}


def test_a_file_that_is_cut_short_while_it_is_packed_is_told_by_its_own_name(small_data: Path, tmp_path: Path) -> None:
    vectors = open_snapshot(small_data).vectors_file

    def cut(stage: str, done: int, total: int | None) -> None:
        os.truncate(vectors, 10)

    with pytest.raises(SnapshotDamaged, match=r"vectors\.faiss was cut short"):
        pack(small_data, tmp_path / "a.pack", progress=cut)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_file_beside_the_snapshot_that_can_not_be_read_is_told_by_its_own_name(
    small_data: Path, tmp_path: Path
) -> None:
    (small_data / CHECKS_FILE).mkdir()
    with pytest.raises(SnapshotDamaged, match=r"checks\.json can't be read"):
        pack(small_data, tmp_path / "a.pack")


def test_a_register_of_members_that_is_there_is_merged_with_the_packs(
    small_data: Path, used: Path, tmp_path: Path
) -> None:
    MemberRegister((MemberEntry(9001),)).write(small_data / MEMBERS_FILE)
    MemberRegister((MemberEntry(9002),)).write(used / MEMBERS_FILE)
    pack(small_data, tmp_path / "a.pack")
    unpack(tmp_path / "a.pack", used)
    assert MemberRegister.read(used / MEMBERS_FILE).ids == {9001, 9002}


def test_a_register_of_members_that_can_not_be_read_is_not_replaced(
    small_data: Path, used: Path, tmp_path: Path
) -> None:
    MemberRegister((MemberEntry(9001),)).write(small_data / MEMBERS_FILE)
    pack(small_data, tmp_path / "a.pack")
    (used / MEMBERS_FILE).write_text("{")
    refused(tmp_path / "a.pack", used, PublishFailed, match=r"members\.json.*nothing was unpacked; move that file away")
    (small_data / MEMBERS_FILE).write_text("{")
    pack(small_data, tmp_path / "b.pack")
    refused(tmp_path / "b.pack", used, PackDamaged, match="register of Members in .* can't be read")
