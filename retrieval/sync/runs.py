"""The run under way, the windows it walks and how far each is, and what was asked for before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from retrieval.errors import SnapshotDamaged
from retrieval.sync.asked_for import keep_asked, read_asked
from retrieval.sync.journal import JOURNAL_FILE, Journal, put_aside
from retrieval.sync.request import Scope, SyncRequest, merged
from retrieval.sync.row import Row
from retrieval.sync.window import Window


class State(StrEnum):
    """How far a window is."""

    WALKING = "walking"
    LISTED = "listed"
    DONE = "done"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class Walk:
    """A window of the run under way, and how far it is. Primary key: `place`.

    Attributes:
        place: In the order of the work, from 0.
        skip: Rows that the next page leaves out.
        tries: Walks begun anew.
        seen: Distinct rows seen, once it was walked to the end.
        total: What the service last said there are.
        withdrawn: How many of the rows were withdrawn.
        vanished: Records held that were not listed.
    """

    place: int
    window: Window
    state: State
    skip: int = 0
    tries: int = 0
    seen: int = 0
    total: int = 0
    withdrawn: int = 0
    vanished: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.state in (State.DONE, State.INCOMPLETE)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the work. Primary key: `number`.

    Attributes:
        scopes: What it goes through.
        started: When it was begun; later processes may have gone on with it.
        totals: What the lists held when it was planned, by name; None before that.
    """

    number: int
    scopes: tuple[Scope, ...]
    started: datetime
    totals: dict[str, int] | None


class Runs:
    """The part of a journal that tells of the run under way."""

    def __init__(self, journal: Journal) -> None:
        """Keep the journal."""
        self._journal = journal

    def scopes(self) -> tuple[Scope, ...]:
        """Return what was asked for so far, all requests together.

        Raises:
            SnapshotError: If the journal can't be read; `SnapshotDamaged` also where it has something else there.
        """
        rows = self._journal.rows("SELECT spec FROM scope ORDER BY place")
        try:
            return tuple(msgspec.json.decode(str(row[0]), type=Scope) for row in rows)
        except msgspec.DecodeError as error:
            told = f"{JOURNAL_FILE} does not tell what was asked for ({error})"
            raise SnapshotDamaged(f"{told}: remove it and sync again; what was published stays") from error

    def take_up(self, scopes: tuple[Scope, ...]) -> None:
        """Take what was asked for from elsewhere, in a journal that has nothing of it."""
        with self._journal.transaction():
            self._keep_scopes(scopes)

    def current(self, request: SyncRequest) -> Run | None:
        """Return the run that a process before did not finish, if this request asks for the same."""
        rows = self._journal.rows("SELECT number, request, scopes, started, totals FROM run")
        if not rows or str(rows[0][1]) != _text(request):
            return None
        number, _, scopes, started, totals = rows[0]
        return Run(
            int(str(number)),
            msgspec.json.decode(str(scopes), type=tuple[Scope, ...]),
            datetime.fromisoformat(str(started)),
            msgspec.json.decode(str(totals), type=dict[str, int]) if totals else None,
        )

    def begin(self, request: SyncRequest, scopes: tuple[Scope, ...], started: datetime, windows: list[Window]) -> Run:
        """Begin a run in the place of any other; what waits to be fetched and published is kept."""
        with self._journal.transaction():
            asked = self.scopes()
            for scope in scopes:
                asked = merged(asked, scope)
            self._keep_scopes(asked)
            # The number goes on rising: what was tried in one run is tried again in the next.
            number = 1 + self._journal.count(
                "SELECT max(ifnull((SELECT max(number) FROM run), 0), ifnull((SELECT max(run) FROM queue), 0))"
            )
            for table in ("run", "window", "seen"):
                self._journal.run(f"DELETE FROM {table}")
            self._journal.run(
                "INSERT INTO run VALUES (?, ?, ?, ?, NULL)",
                (number, _text(request), _text(scopes), started.isoformat()),
            )
            for place, window in enumerate(windows):
                self._journal.run(
                    "INSERT INTO window VALUES (?, ?, ?, 0, 0, 0, 0, 0, 0)", (place, _text(window), State.WALKING)
                )
        return Run(number, scopes, started, None)

    def note_totals(self, totals: dict[str, int]) -> None:
        """Keep what the lists were found to hold, so that a run taken up again need not ask."""
        self._journal.run("UPDATE run SET totals = ?", (_text(totals),))

    def finish(self, run: Run) -> None:
        """Forget the run, and take note of what it went through."""
        with self._journal.transaction():
            self._keep_scopes(
                replace(scope, since=run.started.date()) if any(mine.contains(scope) for mine in run.scopes) else scope
                for scope in self.scopes()
            )
            for table in ("run", "window", "seen"):
                self._journal.run(f"DELETE FROM {table}")

    def forget(self) -> None:
        """Forget what was walked and settled, so that the next sync compares everything with the lists again."""
        with self._journal.transaction():
            for table in ("run", "window", "seen", "walked", "settled"):
                self._journal.run(f"DELETE FROM {table}")

    def walks(self) -> list[Walk]:
        """Return the windows in the order of the work."""
        rows = self._journal.rows(
            "SELECT place, spec, state, skip, tries, seen, total, withdrawn, vanished FROM window ORDER BY place"
        )
        return [
            Walk(
                int(str(place)),
                msgspec.json.decode(str(spec), type=Window),
                State(str(state)),
                *(int(str(number)) for number in numbers),
            )
            for place, spec, state, *numbers in rows
        ]

    def was_walked(self, window: Window) -> bool:
        """Whether this window was once walked to its end, in this run or before."""
        return self._journal.count("SELECT count(*) FROM walked WHERE spec = ?", (_text(window),)) > 0

    def put(self, walk: Walk) -> None:
        """Keep how far a window is."""
        self._journal.run(
            "UPDATE window SET state = ?, skip = ?, tries = ?, seen = ?, total = ?, withdrawn = ?, vanished = ?"
            " WHERE place = ?",
            (walk.state, walk.skip, walk.tries, walk.seen, walk.total, walk.withdrawn, walk.vanished, walk.place),
        )
        if walk.state is State.DONE:
            self._journal.run("INSERT OR IGNORE INTO walked VALUES (?)", (_text(walk.window),))

    def note_seen(self, rows: Iterable[Row]) -> None:
        """Keep which rows of the window under way were seen."""
        for row in rows:
            self._journal.run("INSERT OR REPLACE INTO seen VALUES (?, ?)", (row.id, row.is_withdrawn))

    def seen(self) -> dict[int, bool]:
        """Return the ids seen in the window under way, and whether each was withdrawn."""
        return {int(str(id_)): bool(gone) for id_, gone in self._journal.rows("SELECT id, withdrawn FROM seen")}

    def forget_seen(self) -> None:
        """Begin to count anew."""
        self._journal.run("DELETE FROM seen")

    def _keep_scopes(self, scopes: Iterable[Scope]) -> None:
        kept = list(scopes)
        self._journal.run("DELETE FROM scope")
        for place, scope in enumerate(kept):
            self._journal.run("INSERT INTO scope VALUES (?, ?)", (place, _text(scope)))


@dataclass(frozen=True, slots=True)
class PutAside:
    """A journal that was damaged and has another name now.

    Attributes:
        path: The file.
        is_known: Whether the next sync knows what was asked for before, and so need not be told from when.
    """

    path: Path
    is_known: bool


def compare_all_again(data: Path) -> PutAside | None:
    """Have the next sync of a data directory compare everything with Parliament's lists, if it was ever synced.

    A journal that is damaged is put aside: a sync that finds none compares all that was ever asked for, and fetches
    again what was lost.

    Returns:
        None unless it was put aside.

    Raises:
        SnapshotError: If the journal can't be used.
        OSError: If it can't be put aside.
    """
    if (data / JOURNAL_FILE).exists():
        try:
            with Journal(data) as journal:
                runs = Runs(journal)
                keep_asked(data, runs.scopes())
                runs.forget()
        except SnapshotDamaged:
            return PutAside(put_aside(data), bool(read_asked(data)))
    return None


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
