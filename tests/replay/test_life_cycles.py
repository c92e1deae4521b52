from __future__ import annotations

from datetime import date

import pytest

from tests.replay.invented import HOLDING, question, statement, unanswered
from tests.replay.server import ReplayServer

PATH = "/writtenquestions/questions"


@pytest.fixture
def value(fetch):
    def of(server, id):
        return fetch(f"{server.url}{PATH}/{id}").data["value"]

    return of


def test_a_question_that_is_put_is_listed_at_once(fetch, listed):
    with ReplayServer([question(1)]) as server:
        assert listed(server.url + PATH) == [1]
        server.put(question(2))
        assert listed(server.url + PATH) == [2, 1]
        assert fetch(server.url + PATH, sessionStatus="Any").data["totalResults"] == 2


def test_a_question_that_is_put_again_replaces_the_first_one(listed, value):
    with ReplayServer([question(1, uin="10", dateTabled="2026-06-01")]) as server:
        server.put(question(1, uin="11", dateTabled="2026-06-02", heading="Invented Second Heading"))
        assert value(server, 1)["heading"] == "Invented Second Heading"
        assert listed(server.url + PATH, uIN="10") == []
        assert listed(server.url + PATH, tabledWhenFrom="2026-06-02") == [1]


def test_a_question_waits_is_held_and_is_answered(listed, value):
    with ReplayServer([unanswered(1, answeringBodyName="Ministry of Imaginary Works")]) as server:
        assert listed(server.url + PATH, answered="Unanswered") == [1]

        server.hold(1, date(2026, 6, 5))
        held = value(server, 1)
        assert held["answerText"] == HOLDING.format(body="Ministry of Imaginary Works")
        assert (held["answerIsHolding"], held["dateAnswered"]) == (True, "2026-06-05T00:00:00")
        assert held["dateHoldingAnswer"] == "2026-06-05T00:00:00"
        assert held["answeringMemberId"] == 900100
        assert listed(server.url + PATH, answered="Unanswered") == []

        server.answer(1, "<p>Six.</p>", date(2026, 6, 9), by=900102)
        given = value(server, 1)
        assert (given["answerText"], given["answerIsHolding"]) == ("<p>Six.</p>", False)
        assert (given["dateAnswered"], given["dateHoldingAnswer"]) == ("2026-06-09T00:00:00", "2026-06-05T00:00:00")
        assert given["answeringMemberId"] == 900102
        assert listed(server.url + PATH, answeredWhenFrom="2026-06-06") == [1]


def test_a_holding_answer_can_be_written_over_without_a_mark(value):
    with ReplayServer([unanswered(1)]) as server:
        server.hold(1, "2026-06-05")
        server.answer(1, "<p>Six.</p>", "2026-06-09", unmarked=True)
        given = value(server, 1)
    assert given["answerText"] == "<p>Six.</p>"
    assert (given["answerIsHolding"], given["dateAnswered"]) == (True, "2026-06-05T00:00:00")


def test_a_correction_keeps_the_day_of_the_answer_and_the_first_text(listed, value):
    with ReplayServer([question(1, answerText="<p>Five.</p>", answeringMemberId=900101)]) as server:
        answered = value(server, 1)["dateAnswered"]
        server.correct(1, "<p>Six.</p>", "2026-06-30")
        now = value(server, 1)
        assert (now["answerText"], now["originalAnswerText"]) == ("<p>Six.</p>", "<p>Five.</p>")
        assert (now["answerIsCorrection"], now["correctingMemberId"]) == (True, 900101)
        assert (now["dateAnswered"], now["dateAnswerCorrected"]) == (answered, "2026-06-30T00:00:00")
        assert listed(server.url + PATH, correctedWhenFrom="2026-06-30") == [1]


def test_a_correction_can_lose_the_first_text_and_be_by_another_member(value):
    with ReplayServer([question(1)]) as server:
        server.correct(1, "<p>Six.</p>", "2026-06-30", by=900105, keep_first=False)
        now = value(server, 1)
    assert (now["originalAnswerText"], now["correctingMemberId"]) == ("", 900105)


def test_another_answerer_is_not_shown_with_the_first_ones_name(fetch):
    minister = {"id": 900101, "name": "Pat Placeholder"}
    with ReplayServer([question(1, answeringMemberId=900101, answeringMember=minister)]) as server:
        url = f"{server.url}{PATH}/1"
        server.answer(1, "<p>Again.</p>", "2026-06-30")
        assert fetch(url, expandMember="true").data["value"]["answeringMember"] == minister
        server.answer(1, "<p>Again.</p>", "2026-06-30", by=900102)
        assert fetch(url, expandMember="true").data["value"]["answeringMember"]["name"] == "Invented Member 900102"


def test_a_question_that_is_withdrawn_leaves_the_list(listed):
    with ReplayServer([question(1), question(2)]) as server:
        server.withdraw(2)
        assert listed(server.url + PATH) == [1]
        assert listed(server.url + PATH, includeWithdrawn="true") == [2, 1]


def test_a_question_that_vanishes_is_nowhere(fetch, listed):
    with ReplayServer([question(1), question(2)]) as server:
        server.vanish(2)
        server.vanish(3)
        assert listed(server.url + PATH, includeWithdrawn="true") == [1]
        assert fetch(f"{server.url}{PATH}/2").status == 404
        assert fetch(f"{server.url}{PATH}/2026-06-03/2").status == 404


def test_a_statement_that_is_put_is_listed_at_once(listed):
    with ReplayServer() as server:
        server.put_statement(statement(9))
        assert listed(server.url + "/writtenstatements/statements") == [9]


def test_a_page_asked_for_before_a_change_is_made_anew_after_it(fetch):
    with ReplayServer([question(1)]) as server:
        before = fetch(server.url + PATH, expandMember="true").data
        server.correct(1, "<p>Six.</p>", "2026-06-30")
        after = fetch(server.url + PATH, expandMember="true").data
    assert before["results"][0]["value"]["answerText"].startswith("The Department lit 13")
    assert after["results"][0]["value"]["answerText"] == "Six."


def test_more_selections_than_are_kept_are_all_right(listed):
    with ReplayServer(question(id) for id in range(1, 41)) as server:
        assert [listed(server.url + PATH, uIN=uin) for uin in range(1, 41)] == [[id] for id in range(1, 41)]
