"""Results as HTML for a notebook: the passage as a quotation with its citation, everything escaped, no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from retrieval.citations import CitationStyle, long_date, written

if TYPE_CHECKING:
    from datetime import date

    from retrieval.answer_results import Answer, AnswerPassage
    from retrieval.citations import Citation, Licence
    from retrieval.hit_results import Hit, HitPassage, LaterAnswer
    from retrieval.results import SearchResult


def search_html(result: SearchResult) -> str:
    """Return a search: what came of it, its hits, and what was searched."""
    return "\n".join(
        (
            _paragraph(f"{result.query}: {result.message}"),
            *map(hit_html, result.hits),
            *((_paragraph("Not close enough, but nearest:"),) if result.near_misses else ()),
            *map(hit_html, result.near_misses),
            _paragraph(" ".join(_searched(result))),
            _licence(result.licence),
        )
    )


def hit_html(hit: Hit) -> str:
    """Return a hit: the passage with its answering sentence marked, who said it, the citation and what to know."""
    who = hit.citation.minister.name if hit.citation.minister else None
    parts = (who or "minister's name not in the source", hit.citation.answering_body, _on(hit.citation.answered))
    return "\n".join(
        (
            *_context(hit.passage.context),
            f"<blockquote>{_marked(hit.passage)}</blockquote>",
            _paragraph(f"{hit.rank}. {', '.join(part for part in parts if part)}. {_what(hit)}."),
            f"<details><summary>Question</summary>{_lines(hit.question)}</details>",
            *_later(hit.later),
            _cited(hit.citation, hit.written[CitationStyle.HOUSE]),
            _listed(hit.notes),
        )
    )


def answer_html(answer: Answer) -> str:
    """Return an answer in full: question, passages, and those of its attachments apart."""
    attached = (reading for reading in answer.attachment_texts if reading.passages)
    return "\n".join(
        (
            _paragraph(answer.heading or "No heading in the source"),
            f"<details open><summary>Question</summary>{_lines(answer.question)}</details>",
            f"<blockquote>{_passages(answer.passages)}</blockquote>",
            *(
                f"{_paragraph(f'From the attachment: {reading.title}. Rights: {reading.rights}.')}"
                f"<blockquote>{_passages(reading.passages)}</blockquote>"
                for reading in attached
            ),
            _paragraph(
                f"Answered {_on(answer.citation.answered) or 'on a day not in the source'}. Kind: {answer.kind}."
            ),
            *_later(answer.later),
            _cited(answer.citation, written(answer.citation, CitationStyle.HOUSE)),
            _licence(answer.licence),
        )
    )


def _searched(result: SearchResult) -> Iterator[str]:
    searched = result.searched
    yield f"Searched {searched.passed:,} of {searched.records:,} records."
    if not searched.complete:
        yield "More may have been said than is indexed."
    left_out = sum(one.count for one in result.left_out)
    if left_out:
        yield f"Left out: {left_out:,} ({', '.join(one.filter for one in result.left_out)})."


def _what(hit: Hit) -> str:
    findings = [str(finding).replace("_", " ") for finding in hit.findings]
    also = [f"also given to {len(hit.also_given):,} more"] if hit.also_given else []
    return "; ".join([str(hit.kind).replace("_", " "), *findings, *also])


def _marked(passage: HitPassage) -> str:
    """Return the passage with what was looked for, or else the answering sentence, marked."""
    spans = passage.matched or ((passage.answering_sentence,) if passage.answering_sentence else ())
    parts, end = [], 0
    for span in spans:
        parts += [escape(passage.text[end : span.start]), f"<mark>{escape(passage.text[span.start : span.end])}</mark>"]
        end = span.end
    return "".join([*parts, escape(passage.text[end:])]).replace("\n", "<br>")


def _passages(passages: Iterable[AnswerPassage]) -> str:
    return "".join("".join((*_context(one.context), _lines(one.text))) for one in passages)


def _cited(citation: Citation, text: str) -> str:
    cited = f"<cite>{escape(text)}</cite>"
    # A result may have come from another machine: nothing but an address of the web becomes a link.
    is_page = citation.url is not None and citation.url.startswith("https://")
    return (
        f'<p><a href="{escape(citation.url or "")}" rel="noreferrer">{cited}</a></p>' if is_page else f"<p>{cited}</p>"
    )


def _later(later: LaterAnswer | None) -> tuple[str, ...]:
    return (_paragraph(f"Later answer, {long_date(later.answered)}: {later.cite_as}"),) if later else ()


def _context(context: str | None) -> tuple[str, ...]:
    return (_lines(context),) if context else ()


def _listed(notes: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f"<ul>{items}</ul>" if items else ""


def _licence(licence: Licence) -> str:
    return _paragraph(" ".join((licence.statement, *(f"Source: {credit}." for credit in licence.credits))))


def _lines(text: str) -> str:
    return "".join(_paragraph(line) for line in text.splitlines() if line.strip())


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _on(day: date | None) -> str:
    return long_date(day) if day else ""
