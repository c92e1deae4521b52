"""No result is longer than a model can read whole: longer ones come in pages, and no passage is ever cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.corpus import Corpus
from service.assistants.paging import MAX_CHARACTERS, fitting

LONG = 300


@pytest.fixture
def long_answers(built_of, invented):
    """Build answers of many paragraphs, and one of a few that are as long as paragraphs get."""
    rows = "".join(
        f"<p>District {n} lit {n} of its “lanterns” in the year, {'and one more ' * 8}as invented.</p>"
        for n in range(LONG)
    )
    bulky = [
        invented(n, answerText=f"<p>Lantern {'glass and brass ' * 30}number {n}.</p>" * 3, questionText="Lamps? " * 150)
        for n in range(2, 30)
    ]
    changed = {"originalAnswerText": rows.replace("lit", "lost"), "dateAnswerCorrected": "2026-07-20"}
    return built_of(invented(1, answerText=rows, answerIsCorrection=True, **changed), *bulky)


def pages(assistant, tool, **arguments):
    found = [assistant.call(tool, **arguments)]
    while cursor := found[-1].data["next_cursor"]:
        found.append(assistant.call(tool, **arguments, cursor=cursor))
    return found


def test_a_long_answer_comes_in_pages_that_make_it_whole(over, long_answers, toy_encoder):
    with over(long_answers, toy_encoder) as assistant:
        found = pages(assistant, "get_answer", key="1")
    whole = Corpus.open(long_answers).answer("1")
    assert len(found) > 3
    assert [one["text"] for page in found for one in page.data["passages"]] == [one.text for one in whole.passages]
    # Each but the last is as full as it gets.
    assert all(page.characters > MAX_CHARACTERS * 0.9 for page in found[:-1])
    assert found[1].data["message"].startswith(f"The answer, passages {len(found[0].data['passages']) + 1} to ")


def test_a_long_history_comes_in_pages_that_make_it_whole(over, long_answers, toy_encoder):
    with over(long_answers, toy_encoder) as assistant:
        found = pages(assistant, "get_history", key="1")
    texts: dict[int, list[str]] = {}
    for page in found:
        for text in page.data["texts"]:
            assert text["first_paragraph"] == len(texts.get(text["number"], [])) + 1
            texts.setdefault(text["number"], []).extend(text["paragraphs"])
    expected = Corpus.open(long_answers).history("1").texts
    assert ["\n".join(paragraphs) for _, paragraphs in sorted(texts.items())] == [text.text for text in expected]


def test_fewer_hits_come_where_more_would_be_too_long_and_the_cursor_goes_on_after_them(
    over, long_answers, toy_encoder
):
    asked = {"query": "lantern", "match": "words", "limit": 20}
    with over(long_answers, toy_encoder) as assistant:
        found = pages(assistant, "search_answers", **asked)
    counts = [len(page.data["hits"]) for page in found]
    assert max(counts) < 20
    assert [hit["rank"] for page in found for hit in page.data["hits"]] == list(range(1, sum(counts) + 1))
    keys = [hit["key"] for page in found for hit in page.data["hits"]]
    assert len(set(keys)) == len(keys) == found[0].data["total"]


def test_a_question_far_longer_than_one_may_be_leaves_room_for_the_answer(over, built_of, invented, toy_encoder):
    data = built_of(invented(1, questionText="Why? " * 10_000))
    with over(data, toy_encoder) as assistant:
        told = assistant.call("get_answer", key="1")
    assert "question" not in told.data
    assert "the question has 49,999 characters and is left out here" in told.data["must_say"]
    assert len(told.data["passages"]) == 1


def test_the_names_of_a_filter_come_in_pages(over, built_of, invented, toy_encoder):
    def member(n):
        return {"id": n, "name": f"Member {n:04} {'of a Long Name ' * 6}", "party": "P", "memberFrom": "S"}

    data = built_of(*(invented(n, askingMemberId=n, askingMember=member(n)) for n in range(1, 301)))
    with over(data, toy_encoder) as assistant:
        found = pages(assistant, "list_filters", filter="asker")
    names = [value["value"] for page in found for value in page.data["filters"][0]["values"]]
    assert len(found) > 1
    assert names == sorted(names)
    assert len(names) == len(set(names)) == 300


@given(st.lists(st.integers(1, 9_000), max_size=30))
def test_as_many_items_fit_as_there_is_room_for(lengths):
    def length(count):
        return sum(lengths[:count])

    slow = max((n for n in range(len(lengths) + 1) if length(n) <= MAX_CHARACTERS), default=0)
    assert fitting(len(lengths), length) == slow


def test_one_item_comes_even_where_it_alone_is_too_long():
    assert fitting(3, lambda count: MAX_CHARACTERS * count + 1) == 1
