"""Walks the references of a corpus: threads of follow-up questions, and pointers to the answer at their end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

Neighbours = Callable[[str], Iterable[str]]


def thread_of(key: str, followed: Neighbours, followers: Neighbours) -> set[str]:
    """Return the keys of the thread of one question.

    It holds the question itself, those that it follows, back to the first, and those that follow it, on to the
    last. Other follow-ups of an earlier question are not in it: each has a thread of its own.

    Args:
        key: The question.
        followed: Gives the keys that one question follows.
        followers: Gives the keys that follow one question.
    """
    return {key, *_reached(key, followed), *_reached(key, followers)}


def in_thread_order(keys: Iterable[str], tabled: Callable[[str], str | None]) -> list[str]:
    """Return the keys of a thread by the day tabled and then by key, those without a day last.

    Args:
        keys: In any order.
        tabled: Gives the day on which a question was tabled, as ISO 8601 writes it, or None.
    """
    return sorted(keys, key=lambda key: (tabled(key) is None, tabled(key) or "", key))


def final_targets(key: str, pointed_to: Neighbours, is_pointer: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the answers of substance that a pointer leads to, over any number of pointers between.

    Args:
        key: A pointer, or an answer of substance, which leads to itself.
        pointed_to: Gives the keys of what one pointer refers to, where they are known.
        is_pointer: Says whether a key is that of a pointer.

    Returns:
        Each once, in the order in which they are named; empty where every way ends in a loop, or in a pointer
        whose own target is not known.
    """
    reached = (key, *_reached(key, lambda each: pointed_to(each) if is_pointer(each) else ()))
    return tuple(each for each in reached if not is_pointer(each))


def _reached(key: str, neighbours: Neighbours) -> Iterator[str]:
    """Yield every key that can be reached from `key`, each once and `key` never, whatever loops there are."""
    seen = {key}
    waiting = [iter(tuple(neighbours(key)))]
    while waiting:
        other = next(waiting[-1], None)
        if other is None:
            waiting.pop()
        elif other not in seen:
            seen.add(other)
            yield other
            waiting.append(iter(tuple(neighbours(other))))
