"""Where vectors and words are is said to a command or the service, and makes no difference to what is found."""

from __future__ import annotations

import html
import json
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retrieval.build import build, upgrade
from retrieval.errors import StoreDamaged, StoreUnreachable
from retrieval.milvus.place import DEFAULT_ALIAS, PLACES_FILE, THIS_MACHINE, StoreName, Target
from retrieval.milvus.server import MilvusServer, connected
from retrieval.snapshot import current_name, open_snapshot
from service import reloading
from service.app import create_app
from service.server import announcement
from service.settings import Settings
from service.stores import target_named
from tests.conftest import ToyEncoder
from tests.replay.invented import question

GONE = (
    "the store that is searched can't be reached: try again in a few minutes; the service's log says what is the matter"
)
CHANGED = (
    "the store that is searched does not have what this index put there: the service's log says what is the matter and "
    "what to do"
)
QUESTION = "how many patients are waiting for an NHS dentist"


def asked_by_an_assistant(client):
    """Ask the question as assistants do."""
    call = {"name": "search_answers", "arguments": {"query": QUESTION}}
    return client.post(
        "/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call},
        headers={"accept": "application/json, text/event-stream", "host": "127.0.0.1"},
    )


@pytest.fixture(scope="module")
def in_milvus(tmp_path_factory, small_source, lite):
    """Build the twelve records to a server once."""
    data = tmp_path_factory.mktemp("stores") / "data"
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    build([small_source], data, ToyEncoder(), now=now, target=Target(lite, alias="service"))
    return data


def test_an_index_is_built_to_a_server_searched_there_carried_as_parquet_and_brought_back(
    despatch, tmp_path, small_source, lite, built_once, monkeypatch
) -> None:
    data, file = tmp_path / "data", tmp_path / "vectors.parquet"
    usual = ("--data", data, "--model", "toy")
    monkeypatch.setenv("DESPATCH_MILVUS_TOKEN", "root:Milvus")
    where = ("--store", "milvus", "--uri", lite, "--collection", "by_command")
    built = despatch("build", small_source, *usual, *where)
    assert (built.code, built.json["passages"]) == (0, 19)
    generation = open_snapshot(data).manifest.milvus
    assert generation is not None
    assert generation.collection.startswith("by_command_")
    assert json.loads((data / PLACES_FILE).read_text())["tokens"] == {lite: "root:Milvus"}
    asked = ("search", QUESTION, "--model", "toy", "--json")
    there, here = (despatch(*asked, "--data", one).json["hits"] for one in (data, built_once))
    assert [(hit["key"], hit["score"]) for hit in there] == [(hit["key"], hit["score"]) for hit in here]
    assert len(there) == 1
    assert despatch("verify", "--data", data).code == 0
    written = despatch("export-vectors", file, "--data", data)
    assert (written.code, written.json["rows"]) == (0, 19)
    read = despatch("import-vectors", file, "--data", tmp_path / "other")
    assert (read.json["model"], read.json["rows"]) == ("toy", 19)
    assert despatch("build", small_source, "--data", tmp_path / "other", "--model", "toy").json["texts_encoded"] == 0
    back = despatch("upgrade", *usual, "--store", "local")
    assert (back.code, back.json["texts_encoded"]) == (0, 0)
    assert open_snapshot(data).manifest.milvus is None
    again = despatch("upgrade", *usual)
    assert again.json["upgraded"] is False


@pytest.mark.parametrize(
    ("store", "uri", "collection", "said"),
    [
        ("faiss", None, None, "--store: 'faiss' is no store: there is local, milvus"),
        ("milvus", None, None, "--uri: `--store milvus` needs it"),
        ("milvus", " ", None, "--uri: `--store milvus` needs it"),
        (None, "http://127.0.0.1:1", None, "--uri: it is for a Milvus server"),
        ("local", None, "name", "--collection: it is for a Milvus server"),
        ("milvus", "http://a:b@127.0.0.1:1", None, "--uri: it has a name or a password in it"),
    ],
)
def test_options_that_do_not_go_together_are_refused(despatch, tmp_path, small_source, store, uri, collection, said):
    options = {"--store": store, "--uri": uri, "--collection": collection}
    given = [part for name, value in options.items() if value is not None for part in (name, value)]
    ran = despatch("build", small_source, "--data", tmp_path / "data", "--model", "toy", *given)
    assert ran.code == 2
    assert said in ran.err


def test_a_place_is_where_the_options_say(monkeypatch) -> None:
    assert target_named(None, None, None) is None
    assert target_named("local", None, None) == THIS_MACHINE
    monkeypatch.setenv("DESPATCH_MILVUS_TOKEN", "secret")
    assert target_named("milvus", " http://host:1 ", None) == Target("http://host:1", "secret", DEFAULT_ALIAS)
    file = target_named("milvus", "milvus.db", "name")
    assert file == Target(str(Path("milvus.db").resolve()), "secret", "name")


def test_a_server_that_does_not_answer_ends_a_build_and_nothing_is_changed(despatch, tmp_path, small_source) -> None:
    data = tmp_path / "data"
    where = ("--store", "milvus", "--uri", "http://127.0.0.1:1")
    ran = despatch("build", small_source, "--data", data, "--model", "toy", *where)
    assert ran.code == 3
    assert "the Milvus server at http://127.0.0.1:1 can't be reached" in ran.err
    assert current_name(data) is None


@pytest.mark.parametrize("store", ["milvus", None])
def test_the_service_searches_the_server_that_it_is_told_of(in_milvus, lite, toy_encoder, client, store) -> None:
    # The address under which the service sees the server is not the one that the build saw.
    settings = Settings(data=in_milvus, store=store, uri=lite.replace("127.0.0.1", "localhost"))
    with TestClient(create_app(settings, encoder=toy_encoder)) as there:
        for narrowed in ({}, {"house": "Lords"}, {"heading": "dentists"}):
            found, expected = (
                one.get("/v1/search", params={"q": QUESTION, **narrowed}).json() for one in (there, client)
            )
            assert (found["hits"], found["near_misses"]) == (expected["hits"], expected["near_misses"])
            assert found["outcome"] == expected["outcome"]


@pytest.mark.parametrize(("store", "data_of"), [("local", "in_milvus"), ("milvus", "built_once")])
def test_a_service_told_of_another_store_than_the_index_has_serves_nothing(
    request, toy_encoder, store, data_of
) -> None:
    settings = Settings(data=request.getfixturevalue(data_of), store=store)
    with TestClient(create_app(settings, encoder=toy_encoder)) as told:
        answer = told.get("/v1/search", params={"q": QUESTION})
    assert answer.status_code == 503
    assert f"the service was told that its store is {store}" in answer.json()["detail"]


def test_a_service_takes_up_an_index_once_the_server_that_has_it_is_there(
    tmp_path, small_source, lite, toy_encoder
) -> None:
    data, target = tmp_path / "data", Target(lite, alias="returning")
    build([small_source], data, toy_encoder, target=target)
    settings = Settings(data=data, reload_seconds=0.05)

    def gone(*_: object) -> None:
        raise StoreUnreachable("the Milvus server is not there")

    def waited_for(client: TestClient, status: int, snapshot: str | None) -> None:
        for _ in range(600):
            answer = client.get("/readyz")
            if (answer.status_code, answer.json().get("snapshot")) == (status, snapshot):
                return
            time.sleep(0.05)
        raise AssertionError(answer.text)

    patch = pytest.MonkeyPatch()
    patch.setattr(MilvusServer, "has", gone)
    with TestClient(create_app(settings, encoder=toy_encoder)) as client:
        told = client.get("/readyz").json()
        assert (told["title"], told["detail"]) == ("Store unreachable", GONE)
        patch.undo()
        first = current_name(data)
        waited_for(client, 200, first)
        # A new one that can't be reached yet is not given up either.
        patch.setattr(reloading, "served_corpus", gone)
        upgrade(data, toy_encoder, target=Target(lite, alias="renamed"))
        time.sleep(0.3)
        waited_for(client, 200, first)
        patch.undo()
        waited_for(client, 200, current_name(data))


def test_a_server_that_goes_is_told_by_readiness_and_metrics_and_what_ails_it_by_the_log_alone(
    in_milvus, toy_encoder, caplog
) -> None:
    secret = "code 14: 10.1.2.3:19530 refused"

    def gone(*_: object, **__: object) -> None:
        raise StoreUnreachable(secret)

    def metrics(client: TestClient) -> list[str]:
        lines = client.get("/metrics").text.splitlines()
        return [one for one in lines if one.startswith(("despatch_ready ", "despatch_store_reachable "))]

    def waited_for(client: TestClient, status: int) -> str:
        for _ in range(400):
            answer = client.get("/readyz")
            if answer.status_code == status:
                return answer.text
            time.sleep(0.05)
        raise AssertionError(answer.text)

    with (
        TestClient(
            create_app(Settings(data=in_milvus, metrics=True, reload_seconds=0.05), encoder=toy_encoder)
        ) as client,
        pytest.MonkeyPatch.context() as patch,
    ):
        waited_for(client, 200)
        assert metrics(client) == ["despatch_store_reachable 1.0", "despatch_ready 1.0"]
        patch.setattr(MilvusServer, "has", gone)
        told = waited_for(client, 503)
        assert GONE in told
        assert secret not in told
        assert metrics(client) == ["despatch_store_reachable 0.0", "despatch_ready 0.0"]
        assert client.get("/healthz").status_code == 200
        # Searches are tried all the same.
        assert client.get("/v1/search", params={"q": QUESTION}).status_code == 200
        patch.undo()
        waited_for(client, 200)
        assert metrics(client) == ["despatch_store_reachable 1.0", "despatch_ready 1.0"]
        assert [one for one in caplog.messages if secret in one] == [f"Not ready: {secret}"]
        patch.setattr(MilvusServer, "has", lambda *_: False)
        waited_for(client, 503)
        assert "has no collection" in caplog.text
        patch.undo()
        waited_for(client, 200)


@pytest.mark.parametrize(
    ("kind", "title", "told"),
    [(StoreUnreachable, "Store unreachable", GONE), (StoreDamaged, "Store damaged", CHANGED)],
)
def test_a_search_that_fails_of_its_server_tells_readiness_and_shows_nobody_why(
    in_milvus, toy_encoder, caplog, kind, title, told
) -> None:
    secret = "code 14: 10.1.2.3:19530 refused"

    def gone(*_: object, **__: object) -> None:
        raise kind(secret)

    with (
        TestClient(create_app(Settings(data=in_milvus, reload_seconds=3600), encoder=toy_encoder)) as client,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(MilvusServer, "nearest", gone)
        found = client.get("/v1/search", params={"q": QUESTION})
        ready = client.get("/readyz")
        assistant = asked_by_an_assistant(client)
    assert (found.status_code, found.json()["detail"]) == (503, told)
    assert (ready.status_code, ready.json()["detail"]) == (503, told)
    assert f"Error. {title}: {told}" in assistant.text
    assert secret not in found.text + ready.text + assistant.text
    # Readiness tells what is known already.
    assert [one for one in caplog.messages if secret in one] == [
        *(f"A request failed: {secret}", f"Not ready: {secret}", f"A call failed: {secret}")
    ]
    assert QUESTION not in caplog.text


def test_a_service_whose_collection_was_dropped_shows_nobody_where_it_was(
    tmp_path, small_source, lite, toy_encoder
) -> None:
    data, target = tmp_path / "data", Target(lite, alias="dropped")
    build([small_source], data, toy_encoder, target=target)
    generation = open_snapshot(data).manifest.milvus
    assert generation is not None
    collection = generation.collection
    server = connected(target)
    server.release(target.alias, collection)
    server.drop(collection)
    app = create_app(Settings(data=data), encoder=toy_encoder)
    with TestClient(app) as client:
        shown = [
            client.get("/readyz"),
            client.get("/v1/search", params={"q": QUESTION}),
            client.get("/", params={"q": QUESTION}, headers={"accept": "text/html"}),
            client.get("/v1/answers/1"),
            asked_by_an_assistant(client),
        ]
        logged = announcement("http://127.0.0.1:8000", app.state.readiness)
    assert [one.status_code for one in shown] == [503, 503, 503, 503, 200]
    assert [one for one in shown if lite.partition("://")[2] in one.text or collection in one.text] == []
    # A page begins it with a capital.
    assert [CHANGED[1:] in html.unescape(one.text) for one in shown] == [True] * 5
    assert f"the collection {collection} at {lite} is not there: build again" in logged


def test_the_address_of_a_server_in_the_environment_alone_changes_no_build(
    despatch, tmp_path, small_source, monkeypatch
) -> None:
    monkeypatch.setenv("DESPATCH_URI", "http://127.0.0.1:1")
    usual = ("--data", tmp_path / "data", "--model", "toy")
    assert despatch("build", small_source, *usual).code == 0
    assert despatch("upgrade", *usual).code == 0
    assert open_snapshot(tmp_path / "data").manifest.milvus is None
    assert target_named("milvus", None, None) == Target("http://127.0.0.1:1", "", DEFAULT_ALIAS)
    assert target_named("milvus", "http://127.0.0.1:2", None) == Target("http://127.0.0.1:2", "", DEFAULT_ALIAS)


def test_a_service_loses_no_question_while_generations_take_each_others_place(tmp_path, lite, toy_encoder) -> None:
    data, source = tmp_path / "data", tmp_path / "questions.jsonl"
    source.write_text("".join(f"{json.dumps(question(number))}\n" for number in range(1, 6)), encoding="utf-8")
    build([str(source)], data, toy_encoder, target=Target(lite, alias="swapped"))
    answered, stop, names = list[tuple[int, str]](), threading.Event(), [current_name(data)]
    settings = Settings(data=data, store=StoreName.MILVUS, uri=lite, reload_seconds=0.05)
    with TestClient(create_app(settings, encoder=toy_encoder)) as client:

        def ask() -> None:
            while not stop.is_set():
                answer = client.get("/v1/search", params={"q": "how many invented lanterns were lit in district 3"})
                answered.append((answer.status_code, answer.json().get("snapshot", "")))

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        for number in (7, 8):
            source.write_text(json.dumps(question(number)), encoding="utf-8")
            build([str(source)], data, toy_encoder, add=True)
            names.append(current_name(data))
            while client.get("/readyz").json()["snapshot"] != names[-1]:
                assert threads[0].is_alive()
        stop.set()
        for thread in threads:
            thread.join()
    assert {status for status, _ in answered} == {200}
    assert {snapshot for _, snapshot in answered} <= set(names)
    assert len({snapshot for _, snapshot in answered}) > 1
