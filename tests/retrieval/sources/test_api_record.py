"""From the API's fields to a record: what is given, what is missing, what is refused."""

import json
from datetime import date

import pytest

from retrieval.errors import ClippedRecord, MalformedRecord
from retrieval.records import (
    Attachment,
    Block,
    BlockKind,
    GroupedQuestion,
    House,
    Member,
    Provenance,
)
from retrieval.sources import Received, Withdrawn, reader_named
from retrieval.sources.api_record import clipped_part

PLACE = Provenance("parliament-api", "kept.jsonl", 3, date(2026, 11, 21))
SHORT = {"id": 7, "questionText": "What is the plan?", "answerText": "There is one."}


def parse(**fields):
    raw = json.dumps({**SHORT, **fields}).encode()
    return reader_named("parliament-api").parse(Received("parliament-api", raw, PLACE))


def refused(kind=MalformedRecord, **fields):
    with pytest.raises(kind) as caught:
        parse(**fields)
    assert (caught.value.path, caught.value.line) == ("kept.jsonl", 3)
    return caught.value.reason


def test_every_fact_of_the_source_is_in_the_record():
    record = parse(
        askingMemberId=11,
        askingMember={
            "id": 11,
            "listAs": "Member, An",
            "name": "Ann Member",
            "party": "Labour (Co-op)",
            "partyAbbreviation": "Lab",
            "memberFrom": "Anytown South",
        },
        house="Commons",
        memberHasInterest=True,
        dateTabled="2023-12-08T00:00:00",
        dateForAnswer="2023-12-12T00:00:00",
        uin="6036",
        answeringBodyId=54,
        answeringBodyName="Ministry of Justice &amp; Peace",
        isWithdrawn=False,
        isNamedDay=True,
        groupedQuestions=["6037", "6038"],
        groupedQuestionsDates=[{"questionUin": "6037", "dateTabled": "2023-12-07T00:00:00"}],
        answerIsHolding=False,
        answerIsCorrection=True,
        answeringMemberId=12,
        answeringMember={"id": 12, "name": "Lord Answer", "party": "Crossbench", "memberFrom": "Life peer"},
        dateAnswered="2023-12-20T00:00:00",
        dateAnswerCorrected="2024-01-09T00:00:00",
        dateHoldingAnswer="2023-12-12T00:00:00",
        heading="Offenders:\u00a0 Foreign &amp; <i>Other</i> Nationals",
        attachments=[
            {
                "url": "https://files.example/table.xlsx",
                "title": "Table 1",
                "fileType": "application/vnd.ms-excel",
                "fileSizeBytes": 2048,
            }
        ],
        comparableAnswerText="not read",
    )
    assert record.provenance == PLACE
    assert (record.question, record.answer) == (
        "What is the plan?",
        (Block(BlockKind.PARAGRAPH, "There is one."),),
    )
    assert (record.api_id, record.house, record.uin) == (7, House.COMMONS, "6036")
    assert record.heading == "Offenders: Foreign & Other Nationals"
    assert record.asker == Member(11, "Ann Member", "Labour (Co-op)", "Anytown South")
    assert record.answerer == Member(12, "Lord Answer", "Crossbench", "Life peer")
    assert (record.answering_body, record.answering_body_id) == ("Ministry of Justice & Peace", 54)
    assert (record.tabled, record.due) == (date(2023, 12, 8), date(2023, 12, 12))
    assert (record.holding_answered, record.answered) == (date(2023, 12, 12), date(2023, 12, 20))
    assert record.corrected == date(2024, 1, 9)
    assert (record.is_named_day, record.has_interest) == (True, True)
    assert (record.flagged_holding, record.flagged_correction) == (False, True)
    assert record.grouped_with == (GroupedQuestion("6037", date(2023, 12, 7)), GroupedQuestion("6038"))
    assert record.attachments == (
        Attachment("Table 1", "https://files.example/table.xlsx", "application/vnd.ms-excel", 2048),
    )
    assert record.inferred == ()
    assert record.key == "commons-2023-12-08-6036"


@pytest.mark.parametrize(
    "field",
    [
        *(
            "askingMemberId",
            "askingMember",
            "house",
            "memberHasInterest",
            "dateTabled",
            "dateForAnswer",
            "uin",
        ),
        *("answeringBodyId", "answeringBodyName", "isWithdrawn", "isNamedDay", "groupedQuestions"),
        *("groupedQuestionsDates", "answerIsHolding", "answerIsCorrection", "answeringMemberId"),
        *(
            "answeringMember",
            "dateAnswered",
            "dateAnswerCorrected",
            "dateHoldingAnswer",
            "heading",
            "attachments",
        ),
        *("correctingMemberId", "correctingMember", "originalAnswerText"),
    ],
)
def test_a_fact_that_is_null_is_as_unknown_as_one_that_is_absent(field):
    assert parse(**{field: None}) == parse()


def test_what_the_source_does_not_say_stays_unknown():
    record = parse()
    assert (record.house, record.uin, record.heading, record.tabled, record.answered) == (None,) * 5
    assert (record.asker, record.answerer, record.answering_body, record.answering_body_id) == (None,) * 4
    assert (record.is_named_day, record.has_interest, record.flagged_holding) == (None, None, None)
    assert (record.grouped_with, record.attachments, record.inferred) == ((), (), ())
    assert record.key == "id-7"


def test_html_becomes_blocks_and_entities_in_a_question_become_characters():
    record = parse(
        questionText="<p>What did P&amp;O spend, in pounds\u00a0(&pound;)?</p>\n",
        answerText="<p>Some.</p><ul><li>More</li></ul>",
    )
    assert record.question == "What did P&O spend, in pounds (£)?"
    assert record.answer == (
        Block(BlockKind.PARAGRAPH, "Some."),
        Block(BlockKind.LIST_ITEM, "More", depth=1),
    )


@pytest.mark.parametrize("answer", [None, "", " \n ", "<p></p>", "<p>\u00a0</p><p>&nbsp;</p>"])
def test_a_question_without_words_for_an_answer_is_a_record_that_waits_for_one(answer):
    record = parse(answerText=answer, dateForAnswer="2024-01-12T00:00:00")
    assert (record.question, record.answer, record.is_answered) == ("What is the plan?", (), False)
    assert (record.due, record.answered, record.question_is_clipped) == (date(2024, 1, 12), None, False)


def test_a_question_cut_short_is_kept_and_marked_while_it_waits_for_its_answer():
    record = parse(answerText=None, questionText="q" * 255)
    assert (record.is_answered, record.question_is_clipped) == (False, True)
    assert parse(answerText=None, questionText="q" * 254).question_is_clipped is False


def test_a_withdrawn_question_is_withdrawn_with_or_without_an_answer():
    assert parse(isWithdrawn=True) is Withdrawn.WITHDRAWN
    assert parse(isWithdrawn=True, answerText=None) is Withdrawn.WITHDRAWN


def test_the_text_before_a_correction_and_who_corrected_it_are_kept():
    record = parse(
        originalAnswerText="<p>There was one.</p>",
        dateAnswerCorrected="2024-01-09T00:00:00",
        correctingMemberId=12,
        correctingMember={"id": 12, "name": "Ann Minister"},
    )
    assert record.first_answer == (Block(BlockKind.PARAGRAPH, "There was one."),)
    assert (record.corrected, record.corrected_by) == (date(2024, 1, 9), Member(12, "Ann Minister"))
    assert parse(correctingMemberId=0, originalAnswerText="").corrected_by is None
    assert parse(originalAnswerText="").first_answer == ()


def test_a_member_can_be_known_by_id_only_and_zero_is_no_id():
    assert parse(askingMemberId=11).asker == Member(11)
    assert parse(askingMember={"id": 11}).asker == Member(11)
    assert parse(askingMemberId=11, askingMember={"name": "Ann"}).asker == Member(11, "Ann")
    assert parse(askingMemberId=0, askingMember={"id": 0, "name": " "}).asker is None
    assert parse(answeringMemberId=0, answeringBodyId=0).answerer is None
    assert parse(answeringBodyId=0).answering_body_id is None


def test_two_ids_for_one_member_are_refused():
    reason = refused(answeringMemberId=11, answeringMember={"id": 12, "name": "Ann"})
    assert reason == "answeringMember: is Member 12, but answeringMemberId is 11"


def test_a_group_names_each_other_question_once():
    record = parse(
        uin="1",
        groupedQuestions=["3", "1", "2", "3"],
        groupedQuestionsDates=[
            {"questionUin": "2", "dateTabled": None},
            {"questionUin": "4", "dateTabled": "2024-02-29T00:00:00"},
        ],
    )
    assert record.grouped_with == (
        GroupedQuestion("3"),
        GroupedQuestion("2"),
        GroupedQuestion("4", date(2024, 2, 29)),
    )


def test_an_attachment_without_a_title_is_called_by_its_address():
    assert parse(attachments=[{"url": " http://files.example/a "}]).attachments == (
        Attachment("http://files.example/a", "http://files.example/a"),
    )


def test_an_attachment_behind_a_mail_scanner_has_its_own_address():
    url = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Ffiles.example%2Fa&data=05"
    assert parse(attachments=[{"url": url, "title": "A"}]).attachments == (Attachment("A", "https://files.example/a"),)


def test_an_attachment_that_is_not_on_the_web_is_refused():
    assert refused(attachments=[{"url": "javascript:alert(1)"}]) == (
        "attachments: has the address 'javascript:alert(1)', which is not on the web"
    )


def test_a_house_that_is_not_given_is_read_from_the_wording_and_marked_as_inferred():
    lords = parse(house=None, questionText="To ask His Majesty's Government what the plan is.")
    commons = parse(questionText="To ask the Prime Minister, what the plan is.", uin="5", dateTabled="2024-01-08")
    assert (lords.house, lords.inferred) == (House.LORDS, ("house",))
    assert (commons.house, commons.inferred, commons.key) == (House.COMMONS, ("house",), "id-7")


def test_a_house_that_is_given_stands_whatever_the_wording():
    record = parse(house="Lords", questionText="To ask the Prime Minister, what the plan is.")
    assert (record.house, record.inferred) == (House.LORDS, ())


def test_a_house_of_another_name_is_refused():
    assert refused(house="Bicameral") == "house: is 'Bicameral', and must be Commons or Lords"
    assert refused(house="") == "house: is '', and must be Commons or Lords"


@pytest.mark.parametrize("uin", ["", "HL 12", "12/3", "../12", "\uff11\uff12", "12\n"])
def test_a_uin_of_anything_but_letters_and_digits_is_refused(uin):
    assert refused(uin=uin) == f"uin: is {uin!r}, and a UIN is letters and digits only"
    assert refused(groupedQuestions=[uin]).startswith("groupedQuestions: is ")


@pytest.mark.parametrize("text", ["2024-02-29T00:00:00", "2024-02-29", "2024-02-29T13:05:00.123"])
def test_a_date_is_the_day_it_names(text):
    assert parse(dateAnswered=text).answered == date(2024, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2023-02-29T00:00:00", "0002-01-01T00:00:00", "1899-12-31", "8 December 2023", "2023-12-08T"),
        # It could be the day before or after in London.
        *("2023-12-08T23:30:00Z", "2023-12-08T23:30:00+01:00"),
    ],
)
@pytest.mark.parametrize(
    "field",
    ["dateTabled", "dateForAnswer", "dateAnswered", "dateAnswerCorrected", "dateHoldingAnswer"],
)
def test_a_date_that_is_no_real_day_is_refused_by_its_field(field, text):
    wanted = f"{field}: is {text!r}, and must be a real day such as '2023-12-08T00:00:00'"
    assert refused(**{field: text}) == wanted


def test_a_false_date_in_a_group_is_refused():
    dates = [{"questionUin": "2", "dateTabled": "0002-01-01T00:00:00"}]
    assert refused(groupedQuestionsDates=dates).startswith("groupedQuestionsDates: is '0002")


def test_a_date_that_was_never_set_is_not_known():
    assert parse(dateHoldingAnswer="0001-01-01T00:00:00").holding_answered is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "7"}, "id: Expected `int`, got `str`"),
        ({"id": None}, "id: Expected `int`, got `null`"),
        ({"id": 0}, "id: Expected `int` >= 1"),
        ({"id": 2**70}, f"id: Expected `int` <= {2**53}"),
        ({"questionText": None}, "questionText: Expected `str`, got `null`"),
        ({"answerText": 5}, "answerText: Expected `str | null`, got `int`"),
        ({"uin": 6036}, "uin: Expected `str | null`, got `int`"),
        ({"isNamedDay": "yes"}, "isNamedDay: Expected `bool | null`, got `str`"),
        ({"askingMember": "Ann"}, "askingMember: Expected `object | null`, got `str`"),
        ({"askingMember": {"name": 5}}, "askingMember.name: Expected `str | null`, got `int`"),
        ({"groupedQuestions": [12]}, "groupedQuestions[0]: Expected `str`, got `int`"),
        ({"attachments": [{"title": "A"}]}, "attachments[0]: Object missing required field `url`"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_its_field(fields, reason):
    assert refused(**fields) == reason


@pytest.mark.parametrize("field", ["id", "questionText", "answerText"])
def test_a_record_without_what_every_record_has_is_refused(field):
    raw = json.dumps({name: value for name, value in SHORT.items() if name != field}).encode()
    with pytest.raises(MalformedRecord, match=rf"^kept\.jsonl:3: Object missing required field `{field}`"):
        reader_named("parliament-api").parse(Received("parliament-api", raw, PLACE))


def test_a_question_without_words_is_refused():
    assert refused(questionText="<p> </p>").startswith("questionText: is empty")


def test_markup_that_can_not_be_read_is_refused_in_its_place():
    assert "is never closed" in refused(answerText="<p>One.</p><!-- two")


def test_an_answer_cut_short_is_refused_with_the_call_that_gives_it_whole():
    reason = refused(ClippedRecord, answerText="a" * 255 + "...")
    assert reason == (
        "the list call cut the answer of record 7 short: fetch it whole from "
        "https://questions-statements-api.parliament.uk/api/writtenquestions/questions/7"
    )


def test_a_first_answer_cut_short_is_refused_as_the_diff_would_be_false():
    reason = refused(ClippedRecord, originalAnswerText="a" * 255 + "...")
    assert reason.startswith("the list call cut the first answer of record 7 short")


def test_a_record_cut_short_tells_the_id_by_which_it_is_fetched_whole():
    with pytest.raises(ClippedRecord) as caught:
        parse(answerText="a" * 255 + "...")
    assert caught.value.api_id == 7


def test_a_question_cut_short_is_refused():
    assert refused(ClippedRecord, questionText="q" * 255).startswith("the list call cut the question of record 7")


@pytest.mark.parametrize(
    ("question", "answer", "part"),
    [
        ("q" * 255, "Yes.", "question"),
        ("q" * 254 + ";", "Yes.", "question"),
        ("q" * 254 + ".", "Yes.", None),
        ("q" * 254 + "?", "Yes.", None),
        ("q" * 254, "Yes.", None),
        ("q" * 256, "Yes.", None),
        ("Why?", "a" * 255 + "...", "answer"),
        ("Why?", "a" * 255 + "…", "answer"),
        ("q" * 255, "a" * 255 + "...", "answer"),
        ("Why?", "a" * 254 + "...", None),
        ("Why?", "a" * 256 + "...", None),
        ("Why?", "a" * 255, None),
        ("Why?", "a" * 258, None),
        ("", "", None),
    ],
)
def test_the_signs_of_a_cut_are_exact(question, answer, part):
    assert clipped_part(question, answer) == part


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (
            {"uin": "HL5", "house": "Commons"},
            "uin: is HL5, a number of the Lords, but the house is Commons: put one of",
        ),
        ({"uin": "5", "house": "Lords"}, "uin: is 5, a number of the Commons, but the house is Lords: put one of them"),
        ({"uin": "HLWS5"}, "uin: is HLWS5, the number of one statement, but this is one answer: put one of them right"),
        (
            {"dateTabled": "2024-03-04", "dateAnswered": "2024-03-03"},
            "dateAnswered: is 2024-03-03, before dateTabled (2024-03-04): fetch it again",
        ),
        (
            {"dateAnswered": "2024-03-04", "dateAnswerCorrected": "2024-03-03"},
            "dateAnswerCorrected: is 2024-03-03, before dateAnswered (2024-03-04): fetch it again",
        ),
    ],
)
def test_a_record_that_contradicts_itself_is_refused(fields, reason):
    assert refused(**fields).startswith(reason)
