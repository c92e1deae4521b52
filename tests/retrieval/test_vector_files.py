"""Vectors that are written to Parquet and read back make the same index, and nothing is encoded again."""

from __future__ import annotations

import builtins
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as arrow
import pytest
from pyarrow import parquet

from retrieval import vector_files
from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.embeddings import Embeddings
from retrieval.errors import ExtraMissing, PackDamaged, PublishFailed
from retrieval.vector_files import read_vectors, write_vectors
from retrieval.vectors import VectorIndex


@pytest.fixture
def written(tmp_path, built_once, monkeypatch):
    """Write the vectors of twelve records, a few at a time."""
    monkeypatch.setattr(vector_files, "_AT_ONCE", 5)
    path = tmp_path / "vectors.parquet"
    assert write_vectors(Corpus.open(built_once), path) == 19
    return path


@pytest.fixture
def coarse(tmp_path, built_once):
    """Write the same vectors as an index in clusters has them, made by another arithmetic."""
    rounded, path = Corpus.open(built_once), tmp_path / "rounded.parquet"
    rounded.__dict__["index"] = VectorIndex.of(rounded.index.rows(np.arange(19)), clustered_from=1)
    rounded.manifest = replace(rounded.manifest, precision="bfloat16")
    write_vectors(rounded, path)
    return path


def test_what_is_read_is_used_by_the_next_build_in_the_place_of_the_encoder(
    tmp_path, built_once, written, small_source, toy_encoder
) -> None:
    heard: list[tuple[str, int, int | None]] = []
    found = read_vectors(written, tmp_path / "data", progress=lambda *told: heard.append(told))
    assert (found.model, found.rows) == ("toy", 19)
    assert heard[-1] == ("Reading vectors", 19, 19)
    report = build([small_source], tmp_path / "data", toy_encoder)
    assert (report.texts_encoded, report.texts_reused, report.precision) == (0, found.texts, "exact")
    assert toy_encoder.encoded == []
    rows = np.arange(19)
    assert Corpus.open(tmp_path / "data").index.rows(rows).tolist() == Corpus.open(built_once).index.rows(rows).tolist()


def test_a_rounded_vector_takes_the_place_of_no_kept_one_and_an_exact_one_of_any(
    tmp_path, coarse, written, toy_encoder
) -> None:
    names = parquet.read_table(written).column("text").to_pylist()
    texts = list(dict.fromkeys(names))

    def kept(*files: Path) -> list[list[float]]:
        data = tmp_path / "-".join(file.stem for file in files)
        for file in files:
            read_vectors(file, data)
        found = np.zeros((len(texts), 256), np.float32)
        with closing(Embeddings(data, toy_encoder.identity)) as embeddings:
            assert embeddings.fill(texts, found)[0].all()
        return found.tolist()

    assert kept(coarse) != kept(written)
    assert kept(written, coarse) == kept(coarse, written) == kept(written)


def vectors_of(data: Path) -> list[list[float]]:
    found: list[list[float]] = Corpus.open(data).index.rows(np.arange(19)).tolist()
    return found


def test_a_build_takes_the_vectors_of_an_exact_index_before_rounded_ones_that_were_imported_and_keeps_them(
    tmp_path, built_once, coarse, small_source, toy_encoder
) -> None:
    data = tmp_path / "data"
    # As it is unpacked: without the vectors that were kept beside it.
    shutil.copytree(built_once, data, ignore=shutil.ignore_patterns("embeddings"))
    read_vectors(coarse, data)
    report = build([small_source], data, toy_encoder)
    assert (report.texts_encoded, report.precision) == (0, "exact")
    assert vectors_of(data) == vectors_of(built_once)
    shutil.rmtree(data / "snapshots")
    (data / "current").unlink()
    report = build([small_source], data, toy_encoder)
    assert (report.texts_encoded, report.precision) == (0, "exact")
    assert vectors_of(data) == vectors_of(built_once)


def test_a_build_uses_rounded_vectors_that_were_imported_where_an_exact_index_has_none_better(
    tmp_path, built_once, coarse, small_source, toy_encoder, invented
) -> None:
    data = tmp_path / "data"
    build([invented.file(tmp_path / "road.jsonl", [invented.raw(1)])], data, toy_encoder)
    read_vectors(coarse, data)
    for _ in range(2):
        report = build([small_source], data, toy_encoder)
        assert (report.texts_encoded, report.precision) == (0, "bfloat16")
        assert vectors_of(data) != vectors_of(built_once)


def test_each_row_says_which_passage_it_is(built_once, written) -> None:
    corpus, table = Corpus.open(built_once), parquet.read_table(written)
    assert table.column("row").to_pylist() == list(range(19))
    for row, key, ordinal in zip(*(table.column(name).to_pylist() for name in ("row", "key", "ordinal")), strict=True):
        stored = corpus.store.passage_at(row)
        assert (corpus.store.record(stored.record).key, stored.passage.ordinal) == (key, ordinal)
    assert (
        np.array(table.column("vector").to_pylist(), np.float32).tolist() == corpus.index.rows(np.arange(19)).tolist()
    )


def test_a_file_that_is_not_as_it_was_written_is_refused_and_nothing_of_it_is_kept(tmp_path, written) -> None:
    table = parquet.read_table(written)
    vectors = np.array(table.column("vector").to_pylist(), np.float32)
    vectors[3, 0] += 0.5
    column = arrow.FixedSizeListArray.from_arrays(arrow.array(vectors.reshape(-1)), 256)
    changed = table.set_column(4, table.schema.field("vector"), column)
    origin = {b"despatch-box": parquet.ParquetFile(written).metadata.metadata[b"despatch-box"]}
    for what, content, metadata, reason in (
        ("a changed vector", changed, origin, "does not hold the vectors"),
        ("a row that is gone", table.slice(1), origin, "does not hold the vectors"),
        ("a column that is gone", table.drop_columns(["text"]), origin, "can't be read"),
        ("no word of its origin", table, {}, "was not written by"),
    ):
        path = tmp_path / f"{what}.parquet"
        with parquet.ParquetWriter(path, content.schema) as writer:
            writer.write_table(content)
            writer.add_key_value_metadata(metadata)
        with pytest.raises(PackDamaged, match=reason):
            read_vectors(path, tmp_path / "data")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("content", [None, b"", b"PAR1 and something else"])
def test_a_file_that_is_no_parquet_is_refused(tmp_path, content) -> None:
    path = tmp_path / "vectors.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PackDamaged, match="can't be read"):
        read_vectors(path, tmp_path / "data")


def test_a_full_disk_leaves_the_file_that_was_there(tmp_path, built_once, monkeypatch) -> None:
    path = tmp_path / "vectors.parquet"
    path.write_bytes(b"before")

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vector_files, "flush", full)
    with pytest.raises(PublishFailed, match="No space left"):
        write_vectors(Corpus.open(built_once), path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_goes_wrong_on_the_way_leaves_no_part_behind(tmp_path, built_once) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_vectors(Corpus.open(built_once), tmp_path / "vectors.parquet", progress=stopped)
    assert list(tmp_path.iterdir()) == []


def test_where_pyarrow_is_missing_a_user_is_told_how_to_get_it(tmp_path, monkeypatch) -> None:
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ExtraMissing, match=r"despatch-box\[milvus\]"):
        read_vectors(tmp_path / "vectors.parquet", tmp_path / "data")
