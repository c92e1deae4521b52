from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from retrieval.threads import final_targets, in_thread_order, thread_of

Edges = dict[str, list[str]]
LONG = 20_000


def ahead(edges: Edges) -> Callable[[str], list[str]]:
    return lambda key: edges.get(key, [])


def back(edges: Edges) -> Callable[[str], list[str]]:
    return lambda key: [source for source, targets in edges.items() if key in targets]


def thread(key: str, edges: Edges) -> set[str]:
    return thread_of(key, ahead(edges), back(edges))


def test_a_thread_goes_back_to_the_first_and_on_to_the_last():
    edges: Edges = {"b": ["a"], "c": ["b"], "d": ["c"], "e": ["c"], "x": ["y"]}
    assert thread("c", edges) == {"a", "b", "c", "d", "e"}
    assert thread("a", edges) == {"a", "b", "c", "d", "e"}
    assert thread("z", edges) == {"z"}


def test_another_follow_up_of_an_earlier_question_has_its_own_thread():
    edges: Edges = {"b": ["a"], "c": ["a"]}
    assert thread("b", edges) == {"a", "b"}


def test_a_question_that_follows_two_is_visited_once():
    assert thread("d", {"d": ["b", "c"], "b": ["a"], "c": ["a"]}) == {"a", "b", "c", "d"}


def test_loops_end():
    assert thread("a", {"a": ["b"], "b": ["c"], "c": ["a"]}) == {"a", "b", "c"}
    assert thread("a", {"a": ["a"]}) == {"a"}


def test_a_long_thread_needs_no_deep_stack():
    following = {str(number): [str(number - 1)] for number in range(1, LONG)}
    assert len(thread_of(str(LONG - 1), ahead(following), lambda _: ())) == LONG


def test_the_order_is_by_day_tabled_then_by_key_with_the_undated_last():
    days = {"a": None, "b": "2024-05-03", "c": "2024-05-02", "d": "2024-05-03"}
    assert in_thread_order("dcba", days.get) == ["c", "b", "d", "a"]


def final(key: str, edges: Edges) -> tuple[str, ...]:
    """Take every key that refers to something, or starts with p, for a pointer."""
    return final_targets(key, ahead(edges), lambda each: each.startswith("p"))


def test_a_pointer_to_a_pointer_ends_at_the_answer_of_substance():
    assert final("p1", {"p1": ["p2"], "p2": ["p3"], "p3": ["a"]}) == ("a",)


def test_an_answer_of_substance_is_its_own_end_whatever_it_refers_to():
    assert final("a", {"a": ["b"]}) == ("a",)
    assert final("p1", {"p1": ["a"], "a": ["b"]}) == ("a",)


def test_a_pointer_to_several_answers_has_several_ends_each_once():
    assert final("p1", {"p1": ["a", "p2", "a"], "p2": ["b", "a"]}) == ("a", "b")


def test_loops_and_pointers_to_nothing_have_no_end():
    assert final("p1", {"p1": ["p2"], "p2": ["p1"]}) == ()
    assert final("p1", {"p1": ["p1"]}) == ()
    assert final("p1", {"p1": ["p2"]}) == ()
    assert final("p1", {"p1": ["p2", "a"], "p2": ["p1"]}) == ("a",)


KEYS = st.sampled_from("abcdefgh")


@given(st.dictionaries(KEYS, st.lists(KEYS, max_size=3)), KEYS)
def test_a_thread_holds_exactly_what_can_be_reached_one_way(edges: Edges, key: str):
    def reach(step: Callable[[str], list[str]]) -> set[str]:
        found = {key}
        for _ in range(8):
            found |= {other for each in found for other in step(each)}
        return found

    assert thread(key, edges) == reach(ahead(edges)) | reach(back(edges))
