from __future__ import annotations

from tests.replay.invented import (
    corrected,
    correcting_statement,
    lords_question,
    question,
    statement,
    unanswered,
    with_attachments,
    withdrawn,
)
from tests.replay.server import ReplayServer

PATH = "/writtenquestions/questions"


def test_a_single_call_gives_the_question_whole(fetch):
    whole = corrected(1, questionText="q" * 400, answerText="<p>" + "a" * 400 + "</p>")
    with ReplayServer([whole]) as server:
        data = fetch(f"{server.url}{PATH}/1").data
    assert data == {"value": whole, "links": [{"rel": "self", "href": "/Questions/1", "method": "GET"}]}


def test_a_single_call_gives_attachments_and_the_first_text(fetch):
    with ReplayServer([with_attachments(1), corrected(2)]) as server:
        attached = fetch(f"{server.url}{PATH}/1").data["value"]
        first_text = fetch(f"{server.url}{PATH}/2").data["value"]["originalAnswerText"]
    assert attached["attachments"][0]["title"] == "Invented table 1 of answer 1"
    assert first_text == "<p>The Department lit 2 invented lanterns in district 2.</p><p>This answer is invented.</p>"


def test_a_question_is_found_by_the_day_it_was_tabled_and_its_uin_in_any_case(fetch):
    with ReplayServer([lords_question(3, dateTabled="2026-06-05")]) as server:
        found = [fetch(f"{server.url}{PATH}/2026-06-05/{uin}").data["value"]["id"] for uin in ("HL3", "hl3")]
        other_day = fetch(f"{server.url}{PATH}/2026-06-06/HL3").status
    assert found == [3, 3]
    assert other_day == 404


def test_one_uin_names_a_question_in_each_session(fetch):
    two = [question(1, uin="77", dateTabled="2024-02-05"), question(2, uin="77", dateTabled="2026-06-05")]
    with ReplayServer(two) as server:
        ids = [fetch(f"{server.url}{PATH}/{day}/77").data["value"]["id"] for day in ("2024-02-05", "2026-06-05")]
    assert ids == [1, 2]


def test_what_is_not_there_is_a_404_with_a_problem(fetch):
    with ReplayServer([question(1)]) as server:
        responses = [
            fetch(server.url + path)
            for path in (
                f"{PATH}/2",
                f"{PATH}/one",
                f"{PATH}/2026-06-02/2",
                f"{PATH}/1/2/3",
                "/writtenstatements/statements/1",
                "/oralquestions/questions",
            )
        ]
    assert {response.status for response in responses} == {404}
    assert responses[0].data["title"] == "Not Found"
    assert responses[0].data["status"] == 404


def test_paths_are_read_in_any_case(fetch):
    with ReplayServer([question(1)]) as server:
        assert fetch(f"{server.url}/WrittenQuestions/Questions/1/").data["value"]["id"] == 1


def test_members_are_expanded_on_a_single_call_too(fetch):
    with ReplayServer([corrected(1), unanswered(2)]) as server:
        given = fetch(f"{server.url}{PATH}/1", expandMember="true").data["value"]
        waiting = fetch(f"{server.url}{PATH}/2", expandMember="true").data["value"]
    names = [given[part]["name"] for part in ("askingMember", "answeringMember", "correctingMember")]
    assert names == ["Invented Member 900301", "Invented Member 900101", "Invented Member 900101"]
    assert waiting["askingMember"]["id"] == 900302
    assert waiting["answeringMember"] is None


def test_a_member_that_a_record_brings_along_is_served_as_it_is(fetch):
    asker = {"id": 900301, "listAs": "Placeholder, Pat", "name": "Pat Placeholder", "party": "Invented Party"}
    with ReplayServer([question(1, askingMember=asker)]) as server:
        expanded = fetch(f"{server.url}{PATH}/1", expandMember="true").data["value"]["askingMember"]
        plain = fetch(f"{server.url}{PATH}/1").data["value"]["askingMember"]
    assert expanded == asker
    assert plain is None


def test_a_withdrawn_question_still_answers_a_single_call(fetch):
    with ReplayServer([withdrawn(1)]) as server:
        assert fetch(f"{server.url}{PATH}/1").data["value"]["isWithdrawn"] is True


def test_a_statement_is_given_whole_by_id_and_by_day_and_uin(fetch):
    paper = correcting_statement(5, corrected_id=1, dateMade="2026-06-10", text="<p>" + "s" * 400 + "</p>")
    with ReplayServer(statements=[paper, statement(6)]) as server:
        url = server.url + "/writtenstatements/statements"
        by_id = fetch(f"{url}/5").data["value"]
        by_paper = fetch(f"{url}/2026-06-10/hcws5").data["value"]
    assert by_id == by_paper == paper
    assert by_id["linkedStatements"] == [
        {"linkedStatementId": 1, "linkType": "CorrectedAnswer", "linkDate": "2026-06-10T00:00:00"}
    ]
