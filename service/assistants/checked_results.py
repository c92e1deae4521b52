"""What the tools for assistants give of drafts and quotations that were checked."""

from __future__ import annotations

from datetime import date

from retrieval.quote_results import Crossing, Exactness, QuoteOutcome, QuoteSource
from retrieval.records import House
from retrieval.similar_results import Likeness, QuestionState
from service.assistants.results import About, Later, Part, Passage, Result


class Standing(About):
    """What a tabled question has got, as it stands."""

    passage: Passage
    """The passage nearest to the draft."""
    age: str
    """How long ago it was given."""
    same_session: bool | None = None
    """Whether that was in the session of today; absent where it is not known."""
    under_three_months: bool | None = None
    """Whether departments may refer back to it: a practice, not a rule."""
    later: Later | None = None
    """Read it before you say that this is the answer."""


class Tabled(Part):
    """A question that was tabled, compared with the draft."""

    rank: int
    likeness: Likeness
    """Only `same_wording` is the same question."""
    key: str
    house: House | None = None
    uin: str | None = None
    question: str
    asked_by: str | None = None
    answering_body: str | None = None
    tabled: date | None = None
    due: date | None = None
    """When its answer is or was due."""
    state: QuestionState
    state_told: str
    """What it has got, in words."""
    rule_told: str
    """What that means for the rule against repeating a question."""
    url: str | None = None
    cite_as: str
    answer: Standing | None = None
    """Absent while it waits."""
    leads_to: Standing | None = None
    """Where the answer only points to another, that one."""
    also_asked: int = 0
    """How many others asked the same and got the same."""


class DraftPart(Part):
    """A lettered part of the draft."""

    label: str
    text: str
    is_answered: bool
    told: str
    nearest_key: str | None = None
    """The answer nearest to it: read it with get_answer."""


class Similar(Result):
    """The tabled questions nearest to a draft."""

    matches: tuple[Tabled, ...]
    matches_total: int
    parts: tuple[DraftPart, ...] = ()
    """The lettered parts of the draft, on the first page."""
    awaiting: int
    """How many questions that wait for an answer were looked through too."""
    session_today: str | None = None
    who_decides: str
    """Who has the last word, and what holds for the Lords."""


class QuotedPart(Part):
    """A stretch of the quotation, beside the words it stands for."""

    wording: str | None = None
    """As it stands in the record: quote this. Absent where nothing there is like it."""
    take_out: tuple[str, ...] = ()
    """Words of the quotation that are not in the record."""
    put_in: tuple[str, ...] = ()
    """Words of the record that the quotation lacks."""


class QuoteMatch(About):
    """A text in which a quotation stands, or nearly."""

    standing: QuoteOutcome
    told: str
    """The same in plain words."""
    source: QuoteSource
    """`question`: they are not a minister's words. `past_text`: the answer no longer has them."""
    exactness: Exactness | None = None
    """`words`: capitals, accents or punctuation are not the same, so give the `wording`. Absent where words differ."""
    likeness: float
    differs_in_numbers: bool = False
    differs_in_negation: bool = False
    omits_negation: bool = False
    """Whether an ellipsis or an insertion leaves out a word such as "not"."""
    inserts_negation: bool = False
    """Whether square brackets put in a word such as "not"."""
    inserts_number: bool = False
    differs_in_raised_figures: bool = False
    runs_across: Crossing | None = None
    """What the words run across in the record, where the quotation has no break."""
    inserted: tuple[str, ...] = ()
    """What square brackets put in: not in the record."""
    parts: tuple[QuotedPart, ...]
    paragraphs: tuple[int, ...] = ()
    """The passages of the answer that it stands in."""
    corrected_on: date | None = None
    """When the words were corrected, where they were."""
    later: Later | None = None
    """Read it before you say that this is the answer."""


class Verified(Result):
    """What became of a quotation."""

    verdict: QuoteOutcome
    """What holds of the quotation: only `word_for_word` may stand, and not where `exactness` is `words`."""
    found: bool
    """Whether an answer or a statement has these very words as it is served now."""
    matches: tuple[QuoteMatch, ...]
    more: int = 0
    """How many further answers have the words."""
