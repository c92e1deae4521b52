from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import pytest

from retrieval.corpus import Corpus
from retrieval.evaluation import Judgement, Query
from scripts import speed, speed_asking
from scripts.peers.adapter import Adapter, AdapterError
from scripts.peers.speaking import memory, proportional, read_texts, speak, under_load

# A system that finds texts by the words that they share with a question, and its program.
TOY = """
import sys
from scripts.peers.speaking import main, read_texts


class Toy:
    def __init__(self, model, folder):
        if str(model) == "none":
            sys.exit("no such model")
        self.file = folder / "index.jsonl"

    def index(self, texts, records):
        print("a library prints this")
        self.file.write_bytes(texts.read_bytes())
        return {"texts": sum(1 for _ in read_texts(texts))}

    def search(self, query, limit):
        words = set(query.lower().split())
        shared = {key: len(words & set(text.lower().split())) for key, text in read_texts(self.file)}
        return sorted(shared, key=lambda key: -shared[key])[:limit]

    def serve(self):
        return {}

    def close(self):
        (self.file.parent / "closed").touch()


main(Toy)
"""


class Words:
    """A system that knows two texts, and fails on a question that is empty."""

    def index(self, texts: Path, records: Path) -> Mapping[str, float]:
        return {"texts": sum(1 for _ in read_texts(texts)), "encoding_seconds": 0.5}

    def search(self, query: str, limit: int) -> list[int]:
        if not query:
            raise LookupError("nothing was asked")
        return [7, 3][:limit]

    def serve(self) -> Mapping[str, object]:
        return {}

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"key": 7, "text": "Buses in \\u2028 rural areas"}\n{"key": 3, "text": "Dentists"}\n', "utf-8")
    return path


def said_to(system: Words, *said: object) -> list[dict[str, object]]:
    told = io.StringIO()
    speak(system, io.StringIO("".join(f"{json.dumps(one)}\n" for one in said)), told)
    return [json.loads(line) for line in told.getvalue().splitlines()]


def test_each_line_is_answered_by_one(texts: Path) -> None:
    index, search, serve, held = said_to(
        Words(),
        {"do": "index", "texts": str(texts), "records": "-"},
        {"do": "search", "queries": ["a", "b"], "limit": 1},
        {"do": "serve"},
        {"do": "memory"},
    )
    assert (index["texts"], index["encoding_seconds"]) == (2, 0.5)
    assert search == {"keys": [[7], [7]]}
    assert serve == {}
    assert held.keys() == {"now_mb", "most_mb"}


def test_what_goes_wrong_is_said_and_the_next_line_is_still_done() -> None:
    told = said_to(
        Words(), {"do": "search", "queries": [""], "limit": 1}, {"do": "dance"}, {"do": "search", "queries": []}
    )
    assert told[0] == {"error": "LookupError: nothing was asked"}
    assert told[1] == {"error": "ValueError: no such thing to do: 'dance'"}
    assert told[2] == {"keys": []}


def test_a_load_counts_answers_and_failures_apart() -> None:
    told = under_load(Words(), ["a", "", "b"], clients=3, seconds=0.05)
    milliseconds, failed, seconds = told["milliseconds"], told["failed"], told["seconds"]
    assert isinstance(milliseconds, list)
    assert isinstance(failed, int)
    assert isinstance(seconds, float)
    # Every third question fails, whichever client asks it.
    assert abs(len(milliseconds) - 2 * failed) <= 2
    assert failed > 0
    assert seconds >= 0.05


def test_the_memory_of_a_process_is_at_most_what_it_was_at_its_height() -> None:
    held = memory(os.getpid())
    now, most = held["now_mb"], held["most_mb"]
    assert isinstance(now, float)
    assert isinstance(most, float)
    assert 1 < now <= most
    # What is shared with other processes counts in part.
    assert 0 < proportional(os.getpid()) <= most


def test_an_adapter_is_spoken_with_in_a_process_of_its_own(tmp_path: Path, texts: Path) -> None:
    (tmp_path / "toy.py").write_text(TOY, encoding="utf-8")
    command: list[str | Path] = [sys.executable, tmp_path / "toy.py", "model", tmp_path]
    with Adapter("Toy", command, tmp_path / "log.txt") as adapter:
        assert adapter.do("index", texts=str(texts), records="-")["texts"] == 2
        assert adapter.do("search", queries=["rural buses", "dentists"], limit=1)["keys"] == [[7], [3]]
        with pytest.raises(AdapterError, match=r"Toy: KeyError: 'limit'; .*log.txt may have more"):
            adapter.do("search", queries=["buses"])
        assert not (tmp_path / "closed").exists()
    assert (tmp_path / "closed").exists()
    assert (tmp_path / "log.txt").read_text(encoding="utf-8") == "a library prints this\n"
    with pytest.raises(AdapterError, match=r"Toy ended: .*log.txt has what it said"):
        Adapter("Toy", [*command[:2], "none", tmp_path], tmp_path / "log.txt")
    (tmp_path / "closed").unlink()
    with (
        pytest.raises(ZeroDivisionError),
        Adapter("Toy", command, tmp_path / "log.txt"),
    ):
        raise ZeroDivisionError
    # It was ended at once, and stopped its server all the same.
    assert (tmp_path / "closed").exists()


def record(number: int) -> str:
    return json.dumps({"id": number})


QUERIES = [Query("q1", "one"), Query("q2", "two"), Query("q3", "three"), Query("q4", "four")]
JUDGED = [
    Judgement("q1", "5", 1),
    Judgement("q1", "2", 1),
    Judgement("q2", "9", 1),
    Judgement("q2", "4", 0),
    Judgement("q3", "88", 1),
]


@pytest.mark.parametrize(
    ("most", "numbers", "asked"),
    [(1, [2, 5], ["q1"]), (3, [2, 5, 9], ["q1", "q2"]), (5, [2, 5, 9, 1, 3], ["q1", "q2"])],
)
def test_records_of_judged_questions_come_first_and_whole(most: int, numbers: list[int], asked: list[str]) -> None:
    records = speed.chosen([record(number) for number in range(1, 10)], QUERIES, JUDGED, most)
    assert [json.loads(one)["id"] for one in records] == numbers
    judged = speed.judged_within(QUERIES, JUDGED, records)
    # The third has a record that is nowhere, and the fourth none.
    assert [one.id for one in judged.queries] == asked
    assert judged.relevant["q1"] == {"2", "5"}


class ToyAdapter:
    """Stands in the place of the processes: every system finds the paragraph that has most words of a question."""

    def __init__(self, name: str, command: list[object], log: Path) -> None:
        self.name, self.folder = name, Path(str(command[4]))

    def __enter__(self) -> ToyAdapter:
        return self

    def __exit__(self, *told: object) -> None:
        """Nothing is held."""

    def do(self, what: str, **given: object) -> Mapping[str, object]:
        done: dict[str, Mapping[str, object]] = {
            "index": {"texts": 4, "seconds": 2.0 if self.name == "txtai" else 0.5, "encoding_seconds": 0.25},
            "memory": {"now_mb": 100.4, "most_mb": 200.4},
            "search": {"keys": [[0, 1, 2, 3]]},
            "serve": {"address": "http://127.0.0.1:9", "template": "/", "pid": 1} if self.name == "txtai" else {},
            "load": {"milliseconds": [1.0, 3.0], "seconds": 2.0, "failed": 1},
        }
        if what == "index":
            (self.folder / "file").write_bytes(b"x" * 3_000_000)
            Path(str(given["texts"])).write_text('{"key": 0, "text": ""}\n' * 4, encoding="utf-8")
        return done[what]


@pytest.fixture
def given(tmp_path: Path) -> argparse.Namespace:
    (tmp_path / "records.jsonl").write_text(record(1) + "\n", encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text('{"id": "q", "query": "buses"}\n', encoding="utf-8")
    (tmp_path / "qrels").write_text("q 0 1 1\n", encoding="utf-8")
    parser = argparse.ArgumentParser()
    speed.add_speed(parser.add_subparsers())
    options = ["--records", "records.jsonl", "--queries", "queries.jsonl", "--qrels", "qrels", "--work", "work"]
    paths = [one if one.startswith("--") else str(tmp_path / one) for one in options]
    return parser.parse_args(["speed", *paths, "--peers", "txtai", "lancedb", "--rounds", "2"])


def test_a_comparison_is_one_table_with_a_line_for_each_system(
    given: argparse.Namespace, built_once: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = Corpus.open(built_once)
    asked: list[int] = []

    async def loaded(address: str, targets: object, *, clients: int, seconds: float) -> object:
        asked.append(clients)
        return speed_load.Tally(answered=[float(len(asked))] * 20, seconds=10.0)

    from scripts import load as speed_load

    monkeypatch.setattr(speed, "Adapter", ToyAdapter)
    monkeypatch.setattr(speed_asking, "load", loaded)
    monkeypatch.setattr(speed_asking, "memory", lambda pid: {"now_mb": 50.0 + pid})
    monkeypatch.setattr(Corpus, "open", lambda data: corpus)
    # The record's answer is the one in the first row.
    monkeypatch.setattr(corpus.store, "number_of", lambda key: int(corpus.store.record_of_row[0]))
    given.peers_python = Path(sys.executable)
    given.run(given)
    out, err = capsys.readouterr()
    lines = [one.strip("| ").split(" | ") for one in out.splitlines() if one.startswith("|")]
    assert [one[0] for one in lines[2:]] == ["Despatch Box", "txtai", "LanceDB", "Despatch Box, full"]
    table = {one[0]: dict(zip(speed.HEADS[1:], one[1:], strict=True)) for one in lines[2:4]}
    assert table["txtai"]["paragraphs a second"] == "2"
    assert table["Despatch Box"]["of txtai's"] == "4.00"
    assert (table["Despatch Box"]["encoding alone"], table["Despatch Box"]["MB on disk"]) == ("16", "3")
    assert (table["txtai"]["asked"], table["txtai"]["MB to serve"], table["txtai"]["failed"]) == (
        "over HTTP",
        "51",
        "0",
    )
    assert (table["Despatch Box"]["asked"], table["Despatch Box"]["failed"]) == ("in process", "10")
    assert {one["MRR@10"] for one in table.values()} == {"1.000"}
    # Once to see that the server is there, then with one client and with sixteen, in five turns.
    assert asked == [1, *[1, 16] * 5]
    # What is told is of all turns: with sixteen 20 answers in 10 seconds, in 3, 5, 7, 9 and 11 milliseconds.
    assert table["txtai"]["p50 ms, 16 clients"] == "7.0"
    assert (table["txtai"]["p99 ms"], table["txtai"]["a second"]) == ("11.0", "2.0")
    assert err.count("indexes") == 2 * 3


def test_every_system_is_asked_in_each_turn_and_another_one_first() -> None:
    def toy(name: str) -> speed_asking.Asked:
        return speed_asking.Asked(cast("Adapter", ToyAdapter(name, [""] * 5, Path())), "fast")

    systems = [toy(name) for name in ("a", "b", "c")]
    found = speed_asking.turns(["1", "2", "3", "4"], systems, 2)
    assert [(one.name, "".join(asked)) for one, asked in found] == [
        *(("a", "1234"), ("b", "1234"), ("c", "1234")),
        *(("b", "3412"), ("c", "3412"), ("a", "3412")),
    ]


def test_a_comparison_that_can_not_be_made_says_why(given: argparse.Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="there is no build/peers/bin/python: make it as --help says"):
        given.run(given)

    given.peers_python, given.turns = Path(sys.executable), 0
    with pytest.raises(SystemExit, match=r"^--turns is 0: it must be 1 or more$"):
        given.run(given)
    given.turns, judgements = 1, given.qrels
    given.qrels = []
    with pytest.raises(SystemExit, match=r"^no question has all the records that answer it among these: give"):
        given.run(given)
    given.qrels = judgements

    def ended(name: str, command: list[object], log: Path) -> Adapter:
        raise AdapterError(f"{name} ended")

    monkeypatch.setattr(speed, "Adapter", ended)
    given.peers = []
    with pytest.raises(SystemExit, match=r"^Despatch Box ended$"):
        given.run(given)
