from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from scripts import train_reranker
from scripts.train_reranker import RankedList, lists, logits_of, loss_of, started_from
from scripts.training_set import PairKind, TrainingSet
from tests.conftest import ToyEncoder
from tests.scripts.training import TrainingFiles, held_out_words_in, written

WORDS = ("how", "many", "lanterns", "ferries", "lit", "the", "council", "grant")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TrainingFiles:
    return written(tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def found(files: TrainingFiles) -> TrainingSet:
    return files.training_set()


def test_a_list_has_the_right_passage_first_and_wrong_ones_of_other_clusters(found: TrainingSet) -> None:
    cluster_of = {
        found.passage(row): int(found.cluster_of[number])
        for number in range(len(found.records))
        for row in found.rows(number)
    }
    for kind in (PairKind.LAY, PairKind.SIBLING):
        pairs = found.pairs(kind)
        made = lists(found, pairs, ToyEncoder())
        assert len(made) == len(pairs) > 0
        for pair, one in zip(pairs, made, strict=True):
            assert one.passages[0].endswith(found.records[pair.record].answer_text)
            assert len(set(one.passages)) == len(one.passages) == 1 + train_reranker._NEGATIVES
            clusters = [cluster_of[passage] for passage in one.passages]
            assert clusters[0] == found.cluster_of[pair.record]
            assert clusters[0] not in clusters[1:]
            if kind is PairKind.LAY:
                assert one.query == pair.query


class _Unsaved:
    def bfloat16(self) -> _Unsaved:
        return self

    def save_pretrained(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)


def test_nothing_that_is_judged_or_asked_or_repeats_it_is_in_any_list_of_the_script(
    files: TrainingFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trained: list[RankedList] = []
    monkeypatch.setattr(train_reranker, "SentenceEncoder", ToyEncoder)
    monkeypatch.setattr(train_reranker, "started_from", lambda folder, layers: _Unsaved())
    monkeypatch.setattr(train_reranker, "AutoTokenizer", SimpleNamespace(from_pretrained=lambda folder: _Unsaved()))
    monkeypatch.setattr(
        train_reranker, "train", lambda model, tokenizer, listed, rate: trained.extend(chain.from_iterable(listed))
    )
    told = ["--model", "toy", "--start", "toy", "--out", str(tmp_path / "made")]
    monkeypatch.setattr(sys, "argv", ["train_reranker", *files.arguments(), *told])
    train_reranker.main()
    assert "held out: {'named by a judged collection': 2" in capsys.readouterr().out
    assert len(trained) > 80
    texts = [text for one in trained for text in (one.query, *one.passages)]
    assert [telling for text in texts for telling in held_out_words_in(text)] == []


def test_the_loss_falls_as_the_right_passage_rises_above_the_wrong_ones() -> None:
    losses = [float(loss_of(torch.tensor([[right, 0.0, 0.5], [1.0, -1.0, -1.0]]))) for right in (-2.0, 0.0, 1.0, 4.0)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.3 * losses[0]


def test_only_the_first_passage_is_right_and_the_order_of_the_others_does_not_matter() -> None:
    one, other = torch.tensor([[2.0, 0.0, -1.0]]), torch.tensor([[2.0, -1.0, 0.0]])
    assert float(loss_of(one)) == pytest.approx(float(loss_of(other)))
    assert float(loss_of(torch.tensor([[0.0, 2.0, -1.0]]))) > float(loss_of(one)) + 1


class LengthModel:
    """Gives each question and passage its lengths as the logit."""

    def __call__(self, lengths: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(logits=lengths[:, None])


def _lengths(pairs: Sequence[tuple[str, str]], **options: Any) -> dict[str, torch.Tensor]:
    return {"lengths": torch.tensor([100.0 * len(question) + len(passage) for question, passage in pairs])}


def test_logits_come_in_the_order_of_the_passages() -> None:
    queries = ["q" * (1 + number * 7 % 5) for number in range(50)]
    passages = ["p" * (number * 37 % 50) for number in range(50)]
    model, tokenizer = cast(PreTrainedModel, LengthModel()), cast(PreTrainedTokenizerBase, _lengths)
    assert logits_of(model, tokenizer, queries, passages).tolist() == [
        100 * len(query) + len(passage) for query, passage in zip(queries, passages, strict=True)
    ]


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Write an encoder of four thin layers with random weights."""
    (tmp_path / "words.txt").write_text("\n".join(("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS)), "utf-8")
    torch.manual_seed(6)
    shape = BertConfig(
        vocab_size=len(WORDS) + 5, hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=32
    )
    BertModel(shape).save_pretrained(tmp_path / "tiny")
    BertTokenizer(str(tmp_path / "words.txt")).save_pretrained(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_a_reranker_starts_from_the_layers_that_are_named(tiny: Path) -> None:
    model: Any = started_from(str(tiny), [0, 3])
    encoder: Any = BertModel.from_pretrained(tiny)
    assert model.config.num_hidden_layers == len(model.bert.encoder.layer) == 2
    assert model.config.num_labels == 1
    for mine, place in zip(model.bert.encoder.layer, (0, 3), strict=True):
        weights = encoder.encoder.layer[place].state_dict()
        assert all(torch.equal(value, weights[name]) for name, value in mine.state_dict().items())


def test_a_trained_reranker_can_be_saved_and_read_by_the_library(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retrieval.rerankers import CrossEncoderReranker

    model, tokenizer = started_from(str(tiny), [0, 1]), BertTokenizer.from_pretrained(tiny)
    words_before = cast(Any, model).bert.embeddings.word_embeddings.weight.clone()
    batch = [
        RankedList("how many lanterns", ("the council lit lanterns", "the grant ferries")),
        RankedList("how many ferries", ("the grant ferries", "the council lit lanterns")),
    ]
    before = _loss(model, tokenizer, batch)
    train_reranker.train(model, tokenizer, [batch] * 12, 5e-3)
    assert _loss(model, tokenizer, batch) < before
    assert torch.equal(cast(Any, model).bert.embeddings.word_embeddings.weight, words_before)
    model.save_pretrained(tmp_path / "made")
    tokenizer.save_pretrained(tmp_path / "made")
    monkeypatch.setattr("retrieval.rerankers.has_native_bfloat16", lambda: False)
    read = CrossEncoderReranker(str(tmp_path / "made"))
    for one in batch:
        expected = logits_of(model, tokenizer, [one.query] * 2, one.passages).tolist()
        assert read.relevance(one.query, one.passages).tolist() == pytest.approx(expected, abs=1e-4)


def _loss(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, batch: Sequence[RankedList]) -> float:
    with torch.no_grad():
        queries = [one.query for one in batch for _ in one.passages]
        logits = logits_of(model, tokenizer, queries, [text for one in batch for text in one.passages])
        return float(loss_of(logits.view(len(batch), -1)))
