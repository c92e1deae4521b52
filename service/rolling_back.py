"""The command that goes back to an index that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from retrieval.errors import QueryError
from retrieval.rollback import KeptSnapshot, RolledBack, kept_snapshots, roll_back
from retrieval.sync.runs import PutAside
from service import options as given
from service.arguments import utf8
from service.building import data_option
from service.phrases import count
from service.progress import Progress
from service.running import Session
from service.schemas import to_data
from service.terminal import indented, unbroken, words

_DATA = Path("data")


class RollbackCommands:
    """The command, a method; `manual` has its help.

    Args:
        session: What it reads and writes.
    """

    def __init__(self, session: Session) -> None:
        """Keep what the command works with."""
        self._session = session

    def rollback(
        self,
        data: given.Data = _DATA,
        to: given.RollbackTo = None,
        list_: given.RollbackList = False,
        as_json: given.Json = False,
    ) -> None:
        """Serve an index that is kept in the place of the current one, or list those that are kept."""
        if list_:
            if to is not None:
                raise QueryError("to", "it names the index to go back to, and --list changes nothing: leave one out")
            with Progress(self._session.err) as progress:
                kept = kept_snapshots(data, progress)
            self._session.output.give({"snapshots": [to_data(one) for one in kept]}, as_json, partial(_list_page, kept))
            return
        name = None if to is None else utf8("to", to)
        with self._session.changing(data), Progress(self._session.err) as progress:
            done = roll_back(data, name, progress=progress)
        value: dict[str, object] = {"snapshot": done.now.name, "before": done.before, "changed": done.changed}
        value |= {"created": done.now.created.isoformat(), "records": done.now.counts.records}
        value["put_aside"] = done.put_aside and str(done.put_aside.path)
        self._session.output.give(value, as_json, partial(_page, done, data))


def _page(done: RolledBack, data: Path) -> Iterator[RenderableType]:
    now = done.now
    held = count(now.counts.records, "answer or statement", "answers and statements")
    if not done.changed:
        yield words(f"Nothing to do: {now.name} is served already, and every file of it is as it was published.")
        return
    if done.before == now.name:
        yield words(f"What points to {now.name} was damaged, and is mended: {held}.", "bold")
        yield from _put_aside(done.put_aside)
        return
    was = f" in the place of {done.before}" if done.before and done.before != now.name else ""
    yield words(f"Went back to {now.name}{was}: {held}, indexed on {_moment(now.created)}.", "bold")
    yield words(f"Every file of it was checked. It was built with the model {now.model.name}.")
    yield words("A running `despatch serve` takes it up within seconds.")
    yield words("It lacks what was indexed after it. It is served until the next build or sync.")
    yield from _put_aside(done.put_aside)
    from_when = " --from DATE" if done.put_aside and not done.put_aside.is_known else ""
    yield unbroken(f"Next: despatch sync{from_when}{data_option(data)}")


def _put_aside(journal: PutAside | None) -> Iterator[RenderableType]:
    if journal is None:
        return
    yield words(f"What the last sync had under way was damaged. It is kept as {journal.path}.")
    if journal.is_known:
        yield words("The next sync fetches it again.")
    else:
        yield words("What to fetch is no longer known. Say from when in the next sync, or it is refused.")


def _list_page(kept: list[KeptSnapshot]) -> Iterator[RenderableType]:
    for place, one in enumerate(kept):
        if place:
            yield Text()
        yield Text(f"{one.name} (served)" if one.served else one.name, style="bold")
        if one.trouble is not None or one.created is None:
            yield from indented([words(f"Can't be used: {one.trouble}", "red")], 2)
            continue
        held = count(one.records, "answer or statement", "answers and statements")
        told = f"{held}, indexed on {_moment(one.created)} with the model {one.model}. Every file was checked."
        yield from indented([words(told)], 2)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"
