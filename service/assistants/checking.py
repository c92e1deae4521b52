"""Drafts and quotations checked for assistants: has it been asked, and did a minister say so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from retrieval import quote_results
from retrieval.citations import Citation
from retrieval.corpus import Corpus
from retrieval.differences import SegmentKind
from retrieval.quotations import verify_quote as verified
from retrieval.quote_results import Exactness, QuoteOutcome
from retrieval.results import Outcome
from retrieval.search import Searcher
from retrieval.similar_results import PartOfDraft, StandingAnswer, TabledQuestion
from service.assistants import checked_results, facts, results
from service.assistants.inputs import SimilarQuestions, VerifyQuote
from service.assistants.paging import page

_OUTCOMES: Final = {
    QuoteOutcome.WORD_FOR_WORD: Outcome.FOUND,
    QuoteOutcome.NOT_FOUND: Outcome.NOTHING_CLOSE,
    QuoteOutcome.NOT_CHECKED: Outcome.NOTHING_CLOSE,
    QuoteOutcome.CORPUS_EMPTY: Outcome.CORPUS_EMPTY,
}
"""What is said elsewhere; all others are matches to read before they are relied on."""

_NOT_FOUND: Final = (
    "Tell the user that no text like it is indexed, with these dates: {dates} Never say that it was not said, and "
    "do not present the words as a quotation."
)
_DIFFERS: Final = "Do not let the quotation stand as it is: tell the user what `told` says, and give the `wording`."
_OTHER_MARKS: Final = (
    "The words are the same, but where `exactness` is `words` their capitals, accents or punctuation are not: give the "
    "`wording` instead, with its `cite_as` and with all that `must_say` says."
)
_ASKED: Final = "Tell the user that these are the asker's words; never attribute them to a minister."
_STANDS: Final = "The quotation may stand, with its `cite_as` and with all that `must_say` says."
_NOT_ASKED: Final = "Tell the user that no question like it is indexed, with these dates: {dates}"


def similar_questions(searcher: Searcher, asked: SimilarQuestions) -> checked_results.Similar:
    """Return the tabled questions nearest to a draft, or a page of them.

    Raises:
        QueryError: If the draft, a name or the cursor can't be used.
    """
    found = asked.answered_by(searcher)
    searched = facts.searched(found.searched, is_filtered=bool(found.filters))
    advice = _NOT_ASKED.format(dates=facts.dates_told(searched)) if not found.matches else None
    tabled = [_tabled(searcher.corpus, one) for one in found.matches]

    def made(chosen: Sequence[checked_results.Tabled], start: int, cursor: str | None) -> checked_results.Similar:
        return checked_results.Similar(
            outcome=found.outcome,
            message=found.message,
            advice=advice,
            next_cursor=cursor,
            searched=searched,
            snapshot=found.snapshot,
            licence=facts.licence_told(found.licence),
            matches=tuple(chosen),
            matches_total=len(found.matches),
            parts=() if start else tuple(_part(one) for one in found.parts),
            awaiting=found.awaiting,
            session_today=found.session_today,
            who_decides=found.advice,
        )

    wanted = repr(("similar_questions", asked.text, asked.limit, found.filters))
    return page(tabled, asked.cursor, (found.snapshot, wanted), made)


def verify_quote(searcher: Searcher, asked: VerifyQuote) -> checked_results.Verified:
    """Return whether an answer or a statement has the words of a quotation, where, and what differs.

    Raises:
        QueryError: If the text has no word, or the cursor can't be used.
        UnknownKey: If there is no such answer.
    """
    found = verified(searcher.corpus, asked.text, asked.key)
    searched = facts.searched(found.searched)
    advice = _advice(found) if found.matches else _NOT_FOUND.format(dates=facts.dates_told(searched))
    matches = [_match(searcher.corpus, one) for one in found.matches]

    def made(chosen: Sequence[checked_results.QuoteMatch], start: int, cursor: str | None) -> checked_results.Verified:
        return checked_results.Verified(
            outcome=_OUTCOMES.get(found.outcome, Outcome.WEAK),
            message=found.message,
            advice=advice,
            next_cursor=cursor,
            searched=searched,
            snapshot=found.snapshot,
            licence=facts.licence_told(found.licence),
            verdict=found.outcome,
            found=found.found,
            matches=tuple(chosen),
            more=found.more,
        )

    wanted = repr(("verify_quote", asked.text, found.key))
    return page(matches, asked.cursor, (found.snapshot, wanted), made)


def _advice(found: quote_results.QuoteResult) -> str:
    if found.outcome is QuoteOutcome.IN_QUESTION:
        return _ASKED
    if found.outcome is not QuoteOutcome.WORD_FOR_WORD:
        return _DIFFERS
    return _OTHER_MARKS if any(one.exactness is Exactness.WORDS for one in found.matches) else _STANDS


def _tabled(corpus: Corpus, one: TabledQuestion) -> checked_results.Tabled:
    return checked_results.Tabled(
        rank=one.rank,
        likeness=one.likeness,
        key=one.key,
        house=one.house,
        uin=one.uin,
        question=one.question,
        asked_by=facts.named(one.asker),
        answering_body=one.answering_body,
        tabled=one.tabled,
        due=one.due,
        state=one.state,
        state_told=one.state_told,
        rule_told=one.rule_told,
        url=one.url,
        cite_as=one.cite_as,
        answer=_standing(corpus, one.answer),
        leads_to=_standing(corpus, one.leads_to),
        also_asked=len(one.also_asked),
    )


def _standing(corpus: Corpus, answer: StandingAnswer | None) -> checked_results.Standing | None:
    if answer is None:
        return None
    # The question is told with the tabled one that it answers.
    about = _about(corpus, answer.citation, question="")
    passage = results.Passage(
        paragraph=answer.ordinal, text=answer.text, context=answer.context or None, hash=answer.hash
    )
    return checked_results.Standing(
        **about,
        passage=passage,
        age=answer.age.told,
        same_session=answer.age.is_same_session,
        under_three_months=answer.age.is_under_three_months,
    )


def _part(one: PartOfDraft) -> checked_results.DraftPart:
    nearest = one.nearest.key if one.nearest else None
    return checked_results.DraftPart(
        label=one.label, text=one.text, is_answered=one.is_answered, told=one.told, nearest_key=nearest
    )


def _about(corpus: Corpus, citation: Citation, *, question: str) -> dict[str, Any]:
    """Return what get_answer tells of an answer: whose it is, what must be said with it, and a later one."""
    answer = corpus.answer(citation.key)
    return facts.with_later(facts.about(citation, question=question, answerer=answer.answerer), answer.later)


def _match(corpus: Corpus, one: quote_results.QuoteMatch) -> checked_results.QuoteMatch:
    return checked_results.QuoteMatch(
        **_about(corpus, one.citation, question=one.question),
        standing=one.standing,
        told=one.told,
        source=one.source,
        exactness=one.exactness,
        likeness=round(one.likeness, 3),
        differs_in_numbers=one.differs_in_numbers,
        differs_in_negation=one.differs_in_negation,
        omits_negation=one.omits_negation,
        inserts_negation=one.inserts_negation,
        inserts_number=one.inserts_number,
        differs_in_raised_figures=one.differs_in_raised_figures,
        runs_across=one.runs_across,
        inserted=one.inserted,
        parts=tuple(_quoted_part(part) for part in one.parts),
        paragraphs=tuple(passage.ordinal for passage in one.passages),
        corrected_on=one.change.corrected_on if one.change else None,
    )


def _quoted_part(part: quote_results.QuotedPart) -> checked_results.QuotedPart:
    def those(kind: SegmentKind) -> tuple[str, ...]:
        return tuple(segment.text for segment in part.segments if segment.kind is kind)

    return checked_results.QuotedPart(
        wording=part.wording or None, take_out=those(SegmentKind.REMOVED), put_in=those(SegmentKind.ADDED)
    )
