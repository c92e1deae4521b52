"""Everything that the page of one answer shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from retrieval.answer_results import Answer, Thread
from retrieval.citation_notes import serious_notes
from retrieval.citations import Citation, CitationStyle, notes, written
from retrieval.citing import long_date
from retrieval.corpus import Corpus
from retrieval.history import History
from retrieval.hit_results import PointsTo
from retrieval.records import AnswerKind, Genre
from service.answer_facts import facts
from service.corrected import corrected_by
from service.phrases import KINDS, capital, no_minister, person
from service.web.addresses import answer_href
from service.web.answer_blocks import ShownPassage, ShownTable, shown
from service.web.attachment_view import ShownAttachment, in_words, shown_attachments
from service.web.badges import WARNING, Badge, badges_of
from service.web.citation_view import STYLES, CitationBlock, citation_block_of
from service.web.grouped_questions import Grouped, grouped_apart
from service.web.history_view import ShownText, shown_texts
from service.web.linked_passage import LinkedPassage, linked_passage
from service.web.near_answers import NearAnswer, near_answers
from service.web.question_text import QuestionLine, question_lines

FILES: Final[Mapping[CitationStyle, tuple[str, str, str]]] = {
    CitationStyle.BIBTEX: ("BibTeX", "bib", "application/x-bibtex"),
    CitationStyle.RIS: ("RIS", "ris", "application/x-research-info-systems"),
    CitationStyle.CSL_JSON: ("CSL-JSON", "json", "application/vnd.citationstyles.csl+json"),
}
"""The forms for reference managers: what each is called, the ending of its file, and its media type."""


@dataclass(frozen=True, slots=True)
class CitationFile:
    """A citation for a reference manager. Primary key: `ending`.

    Attributes:
        name: Of the form.
        ending: Of the file.
        text: What is in it.
    """

    name: str
    ending: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerView:
    """The page of one answer or statement. Primary key: `answer.key`.

    Attributes:
        answer: The whole answer, as every surface has it.
        title: Its heading, or what stands for one.
        question: Line by line, its parts set apart.
        facts: Who and when, by name.
        badges: What it is.
        parts: Its passages in order, rows of a table as that table.
        citation: The citation in words, and what a reader of it must know.
        files: The citation for reference managers.
        linked: What has become of the passage that the link points to; None for a link to the whole answer.
        history: The texts it has had; None where there is only this one.
        texts: The texts of `history`, each with what changed in it.
        thread: The questions asked pursuant to one another; None where there is only this one.
        refers_to: What the answer itself names.
        grouped: Questions answered together with it that are not among those with the same answer.
        attachments: The files that came with it.
        near: Answers that differ by a number or a name, and how many there are.
        corrects: Of a statement, the keys of the answers that it corrects.
    """

    answer: Answer
    title: str
    question: tuple[QuestionLine, ...]
    facts: tuple[tuple[str, str], ...]
    badges: tuple[Badge, ...]
    parts: tuple[ShownPassage | ShownTable, ...]
    citation: CitationBlock
    files: tuple[CitationFile, ...]
    linked: LinkedPassage | None
    history: History | None
    texts: tuple[ShownText, ...]
    thread: Thread | None
    refers_to: tuple[PointsTo, ...]
    grouped: tuple[Grouped, ...]
    attachments: tuple[ShownAttachment, ...]
    near: tuple[NearAnswer, ...]
    near_total: int
    corrects: tuple[str, ...]

    @property
    def noun(self) -> str:
        """What it is called in a sentence."""
        return "statement" if self.is_statement else "answer"

    @property
    def by(self) -> str:
        """Who answered, with post, party and seat, as far as the source gives them."""
        return person(self.answer.minister, lacking="The minister's name is not in the source")

    @property
    def given(self) -> str:
        """For which body, and when; and when it was corrected."""
        answer, done = self.answer, "made" if self.is_statement else "answered"
        body = answer.citation.answering_body or answer.answering_body
        parts = [body or f"{'body' if self.is_statement else 'answering body'} not in the source"]
        parts.append(f"{done} {long_date(answer.answered)}" if answer.answered else f"day {done} not in the source")
        parts += [f"corrected {long_date(answer.corrected)}"] if answer.corrected else []
        return ", ".join(parts)

    @property
    def asked(self) -> str:
        """Who asked, and when it was tabled and due."""
        answer = self.answer
        parts = [f"Asked by {person(answer.asker, lacking='a Member whose name is not in the source')}"]
        parts.append(f"tabled {long_date(answer.tabled)}" if answer.tabled else "day tabled not in the source")
        parts += [f"due {long_date(answer.due)}{' (named day)' if answer.is_named_day else ''}"] if answer.due else []
        return f"{', '.join(parts)}."

    @property
    def is_statement(self) -> bool:
        """Whether it is a written statement and no answer."""
        return self.answer.genre is Genre.STATEMENT

    @property
    def is_reply(self) -> bool:
        """Whether the text replies to what was asked."""
        return self.answer.kind is AnswerKind.SUBSTANTIVE

    @property
    def warning(self) -> str:
        """Why the text is no full reply; empty where it is one."""
        return "" if self.is_reply else next(iter(serious_notes(self.answer.citation)), "")

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """The parts of the page below the answer: ids and names."""
        others = len(self.answer.also_given) + len(self.grouped)
        listed = (
            ("cite", "Cite", True),
            ("history", "Earlier texts", self.history),
            ("thread", "Thread", self.thread),
            ("corrects", "What it corrects", self.corrects),
            ("refers", "What it refers to", self.refers_to),
            ("pointers", "Answers that point here", self.answer.pointed_to_by),
            ("also", f"{others:,} with the same text", others),
            ("near", f"{self.near_total:,} nearly the same", self.near),
            ("attachments", "Attachments", self.attachments),
            ("source", "Source", True),
        )
        return tuple((id, name) for id, name, is_there in listed if is_there)

    def quotation(self, ordinal: int, text: str) -> CitationBlock:
        """Return the citation of a passage, with its words in front of it."""
        citation = replace(self.answer.citation, paragraph=ordinal)
        return citation_block_of(citation, in_words(citation), passage=text)

    def is_linked(self, ordinal: int) -> bool:
        """Whether the link points to this passage."""
        return self.linked is not None and ordinal in self.linked.ordinals


def answer_view(
    corpus: Corpus, answer: Answer, *, passage: str = "", fits: Callable[[str], bool] = lambda text: True
) -> AnswerView:
    """Gather what the page of one answer shows.

    Args:
        corpus: An opened snapshot.
        answer: One of its answers or statements.
        passage: The hash of the passage that the link points to; empty for the whole answer.
        fits: Whether a text fits into the encoder's window, which passages are made to.
    """
    number = corpus.store.number_of(answer.key)
    record, citation = corpus.store.record(number), answer.citation
    own = [stored.passage for stored in corpus.store.passages(number) if not stored.passage.attachment]
    thread = corpus.thread(answer.key)
    near, near_total = near_answers(corpus, answer.key)
    history = corpus.history(answer.key) if answer.has_history else None
    linked = linked_passage(passage, answer, lambda: corpus.history(answer.key), fits) if passage else None
    return AnswerView(
        answer=answer,
        title=answer.heading or citation.question_opening or "No heading in the source",
        question=question_lines(answer.question or ""),
        facts=tuple(_facts(answer)),
        badges=tuple(_badges(answer)),
        parts=shown(record.answer, own),
        citation=citation_block_of(citation, in_words(citation), notes=_notes(citation)),
        files=tuple(CitationFile(name, ending, written(citation, style)) for style, (name, ending, _) in FILES.items()),
        linked=linked,
        history=history,
        texts=shown_texts(history) if history else (),
        thread=thread if len(thread.items) > 1 or thread.not_found else None,
        refers_to=tuple(one for one in answer.refers_to if one.role == "refers_to"),
        grouped=tuple(grouped_apart(corpus, answer)),
        attachments=shown_attachments(corpus, answer, linked.ordinals if linked else ()),
        near=near,
        near_total=near_total,
        corrects=tuple(corrected_by(corpus, answer).values()),
    )


def _notes(citation: Citation) -> tuple[str, ...]:
    """Return what a reader of any form must know, each once."""
    return tuple(dict.fromkeys(note for style in STYLES for note in notes(citation, style)))


def _badges(answer: Answer) -> Iterator[Badge]:
    if answer.genre is Genre.ANSWER and answer.kind is AnswerKind.SUBSTANTIVE:
        yield Badge(capital(KINDS[answer.kind]))
    yield from badges_of(
        answer.kind,
        answer.citation.findings,
        genre=answer.genre,
        corrected=answer.corrected,
        earlier_government=answer.earlier_government,
    )
    if answer.later:
        later = answer.later
        href = answer_href(later.key, later.hash, later.ordinal)
        yield Badge(f"Later answer: {long_date(later.answered)}", WARNING, href)
    if told := no_minister(answer.answerer, answer.answering_body):
        yield Badge(capital(told))
    if answer.has_interest:
        yield Badge("The asker has declared an interest")


def _facts(answer: Answer) -> Iterator[tuple[str, str]]:
    then = answer.citation.answering_body
    for name, told in facts(answer):
        if told == answer.answering_body and then and then != told:
            yield name, f"{then} (as named on the day; the source has {told})"
        else:
            yield name, told
    if answer.corrected_by and answer.corrected_by.name:
        yield "Corrected by", answer.corrected_by.name
    if answer.citation.session:
        yield "Session", answer.citation.session
    if answer.disagreement:
        yield "Note", f"{capital(answer.disagreement)}: read the answer to judge"
