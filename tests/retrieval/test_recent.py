from __future__ import annotations

import pytest

from retrieval.recent import Recent


class Maker:
    """Counts what it makes."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, name: str) -> str:
        self.made.append(name)
        return name.upper()


def asked(recent: Recent[str, str], make: Maker, names: str) -> list[str]:
    return [recent.get(name, lambda name=name: make(name)) for name in names]  # type: ignore[misc]


def test_what_was_asked_for_last_is_kept_and_the_rest_made_again() -> None:
    recent, make = Recent[str, str](2), Maker()
    assert asked(recent, make, "abab") == ["A", "B", "A", "B"]
    assert make.made == ["a", "b"]
    # "a" is asked for again, so that "b" is the one to go when "c" comes.
    assert asked(recent, make, "acab") == ["A", "C", "A", "B"]
    assert make.made == ["a", "b", "c", "b"]


def test_what_could_not_be_made_is_tried_again() -> None:
    recent = Recent[str, int](2)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 // 0)
    assert recent.get("a", lambda: 1) == 1
