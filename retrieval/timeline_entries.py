"""What was given on a topic, each with its citation and the sentences that are new in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from retrieval.attached_results import attachment_source
from retrieval.citations import Citation, CitationStyle, notes, written
from retrieval.corpus import Corpus
from retrieval.dated_answers import Given
from retrieval.differences import Segment
from retrieval.governments import government_on
from retrieval.hit_results import AttachmentSource
from retrieval.records import AnswerKind, FindingName, Genre, House, Member
from retrieval.sentence_news import LOOKED_BACK, News, Standing, sentence_news
from retrieval.sentences import sentence_spans
from retrieval.store import StoredPassage
from retrieval.topic import Topic

_PROSE: Final = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)


@dataclass(frozen=True, slots=True)
class TimelineSentence:
    """One sentence of a passage, and how it stands to the answers before. Primary key in a passage: `start`.

    Attributes:
        start: First code point of it in the passage's text.
        end: The code point after its last.
        standing: Whether it is new, in the answer just before too (`kept`), or in one before that (`returned`).
        seen_in: Key of the latest answer before that has it; None of one that is new.
        seen_on: Its day.
        first_in: Key of the earliest of the 200 answers before that has it; None likewise.
        first_on: Its day.
        changes: What changed from the sentence in `seen_in` to this one; empty where no word did.
    """

    start: int
    end: int
    standing: Standing
    seen_in: str | None
    seen_on: date | None
    first_in: str | None
    first_on: date | None
    changes: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class TimelinePassage:
    """One passage of an answer. Primary key within an answer: `ordinal`.

    Attributes:
        text: Word for word.
        on_topic: Whether it has the words, or is the one near in meaning.
        context: A list's lead-in or a table's headers; not part of the quotation.
        hash: 16 hex digits that name the text and survive rebuilds.
        sentences: In order; together they are the text but for white space. None of an attachment.
        attachment: The file that it was read from; only what is on the topic is given of those.
    """

    ordinal: int
    text: str
    on_topic: bool
    context: str | None
    hash: str
    sentences: tuple[TimelineSentence, ...]
    attachment: AttachmentSource | None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One text as it was given on one day. Primary key: `key`.

    Attributes:
        key: Of the record cited: of those answered that day with the text, the first by key.
        minister: Who answered or made the statement.
        answering_body: By its name on the day.
        government: The government of the day; None where the table of governments does not reach it. On the day of a
            handover it is the incoming one.
        questions: How many questions were answered with the text that day, of those that pass the filters.
        previous: Key of the answer just before in the order of days, with which it is compared; None of the first.
        repeats: Key of the latest answer before, if any, that has the very same text from the same body.
        repeats_on: Its day.
        passages: All of the answer's own, in order, then those of its attachments that are on the topic.
        citation: Of the first passage that is on the topic.
        written: The citation as text to paste, by style: `house`, `member` and `oscola`.
        notes: What a reader of the citation must know.
    """

    key: str
    genre: Genre
    house: House | None
    uin: str | None
    heading: str | None
    question: str
    asker: Member | None
    minister: Member | None
    answering_body: str | None
    tabled: date | None
    answered: date
    corrected: date | None
    kind: AnswerKind
    findings: tuple[FindingName, ...]
    government: str | None
    questions: int
    previous: str | None
    repeats: str | None
    repeats_on: date | None
    passages: tuple[TimelinePassage, ...]
    citation: Citation
    written: dict[str, str]
    notes: tuple[str, ...]


def entries_of(corpus: Corpus, topic: Topic, given: Sequence[Given], start: int, end: int) -> list[TimelineEntry]:
    """Return the answers from place `start` up to, not including, place `end`, each set against those before it.

    Args:
        corpus: What the topic was found in.
        topic: The answers.
        given: All of them in the order of days.
        start: Place of the first.
        end: The place after the last.
    """
    if start >= end:
        return []
    looked_from = max(0, start - LOOKED_BACK)
    window = [_Read.of(corpus, one) for one in given[looked_from:end]]
    news = sentence_news([one.sentences for one in window], start - looked_from)
    return [
        _entry(corpus, topic, window, place, of_sentences)
        for place, of_sentences in enumerate(news, start - looked_from)
    ]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was given, with its text."""

    given: Given
    key: str
    answered: date | None
    passages: tuple[StoredPassage, ...]
    spans: tuple[tuple[tuple[int, int], ...], ...]
    sentences: tuple[str, ...]

    @classmethod
    def of(cls, corpus: Corpus, given: Given) -> _Read:
        record = corpus.store.record(given.number)
        passages = tuple(corpus.store.passages(given.number))
        spans = tuple(() if one.passage.attachment else sentence_spans(one.passage.text) for one in passages)
        sentences = tuple(
            one.passage.text[first:last] for one, own in zip(passages, spans, strict=True) for first, last in own
        )
        return cls(given, record.key, record.answered, passages, spans, sentences)


def _entry(corpus: Corpus, topic: Topic, window: Sequence[_Read], place: int, news: Sequence[News]) -> TimelineEntry:
    read = window[place]
    number = read.given.number
    record, status = corpus.store.record(number), corpus.store.status(number)
    passages = tuple(_passages(corpus, topic, window, read, iter(news)))
    cited = next((one.ordinal for one in passages if one.on_topic), None)
    citation = corpus.citation(record.key, cited)
    before = [one for one in window[:place] if one.given.group == read.given.group]
    # Only what has a day is given in order.
    answered = record.answered or date.min
    government = government_on(answered)
    return TimelineEntry(
        key=record.key,
        genre=record.genre,
        house=record.house,
        uin=record.uin,
        heading=record.heading,
        question=record.question,
        asker=record.asker,
        minister=record.answerer,
        answering_body=record.answering_body,
        tabled=record.tabled,
        answered=answered,
        corrected=record.corrected,
        kind=status.kind,
        findings=corpus.findings_of(number)[1],
        government=government.name if government else None,
        questions=read.given.records,
        previous=window[place - 1].key if place else None,
        repeats=before[-1].key if before else None,
        repeats_on=before[-1].answered if before else None,
        passages=passages,
        citation=citation,
        written={str(style): written(citation, style) for style in _PROSE},
        notes=tuple(dict.fromkeys(note for style in _PROSE for note in notes(citation, style))),
    )


def _passages(
    corpus: Corpus, topic: Topic, window: Sequence[_Read], read: _Read, news: Iterator[News]
) -> Iterator[TimelinePassage]:
    record = corpus.store.record(read.given.number)
    for stored, spans in zip(read.passages, read.spans, strict=True):
        passage, on_topic = stored.passage, topic.has_row(stored.row)
        sentences = tuple(_sentence(window, start, end, next(news)) for start, end in spans)
        if on_topic or not passage.attachment:
            yield TimelinePassage(
                ordinal=passage.ordinal,
                text=passage.text,
                on_topic=on_topic,
                context=passage.context or None,
                hash=passage.hash,
                sentences=sentences,
                attachment=attachment_source(corpus.store, record, passage),
            )


def _sentence(window: Sequence[_Read], start: int, end: int, news: News) -> TimelineSentence:
    seen = window[news.seen] if news.seen is not None else None
    first = window[news.first] if news.first is not None else None
    return TimelineSentence(
        start=start,
        end=end,
        standing=news.standing,
        seen_in=seen.key if seen else None,
        seen_on=seen.answered if seen else None,
        first_in=first.key if first else None,
        first_on=first.answered if first else None,
        changes=news.changes,
    )
