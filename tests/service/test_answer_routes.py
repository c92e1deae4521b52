"""Whole answers and citations over HTTP."""

import pytest
from fastapi.testclient import TestClient

from retrieval.citations import CitationStyle, written
from retrieval.corpus import Corpus
from service.schemas import to_json

KEY = "commons-2024-09-02-101"


def test_an_answer_is_the_librarys_own(client: TestClient, built_once):
    response = client.get(f"/v1/answers/{KEY}")
    assert response.content == to_json(Corpus.open(built_once).answer(KEY))
    assert response.json()["minister"]["name"] == "Dee Placeholder"
    assert [one["ordinal"] for one in response.json()["passages"]] == [1, 2]


@pytest.mark.parametrize("key", ["1", "id-1", KEY.upper()])
def test_an_answer_is_found_by_parliaments_id_and_in_any_case(client: TestClient, key):
    assert client.get(f"/v1/answers/{key}").json()["key"] == KEY


@pytest.mark.parametrize("path", ["/v1/answers/{}", "/v1/answers/{}/citation"])
@pytest.mark.parametrize("key", ["commons-2024-09-02-100", "0", "%F0%9F%9A%8C", "a%00b", "' OR 1=1 --"])
def test_an_unknown_key_is_404_and_says_what_keys_look_like(client: TestClient, path, key):
    response = client.get(path.format(key))
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["title"] == "Unknown key"
    assert "keys look like commons-2023-07-18-194793" in response.json()["detail"]


def test_a_key_far_too_long_is_not_echoed_whole(client: TestClient):
    response = client.get(f"/v1/answers/{'a' * 20_000}")
    assert response.status_code == 404
    assert len(response.content) < 1200


@pytest.mark.parametrize("style", CitationStyle)
def test_every_style_of_citation_can_be_had(client: TestClient, built_once, style):
    found = client.get(f"/v1/answers/{KEY}/citation", params={"style": style.upper(), "paragraph": 2}).json()
    citation = Corpus.open(built_once).citation(KEY, 2)
    assert found["style"] == style
    assert found["text"] == written(citation, style)
    assert found["citation"]["paragraph"] == 2
    assert found["licence"]["spdx"] == "OPL-UK-3.0"
    assert found["sample"] is None


def test_a_citation_without_a_style_is_in_the_houses_form(client: TestClient):
    found = client.get(f"/v1/answers/{KEY}/citation").json()
    assert found["style"] == "house"
    assert found["text"] == "101 [of Session 2024-26] on Bus Services: Rural Areas given on 10 September 2024"


@pytest.mark.parametrize(
    ("parameters", "field", "detail"),
    [
        ("style=harvard", "style", "'harvard' is not one of house, member, oscola, bibtex, ris, csl-json"),
        ("paragraph=3", "paragraph", "3 is not in this answer: it has passages 1 to 2"),
        ("paragraph=0", "paragraph", "'0' is too small: at least 1 is needed"),
        ("paragraph=two", "paragraph", "'two' is not a whole number"),
        ("stile=ris", "stile", "there is no such parameter here: did you mean style?"),
        ("style=ris&style=house", "style", "it is given 2 times: give it once"),
    ],
)
def test_a_citation_that_cannot_be_written_says_why(client: TestClient, parameters, field, detail):
    response = client.get(f"/v1/answers/{KEY}/citation?{parameters}")
    assert response.status_code == 422
    assert response.json()["field"] == field
    assert response.json()["detail"] == f"{field}: {detail}"


def test_an_answer_takes_no_parameters(client: TestClient):
    assert client.get(f"/v1/answers/{KEY}?full=1").json()["field"] == "full"
