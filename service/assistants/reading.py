"""Whole answers for assistants: their passages, threads, histories and citations, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from retrieval.answer_results import Answer, AnswerPassage
from retrieval.citations import CitationStyle, notes, written
from retrieval.corpus import Corpus
from retrieval.differences import DiffUnit, Segment, SegmentKind
from retrieval.history import Change, History
from retrieval.hit_results import AlsoGiven, PointedFrom
from retrieval.results import Outcome
from retrieval.search import Searcher
from service.assistants import answer_results, facts, results
from service.assistants.inputs import Cite, Paged
from service.assistants.paging import page

_OTHERS_NAMED: Final = 10
_REFERENCES_NAMED: Final = 20
_IN_WORDS: Final = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)
_LONGEST_CHANGE: Final = 8_000
"""Characters of one change; what is longer is read in the texts themselves."""


def get_answer(searcher: Searcher, asked: Paged) -> answer_results.WholeAnswer:
    """Return one answer, or a page of its passages.

    Raises:
        UnknownKey: If there is none.
        QueryError: If the cursor can't be used.
    """
    corpus = searcher.corpus
    answer = corpus.answer(asked.key)
    passages = (*answer.passages, *(passage for one in answer.attachment_texts for passage in one.passages))
    about = facts.about(answer.citation, question=answer.question, answerer=answer.answerer)
    belongs = {**facts.with_later(about, answer.later), **_whole_facts(answer)}

    def made(chosen: Sequence[AnswerPassage], start: int, cursor: str | None) -> answer_results.WholeAnswer:
        which = f"passages {start + 1} to {start + len(chosen)} of {len(passages)}"
        return answer_results.WholeAnswer(
            **_common(corpus, f"The {answer.genre}, {which}.", cursor),
            **belongs,
            passages=tuple(_passage(one) for one in chosen),
            passages_total=len(passages),
        )

    return page(passages, asked.cursor, _asked(corpus, "get_answer", answer.key), made)


def get_thread(searcher: Searcher, asked: Paged) -> answer_results.ThreadOf:
    """Return the questions asked pursuant to one another, or a page of them.

    Raises:
        UnknownKey: If there is no such answer.
        QueryError: If the cursor can't be used.
    """
    corpus = searcher.corpus
    thread = corpus.thread(asked.key)
    items = thread.items
    told = (
        f"{len(items)} questions, in the order tabled." if len(items) > 1 else "No other question belongs to it here."
    )

    def made(chosen: Sequence[Any], start: int, cursor: str | None) -> answer_results.ThreadOf:
        return answer_results.ThreadOf(
            **_common(corpus, told, cursor),
            key=thread.key,
            items=tuple(facts.thread_entry(one) for one in chosen),
            items_total=len(items),
            not_found=facts.references(thread.not_found, _REFERENCES_NAMED),
        )

    return page(items, asked.cursor, _asked(corpus, "get_thread", thread.key), made)


def get_history(searcher: Searcher, asked: Paged) -> answer_results.HistoryOf:
    """Return the texts that an answer has had, and what changed, or a page of them.

    Raises:
        UnknownKey: If there is no such answer.
        QueryError: If the cursor can't be used.
    """
    corpus = searcher.corpus
    history = corpus.history(asked.key)
    citation = corpus.citation(asked.key)
    pieces = list(_pieces(history))
    told = "No other text of it is known." if len(history.texts) == 1 else f"{len(history.texts)} texts, oldest first."

    def made(chosen: Sequence[_Piece], start: int, cursor: str | None) -> answer_results.HistoryOf:
        return answer_results.HistoryOf(
            **_common(corpus, told, cursor),
            key=history.key,
            cite_as=written(citation, CitationStyle.HOUSE),
            url=citation.url,
            texts_total=len(history.texts),
            first_text_known=history.first_text_known,
            notes=history.notes,
            corrections=history.corrections,
            texts=tuple(_texts(history, chosen)),
            changes=tuple(_changed(change, part) for change, part in _of_changes(chosen)),
        )

    return page(pieces, asked.cursor, _asked(corpus, "get_history", history.key), made)


def cite(searcher: Searcher, asked: Cite) -> answer_results.Cited:
    """Return the citation of an answer, or of one passage of it.

    Raises:
        UnknownKey: If there is no such answer.
        QueryError: If the answer has no such passage.
    """
    corpus = searcher.corpus
    citation = corpus.citation(asked.key, asked.paragraph)
    answer = corpus.answer(citation.key)
    said = facts.with_later({"must_say": facts.must_say(citation, answer.answerer)}, answer.later)
    styles = (asked.style,) if asked.style else _IN_WORDS
    told = "Copy the citation as it is."
    return answer_results.Cited(
        **{**_common(corpus, told, None), "licence": facts.licence_told(citation.licence)},
        key=citation.key,
        paragraph=citation.paragraph,
        written={style: written(citation, style) for style in styles},
        notes=tuple(dict.fromkeys(note for style in styles for note in notes(citation, style))),
        **said,
        url=citation.url,
        accessed=citation.accessed,
        not_in_source=facts.not_in_source(citation),
    )


_Piece = tuple[int, int] | tuple[Change, Segment]
"""A paragraph, by the places of its text and of itself, or one segment of a change."""


def _pieces(history: History) -> Iterator[_Piece]:
    for place, text in enumerate(history.texts):
        yield from ((place, number) for number in range(len(text.blocks)))
    for change in history.changes:
        # What was compared as a whole is told by the two texts themselves.
        if change.unit is not DiffUnit.WHOLE:
            yield from ((change, one) for one in change.segments if _is_told(one))


def _is_told(segment: Segment) -> bool:
    return segment.kind is not SegmentKind.SAME and bool(segment.text.strip()) and len(segment.text) <= _LONGEST_CHANGE


def _texts(history: History, chosen: Sequence[_Piece]) -> Iterator[answer_results.PastText]:
    paragraphs = [(place, number) for place, number in chosen if isinstance(place, int) and isinstance(number, int)]
    for place, together in groupby(paragraphs, key=lambda pair: pair[0]):
        numbers = [number for _, number in together]
        text = history.texts[place]
        yield answer_results.PastText(
            number=text.number,
            kind=text.kind,
            since=text.since,
            origin=text.origin,
            is_current=text.is_current,
            first_paragraph=numbers[0] + 1,
            paragraphs=tuple(text.blocks[number].text for number in numbers),
            paragraphs_total=len(text.blocks),
        )


def _of_changes(chosen: Sequence[_Piece]) -> Iterator[tuple[Change, Segment]]:
    for change, segment in chosen:
        if isinstance(change, Change) and isinstance(segment, Segment):
            yield change, segment


def _changed(change: Change, segment: Segment) -> answer_results.Changed:
    return answer_results.Changed(
        before=change.before, after=change.after, unit=change.unit, kind=segment.kind, text=segment.text
    )


def _whole_facts(answer: Answer) -> dict[str, Any]:
    read = {one.number for one in answer.attachment_texts if one.passages}
    return {
        "due": answer.due,
        "holding_answered": answer.holding_answered,
        "attachments": tuple(
            answer_results.AttachedFile(number=number, title=one.title, url=one.url, read=number in read)
            for number, one in enumerate(answer.attachments, 1)
        ),
        "also_given": tuple(_other(one) for one in answer.also_given[:_OTHERS_NAMED]),
        "also_given_total": len(answer.also_given),
        "pointed_to_by": tuple(_other(one) for one in answer.pointed_to_by[:_OTHERS_NAMED]),
        "refers_to": facts.references(answer.refers_to, _REFERENCES_NAMED),
        "corrections": answer.corrections,
        "has_history": answer.has_history,
    }


def _other(one: AlsoGiven | PointedFrom) -> answer_results.Other:
    return answer_results.Other(key=one.key, uin=one.uin, asked_by=facts.named(one.asker), answered=one.answered)


def _passage(one: AnswerPassage) -> results.Passage:
    place = facts.place_in(one.attachment)
    return results.Passage(paragraph=one.ordinal, text=one.text, context=one.context, hash=one.hash, attachment=place)


def _asked(corpus: Corpus, tool: str, key: str) -> tuple[str, str]:
    return corpus.manifest.name, f"{tool} {key}"


def _common(corpus: Corpus, message: str, cursor: str | None) -> dict[str, Any]:
    return {
        "outcome": Outcome.FOUND,
        "message": message,
        "next_cursor": cursor,
        "searched": facts.indexed(corpus),
        "snapshot": corpus.manifest.name,
        "licence": facts.licence_told(corpus.licence),
    }
