"""A server on loopback that speaks the contract of Parliament's written questions and Members services."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import date
from types import TracebackType
from typing import Any, Self

from tests.replay.answering import Service
from tests.replay.handling import Asked, Listener
from tests.replay.invented import HOLDING
from tests.replay.trouble import HOWS, How, Troubles

__all__ = ["Asked", "ReplayServer"]

DEFAULT_TODAY = date(2026, 11, 22)


class ReplayServer:
    """Serves records as Parliament does, from entering the context until leaving it.

    Args:
        questions: Whole questions, as the single call gives them in `value`.
        statements: Whole written statements, likewise.
        list_rows: By id, what the list is known to give; used while the record is as it was put here.
        biographies: By id, what the Members service gives as the `value` of a biography.
        today: Decides which session is the current one.
        port: The port to listen on; 0 takes a free one.

    Attributes:
        requests: Every request so far, in order.
    """

    def __init__(
        self,
        questions: Iterable[Mapping[str, Any]] = (),
        *,
        statements: Iterable[Mapping[str, Any]] = (),
        list_rows: Mapping[int, Mapping[str, Any]] | None = None,
        biographies: Mapping[int, dict[str, Any]] | None = None,
        today: date = DEFAULT_TODAY,
        port: int = 0,
    ) -> None:
        self.requests: list[Asked] = []
        self._service = Service(today, biographies or {})
        for question in questions:
            self._service.put_question(question, (list_rows or {}).get(question["id"]))
        for statement in statements:
            self._service.put_statement(statement)
        self._troubles = Troubles()
        self._listener = Listener(("127.0.0.1", port), self._service, self._troubles, self.requests)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), name="replay", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown()
        self._listener.hang_up()
        self._listener.server_close()
        self._thread.join()
        if kind is None and self._listener.faults:
            # Else a fault in here would look like a connection that broke.
            raise self._listener.faults[0]

    @property
    def ignore(self) -> set[str]:
        """Names of parameters to ignore in silence, although the service knows them."""
        return self._service.ignored

    @ignore.setter
    def ignore(self, names: Iterable[str]) -> None:
        self._service.ignored = set(names)

    @property
    def unknown_members(self) -> set[int]:
        """Ids of Members that the Members service is not to know."""
        return self._service.unknown_members

    @property
    def url(self) -> str:
        """Base of written questions and written statements."""
        return f"http://127.0.0.1:{self._listener.server_port}/api"

    @property
    def members_url(self) -> str:
        """Base of the Members service."""
        return f"http://127.0.0.1:{self._listener.server_port}/members-api/api"

    def put(self, question: Mapping[str, Any]) -> None:
        """Add a whole question, or put it in the place of the one with the same id."""
        self._service.put_question(question)

    def put_statement(self, statement: Mapping[str, Any]) -> None:
        """Add a whole statement, or put it in the place of the one with the same id."""
        self._service.put_statement(statement)

    def answer(
        self, id: int, text_html: str, day: date | str, *, by: int | None = None, unmarked: bool = False
    ) -> None:
        """Give a question its answer; a holding answer is written over.

        Args:
            id: The question.
            text_html: The answer.
            day: The day of it.
            by: Who gives it; the one already named, or else Member 900100.
            unmarked: Write over the text alone and let the day and the flag of the holding answer stand, as
                the source did with 2 of the 17 real records that are flagged.
        """

        def changes(now: dict[str, Any]) -> dict[str, Any]:
            answerer = by or now["answeringMemberId"] or DEFAULT_ANSWERER
            given = {"answerText": text_html} | _named("answering", now, answerer)
            return given if unmarked else given | {"dateAnswered": _time(day), "answerIsHolding": False}

        self._service.change_question(id, changes)

    def hold(self, id: int, day: date | str) -> None:
        """Give a question a holding answer."""

        def changes(now: dict[str, Any]) -> dict[str, Any]:
            return {
                "answerText": HOLDING.format(body=now["answeringBodyName"]),
                "answerIsHolding": True,
                "dateAnswered": _time(day),
                "dateHoldingAnswer": _time(day),
            } | _named("answering", now, now["answeringMemberId"] or DEFAULT_ANSWERER)

        self._service.change_question(id, changes)

    def correct(
        self, id: int, new_html: str, day: date | str, *, by: int | None = None, keep_first: bool = True
    ) -> None:
        """Correct an answer.

        Args:
            id: The question.
            new_html: What stands from now on.
            day: The day of the correction; the day of the answer stays.
            by: Who corrects it; the one who answered.
            keep_first: Give the first text on the single call.
        """

        def changes(now: dict[str, Any]) -> dict[str, Any]:
            return {
                "answerText": new_html,
                "originalAnswerText": now["answerText"] if keep_first else "",
                "answerIsCorrection": True,
                "dateAnswerCorrected": _time(day),
            } | _named("correcting", now, by or now["answeringMemberId"])

        self._service.change_question(id, changes)

    def withdraw(self, id: int) -> None:
        """Withdraw a question: it is listed with `includeWithdrawn=true` only."""
        self._service.change_question(id, lambda now: {"isWithdrawn": True})

    def vanish(self, id: int) -> None:
        """Take a question away, as if it had never been there."""
        self._service.questions.drop(id)

    def fail_next(self, how: How, times: int = 1, where: str | None = None, retry_after: int | None = None) -> None:
        """Let the next `times` requests whose path and query contain `where` meet with trouble.

        Args:
            how: A status; `body-500` for status 200 with a body that says 500; `timeout` for no answer as long
                as the client waits; `truncated` for a connection closed in the middle of a body; `cut-json` for a
                body that ends there and says so; `drop` for a connection closed without a word; `not-json`
                for a page of HTML.
            times: How many requests.
            where: Part of the path and query, as sent or decoded; None means any request.
            retry_after: Seconds, sent with 429 and 503.
        """
        if how not in HOWS:
            raise ValueError(f"{how!r} is no trouble known here: take one of {', '.join(HOWS)}")
        self._troubles.order(how, times, where, retry_after)


DEFAULT_ANSWERER = 900100


def _time(day: date | str) -> str:
    return f"{day}"[:10] + "T00:00:00"


def _named(part: str, now: Mapping[str, Any], id: int) -> dict[str, Any]:
    """Return the two fields that name a Member; the expanded one stays only if it is of the same Member."""
    held = now[f"{part}Member"]
    return {f"{part}MemberId": id, f"{part}Member": held if held and held["id"] == id else None}
