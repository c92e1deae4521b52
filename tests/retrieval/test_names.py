"""Names find the bodies and people that are meant, under whatever name, and no others."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from retrieval.departments import departments
from retrieval.errors import UnknownName
from retrieval.names import NameBook, has_words

Rows = Callable[..., list[tuple[object, ...]]]

BOOK = NameBook(
    {
        "answering_body": [
            "Department for Work and Pensions",
            "Home Office",
            "Department for Transport",
            "Treasury",
        ],
        "minister": ["Jess Phillips", "Alex Norris", "Alex Burghart", "Séamus O’Neill"],
        "asker": [],
        "party": ["Labour", "Conservative"],
    },
    {"answering_body": {1, 29}, "minister": {4370}, "asker": {77}},
)


@pytest.mark.parametrize(
    ("filter_name", "asked", "found"),
    [
        ("answering_body", "transport", "Department for Transport"),
        ("answering_body", "work pensions", "Department for Work and Pensions"),
        ("minister", "PHILLIPS", "Jess Phillips"),
        ("minister", "Norris, Alex", "Alex Norris"),
        ("minister", "Seamus O'Neill", "Séamus O’Neill"),
        ("party", "labour", "Labour"),
    ],
)
def test_a_name_is_found_as_people_type_it(filter_name: str, asked: str, found: str) -> None:
    assert BOOK.resolve(filter_name, asked).values == (found,)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("home office", "Home Office"),
        ("The Home Office", "Home Office"),
        ("Department for Work & Pensions", "Department for Work and Pensions"),
        ("DWP", "Department for Work and Pensions"),
        ("dwp", "Department for Work and Pensions"),
        ("HM Treasury", "Treasury"),
        ("HMT", "Treasury"),
        ("DfT", "Department for Transport"),
    ],
)
def test_a_department_is_found_by_each_of_its_names(asked: str, found: str) -> None:
    assert [value for value in BOOK.resolve("answering_body", asked).values if isinstance(value, str)] == [found]


def test_an_abbreviation_of_a_department_is_none_of_a_minister() -> None:
    with pytest.raises(UnknownName):
        BOOK.resolve("minister", "DWP")


# What a filter by a department finds, on records that are no more than their body and their day.

OLD_HOUSING = "Department for Communities and Local Government"
HOUSING = "Ministry of Housing, Communities and Local Government"
LEVELLING = "Department for Levelling Up, Housing and Communities"
CULTURE = "Department for Culture, Media and Sport"
DIGITAL = "Department for Digital, Culture, Media and Sport"
HEALTH, CARE = "Department of Health", "Department of Health and Social Care"

RECORDS: list[tuple[str, str | None, int | None, str | None]] = [
    ("dclg-2016", OLD_HOUSING, 7, "2016-05-04"),
    ("mhclg-2018", HOUSING, 7, "2018-01-08"),
    ("mhclg-2021", HOUSING, 7, "2021-09-18"),
    ("dluhc-2021", LEVELLING, 211, "2021-09-19"),
    ("dluhc-2024", LEVELLING, 211, "2024-07-09"),
    ("mhclg-2024", HOUSING, 7, "2024-07-10"),
    ("mhclg-2026", HOUSING, 7, "2026-05-04"),
    ("id-7-2019", None, 7, "2019-03-01"),
    ("id-211-2023", None, 211, "2023-03-01"),
    ("id-7-2025", None, 7, "2025-03-01"),
    ("dcms-2016", CULTURE, None, "2016-05-04"),
    ("ddcms-2020", DIGITAL, 10, "2020-05-04"),
    ("dcms-2024", CULTURE, 217, "2024-05-04"),
    ("ddcms-2026", DIGITAL, None, "2026-08-04"),
    ("doh-2016", HEALTH, 17, "2016-05-04"),
    ("dhsc-2020", CARE, 17, "2020-05-04"),
    ("id-17-2016", None, 17, "2016-05-05"),
    ("id-17-2020", None, 17, "2020-05-05"),
    ("treasury", "Treasury", 14, "2020-05-04"),
    ("nobody", None, None, "2020-05-04"),
]


@pytest.fixture(scope="module")
def rows() -> Iterator[Rows]:
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as connection:
        columns = "key, answering_body, answering_body_id, answered, minister, minister_id, asker, asker_id, party"
        connection.execute(f"CREATE TABLE records ({columns})")
        connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, NULL, NULL, NULL, NULL, NULL)", RECORDS)
        yield lambda sql, values=(): connection.execute(sql, values).fetchall()


def keys(rows: Rows, asked: str) -> set[str]:
    condition = NameBook.of(rows).resolve("answering_body", asked)
    return {str(row[0]) for row in rows(f"SELECT key FROM records WHERE {condition.sql}", condition.values)}


UNTIL_2021 = {"dclg-2016", "mhclg-2018", "mhclg-2021", "id-7-2019"}
UNTIL_2024 = UNTIL_2021 | {"dluhc-2021", "dluhc-2024", "id-211-2023"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("MHCLG", UNTIL_2024 | {"mhclg-2024", "mhclg-2026", "id-7-2025"}),
        (HOUSING, UNTIL_2024 | {"mhclg-2024", "mhclg-2026", "id-7-2025"}),
        ("DLUHC", UNTIL_2024),
        ("the department for levelling up, housing & communities", UNTIL_2024),
        ("DCLG", {"dclg-2016"}),
        (OLD_HOUSING, {"dclg-2016"}),
        ("Treasury", {"treasury"}),
        (CARE, {"doh-2016", "dhsc-2020", "id-17-2016", "id-17-2020"}),
        (CULTURE, {"dcms-2016", "ddcms-2020", "dcms-2024"}),
    ],
)
def test_a_department_stands_for_those_before_it_and_never_for_those_after(
    rows: Rows, asked: str, found: set[str]
) -> None:
    assert keys(rows, asked) == found


def test_an_older_department_does_not_find_its_successor_by_the_id_that_both_have(rows: Rows) -> None:
    assert keys(rows, HEALTH) == {"doh-2016", "id-17-2016"}


def test_an_id_finds_what_has_that_id_and_no_more(rows: Rows) -> None:
    assert keys(rows, "211") == {"dluhc-2021", "dluhc-2024", "id-211-2023"}
    assert keys(rows, " 14 ") == {"treasury"}


def test_a_record_without_any_body_is_what_the_filter_lacks(rows: Rows) -> None:
    for asked in ("DLUHC", "Treasury"):
        condition = NameBook.of(rows).resolve("answering_body", asked)
        assert condition.fact == "answering_body"
        assert rows(f"SELECT key FROM records WHERE {condition.lacks}") == [("nobody",)]


def test_a_department_that_answered_nothing_here_is_unknown(rows: Rows) -> None:
    for asked in ("Home Office", "DEFRA", "Ministry of Magic"):
        with pytest.raises(UnknownName):
            NameBook.of(rows).resolve("answering_body", asked)


def test_no_department_finds_an_answer_given_after_its_last_day(rows: Rows) -> None:
    # Whatever row of the table is asked for, it finds nothing of a later day than the last of its own rows.
    book = NameBook.of(rows)
    for row in departments():
        last = max(one.last_day for one in departments() if one.name == row.name).isoformat()
        try:
            condition = book.resolve("answering_body", row.name)
        except UnknownName:
            continue
        found = rows(f"SELECT answered FROM records WHERE {condition.sql}", condition.values)
        assert all(str(day[0]) <= last for day in found), row.name


def test_an_id_is_taken_where_it_occurs() -> None:
    condition = BOOK.resolve("minister", "4370")
    assert (condition.sql, condition.values) == ("minister_id = ?", (4370,))


@pytest.mark.parametrize(
    ("filter_name", "asked", "nearest"),
    [
        ("answering_body", "Hom Ofice", ("Home Office",)),
        ("answering_body", "DfWnP", ()),
        ("answering_body", "MHCLG", ()),
        ("answering_body", "Transprt", ("Department for Transport", "Treasury")),
        ("minister", "Philips", ("Jess Phillips",)),
        ("minister", "Alex", ("Alex Burghart", "Alex Norris")),
        ("minister", "AB", ("Alex Burghart",)),
        ("minister", "999", ()),
        ("asker", "Anyone", ()),
        ("party", "—", ()),
    ],
)
def test_an_unknown_or_unclear_name_is_an_error_with_the_nearest(
    filter_name: str, asked: str, nearest: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownName) as caught:
        BOOK.resolve(filter_name, asked)
    assert caught.value.nearest == nearest
    assert caught.value.field == filter_name


@pytest.mark.parametrize(
    ("filter_name", "asked", "told"),
    [
        ("minister", "Alex", "'Alex' is part of several names (Alex Burghart; Alex Norris): give more of the name"),
        ("asker", "Anyone", "no record in what is indexed names its asker, so 'Anyone' can't be found"),
        ("answering_body", "Hom Ofice", "'Hom Ofice' is not in what is indexed (nearest: Home Office)"),
        ("party", "Zzzz", "'Zzzz' is not in what is indexed (and no name there is like it: check the spelling)"),
        ("minister", "9" * 5000, "check the spelling"),
    ],
)
def test_the_error_says_what_is_wrong_with_the_name(filter_name: str, asked: str, told: str) -> None:
    with pytest.raises(UnknownName) as caught:
        BOOK.resolve(filter_name, asked)
    assert told in caught.value.reason


@pytest.mark.parametrize(
    ("text", "words", "has"),
    [
        ("Bus Services: Rural Areas", "rural bus", True),
        ("Bus Services: Rural Areas", "rur", False),
        ("Tax Avoidance: Café Owners", "cafe", True),
        (None, "bus", None),
    ],
)
def test_words_are_looked_for_whole_and_in_any_order(text: str | None, words: str, has: bool | None) -> None:
    assert has_words(text, words) is has


def test_the_names_of_a_filter_are_listed_in_order() -> None:
    assert BOOK.listed("minister") == ["Alex Burghart", "Alex Norris", "Jess Phillips", "Séamus O’Neill"]
    assert BOOK.listed("asker") == BOOK.listed("heading") == []


def test_a_name_is_known_if_a_filter_finds_it() -> None:
    assert [BOOK.knows("minister", name) for name in ("Phillips", "Alex", "Jo Nobody")] == [True, False, False]
