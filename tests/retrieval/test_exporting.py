from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from retrieval.build import build
from retrieval.choices import Match, Sort
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import QueryError
from retrieval.exporting import ExportFormat, ExportRow, as_csv, as_jsonl, export, exported
from retrieval.filters import EVERY_KIND, Filters
from retrieval.worded_search import worded_search
from tests.retrieval.conftest import Invented


@pytest.fixture
def corpus(built_once: Path) -> Corpus:
    return Corpus.open(built_once)


def places(rows: list[ExportRow]) -> list[tuple[str | None, int]]:
    return [(row.uin, row.passage) for row in rows]


def test_every_passage_of_every_record_is_a_row_in_order(corpus: Corpus):
    found = export(corpus, "bus OR population", match=Match.WORDS)
    rows = list(found.rows)
    assert places(rows) == [("205", 1), ("205", 2), ("101", 1), ("101", 2), ("102", 1), ("102", 2)]
    assert (found.passages, found.message) == (6, "1 answer matches.")
    oldest = export(corpus, "bus OR population", match=Match.WORDS, sort=Sort.OLDEST)
    assert places(list(oldest.rows)) == [("101", 1), ("101", 2), ("102", 1), ("102", 2), ("205", 1), ("205", 2)]


def test_there_are_as_many_rows_as_a_search_counts_passages(corpus: Corpus):
    everything = Filters(kind=EVERY_KIND)
    found = export(corpus, "the", everything)
    assert len(list(found.rows)) == found.passages
    assert found.passages == worded_search(corpus, "the", everything, match=Match.EXACT).total_passages


def test_a_row_has_the_facts_the_passage_its_citation_and_the_licence(corpus: Corpus):
    (row,) = export(corpus, "1,204").rows
    assert row.key == "commons-2025-03-03-520"
    assert (row.minister, row.asker, row.asker_party) == ("Dee Placeholder", "Ann Invented", "Labour")
    assert (row.text, row.context) == (
        "North East\t1,204\t1,310",
        "The following table shows the number of patients waiting.\nRegion | 2024 | 2025",
    )
    assert row.citation.startswith("520 [of Session 2024-26] on Dentistry: Waiting Lists given on 11 March 2025")
    assert row.url == "https://questions-statements.parliament.uk/written-questions/detail/2025-03-03/520"
    assert row.licence == "Contains Parliamentary information licensed under the Open Parliament Licence v3.0."


def test_csv_and_json_lines_hold_the_same_rows(corpus: Corpus):
    def lines(form: ExportFormat) -> str:
        return "".join(exported(export(corpus, "the", Filters(kind=EVERY_KIND)).rows, form))

    read = list(csv.DictReader(io.StringIO(lines(ExportFormat.CSV), newline="")))
    told = [json.loads(line) for line in lines(ExportFormat.JSONL).splitlines()]
    assert len(read) == len(told) > 10
    for row, plain in zip(read, told, strict=True):
        findings = ";".join(plain.pop("findings"))
        assert row.pop("findings") == findings
        assert row == {name: "" if value is None else str(value) for name, value in plain.items()}


@pytest.mark.parametrize("first", ["=", "+", "-", "@"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe_in_csv_alone(tmp_path, invented, toy_encoder, first):
    text = f'{first}1+cmd("x")'
    raw = invented.raw(1, heading=text, answerText=f"<p>{text} is an invented formula, said by nobody.</p>")
    build([invented.file(tmp_path / "a.jsonl", [raw])], tmp_path / "data", toy_encoder)
    corpus = Corpus.open(tmp_path / "data")
    (row,) = csv.DictReader(io.StringIO("".join(as_csv(export(corpus, "formula").rows)), newline=""))
    assert row["heading"] == f"'{text}"
    assert row["text"].startswith(f"'{text}")
    plain = json.loads("".join(as_jsonl(export(corpus, "formula").rows)))
    assert plain["heading"] == text
    assert plain["text"].startswith(text)


def test_an_export_without_rows_is_a_header_and_says_what_is_left_out(corpus: Corpus):
    found = export(corpus, "has not proved possible")
    assert found.passages == 0
    assert "2 answers are left out" in found.message
    assert next(as_csv(found.rows)).startswith("key,genre,house,uin,tabled,answered,")
    assert list(as_jsonl(export(corpus, "zeppelin").rows)) == []


def test_meaning_has_no_whole_set(corpus: Corpus):
    with pytest.raises(QueryError, match="has no whole set: use match=exact or match=words"):
        export(corpus, "buses", match=Match.MEANING)


def test_a_query_that_is_not_usable_is_refused_before_a_row_is_taken(built_once: Path, toy_encoder: Encoder):
    with pytest.raises(QueryError, match="it is empty"):
        export(Corpus.open(built_once), " ")


def test_a_row_of_several_lines_stays_one_row(corpus: Corpus, invented: Invented):
    text = "".join(as_csv(export(corpus, "advice on work").rows))
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 2
    assert text.endswith("\r\n")
