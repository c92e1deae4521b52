from __future__ import annotations

import pytest

from retrieval.errors import UnknownName
from retrieval.names import NameBook, has_words

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
