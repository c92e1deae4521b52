"""The words that a reader of the source sees, found in a slow and separate way that checks the fast one."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from html.parser import HTMLParser

from retrieval.errors import MalformedRecord, UnknownSource
from retrieval.markup import unwrapped_url
from retrieval.sources import Received

# The elements of the HTML standard and those of its past; what looks like any other tag is text to a reader.
_ELEMENTS = frozenset(
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink "
    "blockquote body br button canvas caption center cite code col colgroup command data datalist dd "
    "del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame "
    "frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins isindex kbd keygen "
    "label legend li link main map mark marquee math menu menuitem meta meter nav noframes noscript "
    "object ol optgroup option output p param picture pre progress q rp rt ruby s samp script search "
    "section select slot small source span strike strong style sub summary sup svg table tbody td "
    "template textarea tfoot th thead time title tr track tt u ul var video wbr".split()
)
# Within a word or an address; any other tag is a border, where an address ends.
_INLINE = frozenset("a abbr b em font i mark small span strong sub sup u".split())
_UNSEEN = frozenset(("script", "style", "template", "title"))
_BARE_AMPERSAND = re.compile(r"&(?!(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)")
_WINDOWS = re.compile("[\x80-\x9f]")
_SAFELINK = re.compile(r"https?://[\w.-]+\.safelinks\.protection\.outlook\.com/\S*[^\s.,;:)\]>]", re.IGNORECASE)


_REPLY = re.compile(r"<(reply|speech)\b[^>]*>(.*?)</\1>", re.DOTALL)
_NOT_SHOWN = re.compile(r"<del\b.*?</del\s*>", re.DOTALL | re.IGNORECASE)
_ONLY_MARKED = re.compile(r"</?(?:phrase|stamp)\b[^>]*>")
_BEFORE_ANSWER = re.compile(
    r".*<h[1-6]\b[^>]*>\s*(?:answer|corrected answer|statement)\s*</h[1-6]\s*>", re.DOTALL | re.IGNORECASE
)


def visible_answer(received: Received) -> str:
    """Return the words that the source of a record shows, the answer's among them.

    Args:
        received: A record as received.

    Raises:
        MalformedRecord: If it is not what its reader keeps.
        UnknownSource: If there is no such way of looking for its reader.
    """
    look = _LOOKS.get(received.reader)
    if look is not None:
        return look(received)
    raise UnknownSource(received.provenance.source, f"nothing checks what the reader {received.reader!r} reads")


def _answer_on_page(received: Received) -> str:
    """Return what stands after the last line that says who answered, or when, and before the page's spinner."""
    page = received.raw.decode(errors="replace")
    told = [match.end() for match in re.finditer(r"(?:Answered by .* - |This question was answered on ).*", page)]
    return page[told[-1] if told else 0 :].partition("Reticulating Splines")[0]


def squeezed(text: str) -> str:
    """Return `text` without white space and without characters that no reader sees."""
    return "".join(
        char for char in text if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Cn")
    )


def _answer_of_api(received: Received) -> str:
    return _visible(_text_of_api(received, "answerText"))


def _text_of_statement(received: Received) -> str:
    return _visible(_text_of_api(received, "text"))


def _answer_in_xml(received: Received) -> str:
    inside = " ".join(match[2] for match in _REPLY.finditer(received.raw.decode(errors="replace")))
    return _visible(_ONLY_MARKED.sub("", _NOT_SHOWN.sub("", inside)))


def _answer_on_official_page(received: Received) -> str:
    page = _NOT_SHOWN.sub("", received.raw.decode(errors="replace"))
    return _visible(_BEFORE_ANSWER.sub("", page, count=1))


def _text_of_api(received: Received, field: str) -> str:
    place = received.provenance
    try:
        value = json.loads(received.raw)
        answer = value.get("value", value)[field]
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError) as error:
        raise MalformedRecord(place.source, f"keeps no answer ({error})", place.place) from error
    return str(answer or "")


def _visible(answer: str) -> str:
    reader = _Reader()
    named = _WINDOWS.sub(lambda match: html.unescape(f"&#{ord(match[0])};"), answer)
    reader.feed(_BARE_AMPERSAND.sub("&amp;", named))
    reader.close()
    return _SAFELINK.sub(lambda match: unwrapped_url(match[0]), "".join(reader.parts))


class _Reader(HTMLParser):
    """Keeps the words between tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take out a tag; text that only looks like one stays."""
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag not in _ELEMENTS and ":" not in tag:
            self.parts.append(self.get_starttag_text() or "")
        elif tag not in _INLINE:
            self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """Take out a closing tag."""
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag not in _INLINE:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if not self._unseen:
            self.parts.append(data)


def _answer_in_table(received: Received) -> str:
    place = received.provenance
    try:
        value = json.loads(received.raw)
        return _visible(value.get("answer_html") or html.escape(value.get("answer") or "", quote=False))
    except (ValueError, AttributeError, TypeError, RecursionError) as error:
        raise MalformedRecord(place.source, f"keeps no answer ({error})", place.place) from error


_LOOKS = {
    "parliament-api": _answer_of_api,
    "mysociety-dump": _answer_of_api,
    "mapped-table": _answer_in_table,
    "parliament-statements": _text_of_statement,
    "parlparse-xml": _answer_in_xml,
    "official-page": _answer_on_official_page,
    "saved-page": _answer_on_page,
}
