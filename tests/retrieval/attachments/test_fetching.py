from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from retrieval.attachments.extracted import ELSEWHERE, NOT_THERE, OTHER_KIND, TOO_LARGE
from retrieval.attachments.fetching import FetchReport, fetch_texts
from retrieval.attachments.limits import Limits
from retrieval.attachments.texts import AttachmentTexts
from retrieval.build import build
from retrieval.encoders import Encoder
from retrieval.errors import NoSnapshot, ServiceUnreachable

Make = Callable[..., bytes]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
BASE = "https://files.parliament.uk/"


class Files:
    """Gives files by name, and remembers what was asked for."""

    def __init__(self, **files: bytes | Exception | None) -> None:
        self.files = files
        self.asked: list[str] = []

    def get(self, url: str) -> bytes | None:
        name = url.removeprefix(BASE)
        self.asked.append(name)
        found = self.files.get(name)
        if isinstance(found, Exception):
            raise found
        return found


def data_with(folder: Path, source: str, encoder: Encoder, attached: Sequence[Sequence[dict[str, object]]]) -> Path:
    """Build the first of the small records, each with these attachments; the last is the newest."""
    lines = []
    rows = Path(source).read_text(encoding="utf-8").splitlines()
    for number, (line, attachments) in enumerate(zip(rows, attached, strict=False)):
        record = json.loads(line)
        record["value"].update(attachments=attachments, dateAnswered=f"2025-06-{number + 1:02}T00:00:00")
        lines.append(json.dumps(record))
    (folder / "records.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    build([str(folder / "records.jsonl")], folder / "data", encoder, now=NOW)
    return folder / "data"


def file(name: str, **facts: object) -> dict[str, object]:
    return {"url": BASE + name, "title": f"{name} (of {name})", "fileType": "application/pdf", **facts}


def kept(data: Path) -> dict[str, str | None]:
    """Return by name why there is no text; None where there is."""
    with closing(AttachmentTexts(data)) as texts:
        return {url.removeprefix(BASE): (found.reason if (found := texts.get(url)) else "?") for url in texts.states()}


def test_attachments_are_fetched_once_those_of_new_answers_first(
    tmp_path: Path, small_source: str, toy_encoder: Encoder, make_pdf: Make
):
    data = data_with(tmp_path, small_source, toy_encoder, [[file("old")], [file("new"), file("old")], [file("gone")]])
    files = Files(old=make_pdf(["Old words."]), new=make_pdf(["New words."]), gone=None)
    heard: list[tuple[str, int, int | None]] = []
    report = fetch_texts(data, files.get, today=TODAY, progress=lambda *told: heard.append(told))
    assert files.asked == ["gone", "new", "old"]
    assert (report.attachments, report.known, report.with_text, report.without_text) == (3, 0, 2, {NOT_THERE: 1})
    assert (report.left, report.failed, report.gave_up) == (0, 0, False)
    assert heard == [("Reading attachments", done, 3) for done in (1, 2, 3)]
    with closing(AttachmentTexts(data)) as texts:
        found = texts.get(BASE + "old")
    assert found
    assert (found.text, found.fetched_on, found.media_type) == ("Old words.", TODAY, "application/pdf")
    again = fetch_texts(data, files.get, today=TODAY)
    assert (again.known, again.with_text, len(files.asked)) == (3, 0, 3)


def test_a_file_that_fails_is_asked_for_again_and_ends_no_run(
    tmp_path: Path, small_source: str, toy_encoder: Encoder, make_pdf: Make
):
    data = data_with(tmp_path, small_source, toy_encoder, [[file("a"), file("b"), file("c")]])
    files = Files(a=ServiceUnreachable("no answer"), b=OSError("torn"), c=make_pdf(["Words."]))
    report = fetch_texts(data, files.get, today=TODAY)
    assert (report.failed, report.with_text, report.left) == (2, 1, 2)
    assert report.failures == [f"{BASE}a: no answer", f"{BASE}b: torn"]
    assert kept(data) == {"c": None}
    files.files.update(a=make_pdf(["A."]), b=b"GIF89a")
    report = fetch_texts(data, files.get, today=TODAY)
    assert (report.known, report.with_text, report.without_text, report.left) == (1, 1, {OTHER_KIND: 1}, 0)


def test_a_run_that_meets_nothing_but_failures_gives_up(tmp_path: Path, small_source: str, toy_encoder: Encoder):
    names = [f"f{number}" for number in range(15)]
    data = data_with(tmp_path, small_source, toy_encoder, [[file(name) for name in names]])
    files = Files(**dict.fromkeys(names, OSError("down")))
    report = fetch_texts(data, files.get, today=TODAY)
    assert (report.gave_up, report.failed, report.left, len(files.asked)) == (True, 10, 15, 10)


def test_the_first_failures_are_told_and_all_are_counted(tmp_path: Path, small_source: str, toy_encoder: Encoder):
    names = [f"f{number}" for number in range(44)]
    data = data_with(tmp_path, small_source, toy_encoder, [[file(name) for name in names]])
    report = fetch_texts(data, Files(**dict.fromkeys(names[::2], OSError("torn"))).get, today=TODAY)
    assert (report.failed, len(report.failures), report.left) == (22, 20, 22)
    assert report.without_text == {NOT_THERE: 22}


def test_a_limit_leaves_the_rest_for_the_next_run(tmp_path: Path, small_source: str, toy_encoder: Encoder):
    data = data_with(tmp_path, small_source, toy_encoder, [[file("a"), file("b"), file("c")]])
    files = Files(a=b"x", b=b"x", c=b"x")
    assert fetch_texts(data, files.get, today=TODAY, limit=2).left == 1
    assert fetch_texts(data, files.get, today=TODAY, limit=2).left == 0
    assert files.asked == ["a", "b", "c"]


def test_only_parliaments_servers_are_asked(tmp_path: Path, small_source: str, toy_encoder: Encoder):
    addresses = [
        "http://127.0.0.1/secret",
        "https://parliament.uk.example/x",
        "https://notparliament.uk/x",
        "http://[broken/x",
        "https://user@files.parliament.uk/x",
        "https://files.parliament.uk@127.0.0.1/x",
        "https://127.0.0.1\\@files.parliament.uk/x",
        "https://10.0.0.1#.parliament.uk/x",
        "https://127.0.0.1\\.parliament.uk/x",
        "https://127.0.0.1%2f.parliament.uk/x",
        "https://files.parliament.uk:22/x",
        "https://files.parliament.uk:no/x",
        "http://files.parliament.uk:443/x",
        "https://files。parliament.uk/x",
        "https://files.parliament.uk.:443/x",
    ]
    attached: list[dict[str, object]] = [{"url": url, "title": "t"} for url in addresses]
    data = data_with(tmp_path, small_source, toy_encoder, [attached])
    files = Files()
    report = fetch_texts(data, files.get, today=TODAY)
    assert files.asked == [addresses[-1]]
    assert report.without_text == {ELSEWHERE: len(addresses) - 1, NOT_THERE: 1}
    files = Files()
    fetch_texts(data, files.get, today=TODAY, again=True, hosts=["127.0.0.1"])
    assert files.asked == [addresses[0]]


def test_a_file_that_is_too_large_is_not_fetched_or_not_read(
    tmp_path: Path, small_source: str, toy_encoder: Encoder, make_pdf: Make
):
    data = data_with(tmp_path, small_source, toy_encoder, [[file("told", fileSizeBytes=2000), file("found")]])
    files = Files(found=make_pdf(["Words."]))
    report = fetch_texts(data, files.get, today=TODAY, limits=Limits(file_bytes=500))
    assert (files.asked, report.without_text) == (["found"], {TOO_LARGE: 2})
    assert kept(data)["told"] == f"{TOO_LARGE}: it has 2,000 bytes, at most 500 are read"


def test_csv_is_told_by_name_address_or_type(tmp_path: Path, small_source: str, toy_encoder: Encoder):
    attached = [file("a.csv"), file("b", title="B.CSV"), file("c", fileType="text/csv"), file("d")]
    data = data_with(tmp_path, small_source, toy_encoder, [attached])
    files = Files(**dict.fromkeys(("a.csv", "b", "c", "d"), b"Name,Place\nAnn,Hull\n"))
    fetch_texts(data, files.get, today=TODAY)
    assert kept(data) == {"a.csv": None, "b": None, "c": None, "d": OTHER_KIND}


def test_again_asks_for_what_gave_no_text_and_what_another_version_read_and_loses_no_text(
    tmp_path: Path, small_source: str, toy_encoder: Encoder, make_pdf: Make
):
    data = data_with(tmp_path, small_source, toy_encoder, [[file("a"), file("b"), file("c")]])
    files = Files(a=make_pdf(["A."]), b=make_pdf(["B."]), c=None)
    fetch_texts(data, files.get, today=TODAY)
    with closing(AttachmentTexts(data)) as texts:
        older = texts.get(BASE + "b")
        assert older
        texts.keep([replace(older, extractor="pypdf 1.0")])
    files = Files(c=make_pdf(["C."]))
    report = fetch_texts(data, files.get, today=TODAY, again=True)
    assert files.asked == ["b", "c"]
    assert (report.with_text, report.without_text) == (1, {NOT_THERE: 1})
    assert kept(data) == {"a": None, "b": None, "c": None}


def test_texts_that_no_record_has_any_more_are_dropped(
    tmp_path: Path, small_source: str, toy_encoder: Encoder, make_pdf: Make
):
    data = data_with(tmp_path, small_source, toy_encoder, [[file("a")], [file("b")]])
    files = Files(a=make_pdf(["A."]), b=make_pdf(["B."]))
    fetch_texts(data, files.get, today=TODAY)
    data_with(tmp_path, small_source, toy_encoder, [[file("a")]])
    assert fetch_texts(data, files.get, today=TODAY) == FetchReport(attachments=1, known=1, removed=1)
    assert kept(data) == {"a": None}


def test_without_a_snapshot_there_is_nothing_to_fetch(tmp_path: Path):
    with pytest.raises(NoSnapshot):
        fetch_texts(tmp_path, Files().get, today=TODAY)
