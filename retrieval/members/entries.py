"""One Member's entry in the register: what was their name, party, seat and post on a day."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from retrieval.members.spans import Account, Facet, Source, Span
from retrieval.records import Member

_ORDER = {source: place for place, source in enumerate(Source)}
# Words that departments share, so that they tell none from another.
_SHARED = frozenset(("the", "of", "for", "and", "department", "ministry", "office", "hm", "his", "her", "majesty"))


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """Everything known of one Member. Primary key: `id`.

    Attributes:
        id: Parliament's Member id.
        accounts: What each source says, in the order in which they are believed.
        unknown_on: The day on which the Members API said that it knows no such Member; None otherwise.
    """

    id: int
    accounts: tuple[Account, ...] = ()
    unknown_on: date | None = None

    def __post_init__(self) -> None:
        """Keep of each source what was read last."""
        latest: dict[Source, Account] = {}
        for account in self.accounts:
            if account.source not in latest or account.read_on >= latest[account.source].read_on:
                latest[account.source] = account
        object.__setattr__(self, "accounts", tuple(sorted(latest.values(), key=lambda item: _ORDER[item.source])))
        if Source.HISTORY in latest:
            object.__setattr__(self, "unknown_on", None)

    def merged_with(self, other: MemberEntry) -> MemberEntry:
        """Return both accounts of one Member as one; of the same source on the same day, `other`'s stands."""
        unknown = max((day for day in (self.unknown_on, other.unknown_on) if day), default=None)
        return MemberEntry(self.id, self.accounts + other.accounts, unknown)

    def on(self, day: date | None, body: str | None) -> Member:
        """Return the Member as at `day`; see `MemberRegister.member_on`."""
        if day is None:
            return Member(id=self.id, name=self._only_name())
        return Member(
            id=self.id,
            name=self._value("names", day),
            party=self._value("parties", day),
            seat=self._value("seats", day),
            post="; ".join(_of_body(self._posts(day), body)) or None,
        )

    def last_read(self, facet: Facet) -> Account | None:
        """Return the account read last of those that speak of `facet`; None where none does."""
        spoken = [account for account in self.accounts if account.speaks_of(facet)]
        return max(spoken, key=lambda account: account.read_on, default=None)

    def _value(self, facet: Facet, day: date) -> str | None:
        for account in self.accounts:
            values = {span.value for span in account.on(facet, day)}
            if values:
                # On a day of change the old and the new are both true of some hour: neither is given.
                return values.pop() if len(values) == 1 else None
        return None

    def _only_name(self) -> str | None:
        for account in self.accounts:
            if account.names and account.lists_all_names:
                names = {span.value for span in account.names}
                return names.pop() if len(names) == 1 else None
        return None

    def _posts(self, day: date) -> tuple[Span, ...]:
        for account in self.accounts:
            held = account.on("posts", day)
            if held or (account.lists_all_posts and day <= account.read_on):
                return held
        return ()


def _of_body(posts: tuple[Span, ...], body: str | None) -> list[str]:
    """Return the titles of the posts that belong to `body`; where none is known to, the only post that was held."""
    wanted = _telling_words(body or "")
    matching = [post for post in posts if wanted and wanted <= _telling_words(f"{post.value} {post.department or ''}")]
    titles = list(dict.fromkeys(post.value for post in matching or posts))
    return titles if matching or len(titles) == 1 else []


def _telling_words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text).casefold()
    words = re.findall(r"\w+", re.sub(r"['’]s\b", "", plain))
    return frozenset(words) - _SHARED
