"""Texts in which a quotation stands as results: with their citations, their passages and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from retrieval.attached_results import attachment_source
from retrieval.citations import CitationStyle, notes, written
from retrieval.corpus import Corpus, answerer_kind
from retrieval.differences import Segment
from retrieval.history import History, PastText
from retrieval.hit_results import AttachmentSource
from retrieval.quote_messages import told_of
from retrieval.quote_placing import Place, Quoted
from retrieval.quote_reading import Reading, read, segments_between
from retrieval.quote_results import QuoteChange, QuoteMatch, QuoteOutcome, QuoteSource
from retrieval.quote_texts import QuotableText
from retrieval.quoted_words import WordedText
from retrieval.records import AnswerKind, Record
from retrieval.word_alignment import aligned

_PROSE: Final = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)
_STILL_ALIKE: Final = 0.5
"""How much of a past wording must still stand for what is served to be shown in its place: chosen, not measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A text in which a quotation stands, and where."""

    text: QuotableText
    places: tuple[Place, ...]
    likeness: float


def match_of(corpus: Corpus, quoted: Quoted, standing: Standing) -> QuoteMatch:
    """Return a match, with the citation of the passage that the quotation stands in."""
    text, number = standing.text, standing.text.record
    record, reading = corpus.store.record(number), read(quoted, standing.places, standing.text.worded)
    passages = text.passages_at([part.span for part in reading.parts if part.wording])
    citation = corpus.citation(
        record.key, passages[0].ordinal if len(passages) == 1 or (passages and text.attachment) else None
    )
    outcome, change = _outcome(corpus, record, standing, reading)
    return QuoteMatch(
        standing=outcome,
        told=told_of(outcome, reading, change, citation, text.source),
        source=text.source,
        exactness=reading.exactness,
        likeness=reading.likeness,
        words_differing=reading.words_differing,
        differs_in_numbers=reading.numbers,
        differs_in_negation=reading.negation,
        omits_negation=reading.omits_negation,
        inserts_negation=reading.inserts_negation,
        inserts_number=reading.inserts_number,
        differs_in_raised_figures=reading.raised,
        runs_across=reading.crosses,
        inserted=reading.inserted,
        omitted=reading.omitted,
        parts=reading.parts,
        passages=passages,
        attachment=_attachment(corpus, record, text),
        change=change,
        key=record.key,
        genre=record.genre,
        kind=corpus.store.status(number).kind,
        findings=corpus.findings_of(number)[1],
        answerer=answerer_kind(record),
        question=record.question,
        citation=citation,
        written={str(style): written(citation, style) for style in _PROSE},
        notes=tuple(dict.fromkeys(note for style in _PROSE for note in notes(citation, style))),
        also_given=corpus.also_given(number),
    )


def _attachment(corpus: Corpus, record: Record, text: QuotableText) -> AttachmentSource | None:
    return attachment_source(corpus.store, record, text.passages[0]) if text.attachment else None


def _outcome(
    corpus: Corpus, record: Record, standing: Standing, reading: Reading
) -> tuple[QuoteOutcome, QuoteChange | None]:
    if standing.text.source is QuoteSource.QUESTION:
        return QuoteOutcome.IN_QUESTION, None
    if standing.text.source is not QuoteSource.PAST_TEXT:
        return (QuoteOutcome.DIFFERS if reading.words_differing else QuoteOutcome.WORD_FOR_WORD), None
    history = corpus.history(record.key)
    past = next(one for one in history.texts if one.text == standing.text.worded.text)
    is_corrected = past.kind is not AnswerKind.HOLDING and _was_corrected(record, history)
    change = _change(record, history, past, reading, is_corrected=is_corrected)
    return (QuoteOutcome.SINCE_CORRECTED if is_corrected else QuoteOutcome.SINCE_REPLACED), change


def _was_corrected(record: Record, history: History) -> bool:
    return bool(record.corrected or record.flagged_correction or record.corrected_by or history.corrections)


def _change(record: Record, history: History, past: PastText, reading: Reading, *, is_corrected: bool) -> QuoteChange:
    after = history.texts[past.number] if past.number < len(history.texts) else None
    replaced = after.since if after else None
    return QuoteChange(
        corrected_on=record.corrected if is_corrected else replaced,
        stood_from=past.since,
        kind=past.kind,
        text=past.number,
        origin=past.origin,
        now=_now(reading, record),
    )


def _now(reading: Reading, record: Record) -> tuple[Segment, ...]:
    before = WordedText("\n".join(part.wording for part in reading.parts if part.wording))
    served = WordedText(record.answer_text)
    there = aligned(before.folded, served.folded)
    if there.first == there.end or there.distance > (1 - _STILL_ALIKE) * len(before.folded):
        return ()
    start, end = served.between(there.first, there.end)
    return segments_between(before.text, served.text[start:end])
