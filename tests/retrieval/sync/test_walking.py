"""Pages and their overlap while lists shift; every record is invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from retrieval.checks import read_checks
from retrieval.records import House
from retrieval.sync.client import Page, ParliamentService
from retrieval.sync.collection import Collection
from tests.replay import invented

Start = Callable[..., Any]

JUNE: dict[str, Any] = {
    "first": date(2026, 6, 1),
    "last": date(2026, 6, 30),
    "houses": (House.COMMONS,),
    "statements": False,
}


class Interrupting(ParliamentService):
    """A client that lets something happen between the pages of a list."""

    def __init__(self, happens: Callable[[int], None], url: str, **settings: Any) -> None:
        super().__init__(url, **settings)
        self._happens = happens
        self._pages = 0

    def page(self, collection: Collection, parameters: Any, skip: int, take: int) -> Page:
        found = super().page(collection, parameters, skip, take)
        if take > 1:
            self._pages += 1
            self._happens(self._pages)
        return found


def _walked(june: Any, happens: Callable[[int], None]) -> Any:
    with Interrupting(happens, june.server.url, requests_per_second=5000.0, page_size=10, overlap=3) as service:
        return june.sync(service, **JUNE)


def test_pages_overlap_by_some_rows(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 26)))
    june.sync(june.service(page_size=10, overlap=3), **JUNE)
    assert [(asked["skip"], asked["take"]) for asked in june.lists()] == [
        ("0", "10"),
        ("7", "10"),
        ("14", "10"),
        ("21", "10"),
    ]
    assert june.ids() == list(range(1, 26))


def test_rows_that_move_up_between_pages_are_not_missed(filling: Start) -> None:
    questions = [invented.question(number) for number in range(1, 26)]
    june = filling(*questions)
    newest = sorted(questions, key=lambda one: (one["dateTabled"], one["id"]), reverse=True)
    gone = [one["id"] for one in newest[:3]]

    def happens(page: int) -> None:
        if page == 1:
            for number in gone:
                june.server.vanish(number)

    report = _walked(june, happens)
    # 25 were seen where 22 are left, so the list was walked again; the three had been queued, and are gone.
    assert report.incomplete == ()
    assert june.ids() == sorted(set(range(1, 26)) - set(gone))
    assert [failure.id for failure in report.failed] == sorted(gone)


def test_a_row_that_comes_while_a_list_is_walked_is_found_by_walking_again(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 26)))

    def happens(page: int) -> None:
        if page == 1:
            june.server.put(invented.question(83))  # tabled on the 28th, before all others in the list

    report = _walked(june, happens)
    assert june.ids() == [*range(1, 26), 83]
    assert report.incomplete == ()
    assert read_checks(june.data).months[0].listed == 26


def test_a_list_that_never_comes_to_its_total_is_told_and_walked_again_next_time(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 13)))

    added: list[int] = []

    def happens(page: int) -> None:
        added.append(83 + 28 * page)
        june.server.put(invented.question(added[-1]))

    report = _walked(june, happens)
    (incomplete,) = report.incomplete
    assert str(incomplete.window) == "Commons questions tabled from 2026-06-01 to 2026-06-30"
    assert incomplete.seen < incomplete.total
    assert read_checks(june.data).months == ()
    # Even a quick sync walks a month that was never complete.
    assert june.sync(**JUNE, quick=True).incomplete == ()
    assert june.ids() == sorted([*range(1, 13), *added])


@pytest.mark.parametrize("overlap", [0, 9])
def test_any_overlap_below_the_page_size_walks_everything(filling: Start, overlap: int) -> None:
    june = filling(*(invented.question(number) for number in range(1, 26)))
    june.sync(june.service(page_size=10, overlap=overlap), **JUNE)
    assert june.ids() == list(range(1, 26))


def test_months_of_two_houses_are_walked_apart(filling: Start) -> None:
    june = filling(invented.question(1), invented.lords_question(2))
    june.sync()
    assert [asked["house"] for asked in june.lists() if asked["path"] == "questions"] == ["Commons", "Lords"]
