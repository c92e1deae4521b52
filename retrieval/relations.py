"""What leads from one answer of a corpus to another: references, pointers, follow-up questions and corrections."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from retrieval.answer_results import Thread, ThreadItem
from retrieval.citations import Citation, CitationStyle, cite, long_date, written
from retrieval.citing import CitedAttachment, body_of_the_day, page_url
from retrieval.hit_results import PointedFrom, PointsTo
from retrieval.mentions import Mention, MentionRole
from retrieval.records import Genre, Record
from retrieval.resolving import ResolutionReason
from retrieval.store import RecordStore
from retrieval.threads import in_thread_order, thread_of

# Of a number that the corpus has, in another session or with another day, no one may say that it is not there.
_ABSENT = {
    ResolutionReason.NOT_IN_CORPUS: ", not in this corpus",
    ResolutionReason.ITSELF: ", which is this answer itself",
}
_CORRECTS_AN_ANSWER = "CorrectedAnswer"


class Relations:
    """The relations between the records of one store.

    Args:
        store: An opened store.
    """

    def __init__(self, store: RecordStore) -> None:
        """Keep the store."""
        self._store = store

    def refers_to(self, number: int) -> tuple[PointsTo, ...]:
        """Return the answers and statements that record `number` names, as they stand in it."""
        return tuple(self._references(number))

    def pointed_to_by(self, number: int) -> tuple[PointedFrom, ...]:
        """Return the answers that do nothing but point to this answer, in order of date.

        Args:
            number: A record; the others with the same answer count as it does, as one of them is shown for all.
        """
        if not self._are_pointed_to[self._store.group_of_record[number]]:
            return ()
        rows = self._store.rows(
            "SELECT DISTINCT r.number, r.answered, r.key FROM pointers p JOIN records r ON r.key = p.source"
            " WHERE p.target IN (SELECT key FROM records WHERE answer_group ="
            " (SELECT answer_group FROM records WHERE number = ?)) ORDER BY r.answered, r.key",
            (number,),
        )
        return tuple(self._pointed_from(int(str(row[0]))) for row in rows)

    def corrections(self, number: int) -> tuple[str, ...]:
        """Return the keys of the statements that say that record `number` was corrected, in order of date."""
        # Nothing documents whose ids these are, so an equal number counts only where everything else fits too.
        rows = self._store.rows(
            "SELECT DISTINCT s.key FROM links l JOIN records s ON s.key = l.statement JOIN records a ON a.api_id = l.id"
            " WHERE l.link = ? AND a.number = ? AND s.house = a.house AND s.answered >= a.answered"
            " AND (s.answering_body_id = a.answering_body_id OR s.answering_body = a.answering_body"
            " OR a.corrected NOT NULL)"
            " ORDER BY s.answered, s.key",
            (_CORRECTS_AN_ANSWER, number),
        )
        return tuple(str(row[0]) for row in rows)

    def thread(self, number: int, snapshot: str) -> Thread:
        """Return the questions that record `number` follows and those that follow it.

        Args:
            number: The record.
            snapshot: Name of the snapshot.
        """
        asked = self._store.record(number)
        found = thread_of(asked.key, self._followed, self._followers)
        numbers = {key: self._store.number_of(key) for key in found}
        not_found = [
            one
            for key in sorted(found)
            for one in self._references(numbers[key])
            if one.role == MentionRole.FOLLOWS and one.key is None
        ]
        tabled = {key: self._store.record(number).tabled for key, number in numbers.items()}
        ordered = in_thread_order(found, lambda key: str(tabled[key]) if tabled[key] else None)
        items = [self._thread_item(numbers[key], found, asked.key) for key in ordered]
        return Thread(key=asked.key, items=tuple(items), not_found=tuple(not_found), snapshot=snapshot)

    def _followed(self, key: str) -> list[str]:
        return self._keys("SELECT DISTINCT target FROM refs WHERE source = ? AND role = ? AND target NOT NULL", key)

    def _followers(self, key: str) -> list[str]:
        return self._keys("SELECT DISTINCT source FROM refs WHERE target = ? AND role = ?", key)

    def _keys(self, sql: str, key: str) -> list[str]:
        return sorted(str(row[0]) for row in self._store.rows(sql, (key, str(MentionRole.FOLLOWS))))

    @cached_property
    def _are_pointed_to(self) -> NDArray[np.bool_]:
        """By answer group, whether anything points to a record of it."""
        return self._mask(
            "SELECT DISTINCT r.answer_group FROM pointers p JOIN records r ON r.key = p.target",
            int(self._store.group_of_record.max(initial=-1)) + 1,
        )

    @cached_property
    def _refer(self) -> NDArray[np.bool_]:
        """By record, whether it names another."""
        return self._mask("SELECT DISTINCT r.number FROM refs JOIN records r ON r.key = refs.source", len(self._store))

    def _mask(self, sql: str, size: int) -> NDArray[np.bool_]:
        mask = np.zeros(size, dtype=np.bool_)
        mask[[int(str(place)) for (place,) in self._store.rows(sql)]] = True
        return mask

    def _references(self, number: int) -> Iterator[PointsTo]:
        if not self._refer[number]:
            return
        raw, key = self._store.rows("SELECT mentions, key FROM records WHERE number = ?", (number,))[0]
        mentions = msgspec.json.decode(raw if isinstance(raw, bytes) else b"[]", type=tuple[Mention, ...])
        rows = self._store.rows("SELECT target, reason FROM refs WHERE source = ? ORDER BY place", (key,))
        for mention, (target, reason) in zip(mentions, rows, strict=True):
            found = None if target is None else str(target)
            yield PointsTo(
                role=str(mention.role),
                genre=mention.genre,
                uin=mention.uin,
                answered=mention.answered,
                key=found,
                reason=str(reason),
                label=_label(mention, found, ResolutionReason(str(reason))),
                url=_official(mention) or mention.url,
            )

    def _pointed_from(self, number: int) -> PointedFrom:
        record = self._store.record(number)
        return PointedFrom(
            key=record.key,
            uin=record.uin,
            house=record.house,
            asker=record.asker,
            minister=record.answerer,
            tabled=record.tabled,
            answered=record.answered,
            question=record.question,
            cite_as=self._cited(number, record),
        )

    def _thread_item(self, number: int, found: set[str], asked_for: str) -> ThreadItem:
        record = self._store.record(number)
        return ThreadItem(
            key=record.key,
            house=record.house,
            uin=record.uin,
            heading=record.heading,
            question=record.question,
            asker=record.asker,
            minister=record.answerer,
            tabled=record.tabled,
            answered=record.answered,
            kind=self._store.status(number).kind,
            follows=tuple(key for key in self._followed(record.key) if key in found),
            is_asked_for=record.key == asked_for,
            cite_as=self._cited(number, record),
        )

    def _cited(self, number: int, record: Record) -> str:
        return written(citation_of(self._store, number, record), CitationStyle.HOUSE)


def citation_of(
    store: RecordStore,
    number: int,
    record: Record,
    paragraph: int | None = None,
    attachment: CitedAttachment | None = None,
) -> Citation:
    """Return the citation of a record of a store, the same wherever it is shown.

    Args:
        store: The store.
        number: The record's number in it.
        record: The record.
        paragraph: Which passage is meant, counted from 1; None for the whole answer.
        attachment: The file that holds the passage, where that is not in the answer itself.
    """
    return cite(
        record,
        kind=store.status(number).kind,
        findings=tuple(dict.fromkeys(name for name, _ in store.findings(number))),
        paragraph=paragraph,
        answering_body=body_of_the_day(record.answering_body, record.answering_body_id, record.answered),
        attachment=attachment,
    )


def _label(mention: Mention, target: str | None, reason: ResolutionReason) -> str:
    verb = "refers to" if mention.role is MentionRole.REFERS_TO else "follows"
    on = f" of {long_date(mention.answered)}" if mention.answered else ""
    if mention.uin is None:
        what = "a written statement" if mention.genre is Genre.STATEMENT else "an answer"
        return f"{verb} {what}{on} whose number is not given"
    what = "Written Statement" if mention.genre is Genre.STATEMENT else "Question"
    absent = "" if target else _ABSENT.get(reason, ", but which one is not certain")
    return f"{verb} {what} {mention.uin}{on}{absent}"


def _official(mention: Mention) -> str | None:
    """Return the official page of what is named; its address needs the number and the day tabled."""
    return page_url(mention.genre, mention.tabled, mention.uin) if mention.tabled and mention.uin else None
