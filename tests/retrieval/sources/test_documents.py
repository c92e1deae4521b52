"""Documents: plain and packed, whole and broken, from disk and from a stream."""

import gzip
import io
import os
import threading
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import SourceError, SourceNotFound
from retrieval.sources import Document
from retrieval.sources.documents import HEAD_BYTES, unreadable


def contents(document):
    with document, document.open() as stream:
        return stream.read()


def test_a_plain_file_comes_out_as_it_is(tmp_path):
    path = tmp_path / "plain"
    path.write_bytes(b"one\ntwo\n")
    document = Document.at(str(path))
    assert (document.path, document.head) == (str(path), b"one\ntwo\n")
    assert contents(document) == b"one\ntwo\n"


def test_an_empty_file_has_an_empty_head(tmp_path):
    path = tmp_path / "empty"
    path.touch()
    assert Document.at(str(path)).head == b""


def test_a_gzip_file_is_known_by_its_first_bytes_and_not_by_its_name(tmp_path):
    packed, named = tmp_path / "packed.txt", tmp_path / "plain.gz"
    packed.write_bytes(gzip.compress(b"words\n"))
    named.write_bytes(b"words\n")
    assert contents(Document.at(str(packed))) == b"words\n"
    assert contents(Document.at(str(named))) == b"words\n"


def test_the_head_is_the_first_64_kib_and_a_document_opens_again_at_its_start(tmp_path):
    path = tmp_path / "long.gz"
    data = os.urandom(HEAD_BYTES + 7)
    path.write_bytes(gzip.compress(data))
    document = Document.at(str(path))
    assert document.head == data[:HEAD_BYTES]
    for _ in range(2):
        with document.open() as stream:
            assert stream.read() == data


def test_members_of_a_gzip_file_follow_one_another_and_padding_is_allowed(tmp_path):
    path = tmp_path / "two.gz"
    path.write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n") + bytes(512))
    assert contents(Document.at(str(path))) == b"one\ntwo\n"


def test_a_gzip_file_cut_short_gives_what_it_has_and_then_a_fault(tmp_path):
    path = tmp_path / "cut.gz"
    data = b"".join(b"%d\n" % number for number in range(50_000))
    path.write_bytes(gzip.compress(data)[:-1000])
    document = Document.at(str(path))
    assert document.head == data[:HEAD_BYTES]
    lines: list[bytes] = []
    with (
        document.open() as stream,
        pytest.raises(SourceError, match=r"cut\.gz: the gzip file stops short") as caught,
    ):
        lines.extend(stream)
    assert len(lines) > 10_000
    assert data.startswith(b"".join(lines))
    assert caught.value.path == str(path)


def test_a_gzip_file_that_breaks_at_once_is_a_fault(tmp_path):
    path = tmp_path / "broken.gz"
    path.write_bytes(b"\x1f\x8b\x08 this is no gzip at all")
    with pytest.raises(SourceError, match="the gzip file is broken"):
        Document.at(str(path))


def test_a_gzip_file_with_a_wrong_checksum_is_a_fault(tmp_path):
    path = tmp_path / "changed.gz"
    packed = bytearray(gzip.compress(b"words\n" * 20_000))
    packed[-6] ^= 1
    path.write_bytes(packed)
    document = Document.at(str(path))
    with document.open() as stream, pytest.raises(SourceError, match="the gzip file is broken"):
        stream.read()


def test_other_data_behind_a_gzip_member_is_a_fault(tmp_path):
    path = tmp_path / "tail.gz"
    path.write_bytes(gzip.compress(b"words\n") + b"and more")
    document = Document.at(str(path))
    assert document.head == b"words\n"
    with document.open() as stream, pytest.raises(SourceError, match="the gzip file is broken"):
        stream.read()


def test_a_decompression_bomb_is_a_fault_long_before_it_has_gone_off(tmp_path):
    path = tmp_path / "bomb.gz"
    packer = zlib.compressobj(9, wbits=31)
    path.write_bytes(b"".join([packer.compress(bytes(1 << 20)) for _ in range(128)]) + packer.flush())
    parts: list[bytes] = []
    with Document.at(str(path)).open() as stream, pytest.raises(SourceError, match="decompression bomb"):
        parts.extend(iter(lambda: stream.read(1 << 16), b""))
    assert len(b"".join(parts)) < 32 << 20


def test_a_stream_can_be_opened_again_and_is_unpacked():
    for given_bytes in (b"words\n", gzip.compress(b"words\n")):
        with Document.of_stream("-", io.BytesIO(given_bytes)) as document:
            assert (document.path, document.head) == ("-", b"words\n")
            for _ in range(2):
                with document.open() as stream:
                    assert stream.readline() == b"words\n"


def test_a_broken_stream_is_a_fault():
    class Broken(io.RawIOBase):
        def readable(self):
            return True

        def readinto(self, buffer):
            raise OSError(5, "Input/output error")

    with pytest.raises(SourceError, match=r"^-: can't be read \(Input/output error\)"):
        Document.of_stream("-", io.BufferedReader(Broken()))
    with pytest.raises(SourceError, match="the gzip file is broken"):
        Document.of_stream("-", io.BytesIO(b"\x1f\x8b not gzip at all"))


def test_a_named_pipe_is_read_once_and_kept(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_bytes(b"words\n"))
    writer.start()
    document = Document.at(str(path))
    writer.join()
    assert document.head == b"words\n"
    assert contents(document) == b"words\n"


def test_a_path_without_a_file_is_not_found_and_a_folder_can_not_be_read(tmp_path):
    with pytest.raises(SourceNotFound, match="is not there"):
        Document.at(str(tmp_path / "none"))
    with pytest.raises(SourceError, match=r"can't be read \(Is a directory\)"):
        Document.at(str(tmp_path))


def test_a_fault_of_the_system_says_what_the_system_said():
    told = unreadable("kept.json", PermissionError(13, "Permission denied"))
    assert str(told) == "kept.json: can't be read (Permission denied): check its permissions and the disk"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=4), st.integers(1, 5000), st.integers(1, 400))
def test_packed_bytes_come_out_as_they_went_in_however_they_are_read(parts, size, repeats):
    data = [part * repeats for part in parts]
    packed = b"".join(map(gzip.compress, data)) or gzip.compress(b"")
    out = []
    with Document.of_stream("-", io.BytesIO(packed)) as document, document.open() as stream:
        while part := stream.read(size):
            out.append(part)
    assert b"".join(out) == b"".join(data)
