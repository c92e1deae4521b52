"""The slow reader of sources sees what a person sees."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from retrieval.errors import MalformedRecord, UnknownSource
from retrieval.records import Provenance, Record
from retrieval.sources import READERS, ReadReport, Received, read_sources
from retrieval.visible import squeezed, visible_answer
from tests.replay.invented import statement


def received(raw: bytes, reader: str = "parliament-api") -> Received:
    return Received(reader, raw, Provenance(reader, "a.json", 3, date(2026, 11, 21)))


def seen(html: object) -> str:
    return squeezed(visible_answer(received(json.dumps({"value": {"answerText": html}}).encode())))


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>One</p><p>two <b>th</b>ree.</p>", "Onetwothree."),
        ("<table><tr><td>North&nbsp;East</td><td>1,204</td></tr></table>", "NorthEast1,204"),
        ("<p>R&amp;D &lt;5 &#8211; &pound;3</p>", "R&D<5–£3"),
        ("<p>https://x.org/?a=1&copy=2</p>", "https://x.org/?a=1&copy=2"),
        ("<p>a<!-- note -->b<script>alert('x')</script>c<style>p {}</style>d</p>", "abcd"),
        ("<title>x</title><p>a</p>", "a"),
        ("<p>write to <name@example.org> now</p>", "writeto<name@example.org>now"),
        ("<p>an<o:p></o:p> end</p>", "anend"),
        ("</script><p>a</p></nothing>", "a"),
        ("dash \x96 soft\u00adhyphen\u200b", "dash–softhyphen"),
        ("5 < 6 and 7 > 6", "5<6and7>6"),
        (None, ""),
        (
            "<p>see <a href='x'>https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fgov.uk%2Fa&data=1</a>.</p>",
            "seehttps://gov.uk/a.",
        ),
    ],
)  # fmt: skip
def test_the_visible_words_of_an_answer_are_those_a_person_sees(html: object, shown: str):
    assert seen(html) == shown


def test_a_record_without_its_envelope_is_read_as_well():
    assert visible_answer(received(b'{"answerText": "<p>Yes.</p>"}')).strip() == "Yes."


def test_a_saved_page_is_visible_as_it_is():
    assert visible_answer(received("Answered – yes".encode(), "saved-page")) == "Answered – yes"


@pytest.mark.parametrize("raw", [b"{", b"[]", b'{"value": {}}', b"3", b"\xff"])
def test_a_record_that_keeps_no_answer_is_malformed(raw: bytes):
    with pytest.raises(MalformedRecord, match=r"a\.json:3: keeps no answer"):
        visible_answer(received(raw))


def test_a_reader_that_nothing_checks_is_told():
    with pytest.raises(UnknownSource, match="nothing checks what the reader 'fax' reads"):
        visible_answer(received(b"", "fax"))


def test_the_text_of_a_statement_is_visible_and_its_title_is_not_its_text():
    raw = json.dumps({"value": {"title": "Moats", "text": "<p>I opened <b>nine</b> moats.</p>"}}).encode()
    assert squeezed(visible_answer(received(raw, "parliament-statements"))) == "Iopenedninemoats."


@pytest.mark.parametrize("reader", ["parliament-api", "parliament-statements", "mysociety-dump"])
def test_a_record_of_another_shape_keeps_no_answer(reader: str):
    with pytest.raises(MalformedRecord, match="keeps no answer"):
        visible_answer(received(b'{"value": {"title": "Moats"}}', reader))


DATA = Path(__file__).parents[1] / "data"
STATEMENT = {"value": statement(1)}


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Received, Record]]:
    """Read samples of every kind of source; all but the seed documents are invented."""
    statements = tmp_path_factory.mktemp("samples") / "statements.jsonl"
    statements.write_text(json.dumps(STATEMENT) + "\n", encoding="utf-8")
    paths = [str(DATA / "sources"), str(DATA / "small.jsonl"), str(DATA.parents[1] / "seeds"), str(statements)]
    return list(read_sources(paths, ReadReport(), read_on=date(2026, 11, 21)))


def test_every_reader_there_is_has_its_check(read: list[tuple[Received, Record]]):
    assert {one.reader for one, _ in read} == {reader.name for reader in READERS}


def test_every_block_of_every_answer_is_visible_in_its_source(read: list[tuple[Received, Record]]):
    for one, record in read:
        shown = squeezed(visible_answer(one))
        for block in record.answer:
            assert squeezed(block.text) in shown, (one.reader, record.key)


def test_words_that_no_source_has_are_not_visible(read: list[tuple[Received, Record]]):
    for one, record in read:
        if record.is_answered:
            assert squeezed(record.answer_text + " Not so.") not in squeezed(visible_answer(one))


def test_the_question_is_no_part_of_the_visible_answer_where_the_source_keeps_them_apart(
    read: list[tuple[Received, Record]],
):
    for one, record in read:
        if one.reader in ("parliament-api", "parlparse-xml", "mysociety-dump", "mapped-table") and record.question:
            assert squeezed(record.question) not in squeezed(visible_answer(one)), (one.reader, record.key)
