from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from retrieval import models
from retrieval.cores import usable_cores
from retrieval.errors import ModelChanged, ModelNotFound
from retrieval.models import DEFAULT_RERANKER, STOCK_MODEL, WEIGHTS_SHA256, model_folder, weights_hash
from retrieval.rerankers import NO_RERANKER, CrossEncoderReranker, reranker_named

WORDS = ("how", "many", "lanterns", "ferries", "were", "lit", "the", "council", "paid", "a", "grant", "for", "##s", ".")
PASSAGES = (
    "the council lit lanterns .",
    "a grant for ferries",
    "lanterns",
    "",
    "the council paid a grant for the lanterns . " * 40,
)


def made(folder: Path, *, labels: int = 1, is_reranker: bool = True) -> Path:
    """Write a cross-encoder of two layers with random weights, the same every time."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizer

    folder.mkdir()
    (folder / "words.txt").write_text("\n".join(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS)), "utf-8")
    tokenizer = BertTokenizer(str(folder / "words.txt"))
    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=len(WORDS) + 5,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.5,
    )
    config.num_labels = labels
    model = BertForSequenceClassification(config) if is_reranker else BertModel(config)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "words.txt").unlink()
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("reranker") / "tiny")


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(str(folder))


def test_each_passage_has_one_relevance_in_the_order_given(reranker: CrossEncoderReranker) -> None:
    scores = reranker.relevance("how many lanterns", PASSAGES)
    assert scores.shape == (len(PASSAGES),)
    assert scores.dtype == np.dtype(np.float32)
    assert len(set(scores.round(2).tolist())) == len(PASSAGES)
    backwards = reranker.relevance("how many lanterns", PASSAGES[::-1])
    assert backwards[::-1] == pytest.approx(scores, abs=0.05)


def test_a_relevance_does_not_depend_on_what_else_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # In float32, as bfloat16 rounds differently in other company.
    monkeypatch.setattr("retrieval.rerankers.has_native_bfloat16", lambda: False)
    exact = CrossEncoderReranker(str(folder))
    alone = [float(exact.relevance("how many lanterns", [passage])[0]) for passage in PASSAGES]
    assert exact.relevance("how many lanterns", PASSAGES) == pytest.approx(alone, abs=1e-4)
    many = exact.relevance("how many lanterns", PASSAGES * 9)  # More than a batch.
    assert many == pytest.approx(alone * 9, abs=1e-4)


def test_the_question_matters(reranker: CrossEncoderReranker) -> None:
    one, other = (reranker.relevance(question, PASSAGES) for question in ("how many lanterns", "ferries"))
    assert np.abs(one - other).max() > 0.05


def test_no_passages_have_no_relevance(reranker: CrossEncoderReranker) -> None:
    assert reranker.relevance("how many lanterns", []).tolist() == []


def test_a_reranker_says_which_model_it_is(folder: Path, reranker: CrossEncoderReranker) -> None:
    expected = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert (reranker.identity.name, reranker.identity.weights_sha256) == (str(folder), expected)


def test_none_is_no_reranker(folder: Path) -> None:
    assert reranker_named(NO_RERANKER) is None
    named = reranker_named(str(folder))
    assert named is not None
    assert named.identity.name == str(folder)


def test_a_reranker_that_is_not_here_is_an_error_with_the_command_that_fetches_it() -> None:
    with pytest.raises(ModelNotFound, match="hf download someone/some-reranker"):
        CrossEncoderReranker("someone/some-reranker")
    with pytest.raises(ModelNotFound, match="neither a folder nor"):
        reranker_named("no such::model")


def test_a_folder_with_weights_but_no_reranker_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelNotFound, match="no cross-encoder that sentence-transformers can read"):
        CrossEncoderReranker(str(tmp_path))


def test_an_encoder_is_no_reranker(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    # It would be read, with a last layer of random numbers, other ones each time.
    with pytest.raises(ModelNotFound, match=r"holds BertModel with 1 label, .* model for sequence classification"):
        CrossEncoderReranker(str(made(tmp_path / "encoder", is_reranker=False)))
    with pytest.raises(ModelNotFound, match="holds BertModel with 1 label, "):
        CrossEncoderReranker(STOCK_MODEL)
    assert caplog.text == ""


def test_a_classifier_with_several_labels_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="with 3 labels"):
        CrossEncoderReranker(str(made(tmp_path / "classifier", labels=3)))


def test_changed_weights_of_a_short_name_are_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder, tmp_path / "small-reranker")
    weights = tmp_path / "small-reranker" / "model.safetensors"
    published = hashlib.sha256(weights.read_bytes()).hexdigest()
    monkeypatch.setattr(models, "SHIPPED", tmp_path)
    monkeypatch.setitem(WEIGHTS_SHA256, "small-reranker", published)
    assert CrossEncoderReranker("small-reranker").identity.weights_sha256 == published
    with weights.open("ab") as file:
        file.write(b"!")
    with pytest.raises(ModelChanged, match=f"not {published}: install the package despatch-box again"):
        CrossEncoderReranker("small-reranker")


def test_a_short_name_whose_weights_are_missing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "SHIPPED", tmp_path)
    monkeypatch.setitem(WEIGHTS_SHA256, "small-reranker", "0" * 64)
    with pytest.raises(ModelNotFound, match="no weights in safetensors form"):
        CrossEncoderReranker("small-reranker")


def test_a_folder_is_found_by_its_path_and_the_stock_model_by_its_name(tmp_path: Path) -> None:
    assert model_folder(str(tmp_path)) == tmp_path.resolve()
    stock = model_folder(STOCK_MODEL)
    assert json.loads((stock / "config.json").read_text("utf-8"))["hidden_size"] == 384
    assert weights_hash(stock, STOCK_MODEL) == WEIGHTS_SHA256[STOCK_MODEL]


def test_the_hash_is_of_all_weights_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, content in (("b.safetensors", b"two"), ("a.safetensors", b"one"), ("notes.txt", b"three")):
        (tmp_path / name).write_bytes(content)
    assert weights_hash(tmp_path, "any") == hashlib.sha256(b"onetwo").hexdigest()


def test_a_process_has_at_least_one_core() -> None:
    assert usable_cores() >= 1


@pytest.mark.model
def test_a_copy_of_the_default_reranker_is_the_same_and_tells_an_answer_from_another_matter(tmp_path: Path) -> None:
    usual = CrossEncoderReranker()
    assert usual.identity.weights_sha256 == WEIGHTS_SHA256[DEFAULT_RERANKER]
    shutil.copytree(model_folder(DEFAULT_RERANKER), tmp_path / "copy")
    copied = CrossEncoderReranker(str(tmp_path / "copy"))
    question = "how much is spent on buses in the countryside"
    passages = (  # As it reads them: heading, question and text.
        "Bus Services: Rural Areas\nwhat is paid for rural bus services.\nFunding of £12 million a year goes to them.",
        "Swans\nhow many swans are on the Thames.\nSwans are counted on the river in July.",
    )
    scores = usual.relevance(question, passages)
    assert scores[0] > scores[1] + 1
    assert copied.relevance(question, passages) == pytest.approx(scores)


def test_a_passage_fits_as_far_as_question_and_passage_are_read(reranker: CrossEncoderReranker) -> None:
    assert reranker.fits("how many lanterns", "lanterns " * 20)
    assert reranker.fits("lanterns", "lanterns " * 204)  # And three special tokens: 208.
    assert not reranker.fits("lanterns", "lanterns " * 205)
    assert not reranker.fits("lanterns " * 105, "lanterns " * 105)
