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

BUSES, BUSES_BEFORE = "commons-2025-01-13-205", "commons-2024-09-02-102"
DENTISTS, VETERANS = "commons-2025-03-03-520", "lords-2025-02-03-hl77"

# Each leaves out the best answer to `three_topics`, and no two neighbours leave the same.
NARROWINGS = [
    ("answered_from", ["2025-02-01"], [DENTISTS, VETERANS]),
    ("answered_to", ["2025-01-19"], [BUSES_BEFORE]),
    ("tabled_from", ["2025-01-14"], [DENTISTS, VETERANS]),
    ("tabled_to", ["2025-01-12"], [BUSES_BEFORE]),
    ("house", ["lOrds"], [VETERANS]),
    ("answering_body", ["health"], [DENTISTS]),
    ("answering_body", ["11"], [VETERANS]),
    ("answering_body", ["Ministry of Defence", "17"], [DENTISTS, VETERANS]),
    ("minister", ["Dee Placeholder"], [BUSES_BEFORE, DENTISTS]),
    ("asker", ["fictional"], [BUSES_BEFORE]),
    ("party", ["Crossbench"], [VETERANS]),
    ("party", ["Crossbench", "Conservative"], [BUSES_BEFORE, VETERANS]),
    ("kind", ["holding"], []),
    ("finding", ["corrected"], [DENTISTS]),
    ("heading", ["waiting LISTS"], [DENTISTS]),
]


@pytest.fixture
def three_topics() -> str:
    """Give a question that three answers are close to."""
    return (
        "giving local councils powers to run village bus services in rural areas, a scheme of the Ministry of Defence "
        "that has housed homeless veterans since 2023, how many patients are waiting for an NHS dentist in each region"
    )


@pytest.fixture
def three_keys() -> list[str]:
    """Give the keys of the answers close to `three_topics`, best first."""
    return [BUSES, DENTISTS, VETERANS]


@pytest.fixture(params=[pytest.param(one, id=f"{one[0]}={','.join(one[1])}") for one in NARROWINGS])
def narrowing(request: pytest.FixtureRequest) -> tuple[str, list[str], list[str]]:
    """Give a filter, its values, and the keys of all close answers to `three_topics` that pass it, best first."""
    given: tuple[str, list[str], list[str]] = request.param
    return given


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
