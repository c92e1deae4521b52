"""Counts by month and body agree with counting records one by one, and no month is called complete without cause."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.build import build
from retrieval.choices import Match
from retrieval.completeness import NEVER_COMPARED, MonthCoverage
from retrieval.corpus import Corpus
from retrieval.filters import EVERY_KIND, Filters
from retrieval.monthly import BodyCount, MonthState, days_of, months_of_topic, state_of
from retrieval.records import Genre, House
from retrieval.topic import worded_topic
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from tests.retrieval.conftest import Invented

TODAY = date(2026, 11, 22)
BODIES = [(27, "Department for Transport"), (17, "Department of Health and Social Care"), (14, "Treasury")]
TEXTS = [
    "<p>The lantern fund is kept under review, and councils may apply to it for the lighting of their halls.</p>",
    "<p>Every hall may have one lantern.</p><p>The oil for it is paid for by the council that owns the hall.</p>",
    "<p>The information requested is not held centrally.</p>",
    "<p>Roads are repaired by the councils that own them, with a grant from the Department for the work.</p>",
]


@pytest.fixture(scope="session")
def lanterns(tmp_path_factory: pytest.TempPathFactory, invented: Invented) -> Corpus:
    """Give 80 questions on four days of five months, of which two follow on a gap, with few texts and bodies."""
    chance = random.Random(5)
    raws = []
    for number in range(80):
        body, name = chance.choice(BODIES)
        day = f"{chance.choice(['2024-01', '2024-02', '2024-05', '2025-01'])}-{chance.choice(['01', '14', '28'])}"
        raws.append(
            invented.raw(
                number,
                dateTabled="2023-12-04T00:00:00",
                dateAnswered=f"{day}T00:00:00",
                answeringBodyId=body,
                answeringBodyName=name,
                answerText=chance.choice(TEXTS),
                house=chance.choice(["Commons", "Lords"]),
            )
        )
    folder = tmp_path_factory.mktemp("lanterns")
    build([invented.file(folder / "questions.jsonl", raws)], folder / "data", ToyEncoder())
    return Corpus.open(folder / "data")


def _counted(corpus: Corpus, filters: Filters, word: str) -> dict[str, dict[str, set[tuple[str, str]]]]:
    """Return by month and body the texts of the answers that have a word, from the records one by one."""
    found: dict[str, dict[str, set[tuple[str, str]]]] = defaultdict(lambda: defaultdict(set))
    for number in range(len(corpus.store)):
        record = corpus.store.record(number)
        status = corpus.store.status(number)
        passes = (
            (filters.kind or not (status.bare or status.kind != "substantive"))
            and (not filters.house or record.house in filters.house)
            and (not filters.answered_from or (record.answered or date.min) >= filters.answered_from)
        )
        if passes and word in record.answer_text.lower() and record.answered and record.answering_body:
            text = (record.answering_body, record.answer_text)
            found[record.answered.isoformat()[:7]][record.answering_body].add(text)
    return found


# Counting one by one reads every record for each example.
@settings(deadline=None)
@given(
    st.sampled_from(["lantern", "council", "the", "held", "roads"]),
    st.sampled_from([(), (House.COMMONS,), (House.LORDS,)]),
    st.sampled_from([(), EVERY_KIND]),
    st.sampled_from([None, date(2024, 2, 14), date(2024, 3, 1)]),
)
def test_counts_agree_with_counting_records_one_by_one(
    lanterns: Corpus, word: str, house: tuple[House, ...], kind: Any, first: date | None
):
    filters = Filters(house=house, kind=kind, answered_from=first)
    topic = worded_topic(lanterns, word if word != "council" else "councils", filters, Match.EXACT)
    found = months_of_topic(lanterns, topic, TODAY)
    here = _counted(lanterns, filters, topic.query)
    there = _counted(lanterns, filters, "")
    assert [one.month for one in found.months if one.of] == sorted(there)
    for one in found.months:
        assert one.count == sum(len(texts) for texts in here[one.month].values())
        assert one.of == sum(len(texts) for texts in there[one.month].values())
        assert {(body.label, body.count, body.of) for body in one.bodies} == {
            (body, len(texts), len(there[one.month][body])) for body, texts in here[one.month].items()
        }
    everywhere: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for bodies in here.values():
        for body, texts in bodies.items():
            everywhere[body] |= texts
    assert {body.label: body.count for body in found.bodies} == {one: len(texts) for one, texts in everywhere.items()}
    assert topic.total == sum(len(texts) for texts in everywhere.values())


def test_months_follow_one_another_without_a_gap_and_bodies_come_by_falling_count(lanterns: Corpus):
    found = months_of_topic(lanterns, worded_topic(lanterns, "lantern", Filters(), Match.EXACT), TODAY)
    names = [one.month for one in found.months]
    assert (names[0], names[-1], len(names)) == ("2024-01", "2025-01", 13)
    assert names == sorted(names)
    march = found.months[2]
    assert (march.month, march.count, march.of, march.bodies) == ("2024-03", 0, 0, ())
    for bodies in (found.bodies, *(one.bodies for one in found.months)):
        assert [one.count for one in bodies] == sorted((one.count for one in bodies), reverse=True)


def test_where_nothing_passes_there_is_no_month(lanterns: Corpus):
    topic = worded_topic(lanterns, "lantern", Filters(answered_from=date(2026, 1, 1)), Match.EXACT)
    found = months_of_topic(lanterns, topic, TODAY)
    assert (found.months, found.bodies, found.undated, found.undated_of) == ((), (), 0, 0)


def test_answers_without_a_day_or_a_body_are_counted_apart(tmp_path: Path, seeds: str, toy_encoder: ToyEncoder):
    build([seeds], tmp_path / "data", toy_encoder)
    corpus = Corpus.open(tmp_path / "data")
    found = months_of_topic(corpus, worded_topic(corpus, "asylum", Filters(), Match.EXACT), TODAY)
    records = [corpus.store.record(n) for n in corpus.admitted(Filters()).tolist()]
    undated = {one.answer_text for one in records if not one.answered}
    assert found.undated_of == len(undated) == 6
    assert found.undated == sum("asylum" in text.lower() for text in undated) > 0
    assert [one.month for one in found.months] == ["2026-02"]


def test_a_body_that_the_source_does_not_give_is_said_to_be_missing(
    tmp_path: Path, invented: Invented, toy_encoder: ToyEncoder
):
    raw = invented.raw(1, answeringBodyId=None, answeringBodyName=None)
    build([invented.file(tmp_path / "one.jsonl", [raw])], tmp_path / "data", toy_encoder)
    corpus = Corpus.open(tmp_path / "data")
    found = months_of_topic(corpus, worded_topic(corpus, "grant", Filters(), Match.EXACT), TODAY)
    assert found.bodies == (BodyCount(None, "not in the source", 1, 1),)


def test_the_first_and_the_last_day_of_a_month_are_those_of_the_calendar():
    assert days_of("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    assert days_of("2023-12") == (date(2023, 12, 1), date(2023, 12, 31))


ONLY = Filters(house=(House.COMMONS,), genre=(Genre.ANSWER,))


def _covered(month: str, checked: datetime | None = datetime(2026, 11, 1, tzinfo=UTC), **facts: Any) -> MonthCoverage:
    whole: dict[str, Any] = {"listed": 9, "withdrawn": 0, "held": 9, "unanswered": 0, "failed": 0, "bodies": ()}
    return MonthCoverage.of(Genre.ANSWER, House.COMMONS, month, **(whole | {"checked_at": checked} | facts))


def _year(**of_march: Any) -> list[MonthCoverage]:
    """Return the months from which answers of March 2026 can come, all of them whole but March where it is said."""
    before = [_covered(f"{year}-{number:02}") for year in (2025, 2026) for number in range(1, 13)]
    return [one for one in before if one.month < "2026-03"] + [_covered("2026-03", **of_march)]


def test_a_month_is_complete_only_where_all_that_its_answers_can_come_from_is():
    assert state_of(_year(), ONLY, "2026-03", TODAY) == (MonthState.COMPLETE, "")
    assert state_of(_year()[5:], ONLY, "2026-03", TODAY) == (MonthState.NOT_KNOWN, "not asked for")
    assert state_of(_year(), Filters(), "2026-03", TODAY)[0] is MonthState.NOT_KNOWN


def test_a_month_that_was_never_compared_is_not_known_to_be_complete():
    assert state_of([], ONLY, "2026-03", TODAY) == (MonthState.NOT_KNOWN, NEVER_COMPARED)
    state, why = state_of(_year(listed=None), ONLY, "2026-03", TODAY)
    assert (state, why) == (MonthState.NOT_KNOWN, "not compared with Parliament's list")


def test_a_month_of_which_something_is_known_to_be_missing_is_incomplete():
    state, why = state_of(_year(held=8, failed=1), ONLY, "2026-03", TODAY)
    assert (state, why) == (MonthState.INCOMPLETE, "some records could not be fetched")


def test_the_present_month_is_not_over_until_its_last_day_is_past():
    assert state_of(_year(), ONLY, "2026-03", date(2026, 3, 31)) == (MonthState.UNFINISHED, "the month is not over")
    assert state_of(_year(), ONLY, "2026-03", date(2026, 4, 1))[0] is MonthState.COMPLETE


def test_a_month_that_was_last_compared_before_it_ended_is_unfinished():
    early, late = datetime(2026, 3, 31, 9, tzinfo=UTC), datetime(2026, 4, 1, 9, tzinfo=UTC)
    state, why = state_of(_year(checked=early), ONLY, "2026-03", TODAY)
    assert (state, why) == (MonthState.UNFINISHED, "Parliament's lists were last read before the month was over")
    assert state_of(_year(checked=late), ONLY, "2026-03", TODAY)[0] is MonthState.COMPLETE


def test_an_earlier_month_with_questions_that_waited_then_leaves_it_unfinished():
    long_ago = datetime(2026, 2, 1, tzinfo=UTC)
    waiting = [_covered("2025-12", long_ago, held=8, unanswered=1) if m.month == "2025-12" else m for m in _year()]
    settled = [_covered("2025-12", long_ago) if m.month == "2025-12" else m for m in _year()]
    assert state_of(waiting, ONLY, "2026-03", TODAY)[0] is MonthState.UNFINISHED
    assert state_of(settled, ONLY, "2026-03", TODAY)[0] is MonthState.COMPLETE
