"""What reaches a terminal: the words, and nothing that it would act on."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from rich.console import RenderableType

from retrieval.encoders import Encoder
from retrieval.hit_results import Hit, Span
from retrieval.records import AnswerKind, FindingName, Member
from retrieval.results import Outcome, SearchResult
from retrieval.search import Searcher
from service.briefing import briefing, marked
from service.cli import make_app, run
from service.phrases import as_options, badges, chance, count, on, person, span
from service.terminal import Terminal, clean, indented, show, unbroken, words


def printed(lines: Iterable[RenderableType], width: int = 80, terminal: bool = True) -> str:
    file = io.StringIO()
    show(Terminal(file, terminal=terminal, width=width), lines)
    return file.getvalue()


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


@pytest.fixture
def found(built_once: Path, toy_encoder: Encoder) -> SearchResult:
    result = Searcher.open(built_once, toy_encoder).search(
        "funding of £12 million is shared out by population and mileage, councils decide routes"
    )
    assert result.hits
    return result


def with_hit(result: SearchResult, hit: Hit) -> SearchResult:
    return replace(result, hits=(hit,), near_misses=())


def test_a_hit_says_how_likely_it_is_to_answer_and_not_what_it_scored(found: SearchResult):
    told = plain(printed(briefing(with_hit(found, replace(found.hits[0], probability=0.214)))))
    assert "Passage 2 of the answer. Chance that it answers the question: 21%." in told
    assert "core" not in told
    assert [chance(one) for one in (0.0, 0.004, 0.006, 0.5, 0.994, 0.996)] == [
        *("under 1%", "under 1%", "1%", "50%", "99%", "over 99%")
    ]


def test_the_tests_do_not_depend_on_the_terminal_or_settings_of_who_runs_them():
    assert os.environ["TERM"] == "xterm"
    assert not {"COLUMNS", "FORCE_COLOR", "NO_COLOR", "DESPATCH_DATA", "DESPATCH_MODEL"} & set(os.environ)


@pytest.mark.parametrize("unsafe", ["\x1b[31m", "\x9b31m", "\x07", "\x00", "\r", "\x7f", "\u202e", "\u2067"])
def test_control_characters_do_not_reach_the_terminal(unsafe: str):
    assert clean(f"a{unsafe}b").startswith("a")
    assert not set(clean(f"a{unsafe}b")) & set("\x00\x07\r\x1b\x7f\x9b\u202e\u2067")


def test_tabs_and_line_breaks_stay_in_clean_text():
    assert clean("a\tb\nc") == "a\tb\nc"


def test_the_cells_of_a_table_row_are_told_apart():
    assert words("North East\t1,204").plain == "North East | 1,204"


def test_brackets_in_a_text_are_not_taken_for_mark_up():
    assert printed([words("the answer [bold]given[/bold] :smile: [of Session 2014-15]")]) == (
        "the answer [bold]given[/bold] :smile: [of Session 2014-15]\n"
    )


def test_lines_are_no_longer_than_a_hundred_columns():
    assert max(map(len, printed([words("word " * 100)], width=200).splitlines())) <= 100


def test_an_address_is_never_broken_nor_cut():
    url = "https://example.org/" + "a" * 120
    assert printed([unbroken(url), *indented([unbroken(url)], 4)]) == f"{url}\n    {url}\n"


def test_a_line_for_a_file_is_not_wrapped():
    text = "word " * 40
    assert printed([words(text.strip())], terminal=False) == f"{text.strip()}\n"


def test_escape_sequences_in_an_answer_are_taken_out_of_the_briefing(found: SearchResult):
    hit = found.hits[0]
    passage = replace(hit.passage, text="evil \x1b]0;title\x07 text \x9b31m end", answering_sentence=Span(0, 5))
    shown = printed(briefing(with_hit(found, replace(hit, passage=passage, question="q \x1b[2J"))))
    assert "\x1b]" not in shown
    assert "\x1b[2J" not in shown
    assert "\x9b" not in shown
    assert "\x07" not in shown
    assert "evil ]0;title text 31m end" in plain(shown)


def test_the_answering_sentence_is_bold_and_underlined(found: SearchResult):
    hit = found.hits[0]
    text = "One sentence. Another sentence."
    two = replace(hit, passage=replace(hit.passage, text=text, answering_sentence=Span(14, 31)))
    passage = marked(two)
    assert passage.plain == text
    assert [(s.start, s.end, str(s.style)) for s in passage.spans] == [(14, 31, "bold underline")]


@pytest.mark.parametrize("sentence", [None, Span(0, 31)])
def test_a_passage_of_one_sentence_is_not_marked(found: SearchResult, sentence: Span | None):
    hit = found.hits[0]
    passage = replace(hit.passage, text="One sentence. Another sentence.", answering_sentence=sentence)
    assert marked(replace(hit, passage=passage)).spans == []


def test_a_terminal_that_can_not_underline_is_told_the_sentence(found: SearchResult):
    hit = found.hits[0]
    passage = replace(hit.passage, text="One sentence. Another one.", answering_sentence=Span(14, 26))
    result = with_hit(found, replace(hit, passage=passage))
    assert "Nearest sentence: Another one." in plain(printed(briefing(result, plain=True)))
    assert "Nearest sentence" not in plain(printed(briefing(result)))
    whole = with_hit(found, replace(hit, passage=replace(passage, answering_sentence=None)))
    assert "Nearest sentence" not in plain(printed(briefing(whole, plain=True)))


def test_without_colour_the_marks_stay(found: SearchResult, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    hit = found.hits[0]
    passage = replace(hit.passage, text="One sentence. Another one.", answering_sentence=Span(14, 26))
    shown = printed(briefing(with_hit(found, replace(hit, passage=passage))))
    assert "\x1b[1;4mAnother one.\x1b[0m" in shown
    assert re.findall(r"\x1b\[[0-9;]*3[0-9]m", shown) == []


def test_what_a_passage_stands_under_is_shown_before_it(found: SearchResult):
    hit = found.hits[0]
    passage = replace(hit.passage, text="North East\t1,204", context="Region | 2024", answering_sentence=None)
    shown = plain(printed(briefing(with_hit(found, replace(hit, passage=passage)))))
    assert "1 Under: Region | 2024 North East | 1,204" in shown


def test_a_corrected_answer_and_one_without_dates_say_so(found: SearchResult):
    hit = found.hits[0]
    corrected = replace(hit, citation=replace(hit.citation, corrected=date(2025, 2, 1)))
    assert "answered 20 January 2025, corrected 1 February 2025." in plain(
        printed(briefing(with_hit(found, corrected)))
    )
    bare = replace(hit.citation, answered=None, answering_body=None, minister=None, url=None)
    shown = plain(printed(briefing(with_hit(found, replace(hit, citation=bare, also_given=hit.also_given * 4)))))
    assert "answering body not known, date answered not known." in shown
    assert "Minister's name not in the source" in shown
    assert "Also given to 8 other questions: 101, 102, 101, 102, 101 and 3 more." in shown


def test_near_misses_stand_apart(found: SearchResult):
    result = replace(found, hits=(), near_misses=found.hits[:1], outcome=Outcome.NOTHING_CLOSE)
    shown = plain(printed(briefing(result)))
    assert "Near misses, not close enough to count as an answer" in shown
    assert "Passage 2 of the answer" in shown


def test_records_that_lack_what_a_filter_asks_for_are_counted(found: SearchResult):
    searched = replace(found.searched, lacking={"answered": 10, "minister_id": 1, "party": 0}, passed=1)
    result = replace(found, searched=searched, filters={"answered_from": "2020-01-01", "party": ["Labour"]})
    shown = plain(printed(briefing(result)))
    assert "Filters: --answered-from 2020-01-01; --party Labour" in shown
    assert (
        "Searched 1 of 12 records; the others are not a reply, say nothing but a refusal, or fail the filters." in shown
    )
    assert "10 records have no date answered in the source, so the filter leaves them out." in shown
    assert "1 record has no minister in the source, so the filter leaves it out." in shown
    assert "party" not in shown.partition("Searched")[2]
    lacking = replace(searched, lacking={"tabled": 5, "answerer": 24})
    shown = plain(printed(briefing(replace(result, searched=lacking))))
    assert "5 records have no date tabled (no written statement has one), so the filter leaves them out." in shown
    assert "24 records do not say whether a minister answered, so the filter leaves them out." in shown
    kinds = replace(result, filters={"kind": ["holding"]})
    assert "Searched 1 of 12 records; the others fail the filters." in plain(printed(briefing(kinds)))


def test_an_empty_corpus_has_no_house_and_no_dates(found: SearchResult):
    searched = replace(found.searched, records=0, passed=0, houses=(), first_answered=None, last_answered=None)
    shown = plain(printed(briefing(replace(found, hits=(), searched=searched))))
    assert "Searched 0 records. Indexed: House not known. No date of an answer is known." in shown


def test_a_long_list_of_others_is_cut_short_in_an_answer(built_once: Path, toy_encoder: Encoder):
    from service.answer_page import answer_page

    answer = Searcher.open(built_once, toy_encoder).corpus.answer("1")
    other = replace(answer.also_given[0], asker=None)
    shown = plain(printed(answer_page(replace(answer, also_given=(other,) * 12, heading=None, house=None))))
    assert "No heading in the source" in shown
    assert "House not in the source" in shown
    assert "Also given to 12 other questions" in shown
    assert "asker not in the source" in shown
    assert "and 2 more" in shown


def test_an_answer_tells_interest_files_and_disagreement(built_once: Path, toy_encoder: Encoder):
    from retrieval.records import Attachment
    from service.answer_page import answer_page

    answer = Searcher.open(built_once, toy_encoder).corpus.answer("11")
    told = replace(
        answer,
        attachments=(Attachment("Letter", "https://example.org/letter.pdf"),),
        disagreement="the flag says holding",
        inferred=("house",),
    )
    shown = plain(printed(answer_page(told)))
    assert "Interest the asker has declared one" in shown
    assert "Attachments Letter https://example.org/letter.pdf" in shown
    assert "Note the flag says holding: read the answer to judge" in shown
    assert "House Commons (worked out)" in shown
    assert "Finding An attachment holds the answer (passage" in shown


def test_json_on_a_terminal_holds_no_character_that_it_would_act_on(built_once: Path, toy_encoder: Encoder):
    out, err = io.StringIO(), io.StringIO()
    errors = Terminal(err, terminal=False)
    app = make_app(lambda name: toy_encoder, Terminal(out, terminal=True), errors)
    question = "buses \x9b31m \u202e"
    assert run(app, ["search", question, "--data", str(built_once), "--model", "toy", "--json"], errors) == 0
    assert not set(out.getvalue()) & set("\x9b\u202e")
    assert json.loads(out.getvalue())["query"] == question


def test_phrases_are_plain_words():
    assert count(1, "record") == "1 record"
    assert count(2000, "match", "matches") == "2,000 matches"
    assert as_options("finding=not_held") == "--finding not_held"
    assert on(None) == "not known"
    assert badges(AnswerKind.SUBSTANTIVE, [FindingName.CORRECTED]) == "substantive answer; corrected"
    assert person(Member(id=7), lacking="-") == "Member 7 (name not in the source)"
    assert person(Member(name="A B", party="Labour", post="Minister"), lacking="-") == "A B, Minister (Labour)"
    assert person(Member(), lacking="-") == "-"
    assert span(date(2024, 1, 2), date(2024, 1, 2)) == "Known dates of answers: 2 January 2024."


def test_every_kind_and_finding_has_words():
    for kind in AnswerKind:
        assert badges(kind, FindingName).count(";") == len(FindingName)
