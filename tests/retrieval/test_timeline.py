"""The line on a topic, answer by answer in the order of days, each cited and set against the one before."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.build import build
from retrieval.choices import Match, Sort
from retrieval.corpus import Corpus
from retrieval.cursors import cursor_at
from retrieval.differences import SegmentKind
from retrieval.errors import QueryError
from retrieval.filters import Filters
from retrieval.timeline import Timeline, timeline
from retrieval.timeline_entries import TimelineEntry
from retrieval.topic import worded_topic
from retrieval.worded_search import Page
from tests.conftest import ToyEncoder

if TYPE_CHECKING:
    from tests.retrieval.conftest import Invented

TODAY = date(2026, 11, 22)
WHOLE = Page(20, Sort.OLDEST)
FUND = "The lantern fund pays for {} lanterns in the halls of every county, and is kept under review by Ministers."
OIL = "The oil for a lantern is paid for by the council that owns the hall in which it hangs from the beam."
ELSE = "Halls without a beam may be lit by candles, which are not within the responsibility of the Department."


@pytest.fixture(scope="session")
def lanterns(tmp_path_factory: pytest.TempPathFactory, invented: Invented) -> Corpus:
    """Give seven questions on lanterns: two at once, an answer given again later, and a change of government."""
    given = [
        ("2024-05-01", f"<p>{FUND.format(90)}</p>"),
        ("2024-06-11", f"<p>{FUND.format(100)}</p><p>{OIL}</p>"),
        ("2024-06-11", f"<p>{FUND.format(100)}</p><p>{OIL}</p>"),
        ("2024-07-30", f"<p>{ELSE}</p><p>{FUND.format(80)}</p>"),
        ("2024-09-10", f"<p>{FUND.format(100)}</p><p>{OIL}</p>"),
        ("2024-10-08", f"<p>{FUND.format('no new')}</p>"),
        ("2024-10-09", "<p>Roads are repaired by the councils that own them, with a grant for the work.</p>"),
    ]
    raws = [
        invented.raw(number, dateTabled="2024-04-29T00:00:00", dateAnswered=f"{day}T00:00:00", answerText=text)
        for number, (day, text) in enumerate(given, start=1)
    ]
    folder = tmp_path_factory.mktemp("line")
    build([invented.file(folder / "questions.jsonl", raws)], folder / "data", ToyEncoder())
    return Corpus.open(folder / "data")


def line(corpus: Corpus, page: Page = WHOLE, filters: Filters = Filters()) -> Timeline:
    return timeline(corpus, worded_topic(corpus, "lantern OR lanterns", filters, Match.WORDS), TODAY, page)


def uins(entries: tuple[TimelineEntry, ...]) -> list[str | None]:
    return [one.uin for one in entries]


def test_answers_come_in_the_order_of_days_and_one_given_twice_stands_there_twice(lanterns: Corpus):
    found = line(lanterns)
    assert uins(found.entries) == ["1001", "1002", "1004", "1005", "1006"]
    assert [one.questions for one in found.entries] == [1, 2, 1, 1, 1]
    assert (found.total, found.total_records, found.entries_total, found.at_least) == (4, 6, 5, False)
    assert found.message == "4 answers match."
    assert [one.answered for one in found.entries] == sorted(one.answered for one in found.entries)


def test_each_answer_names_the_one_before_it_and_the_one_whose_words_it_repeats(lanterns: Corpus):
    first, *others = line(lanterns).entries
    keys = [one.key for one in line(lanterns).entries]
    assert first.previous is None
    assert [one.previous for one in others] == keys[:-1]
    assert [one.repeats for one in (first, *others)] == [None, None, None, keys[1], None]
    assert others[2].repeats_on == date(2024, 6, 11)


def test_each_sentence_is_told_as_new_kept_or_returned(lanterns: Corpus):
    found = line(lanterns).entries
    assert [[str(s.standing) for p in one.passages for s in p.sentences] for one in found] == [
        ["new"],
        ["kept", "new"],
        ["new", "kept"],
        ["kept", "returned"],
        ["new"],
    ]
    oil = found[3].passages[1].sentences[0]
    assert (oil.seen_in, oil.seen_on, oil.first_in) == (found[1].key, date(2024, 6, 11), found[1].key)
    fund = found[3].passages[0].sentences[0]
    assert (fund.seen_in, fund.first_in, fund.first_on) == (found[2].key, found[0].key, date(2024, 5, 1))
    assert [(one.kind, one.text) for one in fund.changes if one.kind is not SegmentKind.SAME] == [
        (SegmentKind.REMOVED, "80"),
        (SegmentKind.ADDED, "100"),
    ]


def test_sentences_are_word_for_word_and_only_passages_with_the_words_are_on_the_topic(lanterns: Corpus):
    third = line(lanterns).entries[2]
    assert [(one.text, one.on_topic) for one in third.passages] == [(ELSE, False), (FUND.format(80), True)]
    assert [one.text[s.start : s.end] for one in third.passages for s in one.sentences] == [ELSE, FUND.format(80)]
    assert third.citation.paragraph == 2
    assert third.written["house"].startswith("1004 [of Session 2023-24] on Roads: Number 4 given on 30 July 2024")


def test_the_government_of_the_day_is_named(lanterns: Corpus):
    assert [one.government for one in line(lanterns).entries] == [
        *["Sunak Conservative Government"] * 2,
        *["Starmer Labour Government"] * 3,
    ]


def test_the_newest_first_is_the_same_line_the_other_way_round(lanterns: Corpus):
    assert line(lanterns, Page(20, Sort.NEWEST)).entries == line(lanterns).entries[::-1]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_put_together_are_the_whole(lanterns: Corpus, sort: Sort, limit: int):
    together: list[TimelineEntry] = []
    cursor: str | None = None
    while True:
        found = line(lanterns, Page(limit, sort, cursor))
        assert found.months == line(lanterns).months
        together += found.entries
        cursor = found.next_cursor
        if cursor is None:
            break
        assert len(found.entries) == limit
    assert tuple(together) == line(lanterns, Page(20, sort)).entries


def test_months_stand_beside_the_answers(lanterns: Corpus):
    found = line(lanterns)
    assert [(one.month, one.count, one.of) for one in found.months] == [
        ("2024-05", 1, 1),
        ("2024-06", 1, 1),
        ("2024-07", 1, 1),
        ("2024-08", 0, 0),
        ("2024-09", 1, 1),
        ("2024-10", 1, 2),
    ]
    assert [(one.label, one.count, one.of) for one in found.bodies] == [("Department for Transport", 4, 5)]


def test_filters_limit_the_answers_and_what_they_are_set_against(lanterns: Corpus):
    found = line(lanterns, filters=Filters(answered_from=date(2024, 7, 1)))
    assert uins(found.entries) == ["1004", "1005", "1006"]
    assert found.filters == {"answered_from": "2024-07-01"}
    assert [[str(s.standing) for p in one.passages for s in p.sentences] for one in found.entries[:2]] == [
        ["new", "new"],
        ["kept", "new"],
    ]


def test_answers_without_a_day_have_no_place_in_the_line_and_are_counted(
    tmp_path: Path, seeds: str, toy_encoder: ToyEncoder
):
    build([seeds], tmp_path / "data", toy_encoder)
    corpus = Corpus.open(tmp_path / "data")
    found = timeline(corpus, worded_topic(corpus, "asylum", Filters(), Match.EXACT), TODAY)
    assert found.undated > 0
    assert found.total == found.undated + found.entries_total
    assert found.sort is Sort.NEWEST


def test_a_file_that_came_with_an_answer_is_shown_only_where_it_is_on_the_topic(lanterns: Corpus):
    assert all(one.attachment is None for entry in line(lanterns).entries for one in entry.passages)


def test_a_page_that_is_not_there_is_refused(lanterns: Corpus):
    first = line(lanterns, Page(2, Sort.OLDEST))
    with pytest.raises(QueryError, match="limit: 0 is not between 1 and 200"):
        line(lanterns, Page(0))
    past = cursor_at(99, lanterns.manifest.name, repr(("timeline", "lantern OR lanterns", {}, "words", "oldest")))
    with pytest.raises(QueryError, match="cursor: it leads past the 5 answers there are"):
        line(lanterns, Page(2, Sort.OLDEST, past))
    with pytest.raises(QueryError, match="cursor: it belongs to a search with other words"):
        line(lanterns, Page(2, Sort.NEWEST, first.next_cursor))


def test_nothing_found_is_an_empty_line_that_says_so(lanterns: Corpus):
    found = timeline(lanterns, worded_topic(lanterns, "zzzz", Filters(), Match.EXACT), TODAY)
    assert (found.entries, found.entries_total, found.next_cursor, found.bodies) == ((), 0, None, ())
    assert [one.count for one in found.months] == [0] * 6
    assert found.message.startswith("These words are in no answer that is indexed.")
