"""The page that tells whether a question has been asked before, as it is served."""

import re

import pytest
from fastapi.testclient import TestClient

LANTERNS = "how many invented lanterns were lit in district 3"
READER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PATH = "/asked"


def _words(page: str) -> str:
    """Return what a page says, without its mark-up, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("&#39;", "'").split())


def test_the_empty_page_says_what_it_does_and_whose_the_last_word_is(filled_client: TestClient):
    found = filled_client.get(PATH, headers=READER)
    assert found.status_code == 200
    assert "The Table Office has the last word." in _words(found.text)
    assert '<option value="Ministry of Imaginary Works"></option>' in found.text
    assert 'id="found"' not in found.text


def test_a_draft_is_compared_on_the_page_and_kept_by_no_cache(filled_client: TestClient):
    found = filled_client.post(PATH, data={"text": LANTERNS}, headers=READER)
    told = _words(found.text)
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")
    assert found.headers["referrer-policy"] == "no-referrer"
    assert "A question in the same words has been tabled." in told
    assert "Awaiting an answer" in told
    assert "Not answered yet: it was due 7 June 2026." in told
    assert "HC Written Question 3, tabled 4 June 2026" in told
    assert "Compared with 14 answered questions and 1 question that waits for an answer." in told
    assert f">{LANTERNS}</textarea>" in found.text


@pytest.mark.parametrize(
    ("district", "badge", "state"),
    [
        ("4", "Holding answer only", "Only a holding answer was given on"),
        ("10", "Points to another answer", "by pointing to the answer of 9 June 2026 that is shown with it."),
        ("5", "Answered", "corrected on"),
    ],
)
def test_what_a_question_has_got_is_a_badge_and_a_sentence(
    filled_client: TestClient, district: str, badge: str, state: str
):
    draft = f"how many invented lanterns were lit in district {district}"
    told = _words(filled_client.post(PATH, data={"text": draft}, headers=READER).text)
    assert f"The same words {badge}" in told
    assert state in told


def test_the_words_that_differ_are_marked_in_the_question(filled_client: TestClient):
    found = filled_client.post(
        PATH, data={"text": "how many invented lanterns were lit in district 99"}, headers=READER
    )
    assert "lit in district <mark>" in found.text
    assert "Marked: words that your draft lacks or has otherwise." in found.text


def test_parts_are_told_with_the_nearest_answer(filled_client: TestClient):
    draft = "how many invented lanterns were lit in (a) district 1 and (b) the zebra house"
    told = _words(filled_client.post(PATH, data={"text": draft}, headers=READER).text)
    assert "No answer found here to part (b)." in told
    assert "Nearest answer to part (b)" in told


def test_limits_are_kept_in_the_form_and_applied(filled_client: TestClient):
    given = {"text": LANTERNS, "house": "Lords", "answering_body": "Ministry of Imaginary Works"}
    found = filled_client.post(PATH, data=given, headers=READER)
    assert '<option value="Lords" selected>' in found.text
    assert 'value="Ministry of Imaginary Works" autocomplete' in found.text
    assert "but the filters leave them out" in _words(found.text)


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"text": "  "}, "text", "Your draft: it is empty: paste the question that you mean to table"),
        ({"text": "x " * 2_001}, "text", "Your draft: it has 4,002 characters, at most 4,000 are read"),
        (
            {"text": "x", "answering_body": "Ministry of Zebras"},
            "answering_body",
            "'Ministry of Zebras' is not in what",
        ),
        ({"text": "x", "house": "Keys"}, "house", "'Keys' is not one of Commons, Lords"),
        ({"text": "x", "tetx": "y"}, "text", "Form: there is no such field here: use the form as it is"),
    ],
)
def test_what_cannot_be_used_is_told_beside_its_field(
    filled_client: TestClient, given: dict[str, str], field: str, reason: str
):
    found = filled_client.post(PATH, data=given, headers=READER)
    assert (found.status_code, found.headers["cache-control"]) == (422, "no-store")
    assert reason in _words(found.text)
    assert f'<a href="#{field}">' in found.text
    assert "<title>Error: Has it been asked?" in found.text


@pytest.mark.parametrize("letter", ["é", "語", "🏮"])
def test_a_draft_far_too_long_in_any_script_comes_back_with_what_is_wrong(filled_client: TestClient, letter: str):
    fits = filled_client.post(PATH, data={"text": letter * 4_000}, headers=READER)
    assert (fits.status_code, 'maxlength="4000"' in fits.text) == (200, True)
    found = filled_client.post(PATH, data={"text": letter * 20_000}, headers=READER)
    assert (found.status_code, found.headers["cache-control"]) == (422, "no-store")
    assert "it has 20,000 characters, at most 4,000 are read" in _words(found.text)
    assert f">{letter * 20_000}</textarea>" in found.text


def test_a_file_in_the_place_of_the_draft_is_refused(filled_client: TestClient):
    found = filled_client.post(PATH, files={"text": ("draft.txt", b"x")}, headers=READER)
    assert (found.status_code, "it is a file: paste its text instead" in found.text) == (422, True)


def test_a_draft_in_the_address_is_refused(filled_client: TestClient):
    assert filled_client.get(PATH, params={"text": "x"}, headers=READER).status_code == 422


def test_the_text_of_a_draft_is_escaped(filled_client: TestClient):
    found = filled_client.post(PATH, data={"text": "</textarea><script>x</script>"}, headers=READER)
    assert "<script>x" not in found.text
    assert "&lt;/textarea&gt;&lt;script&gt;x" in found.text
