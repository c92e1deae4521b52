"""The commands that carry a snapshot from one machine to another."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from retrieval.corpus import Corpus
from retrieval.packing import pack, unpack
from retrieval.snapshot import KEEP
from retrieval.vector_files import read_vectors, write_vectors
from service import options as given
from service.arguments import kept
from service.building import data_option
from service.phrases import count
from service.progress import Progress
from service.running import Session
from service.schemas import to_data
from service.syncing import pack_page
from service.terminal import unbroken, words

_DATA = Path("data")


class PackingCommands:
    """The commands, each a method; `manual` has their help.

    Args:
        session: What they read and write.
    """

    def __init__(self, session: Session) -> None:
        """Keep what the commands work with."""
        self._session = session

    def pack(self, file: given.PackFile, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Write the current snapshot to one file."""
        was_there = file.exists()
        with self._session.changing(data), Progress(self._session.err) as progress:
            found = pack(data, file, progress=progress)
        size = file.stat().st_size
        value = {**to_data(found), "file": str(file), "bytes": size, "replaced": was_there}
        self._session.output.give(value, as_json, partial(pack_page, found, file, size, replaced=was_there))

    def export_vectors(self, file: given.ParquetFile, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Write the vectors of the current snapshot to a Parquet file."""
        corpus = Corpus.open(data)
        with Progress(self._session.err) as progress:
            rows = write_vectors(corpus, file, progress=progress)
        value = {"file": str(file), "snapshot": corpus.manifest.name, "rows": rows, "bytes": file.stat().st_size}
        self._session.output.give(value, as_json, lambda: [words(f"Wrote {count(rows, 'vector')} to {file}.")])

    def import_vectors(self, file: given.ParquetFile, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Keep the vectors of a Parquet file for the next build."""
        with Progress(self._session.err) as progress:
            found = read_vectors(file, data, progress=progress)
        told = f"Read {count(found.rows, 'vector')} of the model {found.model}. The next build uses them."
        self._session.output.give(to_data(found), as_json, lambda: [words(told)])

    def unpack(
        self, file: given.PackFile, data: given.Data = _DATA, keep: given.Keep = str(KEEP), as_json: given.Json = False
    ) -> None:
        """Serve the snapshot of a pack from a data directory."""
        snapshots = kept(keep)
        with self._session.changing(data), Progress(self._session.err) as progress:
            manifest = unpack(file, data, keep=snapshots, progress=progress).manifest
        held = manifest.counts
        value = {"snapshot": manifest.name, "records": held.records, "unanswered": held.unanswered}
        told = f"Unpacked {manifest.name}: {count(held.records, 'answer or statement', 'answers and statements')}."
        advice = f'Next: despatch search "your question"{data_option(data)}'
        self._session.output.give(value, as_json, lambda: [words(told), unbroken(advice)])
