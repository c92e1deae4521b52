"""The page of a timeline: every number leads to the search for its answers, and what is new is marked in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import html
from playwright.sync_api import Page

if TYPE_CHECKING:
    from tests.service.conftest import Running

if TYPE_CHECKING:
    from tests.service.web.conftest import NewPage

READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BUSES = "giving local councils powers to run village bus services in rural areas"


def asked(client: TestClient, **parameters: str) -> html.HtmlElement:
    response = client.get("/timeline", params=parameters, headers=READER)
    assert response.status_code == 200, response.text
    return html.fromstring(response.text)


def text(element: html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def texts(page: html.HtmlElement, path: str) -> list[str]:
    return [text(one) for one in page.xpath(path)]


def lines(client: TestClient, **more: str) -> html.HtmlElement:
    return asked(client, q="lantern", match="exact", **more)


def test_without_a_question_there_is_a_form_and_nothing_is_searched(lanterns_client: TestClient):
    page = asked(lanterns_client)
    assert texts(page, "//h1") == ["How the line changed"]
    assert page.xpath("//form[@action='/timeline']//input[@name='q']")
    assert not page.xpath("//figure")


def test_each_number_of_the_table_is_the_total_of_the_search_that_it_links(lanterns_client: TestClient):
    page = lines(lanterns_client)
    links = page.xpath("//table//td/a")
    assert len(links) == 15
    for link in links:
        address = urlsplit(link.get("href"))
        assert address.path == "/"
        found = lanterns_client.get("/v1/search", params=parse_qsl(address.query)).json()
        assert found["total"] == int(text(link)), link.get("href")


def test_the_table_has_every_number_of_the_chart(lanterns_client: TestClient):
    page = lines(lanterns_client)
    heads = texts(page, "//thead//th")
    assert heads[:5] == ["Month", "Answers", "Of all", "Share", "Department for Transport"]
    assert heads[-1] == "2 others"
    rows = {text(row[0]): [text(cell) for cell in row[1:]] for row in page.xpath("//tbody/tr")}
    assert rows["September 2024"] == ["7", "7", "100%", "1", "1", "1", "1", "1", "2"]
    assert rows["February 2023 to October 2023"] == ["No answers indexed"]
    answer = lanterns_client.get("/v1/timeline", params={"q": "lantern", "match": "exact"}).json()
    told = {month["month"]: (month["count"], month["of"]) for month in answer["months"] if month["of"]}
    assert [(int(row[0]), int(row[1])) for row in rows.values() if len(row) > 1] == list(told.values())


def test_a_link_stays_within_the_days_and_filters_that_were_asked_for(lanterns_client: TestClient):
    page = lines(lanterns_client, answered_from="2024-09-12", answered_to="2024-09-20", house="Commons", limit="2")
    query = dict(parse_qsl(urlsplit(page.xpath("//table//td/a/@href")[0]).query))
    assert query == {
        **{"q": "lantern", "match": "exact", "house": "Commons"},
        **{"answered_from": "2024-09-12", "answered_to": "2024-09-20"},
        "understand": "false",
    }


def test_the_answers_stand_under_the_governments_that_gave_them(lanterns_client: TestClient):
    page = lines(lanterns_client, sort="oldest")
    assert texts(page, "//section/h3/span[1]") == ["Sunak Conservative Government", "Starmer Labour Government"]
    assert "from 5 July 2024" in texts(page, "//section/h3")[1]
    assert len(page.xpath("//section[1]/article")) == 2
    assert len(page.xpath("//section[2]/article")) == 9


def test_what_is_new_changed_or_back_is_said_in_words_and_differences_are_marked(lanterns_client: TestClient):
    page = lines(lanterns_client, sort="oldest")
    news = texts(page, "//article/p[contains(@class, 'news')]")
    assert news[:4] == [
        "The first answer by date: there is none before it to compare it with.",
        "1 of 2 sentences new, 1 changed.",
        "1 of 2 sentences new, 1 changed.",
        "Word for word as on 14 November 2023.",
    ]
    assert news[-1] == "No new sentence. 1 sentence changed."
    second = page.xpath("//article")[1]
    assert texts(second, ".//span[@class='label']") == ["Changed", "New"]
    assert (texts(second, ".//del"), texts(second, ".//ins")) == (["90"], ["100"])
    last = page.xpath("//article")[-1]
    assert texts(last, ".//span[@class='label']") == ["Said before as on 13 August 2024"]
    assert (texts(last, ".//del"), texts(last, ".//ins")) == (["100"], ["120"])


def test_without_what_was_taken_out_a_passage_is_word_for_word(lanterns_client: TestClient):
    found = lanterns_client.get("/v1/timeline", params={"q": "lantern", "match": "exact", "sort": "oldest"}).json()
    page = lines(lanterns_client, sort="oldest")
    for entry, article in zip(found["entries"], page.xpath("//article"), strict=True):
        for one in article.xpath(".//blockquote//del | .//blockquote//span[@class='label']"):
            one.drop_tree()
        shown = {text(one) for one in article.xpath(".//blockquote")}
        assert {one["text"] for one in entry["passages"] if one["on_topic"]} <= shown


def test_each_answer_can_be_cited_and_opened(lanterns_client: TestClient):
    page = lines(lanterns_client)
    for article in page.xpath("//article"):
        key = article.get("id")
        assert article.xpath("./h4/a/@href") == [f"/answers/{key}"]
        assert "Cite as: the Answer of" in text(article)
        button = article.xpath(".//button[@data-copy-from]")[0]
        assert text(page.get_element_by_id(button.get("data-copy-from"))).startswith("the Answer of")


def test_pages_follow_one_another(lanterns_client: TestClient):
    page = lines(lanterns_client, limit="4")
    keys: list[str] = []
    for _ in range(9):
        keys += page.xpath("//article/@id")
        following = page.xpath("//nav[@aria-label='Pages of answers']//a[starts-with(text(), 'Earlier')]/@href")
        if not following:
            break
        page = html.fromstring(lanterns_client.get(following[0], headers=READER).text)
        assert page.xpath("//a[text()='Back to the first page']")
    assert keys == lines(lanterns_client).xpath("//article/@id")
    assert len(keys) == 11


def test_the_chart_is_a_picture_of_its_own_with_words_for_it(lanterns_client: TestClient):
    page = lines(lanterns_client, sort="oldest", limit="2")
    image = page.xpath("//figure//img")[0]
    assert image.get("alt").startswith("Bar chart of answers by month, January 2023 to September 2024")
    sources = [image.get("src"), *page.xpath("//figure//source/@srcset")]
    widths = []
    for source in sources:
        found = lanterns_client.get(unescape(source))
        assert (found.status_code, found.headers["content-type"]) == (200, "image/svg+xml")
        assert "script-src" not in found.headers["content-security-policy"]
        assert found.headers["content-security-policy"].startswith("default-src 'none'")
        widths.append(re.findall(r' width="(\d+)"', found.text)[0])
    assert widths == ["1080", "340", "680"]


def test_a_chart_of_nothing_is_not_there_and_one_asked_for_wrongly_is_told(lanterns_client: TestClient):
    def status(**parameters: str) -> int:
        return lanterns_client.get("/timeline.svg", params=parameters).status_code

    assert status(q="lantern", match="exact", answered_from="2030-01-01") == 404
    assert status(q="lantern", match="exact", size="huge") == 422
    assert status(match="exact") == 422


def test_a_chart_whose_size_is_given_twice_is_refused(lanterns_client: TestClient):
    response = lanterns_client.get("/timeline.svg?q=lantern&match=exact&size=wide&size=narrow")
    assert (response.status_code, response.json()["field"]) == (422, "size")
    assert response.json()["detail"] == "size: it is given 2 times: give it once"


def test_by_meaning_the_page_says_how_many_are_close(client: TestClient):
    page = asked(client, q=BUSES)
    assert texts(page, "//p[@class='outcome']") == ["1 answer is close in meaning."]


def test_a_search_that_a_timeline_leads_to_reads_no_filters_from_the_question_either(client: TestClient):
    question = f"what has the Department for Transport said about {BUSES}"
    page = asked(client, q=question)
    links = [*page.xpath("//table//td/a/@href"), *page.xpath("//a[text()='Search for the same']/@href")]
    assert len(links) > 1
    for link in links:
        query = dict(parse_qsl(urlsplit(link).query))
        assert (query["understand"], query["group"]) == ("false", "off")
        found = client.get(link, headers=READER)
        assert found.status_code == 200
        assert "Take away the filter Department" not in " ".join(found.text.split())
    assert "A search by meaning can find a few more." in text(page)
    exact = asked(client, q="bus services", match="exact")
    assert "group" not in exact.xpath("//a[text()='Search for the same']/@href")[0]
    assert "A search by meaning" not in text(exact)


def test_what_was_left_out_by_default_can_be_looked_in_too(client: TestClient):
    page = asked(client, q="has not proved possible", match="exact")
    link = page.xpath("//p[@class='outcome']/a")[0]
    assert text(link) == "looking in every kind"
    every = html.fromstring(client.get(link.get("href"), headers=READER).text)
    assert len(every.xpath("//article")) == 2
    assert not page.xpath("//figure")


def test_filters_that_have_no_field_are_kept_and_can_be_taken_out(lanterns_client: TestClient):
    page = lines(lanterns_client, answering_body="Department for Transport", understand="true")
    assert page.xpath("//form/input[@type='hidden'][@name='answering_body']/@value") == ["Department for Transport"]
    chip = page.xpath("//a[contains(@class, 'button quiet')]")[0]
    assert text(chip) == "Remove Department: Department for Transport \N{MULTIPLICATION SIGN}"
    assert "answering_body" not in chip.get("href")
    assert "Not known here, and left out: understand." in text(page)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"q": "x", "answered_from": "1 May"}, "Answered from: '1 May' is not a date: write it as YYYY-MM-DD."),
        ({"q": "(x", "match": "words"}, "Question: "),
        ({"q": "x", "answered_from": "2025-02-01", "answered_to": "2025-01-01"}, "Answered to: "),
        ({"q": "x", "answering_body": "Department for Transprot"}, "Department: "),
        ({"q": "x", "cursor": "zzz", "match": "exact"}, "Page: "),
    ],
)
def test_what_is_wrong_is_told_above_the_form_that_keeps_what_was_typed(
    lanterns_client: TestClient, given: dict[str, str], told: str
):
    response = lanterns_client.get("/timeline", params=given, headers=READER)
    page = html.fromstring(response.text)
    assert response.status_code == 422
    assert texts(page, "//p[@class='fault']")[0].startswith(told)
    assert page.xpath("//input[@name='q']/@value") == [given["q"]]
    assert not page.xpath("//article")


def test_a_name_that_is_misspelt_is_offered_right(lanterns_client: TestClient):
    given = {"q": "lantern", "match": "exact", "answering_body": "Department for Transprot"}
    page = html.fromstring(lanterns_client.get("/timeline", params=given, headers=READER).text)
    right = page.xpath("//div[@class='errors']//li/a")[0]
    assert text(right) == "Department for Transport"
    assert lanterns_client.get(right.get("href"), headers=READER).status_code == 200


def test_a_value_given_twice_is_told(lanterns_client: TestClient):
    response = lanterns_client.get("/timeline?q=x&match=exact&match=words", headers=READER)
    assert response.status_code == 422
    assert "How to search: it is given 2 times: give it once." in response.text


def test_answers_without_a_day_are_counted_in_words(seeds_client: TestClient):
    page = asked(seeds_client, q="asylum", match="exact")
    assert "no date in the source" in text(page)


def test_what_was_asked_is_escaped(lanterns_client: TestClient):
    response = lanterns_client.get("/timeline", params={"q": "<script>x</script>", "match": "exact"}, headers=READER)
    assert "<script>x" not in response.text


@pytest.fixture
def site_of_lanterns(start: Callable[..., Running], lanterns: Path) -> str:
    running = start(lanterns)
    return running.address


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(360, False), (1440, True)])
def test_the_page_has_no_serious_fault_of_access_and_fits_the_screen(
    site_of_lanterns: str, new_page: NewPage, faults_of_access: Callable[[Page], list[str]], width: int, dark: bool
):
    page = new_page(width, dark=dark)
    page.goto(f"{site_of_lanterns}/timeline?q=lantern&match=exact")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.get_by_role("img").evaluate("image => image.naturalWidth") == (340 if width == 360 else 1080)
    assert faults_of_access(page) == []


@pytest.mark.browser
def test_a_walk_by_keyboard_from_the_form_to_a_copied_citation(site_of_lanterns: str, new_page: NewPage):
    page = new_page()
    page.goto(f"{site_of_lanterns}/timeline")
    page.get_by_label("A topic, a question or a phrase").fill("lantern")
    page.get_by_label("Find answers").select_option("exact")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show the line").press("Enter")
    page.wait_for_url("**/timeline?q=lantern**")
    copy = page.get_by_role("button", name="Copy the citation of 20 September 2024")
    copy.press("Enter")
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith(
        "the Answer of 20 September 2024 to Question 1011"
    )


@pytest.mark.browser
def test_without_a_script_the_page_says_the_same(site_of_lanterns: str, new_page: NewPage):
    page = new_page(script=False)
    page.goto(f"{site_of_lanterns}/timeline?q=lantern&match=exact")
    assert page.get_by_role("article").count() == 11
    assert page.get_by_role("button", name="Copy").count() == 0
