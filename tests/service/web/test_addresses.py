from urllib.parse import parse_qsl, urlsplit

from service.web.addresses import Address, answer_href

SEARCH = Address((("q", "bus & rail"), ("house", "Lords"), ("house", "Commons")))


def test_an_address_without_parameters_is_its_path():
    assert Address().href == "/"
    assert Address((), "/timeline").href == "/timeline"


def test_an_address_is_read_back_as_it_was_given():
    assert SEARCH.href == "/?q=bus+%26+rail&house=Lords&house=Commons"
    assert tuple(parse_qsl(urlsplit(SEARCH.href).query)) == SEARCH.pairs


def test_a_value_is_added_once():
    assert SEARCH.with_one("house", "Lords") is SEARCH
    assert SEARCH.with_one("party", "Labour").pairs[-1] == ("party", "Labour")


def test_one_value_takes_the_place_of_all():
    assert SEARCH.with_only("house", "Lords").pairs == (("q", "bus & rail"), ("house", "Lords"))
    assert SEARCH.with_only("house", None).pairs == (("q", "bus & rail"),)


def test_one_of_two_values_is_taken_away_and_the_other_stays():
    assert SEARCH.without_one("house", "Lords").given("house") == ("Commons",)
    assert SEARCH.without("house", "q").pairs == ()
    assert SEARCH.only({"house"}).given("q") == ()


def test_the_same_search_is_found_at_another_path():
    assert Address((("q", "bus"),)).at("/v1/export", [("match", "exact")]).href == "/v1/export?q=bus&match=exact"


def test_a_passage_has_an_address_that_its_text_names():
    assert answer_href("commons-2025-01-13-205") == "/answers/commons-2025-01-13-205"
    assert answer_href("a/b", "0123456789abcdef", 3) == "/answers/a%2Fb?passage=0123456789abcdef#p3"
