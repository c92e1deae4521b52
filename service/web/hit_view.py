"""A hit as a page shows it: its words with what tells marked, what is said beside them, and what its buttons copy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from retrieval.hit_results import Hit, PointsTo, Span
from retrieval.records import AnswerKind, Genre, Member
from service.phrases import capital, chance, count, no_minister, on, person
from service.web.addresses import answer_href
from service.web.badges import Badge, badges_of
from service.web.citation_view import CitationBlock, citation_block_of
from service.web.marks import marked

_CELLS: Final = "\t"
_HEADERS: Final = " | "


@dataclass(frozen=True, slots=True)
class Words:
    """Words of an answer, with parts of them marked.

    Attributes:
        html: All of them; cells of a table row are parted by tabs.
        is_marked: Whether some, and not all, of them are marked.
        under: The lead-in of a list, or what a table stands under; empty where there is nothing.
        cells: Of a table row: its cells; empty otherwise.
        headers: Of a table row: the headers above its cells, as many as these; empty where they can't be told apart.
    """

    html: Markup
    is_marked: bool = False
    under: str = ""
    cells: tuple[Markup, ...] = ()
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Other:
    """Another answer, in a line.

    Attributes:
        href: Of its page; empty where it is not in the corpus.
        name: Such as its UIN.
        told: What is said of it.
        words: Of it, marked where they differ; None where none are shown.
    """

    href: str
    name: str
    told: str
    words: Markup | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """A list that is shown when it is asked for."""

    title: str
    items: tuple[Other, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """A later answer close in meaning to a hit.

    Attributes:
        title: Such as `Later answer: 3 March 2026`.
        told: Who gave it.
        text: Its words.
        href: Of its page.
    """

    title: str
    told: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class HitView:
    """One hit, as the macro `hit` writes it.

    Attributes:
        rank: From 1.
        title: The heading, or what stands for it.
        href: Of the passage on the answer's page.
        words: The passage.
        before: The passage before it; None where it is the first.
        after: The passage after it; None where it is the last.
        source: Of a passage from an attachment, what that is; empty otherwise.
        source_href: Where the attachment is; empty where there is none.
        minister: Who answered, by name.
        post: And as what; empty where the source does not say.
        body: The department.
        given: When it was answered, in words.
        answered: The same day for programs; None where it is not known.
        badges: What is said of it in a word or two.
        points_to: For one that only points elsewhere: where to.
        question: As tabled; empty for a statement.
        asker: Who asked.
        lists: Other answers that belong to it.
        later: A later answer close in meaning; None where none is known.
        citation: To read and copy.
        chance: How likely it is to answer the question; empty where that is not known.
        basket: What a basket takes, as JSON.
    """

    rank: int
    title: str
    href: str
    words: Words
    before: str | None
    after: str | None
    source: str
    source_href: str
    minister: str
    post: str
    body: str
    given: str
    answered: date | None
    badges: tuple[Badge, ...]
    points_to: tuple[Other, ...]
    question: str
    asker: str
    lists: tuple[Folded, ...]
    later: Later | None
    citation: CitationBlock
    chance: str
    basket: str


def hit_view(hit: Hit, *, is_scored: bool = True) -> HitView:
    """Return a hit for a page.

    Args:
        hit: What a search found.
        is_scored: Whether it says how likely it is to answer; not so where words were looked for.
    """
    citation, passage, attachment = hit.citation, hit.passage, hit.passage.attachment
    later = later_of(hit)
    is_statement = hit.genre is Genre.STATEMENT
    place = f", {attachment.place}" if attachment and attachment.place else ""
    return HitView(
        rank=hit.rank,
        title=hit.heading or ("Title not in the source" if is_statement else "No heading in the source"),
        href=answer_href(hit.key, passage.hash, passage.ordinal),
        words=words_of(passage.text, _telling(hit), passage.context),
        before=passage.before,
        after=passage.after,
        source=f"{attachment.title}{place}" if attachment else "",
        source_href=attachment.url if attachment else "",
        minister=_named(citation.minister),
        post=(citation.minister.post if citation.minister else None) or "",
        body=_body(hit),
        given=given(hit.genre, citation.answered),
        answered=citation.answered,
        badges=(
            *badges_of(
                hit.kind,
                hit.findings,
                genre=hit.genre,
                corrected=citation.corrected,
                earlier_government=hit.earlier_government,
                is_from_attachment=attachment is not None,
            ),
            *([Badge(later.title, "warn", later.href)] if later else []),
        ),
        points_to=_pointing(hit.refers_to) if hit.kind is AnswerKind.POINTER else (),
        question="" if is_statement else hit.question,
        asker=person(citation.asker, lacking="asker's name not in the source"),
        lists=tuple(_lists(hit)),
        later=later,
        citation=citation_block_of(citation, hit.written, passage=passage.text, notes=hit.notes),
        chance=chance(hit.probability) if is_scored else "",
        basket=json.dumps({"key": hit.key, "passage": passage.hash, "ordinal": passage.ordinal}),
    )


def words_of(text: str, spans: Sequence[Span] = (), context: str | None = None) -> Words:
    """Return a passage to show; a table row as cells below their headers.

    Args:
        text: Word for word; the cells of a table row are parted by tabs.
        spans: What is to be marked in it. That the whole of it is would say nothing, so then nothing is.
        context: What it stands under.
    """
    told = [] if any(span.start <= 0 and span.end >= len(text) for span in spans) else list(spans)
    html = marked(text, told)
    if _CELLS not in text:
        return Words(html, bool(told), context or "")
    lead, _, last = (context or "").rpartition("\n")
    cells, headers = tuple(_cells(text, told)), tuple(last.split(_HEADERS)) if last else ()
    if len(headers) > len(cells) or not headers:
        return Words(html, bool(told), context or "", cells)
    # Headers of the last columns may be empty, and are not told then.
    return Words(html, bool(told), lead, cells, headers + ("",) * (len(cells) - len(headers)))


def given(genre: Genre, answered: date | None) -> str:
    """Return when an answer was given, or a statement made, in words."""
    done = "made" if genre is Genre.STATEMENT else "answered"
    return f"{done} {on(answered)}" if answered else f"date {done} not known"


def later_of(hit: Hit) -> Later | None:
    """Return the later answer that a hit names; None where it names none."""
    other = hit.later
    if other is None:
        return None
    told = ", ".join((_named(other.minister), other.answering_body or "answering body not known"))
    return Later(
        f"Later answer: {on(other.answered)}", told, other.text, answer_href(other.key, other.hash, other.ordinal)
    )


def _cells(text: str, spans: Sequence[Span]) -> Iterator[Markup]:
    start = 0
    for cell in text.split(_CELLS):
        yield marked(cell, [Span(span.start - start, span.end - start) for span in spans])
        start += len(cell) + 1


def _telling(hit: Hit) -> Sequence[Span]:
    sentence = hit.passage.answering_sentence
    return hit.passage.matched or ((sentence,) if sentence else ())


def _named(member: Member | None) -> str:
    if member is None or not (member.name or member.id):
        return "Minister's name not in the source"
    return member.name or f"Member {member.id} (name not in the source)"


def _body(hit: Hit) -> str:
    body = hit.citation.answering_body or "answering body not known"
    other = no_minister(hit.answerer, hit.citation.answering_body)
    return f"{body} ({other})" if other else body


def _pointing(refers_to: Sequence[PointsTo]) -> tuple[Other, ...]:
    return tuple(Other(answer_href(one.key) if one.key else one.url or "", capital(one.label), "") for one in refers_to)


def _lists(hit: Hit) -> Iterator[Folded]:
    if hit.also_given:
        other = "other statement" if hit.genre is Genre.STATEMENT else "other question"
        title = "The same text in" if hit.genre is Genre.STATEMENT else "Also given to"
        yield Folded(
            f"{title} {count(len(hit.also_given), other)}",
            tuple(
                Other(
                    answer_href(one.key),
                    one.uin or one.key,
                    f"{person(one.asker, lacking='asker not in the source')}, {given(hit.genre, one.answered)}",
                )
                for one in hit.also_given
            ),
        )
    if hit.near_duplicates_total:
        yield _nearly_the_same(hit)
    if hit.pointed_to_by:
        yield Folded(
            count(len(hit.pointed_to_by), "answer points", "answers point") + " to this one",
            tuple(
                Other(answer_href(one.key), one.uin or one.key, given(Genre.ANSWER, one.answered))
                for one in hit.pointed_to_by
            ),
        )
    if hit.refers_to and hit.kind is not AnswerKind.POINTER:
        title = f"Names {count(len(hit.refers_to), 'other answer or statement', 'other answers or statements')}"
        yield Folded(title, _pointing(hit.refers_to))


def _nearly_the_same(hit: Hit) -> Folded:
    total, shown = hit.near_duplicates_total, hit.near_duplicates
    is_compared = hit.passage.attachment is None
    note = "The words that differ are marked." if is_compared and any(one.differing for one in shown) else ""
    if total > len(shown):
        note = f"The nearest {len(shown)} of them. {note}".strip()
    return Folded(
        count(total, "answer says", "answers say") + " nearly the same",
        tuple(
            Other(
                answer_href(one.key),
                one.uin or one.key,
                f"{one.answering_body or 'answering body not known'}, {given(Genre.ANSWER, one.answered)}",
                marked(one.text, one.differing),
            )
            for one in shown
        ),
        note,
    )
