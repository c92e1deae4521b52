from __future__ import annotations

import math
import random
import sys
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from sentence_transformers import SentenceTransformer

from scripts import train_encoder
from scripts.train_encoder import Example, batches, examples, loss_of
from scripts.training_set import PairKind, TrainingSet
from tests.conftest import ToyEncoder
from tests.scripts.training import TrainingFiles, held_out_words_in, written

SCALE = 20.0


class AngleModel:
    """Reads a text that is a number as a direction in the plane, in degrees."""

    def tokenizer(self, texts: Sequence[str], **options: Any) -> dict[str, torch.Tensor]:
        return {"angles": torch.tensor([float(text) for text in texts])}

    def __call__(self, encoded: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        radians = torch.deg2rad(encoded["angles"])
        # Any length: what is compared is the direction.
        return {"sentence_embedding": torch.stack([radians.cos(), radians.sin()], dim=1) * 3}


ANGLES = cast(SentenceTransformer, AngleModel())


def loss(*batch: Example) -> float:
    return float(loss_of(ANGLES, batch))


def cosine(one: float, other: float) -> float:
    return math.cos(math.radians(one - other))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> TrainingFiles:
    return written(tmp_path_factory.mktemp("training"))


@pytest.fixture(scope="module")
def found(files: TrainingFiles) -> TrainingSet:
    return files.training_set()


def test_the_loss_is_the_cross_entropy_worked_by_hand() -> None:
    one, other = Example("0", "10", "50", (1, 9)), Example("90", "60", None, (2, -1))
    rows = [[cosine(question, passage) for passage in (10, 60, 50)] for question in (0, 90)]
    expected = [
        -math.log(math.exp(SCALE * row[place]) / sum(math.exp(SCALE * each) for each in row))
        for place, row in enumerate(rows)
    ]
    assert loss(one, other) == pytest.approx(sum(expected) / 2, rel=1e-4)


def test_the_loss_falls_as_the_right_passage_comes_nearer_and_the_wrong_one_goes() -> None:
    by_right = [loss(Example("0", right, "40", (1, 2))) for right in ("60", "30", "10")]
    by_wrong = [loss(Example("0", "20", wrong, (1, 2))) for wrong in ("5", "30", "80")]
    assert by_right == sorted(by_right, reverse=True)
    assert by_wrong == sorted(by_wrong, reverse=True)
    assert by_right[-1] < 0.1 * by_right[0]


def test_a_passage_of_the_same_cluster_is_never_wrong() -> None:
    one = Example("0", "10", "50", (1, 9))
    repeated, another = Example("45", "9", None, (1, -1)), Example("45", "9", None, (3, -1))
    # Each question alone, with what is wrong for it and is not of its cluster.
    expected = (loss(one) + loss(Example("45", "9", "50", (1, 9)))) / 2
    assert loss(one, repeated) == pytest.approx(expected, rel=1e-4)
    assert loss(one, another) > loss(one, repeated) + 0.1
    # One that is mined for another question is not wrong for this one either.
    mined_from_it = Example("40", "60", "12", (4, 1))
    wrong_for_it = sum(math.exp(SCALE * cosine(40, angle)) for angle in (10, 60, 12))
    expected = loss(Example("0", "10", "60", (1, 4))) + math.log(wrong_for_it) - SCALE * cosine(40, 60)
    assert loss(Example("0", "10", None, (1, -1)), mined_from_it) == pytest.approx(expected / 2, rel=1e-4)


def test_texts_of_many_lengths_keep_their_places() -> None:
    texts = [f"{number:.{number % 7}f}" for number in range(45)]
    vectors = train_encoder._vectors(ANGLES, texts, 64)
    for text, vector in zip(texts, vectors, strict=True):
        assert vector.tolist() == pytest.approx([cosine(float(text), 0), cosine(float(text), 90)], abs=1e-5)


def test_a_batch_is_of_one_kind_and_every_example_is_in_one() -> None:
    by_kind = {kind: [Example(f"{kind} {n}", "", None, (n, -1)) for n in range(150)] for kind in PairKind}
    made = list(batches(by_kind, random.Random(1)))
    assert sorted(one.query for batch in made for one in batch) == sorted(
        one.query for listed in by_kind.values() for one in listed
    )
    assert all(len({one.query.split()[0] for one in batch}) == 1 for batch in made)
    assert {len(batch) for batch in made} == {train_encoder._BATCH, 150 % train_encoder._BATCH}


def test_an_example_has_the_passage_of_its_pair_and_a_wrong_one_of_another_cluster(found: TrainingSet) -> None:
    for kind in PairKind:
        pairs = found.pairs(kind)
        made = examples(found, pairs, ToyEncoder())
        assert len(made) == len(pairs) > 0
        for pair, one in zip(pairs, made, strict=True):
            assert one.clusters[0] == found.cluster_of[pair.record]
            assert one.clusters[0] != one.clusters[1]
            answer = found.records[pair.record].answer_text
            if kind is PairKind.TABLED:
                assert (one.right, one.wrong, one.clusters[1]) == (answer, None, -1)
            else:
                assert one.right.endswith(answer)
                assert one.wrong is not None
                shown = next(n for n, record in enumerate(found.records) if one.wrong.endswith(record.answer_text))
                assert found.cluster_of[shown] == one.clusters[1]
            if kind is PairKind.LAY:
                assert one.query == pair.query


class _Folder(ToyEncoder):
    """Stands for the stock encoder."""

    folder = Path("nowhere")


class _Unsaved:
    def bfloat16(self) -> _Unsaved:
        return self

    def save_pretrained(self, folder: str, **options: object) -> None:
        Path(folder).mkdir()


def test_nothing_that_is_judged_or_asked_or_repeats_it_is_in_any_batch_of_the_script(
    files: TrainingFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trained: list[Example] = []
    monkeypatch.setattr(train_encoder, "SentenceEncoder", _Folder)
    monkeypatch.setattr(train_encoder, "SentenceTransformer", lambda *given, **named: _Unsaved())
    monkeypatch.setattr(train_encoder, "train", lambda model, listed, rate: trained.extend(chain.from_iterable(listed)))
    monkeypatch.setattr(sys, "argv", ["train_encoder", *files.arguments(), "--out", str(tmp_path / "made")])
    train_encoder.main()
    assert (tmp_path / "made").is_dir()
    assert "held out: {'named by a judged collection': 2" in capsys.readouterr().out
    assert len(trained) > 150
    texts = [text for one in trained for text in (one.query, one.right, one.wrong or "")]
    assert [found for text in texts for found in held_out_words_in(text)] == []
    # The words that tell are found where there are any.
    assert held_out_words_in("Roads\nASKEDA askedb") == ["askeda", "askedb"]


@pytest.mark.model
def test_two_steps_change_the_stock_model_but_not_its_words() -> None:
    from retrieval.models import STOCK_MODEL, model_folder

    folder = str(model_folder(STOCK_MODEL))
    model, before = (SentenceTransformer(folder, device="cpu", local_files_only=True) for _ in range(2))
    listed = [
        Example("how many lanterns", "The council lit 41 lanterns.", "A grant was paid for ferries.", (1, 2)),
        Example("who paid for ferries", "A grant was paid for ferries.", "No figures are held.", (2, 3)),
    ]
    train_encoder.train(model, [listed, listed], 1e-4)
    changed = {
        name
        for (name, one), (_, other) in zip(model.named_parameters(), before.named_parameters(), strict=True)
        if not torch.equal(one, other)
    }
    assert any("layer.5" in name for name in changed)
    assert not any("word_embeddings" in name for name in changed)
    assert float(loss_of(model, listed).detach()) < float(loss_of(before, listed).detach())
