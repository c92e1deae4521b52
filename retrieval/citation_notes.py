"""What a reader must be told beside a citation, and what goes into the note of a reference manager."""

from __future__ import annotations

from typing import Final

from retrieval.citation_wording import corrected, minister, missing
from retrieval.citing import Citation, is_in_hansard, long_date
from retrieval.records import AnswerKind, Genre, Member
from retrieval.sessions import session_on

_KINDS: Final = {
    AnswerKind.SUBSTANTIVE: "Substantive answer",
    AnswerKind.HOLDING: "Holding answer, not a reply",
    AnswerKind.POINTER: "Answer that points to another",
    AnswerKind.PROROGATION: "No reply before prorogation or dissolution",
    AnswerKind.WILL_WRITE: "Promise to write, not a reply",
}
_WARNINGS: Final = {
    AnswerKind.HOLDING: "this is a holding answer: it promises a reply and does not give one",
    AnswerKind.POINTER: "this answer points to another and does not repeat it: cite the one it points to",
    AnswerKind.PROROGATION: "this is not a reply: there was none before prorogation or dissolution",
    AnswerKind.WILL_WRITE: "this answer promises to write: the reply itself is not in it",
}
_OURS: Final = "OSCOLA has no rule for written answers published with a UIN: this form is Despatch Box's own"
_HANSARD: Final = (
    "this answer was printed in Hansard, which OSCOLA 4 s 3.4.2 cites by volume and column: "
    "the source gives neither, so this form is Despatch Box's own"
)
_COLUMN: Final = "OSCOLA 4 s 3.4.2 cites Hansard by volume and column, and the source does not give the volume"
# Unlike answers, statements are still printed in Hansard.
_STATEMENT: Final = (
    "Hansard prints written statements too, and OSCOLA 4 s 3.4.2 cites it by volume and column: "
    "the source gives neither, so this form is Despatch Box's own"
)
_POSSESSIVES: Final = {"minister": "minister's", "asker": "asker's", "corrected_by": "correcting Member's"}


def serious_notes(citation: Citation) -> tuple[str, ...]:
    """Return what a reader must be told of the text itself, most serious first.

    That it is in an attachment; that the answer is no full reply; who corrected it; that it was given under an
    earlier government.
    """
    is_statement = citation.genre is Genre.STATEMENT
    said = []
    if citation.attachment:
        text = "statement" if is_statement else "answer"
        title = citation.attachment.title
        said.append(f"from the attachment '{title}', not from the {text} itself; rights in it are not known")
    if citation.kind in _WARNINGS and not is_statement:
        said.append(_WARNINGS[citation.kind])
    if citation.corrected_by:
        said.append(f"corrected by {_named(citation.corrected_by)}{corrected(citation).partition('corrected')[2]}")
    if citation.earlier_government:
        given = "made" if is_statement else "answered"
        said.append(f"{given} under an earlier government ({citation.earlier_government})")
    return tuple(said)


def oscola_note(citation: Citation) -> str:
    """Return why the OSCOLA form is our own, or what it lacks."""
    if citation.hansard_column:
        return _COLUMN
    if citation.genre is Genre.STATEMENT:
        return _STATEMENT
    return _HANSARD if is_in_hansard(citation.house, citation.answered or citation.tabled) else _OURS


def session_notes(citation: Citation) -> tuple[str, ...]:
    """Return that the session is not over, where it is not."""
    day = citation.answered if citation.genre is Genre.STATEMENT else citation.tabled
    session = session_on(day) if day else None
    if session is None or session.is_over:
        return ()
    return (f"session {session.name} was not over on {long_date(session.last_day)}: its name may change",)


def source_notes(citation: Citation) -> tuple[str, ...]:
    """Return which passage is meant, and what is not in the source, not from it, or worked out and left out."""
    text = "statement" if citation.genre is Genre.STATEMENT else "answer"
    said = []
    if citation.paragraph is not None:
        said.append(f"the passage meant is number {citation.paragraph} of the {text}, by Despatch Box's count")
    if citation.missing:
        said.append(f"not in the source: {missing(citation)}")
    if citation.from_register:
        said.append(f"{_registered(citation)} from the member register")
    if citation.inferred:
        said.append(f"worked out, not given, and so left out: {'; '.join(citation.inferred)}")
    return tuple(said)


def in_attachment(citation: Citation) -> str:
    """Return where the passage is that is not in the text itself: `in its attachment 'Title' (page 3) <URL>`."""
    if citation.attachment is None:
        return ""
    place = f" ({citation.attachment.place})" if citation.attachment.place else ""
    return f"in its attachment '{citation.attachment.title}'{place} <{citation.attachment.url}>"


def reference_note(citation: Citation) -> str:
    """Say in one run of sentences what reference managers have no field for."""
    is_statement = citation.genre is Genre.STATEMENT
    post, asker = minister(citation).post, (citation.asker or Member()).name
    text, done = ("statement", "Made") if is_statement else ("answer", "Answered")
    facts = (
        "Written statement" if is_statement else _KINDS[citation.kind],
        _correction(citation),
        f"Tabled {long_date(citation.tabled)}" if citation.tabled else "",
        f"Session {citation.session}" if citation.session else "",
        f"Hansard column {citation.hansard_column}" if citation.hansard_column else "",
        f"Asked by {asker}" if asker else "",
        f"{done} as {post}" if post else "",
        f"{done} under an earlier government ({citation.earlier_government})" if citation.earlier_government else "",
        f"Passage {citation.paragraph} of the {text}" if citation.paragraph is not None else "",
        f"Not in the source: {missing(citation)}" if citation.missing else "",
        _capital(f"{_registered(citation)} from the member register") if citation.from_register else "",
        citation.licence.statement.removesuffix("."),
        *citation.licence.credits,
        _capital(f"{in_attachment(citation)}. Rights in the attachment are not known") if citation.attachment else "",
    )
    return " ".join(f"{fact}." for fact in facts if fact)


def _correction(citation: Citation) -> str:
    said = _capital(corrected(citation).removeprefix(", "))
    return f"{said} by {_named(citation.corrected_by)}" if said and citation.corrected_by else said


def _named(member: Member) -> str:
    return member.name or f"a Member whose name is not in the source{f' (Member {member.id})' if member.id else ''}"


def _registered(citation: Citation) -> str:
    """Return the facts from the register in words: `minister's name and post, asker's name`."""
    facts: dict[str, list[str]] = {}
    for person, _, fact in (name.partition(".") for name in citation.from_register):
        facts.setdefault(_POSSESSIVES[person], []).append(fact)
    return ", ".join(f"{whose} {_listed(names)}" for whose, names in facts.items())


def _listed(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
