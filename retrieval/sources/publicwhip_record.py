"""One question with its reply, or one statement, in parlparse's XML, and the record made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from lxml import etree

from retrieval.errors import MalformedRecord
from retrieval.records import Genre, GroupedQuestion, House, Member, Provenance, Record, folded
from retrieval.sources.api_values import clean_text
from retrieval.sources.publicwhip_ids import PaperIds, file_house_and_day, ids_of
from retrieval.sources.publicwhip_reply import Reply, member_of, reply_of
from retrieval.sources.reader import house_from_wording

# Words of parlparse's own where the source had no heading.
_NO_HEADING = frozenset(("*No heading*", "Question"))
# Hansard prints departments in capitals; these words stay small between others.
_SMALL_WORDS = frozenset("and at for in of on the to with".split())
_WORD = re.compile(r"[A-Z]+(?:['’][A-Z]+)*")


@dataclass(frozen=True, slots=True)
class _Question:
    """One numbered question of a group."""

    ids: PaperIds
    text: str
    asker: Member | None


def answer_of(root: etree._Element, place: Provenance) -> Record:
    """Return the record of one question of a group.

    Args:
        root: Headings, all questions of the group, and replies; `question` and `number` say which one is meant.
        place: Where it came from.

    Raises:
        MalformedRecord: If it contradicts itself, or two replies leave open which one stands; its path is the
            field.
    """
    asked = {(at, number): question for at, number, question in _questions(root)}
    meant = (root.get("question"), root.get("number"))
    if meant not in asked:
        raise MalformedRecord("question", f"{meant[0]!r}, number {meant[1]!r}, is not in its group")
    question = asked[meant]
    ids = question.ids
    if not question.text:
        raise MalformedRecord("ques", "has no words, and an answer can't be read without its question")
    house, inferred = _house(ids, root, question.text)
    record = Record(
        provenance=place,
        question=question.text,
        answer=(),
        house=house,
        uin=ids.uin,
        heading=_heading(root, in_hansard=ids.in_hansard),
        asker=question.asker,
        answering_body=_department(root),
        tabled=ids.tabled,
        answered=ids.answered,
        has_interest=ids.has_interest,
        hansard_column=ids.column,
        grouped_with=tuple(_others(asked.values(), question)),
        inferred=inferred,
    )
    return _answered(record, [reply_of(reply, in_hansard=ids.in_hansard) for reply in root.findall("reply")], root)


def statement_of(root: etree._Element, place: Provenance) -> Record:
    """Return the record of a statement.

    Raises:
        MalformedRecord: If it has no text or contradicts itself; its path is the field.
    """
    speech = root.find("speech")
    if speech is None:
        raise MalformedRecord("speech", "is missing")
    ids = ids_of(speech.attrib, None)
    said = reply_of(speech, in_hansard=ids.in_hansard)
    if not said.blocks:
        raise MalformedRecord("speech", "is empty, and there is nothing to a statement but its text")
    house, inferred = _house(ids, root, "")
    return Record(
        provenance=place,
        question="",
        answer=said.blocks,
        genre=Genre.STATEMENT,
        house=house,
        uin=ids.uin,
        heading=_heading(root, in_hansard=ids.in_hansard),
        answerer=said.member,
        answering_body=_department(root),
        answered=ids.day,
        hansard_column=ids.column,
        attachments=said.attachments,
        inferred=inferred,
    )


def _answered(record: Record, replies: list[Reply], root: etree._Element) -> Record:
    """Return `record` with its answer; the one that stands is the correction, where there is one."""
    if not replies:
        return record
    corrections = [reply for reply in replies if reply.is_correction]
    if len(replies) > 2 or (len(replies) == 2 and len(corrections) != 1):
        reason = f"{len(replies)} replies, and nothing says which one stands: read it on Parliament's own site"
        raise MalformedRecord("reply", reason)
    stands = corrections[0] if corrections else replies[0]
    first = next((reply for reply in replies if reply is not stands), None)
    # The day in a file's name is that of the answer or that of its correction.
    day = None if corrections or record.answered else file_house_and_day(root.get("file", ""))[1]
    dated = day is not None and record.tabled is not None and day >= record.tabled
    answerer = first.member if first else None if corrections else stands.member
    return replace(
        record,
        answer=stands.blocks,
        first_answer=first.blocks if first else (),
        answerer=answerer,
        corrected_by=stands.member if corrections else None,
        answered=day if dated else record.answered,
        holding_answered=stands.holding,
        flagged_correction=True if corrections else None,
        attachments=stands.attachments,
        inferred=(*record.inferred, "answered") if dated else record.inferred,
    )


def _questions(root: etree._Element) -> Iterator[tuple[str, str, _Question]]:
    """Yield each numbered question of the group, with its place and number; a common opening goes before each."""
    for place, element in enumerate(root.findall("ques"), start=1):
        opening = [] if element.find(".//p") is not None else ["".join(element.itertext())]
        numbered: list[tuple[str | None, list[str]]] = []
        for paragraph in element.iter("p"):
            words = folded("".join(paragraph.itertext()))
            if paragraph.get("class") == "error":  # parlparse's own note that a number is missing
                continue
            if paragraph.get("qnum") is not None:
                numbered.append((paragraph.get("qnum"), [words]))
            else:
                (numbered[-1][1] if numbered else opening).append(words)
        for number, (qnum, words_of) in enumerate(numbered or [(None, [])], start=1):
            ids = ids_of(element.attrib, qnum)
            text = folded(" ".join((*opening, *words_of)))
            # The database's questions may have tags in their words.
            told = text if ids.in_hansard else clean_text(text) or ""
            yield str(place), str(number), _Question(ids, told, member_of(element))


def _others(asked: Iterable[_Question], question: _Question) -> Iterator[GroupedQuestion]:
    for other in asked:
        if other is not question and other.ids.uin:
            yield GroupedQuestion(other.ids.uin, other.ids.tabled)


def _house(ids: PaperIds, root: etree._Element, question: str) -> tuple[House | None, tuple[str, ...]]:
    """Return the House and, where it was worked out from the file's name or the wording, that it was."""
    if ids.house:
        return ids.house, ()
    house = file_house_and_day(root.get("file", ""))[0] or house_from_wording(question)
    return house, ("house",) if house else ()


def _heading(root: etree._Element, *, in_hansard: bool | None) -> str | None:
    heading = folded("".join(root.xpath("string(minor-heading)"))) or None
    return None if heading in _NO_HEADING and not in_hansard else heading


def _department(root: etree._Element) -> str | None:
    """Return the department as headed; Hansard's capitals are folded, and nothing is added to its short name."""
    name = folded("".join(root.xpath("string(major-heading)")))
    if name != name.upper():
        return name
    words = _WORD.sub(lambda match: match[0].capitalize(), name).split()
    small = [word.lower() if place and word.lower() in _SMALL_WORDS else word for place, word in enumerate(words)]
    return " ".join(small) or None
