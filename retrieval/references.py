"""References written for reference managers: BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference manager is told of one answer or statement. Primary key: `key`. None is not known.

    Attributes:
        key: Citation key: ASCII letters, digits and hyphens.
        paper: What it is: `Written question` or `Written statement`.
        title: What the answer is about.
        author: Who answered, as named.
        authority: The body that answered, as then named.
        publisher: The House.
        number: The UIN.
        issued: The day it was answered.
        submitted: The day the question was tabled.
        accessed: The day the source was read.
        url: Official page.
        note: Sentences that must go with it: kind of answer, corrections, licence.
        abstract: The passage quoted, word for word; None where the whole answer is meant.
        annotation: What the user has written about it.
    """

    key: str
    paper: str
    title: str
    author: str | None
    authority: str | None
    publisher: str | None
    number: str | None
    issued: date | None
    submitted: date | None
    accessed: date
    url: str | None
    note: str
    abstract: str | None = None
    annotation: str | None = None


def one_line(text: str) -> str:
    """Return `text` on one line: no control, formatting or broken characters, white space folded.

    Formatting characters (zero width, direction marks) go without trace: they could make a citation show
    other words than it holds.
    """
    if not text.isprintable():  # Which says of most texts, and quickly, that there is nothing of the kind in them.
        text = "".join(_SPACED.get(unicodedata.category(character), character) for character in text)
    return " ".join(text.split())


_SPACED: Final = {"Cc": " ", "Cs": " ", "Zl": " ", "Zp": " ", "Zs": " ", "Cf": ""}


def in_one_line(text: str) -> str:
    """Return a text of several lines on one, for formats without line breaks: these are ¶ there, and tabs are |."""
    lines = (one_line(line.replace("\t", " | ")) for line in text.splitlines())
    return " ¶ ".join(filter(None, lines))


def citation_key(key: str) -> str:
    """Return `key` as a citation key that BibTeX and RIS both take; the same key gives the same one."""
    return re.sub(r"[^A-Za-z0-9]+", "-", key).strip("-")


# Each macro ends in a group of its own so that it does not swallow the space after it. What BibTeX's readers and
# TeX both take is preferred: they drop `\textless` and `\textbraceleft`, and in TeX's first encoding "<" prints as "¡".
_TEX: Final = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"\{",
        "}": r"\}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        "<": r"\ensuremath{<}",
        ">": r"\ensuremath{>}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
    }
)
# BibTeX counts braces even behind a backslash, so that those without a partner must be spelled out.
_LONE_BRACES: Final = _TEX | str.maketrans({"{": r"\ensuremath{\lbrace}", "}": r"\ensuremath{\rbrace}"})
# Two signs that TeX prints as one, such as "--" as a dash.
_LIGATURES: Final = re.compile(r"(?<=-)(?=-)|(?<=`)(?=`)|(?<=')(?=')|(?<=,)(?=,)|(?<=[?!])(?=`)")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def bibtex(reference: Reference) -> str:
    """Return a BibTeX `@misc` entry, UTF-8, special characters escaped, ending in a line feed."""

    def braced(text: str | None) -> str | None:
        return f"{{{_in_tex(one_line(text))}}}" if text else None

    def kept_whole(text: str | None) -> str | None:
        # A second pair of braces keeps capitals, and keeps a name from being split into first and last.
        return f"{{{braced(text)}}}" if text else None

    issued = reference.issued
    # The older styles print no more of a `@misc` than this and the note.
    where = (f"{reference.paper} {reference.number or ''}".strip(), reference.publisher, reference.authority)
    fields = {
        "author": kept_whole(reference.author),
        "title": kept_whole(reference.title),
        "howpublished": braced(", ".join(part for part in where if part)),
        "institution": braced(reference.authority),
        "publisher": braced(reference.publisher),
        "number": braced(reference.number),
        "year": f"{{{issued.year}}}" if issued else None,
        "month": _MONTHS[issued.month - 1] if issued else None,
        "day": f"{{{issued.day}}}" if issued else None,
        # The address is percent-encoded already, and escapes would break it.
        "url": f"{{{reference.url}}}" if reference.url else None,
        "urldate": f"{{{reference.accessed.isoformat()}}}",
        "note": braced(reference.note),
        "abstract": braced(in_one_line(reference.abstract or "")),
        "annote": braced(in_one_line(reference.annotation or "")),
    }
    lines = [f"  {name} = {value}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{reference.key},", *lines, "}", ""])


def _in_tex(text: str) -> str:
    """Return a text as TeX must be told it to print the same characters."""
    depth, balanced = 0, True
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        balanced = balanced and depth >= 0
    told = _LIGATURES.sub("\0", text).translate(_TEX if balanced and not depth else _LONE_BRACES)
    return told.replace("\0", "{}")


def ris(reference: Reference) -> str:
    """Return a RIS record of type GOVDOC, UTF-8, each line ended by a carriage return and a line feed."""
    issued = reference.issued
    fields = (
        ("TY", "GOVDOC"),
        ("ID", reference.key),
        ("M3", reference.paper),
        ("TI", reference.title),
        ("AU", reference.author),
        ("A2", reference.authority),
        ("PB", reference.publisher),
        # Reference managers disagree on which of the two is a government document's number.
        ("IS", reference.number),
        ("SN", reference.number),
        ("PY", str(issued.year) if issued else None),
        ("DA", _slashed(issued) if issued else None),
        ("Y2", _slashed(reference.accessed)),
        ("UR", reference.url),
        ("N1", reference.note),
        ("AB", in_one_line(reference.abstract or "")),
        ("N1", in_one_line(reference.annotation or "")),
    )
    lines = [f"{tag}  - {one_line(value)}" for tag, value in fields if value]
    return "".join(f"{line}\r\n" for line in (*lines, "ER  - "))


def _slashed(day: date) -> str:
    return f"{day.isoformat().replace('-', '/')}/"


def csl_json(references: Iterable[Reference]) -> str:
    """Return CSL-JSON: a list with one item of type `document` for each, as CSL has none for answers."""
    return json.dumps([_csl_item(reference) for reference in references], ensure_ascii=False, indent=2)


def _csl_item(reference: Reference) -> dict[str, object]:
    item: dict[str, object] = {"id": reference.key, "type": "document", "genre": reference.paper}
    texts = {
        "title": reference.title,
        "authority": reference.authority,
        "publisher": reference.publisher,
        "number": reference.number,
        "URL": reference.url,
        "note": reference.note,
    }
    item |= {name: one_line(text) for name, text in texts.items() if text}
    # JSON has line breaks, and nobody's search or style trips over them here.
    whole = {"abstract": reference.abstract, "annote": reference.annotation}
    item |= {name: text for name, text in whole.items() if text}
    if reference.author:
        item["author"] = [{"literal": one_line(reference.author)}]
    days = {"issued": reference.issued, "submitted": reference.submitted, "accessed": reference.accessed}
    item |= {name: {"date-parts": [[day.year, day.month, day.day]]} for name, day in days.items() if day}
    return item
