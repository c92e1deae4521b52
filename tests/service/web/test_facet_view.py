from retrieval.facets import Count
from service.web.addresses import Address
from service.web.facet_view import FacetValue, facets_shown, years_shown

ADDRESS = Address((("q", "buses"),))


def counts(*values: tuple[str | None, int]) -> tuple[Count, ...]:
    return tuple(Count(value, value or "not in the source", number, number, None) for value, number in values)


def test_a_value_leads_to_the_search_that_is_limited_to_it():
    found = facets_shown({"answering_body": counts(("Home Office", 3), ("Treasury", 1))}, ADDRESS)
    assert [facet.title for facet in found] == ["Department"]
    assert found[0].first == (
        FacetValue("Home Office", 3, "/?q=buses&answering_body=Home+Office"),
        FacetValue("Treasury", 1, "/?q=buses&answering_body=Treasury"),
    )


def test_a_value_that_is_chosen_leads_to_the_search_without_it():
    address = ADDRESS.with_one("house", "Lords")
    found = facets_shown({"house": counts(("Lords", 2))}, address)
    assert found[0].first == (FacetValue("Lords", 2, "/?q=buses", is_chosen=True),)


def test_what_all_answers_have_narrows_nothing_and_is_not_shown():
    assert facets_shown({"house": counts(("Lords", 2)), "minister": counts((None, 2)), "kind": ()}, ADDRESS) == ()


def test_answers_that_lack_a_fact_are_counted_without_a_link():
    found = facets_shown({"minister": counts(("Dee Placeholder", 2), (None, 1))}, ADDRESS)
    assert found[0].first[1] == FacetValue("not in the source", 1, "")


def test_values_past_the_first_are_shown_when_they_are_asked_for():
    many = counts(*((f"Minister {number}", 1) for number in range(8)))
    found = facets_shown({"minister": many}, ADDRESS)[0]
    assert [one.label for one in found.first] == [f"Minister {number}" for number in range(6)]
    assert [one.label for one in found.more] == ["Minister 6", "Minister 7"]


def test_kinds_and_findings_are_told_in_words():
    found = facets_shown({"kind": counts(("substantive", 2), ("holding", 1))}, ADDRESS)[0]
    assert [(one.label, one.href) for one in found.first] == [
        ("Substantive answer", "/?q=buses&kind=substantive"),
        ("Holding answer, not a reply", "/?q=buses&kind=holding"),
    ]


def test_months_are_told_by_year_the_newest_first_and_those_without_an_answer_left_out():
    months = counts(("2023-12", 1), ("2024-02", 2), ("2024-03", 0), (None, 4))
    found = years_shown({"month": months}, ADDRESS.with_one("answered_from", "2020-01-01"))
    assert [(year.name, year.is_open) for year in found] == [("2024", False), ("2023", False)]
    assert found[0].href == "/?q=buses&answered_from=2024-01-01&answered_to=2024-12-31"
    assert found[0].months == (
        FacetValue("February 2024", 2, "/?q=buses&answered_from=2024-02-01&answered_to=2024-02-29"),
    )


def test_the_months_of_the_only_year_are_open():
    assert years_shown({"month": counts(("2024-02", 2))}, ADDRESS)[0].is_open
    assert years_shown({}, ADDRESS) == ()
