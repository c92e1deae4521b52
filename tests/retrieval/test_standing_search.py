"""Standing searches: the newest answers, each under a name that stays, dated by what is known."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from retrieval.build import build
from retrieval.choices import Match, Mode, Sort
from retrieval.encoders import Encoder
from retrieval.errors import QueryError
from retrieval.filters import Filters
from retrieval.newest_close import newest_close
from retrieval.records import AnswerKind, FindingName, House
from retrieval.results import SearchResult
from retrieval.search import Searcher
from retrieval.standing_search import MAX_ENTRIES, DatedBy, StandingSearch, standing_search

if TYPE_CHECKING:
    from tests.retrieval.conftest import Invented

HOLDING = "<p>It has not proved possible to respond to the hon. Member within the usual time period.</p>"
Built = Callable[..., Searcher]
NEWEST_DAY = date(2021, 4, 25)
NEWEST_DAYS = Filters(answered_from=NEWEST_DAY)


@pytest.fixture
def built(tmp_path: Path, toy_encoder: Encoder, invented: "Invented") -> Built:
    """Build an index of raw questions, once or again over what is there."""

    def made(*raws: bytes, add: bool = False, day: int = 21) -> Searcher:
        now = datetime(2026, 11, day, 12, tzinfo=UTC)
        source = invented.file(tmp_path / f"read-{day}.jsonl", raws)
        build([source], tmp_path / "data", toy_encoder, add=add, now=now)
        return Searcher.open(tmp_path / "data", toy_encoder)

    return made


@pytest.fixture
def small(built_once: Path, toy_encoder: Encoder) -> Searcher:
    return Searcher.open(built_once, toy_encoder)


def told(found: StandingSearch) -> list[tuple[str, str, DatedBy]]:
    return [(entry.hit.key, entry.updated.isoformat(), entry.dated_by) for entry in found.entries]


def test_the_newest_come_first_whatever_fits_best(small: Searcher, three_topics: str):
    found = standing_search(small, three_topics)
    assert told(found) == [
        ("commons-2025-03-03-520", "2025-03-25", DatedBy.CORRECTED),
        ("lords-2025-02-03-hl77", "2025-02-17", DatedBy.ANSWERED),
        ("commons-2025-01-13-205", "2025-01-20", DatedBy.ANSWERED),
    ]
    assert found.entries[0].published == date(2025, 3, 11)
    assert [entry.hit.rank for entry in found.entries] == [1, 2, 3]


def test_only_what_a_search_without_reranker_and_grouping_finds_is_in_it(small: Searcher, three_topics: str):
    asked: dict[str, Any] = {"limit": 200, "fresh": False, "group": False, "sort": Sort.NEWEST, "marked": False}
    hits = small.search(three_topics, **asked).hits
    found = standing_search(small, three_topics).entries
    assert sorted((entry.hit for entry in found), key=lambda hit: hit.rank) == list(hits)
    assert standing_search(small, "zebra crossings on the moon").entries == ()


def test_filters_limit_and_match_are_those_of_a_search(small: Searcher, three_topics: str):
    lords = standing_search(small, three_topics, Filters(house=(House.LORDS,)))
    assert [entry.hit.key for entry in lords.entries] == ["lords-2025-02-03-hl77"]
    assert [one[0] for one in told(standing_search(small, three_topics, limit=1))] == ["commons-2025-03-03-520"]
    exact = standing_search(small, "rural areas", match=Match.EXACT)
    assert [entry.hit.key for entry in exact.entries] == ["commons-2025-01-13-205"]
    assert exact.match is Match.EXACT
    said = standing_search(small, "what has the Ministry of Defence said about housing veterans", understand=True)
    assert said.result.filters == {"answering_body": ["Ministry of Defence"]}


@pytest.mark.parametrize("limit", [0, MAX_ENTRIES + 1])
def test_a_limit_out_of_bounds_is_refused(small: Searcher, limit: int):
    with pytest.raises(QueryError, match=r"limit: .* is not between 1 and 100"):
        standing_search(small, "buses", limit=limit)


def test_an_entry_keeps_its_name_when_the_answer_is_corrected(built: Built, invented: "Invented"):
    (before,) = standing_search(built(invented.raw(1)), "grant council road").entries
    fields = {"answerText": "<p>The Department gave the council of road 1 a grant of 9 pounds for it.</p>"}
    corrected = invented.raw(1, **fields, dateAnswerCorrected="2024-10-09T00:00:00", answerIsCorrection=True)
    (after,) = standing_search(built(corrected, add=True, day=22), "grant council road").entries
    assert after.id == before.id
    assert (before.updated, before.dated_by) == (date(2024, 9, 4), DatedBy.ANSWERED)
    assert (after.updated, after.dated_by) == (date(2024, 10, 9), DatedBy.CORRECTED)
    assert after.published == before.published == date(2024, 9, 4)
    assert "9 pounds" in after.hit.passage.text


def test_a_reply_in_the_place_of_a_holding_answer_is_an_entry_of_its_own(built: Built, invented: "Invented"):
    every = Filters(kind=tuple(AnswerKind))
    held = {"answerText": HOLDING, "answerIsHolding": True, "dateAnswered": "2024-09-04T00:00:00"}
    first = built(invented.raw(1, **held), invented.raw(2, **held))
    (before,) = standing_search(first, "respond hon. Member usual time", every).entries
    replied = {"dateAnswered": "2024-11-05T00:00:00", "dateHoldingAnswer": "2024-09-04T00:00:00"}
    reply = built(invented.raw(1, **replied), add=True, day=22)
    (still,) = standing_search(reply, "respond hon. Member usual time", every).entries
    (after,) = standing_search(reply, "grant council road 1").entries
    assert (before.hit.kind, after.hit.kind) == (AnswerKind.HOLDING, AnswerKind.SUBSTANTIVE)
    assert still.id == before.id != after.id
    assert (before.updated, after.updated) == (date(2024, 9, 4), date(2024, 11, 5))
    # It has the name that it has where the holding answer was never read.
    (alone,) = standing_search(built(invented.raw(1, **replied), day=23), "grant council road 1").entries
    assert alone.id == after.id


def test_a_question_with_a_smaller_key_that_got_the_same_answer_leaves_the_name(built: Built, invented: "Invented"):
    same = {"answerText": invented.value(1)["answerText"], "dateAnswered": "2024-09-20T00:00:00"}
    (before,) = standing_search(built(invented.raw(2, **same)), "grant council road 1").entries
    (after,) = standing_search(built(invented.raw(1, **same), add=True, day=22), "grant council road 1").entries
    assert [one.key for one in after.hit.also_given] == ["commons-2024-09-02-1002"]
    assert after.hit.key < before.hit.key
    assert after.id == before.id


def test_an_answer_corrected_for_some_of_its_questions_leaves_its_name_to_the_others(
    built: Built, invented: "Invented"
):
    same = {"answerText": invented.value(1)["answerText"], "dateAnswered": "2024-09-20T00:00:00"}
    (both,) = standing_search(built(invented.raw(1, **same), invented.raw(2, **same)), "grant council road 1").entries

    def corrected(number: int, pounds: int) -> bytes:
        text = f"<p>The Department gave the council of road 1 a grant of {pounds} pounds for it.</p>"
        changed = {"answerText": text, "dateAnswerCorrected": "2024-10-09T00:00:00", "answerIsCorrection": True}
        return invented.raw(number, **same | changed)

    one = standing_search(built(corrected(1, 9), add=True, day=22), "grant council road 1").entries
    names = {entry.hit.key: entry.id for entry in one}
    assert names["commons-2024-09-02-1002"] == both.id != names["commons-2024-09-02-1001"]
    two = standing_search(built(corrected(2, 8), add=True, day=23), "grant council road 1").entries
    assert len({entry.id for entry in two} | {both.id}) == 3
    assert names["commons-2024-09-02-1001"] in {entry.id for entry in two}
    alike = standing_search(built(corrected(2, 9), add=True, day=24), "grant council road 1").entries
    assert [entry.id for entry in alike] == [both.id]


def test_reading_an_answer_again_that_has_not_changed_leaves_its_day(built: Built, invented: "Invented"):
    undated = invented.raw(1, dateAnswered=None)
    (before,) = standing_search(built(undated), "grant council road").entries
    (after,) = standing_search(built(undated, add=True, day=25), "grant council road").entries
    assert after.updated == before.updated == date(2026, 11, 21)


def test_a_text_that_changed_in_silence_is_dated_by_the_day_it_was_read(built: Built, invented: "Invented"):
    built(invented.raw(1))
    changed = invented.raw(1, answerText="<p>The Department gave the council of road 1 a grant of 7 pounds.</p>")
    (entry,) = standing_search(built(changed, add=True, day=22), "grant council road").entries
    assert (entry.updated, entry.dated_by) == (date(2026, 11, 22), DatedBy.CHANGED)
    assert entry.published == date(2024, 9, 4)


def test_an_answer_without_a_day_is_dated_by_the_day_it_was_read(built: Built, invented: "Invented"):
    (entry,) = standing_search(built(invented.raw(1, dateAnswered=None)), "grant council road").entries
    assert (entry.published, entry.updated, entry.dated_by) == (None, date(2026, 11, 21), DatedBy.READ)


def test_an_entry_keeps_its_name_when_its_key_changes(built: Built, invented: "Invented"):
    (before,) = standing_search(built(invented.raw(1)), "grant council road").entries
    later = invented.raw(1, dateTabled="2024-09-01T00:00:00")
    (after,) = standing_search(built(later, add=True, day=22), "grant council road").entries
    assert (before.hit.key, after.hit.key) == ("commons-2024-09-02-1001", "commons-2024-09-01-1001")
    assert after.id == before.id


def test_a_rebuild_and_other_questions_leave_the_name_as_it_is(built: Built, invented: "Invented"):
    (before,) = standing_search(built(invented.raw(1)), "grant council road").entries
    searcher = built(invented.raw(2), invented.raw(1), day=22)
    found = standing_search(searcher, "what did the Department give the council of road 1").entries
    assert [entry.id for entry in found if entry.hit.key == before.hit.key] == [before.id]
    assert len({entry.id for entry in found}) == 2


def test_the_questions_of_one_answer_share_an_entry_and_its_name_until_it_is_given_again(
    built: Built, invented: "Invented"
):
    same = {"answerText": invented.value(1)["answerText"], "dateAnswered": "2024-09-20T00:00:00"}
    (both,) = standing_search(built(invented.raw(1, **same), invented.raw(2, **same)), "grant council road 1").entries
    assert len(both.hit.also_given) == 1
    (three,) = standing_search(built(invented.raw(3, **same), add=True, day=22), "grant council road 1").entries
    assert three.id == both.id
    again = invented.raw(4, **same | {"dateAnswered": "2024-10-01T00:00:00"})
    (newer,) = standing_search(built(again, add=True, day=23), "grant council road 1").entries
    assert newer.id != both.id
    assert newer.updated == date(2024, 10, 1)


def test_among_more_hits_than_a_search_can_give_the_newest_are_all_found(built: Built, invented: "Invented"):
    days = [date.fromordinal(date(2020, 1, 1).toordinal() + number) for number in range(260)]
    # The best are the oldest, so that the best 200 leave out the newest.
    raws = [
        invented.raw(
            number + 1,
            dateTabled="2019-12-01T00:00:00",
            dateAnswered=f"{day}T00:00:00",
            answerText=f"<p>Grant council road{' padding' * bool(number > 30)} number{number}.</p>",
        )
        for number, day in enumerate(days)
    ]
    corrected = json.loads(raws[0]) | {"dateAnswerCorrected": "2021-06-01T00:00:00", "answerIsCorrection": True}
    searcher = built(json.dumps(corrected).encode(), *raws[1:])
    assert len(searcher.search("grant council road", limit=200, group=False).hits) == 200
    for match in (Match.MEANING, Match.WORDS):
        found = standing_search(searcher, "grant council road", match=match, limit=20)
        newest = [day.isoformat() for day in reversed(days)][:19]
        assert [updated for _, updated, _ in told(found)] == ["2021-06-01", *newest]
    only = Filters(finding=(FindingName.NOT_HELD,))
    assert standing_search(searcher, "grant council road", only).entries == ()
    asked = "what has the Department for Transport said about grant council road"
    found = standing_search(searcher, asked, limit=20, understand=True)
    assert [updated for _, updated, _ in told(found)] == ["2021-06-01", *newest]


def test_more_hits_on_one_day_than_a_search_can_give_end_the_narrowing(built: Built, invented: "Invented"):
    raws = [
        invented.raw(number, dateAnswered="2024-09-20T00:00:00", answerText=f"<p>Grant council road n{number}.</p>")
        for number in range(1, 211)
    ]
    found = standing_search(built(*raws), "grant council road", limit=30)
    assert {entry.updated for entry in found.entries} == {date(2024, 9, 20)}
    assert len({entry.id for entry in found.entries}) == 30
    assert found.at_least


def test_more_hits_without_a_day_than_a_search_can_give_are_not_narrowed(built: Built, invented: "Invented"):
    raws = [
        invented.raw(number, dateAnswered=None, answerText=f"<p>Grant council road n{number}.</p>")
        for number in range(1, 211)
    ]
    searcher = built(*raws)
    found = standing_search(searcher, "grant council road", limit=30)
    assert [entry.dated_by for entry in found.entries] == [DatedBy.READ] * 30
    assert found.at_least
    assert standing_search(searcher, "grant council road", match=Match.WORDS).at_least


@pytest.fixture
def scattered(built: Built, invented: "Invented") -> Searcher:
    """Index old answers that are close, newer ones that are close but rank low, and many that rank between them."""
    first = date(2020, 1, 1).toordinal()
    answers = [f"Grant council road number{number}." for number in range(60)]
    answers += [f"Council bins and road works number{number}." for number in range(420)]
    padding = " ".join(f"w{number}" for number in range(150))
    answers += [f"Grant council road number{number} {padding}." for number in range(20)]
    return built(
        *(
            invented.raw(
                number + 1,
                questionText=f"To ask about parish {number}.",
                dateTabled="2019-12-01T00:00:00",
                dateAnswered=f"{date.fromordinal(first + number)}T00:00:00",
                answerText=f"<p>{answer}</p>",
            )
            for number, answer in enumerate(answers)
        )
    )


def test_new_answers_that_rank_below_many_that_are_not_close_are_found(scattered: Searcher):
    asked: dict[str, Any] = {"limit": 200, "mode": Mode.FAST, "fresh": False, "group": False, "sort": Sort.NEWEST}
    alone = scattered.search("grant council road", **asked)
    newest = {hit.key for hit in scattered.search("grant council road", NEWEST_DAYS, **asked).hits}
    # The nearest 200 end with answers that are not close, and yet leave the newest out.
    assert alone.at_least_is_all
    assert len(alone.hits) < 200
    assert len(newest) == 20
    assert newest.isdisjoint(hit.key for hit in alone.hits)
    found = standing_search(scattered, "grant council road", limit=20)
    assert {entry.hit.key for entry in found.entries} == newest
    assert not found.at_least


def test_a_search_that_may_not_be_narrowed_enough_is_said_to_be_of_at_least_what_it_found(scattered: Searcher):
    made: list[Filters] = []

    def ask(question: str, limits: Filters) -> SearchResult:
        made.append(limits)
        return scattered.search(question, limits, limit=200, mode=Mode.FAST, fresh=False, group=False, sort=Sort.NEWEST)

    first = ask("grant council road", Filters())
    assert not newest_close(scattered.corpus, ask, first, "grant council road", Filters(), 60, most=1).is_all
    assert len(made) == 2
    enough = newest_close(scattered.corpus, ask, first, "grant council road", Filters(), 60)
    assert enough.is_all
    newest = {hit.key for hit in enough.hits if hit.citation.answered and hit.citation.answered >= NEWEST_DAY}
    assert len(newest) == 20
