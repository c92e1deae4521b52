"""What the page of one answer shows is what the corpus has, and what it lacks is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.citations import CitationStyle, written
from retrieval.corpus import Corpus
from retrieval.records import AnswererKind, AnswerKind, GroupedQuestion
from service.web.answer_view import AnswerView, answer_view
from service.web.attachment_view import PASSAGES_SHOWN, shown_attachments
from service.web.near_answers import near_answers, words_of_its_own
from service.web.official_pages import official_page_of_key

SITE = "https://questions-statements.parliament.uk"


@pytest.fixture(scope="module")
def corpus(pages_once: Path) -> Corpus:
    return Corpus.open(pages_once)


@pytest.fixture
def view(corpus: Corpus) -> Callable[[str], AnswerView]:
    return lambda key: answer_view(corpus, corpus.answer(key))


def test_the_citations_are_those_of_the_corpus(corpus: Corpus, view: Callable[[str], AnswerView]):
    shown = view("5")
    citation = corpus.citation("5")
    assert {form.style: form.text for form in shown.citation.forms} == {
        style: written(citation, CitationStyle(style)) for style in ("house", "member", "oscola")
    }
    assert [(file.ending, file.text) for file in shown.files] == [
        ("bib", written(citation, CitationStyle.BIBTEX)),
        ("ris", written(citation, CitationStyle.RIS)),
        ("json", written(citation, CitationStyle.CSL_JSON)),
    ]


def test_a_passage_is_copied_word_for_word_above_its_citation(corpus: Corpus, view: Callable[[str], AnswerView]):
    shown = view("5")
    [passage] = shown.answer.passages
    form = shown.quotation(1, passage.text).forms[0]
    assert form.text == written(corpus.citation("5", 1), CitationStyle.HOUSE)
    assert form.quotation.startswith(f"“{passage.text}”\n\n{form.text}\n")


def test_what_must_be_known_before_citing_is_told_once(view: Callable[[str], AnswerView]):
    notes = view("4").citation.notes
    assert notes[0] == "this is a holding answer: it promises a reply and does not give one"
    assert "not in the source: minister's name, minister's post, asker's name" in notes
    assert len(notes) == len(set(notes))


def test_who_and_when_are_told_and_what_is_lacking_too(view: Callable[[str], AnswerView]):
    shown = view("5")
    assert shown.by == "Member 900102 (name not in the source)"
    assert shown.given == "Office for Fictional Standards, answered 13 June 2026, corrected 20 June 2026"
    assert shown.asked == "Asked by Member 900305 (name not in the source), tabled 6 June 2026, due 9 June 2026."
    facts = dict(shown.facts)
    assert (facts["UIN"], facts["Corrected"], facts["Session"]) == ("5", "20 June 2026", "2026-27")


def test_an_answer_without_any_facts_says_what_is_not_there(view: Callable[[str], AnswerView]):
    full = view("5")
    bare = replace(
        full,
        answer=replace(
            full.answer,
            minister=None,
            asker=None,
            answered=None,
            corrected=None,
            tabled=None,
            due=None,
            answering_body=None,
            citation=replace(full.answer.citation, answering_body=None),
        ),
    )
    assert bare.by == "The minister's name is not in the source"
    assert bare.given == "answering body not in the source, day answered not in the source"
    assert bare.asked == "Asked by a Member whose name is not in the source, day tabled not in the source."


@pytest.mark.parametrize(
    ("key", "badges"),
    [
        ("1", [("Substantive answer", ""), ("Earlier government: Starmer Labour Government", "")]),
        ("4", [("Holding answer, not a reply", "bad"), ("Earlier government: Starmer Labour Government", "")]),
        ("10", [("Points to another answer", "warn")]),
        ("5", [("Substantive answer", ""), ("Corrected on 20 June 2026", "warn")]),
        ("commons-2026-06-25-hcws52", [("Written statement", "")]),
    ],
)
def test_badges_say_what_it_is(view: Callable[[str], AnswerView], key: str, badges: list[tuple[str, str]]):
    found = [(badge.text, badge.tone) for badge in view(key).badges]
    assert [badge for badge in found if badge in badges] == badges


def test_a_full_reply_has_no_warning_and_another_has(view: Callable[[str], AnswerView]):
    assert (view("1").warning, view("1").is_reply) == ("", True)
    assert view("4").warning == "this is a holding answer: it promises a reply and does not give one"
    assert view("4").answer.kind is AnswerKind.HOLDING


def test_texts_it_has_had_are_there_only_where_there_are_some(view: Callable[[str], AnswerView]):
    assert (view("1").history, view("1").texts) == (None, ())
    first, second = view("5").texts
    assert (first.name, first.is_current, first.is_compared) == (
        "Text 1, from 13 June 2026: substantive answer",
        False,
        True,
    )
    assert [(segment.kind, segment.text) for segment in second.segments][:3] == [
        ("same", "The Department lit "),
        ("removed", "5"),
        ("added", "17"),
    ]
    [only] = view("6").texts
    assert (only.segments, only.is_current) == ((), True)


def test_a_holding_answer_is_not_compared_word_by_word_with_the_reply(view: Callable[[str], AnswerView]):
    held, reply = view("40").texts
    assert (held.segments, held.is_compared, reply.segments, reply.is_current) == ((), False, (), True)
    assert held.text.startswith("The Ministry of Imaginary Works has indicated")


def test_a_thread_has_all_that_is_asked_pursuant_to_one_another(view: Callable[[str], AnswerView]):
    thread = view("11").thread
    assert thread
    assert [(item.uin, item.is_asked_for) for item in thread.items] == [("1", False), ("11", True), ("12", False)]
    assert view("2").thread is None
    alone = view("14").thread
    assert alone
    assert [one.uin for one in alone.not_found] == ["777"]


def test_pointers_are_told_at_both_ends(view: Callable[[str], AnswerView]):
    assert [one.key for one in view("10").refers_to] == ["commons-2026-06-02-1"]
    assert [one.uin for one in view("1").answer.pointed_to_by] == ["10"]
    assert [(one.key, one.uin) for one in view("13").refers_to] == [(None, "777")]


def test_questions_answered_together_are_told_once_and_those_not_here_by_their_official_page(
    view: Callable[[str], AnswerView],
):
    shown = view("8")
    assert [one.uin for one in shown.answer.also_given] == ["9"]
    [other] = shown.grouped
    assert (other.question.uin, other.key, other.url) == (
        "7007",
        None,
        f"{SITE}/written-questions/detail/2026-06-05/7007",
    )


def test_a_question_answered_together_with_another_answer_is_found_here(corpus: Corpus):
    group = (GroupedQuestion("1", corpus.answer("1").tabled), GroupedQuestion("404"))
    found = answer_view(corpus, replace(corpus.answer("8"), grouped_with=group, also_given=())).grouped
    assert [(one.key, one.url is None) for one in found] == [("commons-2026-06-02-1", False), (None, True)]


def test_answers_that_nearly_repeat_it_say_how_they_differ(corpus: Corpus, view: Callable[[str], AnswerView]):
    shown = view("70")
    assert [(one.record.uin, one.differs) for one in shown.near] == [("71", "71")]
    assert shown.near_total == 1
    assert near_answers(corpus, "1") == ((), 0)


def test_words_in_which_another_differs_are_cut_short():
    told = words_of_its_own("Nine hundred new lanterns. " * 20, "Not one.")
    assert told == f"{('Nine hundred new lanterns. ' * 20)[:120].rstrip()}…"


def test_attachments_are_told_with_what_was_read_of_them(corpus: Corpus, view: Callable[[str], AnswerView]):
    first, second = view("7").attachments
    assert first.attachment.title == "Invented table 1 of answer 7"
    assert first.reading
    assert [(one.ordinal, one.text) for one in first.reading.passages] == [
        (2, "Invented lanterns were counted on page 1."),
        (3, "Invented lanterns were counted on page 2."),
    ]
    assert second.reading
    assert second.reading.reason == "it has pictures of pages and no text"
    unread = answer_view(corpus, replace(corpus.answer("7"), attachment_texts=()))
    assert [one.reading for one in unread.attachments] == [None, None]


def test_of_a_long_file_the_beginning_is_shown_and_what_the_link_points_to(corpus: Corpus):
    answer = corpus.answer("7")
    [second] = answer.attachment_texts[0].passages[1:]
    many = (*([answer.attachment_texts[0].passages[0]] * (PASSAGES_SHOWN + 2)), second)
    long = replace(answer, attachment_texts=(replace(answer.attachment_texts[0], passages=many),))
    shown = shown_attachments(corpus, long)[0]
    assert (len(shown.passages), shown.more, shown.is_linked) == (PASSAGES_SHOWN, 3, False)
    linked = shown_attachments(corpus, long, [second.ordinal])[0]
    assert (len(linked.passages), linked.more, linked.is_linked) == (PASSAGES_SHOWN + 1, 2, True)
    assert linked.passages[-1].passage == second


def test_a_statement_says_what_it_corrects_and_the_answer_which_statement_corrects_it(
    view: Callable[[str], AnswerView],
):
    statement = view("commons-2026-06-25-hcws52")
    assert (statement.is_statement, statement.noun, statement.corrects) == (
        True,
        "statement",
        ("commons-2026-06-06-5",),
    )
    assert statement.given == "Office for Fictional Standards, made 25 June 2026"
    history = view("5").history
    assert history
    assert history.corrections == ("commons-2026-06-25-hcws52",)


def test_the_sections_named_at_the_top_are_those_that_are_there(view: Callable[[str], AnswerView]):
    assert view("2").sections == (("cite", "Cite"), ("source", "Source"))
    assert [id for id, _ in view("8").sections] == ["cite", "also", "source"]
    assert dict(view("8").sections)["also"] == "2 with the same text"
    assert [id for id, _ in view("5").sections] == ["cite", "history", "source"]


def test_a_body_has_the_name_of_the_day_with_what_the_source_calls_it(corpus: Corpus):
    whole = corpus.answer("1")
    then = replace(whole, citation=replace(whole.citation, answering_body="Department of the Day"))
    shown = answer_view(corpus, then)
    assert dict(shown.facts)["Answering body"] == (
        f"Department of the Day (as named on the day; the source has {whole.answering_body})"
    )
    assert shown.given.startswith("Department of the Day, ")


def test_further_facts_are_told_where_there_are_some(corpus: Corpus):
    whole = corpus.answer("5")
    more = replace(
        whole,
        has_interest=True,
        answerer=AnswererKind.NON_MINISTER,
        answering_body="Church Commissioners",
        disagreement="the flag says holding",
        corrected_by=replace(whole.minister, name="Dee Placeholder"),  # type: ignore[type-var]
    )
    shown = answer_view(corpus, more)
    assert {"Answers for the Church Commissioners; not a minister", "The asker has declared an interest"} <= {
        badge.text for badge in shown.badges
    }
    facts = dict(shown.facts)
    assert facts["Corrected by"] == "Dee Placeholder"
    assert facts["Note"] == "The flag says holding: read the answer to judge"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("commons-2023-07-18-194793", f"{SITE}/written-questions/detail/2023-07-18/194793"),
        (" LORDS-2026-05-11-HL1234 ", f"{SITE}/written-questions/detail/2026-05-11/hl1234"),
        ("commons-2026-06-25-hcws52", f"{SITE}/written-statements/detail/2026-06-25/hcws52"),
        ("commons-2023-02-31-1", None),
        ("id-5", None),
        ("nonsense", None),
    ],
)
def test_a_key_that_names_a_day_and_a_number_has_an_official_page(key: str, expected: str | None):
    assert official_page_of_key(key) == expected
