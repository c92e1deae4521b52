from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.embeddings import Embeddings, encode_and_keep, text_name
from retrieval.encoders import EncoderIdentity
from retrieval.errors import PublishFailed

MODEL = EncoderIdentity(name="toy", weights_sha256="ab" * 32, dimensions=3, window=10)
ONE = np.array([1, 2, 3], dtype=np.float32)


def names_of(count: int) -> list[bytes]:
    return [text_name(f"text {number}") for number in range(count)]


def vectors_of(count: int) -> NDArray[np.float32]:
    return np.arange(3 * count, dtype=np.float32).reshape(count, 3) + 1


def filled(embeddings: Embeddings, names: Sequence[bytes]) -> tuple[list[bool], NDArray[np.float32], set[str]]:
    rows = np.zeros((len(names), 3), dtype=np.float32)
    written, precisions = embeddings.fill(names, rows)
    return written.tolist(), rows, precisions


def test_a_text_is_named_by_all_of_it() -> None:
    texts = ["", "a", "A", "a ", "é", "e\u0301", "x" * 10_000, "x" * 10_001, "\ud800"]
    assert len({text_name(text) for text in texts}) == len(texts)
    assert text_name("a").hex() == "ca978112ca1bbdcafac231b39a23dc4d"  # printf a | sha256sum


def test_vectors_are_given_back_in_the_rows_of_their_names(tmp_path: Path) -> None:
    # More than are asked for at once.
    names, vectors = names_of(1203), vectors_of(1203)
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        embeddings.keep(zip(names, vectors, strict=True), "exact")
        assert len(embeddings) == 1203
    turned = [*reversed(names), text_name("never kept")]
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        written, rows, precisions = filled(embeddings, turned)
    assert written == [True] * 1203 + [False]
    assert np.array_equal(rows[:-1], vectors[::-1])
    assert not rows[-1].any()
    assert precisions == {"exact"}


def test_nothing_asked_for_is_nothing_found(tmp_path: Path) -> None:
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        written, _, precisions = filled(embeddings, [])
    assert (written, precisions) == ([], set())


def test_the_arithmetic_of_just_those_asked_for_is_told(tmp_path: Path) -> None:
    names = names_of(3)
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        embeddings.keep([(names[0], ONE), (names[1], ONE)], "float32")
        embeddings.keep([(names[2], ONE)], "bfloat16")
        assert filled(embeddings, names[:2])[2] == {"float32"}
        assert filled(embeddings, names)[2] == {"float32", "bfloat16"}


@pytest.mark.parametrize(
    "other",
    [{"weights_sha256": "cd" * 32}, {"dimensions": 4}, {"window": 11}, {"document_prefix": "passage: "}],
)
def test_another_model_has_another_file(tmp_path: Path, other: dict[str, Any]) -> None:
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        embeddings.keep([(text_name("a"), ONE)], "exact")
    with closing(Embeddings(tmp_path, replace(MODEL, **other))) as others:
        assert others.path != embeddings.path
        assert len(others) == 0


@pytest.mark.parametrize("same", [{"name": "/moved/toy"}, {"query_prefix": "query: "}])
def test_the_same_weights_under_another_name_share_a_file(tmp_path: Path, same: dict[str, Any]) -> None:
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        embeddings.keep([(text_name("a"), ONE)], "exact")
    with closing(Embeddings(tmp_path, replace(MODEL, **same))) as others:
        assert len(others) == 1


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("vector", np.array([1, 2, 4], dtype="<f4").tobytes()),
        ("vector", b""),
        ("vector", ONE.tobytes() + b"\0\0\0\0"),
        ("vector", "text"),
        ("vector", 7),
        ("checksum", b"\0" * 8),
        ("checksum", "text"),
        ("text", text_name("another")),
    ],
)
def test_a_row_that_is_not_as_it_was_written_counts_as_not_kept(tmp_path: Path, column: str, value: object) -> None:
    names = names_of(2)
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        embeddings.keep([(names[0], ONE), (names[1], 2 * ONE)], "exact")
        path = embeddings.path
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE vectors SET {column} = ? WHERE text = ?", (value, names[0]))
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        written, rows, _ = filled(embeddings, [*names, text_name("another")])
        assert written == [False, True, False]
        assert np.array_equal(rows[1], 2 * ONE)
        embeddings.keep([(names[0], ONE)], "exact")
        assert filled(embeddings, names)[0] == [True, True]


def test_a_vector_that_was_cut_short_counts_as_not_kept_though_its_checksum_fits(tmp_path: Path) -> None:
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        embeddings.keep([(text_name("a"), ONE[:2])], "exact")
        assert filled(embeddings, [text_name("a")])[0] == [False]


def test_a_file_that_sqlite_can_not_read_is_made_anew(tmp_path: Path) -> None:
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        path = embeddings.path
    path.write_bytes(b"no database" * 1000)
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        assert len(embeddings) == 0
        embeddings.keep([(text_name("a"), ONE)], "exact")
        assert filled(embeddings, [text_name("a")])[0] == [True]


@pytest.mark.parametrize("spoilt_page", [1, 2, 3, 10, -1])
def test_a_file_with_a_spoilt_page_costs_no_more_than_encoding_again(tmp_path: Path, spoilt_page: int) -> None:
    names, vectors = names_of(2000), vectors_of(2000)
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        embeddings.keep(zip(names, vectors, strict=True), "exact")
        path = embeddings.path
    content = bytearray(path.read_bytes())
    place = (spoilt_page - 1) * 4096 if spoilt_page > 0 else len(content) - 4096
    content[place : place + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        written, rows, _ = filled(embeddings, names)
        found = np.flatnonzero(written)
        assert np.array_equal(rows[found], vectors[found])
        embeddings.keep(zip(names, vectors, strict=True), "exact")
        assert all(filled(embeddings, names)[0])


def test_a_full_disk_is_told_and_what_was_kept_before_stays(
    tmp_path: Path, disk_of: Callable[[int], AbstractContextManager[None]]
) -> None:
    names, vectors = names_of(5000), vectors_of(5000)
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        embeddings.keep([(names[0], ONE)], "exact")
        with disk_of(100_000), pytest.raises(PublishFailed, match="index stands as it was"):
            embeddings.keep(zip(names, vectors, strict=True), "exact")
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        assert len(embeddings) == 1
        assert np.array_equal(filled(embeddings, names[:1])[1][0], ONE)


def test_where_no_file_can_be_made_nothing_has_changed(tmp_path: Path) -> None:
    (tmp_path / "embeddings").write_text("a file")
    with pytest.raises(PublishFailed, match="nothing has changed"):
        Embeddings(tmp_path, MODEL)
    (tmp_path / "embeddings").unlink()
    with closing(Embeddings(tmp_path, MODEL)) as embeddings:
        path = embeddings.path
    for one in path.parent.iterdir():
        one.unlink()
    path.mkdir()
    with pytest.raises(PublishFailed, match="can't be written"):
        Embeddings(tmp_path, MODEL)


def test_texts_are_encoded_longest_first_and_kept_round_by_round(tmp_path: Path, toy_encoder: Any) -> None:
    texts = {text_name(text): text for text in (f"{number} {'word ' * (number % 7)}" for number in range(600))}
    told: list[int] = []
    with closing(Embeddings(tmp_path, toy_encoder.identity)) as embeddings:
        encode_and_keep(texts, toy_encoder, embeddings, told.append)
        lengths = [len(text) for text in toy_encoder.encoded]
        assert lengths == sorted(lengths, reverse=True)
        assert sorted(toy_encoder.encoded) == sorted(texts.values())
        assert told == [512, 88]
        rows = np.zeros((600, 256), dtype=np.float32)
        written, precisions = embeddings.fill(list(texts), rows)
    assert written.all()
    assert precisions == {"exact"}
    assert np.array_equal(rows, toy_encoder.encode_queries(list(texts.values())))


def test_rounds_that_were_done_before_an_interruption_stay(tmp_path: Path, toy_encoder: Any) -> None:
    texts = {text_name(text): text for text in (f"text {number:04}" for number in range(600))}

    def stop_in_the_second(done: int) -> None:
        if len(toy_encoder.encoded) > 512:
            raise KeyboardInterrupt

    with closing(Embeddings(tmp_path, toy_encoder.identity)) as embeddings:
        with pytest.raises(KeyboardInterrupt):
            encode_and_keep(texts, toy_encoder, embeddings, stop_in_the_second)
        assert len(embeddings) == 512
