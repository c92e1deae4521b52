"""UINs as people write them in questions and answers: `Question UIN 15306`, `PQs 4711 and 4712`, `HL8422`, `HCWS12`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.records import Genre


@dataclass(frozen=True, slots=True)
class NamedUin:
    """One UIN named in a text. Primary key: `start` and `uin`.

    Attributes:
        start: First code point of the number, or of the range that it is in.
        end: Code point after its last.
        uin: In upper case, with the letters it has in records: `15306`, `HL8422`, `HCWS12`.
        genre: Answer or statement.
    """

    start: int
    end: int
    uin: str
    genre: Genre


@dataclass(frozen=True, slots=True)
class UinList:
    """UINs named in one breath: "Questions 12345, 12346 and 12347". Primary key: `start`.

    Attributes:
        start: First code point of the words that announce them.
        end: Code point after the last of them.
        uins: In the order of the text; never empty.
    """

    start: int
    end: int
    uins: tuple[NamedUin, ...]


# The widest gap of any pattern below, in code points, is the subject in "Questions 1 on <subject> and 2 on".
_SUBJECT_LIMIT = 120
# More questions than any group of the corpus has (27): a wider range is no list of questions.
_RANGE_LIMIT = 50
_LABEL = r"(?:uins?|w?pqs?|nos?|numbers?|ref(?:erence[sd]?)?)"
_GAP = r"[\s:.,#(\[/–-]{0,3}"
_CUE = (
    rf"(?<![A-Za-z])(?:questions?[\s:(\[]{{0,3}}(?:{_LABEL}{_GAP}){{0,2}}|(?:w?pqs?|uins?){_GAP}(?:{_LABEL}{_GAP}){{0,2}})"
    r"(?:\([a-e]\)\s)?"
)
# Neither "1,234 people" nor "1.5", "20%", "3rd" and "2024-07-30".
_UIN = r"((?:HL\s?)?\d{1,6})(?![\dA-Za-z%]|,\d{3}(?!\d)|[./:]\d|-\d\d-)"
_FIRST = re.compile(_CUE + _UIN, re.IGNORECASE | re.ASCII)
_JOIN = r"\s?(,\s?(?:and|&)|,|;|&|\band\b|\bor\b|\bto\b|[–-])\s?"
_NEXT = re.compile(rf"{_JOIN}({_CUE}|\([a-e]\)\s)?{_UIN}", re.IGNORECASE | re.ASCII)
_NEXT_SUBJECT = re.compile(
    rf"\son\s[^.;?]{{1,{_SUBJECT_LIMIT}}}?,?\sand\s(?:questions?\s)?{_UIN}(?=\son\b|,)", re.IGNORECASE | re.ASCII
)
_STATEMENT = re.compile(r"(?<![A-Za-z])(H[CL]WS)[\s-]?(\d{1,4})(?!\d|\.\d)", re.IGNORECASE | re.ASCII)
_LORDS = re.compile(r"(?<![A-Za-z])HL(\d{2,5})(?![\dA-Za-z])", re.ASCII)
# "the answer given in 22222 answered on 4 December", "my answer of 3 May, Official Report, 8434."
_UNANNOUNCED = re.compile(
    r"\b(?:(?:answers?|repl(?:y|ies)|response)(?: (?:given|provided|i gave|i provided)){0,2} (?:in|to) "
    r"(?=\d{4,6} (?:on|of|answered|given|dated)\b)|Official Report, (?=\d{4,6}(?:\.\s|\.?$)))(\d{4,6})",
    re.IGNORECASE | re.ASCII,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d", re.ASCII)
_SAID = re.compile(r"\b(?:answer|repl[yi]|respon[sd]|pursuant|refer)", re.IGNORECASE)
# "the Answer of 30 July 2024 to [Question 907 on public consultations]"
_ANSWER_GIVEN_TO = re.compile(
    r"\b(?:answers?|repl(?:y|ies)|responses?) "
    r"(?:of|on|given|gave|(?:I|we) (?:gave|provided)|provided)\b.{0,120}\b(?:to|on) (?:the )?$",
    re.IGNORECASE,
)
# Where "question 4" is one of a form, and "Question 123" one of a committee's.
_OTHER_QUESTIONS = re.compile(
    r"\b(?:consultation|survey|census|questionnaire|form|application|exam\w*|oral evidence|committee|tests?)\b",
    re.IGNORECASE,
)
_OTHER_PARLIAMENT = re.compile(
    r"\b(?:Welsh Parliament|Senedd|Scottish Parliament|Northern Ireland Assembly)\b", re.IGNORECASE
)
_ORAL = re.compile(r"\b(?:oral|topical|urgent)\s(?:parliamentary )?$", re.IGNORECASE)
_HOUSE_OF_LORDS = re.compile(r"\bLords (?:written |parliamentary )?$", re.IGNORECASE)


def named_uins(text: str) -> tuple[UinList, ...]:
    """Return the lists of UINs named in `text`, in its order; a UIN alone is a list of one.

    A number counts only where the words before it announce a question or its letters say what it is, so that
    years, amounts and sections don't.
    """
    found = [UinList(*match.span(), ()) for match in _ADDRESS.finditer(text)]  # numbers in addresses name nothing
    found += [*_announced(text), *_with_letters(text)]
    found += [_alone(match, 1, match[1], Genre.ANSWER) for match in _UNANNOUNCED.finditer(text)]
    kept: list[UinList] = []
    for one in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(one for one in kept if one.uins)


def _announced(text: str) -> Iterator[UinList]:
    at = 0
    while match := _FIRST.search(text, at):
        found = [_uin(match, 1, _lords_letters(text, match))]
        at = match.end()
        while after := _continued(text, at, found[-1].uin, is_plural=_is_plural(match[0])):
            at = after.end()
            found += _between(found[-1], after) if _is_range(after) else [_uin(after, after.lastindex or 1)]
        if _is_one_of_parliament(text, match):
            yield UinList(match.start(), at, tuple(found))


def _continued(text: str, at: int, last: str, *, is_plural: bool) -> re.Match[str] | None:
    """Return the match that carries a list on from `at`, or None where it ends."""
    subject = _NEXT_SUBJECT.match(text, at) if is_plural else None
    match = _NEXT.match(text, at)
    if not match:
        return subject
    number = match[3]
    if match[2] and not match[2].startswith("("):
        return match  # "Question 1 and Question 2"
    if number.isdecimal() and len(number) < max(len(last.lstrip("HL")) - 1, 1 if is_plural else 4):
        return subject
    if _YEAR.fullmatch(number) and not (is_plural and len(last) <= 4):
        return subject
    if match[1].lower() in ("to", "-", "–") and not (is_plural and _is_narrow(last, number)):
        return None if match[1].lower() == "to" else subject
    return match


def _is_plural(words: str) -> bool:
    return re.match(r"(?:questions|w?pqs|uins)|.{0,12}(?:uins|pqs|nos|numbers)", words, re.IGNORECASE) is not None


def _is_narrow(first: str, last: str) -> bool:
    return first.isdecimal() and last.isdecimal() and 0 < int(last) - int(first) <= _RANGE_LIMIT


def _is_range(match: re.Match[str]) -> bool:
    return match.re is _NEXT and match[1].lower() in ("to", "-", "–")


def _between(first: NamedUin, match: re.Match[str]) -> list[NamedUin]:
    """Return those after the first of a range, up to its last."""
    numbers = range(int(first.uin) + 1, int(match[3]) + 1)
    return [NamedUin(match.start(3), match.end(3), str(number), Genre.ANSWER) for number in numbers]


def _uin(match: re.Match[str], group: int, letters: str = "") -> NamedUin:
    uin = re.sub(r"^(HL)?\s?0{0,5}(?=\d)", r"\1", match[group].upper())
    return NamedUin(match.start(group), match.end(group), letters + uin, Genre.ANSWER)


def _lords_letters(text: str, match: re.Match[str]) -> str:
    """Return the letters that "House of Lords Question 8422" leaves out."""
    before = text[max(0, match.start() - 30) : match.start()]
    return "HL" if match[1].isdecimal() and _HOUSE_OF_LORDS.search(before) else ""


def _is_one_of_parliament(text: str, match: re.Match[str]) -> bool:
    """Say whether the words around a number make it a written question of the UK Parliament."""
    around = text[max(0, match.start() - 120) : match.end() + 60]
    if _OTHER_PARLIAMENT.search(around) or _ORAL.search(text[max(0, match.start() - 30) : match.start()]):
        return False
    is_labelled = re.search(r"uin|pq", match[0], re.IGNORECASE) is not None
    if is_labelled or len(match[1]) > 3 or not match[1].isdecimal():
        return not (_YEAR.fullmatch(match[1]) and not is_labelled and not _SAID.search(around))
    if _ANSWER_GIVEN_TO.search(text[max(0, match.start() - 160) : match.start()]):
        return True
    return _SAID.search(around) is not None and not _OTHER_QUESTIONS.search(around)


def _with_letters(text: str) -> Iterator[UinList]:
    for match in _STATEMENT.finditer(text):
        yield _alone(match, 0, (match[1] + match[2]).upper(), Genre.STATEMENT)
    for match in _LORDS.finditer(text):
        yield _alone(match, 0, match[0], Genre.ANSWER)


def _alone(match: re.Match[str], group: int, uin: str, genre: Genre) -> UinList:
    start, end = match.span(group)
    return UinList(start, end, (NamedUin(start, end, uin, genre),))
