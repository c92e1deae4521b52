"""What the columns of a user's table mean: the fields there are, and the mapping file that names columns for them."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from retrieval.errors import SourceError, SourceNotFound
from retrieval.sources.api_values import EARLIEST_YEAR

# Every field, with what it holds; docs/import-mapping.md has the same table, and a test holds them together.
FIELDS: Final[dict[str, str]] = {
    "licence": "the licence of the text: OPL-UK-3.0, the Open Parliament Licence",
    "genre": "answer, or statement for a written ministerial statement",
    "question": "the question's words",
    "answer": "the answer's words, or the statement's, as plain text: each line is a paragraph",
    "answer_html": "the same as HTML, in place of answer",
    "heading": "the heading or title",
    "house": "Commons or Lords",
    "uin": "the number that Parliament gave the question or statement",
    "api_id": "its id in Parliament's API",
    "url": "its official page: it gives the day and the UIN",
    "tabled_on": "day: the question was tabled",
    "due_on": "day: it was due for answer",
    "holding_on": "day: a holding answer was given",
    "answered_on": "day: it was answered, or the statement was made",
    "corrected_on": "day: the answer was corrected",
    "answering_body": "the department, as named then",
    "answering_body_id": "its id in Parliament's API",
    "minister": "the name of who answered",
    "minister_id": "their Member id",
    "post": "their post on that day",
    "asker": "the name of who asked",
    "asker_id": "their Member id",
    "party": "the asker's party on that day",
    "seat": "the asker's constituency or seat",
    "withdrawn": "true if it was withdrawn: it is then left out",
}
DAYS: Final = tuple(name for name in FIELDS if name.endswith("_on"))
DELIMITERS: Final = {",": ",", ";": ";", "tab": "\t"}
HOW = "see docs/import-mapping.md"

_PARTS = ("columns", "constants", "dates", "delimiter", "licence")
_LINE = re.compile(r"\(at line (\d+)")
_TOKEN = re.compile(r"YYYY|MONTH|MM?|DD?|[A-Za-z]+|[^A-Za-z]")
_TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "MONTH": r"(?P<name>[A-Za-z]+)\.?",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
}
# Written out, as the names in the standard library follow the locale.
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH_NUMBERS = {name[:length].lower(): number for number, name in enumerate(_MONTHS, 1) for length in (3, len(name))}


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How the days of a column are written. Primary key: `text`."""

    text: str
    _pattern: re.Pattern[str] = field(repr=False, compare=False)

    @classmethod
    def of(cls, text: str) -> DateFormat | None:
        """Return the format that `text` describes, such as `DD/MM/YYYY` or `D MONTH YYYY`; None if it is none.

        Args:
            text: `YYYY`, `MM` or `M`, or `MONTH` for the English name, and `DD` or `D`, each once, with what
                stands between them.
        """
        parts = _TOKEN.findall(text)
        kinds = sorted({"MM": "M", "MONTH": "M", "DD": "D"}.get(part, part) for part in parts if part[0].isalpha())
        if kinds != ["D", "M", "YYYY"]:
            return None
        return cls(text, re.compile("".join(_TOKENS.get(part) or re.escape(part) for part in parts), re.ASCII))

    def day(self, text: str) -> date | None:
        """Return the day that `text` says in this format, or None if it says none."""
        match = self._pattern.fullmatch(text)
        if match is None:
            return None
        groups = match.groupdict()
        month = _MONTH_NUMBERS.get((groups.get("name") or "").lower()) or int(groups.get("month") or 0)
        return _real_day(int(groups["year"]), month, int(groups["day"]))


_ISO = DateFormat("YYYY-MM-DD", re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII))
# As spreadsheets and databases write a day: with a time of the day that says nothing.
_WITH_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?", re.ASCII)


def _real_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= EARLIEST_YEAR else None
    except ValueError:  # 31 February
        return None


@dataclass(frozen=True, slots=True)
class TableMapping:
    """What a mapping file says. Primary key: all of it.

    Attributes:
        columns: The table's column for each field that has one, by the field's name.
        constants: The value for each field that is the same in every row.
        formats: How the days of a field are written, where that is not `YYYY-MM-DD`.
        delimiter: What stands between two cells; None to find out.
        path: The file that says so, for messages.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, DateFormat] = field(default_factory=dict)
    delimiter: str | None = None
    path: str = "the mapping"

    @classmethod
    def read(cls, path: str) -> TableMapping:
        """Return what the TOML file at `path` says.

        Raises:
            SourceNotFound: If it is not there.
            SourceError: If it is not TOML, or says something that no mapping does.
        """
        try:
            said = tomllib.loads(Path(path).read_bytes().decode())
        except FileNotFoundError:
            raise SourceNotFound(path, "is not there: check the path of the mapping") from None
        except OSError as error:
            raise SourceError(path, f"can't be read ({error.strerror or error}): check the mapping's path") from error
        except UnicodeDecodeError as error:
            raise SourceError(path, "is not UTF-8 text: save the mapping as UTF-8") from error
        except tomllib.TOMLDecodeError as error:
            line = _LINE.search(str(error))
            raise SourceError(path, f"is not TOML ({error}): {HOW}", int(line[1]) if line else None) from error
        return _mapping(path, said)

    def day(self, name: str, text: str) -> date | None:
        """Return the day that `text` says in the field `name`; None if it is not written as it should be."""
        stated = self.formats.get(name)
        if stated:
            return stated.day(text)
        timed = _WITH_TIME.fullmatch(text)
        return _ISO.day(timed[1] if timed else text)

    def written(self, name: str) -> str:
        """Return how the days of the field `name` are to be written."""
        return self.formats.get(name, _ISO).text


def canonical() -> TableMapping:
    """Return the mapping of a table whose columns have the fields' own names."""
    return TableMapping({name: name for name in FIELDS})


def _mapping(path: str, said: dict[str, object]) -> TableMapping:
    for part in said:
        if part not in _PARTS:
            raise SourceError(path, f"{part} is no part of a mapping (there are: {', '.join(_PARTS)}): {HOW}")
    columns = _texts(path, "columns", said.get("columns", {}))
    constants = _texts(path, "constants", said.get("constants", {}))
    if "licence" in said:
        constants |= _texts(path, "licence", {"licence": said["licence"]})
    if not columns:
        raise SourceError(path, f'names no column: add [columns], with lines such as question = "Question text"; {HOW}')
    for name in columns.keys() & constants.keys():
        raise SourceError(path, f"{name} is both a column and a constant: keep one")
    return TableMapping(columns, constants, _formats(path, said.get("dates", {})), _delimiter(path, said), path)


def _texts(path: str, part: str, said: object) -> dict[str, str]:
    if not isinstance(said, dict):
        raise SourceError(path, f'{part} is {said!r}, and must be a table such as [{part}] question = "..."; {HOW}')
    for name, value in said.items():
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(FIELDS)}"
            raise SourceError(path, f"{part}: {name} is no field ({hint})")
        if not isinstance(value, str) or not value.strip():
            raise SourceError(path, f'{part}: {name} is {value!r}, and must be text in quotation marks, such as "..."')
    return {name: str(value).strip() for name, value in said.items()}


def _formats(path: str, said: object) -> dict[str, DateFormat]:
    if isinstance(said, str):
        said = dict.fromkeys(DAYS, said)
    if not isinstance(said, dict):
        raise SourceError(path, f'dates is {said!r}, and must be a format such as "DD/MM/YYYY"')
    found = {}
    for name, text in said.items():
        if name not in DAYS:
            raise SourceError(path, f"dates: {name} is no field that holds a day (there are: {', '.join(DAYS)})")
        stated = DateFormat.of(text) if isinstance(text, str) else None
        if stated is None:
            needed = 'needs YYYY, MM (or M, or MONTH) and DD (or D), each once, as in "DD/MM/YYYY"'
            raise SourceError(path, f"dates: {text!r} is no format: it {needed}")
        found[name] = stated
    return found


def _delimiter(path: str, said: dict[str, object]) -> str | None:
    stated = said.get("delimiter")
    if stated is None:
        return None
    if not isinstance(stated, str) or stated not in DELIMITERS:
        raise SourceError(path, f'delimiter is {stated!r}, and must be ",", ";" or "tab"')
    return DELIMITERS[stated]
