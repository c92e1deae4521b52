"""What a minister says in a reply or a statement of parlparse's XML, apart from what others put around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree
from lxml.html import defs

from retrieval.errors import MalformedRecord
from retrieval.markup import parse_answer
from retrieval.records import Attachment, Block, Member, folded
from retrieval.sources.api_values import ApiAttachment, attachment_of, clean_text
from retrieval.sources.page_days import FULL_DAY, full_day

# The bracketed note before an answer in Hansard.
_HOLDING = re.compile(rf"holding answer (?:of |issued |given )?({FULL_DAY})")
# How parlparse writes an attachment at the end of an answer that it has from the API.
_ATTACHMENT = re.compile(r" \((?P<type>[^()]*), \d+\.\dKB\)")
_CORRECTION = re.compile(
    rf"An error has been identified in the written answer (?:given|provided)\b.{{0,200}}? {FULL_DAY}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one reply says, without what is struck out in it."""

    blocks: tuple[Block, ...]
    member: Member | None
    is_correction: bool
    holding: date | None
    attachments: tuple[Attachment, ...]


def reply_of(element: etree._Element, *, in_hansard: bool | None) -> Reply:
    """Read a reply or a statement, and take out of it what is no one's words in it."""
    member = member_of(element)
    is_correction = element.find(".//ins") is not None or element.find(".//del") is not None
    etree.strip_elements(element, "del", with_tail=False)
    holding = _holding(element)
    attachments = () if in_hansard else tuple(reversed(list(_attachments(element))))
    blocks = parse_answer(_html(element))
    found = _CORRECTION.search(" ".join(block.text for block in blocks))
    if found and found.start():
        raise MalformedRecord("reply", "holds an answer and its correction run together: read it on Parliament's site")
    return Reply(blocks, member, is_correction or found is not None, holding, attachments)


def _holding(element: etree._Element) -> date | None:
    """Take the note of a holding answer out of a reply and return its day; other notes, and the undated, stay."""
    for paragraph in element.findall("p[@class='holdinganswer']"):
        match = _HOLDING.fullmatch(folded("".join(paragraph.itertext())))
        day = full_day(match[1]) if match else None
        if day:
            _remove(paragraph)
            return day
    return None


def _attachments(element: etree._Element) -> Iterator[Attachment]:
    """Take the attachments off the end of a reply, from the last."""
    while len(element) and element[-1].tag == "p" and not folded(element[-1].tail or ""):
        last = element[-1]
        size = _ATTACHMENT.fullmatch(last[0].tail or "") if len(last) == 1 and last[0].tag == "a" else None
        if size is None or folded(last.text or "") or len(last[0]):
            return
        given = ApiAttachment(last[0].get("href", ""), (last[0].text or "").strip() or None, size["type"] or None)
        yield attachment_of(given)
        _remove(last)


def _remove(element: etree._Element) -> None:
    tail, parent, before = element.tail or "", element.getparent(), element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _html(element: etree._Element) -> str:
    """Return what is inside an element as HTML; elements that only parlparse knows become plain spans."""
    for inner in element.iter(etree.Element):
        if inner.tag not in defs.tags:
            inner.tag = "span"
    element.tag = "div"
    element.attrib.clear()
    return str(etree.tostring(element, method="html", encoding="unicode", with_tail=False))


def member_of(element: etree._Element) -> Member | None:
    """Return who spoke: `person_id` is TheyWorkForYou's own number, and is not kept."""
    found = Member(
        name=clean_text(element.get("speakername")),
        post=clean_text(element.get("speakeroffice")),
    )
    return found if found != Member() else None
