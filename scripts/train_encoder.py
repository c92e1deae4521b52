"""Train the encoder on questions and the answers they received; `--help` has an example.

In-batch negatives with one mined negative a question (the loss of Karpukhin et al. 2020, "Dense Passage Retrieval",
equation 2, on cosines times 20), from all-MiniLM-L6-v2. Each batch holds pairs of one kind, so that what is wrong for
a question is of the same kind as what is right. Answers that nearly repeat the right one are never wrong.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from retrieval.encoders import Encoder, SentenceEncoder, has_native_bfloat16
from retrieval.models import STOCK_MODEL
from scripts.training_set import Pair, PairKind, TrainingSet, training_arguments, training_set

_BATCH = 64
_AT_ONCE = 16
_AT_A_TIME = 128
_SCALE = 20.0  # As sentence-transformers has it for cosines.
_QUERY_TOKENS, _PASSAGE_TOKENS = 64, 160
_MINED_FROM, _MINED_TO = 4, 100
_MOST_TABLED = 4_000


@dataclass(frozen=True, slots=True)
class Example:
    """One question with a passage that answers it and one that doesn't.

    Attributes:
        query: The question.
        right: What answers it.
        wrong: What comes near and does not; None for a tabled question, whose batch is enough.
        clusters: Of the answers of `right` and of `wrong`.
    """

    query: str
    right: str
    wrong: str | None
    clusters: tuple[int, int]


def examples(found: TrainingSet, pairs: Sequence[Pair], encoder: Encoder) -> list[Example]:
    """Choose for each pair the passage nearest to the question, and a wrong one among those that come near."""
    corpus = found.corpus
    allowed = corpus.store.rows_of(np.flatnonzero(found.allowed))
    vectors = encoder.encode_queries([pair.query for pair in pairs])
    mined = iter(()) if not pairs or pairs[0].kind is PairKind.TABLED else nearest(corpus.index.rows(allowed), vectors)
    made = []
    for pair, vector in zip(pairs, vectors, strict=True):
        rows = np.array(found.rows(pair.record), dtype=np.int64)
        right = int(rows[int(np.argmax(corpus.index.rows(rows) @ vector))])
        cluster = int(found.cluster_of[pair.record])
        if pair.kind is PairKind.TABLED:
            made.append(Example(found.varied(pair.query), found.bare_passage(right), None, (cluster, -1)))
            continue
        near = allowed[next(mined)]
        others = [int(row) for row in near if int(found.cluster_of[corpus.store.record_of_row[row]]) != cluster]
        if not others:
            continue  # So often repeated that nothing else comes near.
        wrong = found.random.choice(others[_MINED_FROM:] or others)
        query = pair.query if pair.kind is PairKind.LAY else found.varied(pair.query)
        clusters = (cluster, int(found.cluster_of[corpus.store.record_of_row[wrong]]))
        made.append(Example(query, found.passage(right), found.passage(wrong), clusters))
    return made


def nearest(passages: NDArray[np.float32], questions: NDArray[np.float32]) -> Iterator[NDArray[np.int64]]:
    """Yield for each question the places of the passages nearest to it, the nearest first."""
    count = min(_MINED_TO, len(passages))
    for start in range(0, len(questions), _AT_A_TIME):
        cosines = questions[start : start + _AT_A_TIME] @ passages.T
        for row in cosines:
            best = np.argpartition(-row, count - 1)[:count]
            yield best[np.lexsort((best, -row[best]))]


def batches(by_kind: dict[PairKind, list[Example]], chance: random.Random) -> Iterator[list[Example]]:
    """Yield batches of one kind each, the kinds mixed."""
    made = []
    for listed in by_kind.values():
        shuffled = chance.sample(listed, len(listed))
        made += [shuffled[start : start + _BATCH] for start in range(0, len(shuffled), _BATCH)]
    yield from chance.sample(made, len(made))


def loss_of(model: SentenceTransformer, batch: Sequence[Example]) -> torch.Tensor:
    """Return the cross-entropy of finding each question's passage among all those of the batch."""
    questions = _vectors(model, [one.query for one in batch], _QUERY_TOKENS)
    wrong = [one for one in batch if one.wrong is not None]
    texts = [one.right for one in batch] + [one.wrong or "" for one in wrong]
    passages = _vectors(model, texts, _PASSAGE_TOKENS)
    with torch.autocast("cpu", enabled=False):
        cosines = questions @ passages.T
    clusters = torch.tensor([one.clusters[0] for one in batch] + [one.clusters[1] for one in wrong])
    mine = torch.tensor([one.clusters[0] for one in batch])
    same = mine[:, None] == clusters[None, :]
    same[torch.arange(len(batch)), torch.arange(len(batch))] = False
    return torch.nn.functional.cross_entropy(
        (cosines * _SCALE).masked_fill(same, -1e4), torch.arange(len(batch), dtype=torch.long)
    )


def _vectors(model: SentenceTransformer, texts: Sequence[str], tokens: int) -> torch.Tensor:
    # A few of one length at a time: less padding, and what is worked on stays in the processor's cache.
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    parts = []
    for start in range(0, len(order), _AT_ONCE):
        listed = [texts[place] for place in order[start : start + _AT_ONCE]]
        encoded = model.tokenizer(listed, padding=True, truncation=True, max_length=tokens, return_tensors="pt")
        parts.append(model(dict(encoded))["sentence_embedding"].float())
    back = torch.tensor(sorted(range(len(order)), key=order.__getitem__))
    return torch.nn.functional.normalize(torch.cat(parts)[back], dim=1)


def main() -> None:
    parser = training_arguments(
        __doc__ or "",
        "python -m scripts.train_encoder --data eval-data --queries plain.queries.jsonl sibling.queries.jsonl "
        "--qrels plain.qrels sibling.qrels --out trained/encoder",
    )
    parser.add_argument("--rate", type=float, default=3e-5, help="the highest learning rate")
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    cores = torch.get_num_threads()
    stock = SentenceEncoder(STOCK_MODEL)
    found = training_set(given)
    pairs = {kind: found.pairs(kind) for kind in PairKind}
    tabled = pairs[PairKind.TABLED]
    pairs[PairKind.TABLED] = found.random.sample(tabled, min(_MOST_TABLED, len(tabled)))
    by_kind = {kind: examples(found, listed, stock) for kind, listed in pairs.items()}
    print("pairs:", {str(kind): len(listed) for kind, listed in by_kind.items()}, flush=True)
    torch.set_num_threads(cores)  # FAISS, which shares the pool of threads, was content with one.
    model = SentenceTransformer(
        str(stock.folder),
        device="cpu",
        local_files_only=True,
        model_kwargs={"attn_implementation": "eager"},
        config_kwargs=_NO_DROPOUT,
    )
    train(model, list(batches(by_kind, found.random))[: given.steps], given.rate)
    model.bfloat16().save_pretrained(str(given.out), create_model_card=False)
    print(f"saved in {given.out}")


# Without dropout, which costs most of the time on a CPU; eager attention has the faster way back.
_NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}


def train(model: SentenceTransformer, listed: Sequence[Sequence[Example]], rate: float) -> None:
    """Train in place over the batches, once: AdamW, warmed up over a tenth of them, then falling to nothing."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01, fused=True)
    warm = max(1, len(listed) // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min((step + 1) / warm, (len(listed) - step) / max(1, len(listed) - warm))
    )
    # Half of the weights, and most of the cost of a step: the words keep the meaning that a billion pairs gave them.
    first: Any = model[0]
    first.model.embeddings.word_embeddings.requires_grad_(False)
    model.train()
    started, lost = time.perf_counter(), 0.0
    for step, batch in enumerate(listed, start=1):
        # One context for all of a step, in which weights are turned into bfloat16 once.
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_native_bfloat16()):
            loss = loss_of(model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        lost += float(loss.detach())
        if step % 10 == 0 or step == len(listed):
            print(
                f"{step}/{len(listed)} loss {lost / (step % 10 or 10):.4f} {time.perf_counter() - started:.0f} s",
                flush=True,
            )
            lost = 0.0
    model.eval()


if __name__ == "__main__":
    main()
