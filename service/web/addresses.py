"""The address of a page, and those that differ from it by one value: every link of a search is made here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class Address:
    """A path with parameters, in their order.

    Attributes:
        pairs: Names with values, each as typed.
        path: Such as `/`.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    path: str = "/"

    @property
    def href(self) -> str:
        """Return it as a link has it."""
        return f"{self.path}?{urlencode(self.pairs)}" if self.pairs else self.path

    def given(self, name: str) -> tuple[str, ...]:
        """Return the values of a parameter."""
        return tuple(value for one, value in self.pairs if one == name)

    def with_one(self, name: str, value: str) -> Address:
        """Return the address with one more value, unless it has that."""
        pair = (name, value)
        return self if pair in self.pairs else Address((*self.pairs, pair), self.path)

    def with_only(self, name: str, value: str | None) -> Address:
        """Return the address with one value of a parameter in the place of all it has; None leaves it out."""
        rest = self.without(name)
        return rest if value is None else rest.with_one(name, value)

    def without(self, *names: str) -> Address:
        """Return the address without some parameters."""
        return Address(tuple(pair for pair in self.pairs if pair[0] not in names), self.path)

    def without_one(self, name: str, value: str) -> Address:
        """Return the address without one value of a parameter."""
        return Address(tuple(pair for pair in self.pairs if pair != (name, value)), self.path)

    def only(self, names: Collection[str]) -> Address:
        """Return the address with some parameters and no others."""
        return Address(tuple(pair for pair in self.pairs if pair[0] in names), self.path)

    def at(self, path: str, more: Iterable[tuple[str, str]] = ()) -> Address:
        """Return another path with the same parameters and more."""
        return Address((*self.pairs, *more), path)


def answer_href(key: str, hash: str = "", ordinal: int = 0) -> str:
    """Return the path of an answer's page, or of a passage on it.

    Args:
        key: Of the answer.
        hash: Of the passage's text, which finds it after a rebuild too; empty for the whole answer.
        ordinal: The passage's place in the answer, from 1; 0 for the whole answer.
    """
    passage = f"?passage={hash}" if hash else ""
    return f"/answers/{quote(key, safe='')}{passage}{f'#p{ordinal}' if ordinal else ''}"
