from __future__ import annotations

import pytest

from retrieval.named_uins import named_uins

RANGE = [str(number) for number in range(12345, 12351)]


@pytest.mark.parametrize(
    ("text", "uins"),
    [
        ("the answer to Question 15306 on ferries", ["15306"]),
        ("to Question UIN 15306.", ["15306"]),
        ("to Question No. 15306", ["15306"]),
        ("to Question168058 on", ["168058"]),
        ("(UIN 194829), noting", ["194829"]),
        ("UIN: 15306", ["15306"]),
        ("to PQ 113130", ["113130"]),
        ("to PQ93 on", ["93"]),
        ("to PQ UIN 5898", ["5898"]),
        ("my answer to WPQ 4645", ["4645"]),
        ("PQ09540", ["9540"]),
        ("Question UIN HL8422", ["HL8422"]),
        ("Question HL 8422", ["HL8422"]),
        ("answered in HL8422 last week", ["HL8422"]),
        ("answer to House of Lords Question 517", ["HL517"]),
        ("the written statement (HCWS161).", ["HCWS161"]),
        ("dated 15 May 2024, UIN HCWS466.", ["HCWS466"]),
        ("hlws 12", ["HLWS12"]),
        ("Questions 12345, 12346 and 12347 on ferries", ["12345", "12346", "12347"]),
        ("Questions 12345,12346", ["12345", "12346"]),
        ("PQ 4875 and PQ 4876", ["4875", "4876"]),
        ("Questions UIN 15923 and UIN 15934", ["15923", "15934"]),
        ("Question 12345 and 12346", ["12345", "12346"]),
        ("respond to Question (a) 5477 and (b) 5478 tabled by", ["5477", "5478"]),
        ("Questions 12345 to 12350", RANGE),
        ("Questions 12345-12350", RANGE),
        ("the Answers to Questions 7569 on Ferries and 7570 on Quays, how", ["7569", "7570"]),
        ("the Answers to Question 7569 on Ferries and Question 7570 on Quays", ["7569", "7570"]),
        ("Questions 1213 and 1217 on Ships of 2024 and Question 1219 on Ships", ["1213", "1217", "1219"]),
        ("the answer given in 22222 answered on 4 December", ["22222"]),
        ("my answer of 21 October 2024, Official Report, 8434.", ["8434"]),
        ("the Answer of 30 July 2024 to Question 907 on Public Consultation", ["907"]),
        ("as previously stated in the answer to Question 369, the", ["369"]),
        ("the answers to Questions 12 and 13, which", ["12", "13"]),
    ],
)
def test_numbers_that_are_announced_are_uins(text: str, uins: list[str]):
    assert [uin.uin for one in named_uins(text) for uin in one.uins] == uins


@pytest.mark.parametrize(
    "text",
    [
        "In 2024, 15306 people asked about section 114 of the Act, at a cost of £20,000.",
        "Question 4 of the consultation asked about lanterns.",
        "In response to question 3 of the survey, most said no.",
        "the answer to question 12 in the Committee's oral evidence",
        "the response to oral Question 900270",
        "Written Question 94113 - Welsh Parliament",
        "the questions 2024 will bring",
        "the report of Session 2021-22, HL 258, and HC 723",
        "Questions 20% of people ask, Question 1.5, PQ 2024-07-30",
        "see https://example.org/PQ12345 and www.example.org/UIN/12345",
        "the question 12,345 people asked",
        "Autumn Statement 2023 and Written Statement 2024",
        "To ask about the genuine 15306 lanterns",
    ],
)
def test_other_numbers_are_not(text: str):
    assert named_uins(text) == ()


@pytest.mark.parametrize(
    ("text", "uins"),
    [
        ("Question 15306 to 20 Members", ["15306"]),
        ("Questions 15306 to 99999", ["15306"]),
        ("Question 15306 and 2024 figures", ["15306"]),
        ("Question 15306 and 20 others", ["15306"]),
        ("Questions 15306 and 15307, 20 of which", ["15306", "15307"]),
        ("Questions 15306 and 2024", ["15306"]),
        ("Questions 4711 and 2024", ["4711", "2024"]),
        ("Questions 15306 – 2 on ferries and 15307 on quays", ["15306"]),
    ],
)
def test_a_list_ends_where_other_numbers_begin(text: str, uins: list[str]):
    assert [uin.uin for one in named_uins(text) for uin in one.uins] == uins


def test_each_number_has_its_place():
    text = "the answers to Questions 12345, HL12 and 12347"
    (one,) = named_uins(text)
    assert text[one.start : one.end] == "Questions 12345, HL12 and 12347"
    assert [text[uin.start : uin.end] for uin in one.uins] == ["12345", "HL12", "12347"]
