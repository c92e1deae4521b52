"""Asks Parliament's Members API for what the register lacks, and says when to ask again.

The calls are those of the API's OpenAPI document (https://members-api.parliament.uk/swagger/v1/swagger.json):
`/Members/History?ids=1&ids=2` gives names, parties and seats by date for many Members in one call, and
`/Members/{id}/Biography` the posts of one. No list of posts by date for many Members is in it, so a Member who
may have held a post costs a call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta

from retrieval.errors import FilterIgnored, MalformedRecord, UnexpectedResponse
from retrieval.members.api_accounts import Reading, account_of
from retrieval.members.api_shapes import ApiResponse, responses_of
from retrieval.members.entries import MemberEntry
from retrieval.members.filling import parts
from retrieval.members.register import MemberRegister
from retrieval.members.spans import Account, Facet, Source
from retrieval.records import Record

MEMBERS_API = "https://members-api.parliament.uk/api"
# The most ids that another public client sends in one call to the real service; no limit is documented.
BATCH = 100
STALE_DAYS = 30

Get = Callable[[str], bytes | None]
Progress = Callable[[int, int], None]

_MAY_CHANGE: tuple[Facet, ...] = ("parties", "posts")


def _quiet(done: int, total: int) -> None:
    """Tell nobody."""


def fetch_members(
    ids: Iterable[int],
    get: Get,
    *,
    base_url: str = MEMBERS_API,
    today: date,
    posts_of: Collection[int] | None = None,
    progress: Progress = _quiet,
) -> MemberRegister:
    """Ask the Members API for Members, and return what it says: a register to merge into the one that is kept.

    It takes one call for every 100 ids, and one more for each Member whose posts are wanted.

    Args:
        ids: Parliament's Member ids: those not yet in the register, and those that `stale` and `outdated` name.
        get: Takes an address and returns the body of the response; None, or nothing in it, where the service
            says that there is no such thing (404). It sees to retries and to the rate.
        base_url: The service, up to and with `/api`.
        today: The day of asking, up to which the answers hold good.
        posts_of: The ids whose posts are wanted, such as those of all who answered; None wants all.
        progress: Is told after each call how many are done, and how many there will be as far as is known.

    Raises:
        ServiceError: What `get` raises.
        UnexpectedResponse: If a response is not what the API's document says.
        FilterIgnored: If it is about Members who were not asked for.
    """
    found = fetched(ids, get, base_url=base_url, today=today, posts_of=posts_of, progress=progress)
    return MemberRegister(tuple(found))


def fetched(
    ids: Iterable[int],
    get: Get,
    *,
    base_url: str = MEMBERS_API,
    today: date,
    posts_of: Collection[int] | None = None,
    progress: Progress = _quiet,
) -> Iterator[MemberEntry]:
    """Yield the entries of `fetch_members` one by one, so that what came before a failure can be kept."""
    asked = sorted(set(ids))
    calls = _Calls(get, base_url.rstrip("/"), today, progress)
    posts = frozenset(asked if posts_of is None else posts_of)
    calls.expect(-(-len(asked) // BATCH) + len(posts.intersection(asked)))
    for start in range(0, len(asked), BATCH):
        for entry in calls.histories(asked[start : start + BATCH]):
            if entry.id not in posts:
                yield entry
            elif entry.unknown_on is not None:
                calls.expect(-1)
                yield entry
            else:
                yield entry.merged_with(MemberEntry(entry.id, (calls.biography(entry.id),)))


class _Calls:
    """The calls of one run, counted."""

    def __init__(self, get: Get, base_url: str, today: date, progress: Progress) -> None:
        self._get = get
        self._base_url = base_url
        self._today = today
        self._progress = progress
        self._done = 0
        self._total = 0

    def expect(self, calls: int) -> None:
        """Count on `calls` more, or fewer if it is below 0."""
        self._total += calls

    def histories(self, ids: list[int]) -> list[MemberEntry]:
        """Return names, parties and seats; an id that is not in the answer is one that the API does not know."""
        url = f"{self._base_url}/Members/History?{'&'.join(f'ids={id}' for id in ids)}"
        body = self._body(url)
        if body is None and len(ids) > 1:
            # One unknown id may spoil the call for all, so halves are tried.
            half = len(ids) // 2
            self.expect(2)
            return self.histories(ids[:half]) + self.histories(ids[half:])
        found = dict(self._accounts(body, url)) if body is not None else {}
        if others := sorted(set(found) - set(ids)):
            raise FilterIgnored(
                f"{url}: answered about Member {others[0]}, who was not asked for: check the address of the service"
            )
        return [MemberEntry(id, (found[id],)) if id in found else MemberEntry(id, unknown_on=self._today) for id in ids]

    def biography(self, id: int) -> Account:
        """Return the posts of one Member; none where the API has no biography."""
        url = f"{self._base_url}/Members/{id}/Biography"
        body = self._body(url)
        if body is None:
            return Account(Source.BIOGRAPHY, self._today)
        for found, account in self._accounts(body, url, id):
            if found == id and account.source is Source.BIOGRAPHY:
                return account
        raise UnexpectedResponse(f"{url}: gave no biography of Member {id}: check the address of the service")

    def _body(self, url: str) -> bytes | None:
        body = self._get(url)
        self._done += 1
        self._progress(self._done, self._total)
        return body or None

    def _accounts(self, body: bytes, url: str, id: int | None = None) -> Iterator[tuple[int, Account]]:
        try:
            for response in responses_of(body, url):
                yield account_of(_named(response, id), Reading(url, read_on=self._today))
        except MalformedRecord as error:
            raise UnexpectedResponse(f"{error}: the Members API may have changed; try again later") from error


def _named(response: ApiResponse, id: int | None) -> ApiResponse:
    """Give a biography without links the id that it was asked by."""
    if id is not None and response.member_id() is None:
        response.value.id = id
    return response


def stale(
    register: MemberRegister, ids: Iterable[int], today: date, *, posts_of: Collection[int] | None = None
) -> tuple[int, ...]:
    """Return those of `ids`, in order, that should be asked again although the register has them.

    These are Members with a post or party that had not ended when it was last read, more than 30 days ago, as
    Parliament may note a change days after it; and ids that the API did not know then.

    Args:
        register: What is known.
        ids: The Members who matter; those without an entry are not named.
        today: The day of asking.
        posts_of: The ids whose posts matter, as for `fetch_members`: of others an old post is no reason, as
            asking would not renew it. None is all.
    """
    named = []
    for id in sorted(set(ids)):
        entry = register.entry(id)
        facets: tuple[Facet, ...] = _MAY_CHANGE if posts_of is None or id in posts_of else ("parties",)
        if entry is not None and _is_stale(entry, today, facets):
            named.append(id)
    return tuple(named)


def outdated(register: MemberRegister, records: Iterable[Record], today: date | None = None) -> tuple[int, ...]:
    """Return the ids, in order, of Members whom the register can't vouch for on a day that `records` need.

    What had not ended when it was read is known up to that day and not after it, so a Member who acts later
    must be asked for again before their party and post can be filled. Of those who answer, posts are needed too.

    Args:
        register: What is known; a Member who has no entry, or whom the API did not know, is not named.
        records: The records to be filled.
        today: The day of asking: a day after it, which some record may give by mistake, counts as this one, so
            that nobody is asked for in vain. None is no such limit.
    """
    found: set[int] = set()
    for record in records:
        for part in parts(record):
            entry = register.entry(part.member.id) if part.member.id is not None else None
            if entry is None or entry.unknown_on is not None or part.day is None:
                continue
            facets: tuple[Facet, ...] = ("parties",) if part.role == "asker" else _MAY_CHANGE
            accounts = [entry.last_read(facet) for facet in facets]
            day = part.day if today is None else min(part.day, today)
            if any(account is None or account.read_on < day for account in accounts):
                found.add(entry.id)
    return tuple(sorted(found))


def _is_stale(entry: MemberEntry, today: date, facets: tuple[Facet, ...]) -> bool:
    limit = today - timedelta(days=STALE_DAYS)
    if entry.unknown_on is not None:
        return entry.unknown_on < limit
    accounts = {facet: entry.last_read(facet) for facet in facets}
    return any(
        account.read_on < limit and any(span.last_day is None for span in account.spans(facet))
        for facet, account in accounts.items()
        if account is not None
    )
