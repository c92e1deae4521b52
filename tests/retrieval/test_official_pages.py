from __future__ import annotations

from datetime import date

import pytest

from retrieval.official_pages import OfficialPage, house_of_uin, official_page, pages_written_out
from retrieval.records import Genre, House

TODAY = "https://questions-statements.parliament.uk"
BEFORE = "http://www.parliament.uk/business/publications/written-questions-answers-statements"


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (
            f"{TODAY}/written-questions/detail/2024-12-03/17569",
            OfficialPage(Genre.ANSWER, None, "17569", date(2024, 12, 3)),
        ),
        (
            f"{TODAY}/written-questions/detail/2023-06-12/hl8422/",
            OfficialPage(Genre.ANSWER, House.LORDS, "HL8422", date(2023, 6, 12)),
        ),
        (
            f"{TODAY}/written-statements/detail/2024-07-18/hcws3?x=1",
            OfficialPage(Genre.STATEMENT, House.COMMONS, "HCWS3", date(2024, 7, 18)),
        ),
        (
            f"{BEFORE}/written-question/Commons/2016-04-27/35759",
            OfficialPage(Genre.ANSWER, House.COMMONS, "35759", date(2016, 4, 27)),
        ),
        (
            f"{BEFORE}/written-statement/Lords/2016-04-27/HLWS12/",
            OfficialPage(Genre.STATEMENT, House.LORDS, "HLWS12", date(2016, 4, 27)),
        ),
        (f"{TODAY}/written-questions/detail/2024-13-41/5", OfficialPage(Genre.ANSWER, None, "5", None)),
        (
            f"{TODAY}/written-questions/detail/2024-12-03/12-34x",
            OfficialPage(Genre.ANSWER, None, "12", date(2024, 12, 3)),
        ),
        (f"{TODAY}/written-questions?page=17569", None),
        ("https://example.org/written-questions/detail/2024-12-03/17569", None),
    ],
)
def test_an_address_tells_the_paper_and_its_day(url: str, page: OfficialPage | None):
    assert official_page(url) == page


def test_addresses_written_out_are_found_in_the_words():
    text = f"It is at {TODAY}/written-questions/detail/2024-12-03/17569."
    assert [text[start:end] for start, end in pages_written_out(text)] == [text[9:-1]]


def test_the_letters_of_a_uin_tell_its_house():
    told = [house_of_uin(uin) for uin in ("HL1", "hlws2", "HCWS3", "4", "XY5")]
    assert told == [House.LORDS, House.LORDS, House.COMMONS, None, None]
