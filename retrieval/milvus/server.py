"""A Milvus server as the arms and builds need it; the one user of pymilvus."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import StoreDamaged, StoreUnreachable
from retrieval.milvus.expressions import (
    DAYS,
    FINDINGS,
    FLAGS,
    HEADING_WORDS,
    MOST_WORDS,
    NUMBERS,
    RECORD,
    TEXTS,
)
from retrieval.milvus.place import Target

WINDOW: Final = 16_384
"""The most hits that a server returns of one search."""

VECTOR, WORDS, ROW = "vector", "words", "row"

_FLAT_UP_TO: Final = 100_000
"""Rows up to which every vector is compared: above, a graph (HNSW) leads to the nearest."""

_GRAPH: Final = {"M": 32, "efConstruction": 400}
_LEAST_LOOKED_AT: Final = 400
_MOST_LOOKED_AT: Final = 32_768
_MOST_BYTES: Final = 65_535  # Of a text.
_SECONDS: Final = 20.0
_BUILD_SECONDS: Final = 3600.0
_POLL_SECONDS: Final = 1.0
_AT_ONCE: Final = 4_096  # Vectors asked for by number in one call: about 6 MB.
_NOT_FOUND: Final = 100
_NOT_READY: Final = 101
_EXTRA: Final = "pymilvus is not installed: run `pip install 'despatch-box[milvus]'`"


class MilvusServer:
    """One server, by one connection that all threads share.

    Args:
        target: Where it is.

    Raises:
        StoreUnreachable: If it does not answer, or pymilvus is not installed.
    """

    def __init__(self, target: Target) -> None:
        """Connect."""
        self._uri = target.uri
        try:
            from grpc import RpcError  # noqa: PLC0415 - it comes with the extra
            from pymilvus import DataType, MilvusClient, MilvusException  # noqa: PLC0415 - it is an extra
        except ImportError as error:
            raise StoreUnreachable(_EXTRA) from error
        # A client logs each call that fails with its arguments, and those may be what somebody asked for.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL + 1)
        self._types: Any = DataType
        # A server that hangs, or does not let in, is told by the protocol's own error.
        self._fault: tuple[type[Exception], ...] = (MilvusException, RpcError)
        with self._told("be reached"):
            self._client: Any = MilvusClient(uri=target.uri, token=target.token, timeout=_SECONDS)

    @contextmanager
    def _told(self, what: str, *, quiet: bool = False) -> Iterator[None]:
        """Turn what pymilvus raises into one of our errors; `quiet` keeps what was asked for out of it."""
        try:
            yield
        except self._fault as error:
            code = getattr(error, "code", "?")
            code = code() if callable(code) else code
            why = f"code {code}" if quiet else f"{error}"
            raise StoreUnreachable(
                f"the Milvus server at {self._uri} can't {what} ({why}): see that it runs and lets you in, and that "
                "nobody removed its collections"
            ) from (None if quiet else error)

    def create(self, collection: str, dimensions: int, rows: int) -> None:
        """Make a collection, empty; one of the same name, which a build that was stopped left, goes first.

        Args:
            collection: Its name.
            dimensions: Length of a vector.
            rows: How many will come: what is the right index depends on it.
        """
        types = self._types
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(ROW, types.INT64, is_primary=True)
        schema.add_field(VECTOR, types.FLOAT_VECTOR, dim=dimensions)
        schema.add_field(WORDS, types.SPARSE_FLOAT_VECTOR)
        for name in (RECORD, *DAYS, *NUMBERS):
            schema.add_field(name, types.INT64)
        for name in FLAGS:
            schema.add_field(name, types.BOOL)
        for name in TEXTS:
            schema.add_field(name, types.VARCHAR, max_length=_MOST_BYTES)
        for name in (FINDINGS, HEADING_WORDS):
            listed = {"element_type": types.VARCHAR, "max_capacity": MOST_WORDS, "max_length": _MOST_BYTES}
            schema.add_field(name, types.ARRAY, **listed)
        indexes = self._client.prepare_index_params()
        graph = {"index_type": "HNSW", "params": _GRAPH} if rows > _FLAT_UP_TO else {"index_type": "FLAT"}
        indexes.add_index(VECTOR, metric_type="IP", **graph)
        indexes.add_index(WORDS, index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        with self._told(f"make the collection {collection}"):
            self.drop(collection)
            self._client.create_collection(collection, schema=schema, consistency_level="Bounded", timeout=_SECONDS)
            # Not to wait: there is nothing to index yet.
            self._client.create_index(collection, indexes, timeout=_SECONDS, sync=False)

    def put(self, collection: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Put rows into a collection, each in the place of the one with its number if there is one."""
        with self._told(f"take rows into {collection}"):
            self._client.upsert(collection, [dict(row) for row in rows], timeout=_BUILD_SECONDS)

    def remove(self, collection: str, rows: Sequence[int]) -> None:
        """Remove rows by their numbers."""
        with self._told(f"remove rows from {collection}"):
            self._client.delete(collection, ids=list(rows), timeout=_SECONDS)

    def finish(self, collection: str) -> None:
        """Wait until all that was put into a collection is kept, indexed and ready to be searched."""
        with self._told(f"finish the collection {collection}"):
            self._client.flush(collection, timeout=_BUILD_SECONDS)
            self._wait_for_index(collection)
            self._client.load_collection(collection, timeout=_BUILD_SECONDS)

    def _asked(self, method: str, collection: str, **asked: object) -> Any:
        """Ask a collection for something; one that the server does not hold ready is made ready first."""
        call = getattr(self._client, method)
        try:
            return call(collection, timeout=_SECONDS, **asked)
        except self._fault as error:
            # Milvus Lite forgets what was ready when it is started again.
            if getattr(error, "code", None) != _NOT_READY:
                raise
        self._client.load_collection(collection, timeout=_BUILD_SECONDS)
        return call(collection, timeout=_SECONDS, **asked)

    def _wait_for_index(self, collection: str) -> None:
        end = time.monotonic() + _BUILD_SECONDS
        for name in self._client.list_indexes(collection):
            # Milvus Lite indexes as it flushes, and does not count.
            while int(self._client.describe_index(collection, name).get("pending_index_rows") or 0):
                if time.monotonic() > end:
                    raise StoreUnreachable(f"the Milvus server at {self._uri} indexes {collection} for an hour already")
                time.sleep(_POLL_SECONDS)

    def count(self, collection: str, expression: str = "") -> int:
        """Return how many rows a collection has, those included that were put a moment ago."""
        with self._told(f"count the rows of {collection}"):
            asked = {"filter": expression, "output_fields": ["count(*)"], "consistency_level": "Strong"}
            return int(self._asked("query", collection, **asked)[0]["count(*)"])

    def nearest(
        self,
        collection: str,
        field: str,
        query: NDArray[np.float32] | Mapping[int, float],
        limit: int,
        expression: str | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the rows with the largest inner products.

        Args:
            collection: Where.
            field: `VECTOR` or `WORDS`.
            query: Of that kind.
            limit: The most rows, 1 to `WINDOW`.
            expression: What they must meet; None lets every row through.

        Returns:
            Row numbers, int64, and scores, float32, falling, both shape (m,), m up to `limit`.
        """
        looked_at = min(_MOST_LOOKED_AT, max(_LEAST_LOOKED_AT, 2 * limit))
        with self._told("search", quiet=True):
            found = self._asked(
                "search",
                collection,
                data=[query if isinstance(query, np.ndarray) else dict(query)],
                anns_field=field,
                filter=expression or "",
                limit=limit,
                # Without a field named, Milvus Lite sends every one of them.
                output_fields=[ROW],
                search_params={"metric_type": "IP", "params": {"ef": looked_at} if field == VECTOR else {}},
            )[0]
        rows = np.fromiter((hit[ROW] for hit in found), dtype=np.int64, count=len(found))
        scores = np.fromiter((hit["distance"] for hit in found), dtype=np.float32, count=len(found))
        order = np.lexsort((rows, -scores))
        return rows[order], scores[order]

    def vectors(self, collection: str, rows: NDArray[np.int64], dimensions: int) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (len(rows), dimensions), float32.

        Raises:
            StoreUnreachable: If the server can't be used.
            StoreDamaged: If one is not there.
        """
        vectors = np.full((len(rows), dimensions), np.nan, dtype=np.float32)
        for start in range(0, len(rows), _AT_ONCE):
            asked = rows[start : start + _AT_ONCE]
            place_of = {row: start + place for place, row in enumerate(asked.tolist())}
            with self._told(f"give the vectors of {collection}"):
                found = self._asked("get", collection, ids=list(place_of), output_fields=[ROW, VECTOR])
            for one in found:
                vectors[place_of[one[ROW]]] = one[VECTOR]
        if np.isnan(vectors).any():
            raise StoreDamaged(f"the collection {collection} at {self._uri} lacks rows: build again")
        return vectors

    def rows_meeting(self, collection: str, expression: str) -> list[int]:
        """Return the numbers of the rows that meet an expression, rising: at most `WINDOW` of them."""
        with self._told("search", quiet=True):
            found = self._asked("query", collection, filter=expression, output_fields=[ROW], limit=WINDOW)
        return sorted(int(one[ROW]) for one in found)

    def has(self, collection: str) -> bool:
        """Return whether there is a collection of this name."""
        with self._told("say which collections it has"):
            return bool(self._client.has_collection(collection, timeout=_SECONDS))

    def led_to(self, alias: str) -> str | None:
        """Return the collection that an alias leads to; None where there is no such alias."""
        try:
            with self._told("say where an alias leads"):
                return str(self._client.describe_alias(alias, timeout=_SECONDS)["collection_name"])
        except StoreUnreachable as error:
            # Lite says "not found" by this code; servers have one of their own for aliases.
            if getattr(error.__cause__, "code", None) in (_NOT_FOUND, _NO_ALIAS):
                return None
            raise

    def lead(self, alias: str, collection: str) -> None:
        """Have an alias lead to a collection, in one step."""
        before = self.led_to(alias)
        if before == collection:
            return
        with self._told(f"have {alias} lead to {collection}"):
            if before is None:
                self._client.create_alias(collection, alias, timeout=_SECONDS)
            else:
                self._client.alter_alias(collection, alias, timeout=_SECONDS)

    def release(self, alias: str, collection: str) -> None:
        """Remove an alias, if it leads to this collection: one that an alias leads to can't be removed."""
        if self.led_to(alias) == collection:
            with self._told(f"remove the alias {alias}"):
                self._client.drop_alias(alias, timeout=_SECONDS)

    def drop(self, collection: str) -> None:
        """Remove a collection, if it is there."""
        with self._told(f"remove the collection {collection}"):
            if self._client.has_collection(collection, timeout=_SECONDS):
                self._client.drop_collection(collection, timeout=_SECONDS)


_NO_ALIAS: Final = 1600

_OPENING = threading.Lock()


@lru_cache(maxsize=8)
def _opened(target: Target) -> MilvusServer:
    return MilvusServer(target)


def connected(target: Target, open_one: Callable[[Target], MilvusServer] = _opened) -> MilvusServer:
    """Return a server; all that ask for the same one in this process share a connection.

    Raises:
        StoreUnreachable: If it does not answer, or pymilvus is not installed.
    """
    with _OPENING:
        return open_one(target)
