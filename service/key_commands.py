"""The command that makes, lists and removes API keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import RenderableType

from retrieval.errors import QueryError
from service import options as given
from service.arguments import whole_number
from service.faults import shown
from service.keys import KEYS_FILE, ApiKey, KeyFile
from service.phrases import count
from service.reports import two_columns
from service.running import Session
from service.terminal import indented, unbroken, words

_DATA = Path("data")
_ACTIONS = ("list", "add", "remove")


class KeyCommands:
    """The command, a method; `manual` has its help.

    Args:
        session: What it writes.
        clock: The time now.
    """

    def __init__(self, session: Session, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Keep what the command works with."""
        self._session = session
        self._clock = clock

    def keys(
        self,
        action: given.KeyAction = "list",
        name: given.KeyName = None,
        per_minute: given.PerMinute = None,
        data: given.Data = _DATA,
        keys_file: given.KeysFile = None,
        as_json: given.Json = False,
    ) -> None:
        """Make a key, list the keys there are, or remove one."""
        file, give = KeyFile(keys_file or data / KEYS_FILE), self._session.output.give
        if action not in _ACTIONS:
            raise QueryError("action", f"{shown(action)} is not one: there is {', '.join(_ACTIONS)}")
        if per_minute is not None and action != "add":
            raise QueryError("per_minute", "it is for a new key alone: leave it out, or say `despatch keys add NAME`")
        if action == "list":
            if name is not None:
                raise QueryError("name", "a list is of all keys: leave the name out")
            found = file.ring().keys
            give({"keys": [_data(key) for key in found]}, as_json, partial(_listed, found, file.path))
            return
        if name is None:
            raise QueryError("name", f"it is missing: say whose key, as in `despatch keys {action} library`")
        if action == "add":
            units = None if per_minute is None else whole_number("per_minute", per_minute)
            key = file.add(name, self._clock().date(), units)
            give({"name": name, "key": key, "file": str(file.path)}, as_json, partial(_made, name, key))
            return
        file.remove(name)
        told = f"{name} has no key any more. A service that runs refuses it from now on."
        give({"name": name, "removed": True}, as_json, lambda: [words(told)])


def _data(key: ApiKey) -> dict[str, object]:
    return {"name": key.name, "made_on": key.made_on.isoformat(), "per_minute": key.per_minute}


def _made(name: str, key: str) -> Iterator[RenderableType]:
    yield words(f"The key of {name}:")
    yield from indented([unbroken(key)], 2)
    yield words("Keep it now: only its hash is kept here, and it is never shown again. Programs send it as")
    yield from indented([unbroken("Authorization: Bearer KEY")], 2)


def _listed(keys: tuple[ApiKey, ...], path: Path) -> Iterator[RenderableType]:
    if not keys:
        yield words(f"There is no key in {path}.")
        yield unbroken("To make one: despatch keys add NAME")
        return
    yield words(f"{count(len(keys), 'key')} in {path}:", "bold")
    rows = [(key.name, f"made on {key.made_on.isoformat()}{_limit(key)}") for key in keys]
    yield from indented([two_columns(rows, numbers=False)], 2)


def _limit(key: ApiKey) -> str:
    if key.per_minute is None:
        return ""
    return f", {count(key.per_minute, 'unit')} a minute" if key.per_minute else ", without limit"
