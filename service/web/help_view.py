"""What the help page explains, from the tables that the rest of the service goes by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from retrieval.choices import Match
from retrieval.citations import Citation, CitationStyle, cite, written
from retrieval.records import AnswerKind, FindingName, House, Provenance, Record
from retrieval.results import Outcome
from service.phrases import FINDINGS, KINDS, capital
from service.web.answer_view import FILES
from service.web.citation_view import STYLES

_KINDS_MEAN: Final = {
    AnswerKind.SUBSTANTIVE: "It replies to the question. Searches show only these unless you ask for others.",
    AnswerKind.HOLDING: "It says that a reply will come. When the reply comes, it takes this answer's place.",
    AnswerKind.POINTER: "It only refers to an answer given before. Where that is here, you are shown that one.",
    AnswerKind.PROROGATION: "The session or the Parliament ended before there was a reply.",
    AnswerKind.WILL_WRITE: "The minister says that a letter will follow. The letter is not part of the answer.",
}
_FINDINGS_MEAN: Final = {
    FindingName.NOT_HELD: "Some or all of what was asked for is not held, or not held centrally.",
    FindingName.DISPROPORTIONATE_COST: "Some or all of what was asked for was refused because of what it would cost.",
    FindingName.REFERS_ELSEWHERE: "It sends the reader to another answer, a publication or another body.",
    FindingName.ATTACHMENT_HOLDS_THE_ANSWER: "What was asked for is in a file that came with the answer.",
    FindingName.CORRECTED: "The minister corrected it. You are shown the corrected text, and what changed where "
    "Parliament gives the first text.",
}
_OUTCOMES_MEAN: Final = {
    Outcome.FOUND: ("Found", "The best result is close to what you asked."),
    Outcome.WEAK: ("Weak", "There are results, and none is close. Read them before you rely on them."),
    Outcome.NOTHING_CLOSE: (
        "Nothing close",
        "Nothing that is indexed comes close. It does not mean that ministers have never said it.",
    ),
    Outcome.FILTERED_OUT: ("Filtered out", "There are close answers, and your filters leave them out."),
    Outcome.CORPUS_EMPTY: ("Nothing indexed", "There is nothing to search yet."),
}
_FILES_ARE_FOR: Final = {
    CitationStyle.BIBTEX: "For LaTeX, and for programs that keep their list in BibTeX files, such as JabRef.",
    CitationStyle.RIS: "For most reference managers, such as Zotero, EndNote and Mendeley.",
    CitationStyle.CSL_JSON: "For Zotero, Pandoc and other programs that write citations in CSL styles.",
}
_MATCHES_MEAN: Final = {
    Match.MEANING: ("By meaning", "The answers nearest to your question, best first, whatever words they use."),
    Match.WORDS: (
        "By words",
        'Every answer with the words. Join them with AND, OR and NOT, and put "phrases" in marks.',
    ),
    Match.EXACT: ("Exact phrase", "Every answer that has all of it, word after word."),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A term with what it means. Primary key: `name`."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class HelpView:
    """What the help page explains. There is one.

    Attributes:
        kinds: What an answer is, as a whole.
        findings: What an answer says about itself.
        outcomes: What a search came to.
        matches: How a question is matched.
        forms: Each form of a citation in words, with an example.
        files: Each form for reference managers, with what it is for.
    """

    kinds: tuple[Term, ...]
    findings: tuple[Term, ...]
    outcomes: tuple[Term, ...]
    matches: tuple[Term, ...]
    forms: tuple[Term, ...]
    files: tuple[Term, ...]


def help_view() -> HelpView:
    """Return what the help page explains."""
    example = _example()
    return HelpView(
        kinds=tuple(Term(capital(KINDS[kind]), _KINDS_MEAN[kind]) for kind in AnswerKind),
        findings=tuple(Term(capital(FINDINGS[name]), _FINDINGS_MEAN[name]) for name in FindingName),
        outcomes=tuple(Term(*_OUTCOMES_MEAN[outcome]) for outcome in Outcome),
        matches=tuple(Term(*_MATCHES_MEAN[match]) for match in Match),
        forms=tuple(Term(name, written(example, CitationStyle(style))) for style, name in STYLES.items()),
        files=tuple(Term(name, _FILES_ARE_FOR[style]) for style, (name, _, _) in FILES.items()),
    )


def _example() -> Citation:
    """Return the citation of a real answer, as far as the forms in words need its facts."""
    record = Record(
        provenance=Provenance("parliament-api", "", 1, date(2026, 11, 21)),
        question="",
        answer=(),
        house=House.COMMONS,
        uin="194793",
        heading="Ministry of Defence: Correspondence",
        answering_body="Ministry of Defence",
        tabled=date(2023, 7, 18),
        answered=date(2023, 7, 25),
    )
    return cite(record, kind=AnswerKind.SUBSTANTIVE)
