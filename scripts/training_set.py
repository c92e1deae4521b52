"""Pairs of a question and a passage that answers it, from records that no judged collection knows."""

from __future__ import annotations

import argparse
import random
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.corpus import Corpus
from retrieval.errors import MalformedRecord, SourceNotFound
from retrieval.evaluation import read_qrels, read_queries
from retrieval.filters import Filters
from retrieval.passages import encoder_text, question_for_encoder
from retrieval.records import Record
from scripts.held_out import HeldOut, Judged, held_out, near_duplicates, pairs_of_near_duplicates, words

_WRITTEN = Path(__file__).parent / "training"

LAY_QUESTIONS = _WRITTEN / "lay_questions.jsonl"
"""Questions in everyday words, two an answer, written for training from answers alone; the README there says how."""

RELATED_QUESTIONS = _WRITTEN / "related_questions.jsonl"
"""Questions in the manner of tabled ones to which the same answer would be given, written for training likewise."""

_KEPT_BACK = 10  # One cluster of answers in so many is for choosing settings, and is not trained on.
_LONGEST = 160
_OFTEN = frozenset(
    "a an and are as at be been but by for from had has have he her him his if in into is it its of on or she "
    "so that the their them they this to was were what when where which who will with would".split()
)


class PairKind(StrEnum):
    """Where a pair's question comes from."""

    LAY = "lay"
    """Written for training in everyday words."""

    RELATED = "related"
    """Written for training in the manner of tabled questions, to which the same answer would be given."""

    SIBLING = "sibling"
    """Tabled, and given nearly the same answer as the record of the passage."""

    TABLED = "tabled"
    """Tabled, and given this answer; the passage stands without its question."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a record that answers it.

    Attributes:
        kind: Where the question comes from.
        query: The question, as it would be typed.
        record: Number of the record in the corpus.
    """

    kind: PairKind
    query: str
    record: int


class TrainingSet:
    """The records of a corpus that may be trained on, and their pairs.

    Args:
        corpus: An index of the records.
        judged: What may not be trained on.
        written: The questions written for training, by the id of the API; those that nearly repeat a query are left
            out.
        seed: Of every choice made at random.
    """

    def __init__(
        self, corpus: Corpus, judged: Judged, written: Mapping[PairKind, dict[int, list[str]]], seed: int = 0
    ) -> None:
        """Hold out what is judged, and find which answers nearly repeat one another."""
        self.corpus = corpus
        self.random = random.Random(seed)
        self.records: list[Record] = [corpus.store.record(number) for number in range(len(corpus.store))]
        self.held_out: HeldOut = held_out(self.records, judged)
        shown = set(corpus.admitted(Filters()).tolist())
        self.allowed = np.array(
            [number in shown and record.key not in self.held_out.reasons for number, record in enumerate(self.records)]
        )
        self.cluster_of = self._clusters()
        self._written = {kind: _unasked(questions, judged.queries) for kind, questions in written.items()}
        self._rows: list[list[int]] = [[] for _ in self.records]
        for row, number in enumerate(corpus.store.record_of_row.tolist()):
            self._rows[number].append(row)

    def _clusters(self) -> NDArray[np.int64]:
        """Return the cluster of each record: answers that nearly repeat one another are in one."""
        found = np.arange(len(self.records))
        numbers = np.flatnonzero(self.allowed)
        for one, other in pairs_of_near_duplicates([self.records[n].answer_text for n in numbers]):
            low, high = sorted((int(found[numbers[one]]), int(found[numbers[other]])))
            if low != high:
                found[found == high] = low
        return found

    def kept_back(self, number: int) -> bool:
        """Whether a record is for choosing settings and not for training; the whole of a cluster or nothing of it."""
        cluster = self.records[int(self.cluster_of[number])].api_id or 0
        return zlib.crc32(str(cluster).encode()) % _KEPT_BACK == 0

    def rows(self, number: int) -> list[int]:
        """Return the rows of a record's passages."""
        return self._rows[number]

    def pairs(self, kind: PairKind, *, kept_back: bool = False) -> list[Pair]:
        """Return the pairs of one kind, in the order of the records."""
        numbers = [int(n) for n in np.flatnonzero(self.allowed) if self.kept_back(int(n)) == kept_back]
        if kind in (PairKind.LAY, PairKind.RELATED):
            written = self._written.get(kind, {})
            asked = ((n, written.get(self.records[n].api_id or 0, [])) for n in numbers)
            return [Pair(kind, query, n) for n, queries in asked for query in queries]
        if kind is PairKind.TABLED:
            return [Pair(kind, question_for_encoder(self.records[n].question), n) for n in numbers]
        members: dict[int, list[int]] = {}
        for number in numbers:
            members.setdefault(int(self.cluster_of[number]), []).append(number)
        return list(self._siblings(members.values()))

    def _siblings(self, clusters: Iterable[list[int]]) -> Iterable[Pair]:
        for cluster in clusters:
            of = {n: question_for_encoder(self.records[n].question) for n in cluster}
            for number in cluster[:8]:
                others = [n for n in cluster if of[n] != of[number]]
                for other in self.random.sample(others, min(2, len(others))):
                    yield Pair(PairKind.SIBLING, of[number], other)

    def passage(self, row: int) -> str:
        """Return the passage in a row as the encoder reads it, with the heading and the question in front."""
        stored = self.corpus.store.passage_at(row)
        record = self.records[stored.record]
        return encoder_text(stored.passage, record.heading, record.question, _fits)

    def bare_passage(self, row: int) -> str:
        """Return the passage in a row without the question that it answers."""
        passage = self.corpus.store.passage_at(row).passage
        return "\n".join(filter(None, (passage.context, passage.text)))

    def varied(self, query: str) -> str:
        """Return a question as it is, or in small, or as keywords: short and plain wording must serve too."""
        chance = self.random.random()
        if chance < 0.5:
            return query
        if chance < 0.7:
            return query.lower().rstrip(".?")
        kept = [word for word in words(query) if word not in _OFTEN]
        if chance < 0.85 or len(kept) < 5:
            return " ".join(kept) or query
        first = self.random.randrange(len(kept) - 3)
        return " ".join(kept[first : first + self.random.randint(4, 9)])


def _fits(text: str) -> bool:
    """Whether a text is short enough for training: words, times four thirds for the pieces of words."""
    return len(text.split()) * 4 <= _LONGEST * 3


def _unasked(written: dict[int, list[str]], queries: Sequence[str]) -> dict[int, list[str]]:
    """Return the questions written for training without those that nearly repeat a query."""
    listed = [(number, query) for number, asked in written.items() for query in asked]
    repeated = set(near_duplicates([query for _, query in listed], queries))
    found: dict[int, list[str]] = {}
    for place, (number, query) in enumerate(listed):
        if place not in repeated:
            found.setdefault(number, []).append(query)
    return found


def read_judged(queries: Sequence[Path], qrels: Sequence[Path]) -> Judged:
    """Read what judged collections name.

    Args:
        queries: JSON Lines of `{id, query}`. An id that ends in a number names the record of that question, too.
        qrels: TREC judgements over ids of the API, or keys.

    Raises:
        SourceNotFound: If a file can't be read.
        MalformedRecord: If a line is not such a query or judgement.
    """
    asked = [query for path in queries for query in read_queries(path)]
    ids = {judgement.record_id for path in qrels for judgement in read_qrels(path)}
    numbers = {query.id.rpartition("-")[2] for query in asked}
    return Judged(frozenset(ids | {one for one in numbers if one.isdigit()}), tuple(query.query for query in asked))


def training_arguments(description: str, example: str) -> argparse.ArgumentParser:
    """Return a parser of what every training is told: the index, what is held out, and what was written for it."""
    parser = argparse.ArgumentParser(description=description, epilog=f"example: {example}")
    parser.add_argument("--data", required=True, help="a data directory with an index of the records to train on")
    parser.add_argument("--queries", nargs="+", type=Path, required=True, help="judged questions: held out")
    parser.add_argument("--qrels", nargs="+", type=Path, required=True, help="their judgements: held out")
    parser.add_argument("--lay", type=Path, default=LAY_QUESTIONS, help="questions in everyday words")
    parser.add_argument("--related", type=Path, default=RELATED_QUESTIONS, help="questions like tabled ones")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the model")
    parser.add_argument("--steps", type=int, help="stop after so many batches, to try it out")
    parser.add_argument("--seed", type=int, default=0, help="of every choice made at random")
    return parser


def training_set(given: argparse.Namespace) -> TrainingSet:
    """Read what `training_arguments` was told of, and say what is held out."""
    judged = read_judged(given.queries, given.qrels)
    written = {PairKind.LAY: read_written(given.lay), PairKind.RELATED: read_written(given.related)}
    found = TrainingSet(Corpus.open(given.data), judged, written, given.seed)
    print("held out:", found.held_out.counts(), flush=True)
    return found


class _Written(msgspec.Struct, frozen=True):
    """A line of the questions written for training."""

    id: int
    q: list[str]


def read_written(path: Path) -> dict[int, list[str]]:
    """Read questions written for training, JSON Lines of `{id, q}`: the id of the API, and what its answer answers.

    Raises:
        SourceNotFound: If the file can't be read.
        MalformedRecord: If a line is not such an object.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceNotFound(path, f"can't be read: {error}") from error
    found: dict[int, list[str]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = msgspec.json.decode(line, type=_Written)
        except msgspec.DecodeError as error:
            told = f'each line must be {{"id": 123, "q": ["a question", ...]}} ({error})'
            raise MalformedRecord(path, told, number) from error
        found.setdefault(value.id, []).extend(value.q)
    return found
