"""Where servers are, and what a data directory knows of them."""

from __future__ import annotations

import builtins
import stat
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import PublishFailed, QueryError, SnapshotDamaged, StoreUnreachable
from retrieval.milvus import generation as generations
from retrieval.milvus.place import PLACES_FILE, Generation, Made, Places, Target, sampled_rows
from retrieval.milvus.server import MilvusServer, connected

TARGET = Target("http://127.0.0.1:19530", "secret", "commons")
VECTORS = np.eye(5, 3, dtype=np.float32)


@pytest.mark.parametrize(
    ("uri", "alias", "field"),
    [("http://root:secret@host:19530", "a", "uri"), ("http://host", "a-b", "collection"), ("", "", "collection")],
)
def test_a_place_that_can_not_be_is_refused_and_no_password_is_repeated(uri: str, alias: str, field: str) -> None:
    with pytest.raises(QueryError) as raised:
        Target(uri, alias=alias)
    assert raised.value.field == field
    assert "secret" not in str(raised.value)


def test_a_token_is_not_shown() -> None:
    assert "secret" not in repr(TARGET)


def test_a_generation_is_named_after_its_snapshot_and_known_by_its_vectors() -> None:
    found = Generation.of(TARGET, "20261121T120000Z-ab12cd", VECTORS)
    assert (found.uri, found.collection) == (TARGET.uri, "commons_20261121T120000Z_ab12cd")
    assert (found.rows, found.dimensions) == (5, 3)
    other = VECTORS.copy()
    other[4, 1] = 0.1
    assert Generation.of(TARGET, "x", other).sha256 != found.sha256


@pytest.mark.parametrize("rows", [0, 1, 63, 64, 65, 100_000])
def test_the_rows_looked_at_are_spread_from_the_first_to_the_last(rows: int) -> None:
    found = sampled_rows(rows)
    assert len(found) == min(rows, 64)
    assert found.tolist() == sorted(set(found.tolist()))
    if rows:
        assert (found[0], found[-1]) == (0, rows - 1)


def test_what_is_known_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    assert Places.read(tmp_path) == Places()
    known = Places().knowing(TARGET, "one").knowing(Target(TARGET.uri), "two").knowing(TARGET, "one")
    known.write(tmp_path)
    assert stat.S_IMODE((tmp_path / PLACES_FILE).stat().st_mode) == 0o600
    assert Places.read(tmp_path) == known
    assert known.made == (Made(TARGET.uri, "two"), Made(TARGET.uri, "one"))
    assert known.without([Made(TARGET.uri, "two")]).made == (Made(TARGET.uri, "one"),)


def test_a_server_is_reached_by_the_token_that_is_kept_unless_another_is_given() -> None:
    known, generation = Places().knowing(TARGET, "one"), Generation.of(TARGET, "x", VECTORS)
    assert known.target(generation) == TARGET
    assert known.target(generation, "http://other:1") == Target("http://other:1", "secret", "commons")
    assert known.target(generation, None, "new") == Target(TARGET.uri, "new", "commons")
    assert Places().target(generation).token == ""


def test_a_file_that_can_not_be_read_or_written_is_named(tmp_path: Path) -> None:
    (tmp_path / PLACES_FILE).write_text("[]")
    with pytest.raises(SnapshotDamaged, match=PLACES_FILE):
        Places.read(tmp_path)
    with pytest.raises(PublishFailed, match="nothing has changed"):
        Places().write(tmp_path / "not there")


def test_where_pymilvus_is_missing_a_user_is_told_how_to_get_it(monkeypatch) -> None:
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "pymilvus":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(StoreUnreachable, match=r"pip install 'despatch-box\[milvus\]'"):
        MilvusServer(TARGET)


def test_all_that_ask_for_one_server_share_a_connection(lite) -> None:
    assert connected(Target(lite)) is connected(Target(lite))


def test_an_index_that_a_server_is_slow_to_make_is_waited_for_but_not_for_ever(shared, monkeypatch) -> None:
    shared.create("slow", 3, 5)
    left = iter([2, 1, 0])
    monkeypatch.setattr("retrieval.milvus.server._POLL_SECONDS", 0.0)
    monkeypatch.setattr(shared._client, "describe_index", lambda *_, **__: {"pending_index_rows": next(left, 0)})
    shared.finish("slow")
    assert next(left, None) is None
    monkeypatch.setattr("retrieval.milvus.server._BUILD_SECONDS", -1.0)
    monkeypatch.setattr(shared._client, "describe_index", lambda *_, **__: {"pending_index_rows": 5})
    with pytest.raises(StoreUnreachable, match="indexes slow for"):
        shared._wait_for_index("slow")


def test_many_rows_are_led_to_by_a_graph(shared, monkeypatch) -> None:
    monkeypatch.setattr("retrieval.milvus.server._FLAT_UP_TO", 4)
    shared.create("graph", 3, 5)
    assert shared._client.describe_index("graph", "vector")["index_type"] == "HNSW"


def test_an_alias_whose_place_can_not_be_asked_for_is_no_missing_one(shared, monkeypatch) -> None:
    def refused(*_, **__):
        raise shared._fault[0](code=65535, message="refused")

    monkeypatch.setattr(shared._client, "describe_alias", refused)
    with pytest.raises(StoreUnreachable, match="refused"):
        shared.led_to("any")


def test_nothing_is_removed_while_a_manifest_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "snapshots" / "one").mkdir(parents=True)
    (tmp_path / "snapshots" / "one" / "manifest.json").write_text("{")
    known = Places().knowing(Target("http://127.0.0.1:1"), "commons_one")
    known.write(tmp_path)
    generations.prune(tmp_path, None)
    assert Places.read(tmp_path) == known


def test_what_a_server_that_is_gone_holds_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "snapshots").mkdir()
    known = Places().knowing(Target("http://127.0.0.1:1"), "commons_one")
    known.write(tmp_path)
    generations.prune(tmp_path, None)
    assert Places.read(tmp_path) == known
