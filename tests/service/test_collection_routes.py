"""Collected passages over HTTP: as they stand now, and as files."""

import csv
import io
import json
from datetime import date

import pytest
from fastapi.testclient import TestClient

from retrieval.collected import MAX_ITEMS, MAX_NOTE_CHARACTERS, KeptPassage
from retrieval.collection import collect
from retrieval.corpus import Corpus
from service.body_limit import MAX_BODY_BYTES, MAX_COLLECTION_BYTES
from service.schemas import to_json

KEY = "commons-2024-09-02-101"
GONE = {"key": "commons-1999-01-01-1", "passage": "0123456789abcdef"}
READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def item(client: TestClient) -> dict[str, object]:
    passage = client.get(f"/v1/answers/{KEY}").json()["passages"][1]
    return {
        "key": KEY,
        "passage": passage["hash"],
        "ordinal": passage["ordinal"],
        "note": "=Mine",
        "added": "2026-11-22",
    }


def test_a_collection_is_the_librarys_own_and_no_cache_keeps_it(client: TestClient, item, built_once):
    response = client.post("/v1/collection", json={"items": [item, GONE]})
    kept = KeptPassage(KEY, str(item["passage"]), 2, "=Mine", date(2026, 11, 22))
    found = collect(Corpus.open(built_once), [kept, KeptPassage(GONE["key"], GONE["passage"])])
    assert response.content == to_json(found)
    assert response.headers["cache-control"] == "no-store"
    assert [one["state"] for one in response.json()["items"]] == ["as_added", "answer_gone"]


@pytest.mark.parametrize(
    ("form", "media_type", "ending", "left_out"),
    [
        ("html", "text/html", "html", "0"),
        ("markdown", "text/markdown", "md", "0"),
        ("text", "text/plain", "txt", "0"),
        ("bibtex", "application/x-bibtex", "bib", "1"),
        ("ris", "application/x-research-info-systems", "ris", "1"),
        ("CSL-JSON", "application/vnd.citationstyles.csl+json", "json", "1"),
        ("csv", "text/csv", "csv", "0"),
    ],
)
def test_each_format_is_a_file_to_save(client: TestClient, item, form, media_type, ending, left_out):
    body = {"items": [item, GONE], "format": form, "style": "oscola"}
    response = client.post("/v1/collection/export", json=body)
    assert response.status_code == 200
    assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert response.headers["content-disposition"] == f'attachment; filename="despatch-box-passages.{ending}"'
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["despatch-left-out"] == left_out
    assert "Contains Parliamentary information licensed under the Open Parliament Licence v3.0" in response.text
    form_sent = {"items": (None, json.dumps(body["items"])), "format": (None, form), "style": (None, "oscola")}
    assert client.post("/basket/export", files=form_sent).content == response.content


def test_the_house_style_and_html_are_what_is_not_asked_otherwise(client: TestClient, item):
    asked = client.post("/v1/collection/export", json={"items": [item], "format": "html", "style": "house"})
    assert client.post("/v1/collection/export", json={"items": [item]}).content == asked.content
    assert "101 [of Session 2024-26]" in asked.text


def test_a_note_that_a_spreadsheet_would_run_is_made_harmless(client: TestClient, item):
    text = client.post("/v1/collection/export", json={"items": [item], "format": "csv"}).content.decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["note"] == "'=Mine"


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"passage": "xyz"}, "items[0].passage", "pattern"),
        ({"note": "a" * (MAX_NOTE_CHARACTERS + 1)}, "items[0].note", "at most 5000 are read"),
        ({"ordinal": 0}, "items[0].ordinal", "at least 1"),
        ({"ordinal": True}, "items[0].ordinal", "not a whole number"),
        ({"added": "yesterday"}, "items[0].added", "write it as YYYY-MM-DD"),
        ({"key": " "}, "items[0].key", "it is empty"),
        ({"colour": "red"}, "items[0].colour", "there is no such field here: leave it out"),
        ({"text": "a" * 4_001}, "items[0].text", "at most 4000"),
    ],
)
def test_what_is_wrong_with_an_item_is_told_with_its_place(client: TestClient, item, change, field, detail):
    response = client.post("/v1/collection", json={"items": [{**item, **change}]})
    assert response.status_code == 422
    assert response.json()["field"] == field
    assert detail in response.json()["detail"]
    sent = client.post("/basket/export", files={"items": (None, json.dumps([{**item, **change}]))})
    assert (sent.status_code, sent.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    ("body", "field", "detail"),
    [
        ({"items": [], "format": "docx"}, "format", "not one of html, markdown, text, bibtex, ris, csl-json, csv"),
        ({"items": [], "style": "ris"}, "style", "not one of house, member, oscola"),
        ({"items": [], "formal": "html"}, "formal", "did you mean format?"),
        ({}, "items", "it is missing"),
        ({"items": [GONE] * (MAX_ITEMS + 1)}, "items", "it has 201 values, at most 200 are taken"),
    ],
)
def test_what_is_wrong_with_an_export_is_told(client: TestClient, body, field, detail):
    response = client.post("/v1/collection/export", json=body)
    assert (response.status_code, response.json()["field"]) == (422, field)
    assert detail in response.json()["detail"]


@pytest.mark.parametrize("items", ["{", "[" * 100_000, ""])
def test_a_form_whose_items_are_no_json_is_refused_in_words(client: TestClient, items):
    response = client.post("/basket/export", files={"items": (None, items)}, headers=READER)
    assert response.status_code == 422
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "open the basket again, and export from there" in response.text


def test_a_form_with_a_file_or_more_fields_than_there_are_is_refused(client: TestClient):
    file = client.post("/basket/export", files={"items": ("a.json", b"[]")})
    assert (file.status_code, file.json()["field"]) == (422, "items")
    fields = dict.fromkeys(("items", "format", "style", "more"), (None, "[]"))
    more = client.post("/basket/export", files=fields)
    assert (more.status_code, more.json()["field"]) == (422, "more")
    strange = client.post("/basket/export", files={"items": (None, "[]"), "colour": (None, "red")})
    assert (strange.status_code, strange.json()["field"]) == (422, "colour")


def test_a_full_basket_with_the_longest_notes_fits_and_more_is_refused_by_its_limit(client: TestClient, item):
    full = [{**item, "passage": f"{number:016x}", "note": "中" * MAX_NOTE_CHARACTERS} for number in range(MAX_ITEMS)]
    text = json.dumps({"items": full}, ensure_ascii=False).encode()
    assert MAX_BODY_BYTES < len(text) < MAX_COLLECTION_BYTES
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/collection", content=text, headers=headers)
    assert [one["state"] for one in response.json()["items"]] == ["passage_gone"] * MAX_ITEMS
    sent = {"items": (None, json.dumps(full, ensure_ascii=False)), "format": (None, "markdown")}
    assert client.post("/basket/export", files=sent).status_code == 200
    refused = client.post("/v1/collection", content=b" " * (MAX_COLLECTION_BYTES + 1), headers=headers)
    assert refused.status_code == 413
    assert f"larger than {MAX_COLLECTION_BYTES} bytes" in refused.json()["detail"]
    elsewhere = client.post("/v1/search", content=b" " * (MAX_BODY_BYTES + 1), headers=headers)
    assert f"larger than {MAX_BODY_BYTES} bytes" in elsewhere.json()["detail"]


def test_the_page_is_a_shell_that_says_why_it_needs_a_script(client: TestClient):
    response = client.get("/basket", headers=READER)
    assert response.status_code == 200
    assert "<noscript>" in response.text
    assert "only a script can read it" in response.text


def test_a_basket_of_before_is_looked_up_by_the_key_of_now(filled_client: TestClient):
    key = filled_client.get("/v1/search", params={"q": "invented belfry fund"}).json()["hits"][0]
    found = filled_client.post(
        "/v1/collection", json={"items": [{"key": key["key"].upper(), "passage": key["passage"]["hash"]}]}
    ).json()["items"][0]
    assert (found["now"]["key"], found["kept"]["key"]) == (key["key"], key["key"].upper())
