"""A source document as a stream of bytes: a file or standard input, plain or compressed with gzip."""

from __future__ import annotations

import io
import shutil
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, BinaryIO, cast

from retrieval.errors import SourceError, SourceNotFound

HEAD_BYTES = 1 << 16
# Standard input is kept in memory up to here, then on disk.
_SPOOL_BYTES = 1 << 24
_CHUNK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"
# Text of this kind packs about 8 to 1, and never 100 to 1 over a long stretch; a bomb packs about 1,000 to 1.
_MOST_EXPANSION = 200
_EXPANSION_FREE_BYTES = 1 << 24


@dataclass(frozen=True, slots=True)
class Document:
    """A named stream that can be opened more than once. Close it after use; `with` does so.

    Attributes:
        path: The document as the user named it; "-" for standard input.
        head: Its first 64 KiB, decompressed; fewer where it ends or breaks off before.
    """

    path: str
    head: bytes
    _spool: IO[bytes] | None = None

    @classmethod
    def at(cls, path: str) -> Document:
        """Return the document at `path`: a file, or a pipe, which is kept aside as it can be read only once.

        Raises:
            SourceNotFound: If there is nothing at `path`.
            SourceError: If it can't be read, or its compression is broken from the start.
        """
        try:
            if stat.S_ISREG(Path(path).stat().st_mode):
                return cls(path, _head(cls(path, b"")))
            with Path(path).open("rb") as pipe:
                return cls.of_stream(path, pipe)
        except FileNotFoundError:
            raise SourceNotFound(path, "is not there: check the path") from None
        except OSError as error:
            raise unreadable(path, error) from error

    @classmethod
    def of_stream(cls, path: str, stream: BinaryIO) -> Document:
        """Return a document of all that `stream` has left to give, under the name `path`.

        Raises:
            SourceError: If the stream can't be read, or its compression is broken from the start.
        """
        spool = cast(IO[bytes], SpooledTemporaryFile(max_size=_SPOOL_BYTES))  # noqa: SIM115 - close() closes it
        try:
            shutil.copyfileobj(stream, spool)
            return cls(path, _head(cls(path, b"", spool)), spool)
        except OSError as error:
            spool.close()
            raise unreadable(path, error) from error
        except BaseException:
            spool.close()
            raise

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the document at its first byte; what comes out is decompressed as it streams.

        Raises:
            SourceError: On reading, if the compression is broken, cut short, or a decompression bomb.
        """
        if self._spool is not None:
            self._spool.seek(0)
            yield _plain(cast(BinaryIO, self._spool), self.path)
        else:
            with Path(self.path).open("rb") as stream:
                yield _plain(stream, self.path)

    def close(self) -> None:
        """Let go of what was kept aside."""
        if self._spool is not None:
            self._spool.close()

    def __enter__(self) -> Document:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def unreadable(path: str, error: OSError) -> SourceError:
    """Return the fault for a file or folder that the system won't let us read."""
    return SourceError(path, f"can't be read ({error.strerror or error}): check its permissions and the disk")


def _head(document: Document) -> bytes:
    parts: list[bytes] = []
    wanted = HEAD_BYTES
    with document.open() as stream:
        try:
            # read1, as read would lose what it has when the stream breaks off under it.
            while wanted and (part := cast(io.BufferedReader, stream).read1(wanted)):
                parts.append(part)
                wanted -= len(part)
        except SourceError:
            # What came before the break may be good; the reader meets the break again in its place.
            if not parts:
                raise
    return b"".join(parts)


def _plain(stream: BinaryIO, path: str) -> BinaryIO:
    packed = stream.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    stream.seek(0)
    return io.BufferedReader(_Gunzipped(stream, path), _CHUNK_BYTES) if packed else stream


class _Gunzipped(io.RawIOBase):
    """The contents of a gzip stream of one or more members, checked as they come."""

    def __init__(self, packed: BinaryIO, path: str) -> None:
        self._packed = packed
        self._path = path
        self._member = zlib.decompressobj(wbits=31)
        self._waiting = b""
        self._holds_more = False
        self._taken = 0
        self._given = 0

    def readable(self) -> bool:
        """Say that this stream is for reading."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # Buffer: from Python 3.12 on
        """Fill `buffer` as far as it goes; 0 is the end."""
        part = self._next(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def _next(self, size: int) -> bytes:
        while True:
            if self._member.eof:
                rest = (self._member.unused_data or self._more()).lstrip(b"\0")  # padding is allowed
                if not rest:
                    return b""
                self._member, self._waiting = zlib.decompressobj(wbits=31), rest
            packed = self._waiting or (b"" if self._holds_more else self._more())
            if not packed and not self._holds_more:
                raise SourceError(self._path, "the gzip file stops short: fetch or copy it again")
            try:
                part = self._member.decompress(packed, size)
            except zlib.error as error:
                raise SourceError(self._path, f"the gzip file is broken ({error}): fetch it again") from error
            self._waiting = self._member.unconsumed_tail
            self._holds_more = len(part) == size
            self._given += len(part)
            if self._given > max(_EXPANSION_FREE_BYTES, self._taken * _MOST_EXPANSION):
                reason = f"unpacks to more than {_MOST_EXPANSION} times its size: no text does that"
                raise SourceError(self._path, f"{reason}, so it is taken for a decompression bomb")
            if part:
                return part

    def _more(self) -> bytes:
        packed = self._packed.read(_CHUNK_BYTES)
        self._taken += len(packed)
        return packed
