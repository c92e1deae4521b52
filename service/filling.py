"""The commands that fill a data directory and keep it fresh: from Parliament's services, and from files on Members."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from retrieval.build import Changes, refresh
from retrieval.errors import DespatchError, DirectoryBusy, QueryError, SourceError
from retrieval.holdings import register_at
from retrieval.members import MEMBERS_API, MEMBERS_FILE, read_register
from retrieval.models import DEFAULT_MODEL
from retrieval.snapshot import KEEP, has_snapshot, writing
from retrieval.sync.client import OFFICIAL_URL, ParliamentService
from retrieval.sync.request import SyncRequest
from service import options as given
from service.arguments import day_of, house_of, kept, whole_number
from service.bodies import body_ids
from service.building import data_option
from service.exits import in_words
from service.phrases import count
from service.progress import Progress
from service.retries import Retries
from service.rounds import Rounds, was_filled
from service.running import Session
from service.stopping import kept_when_stopped, terminable
from service.syncing import plan_lines, round_line, sync_data, sync_page
from service.terminal import show, words

_DATA = Path("data")
_DAY_SECONDS = 24 * 60 * 60
_MOST_MONTHS = 1_200
_MOST_MINUTES = 1_440


class FillingCommands:
    """The commands, each a method; `manual` has their help.

    Args:
        session: What they read and write, and how they load the model.
        clock: The time now.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        session: Session,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Keep what the commands work with."""
        self._session = session
        self._clock = clock
        self._sleep = sleep

    def sync(  # noqa: PLR0913, PLR0917 - each option is a parameter
        self,
        data: given.Data = _DATA,
        first: given.From = None,
        last: given.To = None,
        months: given.Months = None,
        house: given.Houses = None,
        answering_body: given.Bodies = None,
        quick: given.Quick = False,
        no_statements: given.NoStatements = False,
        no_members: given.NoMembers = False,
        keep: given.Keep = str(KEEP),
        api_url: given.ApiUrl = OFFICIAL_URL,
        members_url: given.MembersUrl = MEMBERS_API,
        contact: given.Contact = None,
        requests_per_second: given.Rate = "10",
        model: given.Model = DEFAULT_MODEL,
        as_json: given.Json = False,
    ) -> None:
        """Fetch what is new, and index it."""
        request = SyncRequest(
            first=_first_day(first, months, self._clock().date()),
            last=day_of("to", last),
            houses=tuple(house_of(one) for one in house or ()),
            bodies=body_ids(answering_body or ()),
            quick=quick,
            statements=not no_statements,
        )
        err = self._session.err
        service = _service(api_url, contact, requests_per_second, Retries(err))
        to = Rounds(self._session, data, service, None if no_members else members_url, kept(keep), model, self._clock)
        with kept_when_stopped(err, data), service, Progress(err) as progress:
            made = to.make(request, lambda plan: show(err, plan_lines(plan)), progress)
        self._session.output.give(sync_data(made), as_json, partial(sync_page, made, data))
        if made.members_trouble:
            raise made.members_trouble

    def watch(  # noqa: PLR0913, PLR0917 - each option is a parameter
        self,
        every: given.Every = "15",
        data: given.Data = _DATA,
        no_statements: given.NoStatements = False,
        no_members: given.NoMembers = False,
        keep: given.Keep = str(KEEP),
        api_url: given.ApiUrl = OFFICIAL_URL,
        members_url: given.MembersUrl = MEMBERS_API,
        contact: given.Contact = None,
        requests_per_second: given.Rate = "10",
        model: given.Model = DEFAULT_MODEL,
    ) -> None:
        """Sync again and again: quickly each time, and in full once a day."""
        minutes = whole_number("every", every)
        if not 1 <= minutes <= _MOST_MINUTES:
            raise QueryError("every", f"{minutes} is not between 1 and 1,440: give a number of minutes between")
        service = _service(api_url, contact, requests_per_second, Retries(self._session.err, only_seen=True))
        to = Rounds(self._session, data, service, None if no_members else members_url, kept(keep), model, self._clock)
        full_at: datetime | None = None
        with kept_when_stopped(self._session.err, data), terminable(), service:
            while True:
                now = self._clock()
                quick = full_at is not None and (now - full_at).total_seconds() < _DAY_SECONDS
                if self._watched(to, SyncRequest(quick=quick, statements=not no_statements), now) and not quick:
                    full_at = now
                self._sleep(minutes * 60)

    def _watched(self, rounds: Rounds, request: SyncRequest, now: datetime) -> bool:
        """Make one round and tell of it; return whether it came to its end."""
        err = self._session.err
        try:
            with Progress(err, lines=False) as progress:
                made = rounds.make(request, lambda plan: None, progress)
        except QueryError as error:
            if was_filled(rounds.data):
                raise
            advice = f"despatch sync --months 1{data_option(rounds.data)}"
            raise QueryError("data", f"nothing was ever fetched into {rounds.data}: run `{advice}` first") from error
        except DespatchError as error:
            # A service that is down, or a build at work, passes: the next round makes up for this one.
            what = in_words(error)
            if isinstance(error, DirectoryBusy):
                what = f"another sync or build is at work in {rounds.data}"
            show(err, [words(f"{now:%Y-%m-%d %H:%M}Z failed, and is tried again later: {what}")])
            return False
        show(err, sync_page(made, rounds.data) if err.is_terminal else [round_line(made, now)])
        if made.members_trouble:
            show(err, [words(f"{now:%Y-%m-%d %H:%M}Z Members, tried again later: {made.members_trouble}")])
        return True

    def members(
        self,
        files: given.MemberFiles,
        data: given.Data = _DATA,
        as_of: given.AsOf = None,
        keep: given.Keep = str(KEEP),
        model: given.Model = DEFAULT_MODEL,
        as_json: given.Json = False,
    ) -> None:
        """Take what files tell of Members into the register, and into the answers that are indexed."""
        snapshots, saved_on = kept(keep), day_of("as_of", as_of)
        with self._session.changing(data):
            found = read_register(*files, as_of=saved_on)
            if not found.ids:
                raise SourceError(*_nobody(files))
            with writing(data):
                register = register_at(data / MEMBERS_FILE).merged_with(found)
                register.write(data / MEMBERS_FILE)
            if has_snapshot(data):
                encoder = self._session.encoder(model)
                with Progress(self._session.err) as progress:
                    refresh(data, encoder, Changes(), keep=snapshots, now=self._clock(), progress=progress)
        value = {"read": len(found.ids), "members": len(register.ids)}
        there = count(len(found.ids), "was", "were")
        told = f"The register now has {count(len(register.ids), 'Member')}; {there} in the files."
        self._session.output.give(value, as_json, lambda: [words(told)])


def _service(url: str, contact: str | None, rate: str, retrying: Callable[[int, int], None]) -> ParliamentService:
    """Return the service, not asked anything yet.

    Raises:
        QueryError: If the address or the rate can't be used.
    """
    number = whole_number("requests_per_second", rate)
    return ParliamentService(url, contact=contact, requests_per_second=number, retrying=retrying)


def _first_day(first: str | None, months: str | None, today: date) -> date | None:
    if months is None:
        return day_of("from", first)
    if first is not None:
        raise QueryError("months", "is given with --from: give one of them")
    number = whole_number("months", months)
    if not 1 <= number <= _MOST_MONTHS:
        raise QueryError("months", f"{number} is not between 1 and 1,200: give the number of months to fetch")
    # Whole months, so that each can be compared with Parliament's list; this one alone might have no answer yet.
    back = today.year * 12 + (today.month - 1) - number
    return date(back // 12, back % 12 + 1, 1)


def _nobody(files: Sequence[Path]) -> tuple[str, str]:
    named = ", ".join(map(str, files))
    held = "it holds nobody" if len(files) == 1 else "they hold nobody"
    return named, f"{held}: give files of the Members service, or parlparse's people and ministers files"
