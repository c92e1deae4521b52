"""Quotations that were checked, as a page shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape

from retrieval.citations import CitationStyle
from retrieval.differences import Segment, SegmentKind
from retrieval.quote_results import (
    BriefingResult,
    CheckedQuotation,
    Crossing,
    QuoteMatch,
    QuoteOutcome,
    QuoteResult,
    QuoteSource,
)
from retrieval.records import Genre
from service.phrases import FINDINGS, KINDS, capital, no_minister, on, person
from service.quotes_page import VERDICTS

# Each with a sign of its own, as nothing may be told by colour alone.
_TONES: Final = {
    QuoteOutcome.WORD_FOR_WORD: ("good", "✓"),
    QuoteOutcome.DIFFERS: ("warn", "≠"),
    QuoteOutcome.SINCE_CORRECTED: ("bad", "!"),
    QuoteOutcome.SINCE_REPLACED: ("bad", "!"),
    QuoteOutcome.IN_QUESTION: ("warn", "?"),
    QuoteOutcome.NOT_FOUND: ("plain", "–"),
    QuoteOutcome.NOT_CHECKED: ("plain", "–"),
    QuoteOutcome.CORPUS_EMPTY: ("plain", "–"),
}
_MARKS: Final = {
    SegmentKind.SAME: Markup("{}"),
    SegmentKind.REMOVED: Markup('<del><span class="unseen">[take out: </span>{}<span class="unseen">]</span></del>'),
    SegmentKind.ADDED: Markup('<ins><span class="unseen">[put in: </span>{}<span class="unseen">]</span></ins>'),
}
_ACROSS: Final = {
    Crossing.PARAGRAPHS: "Runs across two paragraphs",
    Crossing.TABLE: "Runs across cells or rows of a table",
}


@dataclass(frozen=True, slots=True)
class MatchView:
    """A text in which a quotation stands.

    Attributes:
        told: How it stands there.
        source: What kind of text it is.
        said: The words as they stand there, or what would put the quotation right.
        is_diff: Whether `said` is such.
        is_shown: Whether `said` tells more than the quotation itself.
        omitted: What the quotation leaves out.
        now: What changed since; empty where nothing like the words is there now.
        is_changed: Whether the answer no longer has them.
        who: Who said or asked it, with post and party.
        when: The answering body and the day.
        badges: What must be known of the answer, in words.
        href: The page of the answer, or of its history.
        cited: The citation in the House's own form.
        url: The official page.
        notes: What a reader of the citation must know.
        copied: The words in quotation marks with their citation, to paste; empty where they are not served.
    """

    told: str
    source: str
    said: Markup
    is_diff: bool
    is_shown: bool
    omitted: tuple[str, ...]
    now: Markup
    is_changed: bool
    who: str
    when: str
    badges: tuple[str, ...]
    href: str
    cited: str
    url: str | None
    notes: tuple[str, ...]
    copied: str


@dataclass(frozen=True, slots=True)
class QuotationView:
    """One quotation that was checked.

    Attributes:
        number: Its place in the text, from 1.
        text: The quotation.
        verdict: What became of it, in a few words.
        tone: `good`, `warn`, `bad` or `plain`.
        sign: A character for the verdict.
        message: The verdict in a sentence or two.
        warnings: What must not be overlooked.
        unclosed: Whether its closing mark is missing.
        matches: At most five.
        is_sound: Whether it needs no attention.
        gravity: The lower, the graver.
        why: Why it needs attention, in a few words.
    """

    number: int
    text: str
    verdict: str
    tone: str
    sign: str
    message: str
    warnings: tuple[str, ...]
    unclosed: bool
    matches: tuple[MatchView, ...]
    is_sound: bool
    gravity: int
    why: str


def quotations_of(result: QuoteResult | BriefingResult) -> tuple[QuotationView, ...]:
    """Return the quotations of a check, in their order."""
    if isinstance(result, BriefingResult):
        return tuple(_quotation(one, one.number) for one in result.quotations)
    return (_quotation(result, 1),)


def _quotation(one: QuoteResult | CheckedQuotation, number: int) -> QuotationView:
    tone, sign = _TONES[one.outcome]
    warnings = tuple(_warnings(one.matches[0])) if one.matches else ()
    return QuotationView(
        number=number,
        text=one.text.strip(),
        verdict=VERDICTS[one.outcome],
        tone="warn" if warnings and tone == "good" else tone,
        sign=sign,
        message=one.message,
        warnings=warnings,
        unclosed=isinstance(one, CheckedQuotation) and one.unclosed,
        matches=tuple(_match(match) for match in one.matches),
        is_sound=one.outcome is QuoteOutcome.WORD_FOR_WORD and not warnings,
        gravity=list(QuoteOutcome).index(one.outcome),
        why=warnings[0] if warnings else VERDICTS[one.outcome],
    )


def _warnings(match: QuoteMatch) -> Iterator[str]:
    if match.differs_in_negation:
        yield "A negation differs"
    if match.differs_in_numbers:
        yield "A number or date differs"
    if match.omits_negation:
        yield "Leaves a negation out"
    if match.inserts_negation:
        yield "Puts a negation in"
    if match.inserts_number:
        yield "Puts a number or date in"
    if match.differs_in_raised_figures:
        yield "A raised figure differs"
    if match.runs_across:
        yield _ACROSS[match.runs_across]


def _match(match: QuoteMatch) -> MatchView:
    citation, cited = match.citation, match.written[CitationStyle.HOUSE]
    is_question = match.source is QuoteSource.QUESTION
    is_served = match.source in (QuoteSource.ANSWER, QuoteSource.ATTACHMENT)
    is_diff = any(part.segments for part in match.parts)
    who = person(citation.asker if is_question else citation.minister, lacking="name not in the source")
    day = f"Tabled {on(citation.tabled)}" if is_question else _given(match)
    return MatchView(
        told=match.told,
        source=_source(match),
        said=Markup(" … ").join(_part(part.segments, part.wording) for part in match.parts),
        is_diff=is_diff,
        is_shown=is_diff or bool(match.omitted) or match.source is not QuoteSource.ANSWER,
        omitted=match.omitted,
        now=_marked(match.change.now) if match.change else Markup(""),
        is_changed=match.change is not None,
        who=f"Asked by {who}" if is_question else who,
        when="; ".join(part for part in (citation.answering_body or "", day) if part),
        badges=tuple(_badges(match)),
        href=_href(match),
        cited=cited,
        url=citation.url,
        notes=match.notes,
        copied=_copied(match, cited) if is_served else "",
    )


def _given(match: QuoteMatch) -> str:
    return f"{'Made' if match.genre is Genre.STATEMENT else 'Answered'} {on(match.citation.answered)}"


def _source(match: QuoteMatch) -> str:
    what = "statement" if match.genre is Genre.STATEMENT else "answer"
    if match.source is QuoteSource.QUESTION:
        return "Question"
    if match.source is QuoteSource.PAST_TEXT:
        return f"Earlier text of the {what}"
    if match.attachment:
        return f"Attachment: {match.attachment.title}"
    return capital(what)


def _badges(match: QuoteMatch) -> Iterator[str]:
    if match.genre is not Genre.STATEMENT and match.kind != "substantive":
        yield capital(KINDS[match.kind])
    yield from (capital(FINDINGS[finding]) for finding in match.findings)
    if other := no_minister(match.answerer, match.citation.answering_body):
        yield capital(other)
    if match.citation.earlier_government:
        yield f"Earlier government: {match.citation.earlier_government}"


def _href(match: QuoteMatch) -> str:
    path = f"/answers/{quote(match.key, safe='')}"
    if match.source is QuoteSource.PAST_TEXT:
        return f"{path}#history"
    return f"{path}?passage={match.passages[0].hash}#p{match.passages[0].ordinal}" if match.passages else path


def _copied(match: QuoteMatch, cited: str) -> str:
    wording = " … ".join(part.wording for part in match.parts if part.wording)
    url = match.citation.url if match.citation.url and match.citation.url not in cited else ""
    return "\n".join(line for line in (f"“{wording}”", cited, url) if line)


def _part(segments: Sequence[Segment], wording: str) -> Markup:
    return _marked(segments) if segments else escape(wording)


def _marked(segments: Sequence[Segment]) -> Markup:
    parts = []
    for segment in segments:
        words = segment.text.rstrip()
        # The space after a word is neither struck through nor underlined.
        parts += [_MARKS[segment.kind].format(words) if words else Markup(""), escape(segment.text[len(words) :])]
    return Markup("").join(parts)
