"""Exports and counts, over HTTP and by command."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

if TYPE_CHECKING:
    from tests.service.conftest import Despatch


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


def test_an_export_is_a_csv_file_of_every_passage(client: TestClient):
    response = client.get("/v1/export", params={"q": "rural areas"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="despatch-[\w-]+\.csv"', response.headers["content-disposition"])
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert [row["uin"] for row in rows] == ["205", "101", "102"]


def test_an_export_says_in_its_headers_what_it_has_and_what_is_missing(client: TestClient, filled_client: TestClient):
    def told(asked: TestClient, **parameters: str) -> list[str]:
        headers = asked.get("/v1/export", params=parameters).headers
        return [headers[f"Despatch-{name}"] for name in ("Answers", "Passages", "Left-Out", "Complete")]

    assert told(client, q="rural areas") == ["1", "3", "0", "false"]
    assert told(client, q="has not proved possible") == ["0", "0", "2", "false"]
    assert told(client, q="has not proved possible", kind="all") == ["2", "2", "0", "false"]
    assert told(client, q="zzzz") == ["0", "0", "0", "false"]
    assert told(filled_client, q="zzzz", tabled_from="2026-06-01", tabled_to="2026-10-31")[-1] == "true"


def test_an_export_as_json_lines_takes_words_filters_and_order(client: TestClient):
    asked = {"q": "scheme OR bus", "match": "words", "format": "jsonl", "sort": "oldest", "house": "lords"}
    response = client.get("/v1/export", params=asked)
    assert response.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in response.text.splitlines()]
    assert [(row["uin"], row["passage"]) for row in rows] == [("HL77", 1), ("HL77", 2)]


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        ("/v1/export", {}, "q"),
        ("/v1/export", {"q": "x", "match": "meaning"}, "match"),
        ("/v1/export", {"q": "x", "format": "xls"}, "format"),
        ("/v1/export", {"q": "x", "limit": "5"}, "limit"),
        ("/v1/export", {"q": "(x", "match": "words"}, "q"),
        ("/v1/counts", {"q": "(x", "match": "words", "by": "month"}, "q"),
        ("/v1/export", {"q": "x", "minister": "nobody"}, "minister"),
        ("/v1/counts", {"q": "x"}, "by"),
        ("/v1/counts", {"by": "month,colour"}, "by"),
        ("/v1/counts", {"by": ""}, "by"),
        ("/v1/counts", {"by": "month", "q": "x", "match": "meaning"}, "match"),
    ],
)
def test_a_slip_is_told_by_the_name_of_the_parameter(client: TestClient, path, asked, field):
    response = client.get(path, params=asked)
    assert response.status_code == 422, response.text
    assert response.json()["field"] == field
    assert response.json()["detail"].startswith(f"{field}: ")


@pytest.mark.parametrize("by", ["colour", ""])
def test_a_list_is_not_called_too_short_where_its_item_is_at_fault(client: TestClient, by):
    told = client.get(f"/v1/counts?by={by}").json()
    assert told["detail"].startswith(f"by: '{by}' is not one of month, ")
    assert "errors" not in told


@pytest.mark.parametrize("path", ["/v1/export?", "/v1/counts?by=month&"])
def test_words_that_are_empty_are_not_called_a_question(client: TestClient, path):
    for empty in ("", " "):
        assert client.get(f"{path}q={empty}").json()["detail"] == "q: it is empty: give the words to find"


@pytest.mark.parametrize("asked", ["/v1/export?q=x", "/v1/counts?by=month&q=x", "/v1/counts?by=month"])
def test_meaning_is_no_way_to_match_a_whole_set(client: TestClient, asked):
    for match in ("meaning", "near"):
        response = client.get(f"{asked}&match={match}")
        assert (response.status_code, response.json()["detail"]) == (
            422,
            f"match: '{match}' is not one of exact, words",
        )


@pytest.mark.parametrize("command", ["export", "counts"])
def test_what_is_wrong_with_the_words_is_told_by_their_place_on_the_command_line(
    despatch: Despatch, built_once: Path, command
):
    for asked in ("", "-"):
        done = despatch(command, asked, "--data", built_once)
        assert (done.code, done.err) == (2, "despatch: words: it is empty: give the words to find\n")
    done = despatch(command, "NOT bus", "--match", "words", "--data", built_once)
    assert done.err.startswith("despatch: words: ")
    done = despatch(command, "-", "--data", built_once, stdin=b"\xff")
    assert done.err.startswith("despatch: words: standard input is not UTF-8 text")


def test_counts_are_given_by_each_dimension_parted_by_commas_or_repeated(client: TestClient):
    found = client.get("/v1/counts", params={"q": "the", "by": "month,answering_body,finding"}).json()
    assert list(found["by"]) == ["month", "answering_body", "finding"]
    assert found["by"]["month"][0] == {"value": "2024-09", "label": "2024-09", "count": 1, "records": 2, "of": 1}
    repeated = client.get("/v1/counts?q=the&by=month&by=answering_body&by=finding").json()
    assert repeated == found


def test_counts_without_words_count_all_that_passes_the_filters(client: TestClient):
    found = client.get("/v1/counts", params={"by": "kind", "kind": "all"}).json()
    assert (found["total"], found["query"], found["match"]) == (10, None, None)


def test_the_command_writes_a_file_and_tells_what_it_wrote(despatch: Despatch, built_once: Path, tmp_path: Path):
    file = tmp_path / "rural.csv"
    done = despatch("export", "rural areas", "--output", file, "--data", built_once)
    assert (done.code, done.out) == (0, "")
    assert plain(done.err).startswith("1 answer has these words. Rows written: 3. May be incomplete: ")
    assert [row["uin"] for row in csv.DictReader(io.StringIO(file.read_bytes().decode(), newline=""))] == [
        "205",
        "101",
        "102",
    ]
    same = despatch("export", "rural areas", "--data", built_once)
    assert same.out.encode() == file.read_bytes()


def test_an_empty_export_says_what_is_left_out_and_how_to_get_it(despatch: Despatch, built_once: Path):
    done = despatch("export", "has not proved possible", "--format", "jsonl", "--data", built_once)
    assert (done.code, done.out) == (0, "")
    assert "2 answers are left out" in done.err
    assert "--kind all shows them too" in done.err
    done = despatch("export", "-", "--kind", "all", "--format", "jsonl", "--data", built_once, stdin=b"proved possible")
    assert [json.loads(line)["uin"] for line in done.out.splitlines()] == ["412", "999"]


def test_a_file_that_cannot_be_written_ends_with_the_code_for_that(despatch: Despatch, built_once: Path, tmp_path):
    done = despatch("export", "rural", "--output", tmp_path / "none" / "x.csv", "--data", built_once)
    assert done.code == 5
    assert "could not be written" in done.err


def test_the_command_counts_in_json_and_in_tables(despatch: Despatch, built_once: Path):
    asked = ("counts", "the", "--by", "month,kind", "--kind", "all", "--data", built_once)
    told = despatch(*asked)
    assert told.code == 0
    assert told.json["total"] == 10
    page = plain(despatch(*asked, terminal=True, width=100).out)
    assert page.startswith(
        "10 answers have these words. Month Answers Of all Questions May 2024 1 1 1 September 2024 1"
    )
    assert "Kind Answers Of all Questions substantive 6 6 8" in page
    alone = plain(despatch("counts", "--by", "house", "--data", built_once, terminal=True).out)
    assert alone.startswith("4 answers pass the filters. 6 more answers are left out, as they are not a reply or say")
    assert "--kind all shows them too. House Answers Questions Commons 3 5 Lords 1 1" in alone


def test_counts_of_nothing_have_a_message_and_no_table(despatch: Despatch, built_once: Path):
    asked = ("counts", "zzzz", "--by", "finding,month", "--data", built_once)
    page = plain(despatch(*asked, terminal=True).out)
    assert page.startswith("These words are in no answer that is indexed.")
    assert "Answers" not in page


def test_a_file_to_write_has_a_name(despatch: Despatch, built_once: Path):
    done = despatch("export", "rural", "--output", "", "--data", built_once)
    told = "despatch: --output: it is empty: name a file, or leave it out for standard output\n"
    assert (done.code, done.err) == (2, told)


def test_a_slip_in_counts_is_told_by_its_option(despatch: Despatch, built_once: Path):
    done = despatch("counts", "the", "--by", "colour", "--data", built_once)
    assert done.code == 2
    assert done.err.startswith("despatch: --by: 'colour' is not one of month, answering_body, finding")


def test_the_words_found_are_underlined_or_told_where_that_cannot_be(despatch: Despatch, built_once: Path):
    asked = ("search", "rural areas", "--match", "exact", "--data", built_once)
    assert "\x1b[1;4mrural areas\x1b[0m" in despatch(*asked, terminal=True, width=100).out
    assert "Chance" not in despatch(*asked, terminal=True).out


def test_the_next_page_is_told_as_an_option(despatch: Despatch, built_once: Path):
    asked = ("search", "the", "--match", "exact", "--kind", "all", "--limit", "4", "--data", built_once)
    first = despatch(*asked, terminal=True, width=100)
    cursor = re.search(r"--cursor (\S+)", first.out)
    assert cursor
    assert "Shown: 1 to 4. For the next, add" in plain(first.out)
    hits = despatch(*asked, "--cursor", cursor[1]).json["hits"]
    assert isinstance(hits, list)
    assert [hit["rank"] for hit in hits] == [5, 6, 7, 8]
    left_out = plain(despatch("search", "proved possible", "--match", "exact", "--data", built_once, terminal=True).out)
    assert "--kind all shows them too" in left_out
    assert "Left out: 1 answer (holding answer, not a reply). To see them, add --kind holding" in left_out
