"""Results as tables: one column a fact, with days as days, in plain Python, pandas and polars alike."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas
import polars
import pytest

from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import LibraryMissing
from retrieval.frames import HIT_COLUMNS, PASSAGE_COLUMNS
from retrieval.records import Member
from retrieval.results import SearchResult
from retrieval.search import Searcher


@pytest.fixture
def result(built_once: Path, toy_encoder: Encoder, three_topics: str) -> SearchResult:
    return Searcher.open(built_once, toy_encoder).search(three_topics)


def test_a_table_has_a_row_for_each_hit_and_its_facts_in_columns(result: SearchResult):
    table = result.to_table()
    assert list(table) == list(HIT_COLUMNS)
    assert {len(values) for values in table.values()} == {3}
    hit, row = result.hits[0], {name: values[0] for name, values in table.items()}
    assert row == {
        "rank": 1,
        "score": hit.score,
        "probability": hit.probability,
        "key": "commons-2025-01-13-205",
        "genre": "answer",
        "kind": "substantive",
        "findings": [],
        "house": "Commons",
        "uin": "205",
        "heading": "Bus Services: Rural Areas",
        "question": hit.question,
        "asker": hit.citation.asker.name if hit.citation.asker else None,
        "minister": "Eve Placeholder",
        "post": None,
        "answering_body": "Department for Transport",
        "tabled": date(2025, 1, 13),
        "answered": date(2025, 1, 20),
        "corrected": None,
        "passage": 1,
        "context": None,
        "text": "The Government is giving local councils powers to run bus services in rural areas.",
        "attachment": None,
        "citation": "205 [of Session 2024-26] on Bus Services: Rural Areas given on 20 January 2025",
        "notes": list(hit.notes),
        "url": "https://questions-statements.parliament.uk/written-questions/detail/2025-01-13/205",
        "also_given": 2,
        "later": None,
        "later_answered": None,
        "licence": "Contains Parliamentary information licensed under the Open Parliament Licence v3.0.",
    }


def test_pandas_gets_days_as_days_and_numbers_as_numbers(result: SearchResult):
    frame = result.to_pandas()
    assert list(frame.columns) == list(HIT_COLUMNS)
    assert frame["answered"].max() == pandas.Timestamp(2025, 3, 11)
    assert frame["corrected"].isna().tolist() == [True, True, False]
    assert str(frame["answered"].dtype) == "datetime64[s]"
    assert str(frame["rank"].dtype) == "Int64"
    assert str(frame["heading"].dtype) == "string"
    assert frame.groupby("house")["key"].count().to_dict() == {"Commons": 2, "Lords": 1}
    assert frame["notes"][0] == list(result.hits[0].notes)


def test_polars_gets_days_as_days_and_lists_as_lists(result: SearchResult):
    frame = result.to_polars()
    assert frame["answered"].to_list() == [hit.citation.answered for hit in result.hits]
    assert frame.schema["corrected"] == polars.Date
    assert frame.schema["findings"] == polars.List(polars.String)
    assert frame.schema["rank"] == polars.Int64
    assert frame.filter(polars.col("findings").list.contains("corrected"))["uin"].to_list() == ["520"]


def test_a_table_without_rows_has_the_same_columns_and_types(result: SearchResult):
    none = replace(result, hits=())
    assert none.to_polars().schema == result.to_polars().schema
    assert none.to_pandas().dtypes.to_dict() == result.to_pandas().dtypes.to_dict()
    assert none.to_table() == {name: [] for name in HIT_COLUMNS}


def test_facts_that_are_missing_are_empty_cells(result: SearchResult):
    hit = result.hits[0]
    citation = replace(hit.citation, house=None, minister=None, asker=None, tabled=None, answered=None, url=None)
    bare = replace(result, hits=(replace(hit, citation=citation, heading=None),))
    empty = {name for name, values in bare.to_table().items() if values == [None]}
    assert empty >= {"house", "minister", "post", "asker", "tabled", "answered", "url", "heading"}
    assert bare.to_pandas()["tabled"].isna().all()
    assert bare.to_polars()["house"].null_count() == 1
    named = replace(citation, minister=Member(name="A", post="Minister"), asker=Member(name="B"))
    table = replace(result, hits=(replace(hit, citation=named),)).to_table()
    assert (table["minister"], table["post"], table["asker"]) == (["A"], ["Minister"], ["B"])


def test_an_answer_is_a_table_of_its_passages(built_once: Path):
    answer = Corpus.open(built_once).answer("10")
    table = answer.to_table()
    assert list(table) == list(PASSAGE_COLUMNS)
    assert table["passage"] == [passage.ordinal for passage in answer.passages]
    assert table["text"] == [passage.text for passage in answer.passages]
    assert set(table["key"]) == {"commons-2025-03-03-520"}
    assert table["attachment"] == [None] * len(answer.passages)
    assert answer.to_polars()["hash"].to_list() == answer.to_pandas()["hash"].to_list() == table["hash"]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_library_that_is_missing_is_named_with_how_to_get_it(
    result: SearchResult, library: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(LibraryMissing) as caught:
        getattr(result, f"to_{library}")()
    told = f"{library} is not installed: run `pip install {library}`, or use `to_table()` without it"
    assert (str(caught.value), caught.value.library) == (told, library)
