"""All close answers to a question together: their order, pages and counts, each against a slow way of telling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.build import build
from retrieval.choices import Match, Mode, Sort
from retrieval.errors import QueryError
from retrieval.facets import Dimension
from retrieval.filters import EVERY_KIND, Filters
from retrieval.hit_results import Hit
from retrieval.ranking import Ranked
from retrieval.records import AnswerKind
from retrieval.reranking import RerankerIdentity
from retrieval.results import Outcome, SearchResult
from retrieval.search import Searcher

TOPIC = "giving the invented harbour new invented cranes"
BODIES = {27: "Department for Transport", 11: "Ministry of Defence", 1: "Cabinet Office"}
# Days of three governments, the last of which began on 20 July 2026, and one that the source does not give.
DAYS = ["2023-05-02", "2026-07-19", "2026-07-20", "2026-09-30", "2026-10-03", None]


def answers(invented: Any, count: int) -> list[bytes]:
    """Return answers on one topic that differ in their words, by three bodies, on six days."""
    return [
        invented.raw(
            number,
            dateTabled="2023-05-01T00:00:00",
            dateAnswered=f"{day}T00:00:00" if day else None,
            answeringBodyId=list(BODIES)[number % 3],
            answeringBodyName=list(BODIES.values())[number % 3],
            heading="Harbours",
            questionText=f"To ask the Minister, what he is doing for harbour {'x' * number}.",
            answerText=f"<p>We are giving the invented harbour new invented cranes, and w{number} v{number * 7}.</p>",
        )
        for number in range(1, count + 1)
        for day in [DAYS[number % len(DAYS)]]
    ]


def searcher_of(tmp_path: Path, encoder: Any, found: list[bytes]) -> Searcher:
    source = tmp_path / "records.jsonl"
    source.write_bytes(b"\n".join(found))
    build([str(source)], tmp_path / "data", encoder)
    return Searcher.open(tmp_path / "data", encoder)


@pytest.fixture
def harbours(tmp_path: Path, invented: Any, toy_encoder: Any) -> Searcher:
    return searcher_of(tmp_path, toy_encoder, answers(invented, 37))


def all_of(searcher: Searcher, **given: Any) -> list[Hit]:
    return list(searcher.search(TOPIC, limit=200, group=False, **given).hits)


def pages(searcher: Searcher, limit: int, **given: Any) -> list[SearchResult]:
    found = [searcher.search(TOPIC, limit=limit, group=False, **given)]
    while found[-1].next_cursor:
        found.append(searcher.search(TOPIC, limit=limit, group=False, cursor=found[-1].next_cursor, **given))
    return found


@pytest.mark.parametrize("sort", [None, *Sort])
def test_pages_neither_repeat_nor_leave_out_an_answer(harbours: Searcher, sort: Sort | None) -> None:
    whole = [hit.key for hit in all_of(harbours, sort=sort)]
    assert len(whole) == 37
    found = pages(harbours, 10, sort=sort)
    assert [hit.key for page in found for hit in page.hits] == whole
    assert [hit.rank for page in found for hit in page.hits] == list(range(1, 38))
    assert [page.at_least for page in found[1:]] == [37, 37, 37]


def test_answers_are_ordered_by_day_and_those_without_one_come_last(harbours: Searcher) -> None:
    by_rank = all_of(harbours)
    for sort, newest_first in ((Sort.NEWEST, True), (Sort.OLDEST, False)):
        dated = [hit for hit in by_rank if hit.citation.answered]
        expected = sorted(dated, key=lambda hit: hit.citation.answered or date.min, reverse=newest_first)
        expected += [hit for hit in by_rank if not hit.citation.answered]
        assert [hit.key for hit in all_of(harbours, sort=sort)] == [hit.key for hit in expected]


def test_the_standing_line_is_what_the_present_government_says_newest_first_then_the_rest(harbours: Searcher) -> None:
    days = [hit.citation.answered for hit in all_of(harbours, sort=Sort.STANDING)]
    present = [day for day in days if day and day >= date(2026, 7, 20)]
    before = [day for day in days if day and day < date(2026, 7, 20)]
    assert days == [*sorted(present, reverse=True), *sorted(before, reverse=True), *[None] * 6]
    assert set(present) == {date(2026, 7, 20), date(2026, 9, 30), date(2026, 10, 3)}


def test_what_is_no_reply_is_no_part_of_the_standing_line(tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    holding = f"<p>I will write to the hon. Member on {TOPIC}, and place a copy of my letter in the Library.</p>"
    made = [
        *answers(invented, 6),
        invented.raw(
            9,
            dateTabled="2026-10-01T00:00:00",
            dateAnswered="2026-10-20T00:00:00",
            heading="Harbours",
            answerText=holding,
        ),
    ]
    searcher = searcher_of(tmp_path, toy_encoder, made)
    found = all_of(searcher, filters=Filters(kind=EVERY_KIND), sort=Sort.STANDING)
    places = {hit.citation.uin: place for place, hit in enumerate(found)}
    newest = all_of(searcher, filters=Filters(kind=EVERY_KIND), sort=Sort.NEWEST)
    assert newest[0].citation.uin == "1009"
    assert newest[0].kind is AnswerKind.WILL_WRITE
    # After the three of the present government, before what earlier ones said.
    assert places["1009"] == 3


def test_facets_count_the_close_answers_by_what_each_is_cited_as(harbours: Searcher) -> None:
    wanted = (Dimension.ANSWERING_BODY, Dimension.MONTH, Dimension.KIND, Dimension.HOUSE)
    result = harbours.search(TOPIC, limit=5, group=False, facets=wanted)
    hits = all_of(harbours)
    assert (result.at_least, result.at_least_is_all, len(result.hits)) == (37, True, 5)
    bodies = Counter(hit.citation.answering_body for hit in hits)
    assert {one.value: one.count for one in result.facets["answering_body"]} == dict(bodies)
    months = Counter(str(hit.citation.answered)[:7] if hit.citation.answered else None for hit in hits)
    assert {one.value: one.count for one in result.facets["month"]} == dict(months)
    assert [(one.value, one.count) for one in result.facets["kind"]] == [("substantive", 37)]
    narrowed = harbours.search(TOPIC, Filters(answering_body=("Cabinet Office",)), facets=wanted[:1], group=False)
    assert narrowed.at_least == bodies["Cabinet Office"]


def test_facets_of_words_count_the_whole_set(harbours: Searcher) -> None:
    result = harbours.search("invented cranes", match=Match.EXACT, limit=3, facets=(Dimension.ANSWERING_BODY,))
    assert result.total == 37
    assert sum(one.count for one in result.facets["answering_body"]) == 37
    assert result.at_least is None


def test_words_too_can_be_ordered_by_what_stands(harbours: Searcher) -> None:
    found = harbours.search("invented cranes", match=Match.EXACT, limit=50, sort=Sort.STANDING).hits
    newest = harbours.search("invented cranes", match=Match.EXACT, limit=50, sort=Sort.NEWEST).hits
    present = [hit.key for hit in newest if hit.citation.answered and hit.citation.answered >= date(2026, 7, 20)]
    assert [hit.key for hit in found] == [*present, *(hit.key for hit in newest if hit.key not in present)]


def test_more_close_answers_than_are_looked_at_are_said_to_be_at_least_so_many(
    tmp_path: Path, invented: Any, toy_encoder: Any
) -> None:
    searcher = searcher_of(tmp_path, toy_encoder, answers(invented, 230))
    result = searcher.search(TOPIC, facets=(Dimension.HOUSE,), group=False)
    assert (result.at_least, result.at_least_is_all) == (200, False)
    assert sum(len(page.hits) for page in pages(searcher, 50)) == 200


def test_a_plain_search_looks_no_further_than_it_must_and_begins_as_the_whole_does(harbours: Searcher) -> None:
    result = harbours.search(TOPIC, limit=7, group=False)
    assert (result.at_least, result.facets) == (None, {})
    assert [hit.key for hit in result.hits] == [hit.key for hit in all_of(harbours)[:7]]
    assert result.next_cursor is not None
    assert harbours.search(TOPIC, limit=37, group=False).next_cursor is None


def test_a_cursor_is_of_one_search_alone(harbours: Searcher) -> None:
    cursor = harbours.search(TOPIC, limit=5, group=False).next_cursor
    assert cursor
    for other in (
        {"sort": Sort.OLDEST},
        {"mode": Mode.FAST},
        {"group": True},
        {"filters": Filters(answering_body=("Cabinet Office",))},
    ):
        given: dict[str, Any] = {"limit": 5, "group": False, "cursor": cursor, **other}
        with pytest.raises(QueryError, match="it belongs to a search with other words, filters, match or sort"):
            harbours.search(TOPIC, **given)


def test_a_further_page_of_an_understood_question_is_of_the_same_search(
    tmp_path: Path, invented: Any, toy_encoder: Any
) -> None:
    searcher = searcher_of(tmp_path, toy_encoder, answers(invented, 40))
    asked = f"What has the Cabinet Office said about {TOPIC}?"
    first = searcher.search(asked, limit=5, understand=True, group=False)
    assert [one.applied for one in first.understood] == [True]
    assert first.next_cursor
    second = searcher.search(asked, limit=5, understand=True, group=False, cursor=first.next_cursor)
    bodies = {hit.citation.answering_body for page in (first, second) for hit in page.hits}
    assert bodies == {"Cabinet Office"}
    assert {hit.key for hit in first.hits} & {hit.key for hit in second.hits} == set()


class Stern:
    """A reranker that finds nothing relevant but what has one word."""

    identity = RerankerIdentity("stern", "0" * 64)

    def __init__(self, word: str) -> None:
        self.word = word

    def fits(self, question: str, passage: str) -> bool:
        return True

    def relevance(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        return np.array([4.0 if self.word in text else -9.0 for text in passages], dtype=np.float32)


def by_reading(ranked: Ranked, encoder: object, reranker: RerankerIdentity | None) -> float:
    """Judge by the reranker what it read, and all else to be close."""
    if ranked.relevance is None or reranker is None:
        return 0.5
    return 0.9 if ranked.relevance > 0 else 0.01


def test_a_count_by_facet_is_what_the_filter_leads_to_whatever_is_read_again(
    harbours: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.closeness.probability", by_reading)
    searcher = Searcher(harbours.corpus, harbours.encoder, "data", Stern("w5,"))
    wanted = (Dimension.ANSWERING_BODY,)
    whole = searcher.search(TOPIC, group=False, facets=wanted)
    assert whole.at_least == 37
    for one in whole.facets["answering_body"]:
        assert one.value
        filters = Filters(answering_body=(one.value,))
        assert searcher.search(TOPIC, filters, group=False, facets=wanted).at_least == one.count


def test_where_reading_again_finds_nothing_a_search_without_filters_is_silent(
    harbours: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.closeness.probability", by_reading)
    searcher = Searcher(harbours.corpus, harbours.encoder, "data", Stern("not in any"))
    assert searcher.search("invented cranes for sailors", group=False).hits == ()
    filtered = searcher.search("invented cranes for sailors", Filters(answering_body=("Cabinet Office",)), group=False)
    assert filtered.outcome is Outcome.WEAK
    assert filtered.hits


def test_a_page_that_is_not_full_goes_on_where_more_is_close(tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    searcher = searcher_of(tmp_path, toy_encoder, answers(invented, 60))
    keys: list[str] = []
    result = searcher.search(TOPIC, limit=3, group=False)
    while True:
        keys += [hit.key for hit in result.hits]
        if result.next_cursor is None:
            break
        result = searcher.search(TOPIC, limit=3, group=False, cursor=result.next_cursor)
    whole = searcher.search(TOPIC, limit=200, group=False, facets=(Dimension.HOUSE,))
    assert keys == [hit.key for hit in whole.hits]
    assert len(keys) == whole.at_least == 60
