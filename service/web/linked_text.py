"""The words of an answer as HTML, with the links that it has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from retrieval.records import Block, Link

_ON_THE_WEB = ("http://", "https://")
_LINK = Markup('<a href="{}" rel="noreferrer noopener">{}</a>')


@dataclass(frozen=True, slots=True)
class PlacedLink:
    """A link and where its words stand in the text of its block, in code points."""

    start: int
    end: int
    url: str


def is_on_the_web(url: str) -> bool:
    """Tell whether an address may be a link on a page: any other could be a script, or a file of this machine."""
    return url.lower().startswith(_ON_THE_WEB)


def placed_links(block: Block) -> tuple[PlacedLink, ...]:
    """Return the links of a block that lead to the web and whose place in its words is certain, in reading order.

    A block says which words are links and not where they stand: "here" may stand in it more often than it is a link.
    """
    found: list[PlacedLink] = []
    for words, links in _by_words(block).items():
        places = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", block.text)]
        if len(places) == len(links):
            pairs = zip(places, links, strict=True)
            found += [PlacedLink(*place, link.url) for place, link in pairs if is_on_the_web(link.url)]
    return tuple(_apart(sorted(found, key=lambda link: (link.start, -link.end))))


def links_without_place(block: Block) -> tuple[Link, ...]:
    """Return the links to the web of which it is not certain where in the block's words they stand."""
    placed = {(block.text[link.start : link.end], link.url) for link in placed_links(block)}
    return tuple(one for one in block.links if is_on_the_web(one.url) and (one.text, one.url) not in placed)


def _by_words(block: Block) -> dict[str, list[Link]]:
    links: dict[str, list[Link]] = {}
    for link in block.links:
        links.setdefault(link.text, []).append(link)
    return links


def _apart(links: Iterable[PlacedLink]) -> Iterator[PlacedLink]:
    """Yield the links that do not begin within the one before."""
    end = 0
    for link in links:
        if link.start >= end:
            end = link.end
            yield link


def with_links(text: str, links: Sequence[PlacedLink], offset: int = 0) -> Markup:
    """Return a text, escaped, with its links; one of which only a part is in the text links that part.

    Args:
        text: A block's, or a part of it.
        links: Of the whole block, in order.
        offset: Where `text` begins in the block.
    """
    parts: list[Markup] = []
    place = 0
    for link in links:
        start, end = max(link.start - offset, place), min(link.end - offset, len(text))
        if start < end:
            parts += [escape(text[place:start]), _LINK.format(link.url, text[start:end])]
            place = end
    return Markup("").join([*parts, escape(text[place:])])
