"""The Atom feed of a search: valid, read by a stranger's reader, and not sent again where nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import feedparser
import pytest
import rnc2rng
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from retrieval.build import build
from retrieval.encoders import Encoder
from retrieval.search import Searcher
from retrieval.standing_search import standing_search
from service.app import create_app
from service.atom import FeedAddress, atom
from service.settings import Settings
from tests.replay.invented import question

ATOM = {"atom": "http://www.w3.org/2005/Atom"}
FEED = "/v1/feed.atom"
LICENCE = "Contains Parliamentary information licensed under the Open Parliament Licence v3.0."
ADDRESS = FeedAddress("http://localhost/", "v1/feed.atom", (("q", "lanterns"),))


@pytest.fixture(scope="session")
def is_valid() -> Callable[[bytes], bool]:
    """Tell whether a feed is what RFC 4287 asks for: its schema, and the three rules that are beside it."""
    compact = (Path(__file__).parents[1] / "data" / "atom.rnc").read_text(encoding="utf-8")
    # The converter declares a prefix for no namespace, which XML has none of, and does not use it.
    schema = etree.RelaxNG(
        etree.fromstring(rnc2rng.dumps(rnc2rng.loads(compact)).replace('xmlns:local=""', "").encode())
    )

    def check(feed: bytes) -> bool:
        tree = etree.fromstring(feed)
        rules = (
            "boolean(/atom:feed/atom:author) or not(//atom:entry[not(atom:author)])",
            "not(//atom:entry[not(atom:link[@rel='alternate'] or atom:link[not(@rel)] or atom:content)])",
        )
        ids = tree.xpath("//atom:id/text()", namespaces=ATOM)
        kept = all(tree.xpath(rule, namespaces=ATOM) for rule in rules) and len(ids) == len(set(ids))
        return bool(schema.validate(tree)) and kept

    return check


@pytest.fixture
def lanterns(tmp_path: Path, toy_encoder: Encoder) -> Callable[..., Searcher]:
    """Index answers about lanterns, as given."""

    def made(*values: dict[str, object]) -> Searcher:
        source = tmp_path / "lanterns.jsonl"
        source.write_text("".join(f"{json.dumps(value)}\n" for value in values), encoding="utf-8")
        build([str(source)], tmp_path / "data", toy_encoder, now=datetime(2026, 11, 21, 12, tzinfo=UTC))
        return Searcher.open(tmp_path / "data", toy_encoder)

    return made


def feed_of(searcher: Searcher, asked: str = "invented lanterns lit in district") -> bytes:
    return atom(standing_search(searcher, asked), ADDRESS, date(2026, 11, 21))


def test_the_feed_is_valid_and_a_reader_finds_everything_in_it(client: TestClient, is_valid, three_topics: str):
    response = client.get(FEED, params={"q": three_topics})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/atom+xml"
    assert response.headers["cache-control"] == "private, max-age=600"
    assert is_valid(response.content)
    read = feedparser.parse(response.content)
    assert not read.bozo
    assert read.version == "atom10"
    assert read.feed.title == f"Ministers on: {three_topics}"
    assert read.feed.updated == "2025-03-25T00:00:00Z"
    assert read.feed.rights.startswith(LICENCE)
    titles = [entry.title for entry in read.entries]
    assert titles == ["Corrected: Dentistry: Waiting Lists", "Veterans: Housing", "Bus Services: Rural Areas"]
    entry = read.entries[1]
    assert (entry.published, entry.updated) == ("2025-02-17T00:00:00Z", "2025-02-17T00:00:00Z")
    assert entry.author == "Baroness Pretend"
    assert entry.rights.startswith(LICENCE)
    hits = client.get("/v1/search", params={"q": three_topics}).json()["hits"]
    passage = next(hit["passage"] for hit in hits if hit["key"] == "lords-2025-02-03-hl77")
    assert {(link.rel, link.href) for link in entry.links} == {
        ("alternate", "https://questions-statements.parliament.uk/written-questions/detail/2025-02-03/hl77"),
        ("related", "http://testserver/v1/answers/lords-2025-02-03-hl77"),
        ("related", f"http://testserver/answers/lords-2025-02-03-hl77?passage={passage['hash']}#p{passage['ordinal']}"),
        ("license", "https://www.parliament.uk/site-information/copyright-parliament/open-parliament-licence/"),
    }
    assert {(tag.term, tag.label) for tag in entry.tags} == {
        ("Ministry of Defence", "Ministry of Defence"),
        ("Lords", "House of Lords"),
        ("substantive", "Substantive answer"),
    }


def test_an_entry_has_the_passage_its_citation_and_its_question(client: TestClient):
    read = feedparser.parse(client.get(FEED, params={"q": "rural areas", "match": "exact"}).content)
    (content,) = read.entries[0].content
    assert content.type == "text/html"
    passage, *rest = content.value.split("</blockquote>")
    assert passage == (
        "<blockquote><p>The Government is giving local councils powers to run bus services in rural areas.</p>"
    )
    assert "<p>Eve Placeholder (Labour - Stubbs Green). Department for Transport.</p>" in rest[0]
    assert "<p>Cite as: 205 [of Session 2024-26] on Bus Services: Rural Areas given on 20 January 2025</p>" in rest[0]
    assert "<p>Question: To ask the Secretary of State for Transport" in rest[0]
    assert "<p>The same answer was given to 2 other questions.</p>" in rest[0]
    assert rest[0].endswith(f"<p>{LICENCE}</p>")


def test_the_feed_says_how_it_was_searched_and_how_complete_that_is(client: TestClient, filled_client: TestClient):
    told = feedparser.parse(client.get(FEED, params={"q": "buses", "house": ["Lords", "commons"]}).content).feed
    assert told.subtitle == (
        "Answers and statements near in meaning to “buses”, the newest first. Limited to: house Lords or Commons. "
        "Searched 6 of 12 records, the last answered 16 April 2025. "
        "May be incomplete: what is indexed was never compared with Parliament's own lists."
    )
    asked = {"q": "zzzz", "match": "words", "tabled_from": "2026-06-01", "tabled_to": "2026-10-31"}
    told = feedparser.parse(filled_client.get(FEED, params=asked).content).feed
    assert told.subtitle.startswith("Every answer and statement that has the words zzzz, the newest first.")
    assert "Limited to: tabled from 2026-06-01; tabled to 2026-10-31." in told.subtitle
    assert "Complete for June 2026" in told.subtitle


def test_a_feed_without_entries_is_valid_and_dated_by_its_index(client: TestClient, is_valid):
    response = client.get(FEED, params={"q": "zzzz", "match": "exact"})
    assert is_valid(response.content)
    read = feedparser.parse(response.content)
    assert (read.entries, read.feed.updated, read.feed.author) == ([], "2026-11-21T00:00:00Z", "Despatch Box")


def test_the_seeds_say_that_they_are_a_sample(seeds: str, tmp_path: Path, toy_encoder: Encoder, is_valid):
    build([seeds], tmp_path / "data", toy_encoder)
    feed = feed_of(Searcher.open(tmp_path / "data", toy_encoder), "foreign national offenders returned")
    assert is_valid(feed)
    assert "Sample: 11 Home Office questions." in feedparser.parse(feed).feed.subtitle


def test_its_own_address_and_its_page_have_the_parameters_in_one_order(client: TestClient):
    asked = "q=buses+%26+trains&limit=50&house=Lords&house=Commons&understand=true&tabled_from=2024-01-31"
    one = feedparser.parse(client.get(f"{FEED}?{asked}").content).feed
    other = feedparser.parse(client.get(f"{FEED}?{'&'.join(reversed(asked.split('&')))}").content).feed
    rest = "house=Commons&house=Lords&q=buses+%26+trains&tabled_from=2024-01-31&understand=true"
    assert {(link.rel, link.href) for link in one.links} == {
        ("self", f"http://testserver/v1/feed.atom?{rest}"),
        ("alternate", f"http://testserver/?{rest}"),
    }
    assert one.id == other.id
    assert one.id != feedparser.parse(client.get(FEED, params={"q": "buses"}).content).feed.id


def test_the_same_search_has_the_same_id_wherever_it_is_served(client: TestClient):
    here = feedparser.parse(client.get(FEED, params={"q": "buses"}).content)
    there = feedparser.parse(client.get(FEED, params={"q": "buses"}, headers={"Host": "elsewhere.example"}).content)
    assert there.feed.links[0].href == "http://elsewhere.example/v1/feed.atom?q=buses"
    assert there.feed.id == here.feed.id
    assert [entry.id for entry in there.entries] == [entry.id for entry in here.entries]


@pytest.mark.parametrize("known", ["{0}", '"other", {0}', "*", "{1}"])
def test_a_reader_that_has_the_feed_is_told_that_nothing_changed(client: TestClient, known: str):
    first = client.get(FEED, params={"q": "buses"})
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    again = client.get(
        FEED, params={"q": "buses"}, headers={"If-None-Match": known.format(tag, tag.removeprefix("W/"))}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["cache-control"]) == (tag, "private, max-age=600")


@pytest.mark.parametrize("changed", [{"q": "trains"}, {"limit": "1"}, {"house": "Lords"}, {"match": "words"}])
def test_another_search_has_another_tag(client: TestClient, changed: dict[str, str]):
    tag = client.get(FEED, params={"q": "buses"}).headers["etag"]
    other = client.get(FEED, params={"q": "buses"} | changed, headers={"If-None-Match": tag})
    assert (other.status_code, other.headers["etag"] != tag) == (200, True)


def test_a_new_index_has_another_tag(lanterns, toy_encoder: Encoder, tmp_path: Path):
    tags = []
    for values in ([question(1)], [question(1), question(2)]):
        lanterns(*values)
        with TestClient(create_app(Settings(data=tmp_path / "data"), encoder=toy_encoder)) as client:
            tags.append(client.get(FEED, params={"q": "lanterns"}).headers["etag"])
    assert tags[0] != tags[1]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "q"),
        ({"q": " "}, "q"),
        ({"q": "x", "mode": "full"}, "mode"),
        ({"q": "x", "limit": "101"}, "limit"),
        ({"q": "x", "answering_body": "Ministry of Silly Walks"}, "answering_body"),
        ({"q": "(x", "match": "words"}, "q"),
        ({"q": ["x", "y"]}, "q"),
    ],
)
def test_what_a_feed_can_not_be_asked_is_a_problem(client: TestClient, asked: dict[str, str], field: str):
    response = client.get(FEED, params=asked)
    assert (response.status_code, response.json()["field"]) == (422, field)


def test_what_xml_can_not_hold_is_replaced_and_what_it_can_is_kept(lanterns, is_valid):
    found = standing_search(lanterns(question(1)), "invented \x02lanterns lit in district 1")
    (entry,) = found.entries
    heading = 'Lanterns <b>& \x00\x0b\ud800\ufffe\U0001f3ee ]]> "quoted"'
    hit = replace(entry.hit, heading=heading, question="\x01in <district>\r\n\r\nand\x7f \tmore &lt;")
    feed = atom(replace(found, entries=(replace(entry, hit=hit),)), ADDRESS, date(2026, 11, 21))
    assert is_valid(feed)
    assert not feedparser.parse(feed).bozo
    root = etree.fromstring(feed)
    assert root.find("atom:title", ATOM).text == "Ministers on: invented \ufffdlanterns lit in district 1"
    assert root.find("atom:entry/atom:title", ATOM).text == (
        'Lanterns <b>& \ufffd\ufffd\ufffd\ufffd\U0001f3ee ]]> "quoted"'
    )
    content = root.find("atom:entry/atom:content", ATOM).text
    assert "<p>Question: \ufffdin &lt;district&gt;</p><p>and\x7f \tmore &amp;lt;</p>" in content


@given(st.text())
def test_any_text_can_stand_in_a_feed(text: str):
    address = FeedAddress("http://localhost/", "v1/feed.atom", (("q", text.encode(errors="replace").decode()),))
    assert etree.fromstring(f"<a b='{address.itself.replace('&', '&amp;')}'/>".encode()).get("b") == address.itself


def test_facts_that_are_missing_are_said_to_be_missing(lanterns, is_valid):
    bare = question(1, dateAnswered=None, heading=None, uin=None, answeringMemberId=None)
    nobody = question(2, answeringBodyName=None, answeringBodyId=None, answeringMemberId=None, dateTabled=None)
    feed = feed_of(lanterns(bare, nobody))
    assert is_valid(feed)
    first, second = feedparser.parse(feed).entries
    assert "published" not in first
    assert first.updated == "2026-11-21T00:00:00Z"
    shown = "The source does not give the day of the answer. The day shown is 21 November 2026, when it was read."
    assert shown in first.content[0].value
    assert first.author == "Ministry of Imaginary Works (name not in the source)"
    assert first.title.startswith("… how many invented lanterns")
    assert [link.rel for link in first.links] == ["related", "related", "license"]
    assert second.author == "Name not in the source"
    assert "Answering body not in the source." in second.content[0].value
    found = standing_search(lanterns(bare), "invented lanterns lit in district")
    hit = replace(found.entries[0].hit, citation=replace(found.entries[0].hit.citation, question_opening=None))
    empty = atom(replace(found, entries=(replace(found.entries[0], hit=hit),)), ADDRESS, date(2026, 11, 21))
    assert feedparser.parse(empty).entries[0].title == "No heading in the source"


def test_corrected_holding_and_changed_answers_say_so(client: TestClient, filled_client: TestClient, is_valid):
    corrected = feedparser.parse(client.get(FEED, params={"q": "patients waiting dentist"}).content).entries[0]
    assert "<p>Corrected on 25 March 2025.</p>" in corrected.content[0].value
    assert ("corrected", "Corrected") in {(tag.term, tag.label) for tag in corrected.tags}
    asked = {"q": "has not proved possible", "match": "exact", "kind": "holding"}
    held = feedparser.parse(client.get(FEED, params=asked).content).entries[0]
    assert held.title == "Holding answer, not a reply: Schools: Bicycles"
    assert "this is a holding answer" in held.content[0].value
    made = filled_client.get(FEED, params={"q": "invented", "match": "words", "genre": "statement"}).content
    assert is_valid(made)
    entry = feedparser.parse(made).entries[0]
    assert ("statement", "Written statement") in {(tag.term, tag.label) for tag in entry.tags}
    assert "Question:" not in entry.content[0].value


def test_a_statement_that_corrects_an_answer_moves_its_day(filled_client: TestClient):
    (key,) = filled_client.get("/v1/answers/id-5").json()["corrections"]
    made = filled_client.get(f"/v1/answers/{key}").json()["answered"]
    read = feedparser.parse(filled_client.get(FEED, params={"q": "district 5", "match": "exact"}).content)
    entry = next(one for one in read.entries if one.title.endswith("District 5"))
    assert entry.updated == f"{made}T00:00:00Z" != entry.published


def test_a_table_row_stands_below_its_headers(client: TestClient):
    read = feedparser.parse(client.get(FEED, params={"q": "North East", "match": "exact"}).content)
    (content,) = read.entries[0].content
    assert "1,204" in content.value.split("</blockquote>")[0].split("<blockquote>")[1]
    assert content.value.startswith(
        "<p>The following table shows the number of patients waiting.</p><p>Region | 2024 | 2025</p>\n<blockquote>"
    )
