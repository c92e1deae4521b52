"""Where the sentences of an answer begin and end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

# A line break always ends a sentence: these are the breaks that str.splitlines knows.
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")

# The library is written in Rust. White space of more than one byte after a full stop makes it panic, which no
# `except Exception` catches, and it takes no lone surrogates: a plain character in the place of each keeps
# every offset.
_ODD_SPACE = re.compile(r"[^\S ]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# Words whose full stop never ends a sentence here: a name or an example follows; MS. may end one.
_BEFORE_A_NAME = re.compile(
    r"(?:^|[\s(\[\"'“‘])(?:[Hh]on|[Rr]t|St|Mr|Mrs|Ms|Dr|Prof|Revd?|Lt|Capt|Cllr|Sgt|[Ee]\.g|[Ii]\.e|eg|ie|cf|viz)\.$"
)
# Words whose full stop does not end a sentence where a number, or a letter standing for one, follows.
_BEFORE_A_NUMBER = re.compile(
    r"(?:^|[\s(\[\"'“‘])(?:[Nn]os?|[Pp]aras?|pp?|[Qq]s?|UINs?|ss?|[Ss]ecs?|[Aa]rts?|[Rr]egs?|[Ss]ch|[Cc]l|cc?|Cm|Cp"
    r"|[Vv]ols?|[Cc]ols?|[Rr]efs?|[Ff]igs?|[Cc]h|[Pp]t|[Aa]pprox|ca)\.$"
)
# A number of a list is no sentence without what it numbers.
_LABEL = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})[.)]")
_NUMBER = re.compile(r"[(\[£]?\d|HL\d|[ivxlc]+\b|[A-Z]\d")


def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return where each sentence of `text` starts and ends.

    Args:
        text: Clean text; a line break ends a sentence.

    Returns:
        Pairs of offsets in code points, end exclusive, in order, without white space at either end. They do
        not overlap, and together they hold every character that is not white space.
    """
    spans: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        spans.extend((line.start() + start, line.start() + end) for start, end in _in_line(line.group()))
    return tuple(spans)


def _in_line(line: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of one line, joining what an abbreviation broke apart."""
    held: tuple[int, int] | None = None
    for start, end in _pieces(_SURROGATE.sub("x", _ODD_SPACE.sub(" ", line))):
        if held is not None and _goes_on(line[held[0] : held[1]], line[start:end]):
            held = (held[0], end)
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held


def _pieces(line: str) -> Iterator[tuple[int, int]]:
    """Yield the spans the library finds, without white space at either end."""
    place = 0
    for piece in sentencex.segment("en", line):
        words = piece.strip()
        if words:
            start = place + piece.index(words)
            yield start, start + len(words)
        place += len(piece)


def _goes_on(sentence: str, following: str) -> bool:
    """Say whether `following` belongs to `sentence`, which ends in an abbreviation or is only a label."""
    if _BEFORE_A_NAME.search(sentence) or _LABEL.fullmatch(sentence):
        return True
    return bool(_BEFORE_A_NUMBER.search(sentence) and _NUMBER.match(following))
