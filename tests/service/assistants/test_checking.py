"""Drafts and quotations checked for assistants, held against what the library finds."""

from __future__ import annotations

from datetime import date

import pytest

from retrieval.corpus import Corpus
from retrieval.quotations import verify_quote
from retrieval.search import Searcher
from service.phrases import on

DRAFT = "To ask the Secretary of State for Transport, what powers local councils have to run village bus services."


def test_the_questions_nearest_to_a_draft_come_with_what_they_have_got(assistant, built_once, toy_encoder):
    told = assistant.call("similar_questions", text=DRAFT)
    found = Searcher.open(built_once, toy_encoder).similar_questions(DRAFT, limit=5)
    assert told.data["outcome"] == found.outcome
    assert [one["key"] for one in told.data["matches"]] == [one.key for one in found.matches]
    assert found.matches
    first, one = told.data["matches"][0], found.matches[0]
    assert one.answer
    assert (first["likeness"], first["state"]) == (one.likeness, one.state)
    assert (first["state_told"], first["rule_told"]) == (one.state_told, one.rule_told)
    assert first["answer"]["passage"]["text"] == one.answer.text
    assert first["answer"]["cite_as"] == one.answer.written["house"]
    assert first["answer"]["age"] == one.answer.age.told
    assert told.data["who_decides"] == found.advice
    assert found.advice in told.text
    assert f"\n{one.question}\n[end of" in told.text


def test_a_question_that_waits_is_told_with_the_day_it_is_due(filled_assistant, filled_once, toy_encoder):
    corpus = Corpus.open(filled_once)
    key = str(corpus.store.rows("SELECT key FROM unanswered")[0][0])
    found = Searcher.open(filled_once, toy_encoder)
    draft = next(
        one.question for one in found.similar_questions("invented lanterns", limit=50).matches if one.key == key
    )
    told = filled_assistant.call("similar_questions", text=draft)
    first = told.data["matches"][0]
    assert (first["key"], first["likeness"], first["state"]) == (key, "same_wording", "awaiting")
    assert "answer" not in first
    assert f"Due: {first['due'][-2:].lstrip('0')} " in told.text


def test_the_lettered_parts_of_a_draft_are_told_each(assistant, built_once, toy_encoder):
    draft = "To ask the Secretary of State for Transport, (a) what powers councils have over buses and (b) who pays."
    told = assistant.call("similar_questions", text=draft)
    found = Searcher.open(built_once, toy_encoder).similar_questions(draft, limit=5)
    assert [(one["label"], one["is_answered"]) for one in told.data["parts"]] == [
        (one.label, one.is_answered) for one in found.parts
    ]
    assert len(found.parts) == 2
    assert f"Part (b): {found.parts[1].told}" in told.text


def test_a_draft_that_nothing_is_like_is_told_with_the_dates(assistant):
    told = assistant.call("similar_questions", text="zyzzyva")
    assert told.data["outcome"] == "nothing_close"
    assert told.data["matches"] == []
    assert "24 May 2024 to 16 April 2025" in told.data["advice"]


def test_questions_that_are_too_long_together_come_in_pages(over, built_of, invented, toy_encoder):
    long = "To ask the Secretary of State for Invented Affairs, how many lanterns were lit" + " in the town" * 150
    answer = f"<p>{'Lanterns were lit in the town. ' * 20}</p>"
    data = built_of(*(invented(n, questionText=f"{long} {n}.", answerText=f"{answer}{n}") for n in range(1, 16)))
    with over(data, toy_encoder) as assistant:
        first = assistant.call("similar_questions", text=long, limit=15)
        ranks = [one["rank"] for one in first.data["matches"]]
        found = first
        while cursor := found.data["next_cursor"]:
            found = assistant.call("similar_questions", text=long, limit=15, cursor=cursor)
            ranks += [one["rank"] for one in found.data["matches"]]
        refused = assistant.call("similar_questions", text="other words", cursor=first.data["next_cursor"])
    assert first.data["next_cursor"]
    assert ranks == list(range(1, first.data["matches_total"] + 1))
    assert refused.is_error


@pytest.fixture
def quotable(over, quotable_once, toy_encoder):
    with over(quotable_once, toy_encoder) as found:
        yield found


def a_passage(corpus):
    """Return the longest passage of the first answer that was never corrected."""
    key = str(corpus.store.rows("SELECT key FROM records WHERE corrected IS NULL ORDER BY key")[0][0])
    return key, max((one.text for one in corpus.answer(key).passages), key=len)


def test_words_that_stand_in_an_answer_may_be_quoted(quotable, quotable_once):
    key, text = a_passage(Corpus.open(quotable_once))
    told = quotable.call("verify_quote", text=text, key=key)
    assert (told.data["outcome"], told.data["verdict"], told.data["found"]) == ("found", "word_for_word", True)
    assert told.data["matches"][0]["key"] == key
    assert told.data["matches"][0]["parts"][0]["wording"] == text
    assert told.data["advice"].startswith("The quotation may stand")
    assert "Verdict: word for word." in told.text


def test_other_capitals_may_not_stand_but_the_wording_may(quotable, quotable_once):
    key, text = a_passage(Corpus.open(quotable_once))
    exact = quotable.call("verify_quote", text=text, key=key)
    told = quotable.call("verify_quote", text=text.upper(), key=key)
    assert told.data["verdict"] == exact.data["verdict"] == "word_for_word"
    assert exact.data["matches"][0]["exactness"] == "character"
    assert told.data["matches"][0]["exactness"] == "words"
    assert text.startswith(told.data["matches"][0]["parts"][0]["wording"])
    assert "give the `wording` instead" in told.data["advice"]
    assert "may stand" not in told.data["advice"]


def test_the_askers_words_are_never_a_ministers(quotable, quotable_once):
    key, _ = a_passage(Corpus.open(quotable_once))
    told = quotable.call("verify_quote", text=Corpus.open(quotable_once).answer(key).question, key=key)
    assert (told.data["verdict"], told.data["matches"][0]["source"]) == ("in_question", "question")
    assert told.data["advice"] == (
        "Tell the user that these are the asker's words; never attribute them to a minister."
    )


TERRACE = "<p>The lanterns of the northern terrace are lit by the council at dusk and put out at dawn.</p>"


def test_a_later_answer_is_told_wherever_an_answer_is_quoted_or_cited(over, built_of, invented, toy_encoder):
    asked = (
        "To ask the Minister, who lights the lanterns of the northern terrace at dusk and who puts them out at dawn."
    )
    data = built_of(
        invented(1, questionText=asked, answerText=TERRACE, dateTabled="2025-05-12", dateAnswered="2025-05-19"),
        invented(2, questionText=asked, answerText=TERRACE.replace("the council", "a council")),
    )
    text = TERRACE[3:-4]
    with over(data, toy_encoder) as assistant:
        whole = assistant.call("get_answer", key="1")
        cited = assistant.call("cite", key="1")
        quoted = assistant.call("verify_quote", text=text, key="1")
        similar = assistant.call("similar_questions", text=asked)
    later = whole.data["later"]
    standing = {one["answer"]["key"]: one["answer"] for one in similar.data["matches"]}[whole.data["key"]]
    for told in (cited.data, quoted.data["matches"][0], standing):
        assert told["later"] == later
        assert told["must_say"][-1] == whole.data["must_say"][-1]
        assert "comes close in meaning: this may not be the last word" in told["must_say"][-1]
    for shown in (cited, quoted, similar):
        assert f"Later answer: {on(date.fromisoformat(later['answered']))}, {later['cite_as']}" in shown.text


def test_an_answerer_who_is_no_minister_is_told_wherever_an_answer_is_cited(over, built_of, invented, toy_encoder):
    church = {"answeringBodyId": 9, "answeringBodyName": "Church Commissioners"}
    data = built_of(invented(1, **church, answerText=TERRACE))
    with over(data, toy_encoder) as assistant:
        said = assistant.call("get_answer", key="1").data["must_say"]
        similar = assistant.call("similar_questions", text="invented lanterns").data["matches"][0]["answer"]
        assert assistant.call("cite", key="1").data["must_say"] == said
        assert assistant.call("verify_quote", text=TERRACE[3:-4]).data["matches"][0]["must_say"] == said
    assert similar["must_say"] == said
    assert any("Church Commissioners" in one for one in said)


def test_words_that_differ_are_told_as_they_should_read(quotable, quotable_once):
    key, text = a_passage(Corpus.open(quotable_once))
    words = text.split()
    wrong = " ".join([*words[:4], "nonsensical", *words[4:]])
    told = quotable.call("verify_quote", text=wrong, key=key)
    assert (told.data["outcome"], told.data["verdict"], told.data["found"]) == ("weak", "differs", False)
    match = told.data["matches"][0]
    assert "".join(match["parts"][0]["take_out"]).split() == ["nonsensical"]
    assert match["parts"][0]["wording"] in text
    assert "Take out: nonsensical" in told.text
    assert "Do not let the quotation stand" in told.data["advice"]


def test_words_since_corrected_say_when(quotable, quotable_once):
    corpus = Corpus.open(quotable_once)
    keys = [str(row[0]) for row in corpus.store.rows("SELECT key FROM records WHERE corrected NOT NULL ORDER BY key")]
    found = [
        (key, segment.text)
        for key in keys
        for change in corpus.history(key).changes
        for segment in change.segments
        if segment.kind == "removed"
    ]
    key, _ = found[0]
    before = corpus.history(key).texts[0].text.split("\n")[0]
    library = verify_quote(corpus, before, key)
    told = quotable.call("verify_quote", text=before, key=key)
    assert told.data["verdict"] == library.outcome == "since_corrected"
    match = library.matches[0]
    assert match.change
    assert told.data["matches"][0]["corrected_on"] == str(match.change.corrected_on)
    assert told.data["matches"][0]["source"] == "past_text"


def test_words_that_nobody_is_known_to_have_said_are_told_with_the_dates(quotable):
    told = quotable.call("verify_quote", text="the moon shall henceforth be made of cheese by order of the Treasury")
    assert (told.data["outcome"], told.data["verdict"]) == ("nothing_close", "not_found")
    assert "Never say that it was not said" in told.data["advice"]
    assert not told.is_error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"text": " "}, "give the words as they are quoted"),
        ({"text": "…"}, "it has no word to look for"),
        ({"text": "x " * 2000}, "at most 3000 are read"),
        ({"text": "some words", "key": "commons-1999-01-01-1"}, "Outcome: nothing_close"),
    ],
)
def test_a_quotation_that_can_not_be_checked_is_an_error(quotable, arguments, said):
    told = quotable.call("verify_quote", **arguments)
    assert told.is_error
    assert said in told.text


def test_a_draft_that_can_not_be_compared_is_an_error_that_does_not_repeat_it(assistant):
    told = assistant.call("similar_questions", text="zyzzyva " * 3000)
    assert told.is_error
    assert "paste one question" in told.text
    assert "zyzzyva" not in told.text
