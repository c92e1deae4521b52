from __future__ import annotations

import pytest

from retrieval.errors import UnknownName
from retrieval.names import NameBook

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
        ("answering_body", "home office", "Home Office"),
        ("answering_body", "The Home Office", "Home Office"),
        ("answering_body", "Department for Work & Pensions", "Department for Work and Pensions"),
        ("answering_body", "transport", "Department for Transport"),
        ("minister", "PHILLIPS", "Jess Phillips"),
        ("minister", "Norris, Alex", "Alex Norris"),
        ("minister", "Seamus O'Neill", "Séamus O’Neill"),
        ("party", "labour", "Labour"),
    ],
)
def test_a_name_is_found_as_people_type_it(filter_name: str, asked: str, found: str) -> None:
    assert BOOK.resolve(filter_name, asked).values == (found,)


def test_an_id_is_taken_where_it_occurs() -> None:
    condition = BOOK.resolve("minister", "4370")
    assert (condition.sql, condition.values) == ("minister_id = ?", (4370,))


@pytest.mark.parametrize(
    ("filter_name", "asked", "nearest"),
    [
        ("answering_body", "Hom Ofice", ("Home Office",)),
        ("answering_body", "DWP", ("Department for Work and Pensions",)),
        ("answering_body", "Transprt", ("Department for Transport", "Treasury")),
        ("minister", "Philips", ("Jess Phillips",)),
        ("minister", "Alex", ("Alex Burghart", "Alex Norris")),
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
