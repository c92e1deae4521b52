"""The command, run as its users run it, with a toy encoder in the place of the model."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from retrieval.encoders import Encoder
from retrieval.snapshot import current_name
from service.cli import make_app, run
from service.manual import COMMANDS, DESPATCH
from service.schemas import SearchRequest
from service.terminal import Terminal

if TYPE_CHECKING:
    from tests.service.conftest import Despatch, Run

ROOT = Path(__file__).parents[2]


def plain(text: str) -> str:
    """Take out colours and line ends, so that a sentence is found wherever it was wrapped."""
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


def keys(told: Run) -> list[str]:
    assert told.code == 0, told.err
    hits = told.json["hits"]
    assert isinstance(hits, list)
    return [hit["key"] for hit in hits]


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# build


def test_a_build_tells_in_one_object_what_it_read_and_made(despatch: Despatch, tmp_path: Path, small_source: str):
    told = despatch("build", small_source, "--data", tmp_path / "d", "--model", "toy")
    assert told.code == 0
    wanted = {
        "records": 12,
        "answers": 10,
        "passages": 19,
        "precision": "exact",
        "fault_count": 0,
        "documents": 1,
    }
    assert {name: told.json[name] for name in wanted} == wanted
    assert told.json["snapshot"] == current_name(tmp_path / "d")
    assert isinstance(told.json["peak_memory_bytes"], int)
    assert told.json["peak_memory_bytes"] > 1_000_000


def test_a_build_without_a_terminal_tells_each_stage_in_a_line(despatch: Despatch, tmp_path: Path, small_source: str):
    told = despatch("build", small_source, "--data", tmp_path / "d", "--model", "toy")
    assert told.err.splitlines() == ["Making passages: 12 of 12", "Encoding: 19 of 19", "Publishing: 1 of 1"]


def test_a_build_reads_records_from_standard_input(despatch: Despatch, tmp_path: Path, small_source: str):
    two = b"".join(Path(small_source).read_bytes().splitlines(keepends=True)[:2])
    told = despatch("build", "-", "--data", tmp_path / "d", "--model", "toy", stdin=two)
    assert (told.code, told.json["records"]) == (0, 2)


def test_a_build_that_left_something_out_succeeds_and_says_where_and_why(
    despatch: Despatch, tmp_path: Path, small_source: str
):
    folder = tmp_path / "sources"
    folder.mkdir()
    lines = Path(small_source).read_text(encoding="utf-8").splitlines()
    broken = [f'{{"id": {number}}}' for number in range(25)]
    (folder / "a.jsonl").write_text("\n".join([*lines, *broken]), encoding="utf-8")
    (folder / "notes.txt").write_text("nothing to read", encoding="utf-8")
    told = despatch("build", folder, "--data", tmp_path / "d", "--model", "toy", terminal=True, width=200)
    assert told.code == 0
    assert f"{folder / 'a.jsonl'}:13: " in plain(told.out)
    assert f"{folder / 'a.jsonl'}:32: " in plain(told.out)
    assert f"{folder / 'a.jsonl'}:33: " not in plain(told.out)
    assert "25 records or files left out:" in plain(told.out)
    assert "and 5 more" in plain(told.out)
    assert "1 file ignored:" in plain(told.out)
    assert f"{folder / 'notes.txt'}: is of a kind that no reader knows" in plain(told.out)


def test_a_strict_build_ends_at_the_first_fault_with_the_code_for_sources(despatch: Despatch, tmp_path: Path):
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": 1, "questionText": "?", "answerText": 3}\n', encoding="utf-8")
    told = despatch("build", source, "--data", tmp_path / "d", "--model", "toy", "--strict")
    assert told.code == 4
    assert told.err.startswith(f"despatch: {source}:1: ")
    assert current_name(tmp_path / "d") is None


def test_a_build_says_what_to_do_next_naming_the_directory(despatch: Despatch, tmp_path: Path, small_source: str):
    told = despatch("build", small_source, "--data", tmp_path / "my data", "--model", "toy", terminal=True)
    assert f"""Next: despatch search "your question" --data '{tmp_path / "my data"}'""" in told.out


def test_a_build_says_that_a_running_service_takes_it_up(despatch: Despatch, tmp_path: Path, small_source: str):
    told = despatch("build", small_source, "--data", tmp_path / "d", "--model", "toy", terminal=True)
    assert plain(told.out).endswith("A running `despatch serve` takes it up within seconds. ")


def test_building_with_add_keeps_what_is_there(despatch: Despatch, tmp_path: Path, small_source: str):
    first, second = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    lines = Path(small_source).read_text(encoding="utf-8").splitlines()
    first.write_text("\n".join(lines[:3]), encoding="utf-8")
    second.write_text("\n".join(lines[2:5]), encoding="utf-8")
    despatch("build", first, "--data", tmp_path / "d", "--model", "toy")
    told = despatch("build", second, "--add", "--data", tmp_path / "d", "--model", "toy")
    assert (told.json["records"], told.json["repeated"]) == (5, 1)


def test_a_source_that_is_not_there_ends_with_the_code_for_sources(despatch: Despatch, tmp_path: Path):
    told = despatch("build", tmp_path / "none", "--data", tmp_path / "d", "--model", "toy")
    assert told.code == 4
    assert f"{tmp_path / 'none'}: is not there" in told.err


def test_ctrl_c_during_a_build_changes_nothing_and_says_so(small_data: Path, small_source: str):
    def interrupted(name: str) -> Encoder:
        raise KeyboardInterrupt

    err = io.StringIO()
    before = current_name(small_data)
    screen = Terminal(err, terminal=False)
    app = make_app(interrupted, Terminal(io.StringIO(), terminal=False), screen)
    assert run(app, ["build", small_source, "--data", str(small_data)], screen) == 130
    assert err.getvalue() == f"Stopped; nothing was changed in {small_data}\n"
    assert current_name(small_data) == before


def test_ctrl_c_after_the_new_snapshot_is_in_place_says_that_it_is(
    small_data: Path, small_source: str, toy_encoder: Encoder
):
    class Interrupted(Terminal):
        def print(self, *objects: Any, **options: Any) -> None:
            super().print(*objects, **options)
            if "Publishing" in str(objects[0]):
                raise KeyboardInterrupt

    err = io.StringIO()
    screen = Interrupted(err, terminal=False)
    app = make_app(lambda name: toy_encoder, Terminal(io.StringIO(), terminal=False), screen)
    before = current_name(small_data)
    assert run(app, ["build", small_source, "--data", str(small_data)], screen) == 130
    assert current_name(small_data) != before
    told = err.getvalue().splitlines()[-1]
    assert told == f"Stopped; the new snapshot {current_name(small_data)} is in place in {small_data}"


# search

BUSES = "local councils powers to run bus services in rural areas, steps to improve bus services"


def test_a_search_prints_the_object_of_the_api_on_one_line(despatch: Despatch, built_once: Path):
    told = despatch("search", BUSES, "--data", built_once, "--model", "toy")
    assert told.code == 0
    assert told.json["outcome"] == "found"
    hits = told.json["hits"]
    assert isinstance(hits, list)
    assert (hits[0]["rank"], hits[0]["key"]) == (1, "commons-2025-01-13-205")
    assert [other["key"] for other in hits[0]["also_given"]] == [
        "commons-2024-09-02-101",
        "commons-2024-09-02-102",
    ]


def test_a_search_in_a_terminal_reads_like_a_briefing(despatch: Despatch, built_once: Path):
    told = despatch("search", BUSES, "--data", built_once, "--model", "toy", terminal=True)
    text = plain(told.out)
    for part in (
        "Close matches in what is indexed.",
        "1 The Government is giving local councils powers to run bus services in rural areas.",
        "Eve Placeholder (Labour - Stubbs Green)",
        "Department for Transport, answered 20 January 2025. Substantive answer. Passage 1 of the answer. "
        "Chance that it answers the question: ",
        "Also given to 2 other questions: 101, 102.",
        "Cite as: the Answer of 20 January 2025 to Question 205 on Bus Services: Rural Areas",
        "Not in the source: minister's post.",
        "Searched 6 of 12 records; the others are not a reply, or say nothing but a refusal.",
        "May be incomplete: what is indexed was never compared with Parliament's own lists.",
        "Contains Parliamentary information licensed under the Open Parliament Licence v3.0.",
    ):
        assert part in text
    # Not broken, though longer than the 80 columns of the terminal.
    assert "https://questions-statements.parliament.uk/written-questions/detail/2025-01-13/205\x1b[0m\n" in told.out
    assert f"despatch show commons-2025-01-13-205 --data {built_once}\x1b[0m\n" in told.out


def test_json_can_be_asked_for_in_a_terminal(despatch: Despatch, built_once: Path):
    told = despatch("search", "buses", "--data", built_once, "--model", "toy", "--json", terminal=True)
    assert told.json["query"] == "buses"


def test_a_question_comes_from_standard_input(despatch: Despatch, built_once: Path):
    told = despatch("search", "-", "--data", built_once, "--model", "toy", stdin="café owners\n".encode())
    assert told.json["query"] == "café owners"


def test_a_question_that_is_not_utf8_is_refused(despatch: Despatch, built_once: Path):
    told = despatch("search", "-", "--data", built_once, stdin=b"caf\xe9")
    assert (told.code, told.err) == (
        2,
        "despatch: question: standard input is not UTF-8 text (unexpected end of data)\n",
    )
    assert despatch("search", "caf\udce9", "--data", built_once).code == 2


def test_a_question_far_too_long_is_told_so_even_if_it_is_cut_inside_a_character(despatch: Despatch, built_once: Path):
    told = despatch("search", "-", "--data", built_once, stdin=b"a" * 65_535 + "é".encode())
    assert (told.code, told.err) == (
        2,
        "despatch: question: standard input has more than 65,536 bytes, at most 4000 characters are read: shorten it\n",
    )


def test_filters_narrow_the_search_and_are_told(despatch: Despatch, built_once: Path):
    told = despatch(
        *("search", BUSES, "--data", built_once, "--model", "toy"),
        *(
            "--answered-to",
            "2024-12-31",
            "--asker",
            "Ann Invented",
            "--asker",
            "Bob Fictional",
            "--house",
            "commons",
        ),
    )
    assert told.json["filters"] == {
        "answered_to": "2024-12-31",
        "house": ["Commons"],
        "asker": ["Ann Invented", "Bob Fictional"],
    }
    assert keys(told) == ["commons-2024-09-02-101"]


def test_what_is_left_out_comes_with_the_option_that_shows_it(despatch: Despatch, built_once: Path):
    asked = ("search", "how many schools have a swimming pool", "--data", built_once, "--model", "toy")
    told = plain(despatch(*asked, terminal=True).out)
    assert "(substantive answer; says information is not held). To see them, add --finding not_held" in told
    shown = despatch(*asked, "--finding", "not_held")
    assert keys(shown) == ["commons-2024-10-01-310", "commons-2024-10-01-311"]


def test_a_filter_limits_which_records_answer(
    despatch: Despatch,
    built_once: Path,
    three_topics: str,
    three_keys: list[str],
    narrowing: tuple[str, list[str], list[str]],
):
    name, values, wanted = narrowing
    asked = ("search", three_topics, "--data", built_once, "--model", "toy")
    assert keys(despatch(*asked)) == three_keys
    given = [part for value in values for part in (f"--{name.replace('_', '-')}", value)]
    assert keys(despatch(*asked, *given)) == wanted


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_a_limit_is_kept(despatch: Despatch, built_once: Path, three_topics: str, three_keys: list[str], limit: int):
    asked = ("search", three_topics, "--data", built_once, "--model", "toy")
    assert keys(despatch(*asked, "--limit", limit)) == three_keys[:limit]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            ["--answered-from", "31/12/2024"],
            "--answered-from: '31/12/2024' is not a date: write it as YYYY-MM-DD",
        ),
        (["--limit", "0"], "--limit: '0' is too small: at least 1 is needed"),
        (["--limit", "201"], "--limit: '201' is too large: at most 200 is possible"),
        (["--limit", "ten"], "--limit: 'ten' is not a whole number"),
        (
            ["--tabled-from", "2025-01-02", "--tabled-to", "2025-01-01"],
            "--tabled-to: 2025-01-01 is before --tabled-from 2025-01-02: give the earlier date as",
        ),
        (["--house", "Upper"], "--house: 'Upper' is not one of Commons, Lords"),
        (
            ["--answering-body", "Tresury"],
            "--answering-body: 'Tresury' is not in what is indexed (nearest: Treasury",
        ),
        (["--match", "word"], "--match: 'word' is not one of meaning, words, exact"),
        (["--match", "exact", "--cursor", "x"], "--cursor: 'x' is no cursor of a search: start again"),
        (["--cursor", "x"], "--cursor: 'x' is no cursor of a search: start again"),
        (["--facets", "month,colour"], "--facets: 'colour' is not one of month, answering_body"),
    ],
)  # fmt: skip
def test_a_slip_in_an_option_is_told_by_the_name_of_the_option(
    despatch: Despatch, built_once: Path, options: list[str], told: str
):
    done = despatch("search", "buses", "--data", built_once, "--model", "toy", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"despatch: {told}")
    assert done.err.count("\n") == 1


def test_an_empty_question_is_a_mistake(despatch: Despatch, built_once: Path):
    done = despatch("search", " ", "--data", built_once, "--model", "toy")
    assert done.code == 2
    assert done.err.startswith("despatch: question: ")


def test_another_model_is_told_with_what_to_do(built_once: Path, other_encoder: Encoder):
    err = io.StringIO()
    screen = Terminal(err, terminal=False)
    app = make_app(lambda name: other_encoder, Terminal(io.StringIO(), terminal=False), screen)
    assert run(app, ["search", "buses", "--data", str(built_once), "--model", "another"], screen) == 3
    assert "was built with the model toy, not another" in err.getvalue()
    assert "--model toy" in err.getvalue()


def test_no_snapshot_is_told_with_the_command_that_makes_one(despatch: Despatch, tmp_path: Path):
    with_key = [(name, "1") for name in ("show", "cite", "history", "thread")]
    others = [("search", "buses"), ("coverage",), ("verify",), ("upgrade",), ("pack", str(tmp_path / "p"))]
    for command in (*with_key, *others):
        done = despatch(*command, "--data", tmp_path)
        assert done.code == 3
        assert "`despatch build SOURCE..." in done.err


# show, cite, coverage


def test_an_answer_is_shown_whole_with_its_passages_numbered(despatch: Despatch, built_once: Path):
    told = plain(despatch("show", "10", "--data", built_once, terminal=True).out)
    for part in (
        "Dentistry: Waiting Lists To ask the Secretary of State for Health and Social Care",
        "Answered by Dee Placeholder (Labour - Mockham)",
        "Asked by Ann Invented (Labour - Testford North)",
        "Due 3 March 2025 (named day)",
        "Corrected 25 March 2025",
        "Finding Says finding out would cost too much (passage 4)",
        "Region | 2024 | 2025 2 North East | 1,204 | 1,310",
        "Cite as: the Answer of 11 March 2025 to Question 520 on Dentistry: Waiting Lists, corrected on",
        "Every form of the citation: despatch cite commons-2025-03-03-520",
    ):
        assert part in told


def test_a_holding_answer_is_shown_as_no_reply(despatch: Despatch, built_once: Path):
    told = plain(despatch("show", "6", "--data", built_once, terminal=True).out)
    assert "What it is Holding answer, not a reply" in told
    assert "Holding answer 6 November 2024" in told
    assert "This is a holding answer: it promises a reply and does not give one." in told


def test_an_answer_is_one_object_when_piped(despatch: Despatch, built_once: Path):
    told = despatch("show", "commons-2025-03-03-520", "--data", built_once).json
    assert (told["uin"], told["kind"], told["corrected"]) == ("520", "substantive", "2025-03-25")


def test_an_unknown_key_is_a_mistake_that_tells_what_keys_look_like(despatch: Despatch, built_once: Path):
    told = despatch("show", "nope", "--data", built_once)
    assert told.code == 2
    assert "no answer has the key 'nope': keys look like commons-2023-07-18-194793" in told.err


def test_one_style_of_citation_stands_alone_on_standard_output(despatch: Despatch, built_once: Path):
    told = despatch("cite", "9", "--style", "member", "--paragraph", "2", "--data", built_once)
    assert told.out == "the Written Answer by Baroness Pretend on 17 February 2025 (HL77)\n"
    assert "number 2 of the answer" in told.err


def test_a_file_of_references_is_written_as_it_is(despatch: Despatch, built_once: Path):
    told = despatch("cite", "9", "--style", "bibtex", "--data", built_once)
    assert told.out.startswith("@misc{lords-2025-02-03-hl77,\n")
    assert told.out.endswith("}\n")


def test_every_style_is_printed_in_a_terminal_with_long_lines_unbroken(despatch: Despatch, built_once: Path):
    told = despatch("cite", "9", "--data", built_once, terminal=True)
    assert re.findall(r"\x1b\[1m(\S+)\x1b\[0m\n", told.out) == [
        *("house", "member", "oscola", "bibtex", "ris", "csl-json")
    ]
    assert (
        "\nHL Written Question HL77, answered 17 February 2025 <https://questions-statements.parliament.uk/"
        "written-questions/detail/2025-02-03/hl77> accessed 21 November 2026\n"
    ) in told.out


def test_every_style_is_in_one_object_when_piped(despatch: Despatch, built_once: Path):
    told = despatch("cite", "9", "--data", built_once).json
    assert isinstance(told["written"], dict)
    assert list(told["written"]) == ["house", "member", "oscola", "bibtex", "ris", "csl-json"]
    assert isinstance(told["citation"], dict)
    assert told["citation"]["uin"] == "HL77"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--style", "harvard"], "--style: 'harvard' is not a style of citation: use one of house, member"),
        (["--paragraph", "9"], "--paragraph: 9 is not in this answer: it has passages 1 to 2"),
        (["--paragraph", "two"], "--paragraph: 'two' is not a whole number"),
    ],
)
def test_a_slip_in_citing_is_told(despatch: Despatch, built_once: Path, options: list[str], told: str):
    done = despatch("cite", "1", "--data", built_once, *options)
    assert done.code == 2
    assert done.err.startswith(f"despatch: {told}")


def test_coverage_counts_what_is_there_and_what_is_lacking(despatch: Despatch, built_once: Path):
    told = despatch("coverage", "--data", built_once)
    assert (told.json["records"], told.json["answers"], told.json["bare"]) == (12, 10, 2)
    shown = plain(despatch("coverage", "--data", built_once, terminal=True).out)
    assert "12 answered questions, Commons and Lords 10 distinct answers in 19 passages." in shown
    assert "Known dates of answers: 24 May 2024 to 16 April 2025." in shown
    assert "May be incomplete: what is indexed was never compared with Parliament's own lists." in shown
    assert "1 answer does nothing but point to another; of these, 1 to one that is here." in shown
    assert "Department for Transport 5" in shown
    assert "minister's post 12" in shown


def test_every_command_says_that_only_the_sample_is_loaded_with_five_questions_to_try(
    despatch: Despatch, tmp_path: Path, seeds: str
):
    data, key = tmp_path / "d", "x-352da02ba49ca860"
    commands: list[list[object]] = [
        ["build", seeds, "--model", "toy"],
        ["coverage"],
        ["search", "What security is there at asylum hotels?", "--model", "toy"],
        ["show", key],
        ["cite", key],
    ]
    for command in commands:
        shown = despatch(*command, "--data", data, terminal=True).out
        assert "sample: 11 Home Office questions. Questions to try:" in plain(shown), command
        assert len(re.findall(rf'despatch search ".+\?" --data {re.escape(str(data))}', shown)) == 5
        told = despatch(*command, "--data", data).json
        searched = told.get("searched")
        sample = searched["sample"] if isinstance(searched, dict) else told["sample"]
        assert isinstance(sample, dict)
        assert (sample["note"], len(sample["questions"])) == ("sample: 11 Home Office questions", 5)
    pasted = despatch("cite", key, "--style", "house", "--data", data)
    assert pasted.out.count("\n") == 1
    assert "sample: 11 Home Office questions. Questions to try:\n" in pasted.err


def test_another_corpus_is_not_called_a_sample(despatch: Despatch, tmp_path: Path, small_source: str):
    data = tmp_path / "d"
    built = ("build", small_source, "--data", data, "--model", "toy")
    assert despatch(*built).json["sample"] is None
    assert "sample" not in despatch(*built, terminal=True).out
    assert despatch("cite", "9", "--data", data).json["sample"] is None
    assert "sample" not in despatch("cite", "9", "--data", data, terminal=True).out


STATEMENT = "Contains Parliamentary information licensed under the Open Parliament Licence v3.0."


def test_the_licence_travels_with_a_citation(despatch: Despatch, built_once: Path):
    told = despatch("cite", "9", "--data", built_once)
    licence = told.json["licence"]
    assert isinstance(licence, dict)
    assert licence["statement"] == STATEMENT
    assert plain(despatch("cite", "9", "--data", built_once, terminal=True).out).endswith(f"{STATEMENT} ")
    pasted = despatch("cite", "9", "--style", "member", "--data", built_once)
    assert STATEMENT not in pasted.out
    assert pasted.err.splitlines()[-1] == STATEMENT


def test_a_credit_is_told_once_beside_a_citation(despatch: Despatch, tmp_path: Path, seeds: str):
    data = tmp_path / "d"
    despatch("build", seeds, "--data", data, "--model", "toy")
    told = despatch("cite", "x-352da02ba49ca860", "--style", "house", "--data", data).err
    assert told.count("the republishing site is not named in it") == 1
    assert told.endswith("Source: saved web page; the republishing site is not named in it.\n")


def test_facts_that_a_saved_page_does_not_give_are_told_as_such(despatch: Despatch, tmp_path: Path, seeds: str):
    data = tmp_path / "d"
    despatch("build", seeds, "--data", data, "--model", "toy")
    shown = plain(despatch("show", "x-352da02ba49ca860", "--data", data, terminal=True).out)
    assert "No heading in the source" in shown
    assert "House Commons (worked out)" in shown
    assert "UIN not in the source Tabled not in the source Answered not in the source" in shown
    assert "Source: saved web page; the republishing site is not named in it." in shown


# verify, upgrade, evaluate, serve


def test_verify_finds_nothing_wrong_with_a_fresh_build(despatch: Despatch, built_once: Path):
    told = despatch("verify", "--data", built_once)
    assert (told.code, told.json["sound"], told.json["discrepancies"]) == (0, True, [])
    shown = plain(despatch("verify", "--data", built_once, terminal=True).out)
    assert "Sound: nothing is wrong" in shown
    assert "passages found in their source 19" in shown


def test_verify_fails_with_its_own_code_where_a_file_was_changed(despatch: Despatch, small_data: Path):
    name = current_name(small_data)
    file = small_data / "snapshots" / str(name) / "vectors.faiss"
    file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    told = despatch("verify", "--data", small_data, terminal=True)
    assert told.code == 1
    assert "Not sound: 1 thing is wrong." in plain(told.out)
    assert "vectors.faiss is not as it was published" in plain(told.out)


def test_upgrade_has_nothing_to_do_for_this_versions_format(despatch: Despatch, built_once: Path):
    told = despatch("upgrade", "--data", built_once, "--model", "toy")
    assert (told.code, told.json["upgraded"]) == (0, False)
    shown = despatch("upgrade", "--data", built_once, "--model", "toy", terminal=True).out
    assert "Nothing to do" in shown
    assert "the model toy already" in plain(shown)


def test_upgrade_rebuilds_an_index_of_another_format(despatch: Despatch, tmp_path: Path):
    data = tmp_path / "d"
    shutil.copytree(ROOT / "tests/data/snapshots/format-1", data)
    refused = despatch("coverage", "--data", data)
    assert refused.code == 3
    assert f"run `despatch upgrade --data {data}`" in refused.err
    told = despatch("upgrade", "--data", data, "--model", "toy")
    assert (told.code, told.json["records"]) == (0, 12)
    assert despatch("verify", "--data", data).json["sound"] is True


@pytest.mark.parametrize("format_", ["this", "older"])
def test_upgrade_brings_an_index_to_another_model_from_the_records_it_keeps(
    despatch: Despatch, small_data: Path, tmp_path: Path, format_: str
):
    data = small_data
    if format_ == "older":
        data = tmp_path / "d"
        shutil.copytree(ROOT / "tests/data/snapshots/format-1", data)
    shown = plain(despatch("upgrade", "--data", data, "--model", "another", terminal=True).out)
    assert "runs with another model keeps the index before" in shown
    assert despatch("search", "bus services in rural areas", "--data", data, "--model", "another").code == 0
    assert despatch("verify", "--data", data).json["sound"] is True


def test_what_refuses_another_model_names_the_upgrade_and_the_model_it_has(
    despatch: Despatch, small_data: Path, small_source: str
):
    for line in (("search", "buses"), ("build", "--add", small_source)):
        refused = despatch(*line, "--data", small_data, "--model", "another")
        assert refused.code == 3
        assert f"run `despatch upgrade --data {small_data} --model another`" in refused.err
        assert "`--model toy`" in refused.err


def test_evaluate_prints_the_measures_in_one_object(despatch: Despatch, built_once: Path, tmp_path: Path):
    queries, qrels = tmp_path / "q.jsonl", tmp_path / "qrels"
    queries.write_text('{"id": "a", "query": "bus services in rural areas"}\n', encoding="utf-8")
    qrels.write_text("a 0 1 1\n", encoding="utf-8")
    asked = ("evaluate", "--data", built_once, "--model", "toy", "--queries", queries, "--qrels", qrels)
    for terminal in (False, True):
        told = despatch(*asked, terminal=terminal).json
        assert list(told) == [
            *("MRR@10", "Success@1", "Success@5", "Success@10", "nDCG@10", "R@100", "queries", "judged"),
            *("judged_items", "hidden", "not_in_corpus", "p50_ms", "p95_ms"),
        ]
        assert (told["MRR@10"], told["queries"], told["judged"]) == (1.0, 1, 1)


def test_evaluate_takes_a_mode_in_any_case_as_a_search_does(despatch: Despatch, built_once: Path, tmp_path: Path):
    queries, qrels = tmp_path / "q.jsonl", tmp_path / "qrels"
    queries.write_text('{"id": "a", "query": "bus services in rural areas"}\n', encoding="utf-8")
    qrels.write_text("a 0 1 1\n", encoding="utf-8")
    files = ("--data", built_once, "--model", "toy", "--queries", queries, "--qrels", qrels)
    assert despatch("evaluate", *files, "--mode", "FAST").json["queries"] == 1


@pytest.mark.parametrize("asked", ["", '{"id": "b", "query": "buses"}\n', '{"id": "c", "query": "buses"}\n'])
def test_evaluate_has_nothing_to_measure_without_a_judged_question(
    despatch: Despatch, built_once: Path, tmp_path: Path, asked: str
):
    queries, qrels = tmp_path / "q.jsonl", tmp_path / "qrels"
    queries.write_text(asked, encoding="utf-8")
    qrels.write_text("a 0 1 1\nc 0 1 0\n", encoding="utf-8")
    done = despatch("evaluate", "--data", built_once, "--model", "toy", "--queries", queries, "--qrels", qrels)
    told = f"despatch: --queries: no question in {queries} has a judgement above 0 in {qrels}: name others\n"
    assert (done.code, done.out, done.err) == (2, "", told)


@pytest.mark.parametrize("option", ["model", "reranker"])
def test_the_name_of_a_model_is_not_empty(despatch: Despatch, built_once: Path, option: str):
    done = despatch("search", "buses", "--data", built_once, "--model", "toy", f"--{option}", "")
    assert (done.code, done.err) == (2, f"despatch: --{option}: it is empty: give it a value, or leave it out\n")


def test_evaluate_lists_the_modes_there_are(despatch: Despatch, built_once: Path):
    done = despatch("evaluate", "--data", built_once, "--queries", "q", "--qrels", "r", "--mode", "quick")
    assert (done.code, done.err) == (
        2,
        "despatch: --mode: 'quick' is not a way of ranking: there is full, fast\n",
    )


def test_a_port_that_can_not_be_is_told_by_its_option(despatch: Despatch, built_once: Path):
    done = despatch("serve", "--data", built_once, "--port", "99999")
    assert done.code == 2
    assert done.err.startswith("despatch: --port: '99999' is too large")


# help and version


def test_the_version_is_printed(despatch: Despatch, capsys: pytest.CaptureFixture[str]):
    assert despatch("--version").code == 0
    assert re.fullmatch(r"despatch \d+\.\d+\.\d+\S*\n", capsys.readouterr().out)


def test_help_says_which_options_only_a_search_by_meaning_takes(despatch: Despatch, capsys):
    assert despatch("search", "--help").code == 0
    told = plain(capsys.readouterr().out)
    assert told.count("Only with --match meaning.") == 4
    assert "which only a search by meaning does" in told


def test_help_lists_every_command_and_exit_code(despatch: Despatch, capsys: pytest.CaptureFixture[str]):
    assert despatch("--help").code == 0
    told = capsys.readouterr().out
    assert re.findall(r"^  ([a-z][\w-]*)  +[A-Z]", told, re.MULTILINE) == list(COMMANDS)
    assert re.findall(r"^ +(\d+)  \S", told, re.MULTILINE) == ["0", "1", "2", "3", "4", "5", "6", "7", "130", "141"]
    assert "..." not in told.split("Commands:")[1]


def test_every_example_in_the_help_uses_options_that_are_there(despatch: Despatch, capsys: pytest.CaptureFixture[str]):
    for text in (DESPATCH, *COMMANDS.values()):
        examples = re.findall(r"despatch ([a-z][\w-]*)([^|\n]*)", text.partition("Examples:")[2])
        assert examples
        for command, rest in examples:
            assert despatch(command, "--help").code == 0
            told = capsys.readouterr().out
            assert [option for option in re.findall(r"--[\w-]+", rest) if option not in told] == []


def test_search_has_an_option_for_each_parameter_of_the_api(despatch: Despatch, capsys: pytest.CaptureFixture[str]):
    assert despatch("search", "--help").code == 0
    told = capsys.readouterr().out
    names = [name.replace("_", "-") for name in SearchRequest.model_fields if name not in {"query", "group", "expand"}]
    assert "--no-group " in told
    assert "--no-expand " in told
    assert [name for name in names if f"--{name} " not in told] == []


@pytest.mark.parametrize("arguments", [["search"], ["build"], ["nonsense"], ["search", "x", "--nonsense"]])
def test_a_wrong_command_line_ends_with_the_code_for_mistakes(despatch: Despatch, arguments: list[str]):
    assert despatch(*arguments).code == 2


# as a process of its own

MAIN = "from service.cli import main; main()"


def test_commands_that_need_no_model_do_not_load_one(built_once: Path):
    code = (
        "import sys\n"
        "from service.cli import make_app, run\n"
        "from service.terminal import Terminal\n"
        "err = Terminal(sys.stderr)\n"
        "for line in (['show', '1'], ['cite', '1'], ['coverage'], ['verify']):\n"
        "    assert run(make_app(), [*line, '--data', sys.argv[1]], err) == 0\n"
        "assert run(make_app(), ['--help'], err) == 0\n"
        "print([name for name in ('torch', 'sentence_transformers', 'fastapi') if name in sys.modules])\n"
    )
    done = python(code, str(built_once))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_terminal_gets_text_and_a_pipe_gets_json(built_once: Path):
    piped = python(MAIN, "coverage", "--data", str(built_once), FORCE_COLOR="1")
    assert (piped.returncode, json.loads(piped.stdout)["records"]) == (0, 12)
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as screen:
        command = [sys.executable, "-c", MAIN, "coverage", "--data", str(built_once)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"}
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=theirs, stderr=theirs) as process:
            os.close(theirs)
            shown = b""
            try:
                while part := screen.read(4096):
                    shown += part
            except OSError:
                pass  # Linux says so when the last writer of a terminal has gone.
        assert process.returncode == 0
    assert "12 answered questions, Commons and Lords" in plain(shown.decode())


def test_a_closed_pipe_is_quiet(built_once: Path):
    ours, theirs = os.pipe()
    os.close(ours)
    command = [sys.executable, "-c", MAIN, "coverage", "--data", str(built_once)]
    with os.fdopen(theirs, "wb") as pipe:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=pipe,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_terminal_that_went_away_is_quiet_too(built_once: Path):
    ours, theirs = os.pipe()
    os.close(ours)
    err = io.StringIO()
    errors = Terminal(err, terminal=False)
    with os.fdopen(theirs, "w") as gone:
        app = make_app(out=Terminal(gone, terminal=True), err=errors)
        assert run(app, ["coverage", "--data", str(built_once)], errors) == 141
        # What could not be written must not be written again as the file is closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), gone.fileno())
    assert err.getvalue() == ""


def test_standard_input_is_read_where_no_other_is_given(built_once: Path):
    command = [sys.executable, "-c", MAIN, "search", "-", "--data", str(built_once), "--limit", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=b"buses", capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        b"despatch: --limit: '0' is too small: at least 1 is needed\n",
    )


def redirected(how: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command from a shell that does `how` with its streams."""
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {how}', "sh", sys.executable, "-c", MAIN, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(("command", "field"), [("search", "question"), ("build", "source")])
def test_standard_input_that_is_closed_is_a_mistake(tmp_path: Path, command: str, field: str):
    done = redirected("<&-", command, "-", "--data", str(tmp_path))
    told = "- stands for standard input, which is closed: pipe it in, or write it in the place of -"
    assert (done.returncode, done.stderr) == (2, f"despatch: {field}: {told}\n")


def test_standard_input_that_can_not_be_read_is_a_mistake(tmp_path: Path, built_once: Path):
    command = [sys.executable, "-c", MAIN, "search", "-", "--data", str(built_once)]
    with (tmp_path / "out").open("wb") as only_written:
        done = subprocess.run(
            command, cwd=ROOT, stdin=only_written, capture_output=True, text=True, timeout=60, check=False
        )
    told = "despatch: question: standard input can't be read: Bad file descriptor\n"
    assert (done.returncode, done.stderr) == (2, told)


@pytest.mark.parametrize("arguments", [["coverage"], ["cite", "1", "--style", "house"], ["build", "--help"]])
def test_output_that_can_not_be_written_is_told_in_a_line_with_a_code_of_its_own(
    built_once: Path, arguments: list[str]
):
    data = [] if "--help" in arguments else ["--data", str(built_once)]
    done = redirected(">/dev/full", *arguments, *data)
    assert done.returncode == 5
    last = done.stderr.splitlines()[-1]
    assert last == "despatch: the output could not be written: No space left on device"
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_mistake_that_can_not_be_told_has_its_code_still(built_once: Path):
    done = redirected("2>/dev/full", "show", "nope", "--data", str(built_once))
    assert (done.returncode, done.stdout) == (2, "")


def test_output_that_is_closed_is_not_missed(built_once: Path):
    done = redirected(">&-", "coverage", "--data", str(built_once))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_error_that_is_not_of_the_output_is_not_told_as_one(small_data: Path):
    def failing(name: str) -> Encoder:
        raise OSError(5, "Input/output error", "model")

    err = Terminal(io.StringIO(), terminal=False)
    app = make_app(failing, Terminal(io.StringIO(), terminal=False), err)
    with pytest.raises(OSError, match="'model'"):
        run(app, ["search", "buses", "--data", str(small_data)], err)


def test_serve_listens_until_ctrl_c(tmp_path: Path):
    command = [sys.executable, "-c", MAIN, "serve", "--port", "0", "--data", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=-1, stderr=subprocess.STDOUT, text=True) as it:
        assert it.stdout is not None
        assert "Despatch Box listens on http://127.0.0.1:" in it.stdout.readline()
        it.send_signal(signal.SIGINT)
        rest = it.stdout.read()
        assert it.wait(timeout=30) in (0, 130)
    assert "Traceback" not in rest


def test_a_mistake_shows_no_traceback(tmp_path: Path):
    done = python(MAIN, "show", "1", "--data", str(tmp_path))
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith(f"despatch: {tmp_path} is not a data directory")
    assert done.stderr.count("\n") == 1


def test_piped_json_is_utf8_in_any_locale(built_once: Path):
    done = python(MAIN, "show", "11", "--data", str(built_once), PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert json.loads(done.stdout)["heading"] == "Tax Avoidance: Café Owners"
