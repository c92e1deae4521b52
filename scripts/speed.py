"""Despatch Box and its peers side by side: how fast each indexes and answers, what it takes, and how well it ranks."""

from __future__ import annotations

import argparse
import gzip
import json
import random
import shutil
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from retrieval.corpus import Corpus
from retrieval.evaluation import Judgement, Query, measures_of, read_qrels, read_queries
from retrieval.models import model_folder
from scripts.load import line, read_questions
from scripts.peers.adapter import Adapter, AdapterError
from scripts.peers.speaking import read_texts
from scripts.served import NotStarted
from scripts.speed_asking import Asked, turns
from scripts.speed_serving import serving

_OURS = "Despatch Box"
_PEERS = {"txtai": "with_txtai", "Chroma": "with_chroma", "LanceDB": "with_lancedb"}
# Paragraphs looked at for ten answers: several may be of one.
_DEPTH = 100
_MEASURES = ("MRR@10", "Success@10", "nDCG@10")
HEADS = (
    "",
    "paragraphs a second",
    "of txtai's",
    "encoding alone",
    "MB to index",
    "MB on disk",
    "asked",
    "p50 ms, 1 client",
    "p99 ms",
    "a second",
    "p50 ms, 16 clients",
    "p99 ms",
    "a second",
    "failed",
    "MB to serve",
    *_MEASURES,
)


@dataclass(slots=True)
class Figures:
    """What was measured of one system. Primary key: `name`.

    Attributes:
        name: Of the system, with the mode of its searches.
        rates: Paragraphs indexed a second, of each round.
        encoding: Of ours, paragraphs encoded a second, of each round.
        cells: Of its line, from "MB to index" on.
        measures: How well it ranks, by the measure's name.
    """

    name: str
    rates: list[float] = field(default_factory=list)
    encoding: list[float] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """Judged questions, and by question the records that answer it."""

    queries: tuple[Query, ...]
    relevant: dict[str, frozenset[str]]


def chosen(lines: Sequence[str], queries: Sequence[Query], judgements: Sequence[Judgement], most: int) -> list[str]:
    """Return at least the records of some judged questions, all of each question's, and others up to `most`.

    Args:
        lines: Records as JSON, each with its `id`.
        queries: Judged questions; those that come first have their records chosen first.
        judgements: What answers them.
        most: How many records, unless one question's go beyond.
    """
    line_of = {str(json.loads(one)["id"]): one for one in lines}
    relevant = _relevant(judgements)
    found: dict[str, None] = {}
    for query in queries:
        if len(found) >= most:
            break
        found.update(dict.fromkeys(one for one in sorted(relevant.get(query.id, ())) if one in line_of))
    for one in line_of:
        if len(found) >= most:
            break
        found[one] = None
    return [line_of[one] for one in found]


def judged_within(queries: Sequence[Query], judgements: Sequence[Judgement], records: Sequence[str]) -> Judged:
    """Return the questions of which every judged record is among `records`."""
    held = {str(json.loads(one)["id"]) for one in records}
    relevant = _relevant(judgements)
    kept = tuple(one for one in queries if relevant.get(one.id) and relevant[one.id] <= held)
    return Judged(kept, {one.id: relevant[one.id] for one in kept})


def _relevant(judgements: Sequence[Judgement]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in judgements:
        if one.relevance > 0:
            found.setdefault(one.query_id, set()).add(one.record_id)
    return {query: frozenset(records) for query, records in found.items()}


def quality(corpus: Corpus, judged: Judged, keys: Sequence[Sequence[int]]) -> dict[str, float]:
    """Return the measures of what was found: the rows of paragraphs, best first, for each question in turn."""
    store, qrels, run = corpus.store, {}, {}
    for query, rows in zip(judged.queries, keys, strict=True):
        numbers = [store.number_of(one) for one in judged.relevant[query.id]]
        qrels[query.id] = {str(store.group_of_record[number]): 1 for number in numbers}
        groups = dict.fromkeys(str(corpus.group_of_row[row]) for row in rows)
        run[query.id] = {group: float(-place) for place, group in enumerate(groups)}
    return measures_of(qrels, run)


class Comparison:
    """One run of the comparison.

    Args:
        given: The options of the command.
    """

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._work: Path = given.work
        self._model = model_folder(given.model)
        self._texts, self._records = self._work / "texts.jsonl", self._work / "records.jsonl"
        self._names = [_OURS, *(name for name in _PEERS if name.lower() in given.peers)]
        self._figures = {name: Figures(name) for name in (*self._names, f"{_OURS}, full")}

    def run(self) -> Iterator[str]:
        """Measure, and yield the lines of the table at the end."""
        self._work.mkdir(parents=True, exist_ok=True)
        self._texts.unlink(missing_ok=True)
        judged = self._prepared()
        if not judged.queries:
            raise SystemExit(
                "no question has all the records that answer it among these: give its --qrels, or a larger --count"
            )
        for number in range(self._given.rounds):
            # Ours first, as it writes the texts; then each round begins with another.
            order = self._names if number == 0 else self._names[number % len(self._names) :] + self._names
            for name in dict.fromkeys(order):
                self._index(name)
        corpus = Corpus.open(self._folder(_OURS) / "data")
        self._ask(judged, corpus)
        yield from self._table(len(judged.queries), corpus)

    def _prepared(self) -> Judged:
        queries = [one for path in self._given.queries for one in read_queries(path)]
        judgements = [one for path in self._given.qrels for one in read_qrels(path)]
        raw = self._given.records.read_bytes()
        text = (gzip.decompress(raw) if self._given.records.suffix == ".gz" else raw).decode("utf-8")
        records = chosen([one for one in text.split("\n") if one], queries, judgements, self._given.count)
        self._records.write_text("".join(f"{one}\n" for one in records), encoding="utf-8")
        return judged_within(queries, judgements, records)

    def _folder(self, name: str) -> Path:
        return self._work / name.partition(",")[0].replace(" ", "-").lower()

    def _adapter(self, name: str) -> Adapter:
        folder = self._folder(name)
        folder.mkdir(exist_ok=True)
        if name in _PEERS:
            command = [self._given.peers_python, "-m", f"scripts.peers.{_PEERS[name]}", self._model, folder]
        else:
            mode = "full" if name.endswith("full") else "fast"
            command = [sys.executable, "-m", "scripts.peers.with_despatch", self._model, folder, mode]
        return Adapter(name, command, self._work / "log.txt")

    def _index(self, name: str) -> None:
        shutil.rmtree(self._folder(name), ignore_errors=True)
        self._say(f"{name} indexes")
        with self._adapter(name) as adapter:
            done = adapter.do("index", texts=str(self._texts), records=str(self._records))
            most = adapter.do("memory")["most_mb"]
        figures = self._figures[name]
        figures.rates.append(done["texts"] / done["seconds"])
        if "encoding_seconds" in done:
            figures.encoding.append(done["texts"] / done["encoding_seconds"])
        figures.cells = [f"{most:.0f}", f"{_bytes_in(self._folder(name)) / 1e6:.0f}"]
        self._say(f"{name}: {done['texts']:.0f} paragraphs, {figures.rates[-1]:.0f} a second")

    def _ask(self, judged: Judged, corpus: Corpus) -> None:
        """Ask all systems in turn, and fill the cells that this is about."""
        questions = [one.query for one in judged.queries]
        with ExitStack() as opened:
            systems = []
            for name, figures in self._figures.items():
                self._say(f"{name} opens")
                adapter = opened.enter_context(self._adapter(name))
                found = adapter.do("search", queries=questions, limit=_DEPTH)["keys"]
                figures.measures = quality(corpus, judged, found)
                systems.append(Asked(adapter, "full" if name.endswith("full") else "fast"))
                systems[-1].wait(questions[0])
            # The files have the questions by their kind: any run of them is to have each.
            mixed = random.Random(0).sample(questions, len(questions))
            for system, asked in turns(mixed, systems, self._given.turns):
                self._say(f"{system.name} is asked")
                system.take_turn(asked, self._given.seconds / self._given.turns)
            for system in systems:
                figures = self._figures[system.name]
                # Another mode of searching the same index has nothing to say of how it was made.
                figures.cells = [*(figures.cells or ["", ""]), *system.cells()]
                figures.cells += [f"{figures.measures[measure]:.3f}" for measure in _MEASURES]

    def _table(self, questions: int, corpus: Corpus) -> Iterator[str]:
        texts = sum(1 for _ in read_texts(self._texts))
        given = self._given
        yield f"{len(corpus.store)} records, {texts} distinct paragraphs, {questions} judged questions, {given.model},"
        yield f"{given.rounds} rounds of indexing (medians), {given.seconds:g} s a load in {given.turns} turns:"
        yield ""
        yield line(*HEADS)
        yield line(*["---"] * len(HEADS))
        reference = statistics.median(self._figures["txtai"].rates) if "txtai" in self._names else None
        for one in self._figures.values():
            yield line(one.name, *_rates(one, reference), *one.cells)

    @staticmethod
    def _say(what: str) -> None:
        print(f"{time.strftime('%T')} {what}", file=sys.stderr, flush=True)


def _rates(figures: Figures, reference: float | None) -> list[str]:
    if not figures.rates:
        # Another mode of searching the same index.
        return [""] * 3
    rate = statistics.median(figures.rates)
    encoding = f"{statistics.median(figures.encoding):.0f}" if figures.encoding else ""
    return [f"{rate:.0f}", f"{rate / reference:.2f}" if reference else "", encoding]


def _bytes_in(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


def add_speed(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `speed`."""
    wanted = commands.add_parser(
        "speed",
        help="Despatch Box beside txtai, Chroma and LanceDB, with the same model and texts",
        epilog="The peers need an environment of their own: python3 -m venv build/peers && "
        "build/peers/bin/pip install -r scripts/peers/requirements.txt",
    )
    wanted.add_argument("--records", type=Path, required=True, help="records as JSON Lines, .gz or plain")
    wanted.add_argument("--queries", nargs="+", type=Path, required=True, help="judged questions, a file a set")
    wanted.add_argument("--qrels", nargs="+", type=Path, required=True, help="their judgements")
    wanted.add_argument("--count", type=int, default=1600, help="how many records: 1,000 have about 4,700 paragraphs")
    wanted.add_argument("--model", default="all-MiniLM-L6-v2", help="the encoder of all systems: a name or a folder")
    wanted.add_argument("--peers", nargs="*", default=[one.lower() for one in _PEERS], help="which to compare with")
    wanted.add_argument("--peers-python", type=Path, default=Path("build/peers/bin/python"), help="their Python")
    wanted.add_argument("--rounds", type=int, default=3, help="how often each indexes")
    wanted.add_argument("--seconds", type=float, default=15.0, help="how long each load lasts")
    wanted.add_argument("--turns", type=int, default=5, help="in how many parts, one system after another")
    wanted.add_argument("--work", type=Path, default=Path("build/speed"), help="a folder for the run")
    wanted.add_argument("--data", type=Path, help="a data directory: also print how it is served, with its own model")
    wanted.set_defaults(run=speed)


def speed(given: argparse.Namespace) -> None:
    """Print the tables."""
    if given.turns < 1:
        raise SystemExit(f"--turns is {given.turns}: it must be 1 or more")
    if given.peers and not given.peers_python.exists():
        raise SystemExit(f"there is no {given.peers_python}: make it as --help says, or leave them out with --peers")
    try:
        for one in Comparison(given).run():
            print(one, flush=True)
        if given.data:
            print()
            questions = read_questions(given.queries)
            for one in serving(given.data, questions, seconds=given.seconds, rounds=given.rounds):
                print(one, flush=True)
    except (AdapterError, NotStarted) as error:
        raise SystemExit(f"{error}") from None
