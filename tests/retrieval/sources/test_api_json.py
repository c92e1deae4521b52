"""The API's documents: calls, lists and lines, whole and broken, told apart by content."""

import contextlib
import gzip
import io
import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Provenance, Record
from retrieval.sources import Document, Received, reader_named
from retrieval.sources.api_json import ParliamentApi

READ_ON = date(2026, 11, 21)
READER = reader_named("parliament-api")


def value(number, **fields):
    return {"id": number, "questionText": f"What is {number}?", "answerText": f"It is {number}.", **fields}


def call(number):
    return {
        "value": value(number),
        "links": [{"rel": "self", "href": f"/Questions/{number}", "method": "GET"}],
    }


def listed(*numbers):
    return {"totalResults": len(numbers), "results": [call(number) for number in numbers]}


def lines(*items):
    return "".join(json.dumps(item) + "\n" for item in items).encode()


def split(data, reader=READER):
    with Document.of_stream("given", io.BytesIO(data)) as document:
        return list(reader.split(document, READ_ON))


def recognised(data):
    with Document.of_stream("given", io.BytesIO(data)) as document:
        return READER.recognises(document)


def parse(received):
    record = READER.parse(received)
    assert isinstance(record, Record)
    return record


def found(data, reader=READER):
    """Place and id of each record; place and reason of each fault."""
    told: list[tuple[int | None, int | str | None]] = []
    for item in split(data, reader):
        try:
            if isinstance(item, SourceError):
                raise item
            record = parse(item)
            told.append((record.provenance.place, record.api_id))
        except SourceError as error:
            told.append((error.line, error.reason))
    return told


@pytest.mark.parametrize(
    "document",
    [
        json.dumps(call(1)),
        json.dumps(value(1)),
        json.dumps(call(1), indent=4),
        json.dumps(listed(1)),
        json.dumps(listed(1), indent=2),
        json.dumps([value(1)]),
        json.dumps([call(1)], indent=0),
        json.dumps([listed(1)]),
        "\n\n" + json.dumps(call(1)) + "\r\n\r\n",
    ],
)
@pytest.mark.parametrize("packed", [bytes, gzip.compress])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_one_record_is_the_same_in_every_form(document, packed, mark):
    data = packed(mark + document.encode())
    assert recognised(data)
    (received,) = split(data)
    record = parse(received)
    assert (record.api_id, record.question, record.answer_text) == (1, "What is 1?", "It is 1.")


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(listed(1, 2, 3)).encode(),
        json.dumps(listed(1, 2, 3), indent=2).encode(),
        json.dumps([value(1), call(2), value(3)]).encode(),
        json.dumps([listed(1), listed(2, 3)], indent=1).encode(),
        lines(value(1), call(2), value(3)),
        lines(listed(1), listed(2), listed(3)),
        b"[\n" + b",\n".join(json.dumps(value(number)).encode() for number in (1, 2, 3)) + b"\n]\n",
        b"[" + b",\n".join(json.dumps(value(number)).encode() for number in (1, 2, 3)) + b"]\n",
        b"[" + b"\n,".join(json.dumps(value(number)).encode() for number in (1, 2, 3)) + b"]\n",
    ],
)
def test_records_come_in_order_with_their_line_or_their_place_in_the_list(data):
    assert found(data) == [(1, 1), (2, 2), (3, 3)]


def test_lists_on_lines_are_placed_by_their_line():
    assert found(lines(value(1), listed(2, 3), value(4))) == [(1, 1), (2, 2), (2, 3), (3, 4)]


def test_empty_lines_count_as_lines():
    assert found(b"\n" + lines(value(1)) + b" \n" + lines(value(2))) == [(2, 1), (4, 2)]


def test_an_empty_list_is_known_and_has_nothing_in_it():
    data = b'{"totalResults": 0, "results": []}'
    assert recognised(data)
    assert found(data) == []
    assert found(b'[{"totalResults": 0, "results": []}]') == []


def test_what_is_kept_of_a_line_is_the_line_and_of_a_list_the_item_with_nothing_changed():
    line = b'{"id": 1,  "questionText": "Why \\u00a3?", "answerText": "So.", "new": 1.50e3}'
    wanted = b'{"id":1,"questionText":"Why \\u00a3?","answerText":"So.","new":1.50e3}'
    place = Provenance("parliament-api", "given", 1, READ_ON)
    assert split(line + b"\r\n") == [Received("parliament-api", line, place)]
    assert split(b'{"totalResults": 1, "results": [\n  ' + line + b"\n]}") == [
        Received("parliament-api", wanted, place)
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n",
        b"[1, 2, 3]",
        b'{"id": 1, "name": "questionText"}',
        b'<script>{"questionText": 1}</script>',
        b"questionText: What is it?",
        b"\x00\x01\x02\xff\xfe",
        '{"questionText": "in UTF-16"}'.encode("utf-16"),
    ],
)
def test_other_documents_are_not_recognised(data):
    assert not recognised(data)


def test_a_bad_line_is_a_fault_and_the_next_is_read():
    data = b"\n".join(
        [
            json.dumps(value(1)).encode(),
            json.dumps(value(2)).encode()[:40],
            b"not json",
            b'{"questionText": "Caf\xe9?"}',
            b'{"other": 1}',
            b"[1, [2]]",
            b"17",
            b'{"results": 5}',
            b'{"value": null}',
            json.dumps(value(3)).encode(),
        ]
    )
    assert found(data) == [
        (1, 1),
        (2, "is not JSON (Input data was truncated): it stops short, so fetch it again"),
        (3, "is not JSON (JSON is malformed: invalid character (byte 4))"),
        (4, "is not UTF-8 text (byte 0xe9): save the source as UTF-8"),
        (5, "Object missing required field `id`"),
        (6, "Expected `object`, got `int`"),
        (6, "Expected `object`, got `array`"),
        (7, "Expected `object | array`, got `int`"),
        (8, "results: Expected `array`, got `int`"),
        (9, "Expected `object`, got `null`"),
        (10, 3),
    ]


def test_a_first_line_cut_short_does_not_hide_the_others():
    for end in (10, 20, 40):
        faults = found(json.dumps(value(1)).encode()[:end] + b"\n" + lines(value(2), value(3)))
        assert [place for place, _ in faults] == [1, 2, 3]
        assert [number for _, number in faults[1:]] == [2, 3]
    assert found(b'{"id": 1,\n' + lines(value(2)))[1:] == [(2, 2)]


def test_a_first_line_that_is_json_but_no_record_does_not_hide_the_others():
    for first in (b'{"results": 5}', b"[1]", b'{"other": [', b'{"a":' * 5000 + b"1" + b"}" * 5000):
        faults = found(first + b"\n" + lines(value(2), value(3)))
        assert [place for place, _ in faults] == [1, 2, 3]
        assert [number for _, number in faults[1:]] == [2, 3]


def test_a_document_cut_in_the_middle_is_one_fault_at_its_end():
    data = json.dumps(listed(1, 2), indent=2).encode()[:-200]
    wanted = "is not JSON (Input data was truncated): it stops short, so fetch it again"
    assert found(data) == [(data.count(b"\n") + 1, wanted)]
    assert found(json.dumps(listed(1, 2)).encode()[:-20]) == [(1, wanted)]


def test_a_broken_document_is_a_fault_with_its_line():
    data = b'{\n"value": {\n"id": x\n}}'
    assert found(data) == [(3, "is not JSON (JSON is malformed: invalid character (byte 19))")]
    data = b'{\n"value": {\n"questionText": "Caf\xe9?"\n}}'
    assert found(data) == [(3, "is not UTF-8 text (byte 0xe9): save the source as UTF-8")]
    assert found(b'{\n"results": 5\n}') == [(None, "results: Expected `array`, got `int`")]


def test_an_item_of_a_list_that_is_no_record_is_a_fault_in_its_place():
    assert found(json.dumps([value(1), 5, {}, value(4)], indent=1).encode()) == [
        (1, 1),
        (2, "Expected `object`, got `int`"),
        (3, "Object missing required field `id`"),
        (4, 4),
    ]


def test_json_nested_past_reason_is_a_fault():
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    wanted = "is nested too deeply to be a record"
    assert found(lines(value(1)) + deep + b"\n" + lines(value(3))) == [(1, 1), (2, wanted), (3, 3)]
    assert found(deep + b"\n" + lines(value(2))) == [(1, wanted), (2, 2)]
    assert found(b"[\n" + deep + b"\n]") == [(None, wanted)]


def test_a_lone_surrogate_in_a_text_is_a_fault():
    data = b'{"id": 1, "questionText": "Why \\ud800?", "answerText": "So."}\n' + lines(value(2))
    (line, reason), second = found(data)
    assert (line, reason[:11], second) == (1, "is not JSON", (2, 2))


def test_a_line_past_the_limit_is_a_fault_and_the_next_is_read():
    reader = ParliamentApi(max_line_bytes=1000)
    wanted = (2, "a line of more than 1,000 bytes is no record: give one record a line")
    for more in (1000, 2000, 5000):
        long = json.dumps(value(2, heading="h" * more)).encode()
        assert found(lines(value(1)) + long + b"\n" + lines(value(3)), reader) == [(1, 1), wanted, (3, 3)]
        assert found(lines(value(1)) + long, reader) == [(1, 1), wanted]


def test_a_line_as_long_as_the_limit_is_read():
    line = json.dumps(value(1)).encode()
    assert found(line + b"\n" + line, ParliamentApi(max_line_bytes=len(line))) == [(1, 1), (2, 1)]


def test_a_line_of_more_than_16_mib_is_a_fault_without_being_asked_for():
    long = b'{"questionText": "' + b"q" * (1 << 24) + b'"}'
    (fault,) = found(long)
    assert fault == (1, "a line of more than 16,777,216 bytes is no record: give one record a line")


def test_a_document_past_the_limit_is_refused_whole():
    data = json.dumps([value(1)], indent=1).encode()
    with pytest.raises(SourceError, match="is one JSON value of more than 50 bytes: give it as one record a line"):
        split(data, ParliamentApi(max_document_bytes=50))
    assert found(data, ParliamentApi(max_document_bytes=len(data))) == [(1, 1)]


def test_bytes_that_are_no_record_are_refused_by_parsing_too():
    place = Provenance("parliament-api", "given", 4, READ_ON)
    for raw in (b"", b"\xff", b'{"id": 1, "questionText": "\xff"}', b"[]", b'{"value": ' * 100_000):
        with pytest.raises(MalformedRecord, match=r"^given:4: "):
            READER.parse(Received("parliament-api", raw, place))


def test_the_id_is_told_with_and_without_an_envelope():
    for document in (value(5), call(5)):
        (received,) = split(json.dumps(document).encode())
        assert READER.api_id(received) == 5


def test_a_statement_among_questions_is_a_fault_that_says_what_it_is():
    statement = {"id": 9, "dateMade": "2024-03-05T00:00:00", "title": "Rivers", "text": "They are clean."}
    data = lines(value(1), {"value": statement, "links": []}, call(3))
    assert recognised(data)
    wanted = "is one of the statements among questions: give each kind as a document of its own"
    assert found(data) == [(1, 1), (2, wanted), (3, 3)]


def test_a_document_of_statements_is_not_one_of_questions():
    assert not recognised(b'{"totalResults": 1, "results": [{"value": {"id": 9, "dateMade": null, "text": "a"}}]}')
    assert not recognised(lines({"id": 9, "memberRole": "Minister"}, value(1)))


# A comment that is never closed is refused, as the whole of the rest would be gone.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).filter(lambda text: "<!" not in text)
values = st.builds(lambda number, heading: value(number, heading=heading), st.integers(1, 10**6), texts)


@settings(max_examples=60, deadline=None)
@given(st.lists(values, min_size=1, max_size=5), st.sampled_from([None, 0, 2]), st.booleans())
def test_lists_and_lines_of_the_same_values_give_the_same_records(items, indent, ascii_only):
    whole = json.dumps(
        {"totalResults": len(items), "results": [{"value": item, "links": []} for item in items]},
        indent=indent,
        ensure_ascii=ascii_only,
    )
    one_a_line = "\n".join(json.dumps(item, ensure_ascii=ascii_only) for item in items)
    records = [parse(received) for received in split(whole.encode())]
    assert records == [parse(received) for received in split(one_a_line.encode())]
    assert [record.api_id for record in records] == [item["id"] for item in items]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 300), st.booleans())
def test_no_bytes_raise_anything_but_a_fault(noise, place, over_lines):
    data = bytearray(json.dumps(listed(1, 2), indent=1 if over_lines else None).encode())
    data[place : place + len(noise)] = noise
    with contextlib.suppress(SourceError):
        found(bytes(data))
