"""What the services answer: paths, and the JSON behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import unquote

from msgspec.json import encode

from tests.replay.clipping import question_row, statement_row
from tests.replay.query import BadParameterError, Query
from tests.replay.register import Register
from tests.replay.selecting import question_selection, statement_selection
from tests.replay.shelf import Entry, Selection, Shelf
from tests.replay.trouble import Reply, problem

DEFAULT_TAKE = 20
QUESTIONS, STATEMENTS = "/api/writtenquestions/questions", "/api/writtenstatements/statements"
MEMBERS = "/members-api/api/members"


class Service:
    """The records and Members, and the calls for them.

    Args:
        today: Decides which session is the current one.
        biographies: By id, what the Members service gives.

    Attributes:
        ignored: Names of parameters to ignore.
        unknown_members: Ids that the Members service has nothing for.
    """

    def __init__(self, today: date, biographies: Mapping[int, dict[str, Any]]) -> None:
        self.questions = Shelf("dateTabled", question_row)
        self.statements = Shelf("dateMade", statement_row)
        self._register = Register(biographies)
        self._today = today
        self.ignored: set[str] = set()
        self.unknown_members: set[int] = set()

    def put_question(self, question: Mapping[str, Any], row: Mapping[str, Any] | None = None) -> None:
        """Add or replace a whole question; `row` is what the list is known to give."""
        whole = dict(question)
        self._note_question(whole)
        self.questions.put(whole, None if row is None else dict(row))

    def put_statement(self, statement: Mapping[str, Any]) -> None:
        """Add or replace a whole statement."""
        self._register.note(statement["house"], statement["memberId"])
        self.statements.put(dict(statement))

    def change_question(self, id: int, changes: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Replace fields of a question in one step.

        Raises:
            KeyError: If there is no such question.
        """
        self._note_question(self.questions.change(id, changes))

    def reply(self, path: str, parameters: Mapping[str, list[str]]) -> Reply:
        """Return the answer to a GET request.

        Args:
            path: The path as sent, without the query.
            parameters: The query's parameters as sent.
        """
        query = Query(parameters, self.ignored)
        lower = path.lower().rstrip("/")
        try:
            if lower.startswith(MEMBERS + "/"):
                return self._members(lower.removeprefix(MEMBERS + "/"), query)
            for root, shelf, select, name in (
                (QUESTIONS, self.questions, question_selection, "Questions"),
                (STATEMENTS, self.statements, statement_selection, "Statements"),
            ):
                if lower == root:
                    return self._page(shelf, select(query, self._today), query, name)
                if lower.startswith(root + "/"):
                    return self._single(shelf, lower.removeprefix(root + "/").split("/"), query, name)
        except BadParameterError as error:
            return Reply(400, problem(400, "One or more validation errors occurred.", str(error)))
        return _missing()

    def _page(self, shelf: Shelf, selection: Selection, query: Query, name: str) -> Reply:
        entries = shelf.select(selection)
        skip, take = query.number("skip", 0), query.number("take", DEFAULT_TAKE)
        expand = query.flag("expandMember")
        rows = b",".join(self._listed(entry, expand, name) for entry in entries[skip : skip + take])
        return Reply(200, b'{"totalResults":%d,"results":[%s]}' % (len(entries), rows))

    def _listed(self, entry: Entry, expand: bool, name: str) -> bytes:
        if expand not in entry.listed:
            entry.listed[expand] = self._item(entry.row, expand, name)
        return entry.listed[expand]

    def _single(self, shelf: Shelf, parts: list[str], query: Query, name: str) -> Reply:
        # Assumed: a single call is of any session. The service's description has `sessionStatus` here as well.
        entry = None
        if len(parts) == 1 and parts[0].isdigit():
            entry = shelf.get(int(parts[0]))
        elif len(parts) == 2:
            day, uin = (unquote(part) for part in parts)
            entry = shelf.get_paper(day, uin)
        if entry is None:
            return _missing()
        return Reply(200, self._item(entry.whole, query.flag("expandMember"), name))

    def _item(self, value: Mapping[str, Any], expand: bool, name: str) -> bytes:
        """Return `{value, links}` as JSON, with its Members expanded or null."""
        members = {
            field.removesuffix("Id"): (value.get(field.removesuffix("Id")) or self._register.member(value[field]))
            if expand
            else None
            for field in ("askingMemberId", "answeringMemberId", "correctingMemberId", "memberId")
            if field in value
        }
        links = [{"rel": "self", "href": f"/{name}/{value['id']}", "method": "GET"}]
        return encode({"value": {**value, **members}, "links": links})

    def _members(self, rest: str, query: Query) -> Reply:
        id, _, part = rest.partition("/")
        if rest == "history":
            known = [number for number in query.numbers("ids") if number not in self.unknown_members]
            return Reply(200, encode([_linked(self._register.history(number), number, "") for number in known]))
        if not id.isdigit() or part not in ("", "biography") or int(id) in self.unknown_members:
            return _missing()
        value = self._register.biography(int(id)) if part else self._register.detail(int(id))
        return Reply(200, encode(_linked(value, int(id), "/Biography" if part else "")))

    def _note_question(self, question: Mapping[str, Any]) -> None:
        self._register.note(question["house"], question["askingMemberId"], question["answeringMemberId"])


def _linked(value: Mapping[str, Any], id: int, part: str) -> dict[str, Any]:
    links = [{"rel": "self", "href": f"/Members/{id}{part}", "method": "GET"}]
    return {"value": value, "links": [*links, {"rel": "overview", "href": f"/Members/{id}", "method": "GET"}]}


def _missing() -> Reply:
    return Reply(404, problem(404, "Not Found"))
