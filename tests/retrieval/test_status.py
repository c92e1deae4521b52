from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.records import AnswerKind, Block, BlockKind, FindingName, Provenance, Record
from retrieval.status import SENTENCE_LIMIT, Finding, classify, labels_of
from retrieval.status_rules import RULES, Label, documents_asked_for

PROVENANCE = Provenance("test", "test", 1, date(2026, 1, 1))
QUESTION = "To ask the Secretary of State for Ferries, how many lanterns were lit on each quay in 2024."

NOT_HELD = "The information requested is not held centrally."
POINTER = "I refer the hon. Member to the answer given to Question UIN 4711 on 3 March 2024."
WILL_WRITE = "I will write to the hon. Member, and place a copy of my letter in the Library of the House."
USUAL_TIME = (
    "The Department for Ferries has indicated that it will not be possible to answer this question within "
    "the usual time period. An answer is being prepared and will be provided as soon as it is available."
)
PROROGATION = "It has not proved possible to respond to the hon. Member in the time available before Prorogation."


def answered(*paragraphs: str, question: str = QUESTION) -> Record:
    blocks = tuple(Block(BlockKind.PARAGRAPH, text) for text in paragraphs)
    return Record(PROVENANCE, question, blocks)


def names(record: Record) -> set[str]:
    return {finding.name.value for finding in classify(record).findings}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Forty lanterns were lit on the north quay, and none on the south quay.", AnswerKind.SUBSTANTIVE),
        ("No.", AnswerKind.SUBSTANTIVE),
        ("It is longstanding policy not to comment on individual ferries.", AnswerKind.SUBSTANTIVE),
        (NOT_HELD, AnswerKind.SUBSTANTIVE),
        (USUAL_TIME, AnswerKind.HOLDING),
        (PROROGATION, AnswerKind.PROROGATION),
        (
            "It has not been possible to reply to the noble Lord in the time available before Dissolution.",
            AnswerKind.PROROGATION,
        ),
        (POINTER, AnswerKind.POINTER),
        (
            "I refer my hon. Friend to the Written Ministerial Statement of 4 May (HCWS12).",
            AnswerKind.POINTER,
        ),
        ("I refer back to my previous answer to UIN 5635 on 14th December.", AnswerKind.POINTER),
        ("I refer the right hon. Lady to PQ9163.", AnswerKind.POINTER),
        (
            "I refer the Hon Member to the debate on ferries (Official Report, HC Volume 738, Column 630).",
            AnswerKind.POINTER,
        ),
        (WILL_WRITE, AnswerKind.WILL_WRITE),
        ("I have asked the Chief Inspector to write to the hon. Member directly.", AnswerKind.WILL_WRITE),
        ("The Lanterns Authority will respond to the hon. Member by letter.", AnswerKind.WILL_WRITE),
        ("I wrote to the hon. Member on 3 May with the figures.", AnswerKind.WILL_WRITE),
        ("I refer the right hon. Member to my letter to him dated 25 October 2023.", AnswerKind.WILL_WRITE),
        (
            "The information requested falls under the remit of the UK Statistics Authority. "
            "A response to the hon. Lady's Parliamentary Question of 5 February is attached.",
            AnswerKind.WILL_WRITE,
        ),
    ],
)
def test_the_text_alone_tells_the_kind(text: str, kind: AnswerKind):
    assert classify(answered(text)).kind is kind


def test_a_pointer_that_goes_on_to_give_substance_is_substantive():
    status = classify(answered(POINTER, "Since then a further nine lanterns have been lit."))
    assert status.kind is AnswerKind.SUBSTANTIVE
    assert [finding.name for finding in status.findings] == [FindingName.REFERS_ELSEWHERE]


def test_a_pointer_that_tells_what_the_other_answer_says_is_substantive():
    text = "I refer to PQ 5303, which confirmed that there are currently no lanterns on the south quay."
    status = classify(answered(text))
    assert status.kind is AnswerKind.SUBSTANTIVE
    assert [finding.rule for finding in status.findings] == ["refer-elsewhere"]


@pytest.mark.parametrize(
    "line",
    [
        "https://questions-statements.parliament.uk/written-questions/detail/2024-02-08/13839",
        "It is available at the following link:",
        "(UIN 8811)",
        "I apologise for the delay in responding to the hon. Member.",
        "We will provide further updates in due course.",
    ],
)
def test_courtesy_and_bare_links_leave_a_pointer_a_pointer(line: str):
    assert classify(answered(POINTER, line)).kind is AnswerKind.POINTER


def test_referring_a_case_to_a_body_is_no_pointer():
    text = "Passengers can ask their Member of Parliament to refer the case to the Ferries Ombudsman."
    status = classify(answered(text))
    assert (status.kind, status.findings) == (AnswerKind.SUBSTANTIVE, ())


def test_an_excuse_adds_nothing_to_the_promise_of_a_letter():
    excuse = "It is taking time to collate the required information to answer the hon. Member's question."
    assert classify(answered(f"{excuse} {WILL_WRITE}")).kind is AnswerKind.WILL_WRITE
    assert classify(answered(excuse)).kind is AnswerKind.SUBSTANTIVE


def test_not_held_beside_the_promise_of_a_letter_is_a_finding_and_not_bare():
    status = classify(answered(f"{NOT_HELD} {WILL_WRITE}"))
    assert (status.kind, status.kind_rule, status.bare) == (AnswerKind.WILL_WRITE, "will-write", False)
    assert [finding.name for finding in status.findings] == [FindingName.NOT_HELD]


def test_a_letter_promised_at_the_end_of_a_real_answer_leaves_it_substantive():
    text = f"The south quay is to be lit at a cost of £4 million. {WILL_WRITE}"
    assert classify(answered(text)).kind is AnswerKind.SUBSTANTIVE


def test_writing_to_others_is_not_writing_to_the_member():
    assert classify(answered("I have written to all harbour masters.")).kind is AnswerKind.SUBSTANTIVE
    text = "The Department has responded to the hon. Member's letter of 18 December."
    assert classify(answered(text)).kind is AnswerKind.SUBSTANTIVE


def test_a_late_answer_that_excuses_itself_is_no_holding_answer():
    text = "It was not possible to answer this question within the usual time. Forty lanterns were lit."
    assert classify(answered(text)).kind is AnswerKind.SUBSTANTIVE


def test_an_answer_without_text_is_substantive_by_its_own_rule():
    status = classify(answered())
    assert (status.kind, status.kind_rule, status.findings, status.bare) == (
        AnswerKind.SUBSTANTIVE,
        "no-text",
        (),
        False,
    )


def test_an_answer_of_courtesy_alone_is_substantive():
    status = classify(answered("I thank the hon. Member for her question."))
    assert (status.kind, status.kind_rule, status.bare) == (AnswerKind.SUBSTANTIVE, "content", False)


@pytest.mark.parametrize(
    "text",
    [
        NOT_HELD,
        "The Department does not hold this information.",
        "We do not routinely collect lantern counts.",
        "Data on lanterns is not available in the format requested.",
        "No information is collected on lanterns.",
        "There is no central record of lanterns.",
        "Records of lanterns cannot be disaggregated by quay.",
        "The Department is unable to provide a breakdown by quay.",
        "Neither the Department nor the Authority hold data on lanterns.",
    ],
)
def test_what_is_not_held_is_found(text: str):
    assert names(answered(text)) == {"not_held"}


@pytest.mark.parametrize(
    "text",
    [
        "Ministers have not held such discussions with the harbour masters.",
        "The Department does not hold any lanterns in storage.",
        "The Minister does not hold a Departmental pass.",
        "The Government recognises that not all ferry logs will still be there.",
        "The Department does not have the power to set the number of ferries.",
        "The quays are not available to passengers at night.",
    ],
)
def test_other_things_not_held_are_no_finding(text: str):
    assert names(answered(text)) == set()


def test_disproportionate_cost_is_found_and_a_disproportionate_burden_is_not():
    assert names(answered("It could be provided only at disproportionate cost.")) == {"disproportionate_cost"}
    text = "We will not place a disproportionate burden or cost on the ferries."
    assert names(answered(text)) == set()


@pytest.mark.parametrize(
    "text",
    [
        "This data can be found here: https://www.gov.uk/lanterns.",
        "Details of Ministers' voyages are published quarterly in arrears on GOV.UK.",
        "The Lanterns Authority publishes statistics on quays in its annual release.",
        "The costs were set out in my answer of 4 May.",
        "I refer the hon. Member to the read-out of the voyage.",
        POINTER,
    ],
)
def test_sending_the_reader_elsewhere_for_the_information_is_found(text: str):
    assert names(answered(text)) == {"refers_elsewhere"}


@pytest.mark.parametrize(
    "text",
    [
        "Further information on ferries can be found at https://www.gov.uk/ferries.",
        "The figures can be found in the table below.",
        "There are no plans to publish data on lanterns in the annual release.",
        "The figures are taken from the lanterns survey, which is available online.",
    ],
)
def test_background_is_not_sending_the_reader_elsewhere(text: str):
    assert names(answered(text)) == set()


def test_a_link_to_guidance_counts_where_the_question_asks_for_guidance():
    text = "The guidance can be found at https://www.gov.uk/lanterns."
    asks = "To ask the Secretary of State for Ferries, what guidance he has issued on lanterns."
    cites = "With reference to the guidance entitled Lanterns, how many lanterns were lit."
    assert names(answered(text, question=asks)) == {"refers_elsewhere"}
    assert names(answered(text, question=cites)) == set()
    assert documents_asked_for(asks) == {"guidance"}


@pytest.mark.parametrize(
    "text",
    [
        "The information requested is provided in the attached table.",
        "A table showing the lanterns lit on each quay is attached.",
        "A copy of the lantern plan has been deposited in the Library of the House.",
        "I will place a copy of the lantern plan in the Libraries of both Houses.",
    ],
)
def test_an_attachment_or_deposited_paper_that_holds_the_answer_is_found(text: str):
    assert names(answered(text)) == {"attachment_holds_the_answer"}


@pytest.mark.parametrize(
    "text",
    [
        "The yellow indicators attached to each lantern show that it is lit.",
        "There are no plans to place a copy of the lantern plan in the Library of the House.",
        WILL_WRITE,
        "Passengers pay a deposit, which the Deposit Return Scheme gives back.",
    ],
)
def test_what_is_not_attached_or_not_there_yet_is_no_finding(text: str):
    assert names(answered(text)) == set()


def test_a_correction_by_the_record_belongs_to_the_whole_answer():
    record = replace(answered("Forty lanterns were lit."), corrected=date(2024, 5, 4))
    whole = (Finding(FindingName.CORRECTED, "record", None, 0, 0),)
    assert classify(record).findings == whole
    assert classify(replace(record, corrected=None, flagged_correction=True)).findings == whole
    assert classify(replace(record, corrected=None, flagged_correction=False)).findings == ()


def test_a_correction_by_the_text_is_found_in_its_sentence():
    text = "Forty lanterns were lit. An error was found in the answer given on 4 May."
    assert classify(answered(text)).findings == (Finding(FindingName.CORRECTED, "says-corrected", 0, 25, len(text)),)


def test_a_finding_says_where_its_sentence_stands():
    second = f"Ferries run daily. {NOT_HELD} They are blue."
    (finding,) = classify(answered("Forty lanterns were lit.", second)).findings
    assert finding == Finding(FindingName.NOT_HELD, "is-not-held", 1, 19, 19 + len(NOT_HELD))
    assert second[finding.start : finding.end] == NOT_HELD


def test_one_sentence_may_tell_two_things():
    text = "The information is not held centrally and could be provided only at disproportionate cost."
    assert [finding.name for finding in classify(answered(text)).findings] == [
        FindingName.NOT_HELD,
        FindingName.DISPROPORTIONATE_COST,
    ]


def test_a_pointer_that_two_rules_know_is_one_finding():
    assert [finding.rule for finding in classify(answered(POINTER)).findings] == ["refer-to-answer"]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        (NOT_HELD, True),
        ("The information could be provided only at disproportionate cost.", True),
        (f"I apologise for the delay in responding. {NOT_HELD}", True),
        (f"{NOT_HELD} Forty lanterns were lit in 2023.", False),
        ("This information is not held centrally, but forty lanterns were lit in 2023.", False),
        ("While the information is not held centrally, forty lanterns were lit in 2023.", False),
        (f"{NOT_HELD} Data on quays can be found at https://www.gov.uk/quays.", False),
        (f"{NOT_HELD} A copy of the lantern plan has been placed in the Library of the House.", False),
        ("Forty lanterns were lit.", False),
        (USUAL_TIME, False),
    ],
)
def test_only_a_refusal_that_gives_nothing_else_is_bare(text: str, bare: bool):
    assert classify(answered(text)).bare is bare


@pytest.mark.parametrize(
    ("flag", "text", "disagreement"),
    [
        (True, USUAL_TIME, None),
        (None, USUAL_TIME, None),
        (False, "Forty lanterns were lit.", None),
        (None, "Forty lanterns were lit.", None),
        (True, "Forty lanterns were lit.", "flagged as holding, but the text answers"),
        (True, POINTER, "flagged as holding, but the text points to another answer"),
        (True, WILL_WRITE, "flagged as holding, but the text promises a letter"),
        (True, PROROGATION, "flagged as holding, but the text says that Parliament rose first"),
        (False, USUAL_TIME, "not flagged as holding, but the text holds the answer back"),
    ],
)
def test_the_text_decides_and_a_flag_that_says_otherwise_is_told(
    flag: bool | None, text: str, disagreement: str | None
):
    status = classify(replace(answered(text), flagged_holding=flag))
    assert status.disagreement == disagreement


def test_every_rule_has_a_name_of_its_own_and_says_how_often_it_fires():
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)
    assert all(rule.evidence.partition(": ")[0].replace(",", "").isdigit() for rule in RULES)
    assert {rule.label for rule in RULES} == set(Label)


def test_the_first_rule_of_a_label_names_it():
    assert labels_of("The Department does not record or hold the data.") == {Label.NOT_HELD: "not-recorded"}


@pytest.mark.parametrize("before", ["", "quay " * 50, "quay " * 115])
def test_a_label_is_found_wherever_in_the_sentence_its_words_are(before):
    assert len(before) < SENTENCE_LIMIT
    assert labels_of(before + "it is not held centrally") == {Label.NOT_HELD: "is-not-held"}
    assert Label.FIGURE in labels_of(before + "it was £5 million")


def test_no_rule_looks_past_the_limit_of_a_sentence():
    assert labels_of("quay " * 200 + "is not held centrally") == {}


def test_no_pattern_has_a_gap_without_bounds():
    # With the limit on a sentence this keeps the work in step with the length of the text.
    for rule in RULES:
        for pattern in (rule.pattern, rule.unless):
            assert pattern is None or not re.search(r"(?<!\\)[.)][*+]", pattern.pattern)


def test_a_megabyte_without_a_full_stop_is_judged_by_its_beginning():
    assert classify(answered("I refer to to " * 75_000)).kind is AnswerKind.SUBSTANTIVE


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80), max_size=4))
def test_every_finding_lies_within_its_block(paragraphs: list[str]):
    texts = [" ".join(text.split()) for text in paragraphs]
    record = answered(*(text for text in texts if text), NOT_HELD)
    status = classify(record)
    assert status.findings
    for finding in status.findings:
        assert finding.block is not None
        assert 0 <= finding.start < finding.end <= len(record.answer[finding.block].text)


@pytest.mark.parametrize(
    "text",
    [
        "The Department spent £4.2 million on lanterns in 2024 and I will write to the hon. Member with a breakdown.",
        f"{POINTER} Some 40 per cent of quays were lit, and further details will be published shortly.",
        f"{NOT_HELD} I apologise for the delay; 4,512 lanterns were lit.",
    ],
)
def test_a_sentence_that_gives_a_figure_is_an_answer_whatever_else_it_says(text: str):
    status = classify(answered(text))
    assert (status.kind, status.bare) == (AnswerKind.SUBSTANTIVE, False)


def test_a_figure_of_the_question_in_a_refusal_leaves_it_bare():
    status = classify(answered("Data on quays with more than £110,000 of lanterns is not held."))
    assert status.bare
