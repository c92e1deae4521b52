"""Facts of the library's results in the short form that assistants get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from retrieval.answer_results import ThreadItem
from retrieval.citations import Citation, CitationStyle, fact_name, long_date, written
from retrieval.corpus import Corpus
from retrieval.filters import Filters
from retrieval.hit_results import AttachmentSource, Hit, LaterAnswer, PointsTo
from retrieval.licences import Licence
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, Member
from retrieval.results import Searched as LibrarySearched
from service.assistants import answer_results, results
from service.phrases import gap_told, licence_lines, no_minister, person, span

_GAPS_NAMED: Final = 3
_MOST_QUESTION: Final = 4_000
"""Longer than Parliament allows a question to be; a longer text would leave no room for the answer."""

_NOT_A_REPLY: Final = {
    AnswerKind.HOLDING: "holding answer: it promises a reply and is not one",
    AnswerKind.POINTER: "it only points to another answer: quote and cite that one instead",
    AnswerKind.PROROGATION: "not a reply: there was none before prorogation or dissolution",
    AnswerKind.WILL_WRITE: "not a reply: it promises to write, and the letter is not in it",
}


def searched(found: LibrarySearched, *, is_filtered: bool = False) -> results.Searched:
    """Return what a search looked through."""
    more = len(found.gaps) - _GAPS_NAMED
    return results.Searched(
        records=found.records,
        passed=found.passed if is_filtered else None,
        houses=found.houses,
        first_answered=found.first_answered,
        last_answered=found.last_answered,
        complete=found.complete,
        gaps=(*map(gap_told, found.gaps[:_GAPS_NAMED]), *([f"and {more} more"] if more > 0 else [])),
        checked_at=found.checked_at,
        lacking={name: number for name, number in found.lacking.items() if number},
        sample=found.sample.note if found.sample else None,
    )


def indexed(corpus: Corpus) -> results.Searched:
    """Return all that a corpus holds, as a search without filters looks through it."""
    return searched(corpus.searched(Filters()))


def dates_told(found: results.Searched) -> str:
    """Return from when to when the index goes, and whether anything may be missing, as a user should be told."""
    complete = "is known to be complete for them" if found.complete else "may be incomplete"
    return f"{span(found.first_answered, found.last_answered)} What is indexed {complete}."


def licence_told(licence: Licence) -> str:
    """Return the words that a licence asks to be shown, and the credits."""
    return " ".join(licence_lines(licence))


def about_hit(hit: Hit) -> dict[str, Any]:
    """Return whose words a hit is, and how it is cited, as the fields of `About`."""
    return with_later(about(hit.citation, question=hit.question, answerer=hit.answerer), hit.later)


def with_later(facts: dict[str, Any], later: LaterAnswer | None) -> dict[str, Any]:
    """Return the fields of `About` with the later answer, and with what must be said of it."""
    if later is None:
        return facts
    said = f"a later answer, of {long_date(later.answered)}, comes close in meaning: this may not be the last word"
    told = results.Later(
        key=later.key, answered=later.answered, answering_body=later.answering_body, cite_as=later.cite_as
    )
    return {**facts, "must_say": (*facts["must_say"], said), "later": told}


def about(citation: Citation, *, question: str, answerer: AnswererKind | None) -> dict[str, Any]:
    """Return whose words an answer is, and how it is cited, as the fields of `About`."""
    return {
        "key": citation.key,
        "genre": citation.genre,
        "kind": citation.kind,
        "findings": citation.findings,
        "must_say": must_say(citation, answerer, len(question)),
        "house": citation.house,
        "uin": citation.uin,
        "answering_body": citation.answering_body,
        "answered_by": named(citation.minister),
        "asked_by": named(citation.asker),
        "tabled": citation.tabled,
        "answered": citation.answered,
        "corrected": citation.corrected,
        "earlier_government": citation.earlier_government,
        "heading": citation.heading,
        "question": question if 0 < len(question) <= _MOST_QUESTION else None,
        "cite_as": written(citation, CitationStyle.HOUSE),
        "url": citation.url,
        "not_in_source": not_in_source(citation),
    }


def must_say(citation: Citation, answerer: AnswererKind | None = None, question_characters: int = 0) -> tuple[str, ...]:
    """Return what must be said wherever an answer is quoted, most serious first."""
    said = []
    if citation.attachment:
        said.append(
            f"from the attachment '{citation.attachment.title}', not from the answer itself; rights in it are not known"
        )
    if citation.genre is Genre.ANSWER and citation.kind in _NOT_A_REPLY:
        said.append(_NOT_A_REPLY[citation.kind])
    if citation.corrected or citation.corrected_by or FindingName.CORRECTED in citation.findings:
        when = f"on {long_date(citation.corrected)}" if citation.corrected else "on a day that the source does not give"
        said.append(f"corrected {when}")
    if citation.earlier_government:
        said.append(f"given under an earlier government ({citation.earlier_government})")
    if other := no_minister(answerer, citation.answering_body):
        said.append(f"whoever answered {other}")
    if question_characters > _MOST_QUESTION:
        said.append(f"the question has {question_characters:,} characters and is left out here")
    return tuple(said)


def not_in_source(citation: Citation) -> tuple[str, ...]:
    """Return the facts that the source of a citation does not give, in words."""
    return tuple(fact_name(one, citation.genre) for one in citation.missing)


def named(member: Member | None) -> str | None:
    """Return a Member by name, post, party and seat; None where nobody is known."""
    return person(member, lacking="") or None


def place_in(source: AttachmentSource | None) -> str | None:
    """Return the file and page that a passage was read from; None for the answer's own words."""
    return None if source is None else ", ".join(filter(None, (source.title, source.place)))


def references(named_there: Sequence[PointsTo], most: int) -> tuple[answer_results.Reference, ...]:
    """Return the first few answers and statements that a text names."""
    return tuple(answer_results.Reference(label=one.label, key=one.key, url=one.url) for one in named_there[:most])


def thread_entry(item: ThreadItem) -> answer_results.ThreadEntry:
    """Return one question of a thread."""
    return answer_results.ThreadEntry(
        key=item.key,
        kind=item.kind,
        is_asked_for=item.is_asked_for,
        house=item.house,
        uin=item.uin,
        heading=item.heading,
        question=item.question if 0 < len(item.question) <= _MOST_QUESTION else None,
        asked_by=named(item.asker),
        answered_by=named(item.minister),
        tabled=item.tabled,
        answered=item.answered,
        follows=item.follows,
        cite_as=item.cite_as,
    )
