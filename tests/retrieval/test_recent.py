from __future__ import annotations

from collections.abc import Iterable

import pytest

from retrieval.recent import Recent


class Maker:
    """Counts what it makes."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, name: str) -> str:
        self.made.append(name)
        return name.upper()


def asked(recent: Recent[str, str], make: Maker, names: Iterable[str]) -> list[str]:
    return [recent.get(name, lambda name=name: make(name)) for name in names]  # type: ignore[misc]


def test_what_was_asked_for_last_is_kept_and_the_rest_made_again() -> None:
    recent, make = Recent[str, str](2), Maker()
    assert asked(recent, make, "abab") == ["A", "B", "A", "B"]
    assert make.made == ["a", "b"]
    # "a" is asked for again, so that "b" is the one to go when "c" comes.
    assert asked(recent, make, "acab") == ["A", "C", "A", "B"]
    assert make.made == ["a", "b", "c", "b"]


def test_what_takes_much_room_makes_others_go_and_what_takes_all_of_it_is_not_kept() -> None:
    recent, make = Recent[str, str](9, 10, len), Maker()
    assert asked(recent, make, ["aaaa", "bbbb", "aaaa", "cccc"]) == ["AAAA", "BBBB", "AAAA", "CCCC"]
    # Twelve are more than ten: "bbbb", asked for least lately, had to go, and comes back in the place of "aaaa".
    make.made.clear()
    asked(recent, make, ["aaaa", "cccc", "bbbb", "cccc", "bbbb"])
    assert make.made == ["bbbb"]
    make.made.clear()
    asked(recent, make, ["d" * 11, "d" * 11, "cccc", "bbbb", "dd", "cccc", "bbbb"])
    assert make.made == ["d" * 11, "d" * 11, "dd"]


def test_what_two_threads_make_at_one_moment_is_counted_once() -> None:
    recent = Recent[str, str](9, 10, len)
    assert recent.get("a", lambda: recent.get("a", lambda: "12345")) == "12345"
    asked(recent, make := Maker(), ["bbbbb", "bbbbb"])
    assert make.made == ["bbbbb"]
    assert recent.get("a", lambda: pytest.fail("it was kept")) == "12345"


def test_what_could_not_be_made_is_tried_again() -> None:
    recent = Recent[str, int](2)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 // 0)
    assert recent.get("a", lambda: 1) == 1


def test_what_is_not_kept_is_told_in_the_order_asked() -> None:
    recent, make = Recent[str, str](2), Maker()
    asked(recent, make, "ab")
    assert recent.missing("cbda") == ["c", "d"]
