from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from retrieval.attachments.fetching import fetch_texts
from retrieval.attachments.texts import ATTACHMENTS_FILE, AttachmentTexts
from retrieval.build import BuildReport, Changes, build, refresh
from retrieval.citations import CitationStyle, notes, written
from retrieval.citing import CitedAttachment
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.filters import Filters
from retrieval.hit_results import AttachmentSource, Hit
from retrieval.packing import pack, unpack
from retrieval.search import Searcher
from retrieval.snapshot import open_snapshot
from retrieval.verify import VerifyReport, verify
from tests.replay.invented import question

Make = Callable[..., bytes]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
BASE = "https://files.parliament.uk/"
OTTERS = "Otters were counted on ninety rivers, and the count found more of them than ever before on the Tamar."
HERONS = "Herons nest along the Severn, where volunteers have watched them every spring since nineteen twenty eight."
NEWTS = [["Newt ponds by county"], ["County", "Ponds", "Great crested newts"], ["Cheshire", 40, 900], ["Kent", 12, 77]]
NOTE = "from the attachment 'Wildlife review', not from the answer itself; rights in it are not known"
FIRST = "commons-2024-09-02-101"


class Held:
    """A data directory whose first two records, which share an answer, can have attachments."""

    def __init__(self, folder: Path, source: str, encoder: Encoder, files: dict[str, bytes]) -> None:
        self.data = folder / "data"
        self.encoder = encoder
        self.files = files
        self._folder = folder
        self._lines = Path(source).read_text(encoding="utf-8").splitlines()

    def build(self, *attached: Sequence[tuple[str, str]], add: bool = False) -> BuildReport:
        """Build all records; by record, the names and titles of its attachments."""
        lines = []
        for number, line in enumerate(self._lines):
            record = json.loads(line)
            named = attached[number] if number < len(attached) else ()
            record["value"]["attachments"] = [
                {"url": BASE + name, "title": title, "fileType": "application/pdf"} for name, title in named
            ]
            lines.append(json.dumps(record))
        path = self._folder / "records.jsonl"
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return build([str(path)], self.data, self.encoder, add=add, now=NOW)

    def fetch(self, *, again: bool = False) -> None:
        """Fetch what is due; `refresh` makes the snapshot that has it."""
        fetch_texts(self.data, lambda url: self.files.get(url.removeprefix(BASE)), today=TODAY, again=again)

    def refresh(self) -> BuildReport:
        return refresh(self.data, self.encoder, Changes(), now=NOW)

    def hit(self, question: str, filters: Filters | None = None) -> Hit:
        """Return the best hit."""
        found = Searcher.open(self.data, self.encoder).search(question, filters or Filters())
        return [*found.hits, *found.near_misses][0]


@pytest.fixture
def held(tmp_path: Path, small_source: str, toy_encoder: Encoder, make_pdf: Make, make_workbook: Make) -> Held:
    files = {
        "review.pdf": make_pdf([OTTERS], [HERONS]),
        "ponds.xlsx": make_workbook({"Ponds": NEWTS}),
        "secret.pdf": b"%PDF-1.4 torn",
    }
    return Held(tmp_path, small_source, toy_encoder, files)


REVIEW, PONDS, SECRET = ("review.pdf", "Wildlife review"), ("ponds.xlsx", "Ponds"), ("secret.pdf", "Torn")


def told(report: VerifyReport) -> list[str]:
    return [found.what for found in report.discrepancies]


def test_a_passage_of_an_attachment_is_found_and_says_what_it_is(held: Held):
    held.build([REVIEW, PONDS])
    held.fetch()
    held.refresh()
    hit = held.hit("Herons nest along the Severn volunteers watched them every spring")
    assert (hit.key, hit.passage.text) == (FIRST, HERONS)
    assert hit.passage.attachment == AttachmentSource(
        1, "Wildlife review", f"{BASE}review.pdf", "application/pdf", "page 2", "not known"
    )
    assert NOTE in hit.notes
    assert hit.notes[0] == NOTE
    assert (hit.passage.before, hit.passage.after) == (OTTERS, None)
    assert hit.passage.findings == ()


def test_its_citation_names_the_attachment_and_no_passage_of_the_answer(held: Held):
    held.build([REVIEW])
    held.fetch()
    held.refresh()
    hit = held.hit("Herons nest along the Severn volunteers watched them every spring")
    where = f"in its attachment 'Wildlife review' (page 2) <{BASE}review.pdf>"
    assert hit.citation.attachment == CitedAttachment("Wildlife review", f"{BASE}review.pdf", "page 2")
    assert hit.citation.paragraph is None
    assert all(form.endswith(f", {where}") for form in hit.written.values())
    assert not any("the passage meant is number" in note for note in hit.notes)
    corpus = Corpus.open(held.data)
    assert corpus.citation(FIRST, hit.passage.ordinal) == hit.citation
    for style in (CitationStyle.BIBTEX, CitationStyle.RIS, CitationStyle.CSL_JSON):
        assert "n its attachment" in written(hit.citation, style)
        assert "Rights in the attachment are not known" in written(hit.citation, style)
    own = corpus.citation(FIRST, 1)
    assert (own.attachment, own.paragraph) == (None, 1)
    assert not any("attachment" in note for note in notes(own, CitationStyle.HOUSE))


def test_a_row_of_a_sheet_is_found_with_its_headers(held: Held):
    held.build([PONDS])
    held.fetch()
    held.refresh()
    hit = held.hit("great crested newts ponds in Cheshire county")
    assert hit.passage.text == "Cheshire\t40\t900"
    assert hit.passage.context == "Newt ponds by county\nCounty | Ponds | Great crested newts"
    assert hit.passage.attachment
    assert hit.passage.attachment.place == "sheet Ponds"


def test_the_answer_itself_is_as_it_was_without_attachments(held: Held):
    held.build()
    keys = (FIRST, "commons-2024-09-02-102")
    before = Corpus.open(held.data)
    answers = [before.answer(key) for key in keys]
    held.build([REVIEW, PONDS])
    held.fetch()
    held.refresh()
    after = Corpus.open(held.data)
    for key, one in zip(keys, answers, strict=True):
        other = after.answer(key)
        assert (one.text, one.kind, one.findings, one.passages) == (
            other.text,
            other.kind,
            other.findings,
            other.passages,
        )
    assert before.store.group_of_record.tolist() == after.store.group_of_record.tolist()
    hit = held.hit("Funding of £12 million is shared out by population and mileage")
    assert hit.passage.attachment is None
    assert hit.passage.after not in (OTTERS, HERONS)


def test_a_whole_answer_lists_what_was_read_of_each_attachment_apart(held: Held):
    held.build([REVIEW, SECRET, ("never.pdf", "Never there"), PONDS])
    held.fetch()
    held.refresh()
    answer = Corpus.open(held.data).answer(FIRST)
    own = len(answer.passages)
    readings = answer.attachment_texts
    assert [(one.number, one.title, one.rights) for one in readings] == [
        (1, "Wildlife review", "not known"),
        (2, "Torn", "not known"),
        (3, "Never there", "not known"),
        (4, "Ponds", "not known"),
    ]
    assert [one.reason for one in readings] == [
        None,
        "broken, or of a form that can't be read",
        "not there any more",
        None,
    ]
    assert [passage.ordinal for one in readings for passage in one.passages] == list(range(own + 1, own + 6))
    assert [passage.text for passage in readings[0].passages] == [OTTERS, HERONS]
    assert {passage.attachment.number for passage in readings[3].passages if passage.attachment} == {4}
    assert all(passage.attachment is None for passage in answer.passages)
    assert len(readings[0].sha256) == 64


def test_attachments_that_were_never_fetched_change_nothing(held: Held):
    report = held.build([REVIEW])
    assert report.counts.passages == held.build().counts.passages
    held.build([REVIEW])
    assert Corpus.open(held.data).answer(FIRST).attachment_texts == ()
    assert not (held.data / ATTACHMENTS_FILE).exists()
    assert verify(held.data).sound


def test_texts_fetched_since_make_a_new_snapshot_and_encode_only_themselves(held: Held):
    before = held.build([REVIEW]).counts.passages
    assert not held.refresh().published
    held.fetch()
    report = held.refresh()
    assert (report.published, report.texts_encoded, report.counts.passages) == (True, 2, before + 2)
    assert not held.refresh().published


def test_a_text_that_was_read_anew_takes_the_place_of_the_one_before(held: Held, make_pdf: Make):
    held.build([REVIEW])
    held.fetch()
    held.refresh()
    with closing(AttachmentTexts(held.data)) as texts:
        older = texts.get(f"{BASE}review.pdf")
        assert older
        texts.keep([replace(older, extractor="pypdf 1.0")])
    held.files["review.pdf"] = make_pdf([HERONS])
    held.fetch(again=True)
    report = held.refresh()
    assert (report.published, report.changed) == (True, 0)
    readings = Corpus.open(held.data).answer(FIRST).attachment_texts
    assert [passage.text for passage in readings[0].passages] == [HERONS]
    assert verify(held.data).sound


def test_the_text_survives_the_loss_of_the_file_it_was_kept_in(held: Held):
    first = held.build([REVIEW])
    held.fetch()
    passages = held.refresh().counts.passages
    assert passages == first.counts.passages + 2
    (held.data / ATTACHMENTS_FILE).unlink()
    assert held.build([REVIEW], add=True).counts.passages == passages
    assert held.build([REVIEW]).counts.passages == passages
    held.files.clear()
    held.fetch()
    assert Corpus.open(held.data).answer(FIRST).attachment_texts[0].reason is None
    assert verify(held.data).sound


def test_a_snapshot_moved_to_another_machine_has_the_text_with_it(held: Held, tmp_path: Path):
    held.build([REVIEW, PONDS])
    held.fetch()
    held.refresh()
    pack(held.data, tmp_path / "moved.pack")
    unpack(tmp_path / "moved.pack", tmp_path / "other")
    assert verify(tmp_path / "other").sound
    there = Corpus.open(tmp_path / "other").answer(FIRST)
    assert there.attachment_texts == Corpus.open(held.data).answer(FIRST).attachment_texts
    assert not refresh(tmp_path / "other", held.encoder, Changes(), now=NOW).published


def test_rules_that_changed_make_the_passages_anew_from_the_text_kept(held: Held):
    held.build([REVIEW])
    held.fetch()
    report = held.refresh()
    reseal(held.data, {}, derivation="older rules")
    (held.data / ATTACHMENTS_FILE).unlink()
    again = held.refresh()
    assert (again.published, again.counts.passages, again.texts_encoded) == (True, report.counts.passages, 0)
    assert verify(held.data).sound


def test_a_record_that_is_gone_takes_its_attachments_with_it(held: Held):
    held.build([REVIEW])
    held.fetch()
    held.refresh()
    held.build()
    with closing(sqlite3.connect(open_snapshot(held.data).records_file)) as connection:
        assert connection.execute("SELECT count(*) FROM attachment_texts").fetchone() == (0,)
    held.fetch()
    with closing(sqlite3.connect(held.data / ATTACHMENTS_FILE)) as connection:
        assert connection.execute("SELECT count(*) FROM attachment_texts").fetchone() == (0,)


def test_an_attachment_is_cited_with_the_record_that_has_it_though_a_newer_one_has_the_same_answer(held: Held):
    held.build([REVIEW])
    held.fetch()
    held.refresh()
    herons = held.hit("Herons nest along the Severn volunteers watched them every spring")
    assert herons.key == FIRST
    assert "commons-2024-09-02-102" in {other.key for other in herons.also_given}


def test_an_answer_found_by_its_own_words_never_shows_the_words_of_an_attachment(held: Held):
    held.build((), [REVIEW])
    held.fetch()
    held.refresh()
    hit = held.hit("Funding of £12 million is shared out by population and mileage")
    assert hit.passage.attachment is None
    assert "£12 million" in hit.passage.text


def test_filters_hold_for_attachments_as_for_answers(held: Held):
    held.build([REVIEW])
    held.fetch()
    held.refresh()
    found = Searcher.open(held.data, held.encoder).search(HERONS, Filters(answered_from=date(2025, 1, 1)))
    assert all(hit.passage.attachment is None for hit in (*found.hits, *found.near_misses))


def reseal(data: Path, statements: dict[str, Sequence[object]], **manifest: str) -> None:
    """Change a snapshot and seal it again, as a fault in the program that made it would have."""
    from retrieval.snapshot import sealed

    snapshot = open_snapshot(data)
    with closing(sqlite3.connect(snapshot.records_file)) as connection:
        for statement, values in statements.items():
            connection.execute(statement, values)
        connection.commit()
    path = snapshot.folder / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8")) | manifest
    told["files"]["records.sqlite"] = msgspec.to_builtins(sealed(snapshot.records_file))
    path.write_text(json.dumps(told), encoding="utf-8")
    pointer = json.loads((data / "current").read_text(encoding="utf-8"))
    # As an older version wrote it, without a copy in the snapshot.
    pointer = {"snapshot": pointer["snapshot"], "manifest_sha256": sealed(path).sha256}
    (data / "current").write_text(json.dumps(pointer), encoding="utf-8")


OF_ATTACHMENTS = "row IN (SELECT row FROM attached_passages)"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"UPDATE passages SET text = 'Nobody counted otters.' WHERE {OF_ATTACHMENTS}", "is not in the blocks"),
        (f"UPDATE passages SET context = 'Stoats' WHERE {OF_ATTACHMENTS}", "is neither in it nor its headers"),
        ("UPDATE attachment_texts SET left_out = 'half of it'", "is not as it was written"),
        ("DELETE FROM attachment_texts", "of which no text is kept"),
        ("DELETE FROM attachment_texts", "made with other texts of its attachments than are kept"),
        ("UPDATE attached_marks SET mark = X'00'", "made with other texts of its attachments than are kept"),
        ("UPDATE attached_passages SET attachment = 2", "is of attachment 2, of which no text is kept"),
        (
            "UPDATE attached_passages SET row = (SELECT min(row) FROM passages WHERE record = 0) WHERE row ="
            " (SELECT max(row) FROM attached_passages)",
            "stand among those of the answer",
        ),
    ],
)
def test_what_is_wrong_with_the_text_of_an_attachment_is_told(held: Held, statement: str, said: str):
    held.build([REVIEW])
    held.fetch()
    held.refresh()
    assert verify(held.data).sound
    number = Corpus.open(held.data).store.number_of(FIRST)
    reseal(held.data, {statement.replace("record = 0", f"record = {number}"): ()})
    assert any(said in what for what in told(verify(held.data)))


def test_an_attachment_found_is_not_compared_with_answers_that_nearly_repeat_its_own(
    tmp_path: Path, toy_encoder: Encoder, make_pdf: Make
):
    spent = "The Department spent £{} million on mending the invented lanterns of {}, which lasts for years to come."
    facts = [(4, "Kent"), (5, "Essex")]
    values = [question(number, answerText=f"<p>{spent.format(*one)}</p>") for number, one in enumerate(facts, start=11)]
    (tmp_path / "lanterns.jsonl").write_text("".join(json.dumps({"value": one}) + "\n" for one in values))
    held = Held(tmp_path, str(tmp_path / "lanterns.jsonl"), toy_encoder, {"review.pdf": make_pdf([OTTERS], [HERONS])})
    held.build([REVIEW])
    held.fetch()
    held.refresh()
    hit = held.hit("Herons nest along the Severn volunteers watched them every spring")
    assert (hit.passage.text, hit.near_duplicates_total, hit.differing) == (HERONS, 1, ())
    assert (hit.near_duplicates[0].text, hit.near_duplicates[0].differing) == (spent.format(5, "Essex"), ())
