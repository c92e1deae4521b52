"""A question and passages to relevance, by a cross-encoder on the CPU and without a network."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from logging import ERROR, getLogger

import numpy as np
from numpy.typing import NDArray

from retrieval.cores import usable_cores
from retrieval.encoders import has_native_bfloat16
from retrieval.errors import ModelNotFound
from retrieval.models import (
    DEFAULT_MODEL,
    DEFAULT_RERANKER,
    WEIGHTS_SHA256,
    WORDS_OF_ENCODER,
    WORDS_OF_RERANKER,
    model_folder,
    weights_hash,
)
from retrieval.packed_bert import PackedBert
from retrieval.reranking import RerankerIdentity

_TOKENS = 208
_SPECIAL_TOKENS = 3
_BATCH = 16


NO_RERANKER = "none"
"""In the place of a name: no reranker."""


def reranker_named(model: str) -> CrossEncoderReranker | None:
    """Return the reranker of a name; None for `NO_RERANKER`.

    Raises:
        ModelNotFound: If there is no such model on this machine.
        ModelChanged: If the default model's weights are not the published ones.
    """
    return None if model == NO_RERANKER else CrossEncoderReranker(model)


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers, read from a folder on this machine.

    Args:
        model: `DEFAULT_RERANKER`, a folder, or a model id that is in the local cache.

    Raises:
        ModelNotFound: If there is no such model on this machine.
        ModelChanged: If the default model's weights are not the published ones.
    """

    def __init__(self, model: str = DEFAULT_RERANKER) -> None:
        """Find the model's folder, hash its weights, then load them."""
        folder = model_folder(model)
        self._identity = RerankerIdentity(model, weights_hash(folder, model))
        self._lock = threading.Lock()
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
        from tokenizers import Tokenizer
        from transformers.utils import logging

        torch.set_num_threads(usable_cores())
        logging.disable_progress_bar()
        told_before, library = logging.get_verbosity(), getLogger("sentence_transformers")
        level_before = library.level
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # The table of words that the default reranker shares would be reported missing.
            logging.set_verbosity_error()
            # And that an encoder is read as a reranker, which is an error told below.
            library.setLevel(ERROR)
            try:
                self._model = CrossEncoder(
                    str(folder),
                    device="cpu",
                    local_files_only=True,
                    trust_remote_code=False,
                    max_length=_TOKENS,
                    activation_fn=torch.nn.Identity(),
                    model_kwargs={
                        "use_safetensors": True,
                        "dtype": torch.bfloat16 if has_native_bfloat16() else torch.float32,
                    },
                )
            except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
                told = f"{folder} holds no cross-encoder that sentence-transformers can read: {error}"
                raise ModelNotFound(told) from error
            finally:
                logging.set_verbosity(told_before)
                library.setLevel(level_before)
        # A tokenizer apart for counting: the model's own can't be shared by threads.
        self._counter = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        self._counter.no_truncation()
        self._counter.no_padding()
        self._cutter = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        self._cutter.enable_truncation(_TOKENS)
        self._cutter.no_padding()
        # By its weights, as a copy that is named by its folder lacks the same table.
        if self._identity.weights_sha256 == WEIGHTS_SHA256[DEFAULT_RERANKER]:
            self._take_words_of_encoder()
        config = self._model.config
        made_for = list(config.architectures or [])
        if config.num_labels != 1 or not any(name.endswith("ForSequenceClassification") for name in made_for):
            # An encoder is read all the same, and given a last layer at random.
            what = f"{', '.join(made_for) or 'a model of no known kind'} with {config.num_labels} "
            what += "label" if config.num_labels == 1 else "labels"
            raise ModelNotFound(
                f"{folder} holds {what}, and a reranker is a model for sequence classification with 1: name another"
            )
        classifier = self._model[0].model
        is_bert = type(classifier).__name__ == "BertForSequenceClassification" and PackedBert.serves(classifier.bert)
        self._packed = PackedBert.of(classifier.bert) if is_bert else None

    def _take_words_of_encoder(self) -> None:
        import torch
        from safetensors import safe_open

        folder = model_folder(DEFAULT_MODEL)
        weights_hash(folder, DEFAULT_MODEL)
        with safe_open(folder / "model.safetensors", framework="pt") as encoder, torch.no_grad():
            self._model.get_parameter(f"0.model.{WORDS_OF_RERANKER}").copy_(encoder.get_tensor(WORDS_OF_ENCODER))

    @property
    def identity(self) -> RerankerIdentity:
        """Which model it is."""
        return self._identity

    def fits(self, question: str, passage: str) -> bool:
        """Whether it would read all of both."""
        # A token is at least one byte, so short texts need no count.
        if len(question.encode()) + len(passage.encode()) + _SPECIAL_TOKENS <= _TOKENS:
            return True
        return len(self._counter.encode(question, passage).ids) <= _TOKENS

    def relevance(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """Return how well each passage answers the question, as logits, shape (len(passages),), float32."""
        if not passages:
            return np.empty(0, np.float32)
        import torch

        with self._lock:
            torch.set_num_threads(usable_cores())  # A question was encoded with one, perhaps in this thread.
            if self._packed:
                parts = [passages[start : start + _BATCH] for start in range(0, len(passages), _BATCH)]
                return np.concatenate([self._read(self._packed, question, part) for part in parts])
            scores = self._model.predict(
                [(question, passage) for passage in passages],
                batch_size=_BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(scores, dtype=np.float32).reshape(len(passages))

    def _read(self, packed: PackedBert, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        import torch

        cut = self._cutter.encode_batch([(question, passage) for passage in passages])
        layers = packed.read([one.ids for one in cut], [one.type_ids for one in cut])
        model = self._model[0].model
        with torch.inference_mode():
            first = torch.stack([rows[:1] for rows in layers])
            logits = model.classifier(model.bert.pooler(first))
        read: NDArray[np.float32] = logits.float().numpy().reshape(len(passages))
        return read
