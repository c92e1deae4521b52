"""Measure how many references to other answers are found and resolved, and how rightly, against labels made by hand."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from retrieval.mentions import Mention, MentionRole, mentions_of
from retrieval.records import AnswerKind, Record
from retrieval.resolving import References, Resolution, ResolutionReason
from retrieval.sources import ReadReport, read_sources
from retrieval.status import classify

Found = tuple[Mention, Resolution]
# A target as labels and mentions name it: role, genre, UIN, and the day where there is no UIN.
Name = tuple[str, str, str | None, str | None]

RESOLVED = (ResolutionReason.BY_LINK, ResolutionReason.BY_DATE, ResolutionReason.BY_DATE_TABLED)
ELSEWHERE = (ResolutionReason.NOT_IN_CORPUS, ResolutionReason.NO_UIN, ResolutionReason.ITSELF)


@dataclass(frozen=True, slots=True)
class Target:
    """One answer or statement that a reader found named. Primary key: the label's id, `role`, `uin` and `answered`."""

    role: str
    genre: str
    uin: str | None
    answered: str | None
    tabled: str | None
    record: int | None

    @property
    def name(self) -> Name:
        return self.role, self.genre, self.uin, None if self.uin else self.answered


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader found one record to name. Primary key: `id`."""

    id: int
    sample: str
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Records with a UIN, by their id, and what each names; `skipped` counts those without."""

    records: dict[int, Record]
    found: dict[int, tuple[Found, ...]]
    skipped: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the references of some records lead, each record counted once.

    Attributes:
        records: All of them.
        named: Those with any mention in the role that counts.
        with_uin: Those with a mention that has a UIN, and so on.
        in_corpus: Those with a mention whose number the corpus has, in the session of the day that is given.
        resolved: Those with a mention that leads to a record.
    """

    records: int
    named: int
    with_uin: int
    with_date: int
    with_link: int
    in_corpus: int
    resolved: int


@dataclass(frozen=True, slots=True)
class Figures:
    """How one thing that is measured fared; `extra` counts false positives, `missed` false negatives."""

    name: str
    right: int
    extra: int
    missed: int

    @property
    def precision(self) -> float | None:
        """Right over all that was given, in [0, 1]; None if nothing was."""
        return self.right / (self.right + self.extra) if self.right + self.extra else None

    @property
    def recall(self) -> float | None:
        """Right over all that the labels give, in [0, 1]; None if they give nothing."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None


SETS: Mapping[str, Callable[[Label], bool]] = {
    "all": lambda label: True,
    "odd ids (development)": lambda label: label.id % 2 == 1,
    "even ids (held out)": lambda label: label.id % 2 == 0,
}


def read_labels(path: Path) -> list[Label]:
    """Return the labels of a JSON-lines file, in its order."""
    values = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Label(one["id"], one["sample"], tuple(Target(**each) for each in one["targets"])) for one in values]


def read_corpus(paths: Sequence[str]) -> Corpus:
    """Read API files; the first record of each id counts, and one without a UIN is skipped."""
    records: dict[int, Record] = {}
    skipped: set[int] = set()
    for _, record in read_sources(paths, ReadReport(), read_on=datetime.now(tz=UTC).date()):
        if record.api_id is not None and record.uin is None:
            skipped.add(record.api_id)
        elif record.api_id is not None:
            records.setdefault(record.api_id, record)
    references = References(records.values())
    found = {
        number: tuple((mention, references.resolve(mention, record)) for mention in mentions_of(record))
        for number, record in records.items()
    }
    return Corpus(records, found, len(skipped - records.keys()))


def coverage(of_records: Iterable[Iterable[Found]], role: MentionRole) -> Coverage:
    """Return how far the mentions in one role lead, given those of each record."""
    each = [[(mention, end) for mention, end in found if mention.role is role] for found in of_records]
    return Coverage(
        records=len(each),
        named=sum(bool(found) for found in each),
        with_uin=sum(any(mention.uin for mention, _ in found) for found in each),
        with_date=sum(any(mention.answered for mention, _ in found) for found in each),
        with_link=sum(any(mention.url for mention, _ in found) for found in each),
        in_corpus=sum(any(end.reason not in ELSEWHERE for _, end in found) for found in each),
        resolved=sum(any(end.target for _, end in found) for found in each),
    )


def figures(labels: Sequence[Label], corpus: Corpus) -> list[Figures]:
    """Return the figures of mentions, of their days, and of resolution, for the labels whose record is there."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("mentions", "days answered", "resolution")}
    for label in labels:
        found = {name_of(mention): (mention, end) for mention, end in corpus.found[label.id]}
        true = {target.name: target for target in label.targets}
        for name in found.keys() | true.keys():
            mention, end = found.get(name, (None, None))
            target = true.get(name)
            day = mention.answered.isoformat() if mention and mention.answered else None
            _count(counts["mentions"], name if mention else None, name if target else None)
            _count(counts["days answered"], day, target.answered if target else None)
            key = corpus.records[target.record].key if target and target.record in corpus.records else None
            _count(counts["resolution"], end.target if end else None, key)
    return [Figures(name, each["right"], each["extra"], each["missed"]) for name, each in counts.items()]


def name_of(mention: Mention) -> Name:
    """Return what a mention is held against labels by."""
    day = mention.answered.isoformat() if mention.answered and not mention.uin else None
    return mention.role.value, mention.genre.value, mention.uin, day


def _count(counter: Counter[str], given: object, true: object) -> None:
    counter["right"] += given is not None and given == true
    counter["extra"] += given is not None and given != true
    counter["missed"] += true is not None and given != true


def errors(labels: Iterable[Label], corpus: Corpus) -> Iterator[str]:
    """Yield one line for each record whose mentions differ from its label."""
    for label in labels:
        told = {name_of(mention) for mention, _ in corpus.found[label.id]}
        true = {target.name for target in label.targets}
        if told != true:
            missed, extra = (sorted(map(str, names)) for names in (true - told, told - true))
            yield f"{label.id}: missed {missed}, extra {extra}"


def measured(labels: Sequence[Label], corpus: Corpus) -> dict[str, object]:
    """Return every figure, as JSON has it."""
    pointers = [number for number, one in corpus.records.items() if classify(one).kind is AnswerKind.POINTER]
    following = [
        found for found in corpus.found.values() if any(mention.role is MentionRole.FOLLOWS for mention, _ in found)
    ]
    reasons = Counter(
        f"{mention.role.value} {end.reason.value}" for found in corpus.found.values() for mention, end in found
    )
    present = [label for label in labels if label.id in corpus.records]
    return {
        "records": len(corpus.records),
        "without_uin": corpus.skipped,
        "pointers": asdict(coverage([corpus.found[number] for number in pointers], MentionRole.REFERS_TO)),
        "follow_up_questions": asdict(coverage(following, MentionRole.FOLLOWS)),
        "mentions": dict(sorted(reasons.items())),
        "labels": len(labels),
        "labels_not_in_records": len(labels) - len(present),
        "figures": {
            title: [
                {**asdict(row), "precision": row.precision, "recall": row.recall}
                for row in figures([label for label in present if within(label)], corpus)
            ]
            for title, within in SETS.items()
        },
    }


def table(told: Mapping[str, object]) -> str:
    """Return the figures as lines of text."""
    lines = []
    for name, value in told.items():
        if not isinstance(value, dict):
            lines.append(f"{name.replace('_', ' ')}: {value}")
            continue
        lines.append(f"\n{name.replace('_', ' ')}")
        for part, figure in value.items():
            if not isinstance(figure, list):
                lines.append(f"  {part.replace('_', ' '):32}{figure:6}")
                continue
            lines.append(f"  {part:32}precision  recall    TP    FP    FN")
            for row in figure:
                measures = f"{_share(row['precision']):>9}{_share(row['recall']):>8}"
                lines.append(f"    {row['name']:30}{measures}{row['right']:6}{row['extra']:6}{row['missed']:6}")
    return "\n".join(lines)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=Path, required=True, help="JSON lines of labels")
    parser.add_argument("--records", action="append", required=True, metavar="FILE", help="API records")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--errors", choices=("odd",), help="list the wrong ones of the development half")
    options = parser.parse_args(arguments)

    labels = read_labels(options.labels)
    corpus = read_corpus(options.records)
    told = measured(labels, corpus)
    print(json.dumps(told, indent=2) if options.json else table(told))
    if options.errors:
        odd = [label for label in labels if label.id in corpus.records and label.id % 2 == 1]
        print("\n".join(errors(odd, corpus)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
