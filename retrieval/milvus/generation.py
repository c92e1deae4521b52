"""One snapshot's collection: filled while the snapshot is written, led to before it is published, removed after it.

    made            a build notes the collection's name in milvus.json, fills it, and checks it
    led to          the alias is moved, for whoever looks at the server by other means; moved back if this ends here
    published       the data directory points to the snapshot, whose manifest names the collection
    removed         by the build after next, when no process can still be searching it

A search goes by the collection's own name, never by the alias, so a snapshot is never served over the vectors of
another, whenever a build is stopped. What a stopped build left is removed by the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.build_report import Progress, no_progress
from retrieval.errors import PublishFailed, SnapshotDamaged, StoreDamaged, StoreUnreachable
from retrieval.lexical import LexicalDocument, LexicalIndex
from retrieval.milvus.expressions import DAYS, FLAGS, NUMBERS, RECORD, TEXTS, facts_of
from retrieval.milvus.place import Generation, Made, Places, Target, digest, sampled_rows
from retrieval.milvus.server import ROW, VECTOR, WORDS, MilvusServer, connected
from retrieval.milvus.vectors import MilvusVectors
from retrieval.milvus.words import MilvusWords, weights_of
from retrieval.passages import looked_up_by
from retrieval.pointer import SNAPSHOTS_FOLDER, current_name, has_snapshot, names_there
from retrieval.store import RecordStore

MANIFEST: Final = "manifest.json"

_AT_ONCE: Final = 1_000  # Rows put in one call: about 3 MB.
_NO_WORDS: Final = {0: 1e-6}
"""For a passage without a word that counts: Milvus takes no empty vector, and no question has so small a score."""


def note(data: Path, target: Target, generation: Generation) -> None:
    """Write down that a collection is about to be made, so that it is not forgotten whatever happens.

    A copy of a data directory can't be told from one whose note is lost, so it may take the alias of the first: then a
    build in that one is refused.

    Raises:
        PublishFailed: If that can't be written, or the alias is that of another data directory.
        StoreUnreachable: If the server can't be used.
    """
    places = Places.read(data)
    led_to = connected(target).led_to(target.alias)
    if led_to is not None and Made(target.uri, led_to) not in made_here(data):
        raise PublishFailed(
            f"on {target.uri} the alias {target.alias} leads to {led_to}, which no build in {data} has made: give this "
            "data directory a name of its own there with `--collection NAME`"
        )
    places.knowing(target, generation.collection).write(data)


def fill(
    target: Target,
    generation: Generation,
    records_file: Path,
    vectors: NDArray[np.float32],
    progress: Progress = no_progress,
) -> None:
    """Make a collection of the records of a snapshot and their vectors, and check that it is whole.

    Args:
        target: How to reach the server.
        generation: Of the same vectors.
        records_file: The snapshot's.
        vectors: Shape (rows, dimensions), float32, in the order of the rows.
        progress: Hears how many rows are there.

    Raises:
        StoreUnreachable: If the server can't be used.
        StoreDamaged: If it does not hold in the end what it was given.
    """
    server, name = connected(target), generation.collection
    server.create(name, generation.dimensions, generation.rows)
    part: list[Mapping[str, object]] = []
    with closing(RecordStore(records_file)) as store:
        for done, row in enumerate(rows_of(store, vectors), start=1):
            part.append(row)
            if len(part) == _AT_ONCE or done == generation.rows:
                server.put(name, part)
                part.clear()
                progress("Filling the collection", done, generation.rows)
    server.finish(name)
    check(server, generation)


def rows_of(store: RecordStore, vectors: NDArray[np.float32]) -> Iterator[dict[str, object]]:
    """Yield what a collection holds of each passage, in the order of the rows.

    Args:
        store: The records.
        vectors: Theirs, shape (rows, dimensions), float32.
    """
    columns = (*DAYS, *TEXTS, *NUMBERS, *FLAGS, "heading")
    words = weights_of(lambda: _documents(store))
    row = 0
    for number in range(len(store)):
        values = store.rows(f"SELECT {', '.join(columns)} FROM records WHERE number = ?", (number,))[0]
        findings = [str(name) for name, _ in store.findings(number)]
        facts = facts_of(dict(zip(columns, values, strict=True)), findings)
        for _ in range(store.passage_count(number)):
            yield {ROW: row, RECORD: number, VECTOR: vectors[row], WORDS: next(words) or _NO_WORDS, **facts}
            row += 1


def _documents(store: RecordStore) -> Iterator[LexicalDocument]:
    for number in range(len(store)):
        about = looked_up_by(store.record(number))
        for stored in store.passages(number):
            yield LexicalDocument(about, stored.passage.text, stored.passage.context)


def check(server: MilvusServer, generation: Generation, *, whole: bool = False) -> None:
    """Hold a collection against what the manifest says of it.

    Args:
        server: Has it.
        generation: What it should be.
        whole: Look at every vector, not only at `sampled_rows`.

    Raises:
        StoreUnreachable: If the server can't be used.
        StoreDamaged: If the collection is not the snapshot's, or not all of it.
    """
    name = generation.collection
    if not server.has(name):
        raise StoreDamaged(_other(generation, "is not there"))
    found = server.count(name)
    if found != generation.rows:
        raise StoreDamaged(_other(generation, f"has {found} rows, and should have {generation.rows}"))
    rows = np.arange(found, dtype=np.int64) if whole else sampled_rows(found)
    try:
        vectors = server.vectors(name, rows, generation.dimensions)
    except (StoreDamaged, ValueError) as error:
        raise StoreDamaged(_other(generation, "does not have its vectors")) from error
    if digest(vectors) != (generation.sha256 if whole else generation.sample_sha256):
        raise StoreDamaged(_other(generation, "has other vectors"))


def _other(generation: Generation, what: str) -> str:
    return (
        f"the collection {generation.collection} at {generation.uri} {what}: build again with `--store milvus --uri "
        f"{generation.uri}`, or have the vectors on this machine with `despatch upgrade --store local`"
    )


def arms(target: Target, generation: Generation, local: LexicalIndex) -> tuple[MilvusVectors, MilvusWords]:
    """Return both arms over the collection of a snapshot, once it was found to be that.

    Args:
        target: How to reach the server.
        generation: What the manifest says.
        local: The words of the same passages on this machine.

    Raises:
        StoreUnreachable: If the server can't be used.
        StoreDamaged: If the collection is not the snapshot's.
    """
    server = connected(target)
    check(server, generation)
    name = generation.collection
    return (
        MilvusVectors(server, name, generation.rows, generation.dimensions),
        MilvusWords(server, name, local),
    )


def check_there(data: Path, generation: Generation | None) -> None:
    """Check that the collection of a snapshot, if it has one, is there and whole, as `check` does.

    Raises:
        StoreUnreachable: If the server can't be used.
        StoreDamaged: If the collection is not the snapshot's, or not all of it.
    """
    if generation:
        check(connected(Places.read(data).target(generation)), generation)


def served(data: Path) -> Generation | None:
    """Return the collection of the snapshot that is served, as far as its manifest can be read, damaged or not.

    Returns:
        None where its vectors are in files, or nothing was built.

    Raises:
        SnapshotDamaged: If that can't be told, and builds here have made collections.
    """
    name = current_name(data)
    if name is not None:
        with suppress(OSError, UnicodeDecodeError, msgspec.MsgspecError):
            return _generation(data / SNAPSHOTS_FOLDER / name / MANIFEST)
    there = has_snapshot(data) or names_there(data)
    uris = dict.fromkeys(one.uri for one in made_here(data)) if there else {}
    if not uris:
        return None
    raise SnapshotDamaged(
        f"the index in {data} is damaged, and can't tell whether its vectors were on the Milvus server at "
        f"{' or '.join(uris)} or in files: say `--store milvus --uri {next(iter(uris))}` or `--store local`"
    )


def prune(data: Path, before: Generation | None) -> None:
    """Remove the collections of snapshots that are gone, but for that of the one served until now.

    Call it inside `writing`. What can't be removed now is left for the next build.

    Args:
        data: The data directory.
        before: Of the snapshot served before; other processes may take seconds to leave it.
    """
    try:
        places = Places.read(data)
        kept = {Made(one.uri, one.collection) for one in (*_generations(data), before) if one}
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError, SnapshotDamaged):
        return  # A manifest that can't be read may be that of any of them.
    gone: list[Made] = []
    for made in places.made:
        if made not in kept:
            with suppress(StoreUnreachable):
                server = connected(Target(made.uri, places.tokens.get(made.uri, "")))
                server.release(made.alias, made.collection)
                server.drop(made.collection)
                gone.append(made)
    if gone:
        places.without(gone).write(data)


class _Manifest(msgspec.Struct):
    milvus: Generation | None = None


def _generations(data: Path) -> Iterator[Generation]:
    for path in (data / SNAPSHOTS_FOLDER).glob(f"*/{MANIFEST}"):
        found = _generation(path)
        if found:
            yield found


def made_here(data: Path) -> tuple[Made, ...]:
    """Return the collections that builds here have made, by what is noted and by what manifests can be read.

    The first may be lost. What a manifest alone names is never removed: its snapshot may have come from elsewhere.
    """
    found = list(Places.read(data).made)
    for name in names_there(data):
        with suppress(OSError, UnicodeDecodeError, msgspec.MsgspecError):
            generation = _generation(data / SNAPSHOTS_FOLDER / name / MANIFEST)
            if generation:
                found.append(Made(generation.uri, generation.collection))
    return tuple(found)


def _generation(manifest: Path) -> Generation | None:
    return msgspec.json.decode(manifest.read_bytes(), type=_Manifest).milvus
