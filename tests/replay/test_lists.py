from __future__ import annotations

from datetime import date

import pytest

from tests.replay.invented import (
    corrected,
    holding,
    lords_question,
    lords_statement,
    one_of_each,
    question,
    statement,
    unanswered,
    withdrawn,
)
from tests.replay.server import ReplayServer

PATH = "/writtenquestions/questions"


@pytest.fixture
def five():
    """Five questions that differ in every field a parameter looks at."""
    return [
        question(
            1,
            dateTabled="2026-06-01",
            dateForAnswer="2026-06-04",
            dateAnswered="2026-06-09",
            askingMemberId=900301,
            answeringMemberId=900101,
            answeringBodyId=900201,
            uin="501",
            heading="Invented Kites",
        ),
        lords_question(
            2,
            dateTabled="2026-06-02",
            dateForAnswer="2026-06-05",
            dateAnswered="2026-06-10",
            askingMemberId=900302,
            answeringMemberId=900102,
            answeringBodyId=900202,
            uin="HL502",
        ),
        corrected(
            3,
            dateTabled="2026-06-03",
            dateForAnswer="2026-06-08",
            dateAnswered="2026-06-11",
            dateAnswerCorrected="2026-06-20",
            askingMemberId=900303,
            answeringMemberId=900101,
            answeringBodyId=900203,
            uin="503",
            answerText="<p>No <b>moonlit</b> lanterns.</p>",
        ),
        unanswered(4, dateTabled="2026-06-04", dateForAnswer="2026-06-09", askingMemberId=900301, uin="504"),
        holding(
            5,
            dateTabled="2026-06-04",
            dateForAnswer="2026-06-08",
            dateAnswered="2026-06-09",
            askingMemberId=900304,
            uin="505",
        ),
    ]


def test_the_newest_question_comes_first_and_of_one_day_the_highest_id(five, listed):
    with ReplayServer(reversed(five)) as server:
        assert listed(server.url + PATH) == [5, 4, 3, 2, 1]


def test_a_list_has_a_total_and_results_with_value_and_links(fetch):
    with ReplayServer([question(8)]) as server:
        data = fetch(server.url + PATH).data
    assert sorted(data) == ["results", "totalResults"]
    assert data["totalResults"] == 1
    assert data["results"][0]["links"] == [{"rel": "self", "href": "/Questions/8", "method": "GET"}]
    assert sorted(data["results"][0]["value"]) == sorted(question(8))


def test_twenty_come_unless_another_number_is_taken(fetch):
    with ReplayServer(question(id) for id in range(1, 31)) as server:
        by_default = fetch(server.url + PATH, sessionStatus="Any").data
        most = fetch(server.url + PATH, sessionStatus="Any", take=1000).data
        none = fetch(server.url + PATH, sessionStatus="Any", take=0).data
    assert [len(by_default["results"]), len(most["results"]), len(none["results"])] == [20, 30, 0]
    assert by_default["totalResults"] == most["totalResults"] == none["totalResults"] == 30


def test_pages_by_skip_and_take_make_the_whole_list(listed):
    with ReplayServer(question(id) for id in range(1, 31)) as server:
        whole = listed(server.url + PATH, take=1000)
        pages = [listed(server.url + PATH, skip=skip, take=7) for skip in range(0, 42, 7)]
    assert [id for page in pages for id in page] == whole
    assert pages[-1] == []


@pytest.mark.parametrize(
    ("parameters", "ids"),
    [
        ({"tabledWhenFrom": "2026-06-03"}, [5, 4, 3]),
        ({"tabledWhenTo": "2026-06-02"}, [2, 1]),
        ({"tabledWhenFrom": "2026-06-02", "tabledWhenTo": "2026-06-03"}, [3, 2]),
        ({"tabledWhenFrom": "2026-06-03T00:00:00", "tabledWhenTo": "2026-06-03T00:00:00"}, [3]),
        ({"answeredWhenFrom": "2026-06-10"}, [3, 2]),
        ({"answeredWhenTo": "2026-06-09"}, [5, 1]),
        ({"answeredWhenFrom": "2026-06-09", "answeredWhenTo": "2026-06-09"}, [5, 1]),
        ({"correctedWhenFrom": "2026-06-20", "correctedWhenTo": "2026-06-20"}, [3]),
        ({"correctedWhenFrom": "2026-06-21"}, []),
        ({"dateForAnswerWhenFrom": "2026-06-08", "dateForAnswerWhenTo": "2026-06-08"}, [5, 3]),
        ({"answered": "Any"}, [5, 4, 3, 2, 1]),
        ({"answered": "Answered"}, [5, 3, 2, 1]),
        ({"answered": "Unanswered"}, [4]),
        ({"questionStatus": "NotAnswered"}, [4]),
        ({"questionStatus": "AnsweredOnly"}, [5, 3, 2, 1]),
        ({"questionStatus": "AllQuestions"}, [5, 4, 3, 2, 1]),
        ({"house": "Commons"}, [5, 4, 3, 1]),
        ({"house": "Lords"}, [2]),
        ({"house": "Bicameral"}, [5, 4, 3, 2, 1]),
        ({"uIN": "503"}, [3]),
        ({"uIN": "hl502"}, [2]),
        ({"askingMemberId": 900301}, [4, 1]),
        ({"answeringMemberId": 900101}, [3, 1]),
        ({"members": 900304}, [5]),
        ({"members": [900101, 900302]}, [3, 2, 1]),
        ({"members[]": [900101, 900302]}, [3, 2, 1]),
        ({"answeringBodies": [900201, 900202]}, [4, 2, 1]),
        ({"answeringBodies[]": [900203]}, [5, 3]),
        ({"answeringBodies[0]": 900201, "answeringBodies[1]": 900203}, [5, 3, 1]),
        ({"searchTerm": "moonlit lanterns"}, []),
        ({"searchTerm": "MOONLIT"}, [3]),
        ({"searchTerm": "invented kites"}, [1]),
        ({"searchTerm": "district 4"}, [4]),
        ({"TABLEDWHENFROM": "2026-06-03", "HOUSE": "commons"}, [5, 4, 3]),
        ({"tabledFrom": "2026-06-04", "nonsense": "1"}, [5, 4, 3, 2, 1]),
        ({"uIN": ""}, [5, 4, 3, 2, 1]),
    ],
)
def test_every_parameter_filters_and_an_unknown_one_does_not(five, listed, parameters, ids):
    with ReplayServer(five) as server:
        assert listed(server.url + PATH, **parameters) == ids


def test_the_total_is_of_what_was_selected_not_of_the_page(five, fetch):
    with ReplayServer(five) as server:
        data = fetch(server.url + PATH, sessionStatus="Any", house="Commons", take=1, skip=1).data
    assert data["totalResults"] == 4
    assert [item["value"]["id"] for item in data["results"]] == [4]


def test_a_withdrawn_question_is_listed_only_when_asked_for(fetch, listed):
    with ReplayServer([question(1), withdrawn(2)]) as server:
        assert listed(server.url + PATH) == [1]
        assert listed(server.url + PATH, includeWithdrawn="false") == [1]
        assert listed(server.url + PATH, includeWithdrawn="true") == [2, 1]
        rows = fetch(server.url + PATH, includeWithdrawn="True", uIN="2").data["results"]
    assert rows[0]["value"]["isWithdrawn"] is True


def test_only_the_current_session_is_listed_unless_any_is_asked_for(listed):
    earlier = question(1, dateTabled="2025-06-01")
    with ReplayServer([earlier, question(2)], today=date(2026, 7, 1)) as server:
        assert listed(server.url + PATH, sessionStatus="Current") == [2]
        assert listed(server.url + PATH, sessionStatus="") == [2]
        assert listed(server.url + PATH, sessionStatus="Any") == [2, 1]
    with ReplayServer([earlier, question(2)], today=date(2025, 7, 1)) as server:
        assert listed(server.url + PATH, sessionStatus="current") == [1]


def test_between_two_sessions_the_one_that_ended_is_the_current_one(listed):
    with ReplayServer([question(1, dateTabled="2024-05-01")], today=date(2024, 6, 15)) as server:
        assert listed(server.url + PATH, sessionStatus="Current") == [1]


def test_members_are_null_unless_they_are_to_be_expanded(fetch):
    with ReplayServer([question(1)]) as server:
        plain = fetch(server.url + PATH).data["results"][0]["value"]
        expanded = fetch(server.url + PATH, expandMember="true").data["results"][0]["value"]
    assert plain["askingMember"] is plain["answeringMember"] is plain["correctingMember"] is None
    assert expanded["askingMember"]["name"] == "Invented Member 900301"
    assert expanded["answeringMember"]["id"] == 900101
    assert expanded["correctingMember"] is None


def test_rows_are_clipped(fetch):
    with ReplayServer([question(1, questionText="q" * 300, answerText="<p>" + "a" * 300 + "</p>")]) as server:
        value = fetch(server.url + PATH).data["results"][0]["value"]
    assert value["questionText"] == "q" * 255
    assert value["answerText"] == "a" * 255 + "..."


def test_a_known_row_is_served_until_its_record_changes(fetch):
    known = question(1) | {"answerText": "A row as it was seen"}
    with ReplayServer([question(1), question(2)], list_rows={1: known}) as server:
        first = fetch(server.url + PATH, uIN="1", expandMember="true").data["results"][0]["value"]
        server.answer(1, "<p>New.</p>", "2026-07-01")
        second = fetch(server.url + PATH, uIN="1").data["results"][0]["value"]
        other = fetch(server.url + PATH, uIN="2").data["results"][0]["value"]
    assert first["answerText"] == "A row as it was seen"
    assert first["askingMember"]["id"] == 900301
    assert second["answerText"] == "New."
    assert other["answerText"] == "The Department lit 14 invented lanterns in district 2.This answer is invented."


@pytest.mark.parametrize(
    "parameters",
    [
        {"take": "many"},
        {"skip": "-1"},
        {"tabledWhenFrom": "yesterday"},
        {"answered": "Perhaps"},
        {"house": "Senate"},
        {"includeWithdrawn": "2"},
        {"answeringBodies": ["900201", "x"]},
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_a_problem(fetch, parameters):
    with ReplayServer([question(1)]) as server:
        response = fetch(server.url + PATH, **parameters)
    assert response.status == 400
    assert response.data["status"] == 400
    assert next(iter(parameters)) in response.data["detail"]


def test_a_parameter_can_be_ignored_in_silence(five, listed):
    with ReplayServer(five) as server:
        server.ignore.add("answeredWhenFrom")
        assert listed(server.url + PATH, answeredWhenFrom="2026-06-10") == [5, 4, 3, 2, 1]
        assert listed(server.url + PATH, answeredWhenFrom="2026-06-10", house="Lords") == [2]
        server.ignore = {"House"}
        assert listed(server.url + PATH, answeredWhenFrom="2026-06-10", house="Lords") == [3, 2]
        server.ignore.clear()
        assert listed(server.url + PATH, answeredWhenFrom="2026-06-10", house="Lords") == [2]


def test_every_kind_of_invented_question_can_be_listed(listed):
    with ReplayServer(one_of_each()) as server:
        assert sorted(listed(server.url + PATH, includeWithdrawn="true")) == list(range(1, 14))


def test_statements_are_listed_newest_first_and_filtered(fetch, listed):
    papers = [
        statement(1, dateMade="2026-06-01", memberId=900101, answeringBodyId=900201, title="Invented Kites"),
        statement(2, dateMade="2026-06-02", memberId=900102, answeringBodyId=900202),
        lords_statement(3, dateMade="2026-06-02", answeringBodyId=900202, text="<p>" + "s" * 300 + "</p>"),
        statement(4, dateMade="2024-09-02", answeringBodyId=900203),
    ]
    with ReplayServer(statements=papers) as server:
        url = server.url + "/writtenstatements/statements"
        assert listed(url) == [3, 2, 1, 4]
        assert listed(url, sessionStatus="Current") == [3, 2, 1]
        assert listed(url, madeWhenFrom="2026-06-02") == [3, 2]
        assert listed(url, madeWhenTo="2026-06-01") == [1, 4]
        assert listed(url, house="Lords") == [3]
        assert listed(url, answeringBodies=[900201, 900203]) == [1, 4]
        assert listed(url, members=900102) == [2]
        assert listed(url, searchTerm="kites") == [1]
        assert listed(url, uin="hcws2") == [2]
        assert listed(url, skip=1, take=2) == [2, 1]
        value = fetch(url, expandMember="true").data["results"][0]["value"]
    assert value["text"] == "s" * 255 + "..."
    assert value["member"]["name"] == "Invented Member 900500"
    assert value["member"]["memberFrom"] == "Life peer"
