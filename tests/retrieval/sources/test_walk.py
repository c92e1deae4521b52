"""Files, folders and standard input: what is read, in which order, what is ignored and what is a fault."""

import gzip
import io
import json
import os
import socket
import tempfile
from datetime import date
from pathlib import Path

import pytest

from retrieval.errors import ClippedRecord, MalformedRecord, SourceError, SourceNotFound, UnknownSource
from retrieval.sources import READERS, ReadReport, Received, Withdrawn, read_sources, reader_named
from retrieval.sources.walk import MAX_FAULTS_KEPT

READ_ON = date(2026, 11, 21)


def line(number, **fields):
    record = {"id": number, "questionText": f"What is {number}?", "answerText": f"It is {number}.", **fields}
    return json.dumps(record).encode() + b"\n"


def ids(*paths, report=None, **options):
    report = report or ReadReport()
    pairs = read_sources([str(path) for path in paths], report, read_on=READ_ON, **options)
    return [record.api_id for _, record in pairs]


def write(path, *parts):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(parts))
    return path


def test_a_record_comes_with_what_was_received_and_where(tmp_path):
    path = write(tmp_path / "a", line(1), line(2))
    report = ReadReport()
    pairs = list(read_sources([str(path)], report, read_on=READ_ON))
    assert [(pair[0].raw, pair[0].reader) for pair in pairs] == [
        (line(1).strip(), "parliament-api"),
        (line(2).strip(), "parliament-api"),
    ]
    for place, (received, record) in enumerate(pairs, start=1):
        assert isinstance(received, Received)
        assert record.provenance is received.provenance
        assert (record.provenance.source, record.provenance.place) == (str(path), place)
        assert record.provenance.read_on == READ_ON
    assert (report.documents, report.records) == (1, 2)


def test_paths_are_read_in_the_order_given_and_folders_in_the_order_of_names(tmp_path):
    write(tmp_path / "folder" / "b", line(2))
    write(tmp_path / "folder" / "a" / "z", line(1))
    write(tmp_path / "folder" / "c.gz", gzip.compress(line(3)))
    last = write(tmp_path / "0", line(4))
    assert ids(tmp_path / "folder", last) == [1, 2, 3, 4]
    assert ids(last, tmp_path / "folder") == [4, 1, 2, 3]


def test_unanswered_questions_are_given_and_withdrawn_ones_are_not_and_neither_is_a_fault(tmp_path):
    path = write(tmp_path / "a", line(1, answerText=None), line(2, isWithdrawn=True), line(3), line(4, answerText=""))
    report = ReadReport()
    found = [record for _, record in read_sources([str(path)], report, read_on=READ_ON)]
    assert [(record.api_id, record.is_answered) for record in found] == [(1, False), (3, True), (4, False)]
    assert (report.records, report.unanswered, report.withdrawn, report.fault_count) == (1, 2, 1, 0)
    assert report.withdrawn_ids == {2}


def test_the_ids_of_clipped_records_are_kept_so_that_they_can_be_fetched_whole(tmp_path):
    report = ReadReport()
    path = write(tmp_path / "a", line(7, answerText="a" * 255 + "..."), line(8), line(9, questionText="q" * 255))
    assert ids(path, report=report) == [8]
    assert (report.clipped, report.clipped_ids) == (2, {7, 9})


def test_a_clipped_question_that_waits_for_its_answer_is_given_as_clipped(tmp_path):
    path = write(tmp_path / "a", line(9, questionText="q" * 255, answerText=None))
    report = ReadReport()
    found = [record for _, record in read_sources([str(path)], report, read_on=READ_ON)]
    assert [(record.api_id, record.question_is_clipped) for record in found] == [(9, True)]
    assert report.fault_count == 0


def test_faults_are_listed_and_reading_goes_on(tmp_path):
    path = write(tmp_path / "a", line(1), b"{\n", line(3, house="None"), line(4, questionText="q" * 255), line(5))
    report = ReadReport()
    assert ids(path, report=report) == [1, 5]
    assert [(type(fault), fault.line) for fault in report.faults] == [
        (MalformedRecord, 2),
        (MalformedRecord, 3),
        (ClippedRecord, 4),
    ]
    assert (report.fault_count, report.clipped, report.records) == (3, 1, 2)


def test_with_strict_the_first_fault_is_raised(tmp_path):
    path = write(tmp_path / "a", line(1), line(2, uin="?"), line(3, house="?"))
    report = ReadReport()
    found = read_sources([str(path)], report, read_on=READ_ON, strict=True)
    assert next(found)[1].api_id == 1
    with pytest.raises(MalformedRecord, match=r"a:2: uin: is '\?'"):
        next(found)
    assert (report.fault_count, report.records) == (1, 1)


def test_more_faults_than_are_kept_are_still_counted(tmp_path):
    path = write(tmp_path / "a", line(1), b"{}\n" * (MAX_FAULTS_KEPT + 5))
    report = ReadReport()
    assert ids(path, report=report) == [1]
    assert (report.fault_count, len(report.faults)) == (MAX_FAULTS_KEPT + 5, MAX_FAULTS_KEPT)
    assert report.faults[-1].line == MAX_FAULTS_KEPT + 1


def test_files_of_other_kinds_in_a_folder_are_listed_as_ignored(tmp_path):
    other, empty = write(tmp_path / "a.json", b"[1, 2]"), write(tmp_path / "b.json", b"")
    binary = write(tmp_path / "c", bytes(range(256)))
    write(tmp_path / "d", line(1))
    report = ReadReport()
    assert ids(tmp_path, report=report) == [1]
    assert report.ignored == [
        (str(other), "is of a kind that no reader knows"),
        (str(empty), "is empty"),
        (str(binary), "is of a kind that no reader knows"),
    ]
    assert (report.documents, report.fault_count) == (1, 0)


def test_a_file_named_outright_that_no_reader_knows_is_an_error(tmp_path):
    path = write(tmp_path / "a.json", b"[1, 2]")
    with pytest.raises(UnknownSource, match=r"a\.json: is of a kind that no reader knows \(readers: parliament-api"):
        ids(path)
    with pytest.raises(UnknownSource, match="is empty"):
        ids(write(tmp_path / "b", b""))


def test_a_path_that_is_not_there_is_an_error_before_anything_is_read(tmp_path):
    path = write(tmp_path / "a", line(1))
    report = ReadReport()
    for missing in (str(tmp_path / "none"), str(path / "below"), "nul\0byte", "x" * 5000):
        with pytest.raises(SourceNotFound, match="is not there"):
            ids(path, missing, report=report)
    assert report == ReadReport()


def test_an_empty_folder_gives_nothing(tmp_path):
    report = ReadReport()
    assert ids(tmp_path, report=report) == []
    assert report == ReadReport()


def test_hidden_files_and_folders_are_passed_over_unless_named(tmp_path):
    hidden = write(tmp_path / ".hidden", line(1))
    write(tmp_path / ".folder" / "a", line(2))
    report = ReadReport()
    assert ids(tmp_path, report=report) == []
    assert report.ignored == []
    assert ids(hidden) == [1]
    assert ids(tmp_path / ".folder") == [2]


def test_links_are_followed_and_what_was_read_already_is_ignored(tmp_path):
    path = write(tmp_path / "folder" / "a", line(1))
    outside = write(tmp_path / "outside" / "b", line(2))
    (tmp_path / "folder" / "b").symlink_to(path)
    (tmp_path / "folder" / "c").symlink_to(outside.parent)
    report = ReadReport()
    assert ids(tmp_path / "folder", path, report=report) == [1, 2]
    why = "read already under another name, or twice"
    assert report.ignored == [(str(tmp_path / "folder" / "b"), why), (str(path), why)]


def test_a_loop_of_links_ends(tmp_path):
    write(tmp_path / "a", line(1))
    (tmp_path / "b").symlink_to(tmp_path)
    (tmp_path / "c").symlink_to("c")
    (tmp_path / "d").symlink_to("nowhere")
    report = ReadReport()
    assert ids(tmp_path, report=report) == [1]
    assert report.ignored == [
        (str(tmp_path / "b"), "read already under another name, or twice"),
        (str(tmp_path / "c"), "a link that leads nowhere (Too many levels of symbolic links)"),
        (str(tmp_path / "d"), "a link that leads nowhere (No such file or directory)"),
    ]
    with pytest.raises(SourceNotFound, match="Too many levels of symbolic links"):
        ids(tmp_path / "c")


def test_pipes_and_sockets_in_a_folder_are_ignored_rather_than_waited_for(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind("socket")
        report = ReadReport()
        assert ids(tmp_path, report=report) == []
    why = "not a file: a pipe, socket or device"
    assert report.ignored == [(str(tmp_path / "pipe"), why), (str(tmp_path / "socket"), why)]


@pytest.fixture
def others_folder():
    """A folder open to all, and a way to be someone else for its time: root is refused nothing."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder, (lambda: os.seteuid(65534 if user == 0 else user))
        os.seteuid(user)
        for path in folder.iterdir():
            path.chmod(0o700)


def test_a_file_or_folder_that_may_not_be_read_is_a_fault(others_folder):
    folder, become_someone_else = others_folder
    secret, closed = write(folder / "a", line(1)), write(folder / "b" / "c", line(2)).parent
    write(folder / "d", line(3))
    secret.chmod(0)
    closed.chmod(0)
    report = ReadReport()
    become_someone_else()
    assert ids(folder, secret, closed, closed / "c", report=report) == [3]
    refused = [secret, closed, closed, closed / "c"]
    assert [fault.path for fault in report.faults] == [str(path) for path in refused]
    for fault in report.faults:
        assert fault.reason == "can't be read (Permission denied): check its permissions and the disk"
    assert report.ignored == [(str(secret), "read already under another name, or twice")]


def test_a_broken_gzip_file_is_a_fault_and_its_good_lines_are_read(tmp_path):
    packed = gzip.compress(b"".join(line(number) for number in range(1, 2001)))
    cut, junk = write(tmp_path / "a", packed[:-2000]), write(tmp_path / "b", b"\x1f\x8bjunk that is no gzip")
    write(tmp_path / "c", line(9999))
    report = ReadReport()
    found = ids(tmp_path, report=report)
    assert found == [*range(1, len(found)), 9999]
    assert len(found) > 500
    assert [(fault.path, fault.line) for fault in report.faults] == [(str(cut), None), (str(junk), None)]
    assert report.faults[0].reason.startswith("the gzip file stops short")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_is_read_where_a_dash_stands(tmp_path, pack):
    path = write(tmp_path / "a", line(1))
    report = ReadReport()
    assert ids(path, "-", report=report, stdin=io.BytesIO(pack(line(2) + b"{}\n"))) == [1, 2]
    assert [(fault.path, fault.line) for fault in report.faults] == [("-", 2)]


def test_standard_input_that_is_not_there_or_of_no_known_kind_is_an_error():
    with pytest.raises(SourceNotFound, match="nothing is connected to standard input"):
        ids("-")
    with pytest.raises(UnknownSource, match=r"^-: is of a kind"):
        ids("-", stdin=io.BytesIO(b"words"))


def test_a_failing_disk_is_a_fault(tmp_path):
    class Failing:
        name = "failing"

        def recognises(self, document):
            return True

        def split(self, document, read_on):
            yield from ()
            raise OSError(5, "Input/output error")

        def parse(self, received):
            return Withdrawn.WITHDRAWN

    report = ReadReport()
    assert ids(write(tmp_path / "a", line(1)), report=report, readers=[Failing()]) == []
    assert [str(fault) for fault in report.faults] == [
        f"{tmp_path / 'a'}: can't be read (Input/output error): check its permissions and the disk"
    ]


def test_readers_are_found_by_their_names():
    for reader in READERS:
        assert reader_named(reader.name) is reader
    names = [reader.name for reader in READERS]
    assert len(set(names)) == len(names)
    # Records of a released format carry these.
    assert {"parliament-api", "saved-page"} <= set(names)
    with pytest.raises(UnknownSource, match=rf"no reader has this name \(there are: {', '.join(names)}\)"):
        reader_named("hansard")


def test_every_error_of_reading_is_a_source_error(tmp_path):
    for wrong in ("none", write(tmp_path / "a", b"words")):
        with pytest.raises(SourceError):
            ids(wrong)


def test_a_file_whose_name_is_not_utf_8_is_ignored_and_listed(tmp_path):
    (tmp_path / "corpus").mkdir()
    os.close(os.open(os.fsencode(tmp_path / "corpus") + b"/\xff.jsonl", os.O_CREAT | os.O_WRONLY))
    report = ReadReport()
    assert list(read_sources([str(tmp_path / "corpus")], report, read_on=date(2026, 11, 21))) == []
    assert report.ignored == [(f"{tmp_path}/corpus/\\udcff.jsonl", "its name is not in UTF-8: rename it")]
