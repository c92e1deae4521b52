"""Departments: a name of any day tells its bodies, and a body its name of the day, or that it is not known."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib import resources
from itertools import combinations

import pytest

from retrieval.departments import (
    Department,
    Succession,
    answers_as_minister,
    department_named,
    department_on,
    departments,
    name_on,
    with_predecessors,
)
from retrieval.names import has_words

MHCLG = "Ministry of Housing, Communities and Local Government"
DLUHC = "Department for Levelling Up, Housing and Communities"
DCLG = "Department for Communities and Local Government"
DCMS = "Department for Culture, Media and Sport"
DDCMS = "Department for Digital, Culture, Media and Sport"
BEIS = "Department for Business, Energy and Industrial Strategy"
BIS = "Department for Business, Innovation and Skills"
DECC = "Department of Energy and Climate Change"
KNOWN_FROM = date(2010, 1, 1)
KNOWN_UNTIL = date(2026, 7, 20)


def only(name: str) -> Department:
    (found,) = department_named(name)
    return found


def names(rows: tuple[Department, ...]) -> list[str]:
    return [row.name for row in rows]


# The table itself


def test_the_table_has_each_body_under_each_name_once() -> None:
    table = departments()
    assert len(table) == 53
    assert len({(row.name, row.first_day) for row in table}) == 53
    assert list(table) == sorted(table, key=lambda row: (row.first_day, row.name))


def test_every_row_runs_forward_inside_what_the_table_vouches_for() -> None:
    for row in departments():
        assert KNOWN_FROM <= row.first_day < row.last_day <= date(2026, 9, 30), row.name
        assert row.stood_on(row.first_day)
        assert row.stood_on(row.last_day)
        assert not row.stood_on(row.first_day - timedelta(days=1))
        assert not row.stood_on(row.last_day + timedelta(days=1))


def test_no_two_rows_share_a_name_or_an_id_on_one_day() -> None:
    for one, other in combinations(departments(), 2):
        together = one.first_day <= other.last_day and other.first_day <= one.last_day
        if together:
            mine, theirs = ({row.name, *row.also, *row.hansard} for row in (one, other))
            assert not mine & theirs, (one.name, other.name)
            assert one.body_id is None or one.body_id != other.body_id, (one.name, other.name)


def test_an_abbreviation_stands_for_one_body_on_any_day() -> None:
    for one, other in combinations(departments(), 2):
        if one.first_day <= other.last_day and other.first_day <= one.last_day:
            assert not set(one.abbreviations) & set(other.abbreviations), (one.name, other.name)


def test_lineage_leads_to_a_row_that_had_ended_when_the_later_one_began() -> None:
    table = {(row.name, row.first_day): row for row in departments()}
    for row in departments():
        for origin in row.came_from:
            old = table[(origin.name, origin.first_day)]
            assert old.is_over, old.name
            assert old.last_day + timedelta(days=1) == row.first_day, (old.name, row.name)
            assert old.is_ministerial == row.is_ministerial


def test_a_name_changes_from_one_row_to_one_row() -> None:
    renamed = [
        (origin.name, origin.first_day)
        for row in departments()
        for origin in row.came_from
        if origin.how is Succession.RENAME
    ]
    assert len(renamed) == len(set(renamed)) == 9
    for row in departments():
        assert sum(origin.how is Succession.RENAME for origin in row.came_from) <= 1


def test_an_id_used_again_belongs_to_the_same_body_renamed() -> None:
    for one, other in combinations(departments(), 2):
        if one.body_id is not None and one.body_id == other.body_id:
            assert one in with_predecessors(other) or other in with_predecessors(one)


def test_every_body_that_has_gone_without_an_heir_is_meant_to() -> None:
    inherited = {(origin.name, origin.first_day) for row in departments() for origin in row.came_from}
    gone = [row.name for row in departments() if row.is_over and (row.name, row.first_day) not in inherited]
    assert gone == ["Deputy Prime Minister", "Department for Exiting the European Union"]


def test_every_row_names_its_sources_and_every_source_is_used() -> None:
    table = json.loads(resources.files("retrieval").joinpath("data/departments.json").read_text("utf-8"))
    assert all(row["source"] for row in table["departments"])
    assert {key for row in table["departments"] for key in row["source"]} == set(table["sources"])


# By name


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("MHCLG", [MHCLG, MHCLG]),
        ("mhclg", [MHCLG, MHCLG]),
        ("the Ministry of Housing, Communities & Local Government", [MHCLG, MHCLG]),
        ("DLUHC", [DLUHC]),
        ("DCMS", [DCMS, DDCMS, DCMS, DDCMS]),
        ("DDCMS", [DDCMS, DDCMS]),
        ("DCLG", [DCLG]),
        ("BEIS", [BEIS]),
        ("BIS", [BIS]),
        ("DECC", [DECC]),
        ("Department for Energy and Climate Change", [DECC]),
        ("DESNZ", ["Department for Energy Security and Net Zero"]),
        ("DBT", ["Department for Business and Trade"]),
        ("DSIT", ["Department for Science, Innovation and Technology"]),
        ("DIT", ["Department for International Trade"]),
        ("dexeu", ["Department for Exiting the European Union"]),
        ("DfID", ["Department for International Development"]),
        ("FCO", ["Foreign and Commonwealth Office"]),
        ("FCDO", ["Foreign, Commonwealth and Development Office"]),
        ("Foreign, Commonwealth & Development Office", ["Foreign, Commonwealth and Development Office"]),
        ("DH", ["Department of Health"]),
        ("DHSC", ["Department of Health and Social Care"]),
        ("DEFRA", ["Department for Environment, Food and Rural Affairs"]),
        ("MOD", ["Ministry of Defence"]),
        ("MoJ", ["Ministry of Justice"]),
        ("HMT", ["Treasury"]),
        ("HM Treasury", ["Treasury"]),
        ("The Treasury", ["Treasury"]),
        ("DWP", ["Department for Work and Pensions"]),
        ("DfT", ["Department for Transport"]),
        ("DfE", ["Department for Education"]),
        ("CO", ["Cabinet Office"]),
        ("NIO", ["Northern Ireland Office"]),
        ("Office of the Secretary of State for Scotland", ["Scotland Office"]),
        ("Wales Office", ["Wales Office"]),
        ("AGO", ["Attorney General"]),
        ("Attorney General’s Office", ["Attorney General"]),
        ("Government Equalities Office", ["Women and Equalities"]),
        ("Leader of the House of Commons", ["Leader of the House"]),
        ("Prime Minister", ["Prime Minister"]),
        ("Senior Deputy Speaker", ["The Senior Deputy Speaker"]),
        ("Speaker’s Committee for IPSA", ["Speaker's Committee for the Independent Parliamentary Standards Authority"]),
    ],
)
def test_a_body_is_found_by_name_or_abbreviation_as_people_type_it(asked: str, found: list[str]) -> None:
    assert names(department_named(asked)) == found


@pytest.mark.parametrize("asked", ["", "  ", "the", "&", "—", "Ministry of Silly Walks", "Housing", "217"])
def test_a_name_that_the_table_does_not_have_finds_nothing(asked: str) -> None:
    assert department_named(asked) == ()


@pytest.mark.parametrize(
    "typed",
    [
        "the MINISTRY of Housing, Communities & Local Government",
        "Ministry of Housing Communities and Local Government",
        "Ministry of Hóusing – Communities and the Local Government",
    ],
)
def test_a_name_is_folded_as_the_filters_fold_it(typed: str) -> None:
    assert has_words(MHCLG, typed)
    assert {row.name for row in department_named(typed)} == {MHCLG}


# Lineage


def test_housing_finds_its_earlier_names_through_the_one_it_had_between() -> None:
    before, after = department_named("MHCLG")
    assert names(with_predecessors(after)) == [MHCLG, DLUHC, MHCLG, DCLG]
    assert names(with_predecessors(before)) == [MHCLG, DCLG]
    assert names(with_predecessors(only("DLUHC"))) == [DLUHC, MHCLG, DCLG]
    assert names(with_predecessors(only("DCLG"))) == [DCLG]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("DESNZ", {BEIS, BIS, DECC}),
        ("DBT", {BEIS, BIS, DECC, "Department for International Trade"}),
        ("DSIT", {BEIS, BIS, DECC, DDCMS, DCMS}),
        ("BEIS", {BIS, DECC}),
        ("FCDO", {"Foreign and Commonwealth Office", "Department for International Development"}),
        ("DHSC", {"Department of Health"}),
        ("DfE", {"Department for Children, Schools and Families"}),
        ("SDS", {"Chairman of Committees"}),
        ("Restoration and Renewal", {"Parliamentary Works Sponsor Body"}),
        ("Home Office", set()),
        ("DExEU", set()),
    ],
)
def test_a_body_finds_all_it_took_over_from(asked: str, found: set[str]) -> None:
    first, *older = with_predecessors(only(asked))
    assert first == only(asked)
    assert {row.name for row in older} == found


def test_two_ways_back_to_one_body_give_it_once() -> None:
    family = with_predecessors(only("BIST"))
    assert len(family) == len(set(family)) == 9
    assert family[0].name == "Department for Business, Innovation, Science and Trade"
    days = [row.first_day for row in family[1:]]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("old", "new", "day", "how"),
    [
        (DCLG, MHCLG, date(2018, 1, 8), Succession.RENAME),
        (MHCLG, DLUHC, date(2021, 9, 19), Succession.RENAME),
        (DLUHC, MHCLG, date(2024, 7, 10), Succession.RENAME),
        (BIS, BEIS, date(2016, 7, 14), Succession.MERGER),
        (DECC, BEIS, date(2016, 7, 14), Succession.MERGER),
        (BEIS, "Department for Energy Security and Net Zero", date(2023, 2, 7), Succession.SPLIT),
        (
            "Department for International Trade",
            "Department for Business and Trade",
            date(2023, 2, 7),
            Succession.MERGER,
        ),
        (DDCMS, DCMS, date(2023, 2, 7), Succession.RENAME),
        (
            "Foreign and Commonwealth Office",
            "Foreign, Commonwealth and Development Office",
            date(2020, 9, 2),
            Succession.MERGER,
        ),
        (DCMS, DDCMS, date(2026, 7, 21), Succession.RENAME),
    ],
)
def test_a_body_takes_over_on_its_day(old: str, new: str, day: date, how: Succession) -> None:
    (row,) = (row for row in department_named(new) if row.first_day == day)
    assert (old, how) in {(origin.name, origin.how) for origin in row.came_from}


# The name of the day


@pytest.mark.parametrize(
    ("name", "body_id", "day", "found"),
    [
        (MHCLG, 7, date(2016, 2, 11), DCLG),
        (MHCLG, 7, date(2018, 1, 7), DCLG),
        (MHCLG, 7, date(2018, 1, 8), MHCLG),
        (MHCLG, 7, date(2022, 2, 2), DLUHC),
        (MHCLG, 7, date(2024, 7, 18), MHCLG),
        (DLUHC, 211, date(2023, 12, 18), DLUHC),
        (DLUHC, 211, date(2024, 9, 9), MHCLG),
        (None, 7, date(2016, 2, 11), DCLG),
        (None, 211, date(2023, 12, 18), DLUHC),
        (DCLG, None, date(2016, 2, 11), DCLG),
        ("Department of Health and Social Care", 17, date(2017, 3, 7), "Department of Health"),
        ("Department of Health", 17, date(2017, 3, 7), "Department of Health"),
        (None, 17, date(2024, 1, 9), "Department of Health and Social Care"),
        (DDCMS, 10, date(2015, 7, 23), DCMS),
        (DCMS, 217, date(2024, 1, 9), DCMS),
        (DCMS, 217, date(2026, 9, 1), DDCMS),
        ("HM Treasury", 14, date(2024, 1, 9), "Treasury"),
        ("Department for Exiting the European Union ", None, date(2019, 7, 23), only("DExEU").name),
        ("Home Office", 999, date(2024, 1, 9), "Home Office"),
        ("The Senior Deputy Speaker", 204, date(2015, 3, 3), "Chairman of Committees"),
    ],
)
def test_a_citation_gives_the_name_of_the_day(name: str | None, body_id: int | None, day: date, found: str) -> None:
    assert name_on(name, body_id, day) == found


@pytest.mark.parametrize(
    ("name", "body_id", "day"),
    [
        ("Home Office", 1, None),
        (None, None, date(2024, 1, 9)),
        ("", 1, date(2024, 1, 9)),
        ("Ministry of Silly Walks", 1, date(2024, 1, 9)),
        ("MHCLG", 7, date(2024, 9, 9)),
        (None, 999, date(2024, 1, 9)),
        ("Home Office", 14, date(2024, 1, 9)),
        ("Home Office", 1, KNOWN_FROM - timedelta(days=1)),
        ("Home Office", 1, KNOWN_UNTIL + timedelta(days=1)),
        (DDCMS, None, date(2026, 10, 1)),
        ("Department for Science, Innovation and Technology", 216, date(2026, 7, 21)),
        ("Foreign, Commonwealth and Development Office", 208, date(2019, 5, 1)),
        ("Foreign and Commonwealth Office", None, date(2021, 5, 1)),
        (BEIS, 201, date(2023, 2, 8)),
        ("Restoration and Renewal", 213, date(2022, 12, 31)),
        ("Deputy Prime Minister", None, date(2012, 1, 1)),
    ],
)
def test_where_the_table_does_not_know_the_source_s_own_name_stands(
    name: str | None, body_id: int | None, day: date | None
) -> None:
    assert name_on(name, body_id, day) is None
    assert department_on(name, body_id, day) is None


def test_a_record_falls_in_the_row_of_its_day_and_not_in_another_of_the_same_name() -> None:
    before, after = department_named("MHCLG")
    assert department_on(MHCLG, 7, date(2020, 6, 1)) == before
    assert department_on(MHCLG, 7, date(2025, 6, 1)) == after


# Ministers or not


@pytest.mark.parametrize(
    ("name", "body_id"),
    [
        ("House of Commons Commission", 18),
        ("Church Commissioners", 9),
        ("Speaker's Committee on the Electoral Commission", 36),
        ("Speaker’s Committee for the Independent Parliamentary Standards Authority", None),
        ("Public Accounts Commission", None),
        ("The Senior Deputy Speaker", None),
        ("Chairman of Committees (HL)", None),
        ("Parliamentary Works Sponsor Body", 207),
        ("Restoration and Renewal Client Board", None),
        (None, 18),
        ("A name not in the table", 9),
    ],
)
def test_an_answerer_who_is_no_minister_is_known(name: str | None, body_id: int | None) -> None:
    assert answers_as_minister(name, body_id) is False


@pytest.mark.parametrize(
    ("name", "body_id"),
    [
        ("Home Office", 1),
        (MHCLG, 7),
        ("Prime Minister", 23),
        ("Attorney General", 88),
        ("Leader of the House", 34),
        ("Leader of the House of Lords", None),
        ("Women and Equalities", 31),
        ("Deputy Prime Minister", None),
        (None, 208),
    ],
)
def test_an_answerer_who_is_a_minister_is_known(name: str | None, body_id: int | None) -> None:
    assert answers_as_minister(name, body_id) is True


@pytest.mark.parametrize(
    ("name", "body_id"),
    [(None, None), ("Ministry of Silly Walks", None), (None, 999), ("Home Office", 18)],
)
def test_an_answerer_not_in_the_table_or_in_two_minds_is_not_known(name: str | None, body_id: int | None) -> None:
    assert answers_as_minister(name, body_id) is None


# As Hansard headed them


@pytest.mark.parametrize(
    ("heading", "day", "found"),
    [
        ("Work and Pensions", date(2013, 5, 5), "Department for Work and Pensions"),
        ("Home Department", date(2013, 5, 5), "Home Office"),
        ("Health", date(2013, 5, 5), "Department of Health"),
        ("Health", date(2018, 2, 1), "Department of Health and Social Care"),
        ("Defence", date(2013, 5, 5), "Ministry of Defence"),
        ("Communities and Local Government", date(2013, 5, 5), DCLG),
        ("Culture Media and Sport", date(2013, 5, 5), DCMS),
        ("Business, Innovation and Skills", date(2013, 5, 5), BIS),
        ("Foreign and Commonwealth Affairs", date(2013, 5, 5), "Foreign and Commonwealth Office"),
        ("Electoral Commission Committee", date(2013, 5, 5), "Speaker's Committee on the Electoral Commission"),
    ],
)
def test_an_answer_falls_to_the_body_that_hansard_headed_it_with(heading: str, day: date, found: str) -> None:
    assert name_on(heading, None, day) == found


def test_who_answered_under_a_heading_of_hansard_is_known() -> None:
    assert answers_as_minister("Work and Pensions", None) is True
    assert answers_as_minister("Electoral Commission Committee", None) is False


def test_a_heading_is_not_what_people_call_one_department() -> None:
    headings = {heading for row in departments() for heading in row.hansard}
    assert len(headings) == 21
    assert all(department_named(heading) == () for heading in headings)
