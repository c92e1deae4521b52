"""The vectors of a snapshot as a Parquet file, from whatever store has them, and back; the one user of pyarrow.

One row a passage, in the order of their rows: `row`, `key` and `ordinal` say which passage it is, `text` names what
the encoder read for it, and `vector` is what that became. The file says which model made them, and has their hash.
Vectors that are read go where a build looks for them by the names of their texts: so they fit whatever is built from
the same records, in either store, and can never stand for another text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.build_report import Progress, no_progress
from retrieval.corpus import Corpus
from retrieval.embeddings import Embeddings
from retrieval.encoders import EncoderIdentity
from retrieval.errors import ExtraMissing, PackDamaged, PublishFailed
from retrieval.files import flush, part_of

_AT_ONCE: Final = 8_192  # Rows of a group: about 13 MB.
_ABOUT: Final = b"despatch-box"
_NAME_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class VectorsRead:
    """What was read of a file.

    Attributes:
        model: Name of the model that made the vectors; builds with any other do not use them.
        rows: How many there are in the file.
        texts: How many texts the data directory has a vector of now, for that model.
    """

    model: str
    rows: int
    texts: int


class _About(msgspec.Struct):
    """What a file says of itself."""

    snapshot: str
    precision: str
    model: EncoderIdentity
    rows: int
    sha256: str


def write_vectors(corpus: Corpus, path: Path, *, progress: Progress = no_progress) -> int:
    """Write the vectors of a corpus to one Parquet file, and return how many there are.

    Args:
        corpus: An opened snapshot, from either store.
        path: The file to write; one that is there is replaced once the new one is whole.
        progress: Hears how many are written.

    Raises:
        ExtraMissing: If pyarrow is not installed.
        PublishFailed: If the file can't be written.
        StoreUnreachable: If a server has the vectors, and can't be used.
    """
    arrow, parquet = _libraries(path)
    part, manifest = part_of(path), corpus.manifest
    dimensions = manifest.model.dimensions
    types = {"row": arrow.int64(), "key": arrow.string(), "ordinal": arrow.int32(), "text": arrow.binary(_NAME_BYTES)}
    schema = arrow.schema({**types, "vector": arrow.list_(arrow.float32(), dimensions)})
    digest = hashlib.sha256()
    try:
        with parquet.ParquetWriter(part, schema, compression="zstd") as writer:
            for first, named in _named(corpus):
                vectors = corpus.index.rows(np.arange(first, first + len(named), dtype=np.int64))
                digest.update(np.ascontiguousarray(vectors, dtype="<f4").tobytes())
                columns: list[Any] = [list(column) for column in zip(*named, strict=True)]
                flat = arrow.array(vectors.reshape(-1), arrow.float32())
                columns.append(arrow.FixedSizeListArray.from_arrays(flat, dimensions))
                writer.write_table(arrow.table(columns, schema=schema))
                progress("Writing vectors", first + len(named), len(corpus.index))
            about = _About(manifest.name, manifest.precision, manifest.model, len(corpus.index), digest.hexdigest())
            writer.add_key_value_metadata({_ABOUT: msgspec.json.encode(about)})
        flush(part)
        part.rename(path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise PublishFailed(f"{path} could not be written ({error})") from error
        raise
    return len(corpus.index)


def _named(corpus: Corpus) -> Iterator[tuple[int, list[tuple[object, ...]]]]:
    """Yield in turn the first of some rows, with row, key, ordinal and the name of the text of each of them."""
    sql = (
        "SELECT row, key, ordinal, encoded FROM passages JOIN records ON record = number"
        " WHERE row >= ? AND row < ? ORDER BY row"
    )
    for first in range(0, len(corpus.index), _AT_ONCE):
        yield first, corpus.store.rows(sql, (first, first + _AT_ONCE))


def read_vectors(path: Path, data: Path, *, progress: Progress = no_progress) -> VectorsRead:
    """Keep the vectors of a Parquet file in a data directory, for its next build.

    One that an index in clusters has rounded to half precision takes no other's place: what is kept may be exact.

    Args:
        path: A file that `write_vectors` wrote.
        data: The data directory; made if need be.
        progress: Hears how many are read.

    Raises:
        ExtraMissing: If pyarrow is not installed.
        PackDamaged: If the file can't be read, or is not what was written.
        PublishFailed: If they can't be kept.
    """
    arrow, parquet = _libraries(path)
    try:
        with parquet.ParquetFile(path) as file:
            about = _about(path, file.metadata.metadata or {})
            # All of them are looked at before any is kept.
            digest = hashlib.sha256()
            for _, vectors in _read(file, about):
                digest.update(vectors.tobytes())
            if digest.hexdigest() != about.sha256 or file.metadata.num_rows != about.rows:
                raise _damaged(path, "does not hold the vectors that were written to it")
            return VectorsRead(about.model.name, about.rows, _kept(file, about, data, progress))
    except (OSError, arrow.ArrowException, KeyError, ValueError) as error:
        raise _damaged(path, f"can't be read ({error})") from error


def _kept(file: Any, about: _About, data: Path, progress: Progress) -> int:
    embeddings = Embeddings(data, about.model)
    try:
        done = 0
        for names, vectors in _read(file, about):
            embeddings.keep_unless_worse(list(zip(names, vectors, strict=True)), about.precision)
            done += len(names)
            progress("Reading vectors", done, about.rows)
        return len(embeddings)
    finally:
        embeddings.close()


def _read(file: Any, about: _About) -> Iterator[tuple[list[bytes], NDArray[np.float32]]]:
    for batch in file.iter_batches(_AT_ONCE, columns=["text", "vector"]):
        flat = batch.column("vector").flatten().to_numpy(zero_copy_only=False)
        vectors = np.ascontiguousarray(flat, dtype="<f4").reshape(-1, about.model.dimensions)
        yield batch.column("text").to_pylist(), vectors


def _about(path: Path, metadata: dict[bytes, bytes]) -> _About:
    try:
        return msgspec.json.decode(metadata[_ABOUT], type=_About)
    except (KeyError, msgspec.DecodeError) as error:
        raise _damaged(path, "was not written by `despatch export-vectors`") from error


def _damaged(path: Path, what: str) -> PackDamaged:
    return PackDamaged(f"{path} {what}: write it again with `despatch export-vectors`")


def _libraries(path: Path) -> tuple[Any, Any]:
    try:
        import pyarrow as arrow  # noqa: PLC0415 - it is an extra
        from pyarrow import parquet  # noqa: PLC0415 - of the same extra
    except ImportError as error:
        raise ExtraMissing(path, "Parquet needs pyarrow: run `pip install 'despatch-box[milvus]'`") from error
    return arrow, parquet
