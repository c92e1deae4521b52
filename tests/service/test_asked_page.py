"""What is told of a compared draft, in a terminal and on a page alike."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.search import Searcher
from retrieval.similar_results import SimilarQuestions
from service.asked_page import PRACTICE, asked_page, session_line
from service.web.asked_view import view_of

Compared = Callable[..., SimilarQuestions]


@pytest.fixture
def compared(filled_once: Path, toy_encoder: Encoder) -> Compared:
    def made(district: int, today: date = date(2026, 7, 1)) -> SimilarQuestions:
        searcher = Searcher(Corpus.open(filled_once), toy_encoder, filled_once, today=lambda: today)
        return searcher.similar_questions(f"how many invented lanterns were lit in district {district}", limit=1)

    return made


def _printed(found: SimilarQuestions) -> str:
    console = Console(width=2_000)
    with console.capture() as captured:
        for line in asked_page(found):
            console.print(line)
    return captured.get()


def test_a_young_reply_may_be_referred_back_to_and_an_old_one_or_a_holding_answer_may_not(compared: Compared):
    young, old, holding = compared(1), compared(1, date(2026, 9, 14)), compared(4)
    assert PRACTICE in _printed(young)
    assert view_of(young.matches[0]).answers[0].remarks == (
        PRACTICE,
        "By an earlier government: Starmer Labour Government.",
    )
    for found in (old, holding):
        assert PRACTICE not in _printed(found)
        assert PRACTICE not in view_of(found.matches[0]).answers[0].remarks


def test_the_session_of_today_is_told_where_it_is_known(compared: Compared):
    assert session_line(compared(1)) == "Today, 1 July 2026, is in the session of 2026-27."
    assert session_line(compared(1, date(2026, 11, 22))) == (
        "In which session today is, 22 November 2026, is not known: the table of sessions ends on 14 September 2026."
    )
