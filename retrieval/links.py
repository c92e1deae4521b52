"""Words as a reader sees them, and the addresses that they link to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from urllib.parse import parse_qs, quote, urlsplit

from retrieval.records import Link, folded

_SAFELINK = re.compile(r"https?://[a-z0-9.-]+\.safelinks\.protection\.outlook\.com/\S*[^\s.,;:)\]>]", re.IGNORECASE)

# A run of characters, and the address it links to or None.
Run = tuple[str, str | None]


def unwrapped_url(url: str) -> str:
    """Return the address that an Outlook safe link stands for, or `url` itself if it is not one."""
    for _ in range(5):  # a letter sent on is wrapped again at each step
        if not _SAFELINK.match(url):
            break
        target = parse_qs(urlsplit(url).query).get("url", [""])[0].strip()
        if not target.lower().startswith(("http://", "https://", "mailto:")):
            break
        url = "".join(char if char.isprintable() and char != " " else quote(char, errors="replace") for char in target)
    return url


def shown(runs: Sequence[Run]) -> str:
    """Return the words of `runs` as shown: white space folded, safe links as the addresses they stand for."""
    text = folded("".join(words for words, _ in runs))
    return folded(_SAFELINK.sub(lambda match: unwrapped_url(match[0]), text))


def linked(runs: Sequence[Run]) -> Iterator[Link]:
    """Yield the links of `runs`; neighbours to one address are one link."""
    for url, group in groupby(runs, key=lambda run: run[1]):
        words = shown(list(group))
        if url is not None and words:
            yield Link(words, url)


def address(href: str) -> str | None:
    """Return where `href` leads, or None where that is not on the web or a mailbox."""
    url = unwrapped_url(href.strip())
    return url if url.lower().startswith(("http://", "https://", "mailto:")) else None
