import base64
import hashlib
import re

import pytest
from fastapi.testclient import TestClient

from retrieval.hit_results import Span
from service.web.marks import marked
from service.web.static_files import hash_of, static_url, style_sheets, version

READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_the_first_page_is_a_page_and_to_a_program_that_asks_for_json_it_is_data(client: TestClient):
    assert client.get("/", headers=READER).headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/", headers={"Accept": "application/json"}).json()["name"] == "Despatch Box"


def test_a_page_loads_nothing_from_elsewhere_and_says_no_question_to_other_sites(client: TestClient):
    found = client.get("/", headers=READER)
    policy = dict(part.split(" ", 1) for part in found.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    # Of what stands in the page, only our own files are let in: those that have the hash of one.
    assert re.fullmatch(r"'self' 'sha256-[\w+/=]+'", policy["script-src"])
    assert set(policy["style-src"].split()) == {hash_of(name) for name in style_sheets()}
    for tag, allowed in (("style", "style-src"), ("script", "script-src")):
        for content in re.findall(rf"<{tag}>(.*?)</{tag}>", found.text, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy[allowed]
    assert found.text.count("<style>") == 2
    assert re.findall(r'style="|<style |javascript:| on\w+="', found.text) == []
    assert found.headers["referrer-policy"] == "no-referrer"
    assert re.findall(r'(?:src|href)="(?:https?:)?//', found.text) == []


def test_what_a_page_loads_is_there_and_kept_for_ever_under_a_name_of_its_content(client: TestClient):
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/", headers=READER).text)
    assert loaded
    for path in loaded:
        found = client.get(path)
        assert (found.status_code, found.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
    assert client.get("/static/000000000000/pages.css").headers["cache-control"] == "no-cache"
    assert client.get(f"/static/{version()}/no-such.css").status_code == 404


def test_a_template_that_names_a_file_which_is_not_there_fails_at_once():
    with pytest.raises(KeyError):
        static_url("no-such.css")


def test_what_is_not_there_is_told_on_a_page_to_a_reader_and_as_data_to_a_program(client: TestClient):
    page = client.get("/nowhere", headers=READER)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Not found</h1>" in page.text
    assert client.get("/nowhere").json()["title"] == "Not found"
    assert client.get("/v1/nowhere", headers=READER).json()["title"] == "Not found"


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "a &lt;b&gt; c"),
        ([Span(0, 1)], "<mark>a</mark> &lt;b&gt; c"),
        ([Span(2, 5)], "a <mark>&lt;b&gt;</mark> c"),
        ([Span(4, 7), Span(2, 4)], "a <mark>&lt;b&gt; c</mark>"),
        ([Span(0, 3), Span(1, 99), Span(50, 60), Span(3, 3)], "<mark>a &lt;b&gt; c</mark>"),
    ],
)
def test_marks_are_put_round_spans_and_all_text_is_escaped(spans: list[Span], expected: str):
    assert str(marked("a <b> c", spans)) == expected


def test_a_mark_has_the_element_and_the_class_asked_for():
    assert str(marked("no", [Span(0, 2)], "ins", 'new"')) == '<ins class="new&#34;">no</ins>'
