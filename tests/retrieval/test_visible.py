"""The slow reader of sources sees what a person sees."""

from __future__ import annotations

import json
from datetime import date

import pytest

from retrieval.errors import MalformedRecord, UnknownSource
from retrieval.records import Provenance
from retrieval.sources import READERS, Received
from retrieval.visible import squeezed, visible_answer


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


def test_every_reader_there_is_has_its_check():
    for reader in READERS:
        assert squeezed(visible_answer(received(b'{"answerText": "yes"}', reader.name))) != ""
