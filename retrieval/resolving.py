"""Finds the records of a corpus that mentions mean: by link or by date, never by the number alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from retrieval.mentions import Mention
from retrieval.records import Genre, House, Record
from retrieval.sessions import session_on


class ResolutionReason(StrEnum):
    """Why a mention leads where it does, or nowhere. The first three are the resolved ones."""

    BY_LINK = "resolved_by_link"
    BY_DATE = "by_date"
    BY_DATE_TABLED = "by_date_tabled"
    AMBIGUOUS = "ambiguous"
    DATE_DISAGREES = "date_disagrees"
    DATE_NOT_KNOWN = "date_not_known"
    NO_DATE = "no_date"
    NO_UIN = "no_uin"
    ITSELF = "itself"
    NOT_IN_CORPUS = "not_in_corpus"


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a mention leads to.

    Attributes:
        target: Key of the record; None where the reason says why there is none.
        reason: `resolved_by_link`: the link gives the day tabled. `by_date`: the day is that on which the target was
            answered, corrected or answered for the time being, or on which the statement was made.
            `by_date_tabled`: the day is that on which the target was tabled, as departments write now and then.
            `ambiguous`: several records fit. `date_disagrees`: the corpus has that number in that session, but
            with other days. `date_not_known`: the same, and the source does not say when it was answered.
            `no_date`: a number that the corpus has, without any day to tell the session. `no_uin`: a day alone.
            `itself`: the record itself, or one answered together with it. `not_in_corpus`: none of these.
        through_group: The target is not the question named but one answered together with it, by the same text.
    """

    target: str | None
    reason: ResolutionReason
    through_group: bool = False


@dataclass(frozen=True, slots=True)
class _Paper:
    """What decides whether a record is meant; of a grouped question, the record that it was answered with."""

    key: str
    house: House
    tabled: date | None
    given: frozenset[date]
    through_group: bool

    def sat_on(self, day: date) -> bool:
        """Say whether a day falls in the session of this paper; so it does where that isn't known."""
        own = self.tabled or min(self.given, default=None)
        return own is None or session_on(own) == session_on(day)


_Name = tuple[House, str]


class References:
    """An index of the records of a corpus by House and UIN.

    Args:
        records: Every record of the corpus, answered or not; each is found by its own UIN, and by those of the
            questions that were answered together with it. One without House or UIN can't be found.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        """Read the records once; none of them is kept."""
        self._papers: dict[_Name, list[_Paper]] = defaultdict(list)
        for record in records:
            for name, paper in _papers_of(record):
                self._papers[name].append(paper)

    def resolve(self, mention: Mention, source: Record) -> Resolution:
        """Return what `mention`, made by `source`, leads to.

        A UIN names another question in each session, so it is never enough: the link, or the day that the text
        gives, must be that of the record. A number without letters is read as the Commons' form; in a Lords
        record it may as well be a Lords number without them, so that one of the Commons is meant only if the link
        or the text says so.
        """
        if mention.uin is None:
            return Resolution(None, ResolutionReason.NO_UIN)
        papers = [paper for name in _names(mention, source) for paper in self._papers.get(name, ())]
        exact = [paper for paper in papers if not paper.through_group]
        found = _decided(mention, exact, source)
        if found.target is not None or found.reason in (ResolutionReason.AMBIGUOUS, ResolutionReason.ITSELF):
            return found
        grouped = _decided(mention, [paper for paper in papers if paper.through_group], source)
        return grouped if not exact or grouped.target is not None else found


def _papers_of(record: Record) -> Iterator[tuple[_Name, _Paper]]:
    house, is_statement = record.house, record.genre is Genre.STATEMENT
    if house is None or record.uin is None or "house" in record.inferred:
        return
    days = (record.answered, record.corrected, record.holding_answered)
    given = frozenset(day for day in days if day is not None)
    # The day in a link to a statement is the day on which it was made.
    tabled = record.answered if is_statement else record.tabled
    yield (house, record.uin.upper()), _Paper(record.key, house, tabled, given, through_group=False)
    for other in record.grouped_with:
        yield (house, other.uin.upper()), _Paper(record.key, house, other.tabled, given, through_group=True)


def _names(mention: Mention, source: Record) -> tuple[_Name, ...]:
    """Return under which names the record meant may be indexed."""
    uin = mention.uin or ""
    if mention.house is not None:
        return ((mention.house, uin),)
    if source.house is House.LORDS and uin.isdecimal():
        return (House.COMMONS, uin), (House.LORDS, f"HL{uin}")
    return ((House.COMMONS, uin),)


def _decided(mention: Mention, papers: Sequence[_Paper], source: Record) -> Resolution:
    """Return what a mention means among the papers that have its number."""
    for reason, fitting in _by_day(mention, papers):
        keys = sorted({paper.key for paper in fitting})
        if source.key in keys:
            return Resolution(None, ResolutionReason.ITSELF)
        # Those that were answered together hold one answer, so any of them gives it.
        are_one = len(keys) == 1 or (len({paper.house for paper in fitting}) == 1 and fitting[0].through_group)
        is_sure = not _may_be_of_the_lords(mention, fitting, source)
        if reason is ResolutionReason.BY_LINK and _contradicts(mention, papers, fitting):
            is_sure = False
        if keys and are_one and is_sure:
            return Resolution(keys[0], reason, fitting[0].through_group)
        if keys:
            return Resolution(None, ResolutionReason.AMBIGUOUS)
    return Resolution(None, _why_not(mention, papers, source))


def _may_be_of_the_lords(mention: Mention, fitting: Sequence[_Paper], source: Record) -> bool:
    """Say whether a Lords record names a question of the Commons by a number that may be a Lords number, cut short.

    The corpus may lack the question of that number in the Lords, so that it holds only the other one is no sign.
    """
    is_bare = mention.house is None and mention.url is None
    return is_bare and source.house is House.LORDS and any(paper.house is House.COMMONS for paper in fitting)


def _contradicts(mention: Mention, papers: Sequence[_Paper], linked: Sequence[_Paper]) -> bool:
    """Say whether the day in the text is that of another record than the linked one, as in a link gone astray."""
    by_text = {paper.key for paper in papers if mention.answered in paper.given}
    return bool(by_text) and by_text.isdisjoint(paper.key for paper in linked)


def _by_day(mention: Mention, papers: Sequence[_Paper]) -> Iterator[tuple[ResolutionReason, list[_Paper]]]:
    """Yield the papers that fit a mention, by what of it they fit, the surest first."""
    tabled, answered = mention.tabled, mention.answered
    if tabled is not None and mention.url is not None:
        yield ResolutionReason.BY_LINK, [paper for paper in papers if paper.tabled == tabled]
    for day in (answered, tabled):
        if day is not None:
            yield ResolutionReason.BY_DATE, [paper for paper in papers if day in paper.given]
            yield ResolutionReason.BY_DATE_TABLED, [paper for paper in papers if paper.tabled == day]


def _why_not(mention: Mention, papers: Sequence[_Paper], source: Record) -> ResolutionReason:
    day = mention.answered or mention.tabled
    if day is None:
        others = [paper for paper in papers if paper.key != source.key]
        if papers and not others:
            return ResolutionReason.ITSELF
        return ResolutionReason.NO_DATE if others else ResolutionReason.NOT_IN_CORPUS
    near = [paper for paper in papers if paper.sat_on(day)]
    if not near:
        return ResolutionReason.NOT_IN_CORPUS
    return ResolutionReason.DATE_DISAGREES if any(paper.given for paper in near) else ResolutionReason.DATE_NOT_KNOWN
