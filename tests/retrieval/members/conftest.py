"""A register of three invented Members, and a record in which all of them have a part."""

from __future__ import annotations

from datetime import date

import pytest

from retrieval.members import SINCE_EVER, Account, MemberEntry, MemberRegister, Source, Span
from retrieval.records import Block, BlockKind, Member, Provenance, Record

READ_ON = date(2026, 11, 1)


@pytest.fixture
def register() -> MemberRegister:
    """Return what is known, on 1 November 2026, of three people who are invented."""
    minister = MemberEntry(
        900001,
        (
            Account(
                Source.HISTORY,
                READ_ON,
                names=(
                    Span("Ada Quill", date(2015, 5, 7), date(2024, 5, 29)),
                    Span("Baroness Quill", date(2024, 5, 30)),
                ),
                parties=(
                    Span("Invented Amber Party", date(2015, 5, 7), date(2022, 3, 1)),
                    Span("Invented Jade Party", date(2022, 3, 1)),
                ),
                seats=(
                    Span("Invented North", date(2015, 5, 7), date(2024, 5, 30)),
                    Span("Life peer", date(2024, 8, 1)),
                ),
            ),
            Account(
                Source.BIOGRAPHY,
                READ_ON,
                posts=(
                    Span("Minister of State (Home Office)", date(2019, 7, 25), date(2021, 9, 15), "Home Office"),
                    Span("Secretary of State for Transport", date(2021, 9, 15), date(2022, 9, 6)),
                    Span("Minister for Women", date(2021, 9, 15), date(2022, 9, 6), "Department for Education"),
                    Span("Secretary of State for Wales", date(2024, 7, 5)),
                ),
            ),
        ),
    )
    asker = MemberEntry(
        900002,
        (
            Account(
                Source.PEOPLE,
                READ_ON,
                names=(Span("Ben Vellum", SINCE_EVER),),
                parties=(Span("Invented Slate Party", date(2019, 12, 12)),),
                seats=(Span("Invented South", date(2019, 12, 12)),),
            ),
        ),
    )
    return MemberRegister((asker, minister, MemberEntry(900003, unknown_on=READ_ON)))


@pytest.fixture
def record() -> Record:
    """Return an answer whose source gives ids, and the corrector's name."""
    return Record(
        provenance=Provenance("parliament-api", "invented.json", 1, date(2026, 11, 2)),
        question="To ask the Secretary of State for the Home Department, what is invented.",
        answer=(Block(BlockKind.PARAGRAPH, "All of it."),),
        asker=Member(id=900002),
        answerer=Member(id=900001),
        answering_body="Home Office",
        tabled=date(2021, 9, 1),
        answered=date(2021, 9, 15),
        corrected=date(2022, 1, 10),
        corrected_by=Member(id=900001, name="As the source has it"),
    )
