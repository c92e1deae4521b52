from __future__ import annotations

import http.client
import json
import time

import pytest

from tests.replay.invented import question
from tests.replay.server import ReplayServer

PATH = "/writtenquestions/questions"


@pytest.fixture
def server():
    with ReplayServer([question(1), question(2)]) as server:
        yield server


@pytest.mark.parametrize(("how", "status"), [("429", 429), ("500", 500), ("503", 503)])
def test_a_status_comes_as_often_as_ordered_and_then_no_more(server, fetch, how, status):
    server.fail_next(how, times=2)
    responses = [fetch(f"{server.url}{PATH}/1") for _ in range(3)]
    assert [response.status for response in responses] == [status, status, 200]
    assert responses[0].data["status"] == status
    assert "retry-after" not in responses[0].headers


def test_a_status_can_say_how_long_to_wait(server, fetch):
    server.fail_next("429", retry_after=7)
    assert fetch(server.url + PATH).headers["retry-after"] == "7"


def test_a_fault_can_come_in_a_body_under_a_good_status(server, fetch):
    server.fail_next("body-500")
    response = fetch(server.url + PATH)
    assert response.status == 200
    assert response.data["status"] == 500
    assert "results" not in response.data


def test_a_page_of_html_can_come_instead_of_json(server, fetch):
    server.fail_next("not-json")
    response = fetch(server.url + PATH)
    assert response.status == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    with pytest.raises(json.JSONDecodeError):
        _ = response.data


def test_a_connection_can_be_dropped_without_a_word(server, fetch):
    server.fail_next("drop")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        fetch(server.url + PATH)
    assert fetch(server.url + PATH).status == 200


def test_a_body_can_be_cut_in_the_middle(server, fetch):
    whole = fetch(server.url + PATH).body
    server.fail_next("truncated")
    with pytest.raises(http.client.IncompleteRead) as caught:
        fetch(server.url + PATH)
    assert caught.value.partial == whole[: len(whole) // 2]


def test_json_can_end_in_the_middle(server, fetch):
    whole = fetch(server.url + PATH).body
    server.fail_next("cut-json")
    response = fetch(server.url + PATH)
    assert response.status == 200
    assert response.body == whole[: len(whole) // 2]


def test_a_request_can_be_left_waiting(server, fetch):
    server.fail_next("timeout")
    with pytest.raises(TimeoutError):
        fetch(server.url + PATH, timeout=0.2)
    assert fetch(server.url + PATH).status == 200


def test_a_request_left_waiting_ends_when_the_server_does(fetch):
    with ReplayServer([question(1)]) as server:
        server.fail_next("timeout")
        port = int(server.url.split(":")[2].split("/")[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/api" + PATH)
        while not server.requests:
            time.sleep(0.01)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    connection.close()


def test_trouble_can_be_for_some_requests_only(server, fetch):
    server.fail_next("500", where="tabledWhenFrom=2026-06-01")
    server.fail_next("503", where=f"{PATH}/2")
    server.fail_next("429", where="answeringBodies[]=7")
    assert fetch(f"{server.url}{PATH}/1").status == 200
    assert fetch(f"{server.url}{PATH}/2").status == 503
    assert fetch(server.url + PATH, tabledWhenFrom="2026-06-01").status == 500
    assert fetch(server.url + PATH, **{"answeringBodies[]": 7}).status == 429
    assert fetch(f"{server.url}{PATH}/2").status == 200


def test_troubles_come_in_the_order_in_which_they_were_ordered(server, fetch):
    server.fail_next("503")
    server.fail_next("500")
    assert [fetch(server.url + PATH).status for _ in range(3)] == [503, 500, 200]


def test_an_unknown_trouble_is_refused(server):
    with pytest.raises(ValueError, match="'flood' is no trouble known here: take one of 429, 500"):
        server.fail_next("flood")
