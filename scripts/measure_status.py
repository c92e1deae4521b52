"""Measure the rules of retrieval.status against labels made by hand."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from retrieval.records import AnswerKind, FindingName, Record
from retrieval.sources import ReadReport, read_sources
from retrieval.status import AnswerStatus, classify

BARE = "bare"


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader found one answer to be. Primary key: `id`."""

    id: int
    sample: str
    kind: str
    findings: frozenset[str]
    bare: bool

    @property
    def classes(self) -> frozenset[str]:
        return frozenset({self.kind, *self.findings, *([BARE] if self.bare else [])})


@dataclass(frozen=True, slots=True)
class Figures:
    """How one class fared over one set of answers.

    Attributes:
        name: The kind, the finding, or `bare`.
        right: Answers that both the label and the rules put in the class (true positives).
        extra: Answers that the rules alone put there (false positives).
        missed: Answers that the label alone puts there (false negatives).
    """

    name: str
    right: int
    extra: int
    missed: int

    @property
    def precision(self) -> float | None:
        """Right over all the rules put there, in [0, 1]; None if they put none."""
        return self.right / (self.right + self.extra) if self.right + self.extra else None

    @property
    def recall(self) -> float | None:
        """Right over all the labels put there, in [0, 1]; None if they put none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None


Pair = tuple[Label, AnswerStatus]

SETS: Mapping[str, Callable[[Label], bool]] = {
    "all": lambda label: True,
    "random sample": lambda label: label.sample == "random",
    "odd ids (development)": lambda label: label.id % 2 == 1,
    "even ids (test)": lambda label: label.id % 2 == 0,
    "even ids of the random sample": lambda label: label.id % 2 == 0 and label.sample == "random",
}


def read_labels(path: Path) -> list[Label]:
    """Return the labels of a JSON-lines file, in its order."""
    labels = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            value = json.loads(line)
            findings = frozenset(value["findings"])
            labels.append(Label(int(value["id"]), value["sample"], value["kind"], findings, value[BARE]))
    return labels


def classes_of(status: AnswerStatus) -> frozenset[str]:
    """Return the kind, the findings and `bare`, as names."""
    found = {finding.name.value for finding in status.findings}
    return frozenset({status.kind.value, *found, *([BARE] if status.bare else [])})


def figures(pairs: Sequence[Pair]) -> list[Figures]:
    """Return the figures of each kind, each finding and `bare`, in that order."""
    names = [*(kind.value for kind in AnswerKind), *(name.value for name in FindingName), BARE]
    both = [(label.classes, classes_of(status)) for label, status in pairs]
    return [
        Figures(
            name,
            right=sum(name in said and name in told for said, told in both),
            extra=sum(name not in said and name in told for said, told in both),
            missed=sum(name in said and name not in told for said, told in both),
        )
        for name in names
    ]


def table(title: str, pairs: Sequence[Pair]) -> str:
    """Return the figures of a set as lines of text."""
    lines = [f"{title}: {len(pairs)} answers", f"{'':28}precision  recall    TP    FP    FN"]
    for row in figures(pairs):
        measures = f"{_share(row.precision):>9}{_share(row.recall):>8}"
        lines.append(f"{row.name:28}{measures}{row.right:6}{row.extra:6}{row.missed:6}")
    return "\n".join(lines)


def errors(pairs: Iterable[Pair]) -> Iterator[str]:
    """Yield one line for each answer that the rules got wrong: both readings and the rules that fired."""
    for label, status in pairs:
        told = classes_of(status)
        if told == label.classes:
            continue
        rules = ", ".join(dict.fromkeys((status.kind_rule, *(found.rule for found in status.findings))))
        missed, extra = sorted(label.classes - told), sorted(told - label.classes)
        yield f"{label.id}: missed {missed}, extra {extra}; rules: {rules}"


def records_by_id(paths: Sequence[str], wanted: frozenset[int]) -> dict[int, Record]:
    """Return the records of API files whose id is wanted; the first of each id counts."""
    found: dict[int, Record] = {}
    for _, record in read_sources(paths, ReadReport(), read_on=datetime.now(tz=UTC).date()):
        if record.api_id in wanted:
            found.setdefault(record.api_id, record)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=Path, required=True, help="JSON lines of labels")
    parser.add_argument("--records", action="append", required=True, metavar="FILE", help="API records")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--errors", choices=("odd",), help="list the wrong ones of the development half")
    options = parser.parse_args(arguments)

    labels = read_labels(options.labels)
    records = records_by_id(options.records, frozenset(label.id for label in labels))
    pairs = [(label, classify(records[label.id])) for label in labels if label.id in records]
    sets = {title: [pair for pair in pairs if within(pair[0])] for title, within in SETS.items()}
    absent = len(labels) - len(pairs)
    if options.json:
        rows = {title: [_as_json(row) for row in figures(chosen)] for title, chosen in sets.items()}
        print(json.dumps({"labels": len(labels), "not_in_records": absent, "figures": rows}, indent=2))
    else:
        print(f"{len(labels)} labels, {absent} of them not in the records\n")
        print("\n\n".join(table(title, chosen) for title, chosen in sets.items()))
    if options.errors:
        print("\n".join(errors(sets["odd ids (development)"])))
    return 0


def _as_json(row: Figures) -> dict[str, str | int | float | None]:
    return {**asdict(row), "precision": row.precision, "recall": row.recall}


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
