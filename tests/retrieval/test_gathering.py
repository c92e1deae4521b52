from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.gathering import (
    Candidate,
    Gathered,
    Standing,
    answer_groups,
    answer_name,
    gather,
    in_date_order,
    mark_of,
)
from retrieval.records import Genre, Provenance
from retrieval.sources import Received

NEXT_DAY = date(2026, 11, 22)
LAST_DAY = date(2026, 11, 23)
HOLDING = "<p>It has not proved possible to respond to the hon. Member in the time available before Prorogation.</p>"
NO_TIME = "<p>It has not proved possible to respond within the usual time period.</p>"
SAVED = Provenance("saved-page", "saved.txt", 1, date(2026, 11, 20))


def kept_keys(gathered: Gathered) -> list[str]:
    return [one.record.key for one in gathered.kept]


def texts(gathered: Gathered) -> list[str]:
    return [one.record.answer_text for one in gathered.kept]


def texts_before(candidate: Candidate) -> set[str]:
    return {json.loads(received.raw)["answerText"] for received in candidate.earlier}


def from_saved_page(candidate: Candidate, **facts: Any) -> Candidate:
    """The same question as another site shows it: without number, id or day tabled."""
    nothing = {"api_id": None, "uin": None, "tabled": None, "provenance": SAVED}
    record = replace(candidate.record, **(nothing | facts))
    return Candidate(Received("saved-page", record.answer_text.encode(), SAVED), record)


def test_records_are_kept_in_the_order_of_their_keys(invented: Any) -> None:
    found = gather([invented.candidate(invented.received(number)) for number in (3, 1, 2)])
    assert kept_keys(found) == [f"commons-2024-09-02-100{number}" for number in (1, 2, 3)]
    assert (found.repeated, found.redirects) == (0, {})


def test_parliaments_data_come_before_its_page_and_that_before_other_copies_in_whatever_order(invented: Any) -> None:
    api = invented.candidate(invented.received(1))
    page = invented.candidate(invented.page(1))
    other = from_saved_page(api, uin="1001", tabled=api.record.tabled, house=api.record.house)
    for order in permutations([api, page, other]):
        found = gather(order)
        assert [one.received for one in found.kept] == [api.received]
        assert found.kept[0].copies == (page.received.provenance, SAVED)
        assert found.repeated == 2
    for order in permutations([page, other]):
        assert [one.received for one in gather(order).kept] == [page.received]
        assert gather(order).kept[0].copies == (SAVED,)


@pytest.mark.parametrize(
    ("poorer", "better"),
    [
        ({"answerText": None, "dateAnswered": None}, {}),
        ({}, {"answerText": "<p>Twenty.</p>", "dateAnswerCorrected": "2025-02-20T00:00:00"}),
        ({"answerText": NO_TIME}, {"answerText": "<p>Twenty.</p>"}),
        ({}, {"answerText": "<p>Twenty.</p>", "dateAnswered": "2025-01-01T00:00:00"}),
        ({"heading": None}, {}),
    ],
)
def test_of_two_copies_of_one_source_the_one_that_says_more_is_kept_in_either_order(
    invented: Any, poorer: dict[str, Any], better: dict[str, Any]
) -> None:
    one = invented.candidate(invented.received(1, **poorer))
    other = invented.candidate(invented.received(1, **better))
    for order in ([one, other], [other, one]):
        assert [found.received for found in gather(order).kept] == [other.received]


def test_a_real_answer_on_parliaments_page_comes_before_a_holding_one_in_its_data(invented: Any) -> None:
    holding = invented.candidate(invented.received(1, answerText=NO_TIME, answerIsHolding=True))
    page = invented.candidate(invented.page(1, answerText="<p>Twenty pounds.</p>"))
    for order in ([holding, page], [page, holding]):
        assert texts(gather(order)) == ["Twenty pounds."]


def test_of_two_equal_copies_the_one_read_last_is_kept(invented: Any) -> None:
    one = invented.candidate(invented.received(1, answerText="<p>Ten pounds.</p>"))
    other = invented.candidate(invented.received(1, answerText="<p>Two pounds.</p>"))
    assert texts(gather([one, other])) == ["Two pounds."]
    assert texts(gather([other, one])) == ["Ten pounds."]


@pytest.mark.parametrize(
    "fields",
    [
        {"answerText": None, "dateAnswered": None},
        {"answerText": NO_TIME, "dateAnswered": "2024-09-02T00:00:00"},
        {"answerText": "<p>Other words.</p>", "dateAnswered": "2024-09-02T00:00:00", "heading": None},
    ],
)
def test_what_was_fetched_replaces_what_is_held_of_its_source_whatever_it_says(
    invented: Any, fields: dict[str, Any]
) -> None:
    corrected = invented.received(1, dateAnswerCorrected="2025-02-20T00:00:00")
    held = invented.candidate(corrected, Standing.HELD)
    fetched = invented.candidate(invented.received(1, day=NEXT_DAY, **fields), Standing.FETCHED)
    found = gather([held, fetched])
    assert [one.received for one in found.kept] == [fetched.received]
    assert found.kept[0].earlier == (corrected,)
    # The order is never so, but what is fetched would stand.
    assert [one.received for one in gather([fetched, held]).kept] == [fetched.received]


def test_what_was_fetched_does_not_replace_a_better_copy_of_another_source(invented: Any) -> None:
    page = invented.candidate(invented.page(1), Standing.HELD)
    waiting = invented.candidate(invented.unanswered(1), Standing.FETCHED)
    found = gather([page, waiting])
    assert [one.received for one in found.kept] == [page.received]
    assert found.kept[0].copies == (waiting.received.provenance,)


def test_of_two_copies_fetched_the_later_stands(invented: Any) -> None:
    one = invented.candidate(invented.received(1, answerText="<p>Ten pounds.</p>"), Standing.FETCHED)
    other = invented.candidate(invented.unanswered(1), Standing.FETCHED)
    assert [found.received for found in gather([one, other]).kept] == [other.received]
    assert [found.received for found in gather([other, one]).kept] == [one.received]


def test_the_same_words_fetched_again_keep_the_day_on_which_they_were_first_read(invented: Any) -> None:
    held = invented.candidate(invented.received(1), Standing.HELD)
    for again in (Standing.READ, Standing.FETCHED):
        found = gather([held, invented.candidate(invented.received(1, day=NEXT_DAY), again)])
        assert found.kept == (held,)
        assert found.repeated == 1


def test_the_same_bytes_from_a_second_place_are_listed_as_a_copy(invented: Any) -> None:
    held = invented.candidate(invented.received(1), Standing.HELD)
    again = invented.received(1, source="other.jsonl", day=NEXT_DAY)
    found = gather([held, invented.candidate(again)])
    assert found.kept == (replace(held, copies=(again.provenance,)),)


def test_a_source_that_is_a_copy_already_is_listed_once(invented: Any) -> None:
    held = invented.candidate(invented.received(1), Standing.HELD, copies=(SAVED,))
    later = replace(SAVED, read_on=NEXT_DAY, place=7)
    other = replace(from_saved_page(held, api_id=1), received=Received("saved-page", b"x", later))
    for order in ([held, other], [other, held]):
        assert gather(order).kept[0].copies == (later,)


def test_the_texts_before_are_kept_oldest_first_and_each_once(invented: Any) -> None:
    words = ("<p>Ten pounds.</p>", "<p>Twenty pounds.</p>", "<p>Thirty pounds.</p>")
    days = (date(2026, 11, 21), NEXT_DAY, LAST_DAY)
    received = [invented.received(1, day=day, answerText=text) for day, text in zip(days, words, strict=True)]
    held = gather([invented.candidate(received[0])]).kept[0]
    for one in received[1:]:
        held = gather([replace(held, standing=Standing.HELD), invented.candidate(one, Standing.FETCHED)]).kept[0]
    assert (held.received, held.earlier) == (received[2], (received[0], received[1]))
    # Parliament goes back to the first text.
    back = invented.received(1, day=date(2026, 11, 24), answerText=words[0])
    held = gather([replace(held, standing=Standing.HELD), invented.candidate(back, Standing.FETCHED)]).kept[0]
    assert (held.received, held.earlier) == (back, (received[1], received[2]))


def test_a_copy_whose_text_is_the_same_is_no_earlier_text(invented: Any) -> None:
    held = invented.candidate(invented.received(1, heading="Roads"), Standing.HELD)
    fetched = invented.candidate(invented.received(1, day=NEXT_DAY), Standing.FETCHED)
    assert gather([held, fetched]).kept[0].earlier == ()


def test_a_question_that_waited_for_its_answer_had_no_earlier_text(invented: Any) -> None:
    held = invented.candidate(invented.unanswered(1), Standing.HELD)
    fetched = invented.candidate(invented.received(1, day=NEXT_DAY), Standing.FETCHED)
    assert gather([held, fetched]).kept[0].earlier == ()


def test_the_text_of_another_source_is_no_earlier_text(invented: Any) -> None:
    page = invented.candidate(invented.page(1, answerText="<p>Ten pounds.</p>"), Standing.HELD)
    api = invented.candidate(invented.received(1), Standing.FETCHED)
    assert gather([page, api]).kept[0].earlier == ()


def test_texts_before_are_those_of_the_source_that_is_served(invented: Any) -> None:
    first = invented.received(1, answerText="<p>Ten pounds.</p>")
    second = invented.received(1, day=NEXT_DAY, answerText="<p>Twenty pounds.</p>")
    held = invented.candidate(second, Standing.HELD, earlier=(first,))
    corrected = replace(
        from_saved_page(held, api_id=1, corrected=date(2025, 3, 1)), received=Received("official-page", b"x", SAVED)
    )
    found = gather([held, corrected]).kept[0]
    assert found.received.reader == "official-page"
    assert found.earlier == ()


def test_withdrawn_questions_and_statements_are_left_out_by_their_ids(invented: Any) -> None:
    candidates = [invented.candidate(invented.received(number)) for number in (1, 2, 3)]
    statement = replace(candidates[0].record, genre=Genre.STATEMENT, api_id=None, statement_id=2, uin=None)
    candidates.append(Candidate(Received("parliament-statements", b"{}", SAVED), statement))
    found = gather(candidates, frozenset(("id-2",)))
    assert kept_keys(found) == ["commons-2024-09-02-1001", "commons-2024-09-02-1003", "statement-2"]
    found = gather(candidates, frozenset(("id-9", "statement-2", "statement-1")))
    assert kept_keys(found) == [f"commons-2024-09-02-100{number}" for number in (1, 2, 3)]
    # What was withdrawn was not a repeated copy.
    assert found.repeated == 0


def test_a_key_that_is_no_longer_used_leads_to_the_last(invented: Any) -> None:
    by_id = invented.candidate(invented.received(1, uin=None), Standing.HELD)
    numbered = invented.candidate(invented.received(1), Standing.FETCHED)
    found = gather([by_id, numbered], redirects={"x-0123456789abcdef": "id-1", "x-gone": "id-9"})
    last = "commons-2024-09-02-1001"
    assert kept_keys(found) == [last]
    assert found.redirects == {"id-1": last, "x-0123456789abcdef": last}


def test_a_key_in_use_again_leads_nowhere_else(invented: Any) -> None:
    numbered = invented.candidate(invented.received(1), Standing.HELD)
    back = invented.candidate(invented.received(1, uin=None), Standing.FETCHED)
    found = gather([numbered, back], redirects={"id-1": "commons-2024-09-02-1001"})
    assert kept_keys(found) == ["id-1"]
    assert found.redirects == {"commons-2024-09-02-1001": "id-1"}


def test_redirects_that_go_round_in_a_circle_end(invented: Any) -> None:
    kept = [invented.candidate(invented.received(1))]
    assert gather(kept, redirects={"a": "b", "b": "c", "c": "a"}).redirects == {}


def test_a_redirect_to_a_question_that_was_withdrawn_goes_with_it(invented: Any) -> None:
    pair = [invented.candidate(invented.received(1, uin=None)), invented.candidate(invented.received(1))]
    found = gather(pair, frozenset(("id-1",)))
    assert (found.kept, found.redirects) == ((), {})


def test_a_copy_without_a_number_joins_the_one_question_with_its_words_and_its_day(invented: Any) -> None:
    numbered = invented.candidate(invented.received(1))
    saved = from_saved_page(numbered, question=f"  {numbered.record.question} \n")
    for order in ([numbered, saved], [saved, numbered]):
        found = gather(order)
        assert kept_keys(found) == [numbered.record.key]
        assert found.kept[0].copies == (SAVED,)
        assert found.redirects == {saved.record.key: numbered.record.key}
        assert found.repeated == 1


@pytest.mark.parametrize(
    "facts", [{"answered": date(2024, 9, 30)}, {"answered": None}, {"question": "To ask, something else."}]
)
def test_a_copy_without_a_number_joins_no_question_with_other_words_or_another_day(
    invented: Any, facts: dict[str, Any]
) -> None:
    numbered = invented.candidate(invented.received(1))
    found = gather([numbered, from_saved_page(numbered, **facts)])
    assert len(found.kept) == 2
    assert found.redirects == {}


def test_a_copy_without_a_number_joins_neither_of_two_questions_that_fit(invented: Any) -> None:
    same = {"questionText": "To ask, how many.", "dateAnswered": "2024-09-10T00:00:00"}
    numbered = [invented.candidate(invented.received(number, **same)) for number in (1, 2)]
    for order in permutations([*numbered, from_saved_page(numbered[0])]):
        found = gather(order)
        assert len(found.kept) == 3
        assert all(one.copies == () for one in found.kept)


def test_two_copies_without_a_number_join_the_same_question(invented: Any) -> None:
    numbered = invented.candidate(invented.received(1))
    saved = from_saved_page(numbered)
    elsewhere = replace(SAVED, reader="other-site", source="other.txt")
    other = Candidate(Received("other-site", b"x", elsewhere), replace(saved.record, provenance=elsewhere))
    for order in permutations([numbered, saved, other]):
        found = gather(order)
        assert kept_keys(found) == [numbered.record.key]
        assert found.kept[0].copies == (elsewhere, SAVED)
        assert found.redirects == {one.record.key: numbered.record.key for one in (saved, other)}


def test_a_copy_that_has_only_an_id_joins_its_question_though_a_copy_without_id_is_served(invented: Any) -> None:
    holding = invented.candidate(invented.received(1, answerText=NO_TIME, answerIsHolding=True))
    page = invented.candidate(invented.page(1, answerText="<p>Twenty pounds.</p>"))
    by_id = invented.candidate(invented.received(1, uin=None, house=None, answerText=NO_TIME))
    for order in permutations([holding, page, by_id]):
        assert kept_keys(gather(order)) == [page.record.key], [one.record.provenance.reader for one in order]


def test_a_withdrawn_question_goes_though_a_copy_without_id_is_served(invented: Any) -> None:
    holding = invented.candidate(invented.received(1, answerText=NO_TIME, answerIsHolding=True))
    page = invented.candidate(invented.page(1, answerText="<p>Twenty pounds.</p>"))
    assert gather([holding, page], frozenset(("id-1",))).kept == ()


def test_marks_tell_readers_and_bytes_apart(invented: Any) -> None:
    received = invented.received(1)
    assert mark_of(received) == mark_of(invented.received(1, source="elsewhere", day=NEXT_DAY))
    assert len({mark_of(received), mark_of(replace(received, reader="x")), mark_of(replace(received, raw=b""))}) == 3
    assert len(mark_of(received)) == 16


def test_answers_are_grouped_by_body_and_text(invented: Any) -> None:
    same = "<p>The same words for all of them.</p>"
    records = [
        invented.candidate(invented.received(1, answerText=same)).record,
        invented.candidate(invented.received(2)).record,
        invented.candidate(invented.received(3, answerText=same)).record,
        invented.candidate(invented.received(4, answerText=same, answeringBodyName="Home Office")).record,
    ]
    assert list(answer_groups(records)) == [0, 1, 0, 2]


def test_without_a_body_the_office_then_the_answerer_stand_in_for_it(invented: Any) -> None:
    record = invented.candidate(invented.received(1, answeringBodyName=None, answeringBodyId=None)).record
    lords = replace(record, question="To ask His Majesty's Government, how many.")
    alone = replace(lords, answerer=None)
    assert answer_name(record) == answer_name(replace(record, answerer=None, uin="7"))
    assert answer_name(lords) == answer_name(replace(lords, uin="7")) != answer_name(record)
    assert answer_name(alone) != answer_name(replace(alone, uin="7"))


def test_the_undated_come_last_and_ties_break_by_key(invented: Any) -> None:
    days = {3: "2024-09-10T00:00:00", 1: "2024-09-11T00:00:00", 2: "2024-09-10T00:00:00", 4: None}
    candidates = [invented.candidate(invented.received(n, dateAnswered=day)) for n, day in days.items()]
    assert [one.record.api_id for one in in_date_order(candidates)] == [2, 3, 1, 4]


VARIANTS: Sequence[dict[str, Any]] = (
    {},
    {"heading": None},
    {"answerText": None, "dateAnswered": None},
    {"answerText": "<p>Corrected.</p>", "dateAnswerCorrected": "2025-02-20T00:00:00"},
    {"answerText": NO_TIME},
)


@given(data=st.data())
def test_copies_in_any_order_gather_to_the_same(data: st.DataObject, invented: Any) -> None:
    picked = data.draw(
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, len(VARIANTS) - 1), st.booleans()), unique=True)
    )
    candidates = [
        invented.candidate(
            invented.page(number, source=f"{number}-{variant}.html")
            if page
            else invented.received(number, source=f"{number}-{variant}.json", **VARIANTS[variant])
        )
        for number, variant, page in picked
    ]
    turned = data.draw(st.permutations(candidates))
    found, other = gather(candidates), gather(turned)
    assert kept_keys(other) == kept_keys(found)
    assert texts(other) == texts(found)
    assert other.redirects == found.redirects
    assert other.repeated == found.repeated
    # A page between two texts of the data hides the first; which of two equal pages is served is the order's.
    if not any(page for *_, page in picked):
        assert [one.received for one in other.kept] == [one.received for one in found.kept]
        assert [one.copies for one in other.kept] == [one.copies for one in found.kept]
        assert [texts_before(one) for one in other.kept] == [texts_before(one) for one in found.kept]


def test_nobody_elses_copy_stands_before_parliaments_even_if_it_says_that_it_is_corrected(invented: Any) -> None:
    api = invented.candidate(invented.received(1, answerText=NO_TIME, answerIsHolding=True))
    table = replace(
        from_saved_page(api, uin="1001", tabled=api.record.tabled, corrected=date(2026, 7, 1)),
        received=Received("mapped-table", b"x", SAVED),
    )
    for order in permutations([api, table]):
        found = gather(order).kept
        assert [one.received.reader for one in found] == ["parliament-api"]
        assert found[0].copies == (SAVED,)
