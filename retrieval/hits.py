"""One passage of an answer as a hit, with its citation and all that is told beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from retrieval.attached_results import attachment_source, neighbours
from retrieval.citations import CitationStyle, notes, written
from retrieval.corpus import Corpus, answerer_kind
from retrieval.hit_results import Hit, HitPassage, Span
from retrieval.store import StoredPassage

_PROSE: Final = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)


def hit_of(
    corpus: Corpus,
    stored: StoredPassage,
    *,
    rank: int,
    score: float,
    probability: float,
    sentence: Span | None = None,
    matched: tuple[Span, ...] = (),
) -> Hit:
    """Return a hit.

    Args:
        corpus: That the passage is in.
        stored: The passage to quote; its record is the one cited.
        rank: From 1.
        score: What it is ranked by.
        probability: How likely it is to answer, in [0, 1].
        sentence: The sentence of it that is nearest to the question.
        matched: Where the words looked for stand in it.
    """
    found = unplaced(corpus, stored)
    return placed(found, rank=rank, score=score, probability=probability, sentence=sentence, matched=matched)


def placed(
    found: Hit,
    *,
    rank: int,
    score: float,
    probability: float,
    sentence: Span | None = None,
    matched: tuple[Span, ...] = (),
) -> Hit:
    """Return a hit of one search: what is told of a passage, with how it was found; see `hit_of`."""
    return replace(
        found,
        rank=rank,
        score=round(score, 4),
        probability=round(probability, 3),
        passage=replace(found.passage, answering_sentence=sentence, matched=matched),
    )


def unplaced(corpus: Corpus, stored: StoredPassage) -> Hit:
    """Return what is told of a passage however it was found, which never changes; rank, score and probability are 0.

    Args:
        corpus: That the passage is in.
        stored: The passage to quote.
    """
    passage, number = stored.passage, stored.record
    record = corpus.store.record(number)
    found, names = corpus.findings_of(number)
    citation = corpus.citation(record.key, passage.ordinal)
    before, after = neighbours(corpus.store, stored)
    return Hit(
        rank=0,
        score=0.0,
        key=record.key,
        kind=corpus.store.status(number).kind,
        findings=names,
        passage=HitPassage(
            text=passage.text,
            ordinal=passage.ordinal,
            hash=passage.hash,
            context=passage.context or None,
            before=before,
            after=after,
            answering_sentence=None,
            findings=tuple(name for name, ordinal in found if ordinal == passage.ordinal),
            attachment=attachment_source(corpus.store, record, passage),
            matched=(),
        ),
        question=record.question,
        heading=record.heading,
        citation=citation,
        written={str(style): written(citation, style) for style in _PROSE},
        notes=tuple(dict.fromkeys(note for style in _PROSE for note in notes(citation, style))),
        also_given=corpus.also_given(number),
        genre=record.genre,
        answerer=answerer_kind(record),
        earlier_government=citation.earlier_government,
        pointed_to_by=corpus.relations.pointed_to_by(number),
        refers_to=corpus.relations.refers_to(number),
        probability=0.0,
    )
