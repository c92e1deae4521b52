from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.differences import SegmentKind
from retrieval.errors import QueryError, UnknownKey
from retrieval.past_texts import PastTexts
from retrieval.quotations import MAX_QUOTATION_CHARACTERS, verify_briefing, verify_quote
from retrieval.quote_results import Crossing, Exactness, QuoteOutcome, QuoteResult, QuoteSource
from retrieval.received import ReceivedFile
from retrieval.records import AnswerKind
from retrieval.store import RecordStore
from tests.conftest import ToyEncoder

FERRY, FERRIES = "commons-2025-03-03-7001", "commons-2025-03-13-7005"
HARBOURS, TRAMS, LIGHTHOUSE = "commons-2025-03-03-7002", "commons-2025-03-03-7003", "commons-2025-03-03-7004"
BUOYS = "commons-2025-03-03-7006"


@pytest.fixture(scope="module")
def corpus(quotable_once: Path) -> Corpus:
    return Corpus.open(quotable_once)


def marked(result: QuoteResult) -> str:
    signs = {SegmentKind.SAME: "{}", SegmentKind.REMOVED: "[-{}-]", SegmentKind.ADDED: "{{+{}+}}"}
    segments = [segment for part in result.matches[0].parts for segment in part.segments]
    return "".join(signs[segment.kind].format(segment.text) for segment in segments)


def test_words_that_are_in_an_answer_are_found_with_their_place_and_their_citation(corpus: Corpus):
    found = verify_quote(corpus, "Islanders’ views were gathered in a survey that 1,204 people answered")
    assert (found.outcome, found.found, len(found.matches)) == (QuoteOutcome.WORD_FOR_WORD, True, 1)
    match = found.matches[0]
    answer = corpus.answer(FERRY)
    assert (match.key, match.source, match.exactness) == (FERRY, QuoteSource.ANSWER, Exactness.CHARACTER)
    span = match.parts[0].span
    assert answer.text[span.start : span.end] == found.text == match.parts[0].wording
    assert [(one.ordinal, one.hash) for one in match.passages] == [(2, answer.passages[1].hash)]
    assert match.citation.paragraph == 2
    assert match.written["house"].startswith("7001 [of Session 2024-26] on Ferries: Mock Island")
    assert "Dee Placeholder (Department for Transport) of 10 March 2025" in found.message


def test_an_answer_that_two_questions_have_words_of_is_told_newest_first(corpus: Corpus):
    found = verify_quote(corpus, "has set aside £12 million for its pier")
    assert [match.key for match in found.matches] == [FERRIES, FERRY]
    assert found.message.endswith("1 other answer has the same words.")


def test_a_quotation_may_go_on_from_one_passage_to_the_next(corpus: Corpus):
    found = verify_quote(corpus, "for its pier. Islanders’ views were gathered")
    assert found.found
    assert [one.ordinal for one in found.matches[0].passages] == [1, 2]
    assert found.matches[0].citation.paragraph is None


@pytest.mark.parametrize(
    ("text", "exactness"),
    [
        ("“they don’t want a bridge.”", Exactness.CHARACTER),
        ("they don’t want a bridge,", Exactness.CHARACTER),
        ("they don't  want a\nbridge", Exactness.TYPOGRAPHY),
        ("They don’t want a bridge!", Exactness.WORDS),
        ("a rise of 5%", Exactness.WORDS),
    ],
)
def test_the_same_words_are_told_from_the_same_characters(corpus: Corpus, text: str, exactness: Exactness):
    found = verify_quote(corpus, text)
    assert (found.outcome, found.matches[0].exactness) == (QuoteOutcome.WORD_FOR_WORD, exactness)


def test_a_dropped_not_is_told_loudly(corpus: Corpus):
    found = verify_quote(corpus, "the invented ferry will be withdrawn before 31 March 2026")
    match = found.matches[0]
    assert (found.outcome, found.found, match.words_differing) == (QuoteOutcome.DIFFERS, False, 1)
    assert (match.differs_in_negation, match.differs_in_numbers) == (True, False)
    assert marked(found) == "The invented ferry will {+not +}be withdrawn before 31 March 2026"
    assert "A negation differs: check the sense." in found.message


def test_a_changed_number_is_told_loudly(corpus: Corpus):
    found = verify_quote(corpus, "the Government has set aside £13 million for its pier")
    match = found.matches[0]
    assert (match.differs_in_numbers, match.differs_in_negation, match.likeness) == (True, False, 0.9)
    assert marked(found) == "the Government has set aside [-£13 -]{+£12 +}million for its pier"


@pytest.mark.parametrize("text", ["$12 million for its pier", "£12 million for its piers", "-£12 million for its pier"])
def test_another_currency_sign_or_ending_is_another_word(corpus: Corpus, text: str):
    assert verify_quote(corpus, text).outcome is QuoteOutcome.DIFFERS


def test_the_diff_makes_up_the_wording_of_the_answer_exactly(corpus: Corpus):
    found = verify_quote(corpus, "in a survey of 1,204 people who answered; they surely don’t want a bridge")
    part = found.matches[0].parts[0]
    kept = "".join(one.text for one in part.segments if one.kind is not SegmentKind.REMOVED)
    assert kept == part.wording
    assert part.wording in corpus.answer(FERRY).text


def test_words_since_corrected_are_told_with_the_day_and_what_is_served_instead(corpus: Corpus):
    found = verify_quote(corpus, "The invented harbour fund paid 45 grants, worth £3,000 each")
    match = found.matches[0]
    assert (found.outcome, found.found, match.key) == (QuoteOutcome.SINCE_CORRECTED, False, HARBOURS)
    assert found.message.startswith("Corrected on 2 April 2025: these words stood in the answer by Dee Placeholder")
    assert match.change
    assert (match.change.corrected_on, match.change.stood_from) == (date(2025, 4, 2), date(2025, 3, 10))
    assert [one.text for one in match.change.now if one.kind is not SegmentKind.SAME] == ["45 ", "54 "]
    past = corpus.history(HARBOURS).texts[match.change.text - 1]
    assert past.text[match.parts[0].span.start : match.parts[0].span.end] == match.parts[0].wording


def test_words_taken_out_by_a_correction_have_nothing_in_their_place(corpus: Corpus):
    found = verify_quote(corpus, "Applications for the next round close at the end of June.")
    assert found.outcome is QuoteOutcome.SINCE_CORRECTED
    assert found.matches[0].change
    assert found.matches[0].change.now == ()


def test_words_that_a_correction_left_are_not_called_corrected(corpus: Corpus):
    assert verify_quote(corpus, "It is open to every harbour on the coast").outcome is QuoteOutcome.WORD_FOR_WORD


def test_a_slip_in_words_since_corrected_does_not_hide_the_correction(corpus: Corpus):
    found = verify_quote(corpus, "The invented harbour fund paid 45 grants, worth £3,000 apiece")
    assert [match.standing for match in found.matches] == [QuoteOutcome.SINCE_CORRECTED, QuoteOutcome.DIFFERS]
    assert "The quotation also differs in 1 word from them." in found.message


def test_a_holding_answer_that_was_replaced_is_told_as_that(corpus: Corpus):
    found = verify_quote(corpus, "An answer is being prepared and will be provided")
    match = found.matches[0]
    assert (found.outcome, match.key) == (QuoteOutcome.SINCE_REPLACED, TRAMS)
    assert match.change
    assert (match.change.kind, match.change.corrected_on) == (AnswerKind.HOLDING, date(2025, 3, 10))
    assert "took its place on 10 March 2025" in found.message


def test_a_text_that_the_source_changed_in_silence_is_told_as_that(corpus: Corpus):
    found = verify_quote(corpus, "The invented lighthouse is lit by solar panels alone")
    assert (found.outcome, found.matches[0].key) == (QuoteOutcome.SINCE_REPLACED, LIGHTHOUSE)
    assert "which the source has changed without saying so" in found.message


def test_words_that_still_stand_elsewhere_are_found_and_the_correction_is_told_first(
    tmp_path: Path, quotable_once: Path, toy_encoder: ToyEncoder
):
    source = Path(__file__).parents[1] / "data" / "quotable.jsonl"
    lines = source.read_text(encoding="utf-8")
    copied = lines.splitlines()[3].replace('"id": 4, "uin": "7004"', '"id": 9, "uin": "7009"')
    wording = "The invented harbour fund paid 45 grants, worth £3,000 each, to small harbours in 2024."
    copied = copied.replace("The invented lighthouse is lit by wind power alone", wording)
    (tmp_path / "more.jsonl").write_text(f"{lines}{copied}\n", encoding="utf-8")
    build([str(tmp_path / "more.jsonl")], tmp_path / "data", toy_encoder)
    corpus = Corpus.open(tmp_path / "data")
    found = verify_quote(corpus, wording)
    assert (found.outcome, found.found) == (QuoteOutcome.SINCE_CORRECTED, True)
    assert [match.key for match in found.matches] == [HARBOURS, "commons-2025-03-03-7009"]
    assert found.message.endswith("1 other answer has the same words.")
    # Four words are a turn of phrase, and say nothing of the answer that was corrected.
    assert verify_quote(corpus, "fund paid 45 grants").outcome is QuoteOutcome.WORD_FOR_WORD


def test_words_of_a_question_are_not_a_ministers(corpus: Corpus):
    found = verify_quote(corpus, "whether she plans to withdraw the invented ferry to Mock Island")
    match = found.matches[0]
    assert (found.outcome, found.found, match.source) == (QuoteOutcome.IN_QUESTION, False, QuoteSource.QUESTION)
    assert "not of the minister: asked by Ann Invented, tabled 3 March 2025 (Question 7001)" in found.message
    assert match.passages == ()
    assert match.question[match.parts[0].span.start : match.parts[0].span.end] == match.parts[0].wording


def test_a_misquoted_question_is_still_a_question(corpus: Corpus):
    found = verify_quote(corpus, "whether she plans to cancel the invented ferry to Mock Island before the winter")
    assert found.outcome is QuoteOutcome.IN_QUESTION
    assert "nearly (it differs in 1 word) words of the question" in found.message


def test_what_is_not_there_is_told_with_what_is_indexed_and_without_saying_that_it_was_never_said(corpus: Corpus):
    found = verify_quote(corpus, "nothing of the kind was ever told to anyone")
    assert (found.outcome, found.found, found.matches) == (QuoteOutcome.NOT_FOUND, False, ())
    assert "10 March 2025 to 20 March 2025" in found.message
    assert "That does not mean that no minister has said it" in found.message
    assert (found.snapshot, found.searched.records) == (corpus.manifest.name, 6)
    assert found.licence.spdx == "OPL-UK-3.0"


def test_the_parts_around_an_ellipsis_must_stand_in_one_answer_in_order(corpus: Corpus):
    found = verify_quote(corpus, "has set aside £12 million … people answered")
    assert (found.outcome, [match.key for match in found.matches]) == (QuoteOutcome.WORD_FOR_WORD, [FERRY])
    assert found.matches[0].omitted == ("for its pier.\nIslanders’ views were gathered in a survey that 1,204",)
    assert not found.matches[0].omits_negation
    assert verify_quote(corpus, "people answered … has set aside £12 million").outcome is not QuoteOutcome.WORD_FOR_WORD
    assert not verify_quote(corpus, "set aside £12 million [...] carried 7.4 million passengers").found


@pytest.mark.parametrize("gap", ["…", "[...]", "[indeed]", ". . ."])
def test_a_not_that_is_left_out_of_a_sentence_is_told(corpus: Corpus, gap: str):
    found = verify_quote(corpus, f"The invented ferry will {gap} be withdrawn")
    assert found.matches[0].omits_negation
    assert "What is left out of the sentence has a negation" in found.message


@pytest.mark.parametrize(
    ("text", "negation", "number", "told"),
    [
        ("Islanders’ views were [not] gathered in a survey", True, False, "A negation is put in: check the sense."),
        ("set aside £12 million for its pier [never]", True, False, "A negation is put in: check the sense."),
        ("has set aside £12 million [of 90] for its pier", False, True, "A number, an amount or a date is put in."),
        ("Islanders’ views [on it] were gathered in a survey", False, False, "is not in the text: [on it]."),
    ],
)
def test_what_is_put_in_is_told_and_is_never_to_the_character(
    corpus: Corpus, text: str, negation: bool, number: bool, told: str
):
    found = verify_quote(corpus, text)
    match = found.matches[0]
    assert (found.outcome, match.exactness) == (QuoteOutcome.WORD_FOR_WORD, Exactness.WORDS)
    assert (match.inserts_negation, match.inserts_number, len(match.inserted)) == (negation, number, 1)
    assert told in found.message


def test_words_of_two_paragraphs_run_together_are_told(corpus: Corpus):
    found = verify_quote(corpus, "for its pier. Islanders’ views were gathered")
    assert (found.matches[0].runs_across, found.matches[0].exactness) == (Crossing.PARAGRAPHS, Exactness.WORDS)
    assert "It runs across two paragraphs" in found.message
    shown = verify_quote(corpus, "for its pier.\n\nIslanders’ views were gathered")
    assert (shown.matches[0].runs_across, shown.matches[0].exactness) == (None, Exactness.TYPOGRAPHY)


def test_cells_of_a_table_run_together_are_told(corpus: Corpus):
    found = verify_quote(corpus, "Sea Buoys laid")
    assert (found.matches[0].runs_across, found.matches[0].exactness) == (Crossing.TABLE, Exactness.WORDS)
    assert "It runs across two cells or rows of a table" in found.message


def test_a_changed_word_does_not_hide_that_two_paragraphs_are_run_together(corpus: Corpus):
    found = verify_quote(corpus, "for its pier. Islanders’ views were all gathered in a survey")
    assert (found.outcome, found.matches[0].runs_across) == (QuoteOutcome.DIFFERS, Crossing.PARAGRAPHS)


def test_what_the_writer_put_in_stands_for_a_few_words_and_no_more(corpus: Corpus):
    assert verify_quote(corpus, "[The line] carried 7.4 million [people] last year").found
    assert verify_quote(corpus, "[I]slanders’ views were gathered").found
    far = verify_quote(corpus, "The invented ferry will [be kept, and] they don’t want a bridge")
    assert not far.found


def test_the_header_of_a_table_can_be_quoted_and_is_in_no_passage(corpus: Corpus):
    found = verify_quote(corpus, "Sea Buoys laid")
    assert (found.outcome, found.matches[0].key, found.matches[0].passages) == (QuoteOutcome.WORD_FOR_WORD, BUOYS, ())


def test_with_a_key_one_answer_is_looked_in_and_others_are_counted(corpus: Corpus):
    assert verify_quote(corpus, "£12 million for its pier", FERRY).found
    found = verify_quote(corpus, "£12 million for its pier", HARBOURS)
    assert (found.outcome, found.key) == (QuoteOutcome.NOT_FOUND, HARBOURS)
    assert found.message == "These words are not in this answer. 2 other answers have them."
    assert verify_quote(corpus, "paid 45 grants", "2").outcome is QuoteOutcome.SINCE_CORRECTED
    with pytest.raises(UnknownKey):
        verify_quote(corpus, "£12 million", "commons-2025-03-03-1")


def test_more_than_five_answers_are_counted(corpus: Corpus):
    found = verify_quote(corpus, "invented")
    assert (len(found.matches), found.more) == (5, 1)
    assert found.message.endswith("5 other answers have the same words.")


@pytest.mark.parametrize("text", ["", "…", "[sic]", "x" * (MAX_QUOTATION_CHARACTERS + 1), "of the … " * 21])
def test_what_can_not_be_looked_for_is_refused(corpus: Corpus, text: str):
    with pytest.raises(QueryError) as refused:
        verify_quote(corpus, text)
    assert refused.value.field == "text"


def test_every_passage_is_found_word_for_word_in_its_own_answer(built_once: Path):
    corpus = Corpus.open(built_once)
    for number in range(len(corpus.store)):
        for stored in corpus.store.passages(number):
            found = verify_quote(corpus, stored.passage.text, corpus.store.record(number).key)
            assert found.matches[0].exactness is Exactness.CHARACTER
            assert [one.ordinal for one in found.matches[0].passages] == [stored.passage.ordinal]


def test_a_quotation_in_a_briefing_that_is_too_long_is_not_read(corpus: Corpus, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("retrieval.quotations.parts_of", lambda text: pytest.fail("it was read"))
    found = verify_briefing(corpus, f"“{'[x] ' * MAX_QUOTATION_CHARACTERS}a”")
    assert found.quotations[0].outcome is QuoteOutcome.NOT_CHECKED


def test_a_raised_figure_that_is_not_quoted_is_told(tmp_path: Path, invented: Any):
    answer = "<p>There were 701\u00b9 invented ferries and 10\u00b2 invented trams.</p>"
    source = invented.file(tmp_path / "raised.jsonl", [invented.raw(1, answerText=answer)])
    build([source], tmp_path / "data", ToyEncoder())
    corpus = Corpus.open(tmp_path / "data")
    found = verify_quote(corpus, "There were 701 invented ferries")
    assert (found.outcome, found.matches[0].exactness) == (QuoteOutcome.WORD_FOR_WORD, Exactness.WORDS)
    assert found.matches[0].differs_in_raised_figures
    assert "A raised figure, the mark of a footnote or a power, is in one" in found.message
    for wrong in ("There were 7011 invented ferries", "701 invented ferries and 102 invented trams"):
        changed = verify_quote(corpus, wrong)
        assert (changed.outcome, changed.matches[0].differs_in_numbers) == (QuoteOutcome.DIFFERS, True)
    same = verify_quote(corpus, "701\u00b9 invented ferries and 10\u00b2 invented trams")
    assert (same.matches[0].exactness, same.matches[0].differs_in_raised_figures) == (Exactness.CHARACTER, False)


def test_a_briefing_has_each_of_its_quotations_checked(corpus: Corpus):
    text = (
        "Ms Placeholder said the ferry “will be withdrawn before 31 March 2026”, and that\n\n"
        "> The invented harbour fund paid 45 grants, worth £3,000 each\n> — 10 March 2025\n\n"
        'It is "lit by wind power alone". The board calls it ‘a plan for the whole of the coast’. “…”'
    )
    found = verify_briefing(corpus, text)
    assert [one.outcome for one in found.quotations] == [
        QuoteOutcome.DIFFERS,
        QuoteOutcome.SINCE_CORRECTED,
        QuoteOutcome.WORD_FOR_WORD,
        QuoteOutcome.NOT_FOUND,
    ]
    assert found.outcome is QuoteOutcome.SINCE_CORRECTED
    assert found.counts == {"since_corrected": 1, "differs": 1, "not_found": 1, "word_for_word": 1}
    assert found.message == (
        "4 quotations: 1 since corrected; 1 differs from what was said; 1 not found in what is indexed; "
        "1 word for word."
    )
    spans = [text[one.span.start : one.span.end] for one in found.quotations]
    assert spans[0] == "“will be withdrawn before 31 March 2026”"
    alone = verify_quote(corpus, found.quotations[1].text)
    assert (found.quotations[1].matches, found.quotations[1].message) == (alone.matches, alone.message)


def test_a_long_briefing_is_checked_in_parts_that_make_up_the_whole(corpus: Corpus):
    text = " ".join(f"“invented {word}”" for word in ("ferry", "tram", "harbour", "lighthouse", "buoys"))
    whole = verify_briefing(corpus, text)
    parts = [verify_briefing(corpus, text, first=first, limit=2) for first in (1, 3, 5)]
    assert [part.next_first for part in parts] == [3, 5, None]
    assert tuple(one for part in parts for one in part.quotations) == whole.quotations
    assert parts[0].message.startswith("2 of 5 quotations checked: ")


def test_a_briefing_without_a_quotation_says_where_quotations_stand(corpus: Corpus):
    found = verify_briefing(corpus, "The minister said nothing.")
    assert (found.outcome, found.total, found.quotations) == (QuoteOutcome.NOT_CHECKED, 0, ())
    assert found.message.startswith("No quotation was found")


def test_a_quotation_too_long_to_check_is_told_and_the_others_are_checked(corpus: Corpus):
    found = verify_briefing(corpus, f"“{'word ' * 2_100}” and “invented ferry” and “[nothing else]” “{'a … ' * 21}”")
    outcomes = [one.outcome for one in found.quotations]
    assert outcomes == [QuoteOutcome.NOT_CHECKED, QuoteOutcome.WORD_FOR_WORD, *[QuoteOutcome.NOT_CHECKED] * 2]
    assert "10,000 are read" in found.quotations[0].message


@pytest.mark.parametrize(
    ("text", "first", "limit", "field"),
    [
        (" ", 1, 25, "text"),
        ("x" * 300_001, 1, 25, "text"),
        ("“a” " * 2_001, 1, 25, "text"),
        ("“a”", 2, 25, "first"),
        ("“a”", 0, 25, "first"),
        ("“a”", 1, 0, "limit"),
        ("“a”", 1, 26, "limit"),
    ],
)
def test_a_briefing_that_can_not_be_checked_is_refused(corpus: Corpus, text: str, first: int, limit: int, field: str):
    with pytest.raises(QueryError) as refused:
        verify_briefing(corpus, text, first=first, limit=limit)
    assert refused.value.field == field


def test_past_texts_are_read_once_however_many_ask_at_the_same_time(
    quotable_once: Path, monkeypatch: pytest.MonkeyPatch
):
    read: list[int] = []

    class Counted(PastTexts):
        def __init__(self, store: RecordStore, received: ReceivedFile) -> None:
            read.append(1)
            super().__init__(store, received)

    monkeypatch.setattr("retrieval.corpus.PastTexts", Counted)
    corpus = Corpus.open(quotable_once)
    threads = [threading.Thread(target=lambda: corpus.past_texts) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(read), len(corpus.past_texts)) == (1, 3)
