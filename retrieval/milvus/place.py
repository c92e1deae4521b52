"""Where a Milvus server is, what of it belongs to a data directory, and which collection a snapshot goes with.

DIR/milvus.json    tokens by server, and the collections that builds in this directory have made there
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.errors import PublishFailed, QueryError, SnapshotDamaged
from retrieval.files import replace_file

PLACES_FILE: Final = "milvus.json"
DEFAULT_ALIAS: Final = "despatch"
SAMPLED: Final = 64
"""How many vectors are held against their hash when a snapshot is opened: enough to know another collection by."""

_ALIAS: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)


class StoreName(StrEnum):
    """Where vectors and words are: in files that FAISS and tantivy read, or on a Milvus server."""

    LOCAL = "local"
    MILVUS = "milvus"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a build puts vectors and words.

    Attributes:
        uri: `http://host:port` of a server, or the path of a file that Milvus Lite keeps; empty for this machine, with
            FAISS and tantivy.
        token: Lets a client in, as the server's administrator gives it.
        alias: The name under which a server has the collection of the current snapshot. One for each data directory.
    """

    uri: str
    token: str = field(default="", repr=False)
    alias: str = DEFAULT_ALIAS

    def __post_init__(self) -> None:
        """Refuse an address with a password, which would end up in a manifest, and a name that no server takes.

        Raises:
            QueryError: Naming the option.
        """
        if "@" in urlsplit(self.uri).netloc:
            raise QueryError("uri", "it has a name or a password in it: leave it out, and set DESPATCH_MILVUS_TOKEN")
        if not _ALIAS.fullmatch(self.alias):
            raise QueryError("collection", f"{self.alias!r} is no name for it: use letters, digits and _, up to 100")


THIS_MACHINE: Final = Target("")


@dataclass(frozen=True, slots=True)
class Generation:
    """The collection of one snapshot. Primary key: `uri`, `collection`.

    Attributes:
        uri: Where it was built.
        alias: The name that leads to the newest of its kind.
        collection: Its own name, which no other generation has.
        rows: How many there are in it: one a passage.
        dimensions: Length of a vector.
        sha256: Of all vectors in the order of their rows, as float32, little-endian, in hex.
        sample_sha256: Of those of `sampled_rows` likewise.
    """

    uri: str
    alias: str
    collection: str
    rows: int
    dimensions: int
    sha256: str
    sample_sha256: str

    @classmethod
    def of(cls, target: Target, snapshot: str, vectors: NDArray[np.float32]) -> Generation:
        """Return the collection that is to hold the vectors of a snapshot.

        Args:
            target: Where.
            snapshot: The snapshot's name.
            vectors: Shape (rows, dimensions), float32, in the order of the rows.
        """
        rows, dimensions = vectors.shape
        name = re.sub(r"[^A-Za-z0-9]", "_", snapshot)
        whole, sample = digest(vectors), digest(vectors[sampled_rows(rows)])
        return cls(target.uri, target.alias, f"{target.alias}_{name}", rows, dimensions, whole, sample)


def digest(vectors: NDArray[np.float32]) -> str:
    """Return the SHA-256 of vectors, as float32, little-endian, row by row, in hex."""
    return hashlib.sha256(np.ascontiguousarray(vectors, dtype="<f4").data).hexdigest()


def sampled_rows(rows: int) -> NDArray[np.int64]:
    """Return the rows that are looked at when a snapshot is opened, evenly spread, rising, the last one among them."""
    return np.unique(np.linspace(0, max(rows - 1, 0), num=min(rows, SAMPLED)).astype(np.int64))


@dataclass(frozen=True, slots=True)
class Made:
    """A collection that a build in this directory made. Primary key: both."""

    uri: str
    collection: str

    @property
    def alias(self) -> str:
        """The alias that leads to it while its snapshot is served: its name without the snapshot's."""
        return self.collection.rsplit("_", 2)[0]


@dataclass(frozen=True, slots=True)
class Places:
    """What a data directory knows of Milvus servers.

    Attributes:
        tokens: By address.
        made: What builds have made and not removed; no other collection is ever touched.
    """

    tokens: dict[str, str] = field(default_factory=dict)
    made: tuple[Made, ...] = ()

    @classmethod
    def read(cls, data: Path) -> Places:
        """Return what a data directory knows; nothing where it was never built to a server.

        Raises:
            SnapshotDamaged: If the file can't be read.
        """
        path = data / PLACES_FILE
        try:
            return msgspec.json.decode(path.read_bytes(), type=Places)
        except FileNotFoundError:
            return cls()
        except (OSError, msgspec.DecodeError) as error:
            raise SnapshotDamaged(
                f"{path} can't be read ({error}): restore it from a copy, or remove it, then build again with "
                "`--store milvus --uri URI`, and with DESPATCH_MILVUS_TOKEN set if the server asks for a token"
            ) from error

    def write(self, data: Path) -> None:
        """Replace the file, readable by its owner alone.

        Raises:
            PublishFailed: If the disk is full or can't be written; the file stands as it was.
        """
        path = data / PLACES_FILE
        try:
            replace_file(path, msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n", mode=0o600)
        except OSError as error:
            raise PublishFailed(f"{path} could not be written ({error}): nothing has changed") from error

    def knowing(self, target: Target, collection: str) -> Places:
        """Return the same with a collection that is about to be made, and the token if there is one."""
        tokens = {**self.tokens, target.uri: target.token} if target.token else self.tokens
        made = Made(target.uri, collection)
        return replace(self, tokens=tokens, made=(*(one for one in self.made if one != made), made))

    def without(self, gone: Iterable[Made]) -> Places:
        """Return the same without collections that were removed."""
        removed = frozenset(gone)
        return replace(self, made=tuple(one for one in self.made if one not in removed))

    def target(self, generation: Generation, uri: str | None = None, token: str = "") -> Target:
        """Return how to reach a collection.

        Args:
            generation: As the manifest has it.
            uri: Another address of the same server.
            token: In the place of the one that is kept.
        """
        kept = self.tokens.get(uri or generation.uri, self.tokens.get(generation.uri, ""))
        return Target(uri or generation.uri, token or kept, generation.alias)
