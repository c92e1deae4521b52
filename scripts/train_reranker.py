"""Train the cross-encoder that reorders the best answers; `--help` has an example.

Each question comes with the passage that answers it and five that an index of meaning and words brought in and that
don't. The loss is the cross-entropy of the right one among the six, which teaches the order, and that of each one's
being right or not, which teaches how sure to be where none is. The weights start from those of an encoder of
MiniLM's shape, some of its layers taken: two thirds of the layers cost two thirds of the time.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from retrieval.encoders import Encoder, SentenceEncoder, has_native_bfloat16
from retrieval.fusion import candidates, fused, meaning_weight_of
from scripts.training_set import Pair, PairKind, TrainingSet, training_arguments, training_set

_NEGATIVES = 5
_LISTS = 10  # Questions in a batch.
_AT_ONCE = 15
_ABSOLUTE = 0.5  # Weight of the second part of the loss.
_MOST = {PairKind.LAY: 6_500, PairKind.RELATED: 4_500, PairKind.SIBLING: 4_000}
_TOKENS = 192
_DEEP = 40  # Wrong passages are taken from the best so many answers.


@dataclass(frozen=True, slots=True)
class RankedList:
    """A question with passages of which the first alone answers it."""

    query: str
    passages: tuple[str, ...]


def lists(found: TrainingSet, pairs: Sequence[Pair], encoder: Encoder) -> list[RankedList]:
    """Choose for each pair the passage that comes nearest, and wrong ones among the best answers."""
    corpus, made = found.corpus, []
    allowed = corpus.store.rows_of(np.flatnonzero(found.allowed))
    record_of_row, group_of_row = corpus.store.record_of_row, corpus.group_of_row
    vectors = encoder.encode_queries([pair.query for pair in pairs])
    for done, (pair, vector) in enumerate(zip(pairs, vectors, strict=True)):
        rows = np.array(found.rows(pair.record), dtype=np.int64)
        right = int(rows[int(np.argmax(corpus.index.rows(rows) @ vector))])
        cluster = int(found.cluster_of[pair.record])
        found_rows = candidates(corpus.index, corpus.lexical, pair.query, vector, allowed, depth=120)
        near = fused(found_rows, group_of_row, meaning_weight=meaning_weight_of(pair.query))
        others = [one.row for one in near if int(found.cluster_of[record_of_row[one.row]]) != cluster][:_DEEP]
        if len(others) < _NEGATIVES:
            continue
        # The nearest are the hardest, and the likeliest to answer the question after all: not only they.
        hard = found.random.sample(others[: _DEEP // 4], 3)
        wrong = hard + found.random.sample([row for row in others if row not in hard], _NEGATIVES - 3)
        query = pair.query if pair.kind is PairKind.LAY else found.varied(pair.query)
        made.append(RankedList(query, tuple(found.passage(row) for row in (right, *wrong))))
        if done % 1000 == 0:
            print(f"lists of {pair.kind}: {done}/{len(pairs)}", flush=True)
    return made


def started_from(folder: str, layers: Sequence[int]) -> PreTrainedModel:
    """Return a cross-encoder with the embeddings and some of the layers of an encoder."""
    model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=1, attn_implementation="eager", dtype=torch.float32, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    stack: Any = model.bert
    stack.encoder.layer = torch.nn.ModuleList([stack.encoder.layer[number] for number in layers])
    model.config.num_hidden_layers = len(layers)
    return model


def logits_of(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, query_of: Sequence[str], passages: Sequence[str]
) -> torch.Tensor:
    """Return how well each passage answers the question beside it, shape (len(passages),)."""
    # A few of one length at a time: less padding, and what is worked on stays in the processor's cache.
    order = sorted(range(len(passages)), key=lambda place: len(query_of[place]) + len(passages[place]))
    parts = []
    for start in range(0, len(order), _AT_ONCE):
        listed = [(query_of[place], passages[place]) for place in order[start : start + _AT_ONCE]]
        encoded = tokenizer(listed, padding=True, truncation=True, max_length=_TOKENS, return_tensors="pt")
        parts.append(model(**encoded).logits.float().squeeze(1))
    back = torch.tensor(sorted(range(len(order)), key=order.__getitem__))
    return torch.cat(parts)[back]


def loss_of(table: torch.Tensor) -> torch.Tensor:
    """Return the loss of logits, shape (questions, passages), of which the first of each question is right."""
    right = torch.zeros(len(table), dtype=torch.long)
    labels = torch.zeros_like(table)
    labels[:, 0] = 1.0
    weight = torch.tensor(float(table.shape[1] - 1))
    absolute = torch.nn.functional.binary_cross_entropy_with_logits(table, labels, pos_weight=weight)
    return torch.nn.functional.cross_entropy(table, right) + _ABSOLUTE * absolute


def train(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, batches: Sequence[Sequence[RankedList]], rate: float
) -> None:
    """Train in place over the batches, once: AdamW, warmed up over a tenth of them, then falling to nothing."""
    frozen: Any = model.bert
    frozen.embeddings.word_embeddings.requires_grad_(False)  # As in train_encoder.py.
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01, fused=True)
    warm = max(1, len(batches) // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, (len(batches) - step) / max(1, len(batches) - warm))
    )
    model.train()
    started, lost, right = time.perf_counter(), 0.0, 0
    for step, batch in enumerate(batches, start=1):
        width = len(batch[0].passages)
        queries = [one.query for one in batch for _ in one.passages]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_native_bfloat16()):
            logits = logits_of(model, tokenizer, queries, [text for one in batch for text in one.passages])
        table = logits.view(len(batch), width)
        loss = loss_of(table)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        lost += float(loss.detach())
        right += int((table.argmax(1) == 0).sum())
        if step % 50 == 0:
            told = f"loss {lost / 50:.4f}, first right {right / 50 / len(batch):.3f}"
            print(f"{step}/{len(batches)} {told} {time.perf_counter() - started:.0f} s", flush=True)
            lost, right = 0.0, 0
    model.eval()


def main() -> None:
    parser = training_arguments(
        __doc__ or "",
        "python -m scripts.train_reranker --data eval-data --model trained/encoder --queries plain.queries.jsonl "
        "sibling.queries.jsonl --qrels plain.qrels sibling.qrels --start trained/encoder --out trained/reranker",
    )
    parser.add_argument("--model", required=True, help="the encoder of that index")
    parser.add_argument("--start", required=True, help="the folder of the encoder whose weights it starts from")
    parser.add_argument("--layers", type=int, nargs="+", default=[0, 1, 3, 5], help="which of its layers to take")
    parser.add_argument("--rate", type=float, default=5e-5, help="the highest learning rate")
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    cores = torch.get_num_threads()
    found = training_set(given)
    encoder = SentenceEncoder(given.model)
    made: list[RankedList] = []
    for kind, most in _MOST.items():
        pairs = found.pairs(kind)
        made += lists(found, found.random.sample(pairs, min(most, len(pairs))), encoder)
    chance = random.Random(given.seed)
    chance.shuffle(made)
    print("lists:", len(made), flush=True)
    torch.set_num_threads(cores)  # FAISS, which shares the pool of threads, was content with one.
    model, tokenizer = started_from(given.start, given.layers), AutoTokenizer.from_pretrained(given.start)
    batches = [made[start : start + _LISTS] for start in range(0, len(made) - _LISTS + 1, _LISTS)]
    train(model, tokenizer, batches[: given.steps], given.rate)
    model.bfloat16().save_pretrained(given.out)
    tokenizer.save_pretrained(given.out)
    print(f"saved in {given.out}")


if __name__ == "__main__":
    main()
