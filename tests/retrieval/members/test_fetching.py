"""The Members API is asked as little as may be, and again when what it said may no longer hold."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from retrieval.errors import FilterIgnored, ServiceUnreachable, UnexpectedResponse
from retrieval.members import (
    Account,
    MemberEntry,
    MemberRegister,
    Source,
    Span,
    fetch_members,
    fetched,
    outdated,
    stale,
)
from retrieval.records import Member, Record
from tests.replay.server import ReplayServer

TODAY = date(2026, 11, 22)
BASE = "https://members.invalid/api"


def over_http(url: str) -> bytes:
    """Get an address on loopback."""
    with urllib.request.urlopen(url, timeout=10) as response:
        body: bytes = response.read()
        return body


class Shelf:
    """Answers from what was put there, and remembers what it was asked; an address without an answer is a 404."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = {f"{BASE}{path}": json.dumps(answer).encode() for path, answer in answers.items()}
        self.asked: list[str] = []

    def get(self, url: str) -> bytes | None:
        """Return what is kept under `url`."""
        self.asked.append(url.removeprefix(BASE))
        return self.answers.get(url)


def history(id: int, name: str = "Ada Quill") -> dict[str, Any]:
    """Return one invented item of /Members/History."""
    return {"value": {"id": id, "nameHistory": [{"nameDisplayAs": name, "startDate": "2015-05-07T00:00:00"}]}}


POST = {"house": 1, "name": "Minister (Ink)", "startDate": "2019-07-25T00:00:00", "endDate": None}


def test_members_of_the_replayed_service_are_known_by_the_day() -> None:
    with ReplayServer() as server:
        register = fetch_members([900010, 900009], over_http, base_url=server.members_url, today=TODAY)
        asked = [(request.path.removeprefix("/members-api/api"), request.query) for request in server.requests]
    assert register.member_on(900010, date(2020, 1, 1)) == Member(
        900010,
        "Invented Member 900010",
        "Invented Slate Party",
        "Invented Old Seat 900010",
        "Invented Minister of State 900010",
    )
    assert register.member_on(900010, TODAY) == Member(
        900010,
        "Invented Member 900010",
        "Invented Jade Party",
        "Invented Seat 900010",
        "Invented Secretary of State 900010",
    )
    assert register.member_on(900009, TODAY).post is None
    assert asked == [
        ("/Members/History", {"ids": ["900009", "900010"]}),
        ("/Members/900009/Biography", {}),
        ("/Members/900010/Biography", {}),
    ]


def test_names_of_many_members_cost_one_call_for_every_hundred() -> None:
    told: list[tuple[int, int]] = []
    with ReplayServer() as server:
        register = fetch_members(
            range(1, 251),
            over_http,
            base_url=server.members_url + "/",
            today=TODAY,
            posts_of={7, 999},
            progress=lambda done, total: told.append((done, total)),
        )
        asked = [request.path for request in server.requests]
    assert len(register.ids) == 250
    assert [path.rpartition("/")[2] for path in asked] == ["History", "Biography", "History", "History"]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert register.member_on(8, TODAY).post is None
    assert register.member_on(7, TODAY).post == "Invented Secretary of State 7"


def test_an_id_that_the_api_does_not_know_is_remembered_and_has_no_biography_fetched() -> None:
    told: list[tuple[int, int]] = []
    query = "/Members/History?ids=7&ids=8"
    shelf = Shelf({query: [history(7)], "/Members/7/Biography": {"value": {"governmentPosts": [POST]}}})
    register = fetch_members(
        [8, 7, 8], shelf.get, base_url=BASE, today=TODAY, progress=lambda done, total: told.append((done, total))
    )
    assert shelf.asked == [query, "/Members/7/Biography"]
    assert told == [(1, 3), (2, 3)]
    assert register.entry(8) == MemberEntry(8, unknown_on=TODAY)
    assert register.member_on(7, TODAY) == Member(7, "Ada Quill", post="Minister (Ink)")


def test_where_one_unknown_id_spoils_the_call_for_all_the_others_are_still_found() -> None:
    shelf = Shelf({"/Members/History?ids=1": [history(1)], "/Members/History?ids=3": [history(3)]})
    register = fetch_members([1, 2, 3], shelf.get, base_url=BASE, today=TODAY, posts_of=())
    assert [(entry.id, entry.unknown_on) for entry in register.entries] == [(1, None), (2, TODAY), (3, None)]


def test_a_member_without_a_biography_has_no_posts_and_is_not_asked_for_again(record: Record) -> None:
    shelf = Shelf({"/Members/History?ids=7": [history(7)]})
    register = fetch_members([7], shelf.get, base_url=BASE, today=TODAY)
    assert register.member_on(7, TODAY).post is None
    assert outdated(register, [replace(record, answerer=Member(7))]) == ()


def test_what_came_before_a_failure_can_be_kept() -> None:
    shelf = Shelf({"/Members/History?ids=7&ids=8": [history(7), history(8)], "/Members/7/Biography": {"value": {}}})
    shelf.answers[f"{BASE}/Members/7/Biography"] = json.dumps({"value": {"governmentPosts": []}}).encode()

    def failing(url: str) -> bytes | None:
        if url.endswith("/8/Biography"):
            raise ServiceUnreachable("the service does not answer")
        return shelf.get(url)

    kept: list[int] = []
    with pytest.raises(ServiceUnreachable):
        kept.extend(entry.id for entry in fetched([7, 8], failing, base_url=BASE, today=TODAY))
    assert kept == [7]


def test_an_answer_about_others_is_refused() -> None:
    shelf = Shelf({"/Members/History?ids=7": [history(7), history(9)]})
    with pytest.raises(FilterIgnored, match=r"ids=7: answered about Member 9, who was not asked for"):
        fetch_members([7], shelf.get, base_url=BASE, today=TODAY)


@pytest.mark.parametrize(
    ("biography", "reason"),
    [
        ({"value": {"id": 8, "governmentPosts": []}}, "gave no biography of Member 7"),
        (history(7), "gave no biography of Member 7"),
        ({"value": {"governmentPosts": [{"name": "Minister", "startDate": "soon"}]}}, r"startDate: is 'soon'"),
        ({"value": "none"}, r"value: Expected `object`, got `str`"),
        ({"status": 500}, "missing required field `value`"),
    ],
)
def test_a_biography_of_another_shape_is_refused(biography: dict[str, Any], reason: str) -> None:
    shelf = Shelf({"/Members/History?ids=7": [history(7)], "/Members/7/Biography": biography})
    with pytest.raises(UnexpectedResponse, match=reason):
        fetch_members([7], shelf.get, base_url=BASE, today=TODAY)


def test_no_ids_cost_no_calls() -> None:
    shelf = Shelf({})
    assert fetch_members([], shelf.get, today=TODAY) == MemberRegister()
    assert shelf.asked == []


def entry(id: int, read_on: date, last_day: date | None) -> MemberEntry:
    """Return a Member with one party and one post, read from the API."""
    first = date(2019, 7, 25)
    return MemberEntry(
        id,
        (
            Account(Source.HISTORY, read_on, parties=(Span("Invented Amber Party", first, last_day),)),
            Account(Source.BIOGRAPHY, read_on, posts=(Span("Minister (Ink)", first, last_day),)),
        ),
    )


def test_after_thirty_days_what_had_not_ended_and_who_was_unknown_are_asked_for_again() -> None:
    month, more = date(2026, 10, 23), date(2026, 10, 22)
    register = MemberRegister(
        (
            entry(1, month, None),
            entry(2, more, None),
            entry(3, more, date(2024, 5, 30)),
            MemberEntry(4, unknown_on=month),
            MemberEntry(5, unknown_on=more),
            MemberEntry(6),
        )
    )
    assert stale(register, [9, 6, 5, 4, 3, 2, 1, 2], TODAY) == (2, 5)


def test_an_old_post_of_one_whose_posts_are_not_wanted_is_no_reason_to_ask_again() -> None:
    old = date(2026, 1, 1)
    listed = Account(Source.POSTS, old, posts=(Span("The Minister for Ink", date(2019, 7, 25)),))
    fresh = Account(Source.HISTORY, TODAY, parties=(Span("Invented Amber Party", date(2019, 7, 25)),))
    register = MemberRegister((MemberEntry(1, (listed, fresh)), entry(2, old, None)))
    assert stale(register, [1, 2], TODAY, posts_of={5}) == (2,)
    assert stale(register, [1, 2], TODAY, posts_of={1}) == (1, 2)


def test_a_day_to_come_is_no_reason_to_ask_again_and_again(record: Record) -> None:
    register = MemberRegister((entry(900001, TODAY, None), entry(900002, TODAY, None)))
    dated = replace(record, corrected=date(2062, 1, 10))
    assert outdated(register, [dated]) == (900001,)
    assert outdated(register, [dated], TODAY) == ()


def test_a_member_who_acts_after_being_read_is_asked_for_again(record: Record) -> None:
    read = date(2021, 9, 14)
    register = MemberRegister((entry(900001, read, None), entry(900002, read, None)))
    assert outdated(register, [record]) == (900001,)
    assert outdated(register, [replace(record, tabled=date(2021, 9, 15))]) == (900001, 900002)
    assert outdated(register, [replace(record, answered=read, corrected=None)]) == ()


def test_one_who_answers_and_whose_posts_were_never_read_is_asked_for_again(record: Record) -> None:
    history_only = Account(Source.HISTORY, TODAY)
    register = MemberRegister((MemberEntry(900001, (history_only,)), MemberEntry(900002, (history_only,))))
    assert outdated(register, [record]) == (900001,)


def test_those_who_are_unknown_or_without_id_or_day_are_not_asked_for_again(record: Record) -> None:
    register = MemberRegister((MemberEntry(900001, unknown_on=date(2020, 1, 1)), entry(900002, TODAY, None)))
    assert outdated(register, [record, replace(record, asker=Member(name="Someone"), tabled=None)]) == ()
    assert outdated(MemberRegister(), [record]) == ()
