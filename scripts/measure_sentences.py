"""Measure how often the sentence chosen in a passage answers the question, for several ways, against labels."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.corpus import Corpus
from retrieval.encoders import Encoder, SentenceEncoder
from retrieval.rerankers import CrossEncoderReranker
from scripts.sentence_ways import NEAREST, Case, Label, Way, Ways, read_cases, read_labels

_RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class Figures:
    """How often a way chose a labelled sentence, over the cases that have any.

    Attributes:
        way: The way of choosing.
        cases: How many cases.
        right: In how many of them it chose a labelled sentence.
        low: Where the 95% interval of the share begins: percentile bootstrap over cases.
        high: Where it ends.
        gain: The share less that of the sentence whose vector is nearest.
        gain_low: Where the interval of that difference begins: the same resamples.
        gain_high: Where it ends.
    """

    way: str
    cases: int
    right: int
    low: float
    high: float
    gain: float
    gain_low: float
    gain_high: float

    @property
    def precision(self) -> float:
        """Share of the cases, in [0, 1]; 0 without a case."""
        return self.right / self.cases if self.cases else 0.0


SETS: Mapping[str, Callable[[Case], bool]] = {
    "all": lambda case: True,
    "odd ids (a way may be chosen by these)": lambda case: case.is_odd,
    "even ids (held out)": lambda case: not case.is_odd,
}


def figures(hits: Mapping[str, NDArray[np.bool_]]) -> list[Figures]:
    """Return the figures of each way.

    Args:
        hits: By way, whether it chose a labelled sentence in each case, shape (n,), the same cases in each.
    """
    count = len(hits[NEAREST])
    resampled = np.random.default_rng(0).integers(0, max(1, count), (_RESAMPLES, count))
    rows = []
    for way, each in hits.items():
        right, gain = each.astype(np.float64), each.astype(np.float64) - hits[NEAREST]
        low, high = _interval(right, resampled)
        gain_low, gain_high = _interval(gain, resampled)
        mean = float(gain.mean()) if count else 0.0
        rows.append(Figures(way, count, int(each.sum()), low, high, mean, gain_low, gain_high))
    return rows


def _interval(values: NDArray[np.float64], resampled: NDArray[np.int64]) -> tuple[float, float]:
    if not len(values):
        return 0.0, 0.0
    low, high = np.quantile(values[resampled].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def measured(labels: Sequence[Label], cases: Sequence[Case], ways: Mapping[str, Way]) -> dict[str, object]:
    """Return every figure, as JSON has it."""
    answered = [case for case in cases if case.label.sentences]
    hits, seconds = {}, {}
    for name, way in ways.items():
        started = time.perf_counter()
        chosen = [int(np.argmax(way(case))) for case in answered]
        seconds[name] = (time.perf_counter() - started) / max(1, len(answered))
        hits[name] = np.array(
            [place in case.label.sentences for place, case in zip(chosen, answered, strict=True)], dtype=bool
        )
    return {
        "labels": len(labels),
        "labels_not_in_index": len(labels) - len(cases),
        "cases_without_an_answering_sentence": len(cases) - len(answered),
        "by_chance": float(
            np.mean([len(case.label.sentences) / len(case.sentences) for case in answered]) if answered else 0
        ),
        "ms_a_passage": {name: round(one * 1000, 1) for name, one in seconds.items()},
        "figures": {
            title: [
                {**asdict(row), "precision": row.precision}
                for row in figures({name: each[[within(case) for case in answered]] for name, each in hits.items()})
            ]
            for title, within in SETS.items()
        },
    }


def table(told: Mapping[str, object]) -> str:
    """Return the figures as lines of text."""
    lines = [
        f"{name.replace('_', ' ')}: {value:.3f}" if isinstance(value, float) else f"{name.replace('_', ' ')}: {value}"
        for name, value in told.items()
        if not isinstance(value, dict)
    ]
    every, milliseconds = told["figures"], told["ms_a_passage"]
    if isinstance(every, dict) and isinstance(milliseconds, dict):
        for title, rows in every.items():
            heading = f"{title} ({rows[0]['cases']} cases)"
            lines.append(f"\n{heading:50}P@1    95% interval    gain    95% interval         ms")
            lines.extend(f"  {_line(row)}{milliseconds[row['way']]:7.1f}" for row in rows)
    return "\n".join(lines)


def _line(row: Mapping[str, object]) -> str:
    share = f"{row['precision']:.3f}  {row['low']:.3f} to {row['high']:.3f}"
    return f"{row['way']:48}{share}  {row['gain']:+.3f}  {row['gain_low']:+.3f} to {row['gain_high']:+.3f}"


def main(arguments: Sequence[str] | None = None, load: Callable[[str], Encoder] = SentenceEncoder) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="data directory with an index of the records")
    parser.add_argument("--labels", type=Path, required=True, help="JSON lines of labels")
    parser.add_argument("--model", help="encoder; that of the index if it is left out")
    parser.add_argument("--reranker", help="folder of a cross-encoder")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args(arguments)

    corpus = Corpus.open(options.data)
    encoder = load(options.model or corpus.manifest.model.name)
    reranker = CrossEncoderReranker(options.reranker) if options.reranker else None
    labels = read_labels(options.labels)
    cases = read_cases(labels, corpus, encoder)
    told = measured(labels, cases, Ways(encoder, corpus.lexical.stems, corpus.lexical.weight, reranker).listed())
    print(json.dumps(told, indent=2) if options.json else table(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
