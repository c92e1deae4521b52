"""What a search shows of answers that nearly repeat one another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.build import build
from retrieval.encoders import Encoder
from retrieval.filters import Filters
from retrieval.hit_results import Hit, NearDuplicate, Span
from retrieval.records import Genre
from retrieval.search import Searcher
from tests.conftest import ToyEncoder
from tests.replay.invented import question, statement

SPENT = "The Department spent £{} million on mending the invented lanterns of {} in {}, which lasts for years to come."
WHAT = "spent by the Department on mending the invented lanterns"
PLACES = [("Kent", 4, 2022), ("Essex", 5, 2023), ("Surrey", 6, 2024), ("Dorset", 7, 2025)]
COUNCILS = "Councils, and not the Department, decide how many invented lanterns they light, and in which streets."


def spent(number: int, place: str, million: int, year: int, **facts: Any) -> dict[str, Any]:
    """Return a question about one place's lanterns, answered in the summer after `year`."""
    day = date(year + 1, 6, number % 28 + 1)
    asked = f"To ask the Secretary of State for Invented Affairs, how much was spent on lanterns in {place}."
    said = f"<p>{SPENT.format(million, place, year)}</p>"
    given = {"questionText": asked, "answerText": said, "heading": f"Lanterns: {place}", "dateAnswered": day}
    return question(number, **(given | {"dateTabled": day} | facts))


def searcher_over(folder: Path, encoder: Encoder, values: Sequence[dict[str, Any]]) -> Searcher:
    """Build records into a directory and open it."""
    kinds = {"answers": [one for one in values if "questionText" in one]}
    kinds["statements"] = [one for one in values if "questionText" not in one]
    sources = [folder / f"{name}.jsonl" for name, found in kinds.items() if found]
    for source in sources:
        lines = (json.dumps({"value": one}) + "\n" for one in kinds[source.stem])
        source.write_text("".join(lines), encoding="utf-8")
    build([str(source) for source in sources], folder / "data", encoder)
    return Searcher.open(folder / "data", encoder)


@pytest.fixture(scope="module")
def lanterns(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Build four answers that nearly repeat one another, one of them given twice, and one that says something else."""
    values = [spent(number, *facts) for number, facts in enumerate(PLACES, start=11)]
    again = spent(14, *PLACES[0], dateAnswered=date(2026, 1, 5))
    same_body = {name: values[0][name] for name in ("answeringBodyId", "answeringBodyName")}
    other = question(21, answerText=f"<p>{COUNCILS}</p>", questionText="To ask the Minister, who lights lanterns.")
    return searcher_over(
        tmp_path_factory.mktemp("near"), ToyEncoder(), [*values, again | same_body | {"id": 15}, other]
    )


def marked(text: str, spans: Sequence[Span]) -> list[str]:
    """Return the parts of a text that are marked."""
    return [text[span.start : span.end] for span in spans]


def texts_of(hits: Sequence[Hit]) -> list[str]:
    """Return the passages of hits."""
    return [hit.passage.text for hit in hits]


@pytest.mark.parametrize("place", PLACES)
def test_the_answer_about_the_place_that_was_asked_for_leads(lanterns: Searcher, place: tuple[str, int, int]) -> None:
    name, million, year = place
    for asked in (f"{WHAT} of {name}", f"{WHAT} in {year}"):
        hits = lanterns.search(asked).hits
        assert texts_of(hits[:1]) == [SPENT.format(million, name, year)]
        assert sum("spent" in text for text in texts_of(hits)) == 1
        assert hits[0].near_duplicates_total == 3


def test_each_near_duplicate_is_listed_with_its_citation_and_its_differing_words(lanterns: Searcher) -> None:
    hit = lanterns.search(f"{WHAT} of Essex").hits[0]
    kent = next(other for other in hit.near_duplicates if "Kent" in other.text)
    assert marked(hit.passage.text, hit.differing) == ["5", "Essex", "2023"]
    assert marked(kent.text, kent.differing) == ["4", "Kent", "2022"]
    # Of an answer that was given twice, the newest is cited.
    assert kent == NearDuplicate(
        key="commons-2023-06-15-14",
        uin="14",
        answering_body="Office for Fictional Standards",
        tabled=date(2023, 6, 15),
        answered=date(2026, 1, 5),
        text=SPENT.format(4, "Kent", 2022),
        ordinal=1,
        cite_as="14 [of Session 2022-23] on Lanterns: Kent given on 5 January 2026",
        differing=kent.differing,
    )


def test_without_grouping_each_near_duplicate_is_a_hit_of_its_own(lanterns: Searcher) -> None:
    hits = lanterns.search(f"{WHAT} of Essex", group=False).hits
    assert sorted(text for text in texts_of(hits) if "spent" in text) == sorted(
        SPENT.format(million, place, year) for place, million, year in PLACES
    )
    assert all((hit.near_duplicates, hit.near_duplicates_total, hit.differing) == ((), 0, ()) for hit in hits)


def test_an_answer_that_nothing_repeats_lists_nothing(lanterns: Searcher) -> None:
    hit = next(hit for hit in lanterns.search(COUNCILS).hits if hit.passage.text == COUNCILS)
    assert (hit.near_duplicates, hit.near_duplicates_total, hit.differing) == ((), 0, ())


def test_only_what_passes_the_filters_leads_or_is_listed(lanterns: Searcher) -> None:
    hit = lanterns.search(
        f"{WHAT} of Kent", Filters(answered_from=date(2024, 1, 1), answered_to=date(2025, 12, 31))
    ).hits[0]
    assert "Kent" not in hit.passage.text
    assert len(hit.near_duplicates) == hit.near_duplicates_total == 1
    assert {"Essex", "Surrey"} == {
        place for place, *_ in PLACES for text in (hit.passage.text, hit.near_duplicates[0].text) if place in text
    }


def test_the_limit_counts_hits_after_near_duplicates_have_become_one(lanterns: Searcher) -> None:
    asked = f"{WHAT} of Essex {COUNCILS}"
    assert [hit.near_duplicates_total for hit in lanterns.search(asked, limit=2).hits] == [0, 3]
    assert lanterns.search(asked, limit=2).hits[:1] == lanterns.search(asked, limit=1).hits


def test_a_ranking_has_near_duplicates_apart_unless_asked_to_group_them(lanterns: Searcher) -> None:
    asked = f"{WHAT} of Essex"
    apart, together = lanterns.rank(asked), lanterns.rank(asked, group=True)
    assert (len(apart), len(together)) == (5, 2)
    assert together[0] == apart[0]


def test_no_more_than_twenty_near_duplicates_are_listed(tmp_path: Path, toy_encoder: Encoder) -> None:
    values = [spent(number, "Kent", number, 1990 + number, uin=str(number)) for number in range(1, 31)]
    hit = searcher_over(tmp_path, toy_encoder, values).search(f"{WHAT} of Kent in 2007").hits[0]
    assert (hit.citation.uin, hit.near_duplicates_total) == ("17", 29)
    assert len({other.key for other in hit.near_duplicates} - {hit.key}) == 20


def test_a_statement_is_never_listed_with_answers(tmp_path: Path, toy_encoder: Encoder) -> None:
    value = spent(11, "Kent", 4, 2022)
    made = statement(50, text=f"<p>{SPENT.format(5, 'Essex', 2023)}</p>")
    hits = searcher_over(tmp_path, toy_encoder, [value, made]).search(WHAT).hits
    assert {(hit.genre, hit.near_duplicates_total) for hit in hits} == {(Genre.ANSWER, 0), (Genre.STATEMENT, 0)}


def test_of_the_rows_of_a_table_the_one_in_the_same_place_corresponds(tmp_path: Path, toy_encoder: Encoder) -> None:
    lead = (
        "The table shows how many invented lanterns the Department mended in {} in each half of the year, by district."
    )
    rows = "".join(f"<tr><td>{{{2 * n}}}</td><td>{{{2 * n + 1}}}</td></tr>" for n in range(3))
    table = f"<p>{lead}</p><table><tr><td>Spring</td><td>Autumn</td></tr>{rows}</table>"
    kent, essex = (table.replace("{}", place) for place in ("Kent", "Essex"))
    values = [
        spent(11, "Kent", 0, 2022, answerText=kent.format(11, 12, 13, 14, 15, 16)),
        spent(12, "Essex", 0, 2022, answerText=essex.format(21, 22, 23, 24, 25, 26)),
    ]
    hit = searcher_over(tmp_path, toy_encoder, values).search("lanterns mended in Kent in each half: 13 14").hits[0]
    assert (hit.passage.text, hit.near_duplicates[0].text) == ("13\t14", "23\t24")


STEMS = (
    SPENT,
    "As of {2}, there were {0} people who looked after an invented lighthouse in {1}, as councils told the Department.",
    "We gave councils in {1} a grant of {0} pounds in {2} so that they could light streets and squares in winter.",
)


@settings(max_examples=12, deadline=None)
@given(
    facts=st.lists(
        st.tuples(st.sampled_from(STEMS), st.integers(1, 9), st.sampled_from(PLACES)), min_size=1, max_size=12
    ),
    asked=st.sampled_from([WHAT, f"{WHAT} of Kent in 2023", "people who looked after an invented lighthouse in Essex"]),
)
def test_a_near_group_is_one_hit_and_no_answer_is_lost_from_reach(
    tmp_path_factory: pytest.TempPathFactory, facts: list[tuple[str, int, tuple[str, int, int]]], asked: str
) -> None:
    values = [
        spent(number, place, million, year, answerText=f"<p>{stem.format(million, place, year)}</p>")
        for number, (stem, million, (place, _, year)) in enumerate(facts, start=1)
    ]
    searcher = searcher_over(tmp_path_factory.mktemp("drawn"), ToyEncoder(), values)
    together, apart = (searcher.search(asked, limit=200, group=group).hits for group in (True, False))
    store = searcher.corpus.store
    near = [int(store.near_group_of_record[store.number_of(hit.key)]) for hit in together]
    assert len(set(near)) == len(near)
    reached = {hit.key for hit in together} | {other.key for hit in together for other in hit.near_duplicates}
    assert {hit.key for hit in apart} <= reached
