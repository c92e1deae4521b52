"""The texts that an answer has had: their order, their days, what changed, and what is not known. All are invented."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.differences import DiffUnit, Segment, SegmentKind
from retrieval.history import FIRST_TEXT, history
from retrieval.records import AnswerKind, Block, BlockKind, Genre, House, Member, Provenance, Record

READ_ON = date(2026, 11, 21)


def blocks(*texts):
    return tuple(Block(BlockKind.PARAGRAPH, text) for text in texts)


HELD = blocks("It will not be possible to answer this question within the usual time period.")
ANSWERED = Record(
    provenance=Provenance("parliament-api", "answers.jsonl", 1, READ_ON),
    question="What did it cost?",
    answer=blocks("It cost £5 million."),
    house=House.COMMONS,
    uin="6036",
    tabled=date(2026, 9, 1),
    answered=date(2026, 9, 8),
)
CORRECTED = replace(ANSWERED, answer=blocks("It cost £15 million."), corrected=date(2026, 9, 21))
WITH_FIRST = replace(CORRECTED, first_answer=ANSWERED.answer)
HOLDING = replace(ANSWERED, answer=HELD, answered=date(2026, 9, 4), holding_answered=date(2026, 9, 4))


def told(found):
    return [(text.number, text.text, text.kind, text.since, text.origin, text.is_current) for text in found.texts]


def test_an_answer_that_never_changed_has_one_text_and_no_change():
    found = history(ANSWERED, [(date(2026, 9, 9), ANSWERED)])
    assert told(found) == [
        (
            *(1, "It cost £5 million.", AnswerKind.SUBSTANTIVE, date(2026, 9, 8)),
            *("as read on 9 September 2026", True),
        )
    ]
    assert (found.key, found.changes, found.first_text_known) == ("commons-2026-09-01-6036", (), True)
    assert (found.notes, found.corrections) == ((), ())
    assert found.texts[0].blocks == ANSWERED.answer


def test_the_sources_first_text_stands_before_the_correction_with_what_changed():
    found = history(WITH_FIRST)
    assert told(found) == [
        (1, "It cost £5 million.", AnswerKind.SUBSTANTIVE, date(2026, 9, 8), FIRST_TEXT, False),
        (
            *(2, "It cost £15 million.", AnswerKind.SUBSTANTIVE, date(2026, 9, 21)),
            *("as read on 21 November 2026", True),
        ),
    ]
    (change,) = found.changes
    assert (change.before, change.after, change.unit) == (1, 2, DiffUnit.WORD)
    assert change.segments == (
        Segment(SegmentKind.SAME, "It cost "),
        Segment(SegmentKind.REMOVED, "£5"),
        Segment(SegmentKind.ADDED, "£15"),
        Segment(SegmentKind.SAME, " million."),
    )
    assert (found.first_text_known, found.notes) == (True, ())


def test_a_first_text_that_was_read_here_too_is_one_text_from_both():
    found = history(WITH_FIRST, [(date(2026, 9, 9), ANSWERED)])
    assert [(text.origin, text.since) for text in found.texts] == [
        ("the source's first text; as read on 9 September 2026", date(2026, 9, 8)),
        ("as read on 21 November 2026", date(2026, 9, 21)),
    ]
    assert len(found.changes) == 1


def test_where_the_source_no_longer_gives_the_first_text_history_says_so_and_shows_no_diff():
    found = history(CORRECTED)
    assert (found.first_text_known, found.changes) == (False, ())
    assert [text.since for text in found.texts] == [date(2026, 9, 21)]
    assert found.notes == (
        "The answer was corrected on 21 September 2026, and the source no longer gives its first text: "
        "what changed is not known.",
    )


def test_a_correction_known_by_its_flag_or_by_who_made_it_has_no_day():
    for record in (
        replace(ANSWERED, flagged_correction=True),
        replace(ANSWERED, corrected_by=Member(name="Ann Corrector")),
    ):
        found = history(record)
        assert (found.first_text_known, found.texts[0].since) == (False, None)
        assert found.notes[0].startswith("The answer was corrected, and the source")


def test_the_text_read_before_a_correction_is_known_though_the_source_gives_it_no_longer():
    found = history(CORRECTED, [(date(2026, 9, 9), ANSWERED)])
    assert [text.text for text in found.texts] == ["It cost £5 million.", "It cost £15 million."]
    assert (found.first_text_known, len(found.changes), found.notes) == (True, 1, ())


def test_the_first_text_is_kept_from_an_earlier_reading_that_gave_it():
    again = replace(CORRECTED, answer=blocks("It cost £16 million."), corrected=date(2026, 10, 1))
    found = history(again, [(date(2026, 9, 22), WITH_FIRST)])
    assert [(text.text, text.since) for text in found.texts] == [
        ("It cost £5 million.", date(2026, 9, 8)),
        ("It cost £15 million.", date(2026, 9, 21)),
        ("It cost £16 million.", date(2026, 10, 1)),
    ]
    assert [(change.before, change.after) for change in found.changes] == [(1, 2), (2, 3)]


def test_a_holding_answer_that_was_replaced_is_part_of_the_history():
    found = history(replace(ANSWERED, holding_answered=date(2026, 9, 4)), [(date(2026, 9, 5), HOLDING)])
    assert [(text.kind, text.since, text.is_current) for text in found.texts] == [
        (AnswerKind.HOLDING, date(2026, 9, 4), False),
        (AnswerKind.SUBSTANTIVE, date(2026, 9, 8), True),
    ]
    assert (found.first_text_known, found.notes, len(found.changes)) == (True, (), 1)


def test_a_holding_answer_without_its_own_day_stood_from_the_day_of_the_answer():
    found = history(replace(HOLDING, holding_answered=None))
    assert found.texts[0].since == date(2026, 9, 4)


def test_a_holding_answer_comes_before_the_sources_first_text():
    found = history(WITH_FIRST, [(date(2026, 9, 5), HOLDING)])
    assert [text.kind for text in found.texts] == ["holding", "substantive", "substantive"]
    assert [text.origin for text in found.texts][1] == FIRST_TEXT
    assert [(change.before, change.after) for change in found.changes] == [(1, 2), (2, 3)]


def test_no_diff_reaches_across_a_first_text_that_is_not_known():
    found = history(replace(CORRECTED, holding_answered=date(2026, 9, 4)), [(date(2026, 9, 5), HOLDING)])
    assert [text.kind for text in found.texts] == ["holding", "substantive"]
    assert (found.first_text_known, found.changes) == (False, ())


def test_a_holding_answer_that_was_not_read_in_time_is_said_to_be_missing():
    found = history(replace(ANSWERED, holding_answered=date(2026, 9, 4)))
    assert found.first_text_known
    assert found.notes == (
        "A holding answer was given on 4 September 2026; its text was not read here before the reply replaced it.",
    )


def test_readings_come_in_the_order_of_their_days_and_repeats_add_nothing():
    readings = [(date(2026, 9, 22), CORRECTED), (date(2026, 9, 9), ANSWERED), (date(2026, 9, 10), ANSWERED)]
    found = history(CORRECTED, readings)
    assert [text.origin for text in found.texts] == ["as read on 9 September 2026", "as read on 22 September 2026"]


def test_readings_before_there_was_an_answer_add_nothing():
    waiting = replace(ANSWERED, answer=(), answered=None)
    assert len(history(ANSWERED, [(date(2026, 9, 2), waiting)]).texts) == 1
    found = history(waiting)
    assert (found.texts, found.changes, found.first_text_known, found.notes) == ((), (), True, ())


def test_an_answer_that_was_taken_back_has_no_text_that_is_served_now():
    found = history(replace(ANSWERED, answer=(), answered=None), [(date(2026, 9, 9), ANSWERED)])
    assert [(text.text, text.is_current) for text in found.texts] == [("It cost £5 million.", False)]


def test_a_correction_that_left_the_text_alone_is_no_change_of_it():
    found = history(replace(CORRECTED, answer=ANSWERED.answer), [(date(2026, 9, 9), ANSWERED)])
    assert [(text.since, text.origin) for text in found.texts] == [(date(2026, 9, 8), "as read on 9 September 2026")]
    assert (found.first_text_known, found.changes) == (True, ())
    same = history(replace(WITH_FIRST, answer=ANSWERED.answer))
    assert [text.origin for text in same.texts] == ["the source's first text; as read on 21 November 2026"]
    assert same.first_text_known


def test_a_change_that_the_source_does_not_tell_of_has_no_day_and_is_said():
    found = history(replace(ANSWERED, answer=blocks("It cost £6 million.")), [(date(2026, 9, 9), ANSWERED)])
    assert [text.since for text in found.texts] == [date(2026, 9, 8), None]
    assert found.notes == ("Text 2 took the place of text 1 without the source saying so, or when.",)


def test_of_two_copies_read_on_one_day_it_is_not_known_which_came_first():
    other = replace(ANSWERED, answer=blocks("It cost £6 million."))
    for served, kept in ((other, ANSWERED), (ANSWERED, other)):
        found = history(served, [(READ_ON, kept)])
        assert [(text.text, text.since) for text in found.texts] == [
            (kept.answer_text, None),
            (served.answer_text, None),
        ]
        assert (found.changes, found.first_text_known) == ((), True)
        assert found.notes == ("Texts 1 and 2 are copies read on one day that differ: which came first is not known.",)


def test_two_copies_read_on_one_day_that_were_both_corrected_tell_their_order_by_the_day_of_the_correction():
    again = replace(CORRECTED, answer=blocks("It cost £16 million."), corrected=date(2026, 10, 1))
    found = history(again, [(date(2026, 9, 9), ANSWERED), (READ_ON, CORRECTED)])
    assert [text.since for text in found.texts] == [date(2026, 9, 8), date(2026, 9, 21), date(2026, 10, 1)]
    assert (len(found.changes), found.notes) == (2, ())
    same = history(replace(again, corrected=CORRECTED.corrected), [(date(2026, 9, 9), ANSWERED), (READ_ON, CORRECTED)])
    assert [text.since for text in same.texts] == [date(2026, 9, 8), None, None]
    assert [(change.before, change.after) for change in same.changes] == [(1, 2)]
    assert same.notes == ("Texts 2 and 3 are copies read on one day that differ: which came first is not known.",)


def test_a_text_that_was_read_on_a_day_before_too_is_older_than_the_copy_read_beside_it():
    other = replace(ANSWERED, answer=blocks("It cost £6 million."))
    found = history(other, [(date(2026, 9, 9), ANSWERED), (READ_ON, ANSWERED)])
    assert [(change.before, change.after) for change in found.changes] == [(1, 2)]
    assert found.notes == ("Text 2 took the place of text 1 without the source saying so, or when.",)


def test_a_correction_and_a_holding_answer_tell_the_order_of_copies_read_on_one_day():
    found = history(CORRECTED, [(READ_ON, ANSWERED)])
    assert [text.since for text in found.texts] == [date(2026, 9, 8), date(2026, 9, 21)]
    assert (len(found.changes), found.notes) == (1, ())
    found = history(replace(ANSWERED, holding_answered=date(2026, 9, 4)), [(READ_ON, HOLDING)])
    assert [text.since for text in found.texts] == [date(2026, 9, 4), date(2026, 9, 8)]
    assert (len(found.changes), found.notes) == (1, ())


def test_a_correction_on_the_day_of_the_answer_keeps_its_day():
    found = history(replace(WITH_FIRST, corrected=date(2026, 9, 8)))
    assert [text.since for text in found.texts] == [date(2026, 9, 8), date(2026, 9, 8)]
    assert found.notes == ()


def test_the_statements_that_correct_it_are_named():
    keys = ("commons-2026-09-21-hcws5", "lords-2026-09-21-hlws5")
    assert history(CORRECTED, corrections=keys).corrections == keys


def test_a_statement_has_a_history_of_its_own():
    statement = replace(ANSWERED, genre=Genre.STATEMENT, question="", tabled=None, uin="HCWS5")
    found = history(statement)
    assert (found.key, [text.since for text in found.texts]) == ("commons-2026-09-08-hcws5", [date(2026, 9, 8)])


RECORDS = st.builds(
    lambda text, first, corrected, held: replace(
        ANSWERED,
        answer=blocks(text) if text else (),
        first_answer=blocks(first) if first else (),
        corrected=corrected,
        holding_answered=held,
    ),
    *[st.sampled_from(["", "It cost £5.", "It cost £6.", "It cost £7 in all.", HELD[0].text])] * 2,
    *[st.none() | st.dates(date(2026, 9, 8), date(2026, 9, 12))] * 2,
)
READINGS = st.lists(st.tuples(st.dates(date(2026, 9, 8), date(2026, 10, 8)), RECORDS), max_size=5)


@settings(deadline=None)
@given(RECORDS, READINGS)
def test_every_text_is_one_that_was_given_and_every_change_joins_two_of_them(record, readings):
    found = history(record, readings)
    versions = [record, *(reading for _, reading in readings)]
    given_texts = {
        "\n".join(block.text for block in part) for one in versions for part in (one.answer, one.first_answer)
    }
    texts = {text.number: text.text for text in found.texts}
    assert set(texts.values()) <= given_texts - {""}
    assert list(texts) == list(range(1, len(texts) + 1))
    assert all(left.text != right.text for left, right in pairwise(found.texts))
    assert [text.text for text in found.texts if text.is_current] == [record.answer_text][: record.is_answered]
    for change in found.changes:
        assert "".join(s.text for s in change.segments if s.kind != "added") == texts[change.before]
        assert "".join(s.text for s in change.segments if s.kind != "removed") == texts[change.after]
    unordered = sum("which came first is not known" in note for note in found.notes)
    assert len(found.changes) >= len(texts) - 2 - unordered
    if found.first_text_known:
        assert len(found.changes) == max(0, len(texts) - 1 - unordered)


@settings(deadline=None)
@given(RECORDS, READINGS, st.randoms())
def test_the_order_in_which_readings_are_given_does_not_matter(record, readings, random):
    days = dict(readings)
    shuffled = list(days.items())
    random.shuffle(shuffled)
    assert history(record, shuffled) == history(record, list(days.items()))
