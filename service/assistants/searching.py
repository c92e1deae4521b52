"""The search for assistants: hits with all that is needed to quote and cite them, and what to say of the outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from retrieval.choices import Match
from retrieval.citations import CitationStyle, written
from retrieval.hit_results import Hit
from retrieval.results import LeftOut, Outcome, SearchResult
from retrieval.search import Searcher
from service.assistants import facts, results
from service.assistants.inputs import SearchAnswers
from service.assistants.paging import fitting, length_of
from service.phrases import badges

_REFERENCES_NAMED: Final = 5

_ADVICE: Final = {
    Outcome.FOUND: "Quote `text` word for word, with its `cite_as` and `url`, and with all that `must_say` says.",
    Outcome.WEAK: "Tell the user that these are only weak matches. Read each before you rely on it, and quote only "
    "what does answer.",
    Outcome.NOTHING_CLOSE: 'Tell the user "no close match in what is indexed", with these dates: {dates} Never say '
    "that ministers have not said it. Other words or fewer filters may find more.",
    Outcome.FILTERED_OUT: "Close matches exist, but the filters leave them out: ask again with fewer filters, or with "
    "one that `left_out` names. {dates}",
    Outcome.CORPUS_EMPTY: "Tell the user that the index is empty: `despatch sync --months 1` fills it.",
}


def search_answers(searcher: Searcher, asked: SearchAnswers) -> results.Answers:
    """Return what a search finds, with as many hits as fit.

    Raises:
        QueryError: If the question, a filter or the cursor can't be used.
    """
    found = _found(searcher, asked, asked.limit)
    # Near misses and what was left out stay, so it is the hits alone that are counted.
    fits = fitting(len(found.hits), lambda count: length_of(answers(replace(found, hits=found.hits[:count]))))
    if fits < len(found.hits):
        # Asked again, so that the cursor is that of the shorter page.
        found = _found(searcher, asked, fits)
    return answers(found)


def _found(searcher: Searcher, asked: SearchAnswers, limit: int) -> SearchResult:
    return searcher.search(
        asked.query, asked.filters(), limit=limit, match=asked.match, sort=asked.sort, cursor=asked.cursor
    )


def answers(found: SearchResult) -> results.Answers:
    """Return what a search found, in the form that assistants get."""
    searched = facts.searched(found.searched, is_filtered=bool(found.filters))
    return results.Answers(
        outcome=found.outcome,
        message=found.message,
        advice=_ADVICE[found.outcome].format(dates=facts.dates_told(searched)),
        next_cursor=found.next_cursor,
        searched=searched,
        snapshot=found.snapshot,
        licence=facts.licence_told(found.licence),
        match=found.match,
        sort=found.sort,
        total=found.total,
        at_least=found.at_least,
        at_least_is_all=found.at_least_is_all,
        hits=tuple(_hit(hit, is_scored=found.match is Match.MEANING) for hit in found.hits),
        near_misses=tuple(_near_miss(hit) for hit in found.near_misses),
        left_out=tuple(_left_out(one) for one in found.left_out),
        also_looked_for=tuple(one.added for one in found.expanded),
    )


def _hit(hit: Hit, *, is_scored: bool) -> results.Hit:
    passage, sentence = hit.passage, hit.passage.answering_sentence
    nearest = passage.text[sentence.start : sentence.end] if sentence else ""
    return results.Hit(
        **facts.about_hit(hit),
        rank=hit.rank,
        passage=results.Passage(
            paragraph=passage.ordinal,
            text=passage.text,
            context=passage.context,
            hash=passage.hash,
            attachment=facts.place_in(passage.attachment),
        ),
        answering_sentence=nearest if nearest and nearest != passage.text else None,
        probability=round(hit.probability, 2) if is_scored else None,
        also_given=len(hit.also_given),
        near_duplicates=hit.near_duplicates_total,
        refers_to=tuple(
            f"{one.label}{f' (key {one.key})' if one.key else ''}" for one in hit.refers_to[:_REFERENCES_NAMED]
        ),
    )


def _near_miss(hit: Hit) -> results.NearMiss:
    return results.NearMiss(
        key=hit.key,
        heading=hit.heading,
        cite_as=written(hit.citation, CitationStyle.HOUSE),
        probability=round(hit.probability, 2),
    )


def _left_out(one: LeftOut) -> results.LeftOut:
    what = badges(one.kind, (one.finding,) if one.finding else ())
    return results.LeftOut(what=what, count=one.count, filter=one.filter)
