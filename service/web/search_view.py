"""A search's result as its page shows it: outcome, counts, chips, facets, orders and the ways on from here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl

from retrieval.choices import Match
from retrieval.results import LeftOut, Outcome, SearchResult
from service.phrases import FINDINGS, KINDS, count, on
from service.schemas import Limits, SearchParameters
from service.searched import searched_lines
from service.understood import preference
from service.web.addresses import Address
from service.web.facet_view import Facet, Year, facets_shown, years_shown
from service.web.filter_names import LABELS, value_name
from service.web.hit_view import HitView, hit_view
from service.web.search_form import SearchForm

MATCHES: Final = {
    Match.MEANING: ("Meaning", "The answers nearest to your question, in whatever words, best first."),
    Match.WORDS: (
        "Words",
        "Every answer that has your words. Join them with AND, OR and NOT, and quote \u201cphrases\u201d.",
    ),
    Match.EXACT: ("Exact phrase", "Every answer that has your words one after another."),
}
"""By how a question is matched: what readers call it, and a line of help."""

RELEVANCE: Final = ""
SORTS: Final = {
    RELEVANCE: ("Relevance", "Best match first; where you search by words, last answered first."),
    "newest": ("Newest", "Last answered first."),
    "oldest": ("Oldest", "First answered first."),
    "standing": ("Standing line", "Newest substantive answers of the present government first, then earlier ones."),
}
"""By order: what readers call it, and a line of help."""

_FILTERS: Final = frozenset(Limits.model_fields)
_SWITCHES: Final = ("q", "match", "mode", "limit")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter of the search, and the way to do without it.

    Attributes:
        label: Such as `Department`.
        value: Such as `Home Office`.
        words: The words of the question that it was understood from; empty where it was given.
        href: The search without it.
    """

    label: str
    value: str
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Way:
    """A link with what it does.

    Attributes:
        text: Before the link; may be empty.
        label: Of the link.
        href: Where to.
    """

    text: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways to see the same search."""

    label: str
    help: str
    href: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class SearchView:
    """What the page of a result needs.

    Attributes:
        outcome: What kind of answer it is, by the API's name.
        message: The same in plain words.
        counted: How many answers there are, such as `43 answers` or `At least 200 close answers`.
        shown: Which of them are on this page; empty where all are.
        hits: The answers.
        near_misses: The nearest that were not close enough.
        chips: The filters, understood ones first.
        not_understood: Said where filters were understood but not applied, with the way to a search without.
        clear: The search without any filter; empty where there is none.
        left_out: What was held back, with links that show it.
        remarks: What was added to or preferred for the question, with links to do without.
        searched: What was looked through, in one sentence.
        details: The same at length.
        facets: What the answers can be narrowed to.
        years: When they were given.
        counted_of: The set that facets count.
        sorts: The orders.
        matches: How to match.
        more: The next page; empty on the last.
        first: The first page; empty on that.
        ways: Where else to go with the same search.
        marked: What is marked in the passages, for who can't see it.
        feed: Of the same search.
        is_by_meaning: Whether the question was matched by meaning.
    """

    outcome: str
    message: str
    counted: str
    shown: str
    hits: tuple[HitView, ...]
    near_misses: tuple[HitView, ...]
    chips: tuple[Chip, ...]
    not_understood: Way | None
    clear: str
    left_out: tuple[Way, ...]
    remarks: tuple[Way, ...]
    searched: str
    details: tuple[str, ...]
    facets: tuple[Facet, ...]
    years: tuple[Year, ...]
    counted_of: str
    sorts: tuple[Choice, ...]
    matches: tuple[Choice, ...]
    more: str
    first: str
    ways: tuple[Way, ...]
    marked: str
    feed: str
    is_by_meaning: bool


def search_view(result: SearchResult, form: SearchForm) -> SearchView:
    """Return a result for its page.

    Args:
        result: What the search found.
        form: What was asked.
    """
    # Where a page begins belongs to this search alone: another one begins at its first.
    address = form.address.without("cursor")
    is_scored = result.match is Match.MEANING
    counts = result.facets
    whole = _asked(result, form)
    return SearchView(
        outcome=str(result.outcome),
        message=result.message.replace("kind=all shows", "\u201cEvery kind\u201d shows"),
        counted=counted(result),
        shown=_shown(result, form),
        hits=tuple(hit_view(hit, is_scored=is_scored) for hit in result.hits),
        near_misses=tuple(hit_view(hit, is_scored=is_scored) for hit in result.near_misses),
        chips=(*_understood(result, address), *_given(address)),
        not_understood=_not_applied(result, address),
        clear=_cleared(result, address),
        left_out=tuple(_left_out(one, is_scored, address) for one in result.left_out),
        remarks=tuple(_remarks(result, address)),
        searched=_searched(result),
        details=tuple(searched_lines(result)),
        facets=facets_shown(counts, address),
        years=years_shown(counts, address),
        counted_of=_counted_of(result),
        sorts=tuple(_sorts(result, address)),
        matches=tuple(
            Choice(label, told, address.without("sort").with_only("match", str(match)).href, match is result.match)
            for match, (label, told) in MATCHES.items()
        ),
        more=form.address.with_only("cursor", result.next_cursor).href if result.next_cursor else "",
        first=address.href if form.value("cursor") else "",
        ways=tuple(_ways(result, form, whole)),
        marked="The words looked for are marked."
        if not is_scored
        else "The sentence nearest to the question is marked.",
        feed=_feed(result, form),
        is_by_meaning=is_scored,
    )


def counted(result: SearchResult) -> str:
    """Return how many answers there are, as far as that can be known."""
    if result.total is not None:
        return count(result.total, "answer")
    what = ("weak match", "weak matches") if result.outcome is Outcome.WEAK else ("close answer", "close answers")
    if result.at_least is None:
        return count(len(result.hits), *what)
    told = count(result.at_least, *what)
    return told if result.at_least_is_all else f"At least {told}"


def _shown(result: SearchResult, form: SearchForm) -> str:
    if not result.hits or not (result.next_cursor or form.value("cursor")):
        return ""
    return f"Shown here: {result.hits[0].rank:,} to {result.hits[-1].rank:,}."


def _understood(result: SearchResult, address: Address) -> Iterator[Chip]:
    for one in result.understood:
        if one.applied:
            words = f"{one.words}\u201d, read as \u201c{one.value}" if one.name_given else one.words
            yield Chip(LABELS[one.field], value_name(one.field, one.value), words, _without(address, one.without))


def _without(address: Address, without: str) -> str:
    """Return the address with the parameters that ask the same without one of the understood filters."""
    changed = _of_topic(address.without("understand"), without)
    lists = SearchParameters.lists()
    for name, value in parse_qsl(without):
        # What was given counts beside what is understood; a day can only be given once.
        if name in lists or not changed.given(name):
            changed = changed.with_one(name, value)
    return changed.href


def _of_topic(address: Address, without: str) -> Address:
    """Return the address with what is left of the question once its filters are read, where anything is."""
    topic = dict(parse_qsl(without)).get("q")
    return replace(address, pairs=(("q", topic), *address.without("q").pairs)) if topic else address


def _given(address: Address) -> Iterator[Chip]:
    for name, value in address.pairs:
        if name in _FILTERS:
            yield Chip(LABELS[name], value_name(name, value), "", address.without_one(name, value).href)


def _not_applied(result: SearchResult, address: Address) -> Way | None:
    if not result.understood or result.understood[0].applied:
        return None
    listed = "; ".join(f"{LABELS[one.field]} {value_name(one.field, one.value)}" for one in result.understood)
    text = f"Read in your question, but they would leave nothing: {listed}."
    return Way(text, "Don't read filters in the question", address.with_only("understand", "false").href)


def _cleared(result: SearchResult, address: Address) -> str:
    is_understood = any(one.applied for one in result.understood)
    bare = address.without(*_FILTERS)
    if is_understood:
        bare = _of_topic(bare.with_only("understand", "false"), result.understood[0].without)
    return bare.href if is_understood or bare != address else ""


def _left_out(left_out: LeftOut, is_scored: bool, address: Address) -> Way:
    counted_as = ("close match", "close matches") if is_scored else ("answer", "answers")
    what = FINDINGS[left_out.finding] if left_out.finding else KINDS[left_out.kind]
    name, _, value = left_out.filter.partition("=")
    return Way("Left out:", f"{count(left_out.count, *counted_as)} ({what})", address.with_one(name, value).href)


def _remarks(result: SearchResult, address: Address) -> Iterator[Way]:
    if result.freshness:
        off = address.with_only("fresh", "off").href
        yield Way(f"{preference(result.freshness)}.", "Prefer none", off)
    if result.expanded:
        listed = "; ".join(f"{one.added} ({one.words})" for one in result.expanded)
        yield Way(f"Also looked for: {listed}.", "Only my words", address.with_only("expand", "off").href)
    if any(hit.near_duplicates_total for hit in result.hits):
        yield Way(
            "Answers that say nearly the same share one place.",
            "Show each by itself",
            address.with_only("group", "off").href,
        )
    for name, told, label in (
        ("understand", "Words of your question are not read as filters.", "Read them"),
        ("fresh", "No time is preferred, whatever the question says.", "Prefer the time it names"),
        ("expand", "Only your own words are looked for.", "Look for long and short forms too"),
        ("group", "Answers that nearly repeat others are each shown.", "Group them"),
    ):
        if address.given(name) in {("false",), ("off",)} and result.match is Match.MEANING:
            yield Way(told, label, address.without(name).href)


def _searched(result: SearchResult) -> str:
    searched = result.searched
    if not searched.records:
        return "Nothing is indexed yet."
    records = count(searched.records, "record")
    if searched.passed != searched.records:
        records = f"{searched.passed:,} of {records}"
    first, last = searched.first_answered, searched.last_answered
    days = f", answered {on(first)} to {on(last)}" if first and last else ", without a known date"
    whole = "complete by Parliament's own lists" if searched.complete else "what is indexed may be incomplete"
    return f"Searched {records}{days}; {whole}."


def _counted_of(result: SearchResult) -> str:
    if not result.facets:
        return ""
    if result.total is not None:
        return f"Counts are of {'the one answer' if result.total == 1 else f'all {result.total:,} answers'} found."
    if result.at_least_is_all:
        return f"Counts are of the {counted(result)}."
    return f"Counts are of the closest {count(result.at_least or 0, 'answer')}; there are more."


def _sorts(result: SearchResult, address: Address) -> Iterator[Choice]:
    is_scored = result.match is Match.MEANING
    for value, (label, told) in SORTS.items():
        if value == RELEVANCE and not is_scored:
            continue
        chosen = (str(result.sort) if result.sort else RELEVANCE) == value
        yield Choice(label, told, address.with_only("sort", value or None).href, chosen)


def _asked(result: SearchResult, form: SearchForm) -> Address:
    """Return the question with every filter that was applied, understood ones as if they were given."""
    applied = [(one.field, one.value) for one in result.understood if one.applied]
    found = form.address.only({"q", *_FILTERS})
    lists = SearchParameters.lists()
    for name, value in applied:
        if name in lists or not found.given(name):
            found = found.with_one(name, value)
    return found


def _ways(result: SearchResult, form: SearchForm, whole: Address) -> Iterator[Way]:
    match = [("match", str(result.match))] if result.match is not Match.MEANING else []
    yield Way("", "How this changed over time", whole.at("/timeline", match).href)
    yield Way("", "Feed of new answers (Atom)", _feed(result, form))
    if result.match is not Match.MEANING:
        sort = [("sort", str(result.sort))] if result.sort else []
        yield Way("", "Download as CSV", whole.at("/v1/export", [*match, *sort]).href)
    understand = [] if form.value("understand") else [("understand", "true")]
    yield Way("", "As JSON", form.address.at("/v1/search", understand).href)


def _feed(result: SearchResult, form: SearchForm) -> str:
    given = form.address.only({"q", "expand", "understand", *_FILTERS})
    if result.match is not Match.MEANING:
        return given.without("understand").at("/v1/feed.atom", [("match", str(result.match))]).href
    understand = [] if given.given("understand") else [("understand", "true")]
    return given.at("/v1/feed.atom", understand).href


def titled(result: SearchResult) -> str:
    """Return the title of the page of a result: its count first, which a screen reader then says first."""
    if result.outcome in {Outcome.FOUND, Outcome.WEAK}:
        return f"{counted(result)}: {result.query}"
    return f"{_TITLES[result.outcome]}: {result.query}"


_TITLES: Final[Mapping[Outcome, str]] = {
    Outcome.NOTHING_CLOSE: "No close match",
    Outcome.FILTERED_OUT: "Left out by the filters",
    Outcome.CORPUS_EMPTY: "Nothing is indexed yet",
}
