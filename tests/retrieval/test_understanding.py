"""Explicit words of a question become filters, and nothing else does."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.filters import Filters
from retrieval.names import NameBook
from retrieval.records import House
from retrieval.understanding import GuessedFilter, understand

TODAY = date(2026, 11, 22)
BOOK = NameBook(
    {
        "answering_body": [
            *("Home Office", "Treasury", "Department for Transport", "Department of Health and Social Care"),
            *("Ministry of Defence", "Ministry of Justice", "Foreign, Commonwealth and Development Office"),
            *("Department for Levelling Up, Housing and Communities", "Department for Work and Pensions"),
            *("Ministry of Housing, Communities and Local Government", "Prime Minister", "Cabinet Office"),
            *("House of Commons Commission", "Public Accounts Commission"),
        ],
        "minister": [
            *("Dee Placeholder", "Eve Placeholder", "Alex Mockford", "Theresa May", "Lord Pretend of Mockham"),
            *("Jonathan Pretender", "Johnathan Pretender", "Ed Li"),
        ],
        "asker": ["Ann Invented", "Bob Fictional", "Lord Nowhere", "Baroness Madeup"],
        "party": [],
    },
    {},
)

# The question, the topic that is left of it, and the filters.
UNDERSTOOD = [
    (
        "what has the Home Office said since March 2026 about asylum hotels",
        "asylum hotels",
        {"answering_body": "Home Office", "answered_from": "2026-03-01"},
    ),
    (
        "What has the Home Office said about asylum hotels since March?",
        "asylum hotels?",
        {"answering_body": "Home Office", "answered_from": "2026-03-01"},
    ),
    (
        "What did the Treasury say in May 2025 about ISAs?",
        "ISAs?",
        {"answering_body": "Treasury", "answered_from": "2025-05-01", "answered_to": "2025-05-31"},
    ),
    (
        "what did the Home Office say in May about visas",
        "visas",
        {"answering_body": "Home Office", "answered_from": "2026-05-01", "answered_to": "2026-05-31"},
    ),
    ("what did dwp say about carers", "carers", {"answering_body": "DWP"}),
    ("what does HO say about visas", "visas", {"answering_body": "HO"}),
    ("anything the MoJ has said on bail", "bail", {"answering_body": "MOJ"}),
    ("asylum hotels, said by Dee Placeholder", "asylum hotels", {"minister": "Dee Placeholder"}),
    ("bus fares answered by Mockford", "bus fares", {"minister": "Alex Mockford"}),
    (
        "What was said by Alex Mockford in February 2026 about returns?",
        "returns?",
        {"minister": "Alex Mockford", "answered_from": "2026-02-01", "answered_to": "2026-02-28"},
    ),
    (
        "How many dentists have left, according to Theresa May?",
        "How many dentists have left?",
        {"minister": "Theresa May"},
    ),
    ("According to the Treasury, who pays for ISAs?", "who pays for ISAs?", {"answering_body": "Treasury"}),
    (
        "Home Office answers on e-gates since last year",
        "e-gates",
        {"answering_body": "Home Office", "answered_from": "2025-01-01"},
    ),
    ("the Home Office's answer on e-gates", "e-gates", {"answering_body": "Home Office"}),
    ("answers from the Ministry of Defence about housing", "housing", {"answering_body": "Ministry of Defence"}),
    ("written answers since May 2025 about hospices", "hospices", {"answered_from": "2025-05-01"}),
    (
        "ministerial statements on 5 March 2025 about steel",
        "steel",
        {"answered_from": "2025-03-05", "answered_to": "2025-03-05"},
    ),
    (
        "Since March, what have ministers said about potholes?",
        "potholes?",
        {"answered_from": "2026-03-01"},
    ),
    (
        "In 2024, what did the Ministry of Defence say about housing?",
        "housing?",
        {"answering_body": "Ministry of Defence", "answered_from": "2024-01-01", "answered_to": "2024-12-31"},
    ),
    (
        "what has been said between March and June 2025 about drones",
        "drones",
        {"answered_from": "2025-03-01", "answered_to": "2025-06-30"},
    ),
    ("hospices: questions by Bob Fictional", "hospices", {"asker": "Bob Fictional"}),
    ('answered by Mockford about "said by Ann"', '"said by Ann"', {"minister": "Alex Mockford"}),
    (
        "what has been said from 3 March to 5 June 2025 about drones",
        "drones",
        {"answered_from": "2025-03-03", "answered_to": "2025-06-05"},
    ),
    ("questions tabled by Bob Fictional about roads", "roads", {"asker": "Bob Fictional"}),
    ("questions from Baroness Madeup on roads", "roads", {"asker": "Baroness Madeup"}),
    ("hospices, asked in the Lords", "hospices", {"house": "Lords"}),
    ("questions asked in the House of Commons about hospices", "hospices", {"house": "Commons"}),
    (
        "what have peers asked about hospices since 2025",
        "hospices",
        {"house": "Lords", "tabled_from": "2025-01-01"},
    ),
    (
        "What has Ann Invented asked the Home Office about visas since 2025?",
        "visas?",
        {"asker": "Ann Invented", "answering_body": "Home Office", "tabled_from": "2025-01-01"},
    ),
    (
        "What has the Department for Levelling Up, Housing and Communities said about leasehold?",
        "leasehold?",
        {"answering_body": "Department for Levelling Up, Housing and Communities"},
    ),
    (
        "What has the Foreign Office said about Chagos?",
        "Chagos?",
        {"answering_body": "Foreign, Commonwealth and Development Office"},
    ),
    ("what did Home Office ministers say about e-gates", "e-gates", {"answering_body": "Home Office"}),
    ("what has the Prime Minister said about Gaza", "Gaza", {"answering_body": "Prime Minister"}),
    ("what did Lord Pretend say about bridges", "bridges", {"minister": "Lord Pretend of Mockham"}),
    (
        "The Home Office said in March 2026 that hotels would close",
        "that hotels would close",
        {"answering_body": "Home Office", "answered_from": "2026-03-01", "answered_to": "2026-03-31"},
    ),
    (
        "In May 2025, what did the Treasury say about ISAs in March 2024?",
        "ISAs in March 2024?",
        {"answering_body": "Treasury", "answered_from": "2025-05-01", "answered_to": "2025-05-31"},
    ),
    (
        "Has the Home Office said since March 2026 whether hotels will close?",
        "whether hotels will close?",
        {"answering_body": "Home Office", "answered_from": "2026-03-01"},
    ),
    (
        "What has the Home Office said since March 2026?",
        "What has the Home Office said since March 2026?",
        {"answering_body": "Home Office", "answered_from": "2026-03-01"},
    ),
]

NOT_UNDERSTOOD = [
    # May, the verb, the month and the Prime Minister
    *(
        "may a landlord refuse a pet",
        "local elections in May",
        "local elections in May 2025",
        "Theresa May's red lines",
    ),
    *("What may the Home Office do about hotels?", "what has May said about Brexit", "policy since Theresa May"),
    *("questions answered by May 2025", "when may I expect the strategy the Treasury promised"),
    # March, the verb
    *("the right to march in Whitehall", "police officers asked to march in March 2025", "marches since 2023"),
    # bodies as topics
    *("Home Office staff numbers", "delays at the Home Office since March 2026", "reports from the Home Office"),
    *("What has the Home Office done since March 2026 about hotels?", "Treasury bonds", "Ministry of Defence land"),
    *("What has the Home Office spent on hotels since 2024?", "What has the Government said about the Home Office?"),
    *(
        "visas according to Home Office guidance",
        "Home Office reply times to MPs",
        "people working in the Cabinet Office",
    ),
    *("letters answered by the Home Office within 20 days", "FOI requests answered by the Ministry of Defence"),
    *("how many letters were answered by the Home Office in 2024", "questions not answered by the Treasury"),
    *("Which questions weren't answered by Dee Placeholder?", "questions that didn’t get answered by the Treasury"),
    *("questions that cannot be answered by the Treasury", "questions not yet answered by Dee Placeholder"),
    # Acts, budgets and other names with years
    *("the Companies Act 2006", "what does the Companies Act 2006 say about directors", "Budget 2024"),
    *(
        "What did ministers say in the 2023 Budget about ISAs?",
        "the 2021 census",
        "what ministers said in 2023 budgets",
    ),
    # figures of a time
    *("how many small boats have arrived since March 2026", "In 2023, how many nurses left?", "homes built in 2023"),
    *("between 2019 and 2023 how many nurses left the NHS?", "number of prisons that have closed since 2019"),
    *("999 calls answered in 2025", "deaths reported in May 2025", "redundancies announced since March 2024"),
    *("answers to complaints since 2019", "bank statements since March 2025", "What is state aid worth since 2020?"),
    # times at the end that may be the topic's
    *(
        "What has the government said about deaths in custody in 2023?",
        "What did ministers say about the riots last year?",
    ),
    *("What did ministers say about plans before 2020?", "what did ministers say about an election in May"),
    # half of a time
    *("What was said in 2024 and 2025 about boats?", "What did ministers say last year and this year about boats?"),
    *("What was said in May and June 2025 about boats?", "ministerial statements in 2024, 2025 and 2026 about boats"),
    *("What did ministers say about boats last year and this year?", "What was said in 2024 and since about boats?"),
    # statements, questions and replies of others
    *("How do shops publish price statements from 2023?", "exam questions from 2025 about maths"),
    *("witness statements from the Home Office about fires", "Where are replies from 2023 about trams kept?"),
    *("Are letters to MPs answered in the Commons?", "letters from my constituents answered by the Treasury"),
    # people and Houses as topics
    *("Dee Placeholder and the bus strike", "Bob Fictional", "reform of the House of Lords"),
    *("What did ministers say about reform in the Lords?", "peers", "what has Placeholder said about roads"),
    # others than the corpus knows
    *("what has the BBC said since 2024 about licence fees", "What has the Scottish Government said about drugs?"),
    *("according to the police", "What has the Public Accounts Committee said about HS2?", "answered by Placeholder"),
    *("what has the leader of the opposition said about hotels", "what did they say in May 2025", "what so said"),
    # as they stand
    *('"said by Dee Placeholder"', "What about the words “answered by Dee Placeholder” in letters?"),
    *('"Home Office said" hotels', "What has “the Home Office” said about hotels?"),
    "the phrase ‘according to the Treasury’ in reports",
    "To ask the Secretary of State for Transport, what was said by Dee Placeholder in May 2025.",
    "what the Home Office said since March 2026 about roads" + " and roads" * 120,
]


@pytest.mark.parametrize(("question", "topic", "filters"), UNDERSTOOD, ids=[one[0] for one in UNDERSTOOD])
def test_explicit_words_become_filters(question: str, topic: str, filters: dict[str, str]) -> None:
    found = understand(question, BOOK, Filters(), TODAY)
    assert {one.field: one.value for one in found.guessed} == filters
    assert found.topic == topic
    assert {name: _plain(value) for name, value in found.filters.given().items()} == filters
    assert all(question[one.start : one.end] == one.words for one in found.guessed)
    assert [one.start for one in found.guessed] == sorted(one.start for one in found.guessed)


def _plain(value: date | tuple[str, ...]) -> str:
    return value.isoformat() if isinstance(value, date) else "; ".join(value)


@pytest.mark.parametrize("question", NOT_UNDERSTOOD, ids=[one[:60] for one in NOT_UNDERSTOOD])
def test_a_topic_becomes_no_filter(question: str) -> None:
    found = understand(question, BOOK, Filters(), TODAY)
    assert found.guessed == ()
    assert (found.filters, found.topic) == (Filters(), question)


@pytest.mark.parametrize(
    ("question", "value", "name_given"),
    [
        ("what has the Home Ofice said about visas", "Home Office", "the Home Ofice"),
        ("what did the Minstry of Defense say about land", "Ministry of Defence", "the Minstry of Defense"),
        ("roads, said by Dee Placehoder", "Dee Placeholder", "Dee Placehoder"),
        (
            "answers from the Departmant for Transport about roads",
            "Department for Transport",
            "Departmant for Transport",
        ),
    ],
)
def test_a_misspelt_name_is_matched_and_told(question: str, value: str, name_given: str) -> None:
    (guess,) = understand(question, BOOK, Filters(), TODAY).guessed
    assert (guess.value, guess.name_given) == (value, name_given)


@pytest.mark.parametrize(
    "question",
    [
        "said by Jonathan Pretendr",  # Two names are equally near.
        "said by Ed Lo",  # Too short to be sure.
        "said by Bee Placeholder",
        "said by Bob Fictional",  # Spelt rightly, but he asks and doesn't answer.
        "said by the Ministry of Justce of Defence",
        "visas and the Home Ofice",
    ],
)
def test_a_name_that_is_like_no_one_name_is_not_guessed(question: str) -> None:
    assert understand(question, BOOK, Filters(), TODAY).guessed == ()


def test_two_names_of_one_kind_are_alternatives() -> None:
    found = understand("What have the Home Office and the Treasury said about fees?", BOOK, Filters(), TODAY)
    assert found.filters.answering_body == ("Home Office", "Treasury")
    assert found.topic == "fees?"


def test_words_of_one_filter_are_told_with_their_place() -> None:
    found = understand("What has the Home Office said since 2025 about visas?", BOOK, Filters(), TODAY)
    assert found.guessed == (
        GuessedFilter("answering_body", "Home Office", "has the Home Office said", 5, 29),
        GuessedFilter("answered_from", "2025-01-01", "since 2025", 30, 40),
    )


def test_a_filter_that_was_given_is_not_guessed_and_its_words_stay_in_the_topic() -> None:
    given = Filters(answering_body=("Treasury",))
    found = understand("What has the Home Office said since March 2026 about fees?", BOOK, given, TODAY)
    assert found.filters == Filters(answering_body=("Treasury",), answered_from=date(2026, 3, 1))
    assert found.topic == "What has the Home Office said about fees?"


def test_a_time_that_contradicts_a_given_one_is_not_guessed() -> None:
    given = Filters(answered_to=date(2024, 12, 31))
    found = understand("what has been said since March 2026 about fees", BOOK, given, TODAY)
    assert (found.filters, found.guessed) == (given, ())


def test_a_given_first_day_leaves_room_for_a_guessed_last_one() -> None:
    given = Filters(answered_from=date(2025, 5, 10))
    found = understand("what was said in May 2025 about fees", BOOK, given, TODAY)
    assert found.filters == Filters(answered_from=date(2025, 5, 10), answered_to=date(2025, 5, 31))


@pytest.mark.parametrize("own", [Filters(answered_to=date(2026, 6, 1)), Filters(answered_from=date(2024, 6, 1))])
def test_a_time_is_not_guessed_by_half_where_a_given_day_lets_in_more(own: Filters) -> None:
    question = "What was said in 2025 about boats by ministers"
    found = understand(question, BOOK, own, TODAY)
    assert (found.filters, found.guessed, found.topic) == (own, (), question)


@pytest.mark.parametrize(("before", "minister"), [(4, ("Dee Placeholder",)), (5, ())])
def test_only_the_first_few_forms_of_a_question_are_tried(before: int, minister: tuple[str, ...]) -> None:
    question = "according to reports, " * before + "said by Dee Placeholder"
    assert understand(question, BOOK, Filters(), TODAY).filters.minister == minister


def test_a_house_is_understood_as_a_house() -> None:
    assert understand("hospices, asked in the Lords", BOOK, Filters(), TODAY).filters.house == (House.LORDS,)


_GIVEN = st.builds(
    Filters,
    answered_from=st.none() | st.dates(date(2020, 1, 1), date(2023, 1, 1)),
    answered_to=st.none() | st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    house=st.sampled_from([(), (House.LORDS,)]),
    answering_body=st.sampled_from([(), ("Treasury",), ("Home Office", "Treasury")]),
    minister=st.sampled_from([(), ("Dee Placeholder",)]),
    asker=st.sampled_from([(), ("Ann Invented",)]),
)


@given(st.sampled_from([one[0] for one in UNDERSTOOD]), _GIVEN)
def test_what_was_given_stays_whatever_is_understood(question: str, given_filters: Filters) -> None:
    found = understand(question, BOOK, given_filters, TODAY)
    after = found.filters.given()
    assert {name: after[name] for name in given_filters.given()} == given_filters.given()
    assert {one.field for one in found.guessed} == set(after) - set(given_filters.given())
    assert found.topic.strip()


@given(
    st.lists(
        st.sampled_from(
            "what has did the Home Office Treasury said say by in since May March 2025 Lords asked answered Dee "
            "Placeholder answers from about according to on and , ? 's".split()
        ),
        min_size=1,
        max_size=14,
    )
)
def test_any_row_of_words_can_be_read(words: list[str]) -> None:
    question = " ".join(words)
    found = understand(question, BOOK, Filters(), TODAY)
    assert found.topic.strip()
    assert found.topic == question or found.guessed
    assert all(question[one.start : one.end] == one.words for one in found.guessed)
    assert all(BOOK.knows(one.field, one.value) for one in found.guessed if one.field in ("minister", "asker"))
