"""The pieces that a saved page of Parliament's site shows, in order: headings, Members' cards and passages of text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from html import escape, unescape

from lxml import etree

from retrieval.errors import MalformedRecord
from retrieval.records import Member, folded

# Far above any real page.
MAX_DEPTH = 200

_MEMBER = re.compile(r"/member/(\d{1,9})(?:/contact)?/?(?:[?#].*)?")
_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d+\)(\S+) -->")
_ADDRESS = re.compile(
    r"https?://questions-statements\.parliament\.uk/written-(?P<kind>questions|statements)/detail"
    r"/(?P<day>\d{4}-\d{2}-\d{2})/(?P<uin>[A-Za-z0-9]+)/?(?:[?#].*)?"
)
_UNSEEN = frozenset("button footer form iframe nav noscript script style svg template title".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
# What parse_answer is given whole; anything else that holds a block is gone into.
_WHOLE = frozenset("blockquote dl ol p pre table ul".split())
_BLOCKS = _HEADINGS | _WHOLE | frozenset("address article aside div details figure header main section".split())


class PieceKind(Enum):
    """What a piece of a page is."""

    HEADING = "heading"
    CARD = "card"
    TEXT = "text"


class Zone(Enum):
    """Which known element of a page a piece is in."""

    PAGE = "page"
    QUESTION = "question"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a page. Primary key: its place among the pieces.

    Attributes:
        kind: What it is.
        tag: Its element.
        text: Its words, white space folded.
        html: Its mark-up.
        line: Line of the page it is on, from 1, as far as the parser tells.
        path: The elements it is in, as numbers, from `main` inwards.
        member: Whom a card is of.
        zone: Which known element it is in: that of the question, the column beside the text, or neither.
    """

    kind: PieceKind
    tag: str
    text: str
    html: str
    line: int
    path: tuple[int, ...]
    member: Member | None = None
    zone: Zone = Zone.PAGE


@dataclass(frozen=True, slots=True)
class Sections:
    """What a page shows.

    Attributes:
        address: Kind, day and UIN in the address the page was saved from; None where it does not tell.
        pieces: In order.
        has_changes: Whether words are marked as struck out or put in.
    """

    address: tuple[str, str, str] | None
    pieces: tuple[Piece, ...]
    has_changes: bool


def sections_of(page: str) -> Sections:
    """Return what a page shows.

    Raises:
        MalformedRecord: If it has no main part, or nests deeper than `MAX_DEPTH`.
    """
    # HTML has no entities of its own to expand, and a page may carry pictures of any size in its addresses.
    parser = etree.HTMLParser(no_network=True, huge_tree=True, encoding="utf-8", remove_comments=True)
    root = etree.fromstring(page.encode("utf-8", "replace") or b"<html/>", parser)
    mains = root.xpath("//*[@id='main-content']") or root.xpath("//main") if root is not None else []
    if len(mains) != 1:
        reason = f"has {len(mains)} main parts, and one is needed: save the whole page of one question as HTML"
        raise MalformedRecord("main-content", reason)
    main = mains[0]
    has_changes = main.find(".//del") is not None or main.find(".//ins") is not None
    etree.strip_elements(main, "del", with_tail=False)
    return Sections(_address(page, root), tuple(_pieces(main, (), Zone.PAGE)), has_changes)


def common_path(heading: Piece, first: Piece) -> tuple[int, ...] | None:
    """Return the path of the innermost element that a heading and the first words under it are both in.

    The whole page is it only where the heading stands on no lower level; None is for words of another part.
    """
    if first.zone is Zone.ASIDE:
        return None
    length = 0
    while length < min(len(heading.path), len(first.path)) and heading.path[length] == first.path[length]:
        length += 1
    return heading.path[:length] if length or not heading.path else None


def inside(pieces: Sequence[Piece], path: tuple[int, ...]) -> Iterator[Piece]:
    """Yield the pieces that are in the element at `path`, up to the first that is not or is beside the text."""
    for piece in pieces:
        if piece.path[: len(path)] != path or piece.zone is Zone.ASIDE:
            return
        yield piece


def _address(page: str, root: etree._Element) -> tuple[str, str, str] | None:
    """Return what the address of the page says: a browser that saves a page notes it; the page may do so itself."""
    noted = _SAVED_FROM.search(page[:4096])
    told = [noted[1]] if noted else []
    told += [str(url) for url in root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")]
    found = {(match["kind"], match["day"], match["uin"].upper()) for match in map(_ADDRESS.fullmatch, told) if match}
    if len(found) > 1:
        raise MalformedRecord("address", f"says two things: {sorted(found)}")
    return next(iter(found), None)


def _pieces(element: etree._Element, path: tuple[int, ...], zone: Zone) -> Iterator[Piece]:
    """Yield the pieces of an element in order; words and inline elements between blocks are a piece together."""
    if len(path) > MAX_DEPTH:
        raise MalformedRecord("page", f"nests deeper than {MAX_DEPTH} elements", element.sourceline)
    zone = _zone(element) if zone is Zone.PAGE else zone
    loose: list[str] = [escape(element.text or "")]
    for place, child in enumerate(element):
        if isinstance(child.tag, str) and child.tag not in _UNSEEN:
            if _is_inline(child):
                loose.append(_html(child))
            else:
                yield from _gathered(loose, element, path, zone)
                loose = []
                yield from _block(child, (*path, place), zone)
        loose.append(escape(child.tail or ""))
    yield from _gathered(loose, element, path, zone)


def _zone(element: etree._Element) -> Zone:
    if element.get("id") == "collapse-details":
        return Zone.QUESTION
    return Zone.ASIDE if "secondary-content" in element.get("class", "").split() else Zone.PAGE


def _block(child: etree._Element, path: tuple[int, ...], zone: Zone) -> Iterator[Piece]:
    """Yield the pieces of one block or card."""
    number = _member_number(child)
    if child.tag in _HEADINGS:
        yield _piece(PieceKind.HEADING, child, path, zone)
    elif number is not None and zone is not Zone.QUESTION:
        yield _piece(PieceKind.CARD, child, path, zone, _member(child, number))
    elif child.tag not in _WHOLE:
        yield from _pieces(child, path, zone)
    elif _words(child):
        yield _piece(PieceKind.TEXT, child, path, zone)


def _gathered(loose: list[str], element: etree._Element, path: tuple[int, ...], zone: Zone) -> Iterator[Piece]:
    html = "".join(loose)
    text = folded(unescape(re.sub(r"<[^>]*>", "", html)))
    if text:
        yield Piece(PieceKind.TEXT, "div", text, html, element.sourceline or 1, path, zone=zone)


def _is_inline(child: etree._Element) -> bool:
    blocks = any(inner.tag in _BLOCKS for inner in child.iter(etree.Element))
    return not blocks and _member_number(child) is None


def _member_number(child: etree._Element) -> int | None:
    """Return the id of the Member whose card this is, if it is one."""
    match = _MEMBER.search(child.get("href", "")) if child.tag == "a" else None
    return int(match[1]) if match else None


def _piece(
    kind: PieceKind, element: etree._Element, path: tuple[int, ...], zone: Zone, member: Member | None = None
) -> Piece:
    line = element.sourceline or 1
    return Piece(kind, element.tag, _words(element), _html(element), line, path[:-1], member, zone)


def _member(card: etree._Element, number: int) -> Member:
    """Return whom a card is of; without the classes that were verified, the first words on it are the name."""
    words = [folded(text) for text in card.itertext() if folded(text)]
    return Member(
        id=number,
        name=_classed(card, "primary-info") or (words[0] if words else None),
        party=_classed(card, "tertiary-info"),
        seat=_classed(card, "indicator-label"),
    )


def _classed(card: etree._Element, name: str) -> str | None:
    found = card.xpath(".//*[contains(concat(' ', normalize-space(@class), ' '), $name)]", name=f" {name} ")
    return _words(found[0]) or None if found else None


def _words(element: etree._Element) -> str:
    return folded("".join(element.itertext()))


def _html(element: etree._Element) -> str:
    return str(etree.tostring(element, method="html", encoding="unicode", with_tail=False))
