"""What has become of a passage that a link points to: the link has its text's hash, and outlives its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from retrieval.answer_results import Answer
from retrieval.citing import long_date
from retrieval.history import History, PastText
from retrieval.passages import Passage, passages_of
from retrieval.records import AnswerKind, FindingName

_HASH: Final = re.compile(r"[0-9a-f]{16}")


class Whereabouts(StrEnum):
    """Where the passage of a link is: in the answer as it stands, in an earlier text of it, or nowhere known."""

    HERE = "here"
    EARLIER = "earlier"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class LinkedPassage:
    """The passage that a link points to. Primary key: `hash`.

    Attributes:
        hash: As the link has it, in lower case.
        whereabouts: Where it is.
        ordinals: Its places in the answer as it stands; more than one where the answer repeats itself.
        text: Its words; empty where they are not known.
        told: Why it is not in the answer, in plain words; empty where it is.
    """

    hash: str
    whereabouts: Whereabouts
    ordinals: tuple[int, ...] = ()
    text: str = ""
    told: str = ""


def linked_passage(
    wanted: str, answer: Answer, read_history: Callable[[], History], fits: Callable[[str], bool]
) -> LinkedPassage:
    """Find the passage that a link points to.

    Args:
        wanted: The hash of its text, as the link has it.
        answer: The answer as it stands.
        read_history: Gives the texts it has had; not called where the passage is in the answer.
        fits: Whether a text fits into the encoder's window, which passages are made to.
    """
    name = wanted.strip().lower()
    ours = [*answer.passages, *(one for reading in answer.attachment_texts for one in reading.passages)]
    here = [one for one in ours if one.hash == name]
    if here:
        return LinkedPassage(name, Whereabouts.HERE, tuple(one.ordinal for one in here), here[0].text)
    history = read_history()
    if _HASH.fullmatch(name):
        for past in reversed([text for text in history.texts if not text.is_current]):
            found = _in_past_text(name, past, fits)
            if found:
                return LinkedPassage(name, Whereabouts.EARLIER, (), found.text, _gone(past, history, answer))
    return LinkedPassage(name, Whereabouts.NOWHERE, told=_unknown(history, answer))


def _in_past_text(name: str, past: PastText, fits: Callable[[str], bool]) -> Passage | None:
    # The link may be older than the model: what fitted into the window of another was parted otherwise.
    made: Sequence[Sequence[Passage]] = (passages_of(past.blocks, fits), passages_of(past.blocks))
    return next((one for passages in made for one in passages if one.hash == name), None)


def _gone(past: PastText, history: History, answer: Answer) -> str:
    after = history.texts[past.number] if past.number < len(history.texts) else None
    if past.kind is AnswerKind.HOLDING and after and after.kind is not AnswerKind.HOLDING:
        on = f" on {long_date(after.since)}" if after.since else ""
        return f"The passage that this link points to was in a holding answer. A later answer took its place{on}."
    gone = "The passage that this link points to is no longer in the answer"
    if answer.corrected and (after is None or after.since in (None, answer.corrected)):
        return f"{gone}: it was corrected on {long_date(answer.corrected)}."
    if any(found.name is FindingName.CORRECTED for found in answer.findings) and not answer.corrected:
        return f"{gone}: it was corrected, on a day that the source does not give."
    return f"{gone}: its text was changed, and the source does not say when or why."


def _unknown(history: History, answer: Answer) -> str:
    gone = (
        "The passage that this link points to is not in the answer, nor in any earlier text of it that is known here."
    )
    if history.first_text_known:
        return f"{gone} The link may be damaged, or of another answer."
    on = f" on {long_date(answer.corrected)}" if answer.corrected else ""
    return f"{gone} The answer was corrected{on} and its first text is not known: the passage may have been in that."
