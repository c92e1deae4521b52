"""Who said it: Members of both Houses, with the name, party, seat and post that they had on a day."""

from retrieval.members.entries import MemberEntry
from retrieval.members.fetching import MEMBERS_API, fetch_members, fetched, outdated, stale
from retrieval.members.files import read_register
from retrieval.members.filling import Part, parts, with_members, without_register
from retrieval.members.register import MEMBERS_FILE, MemberRegister
from retrieval.members.spans import SINCE_EVER, Account, Source, Span

__all__ = [
    "MEMBERS_API",
    "MEMBERS_FILE",
    "SINCE_EVER",
    "Account",
    "MemberEntry",
    "MemberRegister",
    "Part",
    "Source",
    "Span",
    "fetch_members",
    "fetched",
    "outdated",
    "parts",
    "read_register",
    "stale",
    "with_members",
    "without_register",
]
