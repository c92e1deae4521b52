from __future__ import annotations

import importlib.util
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from retrieval.build import build
from retrieval.encoders import Encoder

SCRIPT = Path(__file__).parents[2] / "scripts" / "measure_sync.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_sync", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure_sync"] = module
    spec.loader.exec_module(module)
    return module


measure_sync = loaded()


@pytest.mark.model
def test_adding_to_an_index_is_measured(small_source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    assert measure_sync.main(["add", "--records", small_source, "--add", "2", "--data", str(data)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["records"] == 12
    assert 0 < told["texts_encoded_to_add"] < told["passages"]
    assert {"manifest.json", "received.sqlite", "records.sqlite", "vectors.faiss"} <= set(told["files"])


def test_the_state_of_an_index_leaves_out_when_its_sources_were_read(
    small_data: Path, small_source: str, toy_encoder: Encoder, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    build([small_source], again, toy_encoder, now=datetime(2027, 3, 1, tzinfo=UTC))
    assert measure_sync.state_of(again) == measure_sync.state_of(small_data)
    few = tmp_path / "few.jsonl"
    few.write_text("".join(Path(small_source).read_text(encoding="utf-8").splitlines(keepends=True)[:5]), "utf-8")
    build([str(few)], again, toy_encoder)
    assert measure_sync.state_of(again) != measure_sync.state_of(small_data)
    assert measure_sync.state_of(tmp_path / "nothing") == "none"
