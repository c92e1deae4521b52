"""Saved pages: both shapes of the seeds, what is furniture, and what is a fault rather than half a record."""

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Block, BlockKind, House, Member, Provenance
from retrieval.sources import Document, ReadReport, Received, read_sources
from retrieval.sources.saved_page import SavedPage

READ_ON = date(2026, 11, 21)
READER = SavedPage()
SEEDS = Path(__file__).parents[3] / "seeds"

ONE = """Bees: Hives

(asked on 5th February 2026) - View Source

Question to the Department for Bees:

To ask the Secretary of State for Bees, how many hives
there are.


Answered by
Ann Minister Portrait
Ann Minister
Minister of State (Department for Bees)
This question was answered on 16th February 2026

There are  12 hives.

None is empty.

Reticulating Splines"""

MANY = """Asked by: Bob Member (Labour (Co-op) - Stoke-on-Trent South)
Question to the Department for Bees:
To ask the Secretary of State for Bees, how many hives there are.
Answered by Ann Minister - Minister of State (Department for Bees)
There are 12 hives.
None is empty.
Reticulating SplinesAsked by: Lord Keeper (Crossbench - Life peer)
Question to the Department for Bees:
To ask His Majesty's Government how many bees there are.
Answered by Ann Minister - Minister of State (Department for Bees)
They do not hold still."""


def split(text, path="page"):
    data = text if isinstance(text, bytes) else text.encode()
    with Document.of_stream(path, io.BytesIO(data)) as document:
        return list(READER.split(document, READ_ON))


def recognised(text):
    with Document.of_stream("page", io.BytesIO(text.encode())) as document:
        return READER.recognises(document)


def records(text):
    return [READER.parse(received) for received in split(text)]


def fault(text, number=-1):
    """Line and reason of the fault that the question at `number` is."""
    item = split(text)[number]
    if isinstance(item, SourceError):
        return item.line, item.reason
    with pytest.raises(MalformedRecord) as caught:
        READER.parse(item)
    return caught.value.line, caught.value.reason


def read_seeds():
    report = ReadReport()
    return report, list(read_sources([str(SEEDS)], report, read_on=READ_ON))


def test_the_seeds_hold_eleven_questions_with_seven_answers():
    report, pairs = read_seeds()
    answers = [tuple(block.text for block in record.answer) for _, record in pairs]
    assert (report.documents, report.records, report.fault_count) == (2, 11, 0)
    assert (len(answers), len(set(answers))) == (11, 7)
    assert sum(map(len, answers)) == 44
    assert len({text for answer in answers for text in answer}) == 27
    assert len({record.key for _, record in pairs}) == 11


def test_the_first_seed_has_heading_dates_and_post_but_no_asker():
    _, [(received, record), *_] = read_seeds()
    assert received.provenance == Provenance("saved-page", received.provenance.source, 1, READ_ON)
    assert received.provenance.source.endswith("000_8d546100c6bf3b8b.txt")
    assert record.heading == "Offences against Children: Undocumented Migrants"
    assert (record.tabled, record.answered) == (date(2026, 2, 5), date(2026, 2, 16))
    assert record.answerer == Member(name="Jess Phillips", post="Parliamentary Under-Secretary (Home Office)")
    assert (record.answering_body, record.asker, record.uin) == ("Home Office", None, None)
    assert (record.house, record.inferred) == (House.COMMONS, ("house",))
    assert record.question.startswith("To ask the Secretary of State for the Home Department, if her Department")
    assert record.question.endswith("child sexual exploitation committed by illegal migrants.")
    assert [block.text.split()[0] for block in record.answer] == ["The", "Work", "In", "In", "We", "We"]


def test_the_second_seed_has_askers_but_no_dates():
    _, [_, *pairs] = read_seeds()
    assert [received.provenance.place for received, _ in pairs] == [1, 7, 15, 23, 31, 41, 51, 61, 66, 71]
    for _, record in pairs:
        assert record.asker == Member(name="Matt Vickers", party="Conservative", seat="Stockton West")
        assert (record.heading, record.tabled, record.answered) == (None, None, None)
        assert (record.answering_body, record.house) == ("Home Office", House.COMMONS)
        assert record.question.startswith("To ask the Secretary of State for the Home Department, ")
    assert {(record.answerer.name, record.answerer.post) for _, record in pairs} == {
        ("Jess Phillips", "Parliamentary Under-Secretary (Home Office)"),
        ("Alex Norris", "Minister of State (Home Office)"),
    }


def test_the_furniture_of_the_seeds_is_in_no_field():
    for _, record in read_seeds()[1]:
        for words in (
            "Reticulating",
            "Splines",
            "Portrait",
            "View Source",
            "Asked by",
            "Answered by",
            "asked on",
        ):
            assert words not in repr(record)


def test_each_seed_question_is_read_again_from_what_was_kept_of_it():
    for received, record in read_seeds()[1]:
        assert READER.parse(received) == record
        alone = Received(received.reader, received.raw, Provenance("saved-page", "elsewhere", 1, READ_ON))
        assert READER.parse(alone).answer == record.answer


def test_one_question_is_read_part_by_part():
    (record,) = records(ONE)
    assert record.heading == "Bees: Hives"
    assert (record.tabled, record.answered) == (date(2026, 2, 5), date(2026, 2, 16))
    assert record.question == "To ask the Secretary of State for Bees, how many hives there are."
    assert record.answering_body == "Department for Bees"
    assert record.answerer == Member(name="Ann Minister", post="Minister of State (Department for Bees)")
    assert record.answer == (
        Block(BlockKind.PARAGRAPH, "There are 12 hives."),
        Block(BlockKind.PARAGRAPH, "None is empty."),
    )


def test_a_list_is_read_question_by_question():
    first, second = records(MANY)
    assert first.asker == Member(name="Bob Member", party="Labour (Co-op)", seat="Stoke-on-Trent South")
    assert first.answer_text == "There are 12 hives.\nNone is empty."
    assert (first.house, first.provenance.place) == (House.COMMONS, 1)
    assert second.asker == Member(name="Lord Keeper", party="Crossbench", seat="Life peer")
    assert second.answer_text == "They do not hold still."
    assert (second.house, second.provenance.place) == (House.LORDS, 7)


def test_what_is_kept_of_a_question_is_its_own_text_and_no_other():
    first, second = split(MANY)
    assert first.raw.decode() == MANY[: MANY.index("Asked by: Lord")]
    assert second.raw.decode() == MANY[MANY.index("Asked by: Lord") :]
    (only,) = split(ONE)
    assert only.raw.decode() == ONE


@pytest.mark.parametrize("other", ["\ufeff" + MANY, MANY.replace("\n", "\r\n"), MANY.replace("\n", "\n\n \t\n")])
def test_line_ends_and_empty_lines_make_no_difference(other):
    told = [(record.question, record.answer, record.asker, record.answerer) for record in records(MANY)]
    assert [(one.question, one.answer, one.asker, one.answerer) for one in records(other)] == told


def test_pages_saved_one_after_another_are_told_apart():
    end = ONE.count("\n") + 1
    found = records(ONE + "\n" + ONE.replace("Bees: Hives", "Bees: More") + "\n" + MANY)
    assert [record.heading for record in found] == ["Bees: Hives", "Bees: More", None, None]
    assert [record.provenance.place for record in found] == [1, end + 1, 2 * end + 1, 2 * end + 7]
    assert [record.provenance.place for record in records(ONE + ONE)] == [1, end]
    assert found[1].answer == found[0].answer


def test_a_page_may_say_who_asked_and_when():
    asked = ONE.replace("(asked on", "Asked by: Bob Member (Independent)\n(asked on")
    (record,) = records("Site name\n" + asked.replace("Bees: Hives\n", ""))
    assert record.asker == Member(name="Bob Member", party="Independent")
    (record,) = records(ONE.replace("Question to", "Asked by: Bob Member\nQuestion to"))
    assert (record.heading, record.asker) == ("Bees: Hives", Member(name="Bob Member"))
    (record, _) = records(MANY.replace("There are", "This question was answered on 1 March 2026\nThere are"))
    assert (record.answered, record.answer[0].text) == (date(2026, 3, 1), "There are 12 hives.")


def test_the_spinner_and_the_link_to_the_source_are_furniture_wherever_they_stand():
    text = MANY.replace("To ask the", "Reticulating Splines\n- View Source\nTo ask the")
    assert [record.question for record in records(text)] == [record.question for record in records(MANY)]
    (record,) = records(ONE + "\nCookies and terms")
    assert record.answer_text == "There are 12 hives.\nNone is empty."


def test_text_with_an_angle_bracket_stays_as_it_is():
    assert records(MANY.replace("12 hives", "<b> 12 & hives"))[0].answer[0].text == "There are <b> 12 & hives."


@pytest.mark.parametrize("text", [ONE, MANY, "Question to the Bees:\nAnswered by\n", MANY.split("Answered", 1)[0]])
def test_a_page_is_known_by_the_lines_around_its_questions(text):
    assert recognised(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A question to the Home Office",
        "Question to the Home Office:\nWhy?",
        "Answered by\nAsked by: A",
        "{}",
    ],
)
def test_other_texts_are_no_pages(text):
    assert not recognised(text)


AGAIN = ": save the page again, whole"


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("Bees: Hives\n", "", 2, "the heading is missing"),
        ("5th February", "31st February", 3, "'31st February 2026' is not a day such as '5th February 2026'"),
        ("5th February", "5th Febuary", 3, "'5th Febuary 2026' is not a day such as '5th February 2026'"),
        ("16th February 2026", "Monday", 15, "'Monday' is not a day such as '5th February 2026'"),
        ("Question to the Department for Bees:", "", 1, "the line 'Question to ...:' is missing"),
        ("Question to", "Menu\nQuestion to", 5, "'Menu' stands where only the asker or a date should"),
        (
            "To ask the Secretary of State for Bees, how many hives\nthere are.",
            "",
            5,
            "the question's words are missing",
        ),
        ("Answered by\n", "", 1, "the line 'Answered by ...' is missing"),
        (
            "Ann Minister Portrait\nAnn Minister\n",
            "",
            11,
            "the name and the post of who answered are not both there",
        ),
        ("Ann Minister Portrait\n", "Menu\n", 11, "the name and the post of who answered are not both there"),
        (
            "This question was answered on 16th February 2026",
            "",
            11,
            "the line 'This question was answered on ...' is missing",
        ),
        ("There are  12 hives.\n\nNone is empty.\n", "", 15, "the answer is missing"),
    ],
)
def test_a_page_that_lacks_a_part_is_a_fault_with_its_line(old, new, line, reason):
    assert old in ONE
    assert fault(ONE.replace(old, new)) == (line, reason + AGAIN)


@pytest.mark.parametrize(
    ("end", "line", "reason"),
    [
        ("They do not", 10, "the answer is missing"),
        (
            "Answered by Ann Minister - Minister of State (Department for Bees)\nThey",
            7,
            "the line 'Answered by ...' is missing",
        ),
        ("To ask His", 7, "the line 'Answered by ...' is missing"),
        ("Question to the Department for Bees:\nTo ask His", 7, "the line 'Answered by ...' is missing"),
    ],
)
def test_a_list_cut_short_is_a_fault_and_the_questions_before_it_are_read(end, line, reason):
    cut = MANY[: MANY.index(end)]
    assert fault(cut) == (line, reason + AGAIN)
    assert READER.parse(split(cut)[0]) == records(MANY)[0]


def test_a_list_cut_in_an_asker_is_a_fault():
    assert fault(MANY.replace("Life peer)", "Lif")) == (
        7,
        "the asker 'Lord Keeper (Crossbench - Lif' is not a name with party and seat" + AGAIN,
    )


def test_a_list_that_begins_in_the_middle_of_a_question_is_a_fault_there_and_the_next_is_read():
    first, second = split(MANY.split("\n", 1)[1])
    assert isinstance(first, MalformedRecord)
    assert (first.line, first.reason) == (
        1,
        "the lines above the question (who asked, or when) are missing: save the page again",
    )
    assert READER.parse(second).answer_text == "They do not hold still."
    assert fault("Question to the Bees:\nWhy?\nAnswered by A - B (C)\nSo.")[0] == 1


def test_questions_that_ran_together_are_a_fault():
    together = MANY.replace("Reticulating SplinesAsked by: Lord Keeper (Crossbench - Life peer)\n", "")
    line, reason = fault(together)
    assert (line, reason) == (9, "a second line 'Answered by ...' stands in one question" + AGAIN)
    line, reason = fault(ONE.replace("None is empty.", "Question to the Bees:"))
    assert reason == "a second line 'Question to ...:' stands in one question" + AGAIN


def test_a_page_that_is_not_utf_8_is_a_fault_with_its_line():
    (item,) = split(ONE.replace("None is", "Café is").encode("latin-1"))
    assert isinstance(item, MalformedRecord)
    assert (item.line, item.reason) == (19, "is not UTF-8 text (byte 0xe9): save the source as UTF-8")


def test_a_page_past_the_limit_is_refused():
    with (
        Document.of_stream("page", io.BytesIO(ONE.encode())) as document,
        pytest.raises(SourceError, match="is larger than 100 bytes"),
    ):
        list(SavedPage(max_bytes=100).split(document, READ_ON))


ASKED_BY_NOBODY = b"Question to the Bees:\nWhy?\nAnswered by A - B (C)\nSo."


@pytest.mark.parametrize("raw", [b"", b"\n \n", b"\xff", b"Asked by: A (B - C)", ASKED_BY_NOBODY])
def test_bytes_that_are_no_question_are_refused_by_parsing_too(raw):
    with pytest.raises(MalformedRecord, match=r"^page:5: "):
        READER.parse(Received("saved-page", raw, Provenance("saved-page", "page", 5, READ_ON)))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(MANY)), st.integers(0, len(MANY)), st.sampled_from([MANY, ONE]), st.text(max_size=20))
def test_a_damaged_page_gives_whole_records_or_faults_and_nothing_else(start, end, page, noise):
    for item in split(page[:start] + noise + page[end:]):
        if isinstance(item, SourceError):
            continue
        try:
            record = READER.parse(item)
        except SourceError:
            continue
        assert record.question
        assert record.answer
        assert record.answerer
        assert record.answering_body
        assert "Reticulating Splines" not in repr((record.question, record.answer, record.heading))
