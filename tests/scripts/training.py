"""A small corpus to train on, with judged files: what is held out of it, and words by which to tell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from retrieval.build import build
from retrieval.corpus import Corpus
from scripts.training_set import PairKind, TrainingSet, read_judged, read_written
from tests.conftest import ToyEncoder
from tests.retrieval.conftest import Invented

JUDGED, ASKED, REPEATED_ANSWER, REPEATED_QUESTION, REPEATED_QUERY = 901, 902, 903, 904, 905
ORDINARY = range(1, 61)
SIBLINGS = (range(101, 106), range(111, 114), range(121, 133))
"""Records of which each has nearly the same answer as the others of its row."""


def words(name: str, count: int = 16) -> str:
    """Return words that no other name has; of 16, no more than two are in other names' texts."""
    return " ".join(f"{name}{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"[:count])


PLAIN_QUERY = words("plainquery", 10)
TABLED_QUERY = words("asked", 10)


@dataclass(frozen=True, slots=True)
class TrainingFiles:
    """Where the files are.

    Attributes:
        data: A data directory with an index by the toy encoder, or by another that is given.
        queries: Judged questions, one file a collection.
        qrels: Their judgements.
        lay: Questions written for training in everyday words.
        related: Those in the manner of tabled ones.
    """

    data: Path
    queries: tuple[Path, Path]
    qrels: tuple[Path, Path]
    lay: Path
    related: Path

    def training_set(self, seed: int = 0) -> TrainingSet:
        """Read what the scripts read, as they do."""
        judged = read_judged(self.queries, self.qrels)
        written = {PairKind.LAY: read_written(self.lay), PairKind.RELATED: read_written(self.related)}
        return TrainingSet(Corpus.open(self.data), judged, written, seed)

    def arguments(self) -> list[str]:
        """Return how a script is told of them."""
        queries, qrels = map(str, self.queries), map(str, self.qrels)
        written = ["--lay", str(self.lay), "--related", str(self.related)]
        return ["--data", str(self.data), *written, "--queries", *queries, "--qrels", *qrels]


def written(folder: Path) -> TrainingFiles:
    """Write records, build an index of them, and write the judged files beside it."""
    texts = {number: (words(f"answer{number}"), words(f"question{number}")) for number in ORDINARY}
    for row in SIBLINGS:
        shared = words(f"shared{row[0]}", 20)
        texts |= {number: (f"{shared} own{number}", words(f"question{number}")) for number in row}
    texts |= {
        JUDGED: (words("judged"), words("judgedquestion")),
        ASKED: (words("reply"), words("asked")),
        REPEATED_ANSWER: (words("judged", 13) + " repeatedanswer", words("otherquestion")),
        REPEATED_QUESTION: (words("another"), words("judgedquestion", 14) + " repeatedquestion"),
        REPEATED_QUERY: (words("further"), words("plainquery", 9) + " repeatedquery"),
    }
    invented = Invented()
    raws = [
        invented.raw(
            number,
            heading="Roads",
            answerText=f"<p>{answer}.</p>",
            questionText=f"To ask the Secretary of State for Transport, {question}.",
        )
        for number, (answer, question) in texts.items()
    ]
    source = invented.file(folder / "questions.jsonl", raws)
    build([source], folder / "data", ToyEncoder(), now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    lay = [{"id": number, "q": [f"lay one {number}", f"lay two {number}"]} for number in texts]
    lay.append({"id": 1, "q": [words("plainquery", 8) + " layrepeat"]})
    related = [{"id": number, "q": [f"related one {number}"]} for number in texts]
    related.append({"id": 1, "q": [words("asked", 8) + " relatedrepeat"]})
    files = TrainingFiles(
        folder / "data",
        (folder / "plain.queries.jsonl", folder / "sibling.queries.jsonl"),
        (folder / "plain.qrels", folder / "sibling.qrels"),
        folder / "lay.jsonl",
        folder / "related.jsonl",
    )
    files.queries[0].write_text(json.dumps({"id": "dev-plain-7000", "query": PLAIN_QUERY}) + "\n", "utf-8")
    files.queries[1].write_text(json.dumps({"id": f"dev-sib-{ASKED}", "query": TABLED_QUERY}) + "\n", "utf-8")
    files.qrels[0].write_text(f"dev-plain-7000 0 {JUDGED} 1\n", "utf-8")
    files.qrels[1].write_text(f"dev-sib-{ASKED} 0 {JUDGED} 1\n", "utf-8")
    for path, lines in ((files.lay, lay), (files.related, related)):
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return files


HELD_OUT = (JUDGED, ASKED, REPEATED_ANSWER, REPEATED_QUESTION, REPEATED_QUERY)
_TELLING = (
    *(f"{name}{letter}" for name in ("judged", "judgedquestion", "asked", "reply", "plainquery") for letter in "abcd"),
    *(f"{name}a" for name in ("otherquestion", "another", "further")),
    *("repeatedanswer", "repeatedquestion", "repeatedquery", "layrepeat", "relatedrepeat"),
    *(f"{kind} {number}" for kind in ("lay one", "lay two", "related one") for number in HELD_OUT),
)


def held_out_words_in(text: str) -> list[str]:
    """Return the words of held-out records that a text has."""
    padded = f" {text.lower().replace(chr(10), ' ').replace('.', ' ')} "
    return [telling for telling in _TELLING if f" {telling} " in padded]
