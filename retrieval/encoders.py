"""Text to unit vectors, on the CPU and without a network."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.cores import keep_numpy_to_one_core, usable_cores
from retrieval.errors import ModelNotFound
from retrieval.micro_batches import MicroBatches
from retrieval.models import DEFAULT_MODEL, model_folder, weights_hash
from retrieval.packed_bert import PackedBert

if TYPE_CHECKING:
    from torch import Tensor

_DOCUMENTS_A_ROUND = 512
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")  # The names that sentence-transformers knows, in its order.
_BATCH = 32
_TOKENS_A_BATCH = 2048  # Of passages. Half as many, or twice, are as fast within what can be measured.


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """What two encoders must have in common for their vectors to be comparable.

    Attributes:
        name: The model, as the user named it.
        weights_sha256: Hash of the weights, in hex.
        dimensions: Length of a vector.
        window: The most tokens it reads of a text, the two special ones included.
        query_prefix: Put before a question by the model's own configuration.
        document_prefix: Put before a passage likewise.
    """

    name: str
    weights_sha256: str
    dimensions: int
    window: int
    query_prefix: str = ""
    document_prefix: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TokenVectors:
    """The tokens of one text as an encoder reads them there, each in the light of the others.

    Attributes:
        spans: Where each starts and ends in the text, in code points, end exclusive; shape (n, 2), int64, rising.
        vectors: One a token, of any length; shape (n, d), float32.
    """

    spans: NDArray[np.int64]
    vectors: NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into unit vectors; texts close in meaning have a high inner product."""

    @property
    def identity(self) -> EncoderIdentity:
        """What a snapshot's manifest records of this encoder."""
        ...

    @property
    def precision(self) -> str:
        """The arithmetic in use, for people to read."""
        ...

    def fits(self, text: str) -> bool:
        """Whether the encoder would read all of `text`, prefix included."""
        ...

    def encode_documents(self, texts: Sequence[str], progress: Callable[[int], None] = ...) -> NDArray[np.float32]:
        """Encode passages; shape (len(texts), dimensions), unit length; `progress` hears texts done."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions; shape (len(texts), dimensions), unit length."""
        ...

    def encode_tokens(self, texts: Sequence[str], *, in_context: bool = True) -> list[TokenVectors]:
        """Encode the tokens of each text, without a prefix; in context what is past the window is left out."""
        ...


def unit_rows(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return `vectors` with each row scaled to length 1; this is the one place where that is done.

    Args:
        vectors: Shape (n, d), any float type. A zero row stays zero.

    Returns:
        Shape (n, d), float32.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return scaled


def batches_of(order: Sequence[int], lengths: Sequence[int], most: int) -> Iterator[list[int]]:
    """Part texts into batches by their tokens.

    Args:
        order: Places of the texts, in the order in which they are to come.
        lengths: By place, the tokens of a text.
        most: Tokens in a batch, at most; a text that has more is a batch of its own.
    """
    batch: list[int] = []
    tokens = 0
    for place in order:
        if batch and tokens + lengths[place] > most:
            yield batch
            batch, tokens = [], 0
        batch.append(place)
        tokens += lengths[place]
    if batch:
        yield batch


def has_native_bfloat16() -> bool:
    """Return whether this processor multiplies bfloat16 natively, by AVX512-BF16 or AMX."""
    import torch

    native = torch.cpu.get_capabilities()
    return bool(native.get("avx512_bf16") or native.get("amx_bf16"))


class SentenceEncoder:
    """A sentence-transformers model, read from a folder on this machine.

    bfloat16 where the processor multiplies it natively (AVX512-BF16 or AMX: about three times as fast, mean
    cosine to float32 above .999), float32 elsewhere.

    Args:
        model: `DEFAULT_MODEL`, a folder, or a model id that is in the local cache.

    Raises:
        ModelNotFound: If there is no such model on this machine.
        ModelChanged: If the default model's weights are not the published ones.
    """

    def __init__(self, model: str = DEFAULT_MODEL) -> None:
        """Find the model's folder, hash its weights, then load them."""
        folder = model_folder(model)
        weights = weights_hash(folder, model)
        self.folder = folder
        self._lock = threading.Lock()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._load(folder)
        prefixes = {name: prefix or "" for name, prefix in self._model.prompts.items()}
        self._identity = EncoderIdentity(
            name=model,
            weights_sha256=weights,
            dimensions=int(self._model.get_embedding_dimension() or 0),
            window=int(self._model.max_seq_length or 512),
            query_prefix=prefixes.get("query", ""),
            document_prefix=next((prefixes[name] for name in _DOCUMENT_PROMPTS if prefixes.get(name)), ""),
        )

    def _load(self, folder: Path) -> None:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from tokenizers import Tokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()
        torch.set_num_threads(usable_cores())
        keep_numpy_to_one_core()
        self._bfloat16 = has_native_bfloat16()
        try:
            self._model = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={
                    "use_safetensors": True,
                    "dtype": torch.bfloat16 if self._bfloat16 else torch.float32,
                },
            )
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            raise ModelNotFound(f"{folder} holds no model that sentence-transformers can read: {error}") from error
        # A tokenizer apart for counting: the model's own cuts at the window, and can't be shared by threads.
        self._counter = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        self._counter.no_truncation()
        self._counter.no_padding()
        self._words = _words(self._model)
        self._packed = _packed(self._model)
        if self._packed:
            self._cutter = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
            self._cutter.enable_truncation(int(self._model.max_seq_length or 512))
            self._cutter.no_padding()
        # Where texts are padded, a vector would hang on what others ask at that moment: there each is read alone.
        joined = _BATCH if self._packed else 1
        self._questions: MicroBatches[str, NDArray[np.float32]] = MicroBatches(self._at_once, self._lock, joined)

    @property
    def identity(self) -> EncoderIdentity:
        """What a snapshot's manifest records of this encoder."""
        return self._identity

    @property
    def precision(self) -> str:
        """`bfloat16` or `float32`, with the reason."""
        if self._bfloat16:
            return "bfloat16 (this processor multiplies it natively)"
        return "float32 (this processor has no native bfloat16)"

    def fits(self, text: str) -> bool:
        """Whether the encoder would read all of `text`, prefix included."""
        whole = self._identity.document_prefix + text
        # A token is at least one byte, so a short text needs no count.
        if len(whole.encode()) + 2 <= self._identity.window:
            return True
        return len(self._counter.encode(whole).ids) <= self._identity.window

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda done: None
    ) -> NDArray[np.float32]:
        """Encode passages, longest first so that each batch holds texts of one length.

        Args:
            texts: Passages with their context.
            progress: Called with how many more texts are done.

        Returns:
            Unit vectors, shape (len(texts), dimensions), float32, in the order of `texts`.
        """
        return self._encoded([self._identity.document_prefix + text for text in texts], progress)

    def _encoded(self, texts: list[str], progress: Callable[[int], None]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self._identity.dimensions), dtype=np.float32)
        for places, made in self._rounds(texts):
            vectors[places] = made
            progress(len(places))
        return vectors

    def _rounds(self, texts: list[str]) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Yield the places of some texts and their vectors, longest first, until all are done."""
        if self._packed:
            yield from self._packed_rounds(texts, self._packed)
        else:
            order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), texts[place]))
            for start in range(0, len(order), _DOCUMENTS_A_ROUND):
                places = order[start : start + _DOCUMENTS_A_ROUND]
                yield places, self._encode([texts[place] for place in places])

    def _packed_rounds(self, texts: list[str], packed: PackedBert) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Yield the same by the fast path: a batch to each core, as cores that share one wait for each other."""
        import torch

        ids = [one.ids for one in self._cutter.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda place: (-len(ids[place]), texts[place]))

        def read(places: list[int]) -> tuple[list[int], NDArray[np.float32]]:
            return places, _means(packed.read([ids[place] for place in places]))

        pool = ThreadPoolExecutor(usable_cores(), "encoding", torch.set_num_threads, (1,))
        try:
            yield from pool.map(read, batches_of(order, [len(one) for one in ids], _TOKENS_A_BATCH))
        finally:
            pool.shutdown(cancel_futures=True)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions.

        Args:
            texts: Questions in plain words; what is past the window is not read.

        Returns:
            Unit vectors, shape (len(texts), dimensions), float32, in the order of `texts`.
        """
        prefixed = [self._identity.query_prefix + text for text in texts]
        if 0 < len(prefixed) <= _BATCH:
            return np.stack(self._questions(prefixed))
        return self._encoded(prefixed, lambda done: None)

    def encode_tokens(self, texts: Sequence[str], *, in_context: bool = True) -> list[TokenVectors]:
        """Encode the tokens of each text.

        Args:
            texts: Questions or passages, read as they are: a prefix is the caller's to add.
            in_context: Whether each token is read in the light of the others. If not, its vector is what the model
                begins with, the same wherever it stands, which costs next to nothing; a model without such vectors
                reads in context all the same.

        Returns:
            The tokens of each, without the special ones, in the order of `texts`; in context those past the window
            are left out.
        """
        if not in_context and self._words is not None:
            # One by one, as the threads that `encode_batch` starts take longer than so few texts do.
            whole = [self._counter.encode(text, add_special_tokens=False) for text in texts]
            return [
                TokenVectors(
                    np.array(one.offsets, dtype=np.int64).reshape(-1, 2),
                    _as_float32(self._words[np.array(one.ids, dtype=np.int64)]),
                )
                for one in whole
            ]
        import torch

        if self._packed:
            cut = self._cutter.encode_batch(list(texts))
            with self._lock:
                torch.set_num_threads(usable_cores())  # As a question is encoded with one.
                layers = self._packed.read([one.ids for one in cut])
            return [
                _tokens(one.special_tokens_mask, one.offsets, rows.float().numpy())
                for one, rows in zip(cut, layers, strict=True)
            ]
        with self._lock:
            torch.set_num_threads(usable_cores())
            read = self._model.encode(
                list(texts),
                prompt="",
                batch_size=_BATCH,
                show_progress_bar=False,
                output_value="token_embeddings",
                convert_to_numpy=False,
            )
        return [self._tokens(text, rows.float().numpy()) for text, rows in zip(texts, read, strict=True)]

    def _tokens(self, text: str, rows: NDArray[np.float32]) -> TokenVectors:
        """Put rows, one a token that the model read, beside the tokens of the whole text."""
        whole = self._counter.encode(text)
        special = whole.special_tokens_mask
        # A text that was cut still ends in the special tokens that the whole one ends in.
        last = len(rows) - special[::-1].index(0) if 0 in special else 0
        return _tokens([*special[:last], *(1 for _ in rows[last:])], whole.offsets, rows)

    def _at_once(self, texts: list[str]) -> list[NDArray[np.float32]]:
        """Encode few texts, without what `encode` does about many; the lock is held."""
        import torch

        # Two threads would wait for each other longer than so little work takes, and leave no core to other requests.
        torch.set_num_threads(1)
        if self._packed:
            return list(_means(self._packed.read([self._cutter.encode(text).ids for text in texts])))
        with torch.inference_mode():
            means = self._model(self._model.preprocess(texts))["sentence_embedding"]
        return list(unit_rows(means.float().numpy()))

    def _encode(self, texts: list[str]) -> NDArray[np.float32]:
        # The tokenizer can't be shared by two threads at once, and two encodings would share the cores anyway.
        import torch

        with self._lock:
            torch.set_num_threads(usable_cores())  # As a question is encoded with one.
            encoded = self._model.encode(
                texts, prompt="", batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True
            )
        return unit_rows(np.asarray(encoded, dtype=np.float32).reshape(len(texts), -1))


def _means(layers: Sequence[Tensor]) -> NDArray[np.float32]:
    """Return the mean of each text's tokens, in float32, as a unit vector."""
    import torch

    with torch.inference_mode():
        return unit_rows(torch.stack([rows.float().mean(dim=0) for rows in layers]).numpy())


def _tokens(special: Sequence[int], offsets: Sequence[tuple[int, int]], rows: NDArray[np.float32]) -> TokenVectors:
    """Put rows beside where their tokens stand in the text, without the special ones."""
    kept = [place for place in range(len(rows)) if not special[place]]
    return TokenVectors(np.array([offsets[place] for place in kept], dtype=np.int64).reshape(-1, 2), rows[kept])


def _words(model: Any) -> NDArray[Any] | None:
    """Return the vectors that a model begins with, one a token, shape (vocabulary, d); None if it has none.

    They share the model's memory. numpy knows no bfloat16: its bits are given as uint16.
    """
    import torch

    inside: Any = getattr(model[0], "model", None)
    table: Any = inside.get_input_embeddings() if hasattr(inside, "get_input_embeddings") else None
    if not hasattr(table, "weight"):
        return None
    weight = table.weight.detach()
    found: NDArray[Any] = (weight.view(torch.uint16) if weight.dtype is torch.bfloat16 else weight).numpy()
    return found


def _as_float32(words: NDArray[Any]) -> NDArray[np.float32]:
    """Return some of the vectors of `_words` in float32, of which bfloat16 is the upper half."""
    if words.dtype == np.uint16:
        return (words.astype(np.uint32) << 16).view(np.float32)
    return words.astype(np.float32)


def _packed(model: Any) -> PackedBert | None:
    """Return the fast path to a model that is a BERT with the mean of its tokens as vector; None for any other."""
    names = [type(module).__name__ for module in model]
    if names not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return None
    layers, pooling = model[0].model, model[1]
    is_mean = pooling.pooling_mode == "mean" and pooling.include_prompt
    return PackedBert.of(layers) if is_mean and PackedBert.serves(layers) else None
