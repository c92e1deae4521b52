"""A standing search as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib.metadata import version
from typing import Final
from urllib.parse import quote, urlencode
from xml.etree import ElementTree as ET

from retrieval.choices import Match
from retrieval.citations import Citation, CitationStyle, notes
from retrieval.hit_results import Hit, HitPassage
from retrieval.licences import Licence
from retrieval.records import AnswerKind, FindingName, Genre, Member
from retrieval.standing_search import DatedBy, StandingEntry, StandingSearch
from service.phrases import FINDINGS, KINDS, capital, completeness, on, person
from service.web.addresses import answer_href

MEDIA_TYPE: Final = "application/atom+xml"
_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_NAME: Final = "Despatch Box"
_TERMS: Final = "urn:despatch-box:"
# What XML 1.0 (section 2.2) has no way to write, not even escaped.
_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FOUND_BY: Final = {
    Match.MEANING: "Answers and statements near in meaning to “{}”",
    Match.WORDS: "Every answer and statement that has the words {}",
    Match.EXACT: "Every answer and statement that has the words “{}”, one after another",
}
_DATED_BY: Final = {
    DatedBy.CORRECTED: "Corrected on {}.",
    DatedBy.CHANGED: "Its text has changed. The source does not say when: it was read on {}.",
    DatedBy.READ: "The source does not give the day of the answer. The day shown is {}, when it was read.",
}
_UNKNOWN: Final = "name not in the source"


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """Where a feed is.

    Attributes:
        base: Of the service, such as `http://127.0.0.1:8000/`, with a slash at its end.
        path: Of the feed, without a slash at its beginning.
        parameters: Those that it is asked by, each name with one value, in a fixed order.
    """

    base: str
    path: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def itself(self) -> str:
        """Its own address."""
        return f"{self.base}{self.path}?{urlencode(self.parameters)}"

    @property
    def page(self) -> str:
        """The address of the page that shows the same search."""
        return f"{self.base}?{urlencode(self.parameters)}"

    @property
    def id(self) -> str:
        """What names the feed wherever the service is: RFC 4287, 4.2.6, has it stay when a feed moves."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{_TERMS}feed:{urlencode(self.parameters)}").urn

    def answer(self, key: str) -> str:
        """Return the address of one answer in full."""
        return f"{self.base}v1/answers/{quote(key, safe='')}"

    def answer_page(self, key: str, passage: HitPassage) -> str:
        """Return the address of the page of one answer, at a passage: the hash tells whether that still stands."""
        return self.base.removesuffix("/") + answer_href(key, passage.hash, passage.ordinal)


def atom(found: StandingSearch, address: FeedAddress, made: date) -> bytes:
    """Return a feed as XML in UTF-8, the same for the same search of the same index.

    Days are written as midnight in UTC, as the source gives no time of the day. Characters that XML can't hold are
    written as U+FFFD.

    Args:
        found: What the search finds.
        address: Where the feed is.
        made: The day on which the index was made, for a feed without entries.
    """
    feed = ET.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": "en-GB"})
    result = found.result
    _add(feed, "id", address.id)
    _add(feed, "title", f"Ministers on: {result.query}")
    _add(feed, "subtitle", " ".join(_subtitle(found)))
    _add(feed, "updated", _midnight(max((entry.updated for entry in found.entries), default=made)))
    ET.SubElement(feed, "link", rel="self", type=MEDIA_TYPE, href=_clean(address.itself))
    ET.SubElement(feed, "link", rel="alternate", type="text/html", href=_clean(address.page))
    _add(ET.SubElement(feed, "author"), "name", _NAME)
    _add(feed, "generator", _NAME).set("version", version("despatch-box"))
    _add(feed, "rights", _rights(result.licence))
    for entry in found.entries:
        _add_entry(feed, entry, address)
    written: bytes = ET.tostring(feed, "utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + written + b"\n"


def _subtitle(found: StandingSearch) -> Iterator[str]:
    result = found.result
    searched = result.searched
    yield f"{_FOUND_BY[found.match].format(result.query)}, the newest first."
    if found.at_least:
        yield "There are at least these: others as new may be missing, as more fit than were looked through."
    if result.filters:
        given = ((name.replace("_", " "), value) for name, value in result.filters.items())
        told = (f"{name} {value if isinstance(value, str) else ' or '.join(value)}" for name, value in given)
        yield f"Limited to: {'; '.join(told)}."
    last = on(searched.last_answered)
    yield f"Searched {searched.passed:,} of {searched.records:,} records, the last answered {last}."
    yield completeness(
        searched.gaps, searched.checked_at, compared=(searched.compared_from, searched.compared_to), most=3
    )
    if searched.sample:
        yield f"{capital(searched.sample.note)}."


def _add_entry(feed: ET.Element, entry: StandingEntry, address: FeedAddress) -> None:
    hit, citation = entry.hit, entry.hit.citation
    made = ET.SubElement(feed, "entry")
    _add(made, "id", entry.id)
    _add(made, "title", _title(hit))
    _add(made, "updated", _midnight(entry.updated))
    if entry.published:
        _add(made, "published", _midnight(entry.published))
    _add(ET.SubElement(made, "author"), "name", _author(citation))
    if citation.url:
        ET.SubElement(made, "link", rel="alternate", type="text/html", href=_clean(citation.url))
    ET.SubElement(made, "link", rel="related", type="application/json", href=address.answer(hit.key))
    page = address.answer_page(hit.key, hit.passage)
    ET.SubElement(made, "link", rel="related", type="text/html", href=page)
    # RFC 4946.
    ET.SubElement(made, "link", rel="license", href=citation.licence.url)
    for term, label, scheme in _categories(hit):
        ET.SubElement(made, "category", term=_clean(term), label=_clean(label), scheme=_TERMS + scheme)
    _add(made, "rights", _rights(citation.licence))
    _add(made, "content", "\n".join(_content(entry))).set("type", "html")


def _title(hit: Hit) -> str:
    subject = hit.heading or hit.citation.question_opening or "No heading in the source"
    if hit.kind is not AnswerKind.SUBSTANTIVE and hit.genre is Genre.ANSWER:
        return f"{capital(KINDS[hit.kind])}: {subject}"
    return f"Corrected: {subject}" if FindingName.CORRECTED in hit.findings else subject


def _author(citation: Citation) -> str:
    minister = citation.minister or Member()
    # An author must be named: of one who is not, that is said, with the body where that is known.
    return minister.name or (
        f"{citation.answering_body} ({_UNKNOWN})" if citation.answering_body else capital(_UNKNOWN)
    )


def _categories(hit: Hit) -> Iterator[tuple[str, str, str]]:
    """Yield term, label and scheme of what a reader can sort the entry by."""
    citation = hit.citation
    if citation.answering_body:
        yield citation.answering_body, citation.answering_body, "answering-body"
    if citation.house:
        yield citation.house, f"House of {citation.house}", "house"
    if hit.genre is Genre.STATEMENT:
        yield Genre.STATEMENT, "Written statement", "genre"
    else:
        yield hit.kind, capital(KINDS[hit.kind]), "kind"
    for finding in hit.findings:
        yield finding, capital(FINDINGS[finding]), "finding"


def _content(entry: StandingEntry) -> Iterator[str]:
    """Yield the lines of an entry as HTML, with everything from outside escaped."""
    hit, citation = entry.hit, entry.hit.citation
    passage = hit.passage
    if passage.context:
        yield _paragraphs(passage.context)
    yield f"<blockquote>{_paragraphs(passage.text)}</blockquote>"
    who = person(citation.minister, lacking=_UNKNOWN)
    yield _paragraphs(f"{who}. {citation.answering_body or 'Answering body not in the source'}.")
    if entry.dated_by in _DATED_BY:
        yield _paragraphs(_DATED_BY[entry.dated_by].format(on(entry.updated)))
    if hit.genre is Genre.ANSWER:
        yield _paragraphs(f"Question: {hit.question}")
    if hit.later:
        yield _paragraphs(f"Later answer, {on(hit.later.answered)}: {hit.later.cite_as}")
    yield _paragraphs(f"Cite as: {hit.written[CitationStyle.HOUSE]}")
    # There is one at least: which passage is meant, or that it is in an attachment.
    yield f"<ul>{''.join(f'<li>{escape(note)}</li>' for note in notes(citation, CitationStyle.HOUSE))}</ul>"
    if hit.also_given:
        number = len(hit.also_given)
        yield _paragraphs(f"The same answer was given to {number} other {'question' if number == 1 else 'questions'}.")
    yield _paragraphs(citation.licence.statement)


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def _rights(licence: Licence) -> str:
    return " ".join((licence.statement, licence.url, *(f"Source: {credit}." for credit in licence.credits)))


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = _clean(text)
    return child


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
