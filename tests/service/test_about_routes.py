"""What the service says of itself, with a snapshot, with the sample, and without either."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from retrieval.corpus import Corpus
from service.app import create_app
from service.schemas import to_json
from service.settings import Settings

SAMPLE = "sample: 11 Home Office questions"


AS_DATA = {"Accept": "application/json"}


def test_coverage_is_the_librarys_own(client: TestClient, built_once):
    response = client.get("/v1/coverage")
    assert response.content == to_json(Corpus.open(built_once).coverage())
    assert response.json()["records"] == 12


def test_the_start_names_the_paths_there_are(client: TestClient):
    found = client.get("/", headers=AS_DATA).json()
    assert found["name"] == "Despatch Box"
    assert found["sample"] is None
    for path in ("coverage", "description", "alive", "ready"):
        assert client.get(found["links"][path]).status_code == 200
    assert client.get(found["links"]["search"].format(question="buses")).status_code == 200


def test_a_service_with_a_snapshot_is_alive_and_ready(client: TestClient, built_once):
    assert client.get("/healthz").json() == {"status": "alive"}
    name = Corpus.open(built_once).manifest.name
    assert client.get("/readyz").json() == {"status": "ready", "snapshot": name, "sample": None}


def test_every_surface_says_that_only_the_sample_is_loaded(seeds_client: TestClient):
    for path in ("/", "/readyz", "/v1/coverage"):
        sample = seeds_client.get(path, headers=AS_DATA).json()["sample"]
        assert sample["note"] == SAMPLE
        assert len(sample["questions"]) == 5
    found = seeds_client.get("/v1/search?q=asylum").json()
    assert found["searched"]["sample"] == sample
    for path in ("/v1/answers/x-352da02ba49ca860", "/v1/answers/x-352da02ba49ca860/citation"):
        assert seeds_client.get(path).json()["sample"] == sample


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/v1/coverage"])
def test_a_parameter_that_would_do_nothing_is_refused(client: TestClient, path):
    response = client.get(path, params={"verbose": "1"}, headers=AS_DATA)
    assert response.status_code == 422
    assert response.json()["detail"] == "verbose: there is no such parameter here (none is taken)"


@pytest.mark.parametrize(
    ("path", "nearest"),
    [("/v1/serch", "/v1/search"), ("/coverige", "/v1/coverage"), ("/v1/search/", "/v1/search")],
)
def test_a_path_that_is_not_there_is_told_the_nearest(client: TestClient, path, nearest):
    response = client.get(path, follow_redirects=False)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["nearest"][0] == nearest


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect", "/wp-login.php"])
def test_there_are_no_pages_that_would_load_from_elsewhere(client: TestClient, path):
    assert client.get(path).status_code == 404


def test_the_description_is_served_and_only_read(client: TestClient):
    assert client.get("/openapi.json").json() == create_app(Settings()).openapi()
    response = client.post("/openapi.json")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD"}


def assert_unready(client: TestClient, title: str, advice: str) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.get("/", headers=AS_DATA).json()["sample"] is None
    asked = [
        client.get("/readyz"),
        client.get("/v1/search?q=buses"),
        client.post("/v1/search", json={"query": "buses"}),
        client.get("/v1/answers/1"),
        client.get("/v1/answers/1/citation"),
        client.get("/v1/answers/1/history"),
        client.get("/v1/answers/1/thread"),
        client.get("/v1/coverage"),
    ]
    for response in asked:
        assert response.status_code == 503
        assert "retry-after" not in response.headers
        assert response.json()["title"] == title
        assert advice in response.json()["detail"]


def test_without_a_snapshot_the_service_lives_and_says_what_to_build(tmp_path: Path, toy_encoder):
    with TestClient(create_app(Settings(data=tmp_path), encoder=toy_encoder)) as client:
        assert_unready(client, "No snapshot", "`despatch build SOURCE... ")
        assert "start the service again" not in client.get("/readyz").json()["detail"]


@pytest.mark.parametrize("name", ["vectors.faiss", "records.sqlite", "manifest.json"])
def test_with_a_damaged_snapshot_the_service_lives_and_names_the_file(small_data: Path, toy_encoder, name):
    file = next(small_data.glob(f"snapshots/*/{name}"))
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with TestClient(create_app(Settings(data=small_data), encoder=toy_encoder)) as client:
        assert_unready(client, "Snapshot damaged", name)


def test_with_another_model_the_service_lives_and_says_how_to_go_on(small_data: Path, other_encoder):
    with TestClient(create_app(Settings(data=small_data), encoder=other_encoder)) as client:
        assert_unready(client, "Other model", "despatch upgrade")
        assert_unready(client, "Other model", "Then start the service again")


def test_without_the_model_the_service_lives_and_says_so(small_data: Path, tmp_path: Path):
    folder = tmp_path / "no-model"
    folder.mkdir()
    with TestClient(create_app(Settings(data=small_data, model=str(folder)))) as client:
        assert_unready(client, "Model not found", "has no weights")


def test_before_its_start_the_service_is_not_ready(built_once, toy_encoder):
    client = TestClient(create_app(Settings(data=built_once), encoder=toy_encoder))
    assert client.get("/readyz").status_code == 500
    assert "not started yet" in client.get("/readyz").json()["detail"]


@pytest.mark.model
def test_the_real_model_answers_the_questions_offered_with_the_sample(tmp_path: Path, seeds: str):
    from retrieval.build import build
    from retrieval.encoders import SentenceEncoder

    build([seeds], tmp_path / "data", SentenceEncoder())
    with TestClient(create_app(Settings(data=tmp_path / "data"))) as client:
        for question in client.get("/", headers=AS_DATA).json()["sample"]["questions"]:
            found = client.get("/v1/search", params={"q": question}).json()
            assert found["outcome"] == "found", json.dumps(found)[:500]
