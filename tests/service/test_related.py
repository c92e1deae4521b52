"""The texts an answer has had, and its follow-up questions: over HTTP and in a terminal."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from retrieval.corpus import Corpus
from service.related import thread_page
from service.schemas import to_json
from service.terminal import Terminal, show

if TYPE_CHECKING:
    from tests.service.conftest import Despatch

CORRECTED, UNKNOWN_FIRST, PURSUANT = "commons-2026-06-06-5", "commons-2026-06-07-6", "commons-2026-06-12-11"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


@pytest.mark.parametrize("key", [CORRECTED, UNKNOWN_FIRST, "1"])
def test_a_history_is_the_librarys_own(filled_client: TestClient, filled_once: Path, key: str):
    response = filled_client.get(f"/v1/answers/{key}/history")
    assert response.status_code == 200
    assert response.content == to_json(Corpus.open(filled_once).history(key))


def test_a_corrected_answer_has_both_texts_and_what_changed(filled_client: TestClient):
    found = filled_client.get(f"/v1/answers/{CORRECTED}/history").json()
    assert [(text["is_current"], text["since"]) for text in found["texts"]] == [
        (False, "2026-06-13"),
        (True, "2026-06-20"),
    ]
    changed = [(one["kind"], one["text"]) for one in found["changes"][0]["segments"] if one["kind"] != "same"]
    assert changed == [("removed", "5"), ("added", "17")]
    assert found["corrections"] == ["commons-2026-06-25-hcws52"]
    assert found["first_text_known"] is True


def test_a_first_text_that_is_not_known_is_said_so_and_nothing_is_compared(filled_client: TestClient):
    found = filled_client.get(f"/v1/answers/{UNKNOWN_FIRST}/history").json()
    assert (found["first_text_known"], found["changes"]) == (False, [])
    assert "the source no longer gives its first text" in found["notes"][0]


@pytest.mark.parametrize("key", [PURSUANT, "22", "20"])
def test_a_thread_is_the_librarys_own(filled_client: TestClient, filled_once: Path, key: str):
    response = filled_client.get(f"/v1/answers/{key}/thread")
    assert response.status_code == 200
    assert response.content == to_json(Corpus.open(filled_once).thread(key))


def test_a_thread_has_the_followed_question_first(filled_client: TestClient):
    found = filled_client.get(f"/v1/answers/{PURSUANT}/thread").json()
    assert [(item["key"], item["is_asked_for"]) for item in found["items"]] == [
        ("commons-2026-06-02-1", False),
        (PURSUANT, True),
    ]
    assert found["items"][1]["follows"] == ["commons-2026-06-02-1"]


@pytest.mark.parametrize("what", ["history", "thread"])
def test_neither_takes_parameters_nor_unknown_keys(filled_client: TestClient, what: str):
    assert filled_client.get(f"/v1/answers/5/{what}?full=1").json()["field"] == "full"
    assert filled_client.get(f"/v1/answers/nope/{what}").status_code == 404


def test_a_history_in_a_terminal_marks_what_was_taken_out_and_put_in(despatch: Despatch, filled_once: Path):
    told = plain(despatch("history", CORRECTED, "--data", filled_once, terminal=True, width=120).out)
    assert f"2 texts known of {CORRECTED}" in told
    assert (
        "Text 1, from 13 June 2026: substantive answer, the source's first text The Department lit 5 invented" in told
    )
    assert "Text 2, from 20 June 2026, served now: substantive answer, as read on 22 November 2026" in told
    assert "The Department lit [-5-]{+17+} invented lanterns in district 5." in told
    assert f"The statement that corrects it: despatch show commons-2026-06-25-hcws52 --data {filled_once}" in told


def test_a_history_in_a_terminal_says_that_the_first_text_is_not_known(despatch: Despatch, filled_once: Path):
    told = plain(despatch("history", "6", "--data", filled_once, terminal=True, width=120).out)
    assert "1 text known of" in told
    assert "[-" not in told
    assert "the source no longer gives its first text: what changed is not known." in told


def test_a_history_is_one_object_when_piped(despatch: Despatch, filled_once: Path):
    assert despatch("history", "5", "--data", filled_once).json["key"] == CORRECTED
    assert despatch("thread", "11", "--data", filled_once).json["key"] == PURSUANT


def test_a_thread_in_a_terminal_shows_each_question_with_the_one_it_follows(despatch: Despatch, filled_once: Path):
    told = plain(despatch("thread", "11", "--data", filled_once, terminal=True, width=120).out)
    assert told.startswith("2 questions in this thread Tabled 2 June 2026, Question 1 To ask the Secretary of State")
    assert "Tabled 12 June 2026, Question 11 (the one asked for)" in told
    assert "Follows commons-2026-06-02-1." in told
    assert "Cite as: 1 [of Session 2026-27] on Invented Lanterns: District 1 given on 9 June 2026" in told


def test_a_thread_names_what_it_follows_and_what_is_not_here(despatch: Despatch, filled_once: Path):
    told = plain(despatch("thread", "22", "--data", filled_once, terminal=True, width=120).out)
    assert "Named by them, and not found here" in told
    assert "Follows Question 778 of 19 May 2026, not in this corpus. " in told
    assert "not_in_corpus" not in told
    assert "Why:" not in told


def test_why_another_is_not_certain_is_told_in_words(filled_once: Path):
    thread = Corpus.open(filled_once).thread("22")
    other = replace(thread.not_found[0], reason="date_disagrees")
    file = io.StringIO()
    show(Terminal(file, terminal=True, width=120), thread_page(replace(thread, not_found=(other,))))
    assert "Why: the question here with that number has another day." in plain(file.getvalue())


def test_the_thread_of_a_statement_speaks_of_a_statement(despatch: Despatch, filled_once: Path):
    key = "commons-2026-06-23-hcws50"
    told = plain(despatch("thread", key, "--data", filled_once, terminal=True, width=120).out)
    assert told.startswith("1 written statement in this thread Written Statement HCWS50, made 23 June 2026 (the one")
    assert "Made by Invented Member 900102, Secretary of State for Invented Affairs" in told
    assert f"Whole statement: despatch show {key}" in told
    assert "Question" not in told
    assert "Asked by" not in told


@pytest.mark.parametrize("command", ["history", "thread"])
def test_an_unknown_key_is_a_mistake(despatch: Despatch, filled_once: Path, command: str):
    told = despatch(command, "nope", "--data", filled_once)
    assert (told.code, told.out) == (2, "")
    assert "no answer has the key 'nope'" in told.err
