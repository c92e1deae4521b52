"""What a form can send wrongly, on every page that has one to post."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FORMS = ("/asked", "/quotes", "/basket/export")
FIELDS = {"/asked": "text", "/quotes": "text", "/basket/export": "items"}
URL_ENCODED = {**READER, "Content-Type": "application/x-www-form-urlencoded"}
PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n--b--\r\n'


def told(client: TestClient, path: str, content: bytes, content_type: str) -> str:
    """Return the page that refuses a form."""
    response = client.post(path, content=content, headers={**READER, "Content-Type": content_type})
    assert (response.status_code, response.headers["content-type"]) == (422, "text/html; charset=utf-8")
    return response.text


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("charset", ["undefined", "punycode", "idna", "hex", "utf-16", "no-such"])
def test_an_encoding_that_no_browser_sends_is_refused(filled_client: TestClient, path: str, charset: str):
    content = PART % (FIELDS[path].encode(), "“é”-9999999".encode())
    page = told(filled_client, path, content, f"multipart/form-data; boundary=b; charset={charset}")
    assert "it is not in UTF-8" in page.replace("It is", "it is")


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("content", [b"nothing", b"--b\r\nX: y\r\n\r\nx\r\n--b--\r\n", b"--b\r\n:\r\n\r\n"])
def test_a_form_that_is_broken_is_refused(filled_client: TestClient, path: str, content: bytes):
    page = told(filled_client, path, content, "multipart/form-data; boundary=b")
    assert "be read: use the form as it is" in page


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_a_boundary_or_with_too_many_fields_is_refused(filled_client: TestClient, path: str):
    assert "be read: use the form as it is" in told(filled_client, path, b"x", "multipart/form-data")
    many = urlencode([("x", "")] * 50).encode()
    assert "be read: use the form as it is" in told(filled_client, path, many, URL_ENCODED["Content-Type"])


@pytest.mark.parametrize("path", FORMS)
def test_a_form_in_utf_8_that_says_so_is_read(filled_client: TestClient, path: str):
    value = b"[]" if path == "/basket/export" else "“é”".encode()
    headers = {**READER, "Content-Type": 'multipart/form-data; boundary=b; charset="UTF-8"'}
    response = filled_client.post(path, content=PART % (FIELDS[path].encode(), value), headers=headers)
    assert response.status_code == 200
    assert "it is not in UTF-8" not in response.text


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("values", [("a", "b"), ("a", ""), ("", "")])
def test_a_field_given_twice_is_refused(filled_client: TestClient, path: str, values: tuple[str, str]):
    content = urlencode([(FIELDS[path], value) for value in values]).encode()
    page = told(filled_client, path, content, URL_ENCODED["Content-Type"])
    assert "it is given 2 times: give it once" in page.replace("It is", "it is")


def test_a_file_for_the_text_of_quotations_is_told_on_the_page_that_no_cache_keeps(filled_client: TestClient):
    response = filled_client.post("/quotes", files={"text": ("a.txt", b"x")}, headers=READER)
    assert (response.status_code, response.headers["cache-control"]) == (422, "no-store")
    assert "It is a file: paste its text instead" in response.text
    assert '<form action="/quotes" method="post"' in response.text


@pytest.mark.parametrize(
    "items", ["9" * 5_000, "[" * 100_000, "{", json.dumps([{"key": 5}]), '[{"key": "\\ud800", "passage": "x"}]']
)
def test_a_basket_that_is_no_basket_is_refused(filled_client: TestClient, items: str):
    response = filled_client.post("/basket/export", data={"items": items}, headers=READER)
    assert response.status_code == 422
    assert "<h1>" in response.text
