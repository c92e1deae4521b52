from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.mentions import Mention, MentionRole, mentions_of
from retrieval.records import Block, BlockKind, Genre, House, Link, Provenance, Record

# The questions and answers here are invented.
PROVENANCE = Provenance("test", "test", 1, date(2026, 1, 1))
QUESTION = "To ask the Secretary of State for Ferries, how many lanterns were lit."
PAGE = "https://questions-statements.parliament.uk"
TABLED, ANSWERED = date(2024, 12, 9), date(2024, 12, 16)
Told = tuple[str, str | None, date | None, date | None]


def record(*paragraphs: str | Block, question: str = QUESTION, **facts: object) -> Record:
    blocks = tuple(one if isinstance(one, Block) else Block(BlockKind.PARAGRAPH, one) for one in paragraphs)
    given = {"house": House.COMMONS, "uin": "20000", "tabled": TABLED, "answered": ANSWERED, **facts}
    return Record(PROVENANCE, question, blocks, **given)  # type: ignore[arg-type]


def linked(text: str, *links: tuple[str, str]) -> Block:
    return Block(BlockKind.PARAGRAPH, text, links=tuple(Link(words, url) for words, url in links))


def told(one: Record) -> list[Told]:
    return [(mention.role.value, mention.uin, mention.answered, mention.tabled) for mention in mentions_of(one)]


def named_in_answer(text: str) -> list[tuple[str | None, date | None]]:
    return [(mention.uin, mention.answered) for mention in mentions_of(record(text))]


def named_in_question(text: str) -> list[tuple[str | None, date | None]]:
    asked = record(question=f"To ask the Secretary of State for Ferries, {text}, how many lanterns were lit.")
    assert {mention.role for mention in mentions_of(asked)} <= {MentionRole.FOLLOWS}
    return [(mention.uin, mention.answered) for mention in mentions_of(asked)]


MAY = date(2024, 5, 3)


@pytest.mark.parametrize(
    "text",
    [
        "I refer the hon. Member to the answer given on 3 May 2024 to Question 15306.",
        "I refer the Rt. Hon. Member to the answer I gave to Question UIN 15306 on 3 May 2024.",
        "I refer the hon. Lady to the answer given to Question UIN 15306 on 3 May.",
        "I refer back to my previous answer to UIN 15306 on 3rd May.",
        "I refer the hon. Lady to the reply given to the hon. Member for Quayside, Ann Other, on 3 May 2024, PQ 15306.",
        "I refer the hon. Member to the answer of 3 May 2024, Official Report, PQ 15306.",
        "I refer the hon. Member to the answer given by my hon. Friend the Minister (A. N. Other) on 3 May 2024 to "
        "Question 15306 to the hon. Member for Quayside.",
        "Please see my previous response, reference UIN 15306, answered on the 3rd May 2024.",
        "I refer the Hon Member to the answer given by the Secretary of State on 3 May (UIN 15306).",
        "I refer the hon. Member to the PQ referenced 15306 published on 3rd May 2024.",
        "I refer to the answer to question UIN 15306, which was answered by my predecessor on Friday 3 May 2024.",
        "I refer my hon. Friend to the answer given in 15306 answered on 3 May 2024.",
    ],
)
def test_a_pointer_names_the_number_and_the_day_of_the_answer(text: str):
    assert named_in_answer(text) == [("15306", MAY)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pursuant to the Answer of 3 May 2024 to Question 15306 on Ferries: Lamps", [("15306", MAY)]),
        ("Pursuant to the answer of 3 May 2024, to Question 15306, on Ferries", [("15306", MAY)]),
        ("pursuant to the Answer of 3 May to Question 15306", [("15306", MAY)]),
        ("pursuant to the Answer of 3 May 2024 on Question 15306", [("15306", MAY)]),
        ("with reference to the Answer of 3 May 2024 to Question HL704 on Ferries", [("HL704", MAY)]),
        ("pursuant to the Answers of 3 May 2024 to Questions 1 and 22 on Ferries", [("1", MAY), ("22", MAY)]),
        (
            "pursuant to the Answers of 3 and 11 May 2024 to Questions 11939 and 12740 on Ferries",
            [("11939", MAY), ("12740", date(2024, 5, 11))],
        ),
        (
            "pursuant to the Answers of 3 May 2024 and 11 June 2024 to Questions 11939 and 12740",
            [("11939", MAY), ("12740", date(2024, 6, 11))],
        ),
        (
            "pursuant to the Answers of 3 May 2024 to Question 1370 and 28 May 2024 to Question 3349 on Ferries",
            [("1370", MAY), ("3349", date(2024, 5, 28))],
        ),
        (
            "pursuant to the Answers of 3 May 2024 to Question 1652 on Lamps and Question 1653 on Quays",
            [("1652", MAY), ("1653", MAY)],
        ),
        (
            "pursuant to the Answers of 3 and 4 May 2024 to Questions 1111, 1112 and 1113",
            [("1111", None), ("1112", None), ("1113", None)],
        ),
        ("with reference to the Written Statement of 3 May 2024 on Safer Ferries, HCWS3", [("HCWS3", MAY)]),
        ("with reference to the Written Statement published on 3 May 2024 on Safer Ferries", [(None, MAY)]),
        ("pursuant to the Answer of 3 May 2024 on Ferries: Lamps", [(None, MAY)]),
        ("when she plans to respond to Question 2676 on Ferries", [("2676", None)]),
        ("with reference to the oral answer of 3 May 2024, Official Report, column 12", []),
        ("with reference to his Oral Statement of 3 May 2024 on Ferries, Official Report, column 41", []),
        ("with reference to the answer of the Minister on 3 May 2024, Official Report, column 1050", []),
        ("with reference to the report entitled Lamps, published on 3 May 2024, HC 723", []),
        ("with reference to the Government response to the Committee of 3 May 2024, CP 1210", []),
    ],
)
def test_a_follow_up_names_what_it_follows(text: str, expected: list[tuple[str | None, date | None]]):
    assert named_in_question(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "(a) I refer to the answer to Question UIN 8195 on 22 October 2024. (b) I refer to the answer to Question "
            "UIN 12772 on 15 November 2024.",
            [("8195", date(2024, 10, 22)), ("12772", date(2024, 11, 15))],
        ),
        (
            "I refer my hon. Friend to the answer given to Question HL604 on 3 May 2024 and to the written statement "
            "made on 18 May 2024 entitled Lamps (HCWS148).",
            [("HL604", MAY), ("HCWS148", date(2024, 5, 18))],
        ),
        (
            "Lamps shone on 1 March 2024, as said in the answer to Question 15306 on 3 May 2024.",
            [("15306", MAY)],
        ),
        (
            "Lamps shone on 1 March 2024, as said in the answer of 3 May 2024 to Question 15306.",
            [("15306", MAY)],
        ),
        ("I refer the hon. Member to the reply I gave in UIN 16568", [("16568", None)]),
        ("The information requested in PQs 5054 and 5055 is not held.", [("5054", None), ("5055", None)]),
        ("I have nothing to add to the answer I gave to the hon. Member on 3 May 2024.", []),
        ("I refer the hon. Member to the answer I gave to the hon. Member for Quayside on 3 May 2024.", [(None, MAY)]),
        (
            "I refer the hon. Member to the written ministerial statement made by my noble Friend on 3 May.",
            [(None, MAY)],
        ),
        ("As set out in my previous response, the lamp first shone on 3 May 2024.", []),
        ("I refer the hon. Member to my letter of 3 May 2024.", []),
        ("A response to the hon. Member's Parliamentary Question of 3 May is attached.", []),
        ("A response to the hon. Member's Parliamentary Question of 03/05/24 is attached.", []),
        ("On 3 May 2024, 15306 lamps were lit under section 114, at a cost of £20,000.", []),
        ("Our ferries carried 15306 people.", []),
    ],
)
def test_an_answer_names_what_it_refers_to(text: str, expected: list[tuple[str | None, date | None]]):
    assert named_in_answer(text) == expected


def test_the_place_of_a_mention_is_that_of_its_number_or_day():
    one = record(
        "Thank you.",
        "I refer to the answer to Question 15306, and to the answer given on 3 May 2024.",
        question="To ask the Minister, pursuant to the Answer of 3 May 2024 to Question 4711, why.",
    )
    question, number, day = mentions_of(one)
    assert (question.block, one.question[question.start : question.end]) == (None, "4711")
    assert (number.block, one.answer[1].text[number.start : number.end]) == (1, "15306")
    assert (day.block, one.answer[1].text[day.start : day.end]) == (1, "3 May 2024")


def test_a_link_gives_the_day_tabled_and_the_page():
    url = f"{PAGE}/written-questions/detail/2024-12-03/17569"
    one = record(linked("I refer to the answer I gave on 6 December to PQ17569 on lamps.", ("PQ17569", url)))
    start = one.answer[0].text.index("17569")
    assert mentions_of(one) == (
        Mention(
            MentionRole.REFERS_TO,
            Genre.ANSWER,
            None,
            "17569",
            date(2024, 12, 6),
            date(2024, 12, 3),
            url,
            0,
            start,
            start + 5,
            year_is_inferred=True,
        ),
    )


def test_a_link_without_a_number_in_its_words_is_a_mention_with_the_day_beside_it():
    url = f"{PAGE}/written-statements/detail/2024-07-18/hcws3"
    text = "I refer to the Written Statement made on 18 July 2024: Written statements - UK Parliament."
    (one,) = mentions_of(record(linked(text, ("Written statements - UK Parliament", url))))
    assert (one.genre, one.house, one.uin, one.url) == (Genre.STATEMENT, House.COMMONS, "HCWS3", url)
    assert (one.answered, one.tabled) == (date(2024, 7, 18), date(2024, 7, 18))
    assert text[one.start : one.end] == "Written statements - UK Parliament"


def test_a_link_whose_words_are_not_in_the_block_is_a_mention_of_the_whole_block():
    url = f"{PAGE}/written-questions/detail/2023-06-12/hl8422"
    (one,) = mentions_of(record(linked("As said before.", ("here", url))))
    assert (one.house, one.uin, one.tabled) == (House.LORDS, "HL8422", date(2023, 6, 12))
    assert (one.start, one.end) == (0, len("As said before."))


def test_an_address_written_out_is_a_link_too():
    url = f"{PAGE}/written-questions/detail/2024-07-29/2407"
    one = record("I refer to the answer I gave on 30 July 2024, to PQ2407, at the following link:", f"{url}.")
    assert told(one) == [("refers_to", "2407", date(2024, 7, 30), date(2024, 7, 29))]


def test_other_links_name_nothing():
    assert told(record(linked("See the guidance of 2024.", ("guidance", "https://www.gov.uk/lamps/12345")))) == []


def test_one_target_is_one_mention_with_every_fact():
    one = record("I refer to Question 15306.", "That is, to the answer of 3 May 2024 to Question 15306.")
    (mention,) = mentions_of(one)
    assert (mention.block, mention.uin, mention.answered) == (0, "15306", MAY)
    twice = record("I refer to the answer given on 3 May 2024. As said in my answer of 3 May 2024, no.")
    assert named_in_answer(twice.answer_text) == [(None, MAY)]


def test_one_number_with_two_days_is_two_targets():
    one = record("I refer to the answers of 3 May 2024 to Question 15306 and of 4 June 2023 to Question 15306.")
    assert [mention.answered for mention in mentions_of(one)] == [MAY, date(2023, 6, 4)]


def test_the_question_and_the_answer_each_have_their_own_mention():
    one = record(
        "With reference to the answers that I gave to questions 16455 and 18117, no.",
        question="To ask the Minister, pursuant to the Answer of 3 May 2024 to Question 16455 on Lamps, why.",
    )
    assert told(one) == [
        ("follows", "16455", MAY, None),
        ("refers_to", "16455", None, None),
        ("refers_to", "18117", None, None),
    ]


def test_a_day_said_to_be_that_of_tabling_is_not_taken_for_the_answer():
    text = (
        "I refer to my response to UIN 9602 tabled on Wednesday 6 November 2024, and to UIN 9603, asked on 25 October."
    )
    assert told(record(text)) == [
        ("refers_to", "9602", None, date(2024, 11, 6)),
        ("refers_to", "9603", None, date(2024, 10, 25)),
    ]
    before = "In response to the question tabled on 27 November (UIN 16495), I wrote to her."
    assert told(record(before)) == [("refers_to", "16495", None, date(2024, 11, 27))]


def test_a_mention_of_the_record_itself_is_none():
    assert told(record("This is the answer to Question 20000.")) == []
    assert told(record("The answer of 16 December 2024 to Question 20000 stands.")) == []
    assert told(record("I refer to the answer of 3 May 2023 to Question 20000.")) == [
        ("refers_to", "20000", date(2023, 5, 3), None)
    ]
    assert told(record("I refer to Question 20000.", uin=None)) == [("refers_to", "20000", None, None)]


def test_the_text_of_attachments_names_nothing():
    attached = Block(BlockKind.PARAGRAPH, "I refer to the answer to Question 15306.", attachment=1)
    assert told(record("See the attached letter of 3 May 2024.", attached)) == []


def test_a_statement_names_other_papers():
    one = record(
        "Further to the Written Statement of 3 May 2024 (HCWS12), lamps are lit.",
        question="",
        genre=Genre.STATEMENT,
        uin="HCWS40",
        tabled=None,
    )
    assert told(one) == [("refers_to", "HCWS12", MAY, None)]


def test_a_day_without_a_year_in_a_question_without_a_day_stays_unknown():
    asked = record(question="To ask why, pursuant to the Answer of 3 May to Question 15306.", tabled=None)
    assert told(asked) == [("follows", "15306", None, None)]


def test_the_same_number_with_ever_other_days_is_kept_without_comparing_all():
    years = range(1960, 1990)
    one = record(" ".join(f"I refer to the answer of 3 May {year} to Question 15306." for year in years))
    assert [mention.answered.year for mention in mentions_of(one) if mention.answered] == list(years)


WORDS = st.sampled_from(
    (
        *("Question", "Questions", "PQ", "UIN", "HL8422", "HCWS3", "15306", "15307", "384", "answer", "answers", "of"),
        *("to", "and", ",", "on", "(a)", "3 May 2024", "3 and 4 May", "July 29", "30/07/24", "written statement"),
        *("refer", "given", "I", ".", "tabled", "pursuant", "Lords", f"{PAGE}/written-questions/detail/2024-01-01/7"),
    )
)


@given(st.lists(WORDS, max_size=40), st.lists(WORDS, max_size=40))
def test_mentions_lie_in_their_text_and_name_something(asked: list[str], said: list[str]):
    one = record(" ".join(said) or "No.", question=" ".join(asked))
    found = mentions_of(one)
    for mention in found:
        text = one.question if mention.block is None else one.answer[mention.block].text
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.uin or mention.answered
        assert (mention.role is MentionRole.FOLLOWS) == (mention.block is None)
    keys = [(mention.role, mention.block, mention.start, mention.uin) for mention in found]
    assert len(set(keys)) == len(keys)


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str):
    assert isinstance(mentions_of(record(text or "No.", question=text)), tuple)


def test_numbers_that_have_a_day_each_keep_their_own() -> None:
    text = "I refer the hon. Member to the answers given to Questions 506 on 12 April 2024 and 501 on 29 February 2024."
    place = Provenance("parliament-api", "a.json", 1, date(2026, 11, 22))
    record = Record(place, "To ask.", (Block(BlockKind.PARAGRAPH, text),), answered=date(2024, 6, 1))
    found = [(mention.uin, mention.answered) for mention in mentions_of(record)]
    assert found == [("506", date(2024, 4, 12)), ("501", date(2024, 2, 29))]


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("I refer to the answer given in the House of Commons on 3 May 2024 to Question 15306.", House.COMMONS),
        ("I refer to the answer to HC Question UIN 15306 of 3 May 2024.", House.COMMONS),
        ("I refer to the answer of 3 May 2024 to Question 15306 in the House of Commons.", House.COMMONS),
        ("I refer to the answer to Question 15306 on 3 May 2024.", None),
        ("I spoke of the House of Commons. I refer to the answer to Question 15306 on 3 May 2024.", None),
        ("As the House of Commons heard, I refer the House of Lords to Question 15306 of 3 May 2024.", None),
        ("I refer to the answer in the House of Commons to Question HL15306 on 3 May 2024.", House.LORDS),
    ],
)
def test_a_bare_number_has_the_house_that_the_words_beside_it_name(text: str, house: House | None):
    assert [mention.house for mention in mentions_of(record(text))] == [house]


@pytest.mark.parametrize("tabled", ["tabled on", "asked on", "tabled on Tuesday"])
def test_the_day_on_which_the_question_was_tabled_is_no_answer_of_its_own(tabled: str):
    text = f"I refer to the answer I gave on 3 May 2024 to question 15306 which was {tabled} 26 April 2024."
    assert named_in_answer(text) == [("15306", MAY)]
