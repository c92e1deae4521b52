"""Quotations checked over HTTP and by the command: the same object, kept by nobody."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from fastapi.testclient import TestClient

from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.quotations import verify_briefing, verify_quote
from service.app import create_app
from service.body_limit import MAX_BRIEFING_BYTES, limit_of
from service.schemas import to_data
from service.settings import Settings

_STYLE = re.compile(r"\x1b\[[0-9;]*m")


class Ran(Protocol):
    """How one command ended, and what it told."""

    code: int
    out: str
    err: str
    json: dict[str, Any]


Despatch = Callable[..., Ran]
FERRY = "commons-2025-03-03-7001"
DROPPED = "the invented ferry will be withdrawn before 31 March 2026"
BRIEFING = f"“{DROPPED}” and\n\n> The invented harbour fund paid 45 grants\n\nand “carried 7.4 million passengers”"
CORRECTED = "Applications for the next round close at the end of June"


@pytest.fixture
def quoting(quotable_once: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(data=quotable_once), encoder=toy_encoder)) as opened:
        yield opened


@pytest.fixture(scope="module")
def corpus(quotable_once: Path) -> Corpus:
    return Corpus.open(quotable_once)


def test_a_quotation_is_checked_over_http_as_in_the_library_and_no_cache_keeps_it(quoting: TestClient, corpus: Corpus):
    for body in ({"text": DROPPED}, {"text": DROPPED, "key": FERRY}):
        response = quoting.post("/v1/verify-quote", json=body)
        assert response.json() == to_data(verify_quote(corpus, **body))
        assert response.headers["cache-control"] == "no-store"


def test_a_briefing_is_checked_over_http_as_in_the_library_and_no_cache_keeps_it(quoting: TestClient, corpus: Corpus):
    response = quoting.post("/v1/verify-briefing", json={"text": BRIEFING, "first": 2, "limit": 1})
    assert response.json() == to_data(verify_briefing(corpus, BRIEFING, first=2, limit=1))
    assert response.json()["next_first"] == 3
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/v1/verify-quote", {"text": "  "}, 422, "text"),
        ("/v1/verify-quote", {"text": "[…]"}, 422, "text"),
        ("/v1/verify-quote", {"text": "x" * 10_001}, 422, "text"),
        ("/v1/verify-quote", {"text": "x", "keys": "1"}, 422, "keys"),
        ("/v1/verify-quote", {"text": "x", "key": "commons-2025-03-03-1"}, 404, None),
        ("/v1/verify-quote", {}, 422, "text"),
        ("/v1/verify-quote", {"text": "x" * 70_000}, 413, "body"),
        ("/v1/verify-briefing", {"text": "“x”", "first": 2}, 422, "first"),
        ("/v1/verify-briefing", {"text": "“x”", "limit": 26}, 422, "limit"),
        ("/v1/verify-briefing", {"text": "x" * 300_001}, 422, "text"),
        ("/v1/verify-briefing", {"text": "x" * MAX_BRIEFING_BYTES}, 413, "body"),
    ],
)
def test_what_can_not_be_checked_is_a_problem_that_names_the_field(
    quoting: TestClient, path: str, body: dict[str, object], status: int, field: str | None
):
    response = quoting.post(path, json=body)
    assert (response.status_code, response.json().get("field")) == (status, field)


def test_an_unknown_field_names_the_nearest_of_this_body(quoting: TestClient):
    problem = quoting.post("/v1/verify-quote", json={"text": "x", "keys": "1"}).json()
    assert problem["nearest"] == ["key"]


def test_a_briefing_may_be_longer_than_a_question(quoting: TestClient):
    text = f"{'word ' * 40_000} “carried 7.4 million passengers”"
    found = quoting.post("/v1/verify-briefing", json={"text": text}).json()
    assert found["counts"] == {"word_for_word": 1}
    assert limit_of("/v1/verify-briefing") == MAX_BRIEFING_BYTES > limit_of("/v1/search")


def test_a_url_can_hold_no_quotation(quoting: TestClient):
    assert quoting.get("/v1/verify-quote").status_code == 405
    assert quoting.post("/v1/verify-quote?text=x", json={"text": "x"}).status_code == 422


def test_no_log_has_a_word_of_a_quotation(quoting: TestClient, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG, logger="service")
    for path in ("/v1/verify-quote", "/v1/verify-briefing"):
        quoting.post(path, json={"text": "“zyzzyva”"})
        quoting.post(path, json={"text": "“zyzzyva”", "zyzzyva": 1})
    quoting.post("/quotes", data={"text": "“zyzzyva”"})
    quoting.post("/quotes", data={"text": "“zyzzyva”", "first": "zyzzyva"})
    assert "zyzzyva" not in caplog.text.lower()
    assert caplog.text.count("POST") == 6


@pytest.mark.parametrize("options", [(), ("--key", FERRY)])
def test_the_command_gives_the_same_object_and_exits_with_1_unless_it_is_word_for_word(
    despatch: Despatch, quotable_once: Path, corpus: Corpus, options: tuple[str, ...]
):
    ran = despatch("verify-quote", DROPPED, *options, "--data", quotable_once)
    assert ran.json == to_data(verify_quote(corpus, DROPPED, options[1] if options else None))
    assert ran.code == 1
    sound = despatch("verify-quote", "-", "--data", quotable_once, stdin=b"carried 7.4 million passengers\n")
    assert (sound.code, sound.json["found"]) == (0, True)


def test_the_command_checks_a_whole_briefing_however_many_quotations_it_has(
    despatch: Despatch, quotable_once: Path, tmp_path: Path
):
    file = tmp_path / "briefing.md"
    file.write_text(f"{'“carried 7.4 million passengers” ' * 45}\n\n> {CORRECTED}\n", encoding="utf-8")
    ran = despatch("verify-quote", "--briefing", file, "--data", quotable_once)
    found = ran.json
    assert ran.code == 1
    assert (found["total"], found["next_first"], found["outcome"]) == (46, None, "since_corrected")
    assert [one["number"] for one in found["quotations"]] == list(range(1, 47))
    assert found["counts"] == {"since_corrected": 1, "word_for_word": 45}
    assert found["message"] == "46 quotations: 1 since corrected; 45 word for word."
    again = despatch("verify-quote", "--briefing", "-", "--data", quotable_once, stdin=file.read_bytes())
    assert again.json == found


def test_on_a_terminal_a_quotation_is_told_with_what_differs_and_its_citation(despatch: Despatch, quotable_once: Path):
    ran = despatch("verify-quote", DROPPED, "--data", quotable_once, terminal=True, width=100)
    out = _STYLE.sub("", ran.out)
    assert out.startswith("Differs\n")
    assert "A negation differs: check the sense." in out
    assert "The invented ferry will {+not +}be withdrawn before 31 March 2026" in out
    assert "Cite as: the Answer of 20 March 2025 to Question 7005" in out
    assert "Passage 1." in out
    assert f"Whole answer: despatch show commons-2025-03-13-7005 --data {quotable_once}" in out
    assert "Contains Parliamentary information licensed under the Open Parliament Licence v3.0." in out


def test_on_a_terminal_words_since_corrected_come_with_what_is_served_now(despatch: Despatch, quotable_once: Path):
    def told(text: str) -> str:
        ran = despatch("verify-quote", text, "--data", quotable_once, terminal=True, width=100)
        return _STYLE.sub("", ran.out)

    out = told("The invented harbour fund paid 45 grants, worth £3,000 each")
    assert out.startswith("Since corrected\nCorrected on 2 April 2025: ")
    assert "The invented harbour fund paid [-45 -]{+54 +}grants" in out
    assert "despatch history commons-2025-03-03-7002" in out
    assert "Nothing like these words is in the answer now." in told(CORRECTED)
    assert "Word for word" in told("has set aside £12 million for its pier").splitlines()[0]


def test_on_a_terminal_a_briefing_is_told_quotation_by_quotation(despatch: Despatch, quotable_once: Path):
    stdin = f"{BRIEFING} and “unclosed".encode()
    ran = despatch("verify-quote", "--briefing", "-", "--data", quotable_once, terminal=True, width=120, stdin=stdin)
    out = _STYLE.sub("", ran.out)
    heads = [line.removesuffix("word for") for line in out.splitlines() if line[:1].isdigit()]
    assert heads == [
        "4 quotations: 1 since corrected; 1 differs from what was said; 1 not found in what is indexed; 1 ",
        "1. Differs",
        "2. Since corrected",
        "3. Word for word",
        "4. Not found in what is indexed",
    ]
    assert "Its closing mark is missing" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "text: give one quotation, or a text full of them with --briefing FILE"),
        (("x", "--briefing", "-"), "text: give one quotation"),
        (("--briefing", "-", "--key", "1"), "key: it goes with one quotation"),
        (("--briefing", ""), "--briefing: it is empty"),
        (("--briefing", "no-such-file"), "--briefing: no-such-file can't be read: No such file or directory"),
        (("…",), "text: it has no word to look for"),
    ],
)
def test_a_mistake_in_the_command_is_told(
    despatch: Despatch, quotable_once: Path, arguments: tuple[str, ...], told: str
):
    ran = despatch("verify-quote", *arguments, "--data", quotable_once, stdin=b"x")
    assert ran.code == 2
    assert ran.err.startswith(f"despatch: {told}")


@pytest.mark.parametrize(("stdin", "told"), [(b"\xff\xfe", "is not UTF-8 text"), (b"x" * 1_200_001, "has more than")])
def test_a_file_that_is_no_text_or_too_long_is_told(despatch: Despatch, quotable_once: Path, stdin: bytes, told: str):
    ran = despatch("verify-quote", "--briefing", "-", "--data", quotable_once, stdin=stdin)
    assert ran.code == 2
    assert f"standard input {told}" in ran.err


def test_json_of_a_quotation_says_nothing_but_what_is_documented(quoting: TestClient):
    found = quoting.post("/v1/verify-quote", json={"text": DROPPED}).json()
    schema = quoting.get("/openapi.json").json()["components"]["schemas"]
    assert set(found) == set(schema["QuoteResult"]["properties"])
    assert set(found["matches"][0]) == set(schema["QuoteMatch"]["properties"])
    assert json.dumps(found)
