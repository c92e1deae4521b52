import gzip
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from retrieval.build import build, refresh
from retrieval.build_report import Changes
from retrieval.encoders import Encoder
from service.app import create_app
from service.settings import Settings
from service.web.static_files import within
from tests.replay.invented import question

READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
COUNCILS = "local councils powers to run bus services in rural areas"
MARKUP = '"><script>alert("x")</script><img src=x onerror=alert(1)>'


def page(client: TestClient, **given: str | list[str]) -> html.HtmlElement:
    found = client.get("/", params=given, headers=READER)
    assert found.status_code == 200
    return html.fromstring(found.text)


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def one(document: html.HtmlElement, path: str) -> html.HtmlElement:
    found = document.xpath(path)
    assert len(found) == 1, path
    return found[0]


@pytest.fixture
def hostile_client(tmp_path: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of a service over an answer whose every text is markup."""
    told = MARKUP.replace("<", "&lt;").replace(">", "&gt;")
    record = question(
        1,
        answerText=f"<p>Lanterns {told} were lit.</p>",
        heading=f"Heading {told}",
        questionText=f"To ask {told} how many.",
        answeringBodyName=f"Body {told}",
        askingMember={"id": 900301, "name": f"Asker {told}", "listAs": "x", "party": "Labour", "memberFrom": "X"},
        answeringMember={"id": 900101, "name": f"Minister {told}", "listAs": "x", "party": "Labour"},
    )
    source = tmp_path / "hostile.jsonl"
    source.write_text(json.dumps({"value": record, "links": []}) + "\n", encoding="utf-8")
    build([str(source)], tmp_path / "data", toy_encoder)
    with TestClient(create_app(Settings(data=tmp_path / "data"), encoder=toy_encoder)) as opened:
        yield opened


@pytest.fixture
def empty_client(tmp_path: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of a service without a snapshot."""
    with TestClient(create_app(Settings(data=tmp_path / "none"), encoder=toy_encoder)) as opened:
        yield opened


@pytest.fixture
def nothing_client(tmp_path: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of a service over an index that holds nothing."""
    refresh(tmp_path / "data", toy_encoder, Changes())
    with TestClient(create_app(Settings(data=tmp_path / "data"), encoder=toy_encoder)) as opened:
        yield opened


def test_the_first_page_says_what_is_indexed_and_how_complete_it_is(client: TestClient):
    document = page(client)
    told = text(one(document, "//section[@aria-labelledby='indexed']"))
    assert "12 answered questions, Commons and Lords. Known dates of answers: 24 May 2024 to 16 April 2025." in told
    assert "May be incomplete: what is indexed was never compared with Parliament's own lists." in told
    assert document.xpath("//section[@aria-labelledby='tries']") == []


def test_the_first_page_of_the_sample_has_questions_to_try(seeds_client: TestClient):
    tries = page(seeds_client).xpath("//section[@aria-labelledby='tries']//a")
    assert tries[1].text == "What security is there at asylum hotels?"
    assert tries[1].get("href") == "/?q=What+security+is+there+at+asylum+hotels%3F"


def test_an_empty_question_asks_for_one_and_keeps_the_filters(client: TestClient):
    document = page(client, q=" ", house="Lords")
    assert text(one(document, "//p[@role='status']")) == "Write a question or a topic in the box first."
    assert [box.get("value") for box in document.xpath("//input[@name='house'][@checked]")] == ["Lords"]


def test_a_result_has_its_passage_marked_who_said_it_and_its_citation(client: TestClient):
    document = page(client, q=COUNCILS)
    article = one(document, "//article")
    assert text(one(article, ".//blockquote[@class='passage']")) == (
        "The Government is giving local councils powers to run bus services in rural areas."
    )
    assert text(one(article, ".//p[@class='whence']")) == (
        "Eve Placeholder Department for Transport, answered 20 January 2025"
    )
    cited = client.get("/v1/answers/commons-2025-01-13-205/citation?paragraph=1").json()
    shown = text(one(article, ".//p[@data-form='house']"))
    assert shown.removeprefix("House form ") == cited["written"]["house"] if "written" in cited else shown


def test_the_title_begins_with_the_count(client: TestClient):
    assert page(client, q=COUNCILS).findtext(".//title") == f"1 close answer: {COUNCILS} - Despatch Box"
    assert page(client, q="bus services", match="exact").findtext(".//title", "").startswith("1 answer: ")


def test_the_words_looked_for_are_marked(client: TestClient):
    document = page(client, q='"bus services" OR homeless', match="words")
    assert [mark.text for mark in document.xpath("//article//mark")] == ["homeless", "bus services"]


def test_a_table_row_is_a_table_with_its_headers(client: TestClient):
    document = page(client, q="1,204", match="exact")
    row = one(document, "//table[@class='passage']")
    assert [head.text for head in row.xpath(".//th[@scope='col']")] == ["Region", "2024", "2025"]
    assert [text(cell) for cell in row.xpath(".//td")] == ["North East", "1,204", "1,310"]


def test_a_list_item_has_its_lead_in_beside_it(client: TestClient):
    document = page(client, q="a place in supported housing", match="exact")
    assert "The scheme offers:" in text(document.xpath("//article")[0])


def test_a_faulty_value_is_told_at_the_top_with_a_link_to_its_field(client: TestClient):
    found = client.get("/", params={"q": "buses", "answered_from": "soon", "house": "Lords"}, headers=READER)
    document = html.fromstring(found.text)
    assert found.status_code == 422
    link = one(document, "//div[@role='alert']//a")
    assert (link.get("href"), link.text) == (
        "#answered_from",
        "Answered from: 'soon' is not a date: write it as YYYY-MM-DD.",
    )
    field = one(document, "//*[@id='answered_from']")
    assert (field.get("value"), field.get("aria-invalid"), field.get("type")) == ("soon", "true", "text")
    assert text(one(document, f"//*[@id='{field.get('aria-describedby')}']")).startswith("Error: Answered from")
    assert one(document, "//input[@name='q']").get("value") == "buses"
    assert [box.get("value") for box in document.xpath("//input[@name='house'][@checked]")] == ["Lords"]
    assert one(document, "//details[@class='options']").get("open") is not None
    assert document.findtext(".//title", "").startswith("Error: ")


def test_a_name_that_is_not_indexed_is_told_with_the_nearest_to_search_with(client: TestClient):
    found = client.get("/", params={"q": "buses", "minister": "Dee Placehodler"}, headers=READER)
    document = html.fromstring(found.text)
    assert found.status_code == 422
    fixes = document.xpath("//div[@role='alert']//a[contains(@href, 'minister=')]")
    assert "/?q=buses&minister=Dee+Placeholder" in [fix.get("href") for fix in fixes]
    assert one(document, "//input[@name='minister']").get("value") == "Dee Placehodler"


@pytest.mark.parametrize("name", ["limit", "mode", "group", "fresh", "expand", "cursor", "sort", "kind"])
def test_every_fault_has_something_to_go_to(client: TestClient, name: str):
    found = client.get("/", params={"q": "buses", "match": "words", name: "x" * 300}, headers=READER)
    document = html.fromstring(found.text)
    assert found.status_code == 422
    for link in document.xpath("//div[@role='alert']//li/a[starts-with(@href, '#')]"):
        assert document.xpath(f"//*[@id='{link.get('href')[1:]}']"), link.get("href")


def test_a_page_of_answers_that_is_not_there_any_more_leads_to_the_first(client: TestClient):
    found = client.get("/", params={"q": "bus", "match": "words", "cursor": "nonsense"}, headers=READER)
    assert found.status_code == 422
    fix = one(html.fromstring(found.text), "//div[@role='alert']//a[.='the first answers']")
    assert fix.get("href") == "/?q=bus&match=words"


def test_a_parameter_that_is_not_known_is_left_out_and_told(client: TestClient):
    document = page(client, q=COUNCILS, utm_source="letter")
    assert "We left out utm_source: this page knows no such field." in text(one(document, "//main"))
    assert "utm_source" not in "".join(document.xpath("//a/@href"))


def test_a_search_without_a_close_answer_speaks_of_what_is_indexed_only(client: TestClient):
    told = text(one(page(client, q="zebra moon"), "//main"))
    assert "No close match in what is indexed" in told
    assert "answered 24 May 2024 to 16 April 2025" in told
    assert "What to try" in told
    assert "have not said" not in told


def test_a_search_that_the_filters_empty_leads_to_one_without_them(client: TestClient):
    document = page(client, q="bus services in rural areas", house="Lords")
    button = one(document, "//a[@class='button']")
    assert (button.text, button.get("href")) == ("Search without the filters", "/?q=bus+services+in+rural+areas")


def test_what_is_weak_says_so(client: TestClient):
    document = page(client, q="village bus services")
    assert text(one(document, "//h1")) == "1 weak match"
    assert "read them before you rely on them" in text(one(document, "//p[contains(@class, 'weak')]"))


def test_facets_lead_to_what_they_count(filled_client: TestClient):
    document = page(filled_client, q="invented", match="words")
    total = int(text(one(document, "//h1")).split()[0])
    values = document.xpath("//ul[@class='facet']/li[a][span[@class='number']]")
    assert len(values) > 3
    for value in values:
        told = int(text(one(value, "./span")).split()[0])
        narrowed = client_get(filled_client, one(value, "./a").get("href"))
        assert int(text(one(narrowed, "//h1")).split()[0]) == told <= total


def client_get(client: TestClient, href: str) -> html.HtmlElement:
    found = client.get(href, headers=READER)
    assert found.status_code == 200
    return html.fromstring(found.text)


def test_more_answers_follow_by_a_link_until_there_are_none(filled_client: TestClient):
    document = page(filled_client, q="invented", match="words", limit="3")
    total, ranks = int(text(one(document, "//h1")).split()[0]), []
    while True:
        ranks += [int(text(rank).removeprefix("Answer ")) for rank in document.xpath("//span[@class='rank']")]
        more = document.xpath("//a[@rel='next']/@href")
        if not more:
            break
        document = client_get(filled_client, more[0])
    assert ranks == list(range(1, total + 1))


def strange(page: str) -> list[html.HtmlElement]:
    """Return the elements of a page that could do what we did not write."""
    own = str(within("before.js"))
    assert page.count(own) == 1
    document = html.fromstring(page.replace(own, ""))
    found: list[html.HtmlElement] = document.xpath(
        "//script[not(starts-with(@src, '/static/'))] | //img | //*[@onerror]"
    )
    return found


def test_no_text_of_an_answer_is_markup_of_the_page(hostile_client: TestClient):
    found = hostile_client.get("/", params={"q": "lanterns", "match": "words"}, headers=READER)
    document = html.fromstring(found.text)
    assert len(document.xpath("//article")) == 1
    assert strange(found.text) == []
    # The words are there all the same, as they are.
    assert MARKUP in text(one(document, "//blockquote[@class='passage']"))
    assert MARKUP in text(one(document, "//article//h2"))
    assert found.text.count("<script>") == 1
    copied = one(document, "//button[@data-key='p'][@data-form='house']").get("data-copy")
    assert MARKUP in copied


def test_no_question_is_markup_of_the_page(client: TestClient):
    for given in ({"q": MARKUP}, {"q": "buses", "minister": MARKUP}, {"q": "buses", MARKUP: "1"}):
        found = client.get("/", params=given, headers=READER)
        assert strange(found.text) == []
        assert unescape(re.sub(r"<[^>]*>", "", found.text)).count("alert") >= 1


def test_without_a_snapshot_the_page_says_what_to_run(empty_client: TestClient):
    found = empty_client.get("/", params={"q": "buses"}, headers=READER)
    document = html.fromstring(found.text)
    assert found.status_code == 503
    assert text(one(document, "//h1")) == "There is nothing to search yet"
    commands = [command.text for command in document.xpath("//main//code")]
    assert [command.split(" --data")[0] for command in commands] == [
        "despatch sync --months 1",
        "despatch build SOURCE...",
        "seeds",
    ]
    assert one(document, "//a[.='try again']").get("href") == "/?q=buses"


def test_an_index_with_nothing_in_it_says_what_to_run(nothing_client: TestClient):
    for given in ({}, {"q": "buses"}):
        told = text(one(page(nothing_client, **given), "//main"))
        assert "despatch sync --months 1 despatch build seeds" in told
    assert text(one(page(nothing_client, q="buses"), "//h1")) == "Nothing is indexed yet"


def test_the_answer_is_a_page_that_no_shared_cache_keeps(client: TestClient):
    found = client.get("/", params={"q": COUNCILS}, headers=READER)
    assert found.headers["cache-control"] == "private, no-cache"
    assert found.headers["referrer-policy"] == "no-referrer"


def test_links_to_other_sites_say_that_they_are(client: TestClient):
    away = page(client, q=COUNCILS).xpath("//main//a[starts-with(@href, 'http')]")
    assert away
    assert all("another site" in text(link) and "noreferrer" in link.get("rel") for link in away)


def test_the_page_is_light(filled_client: TestClient):
    found = filled_client.get("/", params={"q": "invented", "match": "words", "limit": "20"}, headers=READER)
    paths = sorted(set(re.findall(r'(?:src|href)="(/static/[^"]+)"', found.text)))
    parts = [found.content, *(filled_client.get(path).content for path in paths)]
    assert sum(len(gzip.compress(part)) for part in parts) < 150_000
