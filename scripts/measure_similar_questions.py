"""Measure how well paraphrases find the questions that were tabled, against plain search, and what parts are told."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retrieval.choices import Mode
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder, SentenceEncoder
from retrieval.filters import EVERY_KIND, Filters
from retrieval.lexical import LexicalDocument, LexicalIndex
from retrieval.part_answers import PartReader
from retrieval.question_likeness import asked, wording
from retrieval.question_parts import parts_of
from retrieval.records import Genre
from retrieval.rerankers import CrossEncoderReranker
from retrieval.reranking import Reranker
from retrieval.results import Outcome
from retrieval.search import Searcher
from retrieval.standing_answers import StandingAnswers
from retrieval.tabled_questions import AWAITING_POOL

_DEPTH = 100
_LABELS = Path(__file__).parents[1] / "tests" / "data"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft and the question that it paraphrases. Primary key: `draft`.

    Attributes:
        id: Of Parliament's API; None for a draft that nobody had tabled.
        draft: Its text.
    """

    id: int | None
    draft: str


@dataclass(frozen=True, slots=True)
class PartLabels:
    """Which parts of a question its own answer speaks of. Primary key: `id`."""

    id: int
    spoken_of: tuple[bool, ...]


def read_drafts(path: Path) -> list[Draft]:
    """Return the labelled drafts, in order."""
    return [Draft(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def read_parts(path: Path) -> list[PartLabels]:
    """Return the labelled parts, in order."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [PartLabels(one["id"], tuple(one["spoken_of"])) for one in map(json.loads, lines)]


def measured(searcher: Searcher, drafts: Sequence[Draft], parts: Sequence[PartLabels]) -> dict[str, Any]:
    """Return every figure; a draft whose question is not in the corpus is left out and counted."""
    store = searcher.corpus.store
    ids = {int(str(api_id)): int(str(number)) for api_id, number in _ids(searcher.corpus)}
    here = [(draft, ids[draft.id]) for draft in drafts if draft.id in ids]
    absent = [draft for draft in drafts if draft.id is None]
    waiting = LexicalIndex.of(
        LexicalDocument(record.heading or "", asked(record.question))
        for record in (store.record(number) for number in range(len(store)))
    )
    ranks: dict[str, list[int | None]] = {
        "plain search, fast": [_searched(searcher, draft.draft, number, Mode.FAST) for draft, number in here],
        "plain search, full": [_searched(searcher, draft.draft, number, Mode.FULL) for draft, number in here],
        "similar questions": [_compared(searcher, draft.draft, number) for draft, number in here],
        "words alone, as for questions that wait": [
            _worded(waiting, searcher.corpus, draft.draft, number) for draft, number in here
        ],
    }
    outcomes = [searcher.similar_questions(draft.draft).outcome for draft in absent]
    return {
        "drafts": len(drafts),
        "not_in_index": len(drafts) - len(absent) - len(here),
        "paraphrases": len(here),
        "ranks": {
            way: {
                **{f"recall@{k}": _share([r is not None and r <= k for r in found]) for k in (1, 5, AWAITING_POOL)},
                "MRR": _mean([1 / r if r else 0.0 for r in found]),
            }
            for way, found in ranks.items()
        },
        "never_tabled": {str(outcome): outcomes.count(outcome) for outcome in Outcome if outcome in outcomes},
        "parts": _parts(searcher, [(one, ids[one.id]) for one in parts if one.id in ids]),
    }


def _ids(corpus: Corpus) -> list[tuple[object, ...]]:
    return corpus.store.rows("SELECT api_id, number FROM records WHERE api_id IS NOT NULL")


def _searched(searcher: Searcher, draft: str, number: int, mode: Mode) -> int | None:
    group = int(searcher.corpus.store.group_of_record[number])
    filters = Filters(kind=EVERY_KIND, genre=(Genre.ANSWER,))
    ranked = searcher.rank(draft, filters, depth=_DEPTH, mode=mode, fresh=False)
    return next((place for place, one in enumerate(ranked, 1) if one.group == group), None)


def _compared(searcher: Searcher, draft: str, number: int) -> int | None:
    wanted = wording(searcher.corpus.store.record(number).question)
    found = searcher.similar_questions(draft, limit=_DEPTH).matches
    return next((one.rank for one in found if wording(one.question) == wanted), None)


def _worded(waiting: LexicalIndex, corpus: Corpus, draft: str, number: int) -> int | None:
    wanted = wording(corpus.store.record(number).question)
    rows, _ = waiting.search(asked(draft), _DEPTH)
    found = dict.fromkeys(wording(corpus.store.record(row).question) for row in rows.tolist())
    return next((place for place, one in enumerate(found, 1) if one == wanted), None)


def _parts(searcher: Searcher, labelled: Sequence[tuple[PartLabels, int]]) -> dict[str, int]:
    """Hold each question's parts against its own answer alone, and count what came of it."""
    reader = PartReader(searcher.corpus, searcher.encoder)
    counts = {"spoken_of_and_told": 0, "spoken_of_not_told": 0, "told_not_spoken_of": 0, "neither": 0}
    for labels, number in labelled:
        record = searcher.corpus.store.record(number)
        answers = StandingAnswers(searcher.corpus, record.provenance.read_on)
        found = reader.parts(parts_of(asked(record.question)), [record.key], lambda question: (), answers.by)
        for is_spoken_of, part in zip(labels.spoken_of, found, strict=True):
            names = ("spoken_of_and_told", "spoken_of_not_told") if is_spoken_of else ("told_not_spoken_of", "neither")
            counts[names[0] if part.is_answered else names[1]] += 1
    return counts


def _share(found: Sequence[bool]) -> float:
    return _mean([float(one) for one in found])


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 3) if values else 0.0


def table(told: dict[str, Any]) -> str:
    """Return the figures as lines of text."""
    lines = [f"paraphrases: {told['paraphrases']} (not in the index: {told['not_in_index']})"]
    for way, figures in told["ranks"].items():
        lines.append(f"  {way}: " + ", ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    for title in ("never_tabled", "parts"):
        counts = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in told[title].items())
        lines.append(f"{title.replace('_', ' ')}: {counts}")
    return "\n".join(lines)


def main(
    arguments: Sequence[str] | None = None,
    load: Callable[[str], Encoder] = SentenceEncoder,
    load_reranker: Callable[[], Reranker | None] = CrossEncoderReranker,
) -> int:
    """Run from a command line and return the exit code.

    Args:
        arguments: Those after the name of the program; those of this process unless given.
        load: Makes the encoder of a name.
        load_reranker: Makes the reranker; None where there is to be none.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="an index that holds the records of the labels")
    parser.add_argument("--drafts", type=Path, default=_LABELS / "similar_question_labels.jsonl")
    parser.add_argument("--parts", type=Path, default=_LABELS / "part_labels.jsonl")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    corpus = Corpus.open(given.data)
    searcher = Searcher(corpus, load(corpus.manifest.model.name), given.data, load_reranker())
    told = measured(searcher, read_drafts(given.drafts), read_parts(given.parts))
    sys.stdout.write((json.dumps(told) if given.json else table(told)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
