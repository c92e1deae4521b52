"""Vectors kept by text, so that each distinct text is encoded once with each model, whatever stops a build.

DIR/embeddings/MODEL.sqlite    one row a text: its hash, its vector, a checksum of both

Nothing is lost with these files but time: a build computes again what is not there.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.encoders import Encoder, EncoderIdentity
from retrieval.errors import PublishFailed

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    text BLOB PRIMARY KEY, vector BLOB NOT NULL, checksum BLOB NOT NULL, precision TEXT NOT NULL
)
"""
# A vector of 384 numbers takes 1.5 KB: on pages of the usual 4 KB half of the file would be empty.
_PAGE_BYTES = 32_768
# Encoded and kept at a time: a build that is killed loses at most this many, about three seconds' work.
_ROUND = 512
_ASKED_AT_ONCE = 500


def text_name(text: str) -> bytes:
    """Return what names a text that the encoder reads: the first 16 bytes of its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


class Embeddings:
    """The vectors of one model in one data directory; used by one build at a time.

    Args:
        data: The data directory.
        model: The encoder's identity; a folder that was moved is the same model.

    Raises:
        PublishFailed: If the file can't be made or written.
    """

    def __init__(self, data: Path, model: EncoderIdentity) -> None:
        """Open the model's file; one that SQLite can't read gives way to a new one, now or when that is found."""
        self._dimensions = model.dimensions
        named = f"{model.weights_sha256} {model.dimensions} {model.window} {model.document_prefix}"
        self.path = data / "embeddings" / f"{hashlib.sha256(named.encode()).hexdigest()[:16]}.sqlite"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = self._opened()
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._start_anew()
        except (OSError, sqlite3.Error) as error:
            raise PublishFailed(f"{self.path} can't be written ({error}): nothing has changed in {data}") from error

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None)
        settings = f"PRAGMA page_size={_PAGE_BYTES}; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        connection.executescript(f"{settings} {_SCHEMA};")
        return connection

    def _start_anew(self) -> None:
        if hasattr(self, "_connection"):
            self._connection.close()
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()
        self._connection = self._opened()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __len__(self) -> int:
        """Return how many texts have a vector."""
        return int(self._connection.execute("SELECT count(*) FROM vectors").fetchone()[0])

    def fill(self, names: Sequence[bytes], vectors: NDArray[np.float32]) -> tuple[NDArray[np.bool_], set[str]]:
        """Put the vectors that are kept in their rows; one that is not as it was written counts as not kept.

        Args:
            names: The texts, each once.
            vectors: Shape (len(names), dimensions), float32; the rows of texts that are kept are written.

        Returns:
            Which rows were written, shape (len(names),), and the arithmetic by which their vectors were made.
        """
        place_of = {name: place for place, name in enumerate(names)}
        written, precisions = np.zeros(len(names), dtype=bool), set[str]()
        for start in range(0, len(names), _ASKED_AT_ONCE):
            asked = names[start : start + _ASKED_AT_ONCE]
            marks = ", ".join("?" * len(asked))
            sql = f"SELECT * FROM vectors WHERE text IN ({marks})"
            for name, raw, checksum, precision in self._rows(sql, asked):
                if self._is_as_written(name, raw, checksum) and isinstance(precision, str):
                    vectors[place_of[name]] = np.frombuffer(raw, dtype="<f4")
                    written[place_of[name]] = True
                    precisions.add(precision)
        return written, precisions

    def _is_as_written(self, name: bytes, raw: object, checksum: object) -> bool:
        return isinstance(raw, bytes) and len(raw) == 4 * self._dimensions and checksum == _checksum(name, raw)

    def _rows(self, sql: str, values: Sequence[bytes]) -> list[tuple[Any, ...]]:
        """Run one SELECT; where the file turns out to be damaged, start a new one and return nothing."""
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            if not _is_damage(error):
                raise PublishFailed(f"{self.path} can't be read ({error}): the index stands as it was") from error
            self._start_anew()
            return []

    def keep_unless_worse(self, vectors: Sequence[tuple[bytes, NDArray[np.float32]]], precision: str) -> None:
        """Keep vectors, but for one that is rounded to half precision of a text that has a vector already.

        Args:
            vectors: By the names of their texts.
            precision: The arithmetic by which they were made.

        Raises:
            PublishFailed: If the disk is full or can't be written.
        """
        rounded = list(dict.fromkeys(name for name, vector in vectors if are_rounded(vector[np.newaxis])[0]))
        written, _ = self.fill(rounded, np.zeros((len(rounded), self._dimensions), dtype=np.float32))
        held = {name for name, is_there in zip(rounded, written, strict=True) if is_there}
        self.keep(((name, vector) for name, vector in vectors if name not in held), precision)

    def keep(self, vectors: Iterable[tuple[bytes, NDArray[np.float32]]], precision: str) -> None:
        """Keep vectors by the names of their texts, all of them or none.

        Raises:
            PublishFailed: If the disk is full or can't be written.
        """
        rows = [
            (name, raw, _checksum(name, raw), precision)
            for name, raw in ((name, vector.astype("<f4").tobytes()) for name, vector in vectors)
        ]
        try:
            try:
                self._insert(rows)
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
                self._start_anew()
                self._insert(rows)
        except sqlite3.Error as error:
            raise PublishFailed(f"{self.path} can't be written ({error}): the index stands as it was") from error

    def _insert(self, rows: list[tuple[bytes, bytes, bytes, str]]) -> None:
        with self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)


def are_rounded(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return of which vectors half precision loses nothing: an index in clusters has had them, or it might as well.

    Args:
        vectors: Shape (n, dimensions), float32.

    Returns:
        Shape (n,).
    """
    return np.asarray((vectors == vectors.astype(np.float16).astype(np.float32)).all(axis=1))


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether a file is no database, or a broken one; a full disk or a lock is another matter."""
    return getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def encode_and_keep(
    texts: dict[bytes, str],
    encoder: Encoder,
    embeddings: Embeddings,
    progress: Callable[[int], None],
    found: Callable[[list[bytes], NDArray[np.float32]], None] = lambda names, vectors: None,
) -> None:
    """Encode texts, longest first, and keep what is done every few seconds.

    Args:
        texts: By name, what the encoder reads.
        encoder: Makes the vectors.
        embeddings: Keeps them.
        progress: Hears how many more are done.
        found: Hears the names of some texts and their vectors, shape (len(names), dimensions), as they are made.

    Raises:
        PublishFailed: If the disk is full or can't be written; what was kept before stays.
    """
    # Texts of one length share a batch without padding.
    names = sorted(texts, key=lambda name: (-len(texts[name]), name))
    for start in range(0, len(names), _ROUND):
        part = names[start : start + _ROUND]
        vectors = encoder.encode_documents([texts[name] for name in part], progress)
        embeddings.keep(zip(part, vectors, strict=True), encoder.precision)
        found(part, vectors)


def _checksum(name: bytes, raw: bytes) -> bytes:
    return hashlib.blake2b(name + raw, digest_size=8).digest()
