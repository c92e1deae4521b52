"""The service over twelve invented records, asked within this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from numpy.typing import NDArray

from retrieval.encoders import Encoder, EncoderIdentity
from service.app import create_app
from service.settings import Settings


class FailingEncoder:
    """Fails on every question with an exception that holds the question."""

    def __init__(self, identity: EncoderIdentity) -> None:
        """Take the identity of the encoder that the snapshot was built with."""
        self.identity = identity
        self.precision = "none"

    def fits(self, text: str) -> bool:
        """Read anything."""
        return bool(text)

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda done: None
    ) -> NDArray[np.float32]:
        """Fail."""
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Fail."""
        try:
            raise KeyError(texts[0])
        except KeyError as error:
            raise RuntimeError(f"can't encode {texts}") from error


@pytest.fixture
def client(built_once: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of the service."""
    with TestClient(create_app(Settings(data=built_once), encoder=toy_encoder)) as opened:
        yield opened


@pytest.fixture
def failing_client(built_once: Path, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of a service whose encoder fails."""
    encoder = FailingEncoder(toy_encoder.identity)
    with TestClient(create_app(Settings(data=built_once), encoder=encoder)) as opened:
        yield opened


@pytest.fixture
def seeds_client(tmp_path: Path, seeds: str, toy_encoder: Encoder) -> Iterator[TestClient]:
    """Give a client of the service with only the seed documents loaded."""
    from retrieval.build import build

    build([seeds], tmp_path / "data", toy_encoder)
    with TestClient(create_app(Settings(data=tmp_path / "data"), encoder=toy_encoder)) as opened:
        yield opened
