"""The pages of answers over HTTP: the answer, links to passages, old keys, questions that wait, and files."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retrieval.citations import CitationStyle, written
from retrieval.corpus import Corpus
from retrieval.passages import passages_of

LAID_OUT = "commons-2026-06-03-2"


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


def test_a_page_has_each_passage_with_a_link_that_lasts(pages_client: TestClient, pages_once: Path):
    page = pages_client.get(f"/answers/{LAID_OUT}")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for passage in Corpus.open(pages_once).answer(LAID_OUT).passages:
        assert f'id="p{passage.ordinal}"' in page.text
        assert f'href="/answers/{LAID_OUT}?passage={passage.hash}#p{passage.ordinal}"' in page.text


def test_nothing_from_outside_is_markup_on_the_page(pages_client: TestClient):
    page = pages_client.get(f"/answers/{LAID_OUT}?passage=<script>alert(1)</script>").text
    assert "<h1>Lanterns &lt;counted&gt;</h1>" in page
    assert "North &lt;new&gt;" in page
    assert "alert(1)" not in page


def test_links_of_the_answer_lead_to_the_web_and_to_no_mailbox(pages_client: TestClient):
    page = pages_client.get(f"/answers/{LAID_OUT}").text
    assert '<a href="https://lanterns.example/counts?year=1&amp;part=2" rel="noreferrer noopener">its site</a>' in page
    assert "mailto:" not in page


def test_a_button_for_the_basket_names_key_words_and_place(pages_client: TestClient, pages_once: Path):
    page = pages_client.get(f"/answers/{LAID_OUT}").text
    added = [json.loads(unescape(one)) for one in re.findall(r'data-basket-add="([^"]*)"', page)]
    passages = Corpus.open(pages_once).answer(LAID_OUT).passages
    assert added == [{"key": LAID_OUT, "passage": one.hash, "ordinal": one.ordinal} for one in passages]


def test_a_linked_passage_is_marked_and_no_other(pages_client: TestClient, pages_once: Path):
    passages = Corpus.open(pages_once).answer(LAID_OUT).passages
    row = pages_client.get(f"/answers/{LAID_OUT}?passage={passages[3].hash}").text
    assert re.findall(r'id="(p\d+)"[^>]* data-linked', row) == ["p4"]
    assert "You followed a link to passage 4, which is marked below" in text_of(row).replace(" ,", ",")
    paragraph = pages_client.get(f"/answers/{LAID_OUT}?passage={passages[0].hash}").text
    assert re.findall(r'id="(p\d+)" data-linked', paragraph) == ["p1"]
    assert "data-linked" not in pages_client.get(f"/answers/{LAID_OUT}").text


def test_a_link_to_words_since_corrected_shows_them_with_what_changed_before_the_answer(
    pages_client: TestClient, pages_once: Path
):
    corpus = Corpus.open(pages_once)
    [past] = passages_of(corpus.history("5").texts[0].blocks)
    page = pages_client.get(f"/answers/5?passage={past.hash}").text
    told = text_of(page)
    assert "no longer in the answer: it was corrected on 20 June 2026." in told
    assert "It said: “The Department lit 5 invented lanterns in district 5. This answer is invented.”" in told
    assert page.index('id="history"') < page.index('id="answer"')
    assert page.count('id="history"') == 1
    assert '<del><span class="unseen">[removed: </span>5<span class="unseen">]</span></del>' in page
    assert '<ins><span class="unseen">[added: </span>17<span class="unseen">]</span></ins>' in page


def test_what_changed_stands_below_the_answer_otherwise(pages_client: TestClient):
    page = pages_client.get("/answers/5").text
    assert page.index('id="history"') > page.index('id="answer"')
    lost = text_of(pages_client.get("/answers/6").text)
    assert "and the source no longer gives its first text: what changed is not known." in lost


def test_a_passage_that_is_nowhere_known_is_told_on_the_page(pages_client: TestClient):
    page = pages_client.get("/answers/1?passage=0000000000000000")
    assert page.status_code == 200
    assert "is not in the answer, nor in any earlier text of it that is known here." in page.text


@pytest.mark.parametrize("rest", ["", "?passage=79b4eb4982057d83", "/citation.ris"])
def test_a_key_of_before_leads_on_to_the_key_of_now(pages_client: TestClient, rest: str):
    moved = pages_client.get(f"/answers/commons-2026-05-28-60{rest}")
    assert (moved.status_code, moved.headers["location"]) == (308, f"/answers/commons-2026-06-05-60{rest}")
    assert pages_client.get(moved.headers["location"]).status_code == 200


def test_an_answer_is_found_by_parliaments_id_too(pages_client: TestClient):
    assert f'href="/answers/{LAID_OUT}?passage=' in pages_client.get("/answers/2").text


def test_a_question_that_waits_has_a_page_that_says_until_when(pages_client: TestClient):
    for key in ("commons-2026-06-04-3", "3", "id-3"):
        page = pages_client.get(f"/answers/{key}")
        told = text_of(page.text)
        assert page.status_code == 200
        assert "tabled on 4 June 2026 and has no answer yet. One is due on 7 June 2026 ." in told
        assert "https://questions-statements.parliament.uk/written-questions/detail/2026-06-04/3" in page.text


def test_a_key_that_no_answer_has_says_what_to_do(pages_client: TestClient):
    page = pages_client.get("/answers/commons-2099-01-01-5")
    assert page.status_code == 404
    assert "There is no answer at this address" in page.text
    assert "https://questions-statements.parliament.uk/written-questions/detail/2099-01-01/5" in page.text
    assert 'href="/coverage"' in page.text
    long = pages_client.get(f"/answers/{'x' * 3000}")
    assert (long.status_code, "x" * 100 in long.text) == (404, False)


@pytest.mark.parametrize(
    ("ending", "style", "media_type"),
    [
        ("bib", "bibtex", "application/x-bibtex"),
        ("ris", "ris", "application/x-research-info-systems"),
        ("json", "csl-json", "application/vnd.citationstyles.csl+json"),
    ],
)
def test_a_citation_comes_as_a_file_with_its_media_type(
    pages_client: TestClient, pages_once: Path, ending: str, style: str, media_type: str
):
    found = pages_client.get(f"/answers/5/citation.{ending}")
    assert found.status_code == 200
    assert found.headers["content-type"].partition(";")[0] == media_type
    assert found.headers["content-disposition"] == f'attachment; filename="commons-2026-06-06-5.{ending}"'
    assert found.text == written(Corpus.open(pages_once).citation("5"), CitationStyle(style))
    assert pages_client.get(f"/answers/5/citation.{ending}", headers={"Accept": "application/json"}).text == found.text


def test_a_file_that_there_is_not_is_not_found(pages_client: TestClient):
    assert pages_client.get("/answers/5/citation.pdf").status_code == 404
    assert pages_client.get("/answers/nothing/citation.ris").status_code == 404


def test_a_page_whose_path_has_no_data_is_a_page_whatever_is_asked_for(pages_client: TestClient):
    for accepted in ("application/json", "application/json, text/plain, */*"):
        found = pages_client.get("/answers/5", headers={"Accept": accepted})
        assert (found.status_code, found.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert pages_client.get("/v1/answers/5").json()["key"] == "commons-2026-06-06-5"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("1", "1 other answer points to this one"),
        ("8", "Also given to 2 other questions"),
        ("70", "1 other answer differs from this one by a number, a name or a few words"),
        ("7", "application/pdf, 1.0 kB. Rights in it are not known"),
        ("10", "Refers to Question 1 of 9 June 2026"),
        ("13", "Refers to Question 777 of 18 May 2026, not in this corpus"),
        ("14", "Named in the question, and not found here"),
        ("4", "This is a holding answer: it promises a reply and does not give one."),
        ("40", "Other copies, read and not shown"),
        ("commons-2026-06-25-hcws52", "Answers that it corrects"),
    ],
)
def test_a_page_says_what_belongs_to_the_answer(pages_client: TestClient, key: str, told: str):
    assert told in text_of(pages_client.get(f"/answers/{key}").text)


def test_long_lists_are_folded_after_ten(pages_client: TestClient):
    page = pages_client.get("/answers/80").text
    assert "Also given to 12 other questions" in text_of(page)
    assert "<summary>2 more questions</summary>" in page


def test_what_was_read_of_a_file_stands_apart_with_what_was_not(pages_client: TestClient, pages_once: Path):
    told = text_of(pages_client.get("/answers/7").text)
    assert "Text read from it on 21 November 2026 (2 passages) Not read: the pages from the third on." in told
    assert "Its text was not read: it has pictures of pages and no text." in told
    reading = Corpus.open(pages_once).answer("7").attachment_texts[0]
    page = pages_client.get(f"/answers/7?passage={reading.passages[1].hash}").text
    assert re.findall(r'id="(p\d+)" data-linked', page) == ["p3"]
    # A marked passage is never folded away.
    assert "<details open>" in page


def test_a_passage_of_a_file_is_copied_with_the_file_it_is_from(pages_client: TestClient):
    page = unescape(pages_client.get("/answers/7").text)
    assert "in its attachment 'Invented table 1 of answer 7' (page 2) <https://qna.files.example/" in page
    assert "rights in it are not known" in page
