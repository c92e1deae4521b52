from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from retrieval import answering
from retrieval.answering import answering_sentences, answering_sentences_by_words, coverage, likeness, part
from retrieval.encoders import Encoder, EncoderIdentity, SentenceEncoder, TokenVectors, unit_rows
from retrieval.hit_results import Span
from retrieval.models import STOCK_MODEL

LANTERNS = "The quay is long. Forty lanterns were lit on the invented quay. Ministers are grateful."
HEADING = "Lanterns: Quays\nHow many lanterns were lit on the quay, and when?\n"


class Prefixed:
    """An encoder that asks for words before a question and before a passage."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.read: list[str] = []
        self.precision, self.fits = encoder.precision, encoder.fits

    @property
    def identity(self) -> EncoderIdentity:
        return replace(self.encoder.identity, query_prefix="grateful ministers: ", document_prefix="quay: ")

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda done: None
    ) -> NDArray[np.float32]:
        return self.encoder.encode_documents(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encoder.encode_queries(texts)

    def encode_tokens(self, texts: Sequence[str], *, in_context: bool = True) -> list[TokenVectors]:
        self.read.extend(texts)
        return self.encoder.encode_tokens(texts, in_context=in_context)


def marked(question: str, text: str, encoder: Encoder, before: str = "") -> str | None:
    span = answering_sentences(question, [text], [before + text], encoder)[0]
    return text[span.start : span.end] if span else None


def tokens(*vectors: Sequence[float]) -> TokenVectors:
    spans = np.array([(place, place + 1) for place in range(len(vectors))], dtype=np.int64).reshape(-1, 2)
    return TokenVectors(spans, np.array(vectors, dtype=np.float32).reshape(len(vectors), 2))


def test_the_sentence_that_speaks_to_most_of_the_question_is_marked(toy_encoder: Encoder):
    assert (
        marked("how many lanterns were lit", LANTERNS, toy_encoder) == "Forty lanterns were lit on the invented quay."
    )
    assert marked("are ministers grateful", LANTERNS, toy_encoder) == "Ministers are grateful."


def test_what_is_read_before_a_passage_moves_no_mark(toy_encoder: Encoder):
    question = "how many lanterns were lit"
    assert marked(question, LANTERNS, toy_encoder, HEADING) == "Forty lanterns were lit on the invented quay."


def test_several_passages_each_have_a_mark_of_their_own(toy_encoder: Encoder):
    other = "No lanterns were lit. The harbour is wide."
    texts = [LANTERNS, "", "One sentence of lanterns.", other]
    found = answering_sentences("lanterns lit", texts, [HEADING + text for text in texts], toy_encoder)
    assert found == [Span(18, 63), None, Span(0, 25), Span(0, 21)]


def test_an_address_alone_is_no_sentence_that_answers(toy_encoder: Encoder):
    text = "It is published here.\nhttps://example.org/lanterns-lit-on-the-quay\nMinisters are grateful."
    asked = "https://example.org/lanterns-lit-on-the-quay"
    assert marked(asked, text, toy_encoder) in {"It is published here.", "Ministers are grateful."}
    assert marked(asked, asked, toy_encoder) == asked


def test_a_passage_of_one_sentence_is_marked_without_being_read(toy_encoder: Encoder):
    encoder = Prefixed(toy_encoder)
    assert marked("lanterns", "One sentence of lanterns.", encoder) == "One sentence of lanterns."
    assert encoder.read == []


def test_the_prefixes_of_a_model_are_read_but_are_no_part_of_question_or_passage(toy_encoder: Encoder):
    encoder = Prefixed(toy_encoder)
    assert marked("forty lanterns", LANTERNS, encoder, HEADING) == "Forty lanterns were lit on the invented quay."
    assert encoder.read == ["grateful ministers: forty lanterns", "quay: " + HEADING + LANTERNS]


def test_a_sentence_past_the_window_is_not_marked(toy_encoder: Encoder):
    text = "Piers " * 60 + "end. " + "Piers " * 60 + "stop. Forty lanterns were lit."
    assert marked("forty lanterns", text, toy_encoder) == ("Piers " * 60 + "end.")


def test_a_question_without_a_word_marks_the_first_sentence(toy_encoder: Encoder):
    assert marked("...", LANTERNS, toy_encoder) == "The quay is long."


def test_by_words_a_rare_word_of_the_question_counts_more_than_a_common_one(toy_encoder: Encoder):
    question, telling = "how many lanterns are there", "Ministers are grateful."
    lit = "Forty lanterns were lit on the invented quay."
    for weights, wanted in (({"lanterns": 5.0, "are": 1.0}, lit), ({"lanterns": 1.0, "are": 5.0}, telling)):
        texts = [LANTERNS, "", "One sentence."]
        found = answering_sentences_by_words(question, texts, lambda word: weights.get(word, 0.0), toy_encoder)  # noqa: B023
        assert found[0]
        assert LANTERNS[found[0].start : found[0].end] == wanted
        assert found[1:] == [None, Span(0, 13)]


def test_by_words_a_question_of_which_no_word_tells_marks_the_first_sentence(toy_encoder: Encoder):
    found = answering_sentences_by_words("lanterns", [LANTERNS], lambda word: 0.0, toy_encoder)
    assert found == [Span(0, 17)]


@st.composite
def texts_in_tokens(draw: st.DrawFn) -> tuple[TokenVectors, list[tuple[int, int]]]:
    """Return tokens one after another, of any lengths and with any gaps, and parts of their text in any order."""
    gaps = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4)), max_size=12))
    ends = np.cumsum([before + length for before, length in gaps], dtype=np.int64)
    spans = np.stack([ends - [length for _, length in gaps], ends], axis=1) if gaps else np.zeros((0, 2), np.int64)
    vectors = draw(arrays(np.float32, (len(gaps), 3), elements=st.sampled_from([0.0, -1.0, 0.5, 2.0, 30.0])))
    places = st.integers(0, int(ends[-1]) + 2 if gaps else 2)
    parts = draw(st.lists(st.tuples(places, places).map(lambda both: (min(both), max(both))), min_size=1, max_size=5))
    return TokenVectors(spans, vectors), parts


@given(
    asked=arrays(np.float32, (4, 3), elements=st.sampled_from([0.0, 1.0, -0.5, 3.0])),
    read=texts_in_tokens(),
    weights=arrays(np.float32, 4, elements=st.sampled_from([0.0, 1.0, 2.5])),
)
def test_by_words_each_part_is_covered_as_if_it_stood_alone(
    asked: NDArray[np.float32],
    read: tuple[TokenVectors, list[tuple[int, int]]],
    weights: NDArray[np.float32],
) -> None:
    tokens, parts = read
    found = answering._coverage_of_spans(unit_rows(asked), tokens, parts, weights)
    if not weights.any() or not len(tokens.spans):
        assert found.tolist() == [0.0] * len(parts)
        return
    for share, (first, last) in zip(found.tolist(), parts, strict=True):
        alone = unit_rows(part(tokens, first, last).vectors)
        if not len(alone):
            assert share == -1.0
            continue
        nearest = [max(float(one @ other) for other in alone) for one in unit_rows(asked)]
        assert share == pytest.approx(float(np.average(nearest, weights=weights)), abs=1e-5)


def test_a_part_has_the_tokens_that_lie_wholly_in_it(toy_encoder: Encoder):
    whole = toy_encoder.encode_tokens(["One two three"])[0]
    assert part(whole, 2, 13).spans.tolist() == [[4, 7], [8, 13]]
    assert part(whole, 2, 13).vectors.tolist() == whole.vectors[1:].tolist()


def test_likeness_is_the_cosine_of_the_means():
    found = likeness(tokens((2, 0), (0, 2)), [tokens((1, 1)), tokens((3, 0)), tokens((-1, 0), (0, -1)), tokens()])
    assert found.tolist() == pytest.approx([1, 0.5**0.5, -1, -1])


def test_coverage_is_the_mean_over_the_question_of_the_nearest_token_of_a_sentence():
    asked = tokens((2, 0), (0, 1))
    found = coverage(asked, [tokens((5, 0), (0, 1)), tokens((1, 0)), tokens((3, 4)), tokens()])
    assert found.tolist() == pytest.approx([1, 0.5, (0.6 + 0.8) / 2, -1])


@pytest.mark.model
def test_a_sentence_is_understood_by_what_it_stands_among():
    text = (
        "The Invented Bridge over the river closed for repairs last spring. The Department is aware of the views of "
        "local people. It will open again in March."
    )
    question = "when does the invented bridge open again"
    assert marked(question, text, SentenceEncoder(STOCK_MODEL), "Invented Bridge\n") == "It will open again in March."
