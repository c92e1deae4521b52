"""What an answer is (kind) and what it says about itself (findings), told from its text by rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.needed_words import foldable
from retrieval.records import AnswerKind, FindingName, Record
from retrieval.sentences import sentence_spans
from retrieval.status_rules import RULES, Label, documents_asked_for

# No rule looks past this many code points of a sentence: hardly any sentence of prose is as long, and with
# the bounded gaps of the patterns that bounds the work on text without a full stop.
SENTENCE_LIMIT = 1_000
# The longest question of the corpus has fewer.
QUESTION_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing an answer says about itself, and where.

    Attributes:
        name: What it says.
        rule: Id of the rule that found it; `record` if the record's own fields say it.
        block: 0-based index of the block of the answer; None if it belongs to the whole answer.
        start: First code point of the sentence in the block's text; 0 if `block` is None.
        end: Code point after its last; 0 if `block` is None.
    """

    name: FindingName
    rule: str
    block: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AnswerStatus:
    """What an answer is and what it says about itself.

    Attributes:
        kind: Exactly one kind, judged from the text.
        kind_rule: Id of the rule that decided it; `content` where a sentence that no rule knows made the
            answer substantive, `no-text` where there is none.
        findings: In the order of the text, those of the whole answer first.
        bare: A substantive answer that says nothing but that the information isn't held or costs too much.
        disagreement: In what the record's holding flag and the text disagree; None if they don't, or no flag.
    """

    kind: AnswerKind
    kind_rule: str
    findings: tuple[Finding, ...]
    bare: bool
    disagreement: str | None


_KINDS = {
    Label.WILL_WRITE: AnswerKind.WILL_WRITE,
    Label.POINTER: AnswerKind.POINTER,
    Label.PROROGATION: AnswerKind.PROROGATION,
    Label.HOLDING: AnswerKind.HOLDING,
}
# Beside one of these, an excuse for the delay and "not held" add nothing of substance.
_LATER = {Label.WILL_WRITE, Label.PROROGATION, Label.HOLDING}
_FINDINGS = {
    Label.NOT_HELD: FindingName.NOT_HELD,
    Label.COST: FindingName.DISPROPORTIONATE_COST,
    Label.ELSEWHERE: FindingName.REFERS_ELSEWHERE,
    Label.POINTER: FindingName.REFERS_ELSEWHERE,
    Label.ATTACHMENT: FindingName.ATTACHMENT_HOLDS_THE_ANSWER,
    Label.CORRECTED: FindingName.CORRECTED,
}


_INSTEAD = {
    AnswerKind.SUBSTANTIVE: "answers",
    AnswerKind.POINTER: "points to another answer",
    AnswerKind.WILL_WRITE: "promises a letter",
    AnswerKind.PROROGATION: "says that Parliament rose first",
}


@dataclass(frozen=True, slots=True)
class _Sentence:
    block: int
    start: int
    end: int
    labels: dict[Label, str]  # label -> id of the first rule that gave it


def classify(record: Record) -> AnswerStatus:
    """Return what the answer of `record` is and what it says about itself.

    The text decides; where the record's holding flag says otherwise, `disagreement` tells.
    """
    sentences = tuple(_labelled_sentences(record))
    kind, kind_rule = _kind(sentences)
    return AnswerStatus(
        kind=kind,
        kind_rule=kind_rule,
        findings=(*_record_findings(record), *_text_findings(sentences)),
        bare=kind is AnswerKind.SUBSTANTIVE and _is_bare(sentences),
        disagreement=_disagreement(record.flagged_holding, kind),
    )


def labels_of(sentence: str, asked: frozenset[str] = frozenset()) -> dict[Label, str]:
    """Return the labels of one sentence, each with the id of the first rule that gave it.

    Args:
        sentence: One sentence of an answer; no more than `SENTENCE_LIMIT` code points of it are judged.
        asked: Documents that the question asks for, as `documents_asked_for` gives them.
    """
    text = sentence[:SENTENCE_LIMIT]
    folded = foldable(text)
    labels: dict[Label, str] = {}
    for rule in RULES:
        if rule.label not in labels and rule.may_fire_on(folded) and rule.fires_on(text, asked):
            labels[rule.label] = rule.id
    return labels


def _labelled_sentences(record: Record) -> Iterator[_Sentence]:
    asked = documents_asked_for(record.question[:QUESTION_LIMIT])
    for index, block in enumerate(record.answer):
        for start, end in sentence_spans(block.text):
            yield _Sentence(index, start, end, labels_of(block.text[start:end], asked))


def _kind(sentences: tuple[_Sentence, ...]) -> tuple[AnswerKind, str]:
    """Return the kind and its rule: substantive as soon as one sentence says something of its own."""
    if not sentences:
        return AnswerKind.SUBSTANTIVE, "no-text"
    found = {label: rule for s in reversed(sentences) for label, rule in s.labels.items() if label in _KINDS}
    empty = {*_KINDS, Label.COURTESY}
    if found.keys() & _LATER:
        empty |= {Label.EXCUSE, Label.NOT_HELD}
    for sentence in sentences:
        if not sentence.labels.keys() & empty or Label.FIGURE in sentence.labels:
            return AnswerKind.SUBSTANTIVE, next(
                (rule for label, rule in sentence.labels.items() if label in _FINDINGS), "content"
            )
    for label, kind in _KINDS.items():
        if label in found:
            return kind, found[label]
    return AnswerKind.SUBSTANTIVE, "content"


_BARE = {Label.NOT_HELD, Label.COST}
# A refusal that goes on to give something after all, or to say where to find it, isn't bare.
_MORE = {Label.ELSEWHERE, Label.ATTACHMENT, Label.POINTER, Label.WILL_WRITE, Label.GIVES}


def _gives_more(labels: dict[Label, str]) -> bool:
    # A figure in a refusal is the question's: "how many earn less than £110,000 is not held".
    return bool(labels.keys() & _MORE) or (Label.FIGURE in labels and not labels.keys() & _BARE)


def _is_bare(sentences: tuple[_Sentence, ...]) -> bool:
    if any(_gives_more(s.labels) for s in sentences):
        return False
    said = [s.labels.keys() for s in sentences if Label.COURTESY not in s.labels]
    return bool(said) and all(labels & _BARE for labels in said)


def _record_findings(record: Record) -> Iterator[Finding]:
    if record.corrected or record.flagged_correction:
        yield Finding(FindingName.CORRECTED, "record", None, 0, 0)


def _text_findings(sentences: tuple[_Sentence, ...]) -> Iterator[Finding]:
    for sentence in sentences:
        told: set[FindingName] = set()
        for label, rule in sentence.labels.items():
            name = _FINDINGS.get(label)
            if name and name not in told:  # two labels may tell the same
                told.add(name)
                yield Finding(name, rule, sentence.block, sentence.start, sentence.end)


def _disagreement(flagged_holding: bool | None, kind: AnswerKind) -> str | None:
    if flagged_holding and kind is not AnswerKind.HOLDING:
        return f"flagged as holding, but the text {_INSTEAD[kind]}"
    if flagged_holding is False and kind is AnswerKind.HOLDING:
        return "not flagged as holding, but the text holds the answer back"
    return None
