"""The House that the wording of a question tells."""

import pytest

from retrieval.records import House
from retrieval.sources import house_from_wording


@pytest.mark.parametrize(
    "opening",
    [
        "To ask His Majesty's Government what",
        "To ask Her Majesty’s Government whether",
        "To ask the Senior Deputy Speaker how many",
    ],
)
def test_a_question_to_the_government_as_a_whole_is_a_lords_question(opening):
    assert house_from_wording(opening) is House.LORDS


@pytest.mark.parametrize(
    "opening",
    [
        "To ask the Secretary of State for Justice, how",
        "To ask the Minister for the Cabinet Office, what",
        "To ask the Prime Minister, if",
        "To ask the Deputy Prime Minister, if",
        "To ask the Chancellor of the Exchequer, what",
        "To ask the Attorney General, how",
        "To ask the Solicitor General, how",
        "To ask the Church Commissioners, how",
        "To ask the hon. Member for Battersea, representing the Church Commissioners, what",
        "To ask the Right hon. Member for Meon Valley, representing the House of Commons Commission, if",
        "To ask the Rt hon. Member for Meon Valley, representing the House of Commons Commission, if",
        "To ask the Member for Broxbourne, representing the House of Commons Commission, if",
    ],
)
def test_a_question_to_a_minister_by_office_or_to_a_member_is_a_commons_question(opening):
    assert house_from_wording(opening) is House.COMMONS


@pytest.mark.parametrize(
    "opening",
    [
        "To ask the Leader of the House, if",
        "What discussions he has had with the Secretary of State for Justice.",
        "To ask the Ministerial car pool how many",
        "",
    ],
)
def test_wording_that_could_be_of_either_house_tells_none(opening):
    assert house_from_wording(opening) is None
