"""The jobs that `torture.py` breaks off: how a directory is before each, what the job does, and what a reader finds."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from retrieval.attachments.extracted import Extracted
from retrieval.attachments.texts import AttachmentText, AttachmentTexts
from retrieval.build import build, upgrade
from retrieval.build_report import no_progress
from retrieval.checks import Checks, MonthCheck, read_checks, write_checks
from retrieval.corpus import Corpus
from retrieval.errors import NoSnapshot
from retrieval.packing import pack, unpack
from retrieval.pointer import SNAPSHOTS_FOLDER, names_there
from retrieval.records import Block, BlockKind, Genre, House
from retrieval.rollback import roll_back
from retrieval.search import Searcher
from retrieval.snapshot import FORMAT, prune, verified_manifest, writing
from retrieval.sync.held import Held
from retrieval.sync.journal import Journal
from retrieval.sync.publishing import Publisher
from retrieval.sync.request import SyncReport
from retrieval.sync.row import Row
from retrieval.sync.waiting import Pending
from tests.conftest import ToyEncoder

SOURCE: Final = Path(__file__).parents[1] / "tests" / "data" / "small.jsonl"
QUESTIONS: Final = ("village bus services in rural areas", "housed homeless veterans since 2023", "NHS dentist")
START: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY: Final = date(2026, 11, 21)
URL: Final = "https://questions-statements-api.parliament.uk/api/writtenquestions/questions"

State = Any
"""What a reader finds, in a form that fits into JSON."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that changes a directory. Primary key: `name`.

    Attributes:
        name: What the table calls it.
        prepare: Makes the folder as it is before.
        act: Changes it; done again after a fault, it finishes what was broken off.
        state: What a reader finds in it.
        keeps: The most snapshots that there are once it is done; None where that is not its work.
    """

    name: str
    prepare: Callable[[Path], object]
    act: Callable[[Path], object]
    state: Callable[[Path], State]
    keeps: int | None = None


def data_in(folder: Path) -> Path:
    """Return the data directory of a job."""
    return folder / "data"


def old_lines() -> list[str]:
    """Return the records of before: fewer, and one with a text that was changed since."""
    lines = SOURCE.read_text("utf-8").splitlines(keepends=True)
    return [lines[0].replace("local councils powers", "some local councils powers"), *lines[1:8]]


def build_old(folder: Path, moment: datetime = START, encoder: ToyEncoder | None = None, keep: int = 9) -> None:
    """Index the records of before."""
    source = folder / "old.jsonl"
    source.write_text("".join(old_lines()), "utf-8")
    build([source], data_in(folder), encoder or ToyEncoder(), now=moment, keep=keep)


def build_new(folder: Path, keep: int = 2) -> None:
    """Index all records."""
    build([SOURCE], data_in(folder), ToyEncoder(), now=START + timedelta(hours=1), keep=keep)


def searched(folder: Path) -> State:
    """Return what a search finds, and a hash of every answer there is; "nothing" where nothing was built.

    All files of every snapshot that can be seen are verified on the way, those of the ones before as well.
    """
    return searched_in(data_in(folder))


def searched_in(data: Path) -> State:
    """Do likewise for a data directory."""
    try:
        found = found_in(data)
    except NoSnapshot:
        found = "nothing"
    for name in names_there(data):
        folder = data / SNAPSHOTS_FOLDER / name
        sha256 = json.loads((folder / "published.json").read_text("utf-8"))["manifest_sha256"]
        verified_manifest(folder, name, sha256, (FORMAT,), data)
    return found


def found_in(data: Path) -> State:
    """Return what a search of the current snapshot finds."""
    corpus = Corpus.open(data)
    searcher = Searcher(corpus, ToyEncoder(corpus.manifest.model.name), data)
    keys = sorted(str(key) for (key,) in corpus.store.rows("SELECT key FROM records"))
    texts = "".join(passage.text for key in keys for passage in corpus.answer(key).passages)
    found = [[[hit.citation.key, hit.passage.text] for hit in searcher.search(q, limit=3).hits] for q in QUESTIONS]
    return {"keys": keys, "texts": hashlib.sha256(texts.encode()).hexdigest(), "found": found}


def _first(folder: Path) -> None:
    data_in(folder).mkdir()


def _twice(folder: Path) -> None:
    build_old(folder, START - timedelta(hours=1))
    build_old(folder)


def _four(folder: Path) -> None:
    for hours in range(3, -1, -1):
        build_old(folder, START - timedelta(hours=hours))


def _prune(folder: Path) -> None:
    with writing(data_in(folder)):
        prune(data_in(folder), keep=1)


def _add(folder: Path) -> None:
    build([SOURCE], data_in(folder), ToyEncoder(), add=True, now=START + timedelta(hours=1))


def _of_another_model(folder: Path) -> None:
    build_old(folder, encoder=ToyEncoder("another"))


def _upgrade(folder: Path) -> None:
    upgrade(data_in(folder), ToyEncoder(), now=START + timedelta(hours=1))


def _with_model(folder: Path) -> State:
    return [Corpus.open(data_in(folder)).manifest.model.name, searched(folder)]


def _newer(folder: Path) -> None:
    build_old(folder)
    build_new(folder)


def _roll_back(folder: Path) -> None:
    data = data_in(folder)
    roll_back(data, names_there(data)[-1])


def _with_pack(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    build_new(other)
    pack(data_in(other), folder / "new.pack")
    build_old(folder, START - timedelta(hours=1))
    build_old(folder)


def _unpack(folder: Path) -> None:
    unpack(folder / "new.pack", data_in(folder))


def _old_pack(folder: Path) -> None:
    build_old(folder)
    pack(data_in(folder), folder / "data" / "index.pack")
    build_new(folder)


def _pack(folder: Path) -> None:
    pack(data_in(folder), folder / "data" / "index.pack")


def _packed(folder: Path) -> State:
    with tempfile.TemporaryDirectory() as scratch:
        unpack(folder / "data" / "index.pack", Path(scratch))
        return searched_in(Path(scratch))


def _fetched(folder: Path) -> None:
    build_old(folder)
    with Journal(data_in(folder)) as journal, journal.transaction():
        for line in SOURCE.read_text("utf-8").splitlines():
            row = Row.of(Genre.ANSWER, line.encode())
            Pending(journal).put(row, f"{URL}/{row.id}", DAY, whole=True)


def _publish(folder: Path) -> None:
    data = data_in(folder)
    with Journal(data) as journal:
        held = Held(data)
        publisher = Publisher(
            data, ToyEncoder, Pending(journal), lambda: START + timedelta(hours=1), no_progress, SyncReport(), held, 2
        )
        publisher.publish()
        publisher.held.close()


def _texts(folder: Path) -> State:
    with closing(AttachmentTexts(data_in(folder))) as texts:
        return {url: text.text for url in texts.states() if (text := texts.get(url))}


def _text(number: int, words: str) -> AttachmentText:
    block = Block(BlockKind.PARAGRAPH, words)
    found = Extracted(extractor="torture 1", blocks=(block,), parts=())
    return AttachmentText.of(f"https://example.org/{number}.pdf", None, DAY, words.encode(), found)


def _keep_one(folder: Path) -> None:
    with closing(AttachmentTexts(data_in(folder))) as texts:
        texts.keep([_text(1, "before")])


def _keep_more(folder: Path) -> None:
    with closing(AttachmentTexts(data_in(folder))) as texts:
        texts.keep([_text(number, f"after {number} " * 500) for number in range(1, 8)])


def _checks(folder: Path) -> State:
    return [str(month) for month in read_checks(data_in(folder)).months]


def _check(listed: int) -> Checks:
    return Checks((MonthCheck(Genre.ANSWER, House.COMMONS, "2026-11", listed, 0, 0, START),))


def _write_old_checks(folder: Path) -> None:
    data_in(folder).mkdir()
    write_checks(data_in(folder), _check(1))


JOBS: Final = (
    Job("the first build", _first, build_new, searched, 2),
    Job("a build over another", _twice, build_new, searched, 2),
    Job("build --add", _twice, _add, searched, 2),
    Job("upgrade to another model", _of_another_model, _upgrade, _with_model, 2),
    Job("prune", _four, _prune, searched, 1),
    Job("sync puts in place what it fetched", _fetched, _publish, searched, 2),
    Job("unpack", _with_pack, _unpack, searched, 2),
    Job("pack over another", _old_pack, _pack, _packed),
    Job("rollback", _newer, _roll_back, searched, 2),
    Job("attachments keep their texts", _keep_one, _keep_more, _texts),
    Job(
        "sync notes what was listed",
        _write_old_checks,
        lambda folder: write_checks(data_in(folder), _check(2)),
        _checks,
    ),
)
"""Everything that changes what readers see."""
