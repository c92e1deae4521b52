"""What users are told of statements, pointers, non-ministers, earlier governments, attachments and gaps."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from retrieval.completeness import Gap, MonthCoverage
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.filters import Filters
from retrieval.hit_results import AlsoGiven
from retrieval.records import AnswererKind, Attachment, Genre, House, LinkedStatement, Provenance
from retrieval.search import Searcher
from service.answer_page import answer_page
from service.briefing import briefing
from service.corrected import corrected_by
from service.coverage_page import coverage_page
from service.months_table import months_table
from service.phrases import completeness, gap_told, no_minister
from service.terminal import Terminal, show

MAY = ("2026-05", "2026-05")

if TYPE_CHECKING:
    from tests.service.conftest import Despatch

NEVER = Gap("what is indexed was never compared with Parliament's own lists")


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


def printed(lines: object) -> str:
    file = io.StringIO()
    show(Terminal(file, terminal=True, width=120), lines)  # type: ignore[arg-type]
    return plain(file.getvalue())


@pytest.fixture
def search(despatch: Despatch, filled_once: Path):
    def asked(question: str, *options: object) -> str:
        told = despatch("search", question, "--data", filled_once, "--model", "toy", *options, terminal=True, width=120)
        assert told.code == 0, told.err
        return plain(told.out)

    return asked


# a search in a terminal


def test_a_statement_is_made_and_has_a_title_and_its_ministers_post(search):
    told = search("I have today published report 50 on lanterns", "--genre", "statement", "--limit", "1")
    assert "Invented Member 900102, Secretary of State for Invented Affairs (Invented Amber Party" in told
    assert "Office for Fictional Standards, made 23 June 2026. Written statement. Passage 1 of the statement." in told
    assert "Title: Invented Lanterns: Report 50" in told
    assert "Question:" not in told
    assert "Made under an earlier government (Starmer Labour Government)." in told
    assert "Whole statement: despatch show commons-2026-06-23-hcws50" in told


def test_an_answer_is_told_to_be_of_an_earlier_government_once(search):
    told = search("The Department lit 13 invented lanterns in district 1", "--limit", "1")
    assert told.count("Answered under an earlier government (Starmer Labour Government).") == 1
    assert "answered 9 June 2026. Substantive answer." in told


def test_a_pointer_is_found_through_its_target(search):
    told = search("The Department lit 13 invented lanterns in district 1", "--limit", "1")
    assert "1 other answer points to this one: 10." in told


def test_pointers_that_are_asked_for_say_where_they_lead(search, filled_once: Path):
    told = search("I refer the hon. Member to the answer given to Question", "--kind", "pointer")
    assert "Refers to Question 1 of 9 June 2026. See it: despatch show commons-2026-06-02-1" in told
    assert (
        "Refers to Question 777 of 18 May 2026, not in this corpus. "
        "https://questions-statements.parliament.uk/written-questions/detail/2026-05-11/777"
    ) in told


def test_a_pointer_that_leads_nowhere_is_counted_and_not_shown(search):
    told = search("I refer the hon. Member to the answer given to Question 777 on 18 May 2026")
    assert "Left out: 1 close match (points to another answer). To see them, add --kind pointer" in told


def test_who_is_no_minister_is_said_to_be_none(search):
    told = search("The invented belfry fund paid for nine invented bells", "--answerer", "non_minister")
    assert "Answers for the Church Commissioners; not a minister." in told
    assert "not a minister" not in search("The Department lit 13 invented lanterns", "--answerer", "minister")


def test_what_was_searched_is_said_to_be_complete_with_the_day(search):
    told = search("The Department lit 13 invented lanterns in district 1")
    assert ("it holds all that was on Parliament's lists when they were read on or after 22 November 2026.") in told


def test_what_may_be_missing_is_named(search):
    told = search("The Department lit 13 invented lanterns", "--tabled-from", "2026-01-01", "--limit", "1")
    assert "May be incomplete: Commons questions of January 2026 to May 2026: not asked for; Lords questions of" in told
    assert "Compared with Parliament's lists on or after 22 November 2026." in told


# over HTTP


def keys(client: TestClient, **filters: str) -> set[str]:
    found = client.get("/v1/search", params={"q": "invented lanterns bells report published", "limit": "50", **filters})
    assert found.status_code == 200, found.text
    return {hit["key"] for hit in (*found.json()["hits"], *found.json()["near_misses"])}


def test_statements_can_be_asked_for_alone_or_left_out(filled_client: TestClient):
    statements = keys(filled_client, genre="Statement")
    assert statements
    assert all("hcws" in key for key in statements)
    answers = keys(filled_client, genre="answer")
    assert answers
    assert not any("hcws" in key for key in answers)


def test_answers_of_ministers_can_be_told_from_others(filled_client: TestClient, filled_once: Path):
    corpus = Corpus.open(filled_once)
    others = corpus.admitted(Filters(answerer=(AnswererKind.NON_MINISTER,)))
    assert [corpus.store.record(int(number)).key for number in others] == ["commons-2026-06-21-20"]
    assert keys(filled_client, answerer="non_minister") <= {"commons-2026-06-21-20"}


@pytest.mark.parametrize(
    ("name", "value", "nearest"), [("genre", "answers", ["answer"]), ("answerer", "ministr", ["minister"])]
)
def test_a_slip_in_the_new_filters_is_told_the_nearest(
    filled_client: TestClient, name: str, value: str, nearest: list[str]
):
    told = filled_client.get("/v1/search", params={"q": "x", name: value})
    assert told.status_code == 422
    assert told.json()["field"] == name
    assert told.json()["nearest"][:1] == nearest


def test_a_search_over_http_has_all_of_it(filled_client: TestClient):
    found = filled_client.get(
        "/v1/search", params={"q": "The Department lit 13 invented lanterns in district 1"}
    ).json()
    hit = found["hits"][0]
    assert (hit["genre"], hit["earlier_government"]) == ("answer", "Starmer Labour Government")
    assert [other["key"] for other in hit["pointed_to_by"]] == ["commons-2026-06-11-10"]
    assert (found["searched"]["complete"], found["searched"]["gaps"]) == (True, [])
    assert found["searched"]["checked_at"] == "2026-11-22T08:00:00Z"


# one whole answer


def test_attachments_have_title_type_and_size(despatch: Despatch, filled_once: Path):
    told = plain(despatch("show", "7", "--data", filled_once, terminal=True, width=120).out)
    assert "Attachments Invented table 1 of answer 7 (application/pdf, 1.0 kB) https://qna.files.example" in told
    answer = Corpus.open(filled_once).answer("7")
    sizes = {None: "", 999: " (999 bytes)", 12_345: " (12 kB)", 3_400_000: " (3.4 MB)", 2 * 10**12: " (2,000 GB)"}
    for size, shown in sizes.items():
        one = Attachment("Letter", "https://example.org/1", None, size)
        assert f"Letter{shown} https://example.org/1" in printed(answer_page(replace(answer, attachments=(one,))))


def test_a_corrected_answer_leads_to_its_statement_and_its_history(despatch: Despatch, filled_once: Path):
    told = plain(despatch("show", "5", "--data", filled_once, terminal=True, width=120).out)
    assert "Corrected 20 June 2026 Corrected in commons-2026-06-25-hcws52" in told
    assert f"Earlier texts: despatch history commons-2026-06-06-5 --data {filled_once}" in told
    assert "Earlier texts" not in despatch("show", "1", "--data", filled_once, terminal=True).out


def test_a_statement_is_shown_as_one(despatch: Despatch, filled_once: Path):
    told = plain(despatch("show", "commons-2026-06-25-hcws52", "--data", filled_once, terminal=True, width=120).out)
    assert "Made by Invented Member 900101, Secretary of State for Invented Affairs" in told
    assert "Made 25 June 2026 What it is Written statement" in told
    assert f"Corrects despatch show commons-2026-06-06-5 --data {filled_once}" in told
    for word in ("Answered", "Asked by", "Tabled"):
        assert word not in told


def test_an_answer_says_what_it_names_and_what_points_to_it(despatch: Despatch, filled_once: Path):
    told = plain(despatch("show", "1", "--data", filled_once, terminal=True, width=120).out)
    assert "1 other answer points to this one commons-2026-06-11-10: 10 [of Session 2026-27] on Invented" in told
    told = plain(despatch("show", "11", "--data", filled_once, terminal=True, width=120).out)
    assert "Named in it Follows Question 1 of 9 June 2026. See it: despatch show commons-2026-06-02-1" in told
    assert f"The questions it follows: despatch thread commons-2026-06-12-11 --data {filled_once}" in told


def test_who_answers_for_a_body_is_told_beside_the_name(despatch: Despatch, filled_once: Path):
    told = plain(despatch("show", "20", "--data", filled_once, terminal=True, width=120).out)
    assert "; answers for the Church Commissioners; not a minister Answering body Church Commissioners" in told


def test_the_other_copies_of_an_answer_are_listed(filled_once: Path):
    answer = Corpus.open(filled_once).answer("1")
    copy = Provenance("parliament-api", "dump.jsonl", 7, date(2026, 11, 1))
    shown = printed(answer_page(replace(answer, copies=(copy,))))
    assert "Other copies read, and not served dump.jsonl, read 1 November 2026" in shown


def test_a_statement_made_twice_and_a_link_without_a_day_are_told(filled_once: Path):
    answer = Corpus.open(filled_once).answer("commons-2026-06-23-hcws50")
    other = replace(
        Corpus.open(filled_once).answer("8").also_given[0], key="lords-2026-06-23-hlws9", answered=date(2026, 6, 23)
    )
    linked = LinkedStatement(9, "JointStatement")
    shown = printed(answer_page(replace(answer, also_given=(other,), linked=(linked,))))
    assert "The same text in 1 other statement lords-2026-06-23-hlws9: made 23 June 2026" in shown
    assert "Linked to a joint statement (Parliament's id 9) " in shown


def test_what_a_statement_corrects_and_is_not_here_is_told_by_its_id(filled_once: Path):
    answer = Corpus.open(filled_once).answer("commons-2026-06-25-hcws52")
    links = (LinkedStatement(4_040, "CorrectedAnswer"), LinkedStatement(41, "CorrectedStatement", date(2026, 6, 24)))
    shown = printed(answer_page(replace(answer, linked=links), corrects={5: "commons-2026-06-06-5"}))
    assert "Corrects an answer that was not found here (Parliament's id 4040)" in shown
    assert "Linked to a statement, by a correction (Parliament's id 41, 24 June 2026)" in shown


def test_an_equal_id_alone_does_not_make_an_answer_the_one_corrected(filled_once: Path):
    corpus = Corpus.open(filled_once)
    statement = corpus.answer("commons-2026-06-25-hcws52")
    assert corrected_by(corpus, statement) == {5: "commons-2026-06-06-5"}
    links = tuple(LinkedStatement(number, "CorrectedAnswer") for number in (1, 4_040))
    assert corrected_by(corpus, replace(statement, linked=(*links, LinkedStatement(5, "JointStatement")))) == {}


# coverage


def test_coverage_tells_every_month_and_what_is_kept_unanswered(despatch: Despatch, filled_once: Path):
    told = plain(despatch("coverage", "--data", filled_once, terminal=True, width=120).out)
    assert "14 answered questions and 2 written statements, Commons and Lords" in told
    assert "2 answers do nothing but point to another; of these, 1 to one that is here." in told
    assert "Kept beside them, and not searched: 1 question without an answer." in told
    assert "House Month Listed Held Waiting Withdrawn Complete Checked" in told
    assert "Commons 2026-06 15 13 1 1 yes 2026-11-22" in told
    assert "Statements by the month made" in told


def test_the_newest_months_are_shown_and_the_others_counted(filled_once: Path):
    coverage = Corpus.open(filled_once).coverage()
    month = next(one for one in coverage.months if one.house is House.COMMONS)
    months = tuple(
        replace(month, month=f"{year}-01", listed=None, checked_at=None, complete=False) for year in range(1990, 2020)
    )
    shown = printed(coverage_page(replace(coverage, months=months)))
    assert "Commons 2019-01 ? " in shown
    assert "no never" in shown
    assert "1995-01" not in shown
    assert "and 6 more, never compared with Parliament's list: add --json to see all" in shown


MONTH = MonthCoverage.of(
    Genre.ANSWER,
    House.COMMONS,
    "2026-06",
    listed=9,
    withdrawn=0,
    held=9,
    unanswered=0,
    failed=0,
    checked_at=datetime(2026, 11, 22, tzinfo=UTC),
    bodies=(),
)


def test_a_month_that_was_compared_and_is_not_complete_is_always_shown():
    short = replace(MONTH, month="1990-01", listed=10, complete=False)
    others = [replace(MONTH, month=f"{year}-01") for year in range(1991, 2021)]
    shown = printed(months_table("Questions", [short, *others]))
    assert "Commons 1990-01 10 9 0 no 2026-11-22" in shown
    assert "1997-01" not in shown
    assert "1998-01" in shown
    assert shown.endswith("and 7 more, complete: add --json to see all ")


def test_months_in_which_nothing_was_listed_are_one_line():
    empty = replace(MONTH, listed=0, held=0)
    months = [
        MONTH,
        *(replace(empty, month=f"2026-{month:02}", house=house) for month in (7, 8, 10) for house in House),
    ]
    months += [replace(empty, month=month) for month in ("2025-12", "2026-01")]
    shown = printed(months_table("Questions", months))
    assert "July to August 2026: nothing listed Commons, December 2025 to January 2026: nothing listed" in shown
    assert "Commons 2026-10 0 0 0 yes" in shown
    assert "2026-07" not in shown
    only = printed(months_table("Questions", months[1:5]))
    assert only.strip() == "Questions July to August 2026: nothing listed"


def test_no_column_is_cut_in_a_terminal_of_eighty_columns():
    full = replace(MONTH, listed=22_831, held=22_831, unanswered=9_999, withdrawn=99, failed=11, complete=False)
    file = io.StringIO()
    show(Terminal(file, terminal=True, width=80), months_table("Questions", [full]))
    rows = re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue()).splitlines()[2:]
    assert rows[0].split() == "House Month Listed Held Waiting Withdrawn Failed Complete Checked".split()
    assert rows[1].split() == "Commons 2026-06 22,831 22,831 9,999 99 11 no 2026-11-22".split()
    assert len(rows) == 2


def test_gaps_are_listed_under_a_title_of_their_own(filled_once: Path):
    coverage = Corpus.open(filled_once).coverage()
    gaps = tuple(Gap("not asked for", Genre.ANSWER, House.LORDS, f"20{year}-02") for year in range(10, 22))
    shown = printed(coverage_page(replace(coverage, gaps=gaps, inferred_facts={"house": 3})))
    assert "What may be missing, compared with Parliament's lists on or after 22 November 2026" in shown
    assert "Lords questions of February 2010: not asked for." in shown
    assert "Lords questions of February 2021: not asked for." in shown
    assert "Worked out, so filters take it and citations leave it out House 3" in shown
    assert "What may be missing Lords" in printed(coverage_page(replace(coverage, gaps=gaps, checked_at=None)))


# phrases


def test_gaps_are_told_in_plain_words():
    assert gap_told(NEVER) == NEVER.what
    assert gap_told(Gap("not asked for", Genre.STATEMENT, House.LORDS)) == "Lords statements: not asked for"
    assert gap_told(Gap("x", Genre.ANSWER, None, "2024-03", "2024-03")) == "questions of March 2024: x"
    assert gap_told(Gap("x", None, None, "2024-03", "2025-01")) == "March 2024 to January 2025: x"


def test_only_the_first_gaps_are_named():
    gaps = [Gap("not asked for", Genre.ANSWER, House.LORDS, f"2024-0{number}") for number in range(1, 6)]
    assert completeness(gaps, None, compared=(None, None), most=2) == (
        "May be incomplete: Lords questions of January 2024: not asked for; "
        "Lords questions of February 2024: not asked for; and 3 more."
    )
    assert completeness([], datetime(2026, 11, 22, tzinfo=UTC), compared=MAY, most=2).endswith(
        "on or after 22 November 2026."
    )
    assert completeness([], None, compared=MAY, most=2) == (
        "Complete for May 2026: it holds all that was on Parliament's lists when they were read."
    )


def test_a_body_has_one_article():
    assert no_minister(AnswererKind.NON_MINISTER, "The Speaker's Committee") == (
        "answers for The Speaker's Committee; not a minister"
    )
    assert no_minister(AnswererKind.MINISTER, "Home Office") == ""
    assert no_minister(None, None) == ""


def test_a_few_gaps_are_all_listed(filled_once: Path):
    coverage = Corpus.open(filled_once).coverage()
    gaps = tuple(Gap("not asked for", Genre.ANSWER, house) for house in House)
    shown = printed(coverage_page(replace(coverage, gaps=gaps)))
    assert "Commons questions: not asked for. Lords questions: not asked for." in shown


def test_a_statement_made_in_both_houses_is_one_hit_that_names_the_other(filled_once: Path, toy_encoder: Encoder):
    searcher = Searcher.open(filled_once, toy_encoder)
    result = searcher.search("I have today published report 50 on lanterns", Filters(genre=(Genre.STATEMENT,)))
    hit = result.hits[0]
    other = AlsoGiven("lords-2026-06-23-hlws9", "HLWS9", None, None, None, date(2026, 6, 23))
    shown = printed(briefing(replace(result, hits=(replace(hit, also_given=(other,), heading=None),))))
    assert "The same text in 1 other statement: HLWS9." in shown
    assert "Title: not in the source" in shown
