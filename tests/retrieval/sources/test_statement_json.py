"""Written statements as the API gives them: what is given, what is refused, and what is no question.

Every statement here is invented.
"""

import io
import json
from datetime import date

import pytest

from retrieval.errors import ClippedRecord, MalformedRecord, SourceError
from retrieval.licences import OPEN_PARLIAMENT_LICENCE, licence_of
from retrieval.records import (
    Attachment,
    Block,
    BlockKind,
    Genre,
    House,
    LinkedStatement,
    Member,
    Provenance,
)
from retrieval.sources import Document, Received
from retrieval.sources.api_json import ParliamentApi
from retrieval.sources.statement_json import ParliamentStatements

READ_ON = date(2026, 11, 21)
READER = ParliamentStatements()
PLACE = Provenance("parliament-statements", "kept.jsonl", 3, READ_ON)
SHORT = {"id": 7, "dateMade": "2024-03-05T00:00:00", "text": "<p>The rivers are clean.</p>"}
WHOLE = {
    "id": 7,
    "memberId": 12,
    "member": {"id": 12, "name": "Ann Minister", "party": "Labour", "memberFrom": "Anytown South"},
    "memberRole": "Minister for Water &amp; Flooding",
    "uin": "HCWS123",
    "dateMade": "2024-03-05T00:00:00",
    "answeringBodyId": 13,
    "answeringBodyName": "Department for Rivers",
    "title": "Rivers: <i>Cleaning</i>",
    "text": "<p>The rivers are clean.</p><ul><li>All of them</li></ul>",
    "house": "Commons",
    "noticeNumber": 4,
    "hasAttachments": True,
    "attachments": [
        {"url": "https://files.example/t.pdf", "title": "Table", "fileType": "application/pdf", "fileSizeBytes": 9}
    ],
    "hasLinkedStatements": True,
    "linkedStatements": [
        {"linkedStatementId": 8, "linkType": "JointStatement", "linkDate": "2024-03-05T00:00:00"},
        {"linkedStatementId": 1655901, "linkType": "CorrectedAnswer", "linkDate": "0001-01-01T00:00:00"},
    ],
}
QUESTION = {"id": 1, "questionText": "What is the plan?", "answerText": "There is one."}


def parse(**fields):
    raw = json.dumps({**SHORT, **fields}).encode()
    return READER.parse(Received("parliament-statements", raw, PLACE))


def refused(kind=MalformedRecord, **fields):
    with pytest.raises(kind) as caught:
        parse(**fields)
    assert (caught.value.path, caught.value.line) == ("kept.jsonl", 3)
    return caught.value.reason


def call(value):
    return {"value": value, "links": [{"rel": "self", "href": "/statements/7", "method": "GET"}]}


def listed(*values):
    return {"totalResults": len(values), "results": [call(value) for value in values]}


def lines(*items):
    return "".join(json.dumps(item) + "\n" for item in items).encode()


def recognised(data, reader=READER):
    with Document.of_stream("given", io.BytesIO(data)) as document:
        return reader.recognises(document)


def found(data, reader=READER):
    """Place and id of each statement; place and reason of each fault."""
    told = []
    with Document.of_stream("given", io.BytesIO(data)) as document:
        for item in reader.split(document, READ_ON):
            try:
                if isinstance(item, SourceError):
                    raise item
                record = reader.parse(item)
                told.append((record.provenance.place, record.statement_id))
            except SourceError as error:
                told.append((error.line, error.reason))
    return told


def test_every_fact_of_a_statement_is_in_the_record():
    record = parse(**WHOLE)
    assert (record.genre, record.provenance, record.question) == (Genre.STATEMENT, PLACE, "")
    assert record.answer == (
        Block(BlockKind.PARAGRAPH, "The rivers are clean."),
        Block(BlockKind.LIST_ITEM, "All of them", depth=1),
    )
    assert (record.statement_id, record.api_id) == (7, None)
    assert (record.house, record.uin, record.heading) == (House.COMMONS, "HCWS123", "Rivers: Cleaning")
    assert (record.answering_body, record.answering_body_id) == ("Department for Rivers", 13)
    assert (record.answered, record.tabled, record.asker) == (date(2024, 3, 5), None, None)
    assert record.attachments == (Attachment("Table", "https://files.example/t.pdf", "application/pdf", 9),)
    assert record.linked == (
        LinkedStatement(8, "JointStatement", date(2024, 3, 5)),
        LinkedStatement(1655901, "CorrectedAnswer"),
    )
    assert (record.inferred, record.is_answered) == ((), True)
    assert record.key == "commons-2024-03-05-hcws123"


def test_the_ministers_role_comes_from_the_source():
    record = parse(**WHOLE)
    assert record.answerer == Member(12, "Ann Minister", "Labour", "Anytown South", "Minister for Water & Flooding")
    assert parse(memberId=12, memberRole="Minister").answerer == Member(12, post="Minister")
    assert parse(memberId=0, memberRole=" ").answerer is None


@pytest.mark.parametrize(
    "field",
    [
        *("memberId", "member", "memberRole", "uin", "answeringBodyId", "answeringBodyName", "title", "house"),
        *("noticeNumber", "hasAttachments", "attachments", "hasLinkedStatements", "linkedStatements"),
    ],
)
def test_a_fact_that_is_null_is_as_unknown_as_one_that_is_absent(field):
    assert parse(**{field: None}) == parse()


def test_without_a_uin_the_key_is_the_statements_own_id():
    assert parse().key == "statement-7"
    assert parse(dateMade=None, uin="HCWS1").key == "statement-7"


def test_a_house_that_is_not_given_is_read_from_the_uin_and_marked_as_inferred():
    commons, lords = parse(uin="HCWS5"), parse(uin="hlws5")
    assert (commons.house, commons.inferred) == (House.COMMONS, ("house",))
    assert (lords.house, lords.inferred) == (House.LORDS, ("house",))
    assert (parse(uin="WS12").house, parse(uin="WS12").inferred) == (None, ())


def test_a_text_cut_short_is_refused_with_the_call_that_gives_it_whole():
    with pytest.raises(ClippedRecord) as caught:
        parse(text="a" * 255 + "...")
    assert caught.value.reason == (
        "the list call cut the text of statement 7 short: fetch it whole from "
        "https://questions-statements-api.parliament.uk/api/writtenstatements/statements/7"
    )
    assert parse(text="a" * 255).answer_text == "a" * 255


def test_the_id_of_a_statement_is_never_given_as_the_id_of_a_question():
    received = Received("parliament-statements", json.dumps(WHOLE).encode(), PLACE)
    assert READER.api_id(received) is None
    with pytest.raises(ClippedRecord) as caught:
        parse(text="a" * 255 + "...")
    assert caught.value.api_id is None


@pytest.mark.parametrize("text", [None, "", "<p>\u00a0</p>"])
def test_a_statement_without_words_is_refused(text):
    assert refused(text=text) == "text: is empty, and there is nothing to a statement but its text"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": 0}, "id: Expected `int` >= 1"),
        ({"text": 5}, "text: Expected `str | null`, got `int`"),
        ({"house": "Bicameral"}, "house: is 'Bicameral', and must be Commons or Lords"),
        ({"uin": "HCWS 1"}, "uin: is 'HCWS 1', and a UIN is letters and digits only"),
        ({"dateMade": "5 March"}, "dateMade: is '5 March', and must be a real day such as '2023-12-08T00:00:00'"),
        ({"member": {"id": 3}, "memberId": 4}, "member: is Member 3, but memberId is 4"),
        (
            {"linkedStatements": [{"linkedStatementId": 8}]},
            "linkedStatements: does not say how it is linked to 8: fetch it again",
        ),
        (
            {"linkedStatements": [{"linkedStatementId": 8, "linkType": 2}]},
            "linkedStatements[0].linkType: Expected `str | null`, got `int`",
        ),
        (
            {"attachments": [{"url": "javascript:alert(1)"}]},
            "attachments: has the address 'javascript:alert(1)', which is not on the web",
        ),
    ],
)
def test_a_value_that_can_not_be_is_refused_by_its_field(fields, reason):
    assert refused(**fields) == reason


def test_a_link_to_no_paper_is_passed_over():
    assert parse(linkedStatements=[{"linkedStatementId": 0, "linkType": "JointStatement"}, {}]).linked == ()


@pytest.mark.parametrize("field", ["id", "text", "dateMade"])
def test_a_statement_without_what_every_statement_has_is_refused(field):
    raw = json.dumps({name: value for name, value in SHORT.items() if name != field}).encode()
    with pytest.raises(MalformedRecord, match=rf"^kept\.jsonl:3: Object missing required field `{field}`"):
        READER.parse(Received("parliament-statements", raw, PLACE))


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(WHOLE).encode(),
        json.dumps(call(WHOLE)).encode(),
        json.dumps(call(WHOLE), indent=2).encode(),
        json.dumps(listed(WHOLE)).encode(),
        json.dumps(listed(WHOLE), indent=1).encode(),
        json.dumps([WHOLE], sort_keys=True).encode(),
        b"\xef\xbb\xbf" + lines(call(WHOLE)),
    ],
)
def test_a_statement_is_known_in_every_form_and_by_its_own_reader_only(data):
    assert recognised(data)
    assert not recognised(data, ParliamentApi())
    assert found(data) == [(1, 7)]


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(QUESTION).encode(),
        json.dumps(listed(QUESTION)).encode(),
        b'{"totalResults": 0, "results": []}',
        json.dumps({**QUESTION, "questionText": 'Why "dateMade": and "memberRole": ?'}).encode(),
        b"dateMade: 2024",
        b'<script>{"dateMade": 1}</script>',
        b"",
    ],
)
def test_nothing_else_is_taken_for_statements(data):
    assert not recognised(data)


def test_statements_come_in_order_with_their_line_or_their_place():
    second = {**SHORT, "id": 8}
    assert found(lines(SHORT, call(second))) == [(1, 7), (2, 8)]
    assert found(json.dumps(listed(SHORT, second), indent=1).encode()) == [(1, 7), (2, 8)]


def test_a_question_among_statements_is_a_fault_that_says_what_it_is():
    data = lines(SHORT, call(QUESTION), {**SHORT, "id": 8}, {"other": 1})
    assert recognised(data)
    wanted = "is one of the questions among statements: give each kind as a document of its own"
    assert found(data) == [(1, 7), (2, wanted), (3, 8), (4, "Object missing required field `id`")]


def test_the_limits_of_a_line_and_a_document_hold_for_statements_too():
    long = lines({**SHORT, "title": "t" * 2000})
    wanted = "a line of more than 1,000 bytes is no record: give one record a line"
    assert found(lines(SHORT) + long, ParliamentStatements(max_line_bytes=1000)) == [(1, 7), (2, wanted)]
    with pytest.raises(SourceError, match="is one JSON value of more than 50 bytes"):
        found(json.dumps([SHORT], indent=1).encode(), ParliamentStatements(max_document_bytes=50))


def test_statements_are_under_the_open_parliament_licence():
    assert licence_of("parliament-statements") == OPEN_PARLIAMENT_LICENCE


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"uin": "HCWS5", "house": "Lords"}, "uin: is HCWS5, a number of the Commons, but the house is Lords: put one"),
        ({"uin": "12345"}, "uin: is 12345, the number of one answer, but this is one statement: put one of them right"),
    ],
)
def test_a_statement_whose_number_is_of_another_paper_is_refused(fields, reason):
    with pytest.raises(MalformedRecord) as caught:
        parse(**fields)
    assert caught.value.reason.startswith(reason)
