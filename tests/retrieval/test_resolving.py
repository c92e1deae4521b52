from __future__ import annotations

from datetime import date

import pytest

from retrieval.mentions import Mention, MentionRole
from retrieval.records import Genre, GroupedQuestion, House, Provenance, Record
from retrieval.resolving import References, Resolution, ResolutionReason

# Invented records; the sessions are the real 2023-24 (to 24 May 2024) and 2024-26 (from 9 July 2024).
PROVENANCE = Provenance("test", "test", 1, date(2026, 1, 1))
OLD = date(2024, 1, 8), date(2024, 1, 15)
NEW = date(2024, 9, 2), date(2024, 9, 9)
URL = "https://questions-statements.parliament.uk/written-questions/detail/2024-09-02/4711"


def record(uin: str | None, tabled: date | None, answered: date | None, **facts: object) -> Record:
    given = {"house": House.COMMONS, "uin": uin, "tabled": tabled, "answered": answered, **facts}
    return Record(PROVENANCE, "To ask the Minister, why.", (), **given)  # type: ignore[arg-type]


SOURCE = record("9000", date(2024, 10, 1), date(2024, 10, 8))
FIRST, SECOND = record("4711", *OLD), record("4711", *NEW)


def mention(uin: str | None = "4711", **facts: object) -> Mention:
    return Mention(MentionRole.REFERS_TO, uin=uin, **facts)  # type: ignore[arg-type]


def resolved(one: Mention, *records: Record, source: Record = SOURCE) -> Resolution:
    return References([*records, source]).resolve(one, source)


def test_a_number_is_resolved_by_the_day_of_the_answer():
    found = resolved(mention(answered=NEW[1]), FIRST, SECOND)
    assert found == Resolution("commons-2024-09-02-4711", ResolutionReason.BY_DATE)
    assert resolved(mention(answered=OLD[1]), FIRST, SECOND).target == "commons-2024-01-08-4711"


@pytest.mark.parametrize("field", ["corrected", "holding_answered"])
def test_the_day_of_a_correction_or_a_holding_answer_will_do(field: str):
    one = record("4711", *NEW, **{field: date(2024, 9, 20)})
    assert resolved(mention(answered=date(2024, 9, 20)), one).reason is ResolutionReason.BY_DATE


def test_a_number_is_resolved_by_the_day_tabled_in_its_link():
    found = resolved(mention(tabled=NEW[0], url=URL), FIRST, SECOND)
    assert found == Resolution("commons-2024-09-02-4711", ResolutionReason.BY_LINK)


def test_a_link_to_the_day_of_the_answer_is_resolved_by_that_day():
    assert resolved(mention(tabled=NEW[1], url=URL), FIRST, SECOND).reason is ResolutionReason.BY_DATE


def test_a_day_that_is_that_of_tabling_will_do():
    for one in (mention(answered=NEW[0]), mention(tabled=NEW[0])):
        found = resolved(one, FIRST, SECOND)
        assert found == Resolution("commons-2024-09-02-4711", ResolutionReason.BY_DATE_TABLED)


def test_a_number_without_a_day_is_never_resolved():
    assert resolved(mention(), SECOND) == Resolution(None, ResolutionReason.NO_DATE)


def test_a_day_without_a_number_is_never_resolved():
    assert resolved(mention(None, answered=NEW[1]), SECOND) == Resolution(None, ResolutionReason.NO_UIN)


def test_another_day_in_that_session_disagrees():
    assert resolved(mention(answered=date(2024, 9, 10)), FIRST, SECOND).reason is ResolutionReason.DATE_DISAGREES


def test_a_day_in_another_session_means_a_question_that_is_not_here():
    assert resolved(mention(answered=date(2024, 9, 10)), FIRST).reason is ResolutionReason.NOT_IN_CORPUS
    assert resolved(mention(), FIRST).reason is ResolutionReason.NO_DATE
    assert resolved(mention(), record("1", *NEW)).reason is ResolutionReason.NOT_IN_CORPUS


def test_a_record_whose_days_are_not_known_is_not_guessed_to_be_meant():
    unknown = record("4711", NEW[0], None)
    assert resolved(mention(answered=NEW[1]), unknown).reason is ResolutionReason.DATE_NOT_KNOWN
    undated = record("4711", None, None, api_id=5)
    assert resolved(mention(answered=NEW[1]), undated).reason is ResolutionReason.DATE_NOT_KNOWN


def test_a_link_gone_astray_is_ambiguous():
    assert resolved(mention(answered=OLD[1], tabled=NEW[0], url=URL), FIRST, SECOND).reason is (
        ResolutionReason.AMBIGUOUS
    )
    assert resolved(mention(answered=NEW[1], tabled=NEW[0], url=URL), FIRST, SECOND).target == SECOND.key
    assert resolved(mention(answered=date(2024, 9, 20), tabled=NEW[0], url=URL), FIRST, SECOND).target == SECOND.key


def test_a_lords_number_is_found_in_the_lords():
    one = record("HL4711", *NEW, house=House.LORDS)
    lords = mention("HL4711", house=House.LORDS, answered=NEW[1])
    assert resolved(lords, SECOND, one).target == "lords-2024-09-02-hl4711"


def test_a_bare_number_in_a_lords_answer_may_be_either_house():
    source = record("HL9000", *NEW, house=House.LORDS)
    lords = record("HL4711", *NEW, house=House.LORDS)
    assert resolved(mention(answered=NEW[1]), lords, source=source).target == "lords-2024-09-02-hl4711"
    assert resolved(mention(answered=OLD[1]), FIRST, lords, source=source).reason is ResolutionReason.AMBIGUOUS
    assert resolved(mention(answered=NEW[1]), SECOND, lords, source=source).reason is ResolutionReason.AMBIGUOUS


def test_a_bare_number_in_a_lords_answer_is_of_the_commons_only_if_the_link_or_the_text_says_so():
    source = record("HL9000", *NEW, house=House.LORDS)
    group = record("4712", *NEW, grouped_with=(GroupedQuestion("4711", NEW[0]),))
    for held in (SECOND, group):
        assert resolved(mention(answered=NEW[1]), held, source=source) == Resolution(None, ResolutionReason.AMBIGUOUS)
        for sure in (mention(answered=NEW[1], house=House.COMMONS), mention(tabled=NEW[0], url=URL)):
            assert resolved(sure, held, source=source).target == held.key


def test_a_bare_number_in_a_commons_answer_is_the_commons():
    lords = record("HL4711", *NEW, house=House.LORDS)
    assert resolved(mention(answered=NEW[1]), lords).reason is ResolutionReason.NOT_IN_CORPUS


def test_a_statement_is_found_by_the_day_it_was_made():
    made = record("HCWS3", None, date(2024, 7, 18), genre=Genre.STATEMENT)
    for days in ({"answered": date(2024, 7, 18)}, {"tabled": date(2024, 7, 18), "url": URL}):
        one = mention("HCWS3", genre=Genre.STATEMENT, house=House.COMMONS, **days)
        assert resolved(one, made).target == "commons-2024-07-18-hcws3"


def test_a_grouped_question_that_is_not_here_is_found_through_its_group():
    both = (GroupedQuestion("4711", NEW[0]), GroupedQuestion("4714", NEW[0]))
    one, two = record("4712", *NEW, grouped_with=both), record("4713", *NEW, grouped_with=both)
    found = resolved(mention(answered=NEW[1]), two, one)
    assert found == Resolution("commons-2024-09-02-4712", ResolutionReason.BY_DATE, through_group=True)
    linked = mention(tabled=NEW[0], url=URL)
    assert resolved(linked, one) == Resolution(one.key, ResolutionReason.BY_LINK, through_group=True)
    assert resolved(mention(), one).reason is ResolutionReason.NO_DATE
    undated = record("4712", *NEW, grouped_with=(GroupedQuestion("4711"),))
    assert resolved(mention(answered=date(2024, 9, 12)), undated).reason is ResolutionReason.DATE_DISAGREES


def test_the_question_named_comes_before_its_group():
    group = (GroupedQuestion("4711", NEW[0]),)
    found = resolved(mention(answered=NEW[1]), record("4700", *NEW, grouped_with=group), SECOND)
    assert found == Resolution("commons-2024-09-02-4711", ResolutionReason.BY_DATE)


def test_a_group_of_the_new_session_is_found_beside_a_question_of_the_old_one():
    group = record("4712", *NEW, grouped_with=(GroupedQuestion("4711", NEW[0]),))
    assert resolved(mention(answered=NEW[1]), FIRST, group).target == group.key
    assert resolved(mention(answered=date(2024, 2, 1)), FIRST, group).reason is ResolutionReason.DATE_DISAGREES


def test_a_mention_of_the_record_itself_or_its_group_leads_nowhere():
    source = record("4711", *NEW, grouped_with=(GroupedQuestion("4712", NEW[0]),))
    assert resolved(mention(answered=NEW[1]), source=source).reason is ResolutionReason.ITSELF
    assert resolved(mention(), source=source).reason is ResolutionReason.ITSELF
    assert resolved(mention("4712", answered=NEW[1]), source=source).reason is ResolutionReason.ITSELF


def test_records_without_a_sure_house_or_a_number_are_not_found():
    guessed = record("4711", *NEW, inferred=("house",))
    assert resolved(mention(answered=NEW[1]), guessed, record(None, *NEW), record("4711", *NEW, house=None)).reason is (
        ResolutionReason.NOT_IN_CORPUS
    )
