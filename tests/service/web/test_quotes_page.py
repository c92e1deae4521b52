"""The page that checks quotations: walked through in a browser, and asked without one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page

from retrieval.encoders import Encoder
from retrieval.quotations import MAX_BRIEFING_CHARACTERS
from service.app import create_app
from service.settings import Settings

if TYPE_CHECKING:
    from tests.service.conftest import Running

READER = {"Accept": "text/html"}
BRIEFING = (
    "The ferry “will be withdrawn before 31 March 2026”. It “carried 7.4 million passengers last year”.\n\n"
    "> The invented harbour fund paid 45 grants, worth £3,000 each\n\n"
    "“whether she plans to withdraw the invented ferry to Mock Island”; “never said by anyone at all”; "
    "“The invented ferry will … be withdrawn”; “Applications for the next round close”; “not <b>closed</b>"
)


@pytest.fixture
def quoting(quotable_once: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data=quotable_once), encoder=toy_encoder)) as opened:
        yield opened


@pytest.fixture
def quotes_site(start: Callable[..., Running], quotable_once: Path) -> str:
    running = start(quotable_once)
    return f"{running.address}/quotes"


def headings(page: str) -> list[str]:
    found = re.findall(r"<h2 id=\"v\d+\">.*?aria-hidden=\"true\">.</span>(.*?)</h2>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()).removeprefix("Quotation ") for one in found]


def test_the_page_asks_for_a_text_and_no_cache_keeps_what_is_pasted(quoting: TestClient):
    asked = quoting.get("/quotes", headers=READER)
    checked = quoting.post("/quotes", data={"text": BRIEFING, "check": "each"}, headers=READER)
    for response in (asked, checked):
        assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
        assert response.headers["referrer-policy"] == "no-referrer"
    assert '<form action="/quotes" method="post"' in asked.text


def test_each_quotation_of_a_briefing_has_its_verdict(quoting: TestClient):
    page = quoting.post("/quotes", data={"text": BRIEFING}, headers=READER).text
    assert headings(page) == [
        "1. Differs",
        "2. Word for word",
        "3. Since corrected",
        "4. Words of a question, not of a minister",
        "5. Not found in what is indexed",
        "6. Word for word",
        "7. Since corrected",
        "8. Not found in what is indexed",
    ]
    links = re.findall(r'href="#q(\d)">([^<]+)</a>', page)
    assert [number for number, _ in links] == ["3", "7", "1", "4", "5", "8", "6"]
    assert dict(links)["1"] == "1. A negation differs"
    assert dict(links)["6"] == "6. Leaves a negation out"
    assert "Corrected on 2 April 2025" in page
    assert "Nothing like these words is in the answer now." in page
    assert "Its closing quotation mark is missing." in page
    assert "“not <b>" not in page
    assert "&lt;b&gt;closed" in page


def test_what_differs_is_marked_in_words_too(quoting: TestClient):
    page = quoting.post("/quotes", data={"text": "“set aside £13 million for its pier”"}, headers=READER).text
    assert '<del><span class="unseen">[take out: </span>£13<span class="unseen">]</span></del>' in page
    assert '<ins><span class="unseen">[put in: </span>£12<span class="unseen">]</span></ins>' in page
    assert "A number or date differs" in page


def test_a_match_leads_to_its_passage_and_past_words_to_the_earlier_texts(quoting: TestClient):
    page = quoting.post("/quotes", data={"text": BRIEFING}, headers=READER).text
    assert re.search(r'href="/answers/commons-2025-03-03-7003\?passage=[0-9a-f]{16}#p1"', page)
    assert 'href="/answers/commons-2025-03-03-7002#history"' in page


def test_a_text_without_marks_is_taken_for_one_quotation_and_this_is_said(quoting: TestClient):
    page = quoting.post("/quotes", data={"text": "carried 7.4 million passengers"}, headers=READER).text
    assert headings(page) == ["Word for word"]
    assert "There are no quotation marks in your text" in page
    whole = {"text": "carried “7.4 million” passengers", "check": "whole"}
    page = quoting.post("/quotes", data=whole, headers=READER).text
    assert headings(page) == ["Word for word"]
    assert "There are no quotation marks" not in page


def test_a_long_briefing_goes_on_with_a_button(quoting: TestClient):
    text = "“carried 7.4 million passengers” " * 42
    page = quoting.post("/quotes", data={"text": text}, headers=READER).text
    assert "Check the next 17 of 42" in page
    page = quoting.post("/quotes", data={"text": text, "first": "41"}, headers=READER).text
    assert len(headings(page)) == 2
    assert "Check the next" not in page


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"text": " "}, "It is empty: paste a text with quotations in it"),
        ({"text": "“x”", "check": "all"}, "Choose what you have pasted"),
        ({"text": "“x”", "first": "x"}, "It is not a whole number from 1"),
        ({"text": "“x”", "other": "x"}, "There is no such field here"),
        ({"text": "[sic]", "check": "whole"}, "It has no word to look for"),
    ],
)
def test_what_can_not_be_checked_is_told_beside_the_text_which_is_kept(
    quoting: TestClient, given: dict[str, str], told: str
):
    response = quoting.post("/quotes", data=given, headers=READER)
    assert response.status_code == 422
    assert told in response.text
    assert f"\n{given['text']}</textarea>" in response.text


@pytest.mark.parametrize("letter", ["x", "é", "語", "🏮", "%", "\n"])
def test_the_longest_briefing_is_read_in_any_script_and_one_too_long_comes_back(quoting: TestClient, letter: str):
    text = f"“said {letter * (MAX_BRIEFING_CHARACTERS - 7)}”"
    assert len(text) == MAX_BRIEFING_CHARACTERS
    # A browser sends a line break as two characters.
    sent = text.replace("\n", "\r\n")
    assert quoting.post("/quotes", data={"text": sent}, headers=READER).status_code == 200
    multipart = quoting.post("/quotes", data={"text": sent}, files={"check": (None, "each")}, headers=READER)
    assert multipart.status_code == 200
    longer = quoting.post("/quotes", data={"text": f"{sent}x"}, headers=READER)
    assert (longer.status_code, longer.headers["cache-control"]) == (422, "no-store")
    assert "300,001" in longer.text
    assert "”x</textarea>" in longer.text


def test_a_file_in_the_place_of_the_text_is_refused(quoting: TestClient):
    response = quoting.post("/quotes", files={"text": ("a.txt", b"x")}, headers=READER)
    assert response.status_code == 422
    assert "paste its text instead" in response.text


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
def test_a_briefing_is_checked_in_a_browser_without_a_serious_fault_of_access(
    quotes_site: str, new_page: Callable[..., Page], faults_of_access: Callable[[Page], list[str]], width: int
):
    page = new_page(width, dark=width == 360)
    page.goto(quotes_site)
    assert faults_of_access(page) == []
    page.get_by_label("Your text").fill(BRIEFING)
    page.get_by_role("button", name="Check").click()
    page.get_by_role("heading", name="3. Since corrected").wait_for()
    assert page.url == quotes_site
    assert faults_of_access(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Copy as it stands, with citation").first.click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.splitlines()[0] == "“will not be withdrawn before 31 March 2026”"
    assert copied.splitlines()[1].startswith("7005 [of Session 2024-26] on Ferries: Reviews given on 20 March 2025")


@pytest.mark.browser
def test_a_briefing_is_checked_without_a_script(quotes_site: str, new_page: Callable[..., Page]):
    page = new_page(script=False)
    page.goto(quotes_site)
    page.get_by_label("Your text").fill(BRIEFING)
    page.get_by_role("button", name="Check").click()
    assert page.get_by_role("heading", level=2).first.inner_text().endswith("1. Differs")
    assert page.get_by_role("button", name="Copy as it stands").count() == 0
