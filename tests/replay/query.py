"""The parameters of one request, read as ASP.NET reads them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

_SUBSCRIPT = re.compile(r"\[\d*\]$")
_OF_THE_PAGE = frozenset(("skip", "take", "expandmember"))


class BadParameterError(Exception):
    """A known parameter has a value of the wrong kind. The service answers 400."""


class Query:
    """Parameters by name, whatever its case; `name`, `name[]` and `name[0]` are the same one.

    Args:
        parameters: As they were sent.
        ignore: Names of parameters to leave out, as if the service did not know them.
    """

    def __init__(self, parameters: Mapping[str, Sequence[str]], ignore: Iterable[str] = ()) -> None:
        ignored = {name.lower() for name in ignore}
        self._values: dict[str, list[str]] = {}
        for name, values in parameters.items():
            plain = _SUBSCRIPT.sub("", name).lower()
            if plain not in ignored:
                self._values.setdefault(plain, []).extend(value for value in values if value.strip())

    @property
    def name(self) -> str:
        """Return what tells two selections apart: everything but which page is wanted and how it is shown."""
        return repr(sorted((name, values) for name, values in self._values.items() if name not in _OF_THE_PAGE))

    def text(self, name: str) -> str | None:
        """Return the first value given, or None."""
        values = self._values.get(name.lower())
        return values[0] if values else None

    def day(self, name: str) -> str | None:
        """Return a day as `yyyy-mm-dd`; a time after it is left off."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value.strip()[:10]).isoformat()
        except ValueError:
            raise BadParameterError(f"The value '{value}' is not valid for {name}.") from None

    def flag(self, name: str) -> bool:
        """Return `true` or `false`; false where it is not given."""
        return self.choice(name, ("false", "true")) == "true"

    def choice(self, name: str, options: Collection[str]) -> str | None:
        """Return the one of `options` that was given, in any case, or None."""
        value = self.text(name)
        if value is None:
            return None
        for option in options:
            if option.lower() == value.strip().lower():
                return option
        raise BadParameterError(f"The value '{value}' is not valid for {name}.")

    def number(self, name: str, default: int) -> int:
        """Return a number of at least 0, or `default`."""
        numbers = self.numbers(name)
        return numbers[0] if numbers else default

    def numbers(self, name: str) -> list[int]:
        """Return every number given, in order."""
        values = self._values.get(name.lower(), [])
        for value in values:
            if not (value.strip().isascii() and value.strip().isdigit()):
                raise BadParameterError(f"The value '{value}' is not valid for {name}.")
        return [int(value) for value in values]
