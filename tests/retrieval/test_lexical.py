from __future__ import annotations

import gc
import math
import random
import re
import tempfile
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval import lexical
from retrieval.errors import NoTemporaryFolder, SnapshotDamaged
from retrieval.lexical import LexicalDocument, LexicalIndex, write_lexical

# Words that the stemmer leaves alone, so that the oracle needs none.
WORDS = ("bako", "dufi", "gemo", "lipu", "nora", "tuve", "zika", "wexo")
CHANCE = random.Random(5)
# At most 30 words: tantivy stores the lengths of longer texts rounded.
TEXTS = [
    " ".join(CHANCE.choices(WORDS, weights=(30, 20, 10, 5, 3, 2, 1, 1), k=CHANCE.randint(1, 30))) for _ in range(300)
]
COUNT = len(TEXTS)
QUESTIONS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
ROWS = st.sets(st.integers(0, COUNT - 1), min_size=1).map(lambda rows: np.array(sorted(rows), dtype=np.int64))


def index_of(folder: Path, *texts: str, about: str = "") -> LexicalIndex:
    write_lexical(folder, [LexicalDocument(about, text) for text in texts])
    return LexicalIndex.read(folder)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return index_of(tmp_path_factory.mktemp("words") / "lexical", *TEXTS)


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Give what lists the temporary folders that were made for indexes and are still there."""
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    return lambda: sorted(path.name for path in own.iterdir())


def slow_scores(question: str) -> list[float]:
    """Score every text in plain Python, by the formula as it is printed, times k1 + 1."""
    listed = [text.split() for text in TEXTS]
    average = sum(len(words) for words in listed) / COUNT
    scores = [0.0] * COUNT
    for word in dict.fromkeys(question.split()):
        having = sum(word in words for words in listed)
        idf = math.log(1 + (COUNT - having + 0.5) / (having + 0.5))
        for row, words in enumerate(listed):
            often = words.count(word)
            scores[row] += 2.2 * idf * often / (often + 1.2 * (1 - 0.75 + 0.75 * len(words) / average))
    return scores


@settings(max_examples=40, deadline=None)
@given(question=QUESTIONS)
def test_scores_are_those_of_the_printed_formula(index: LexicalIndex, question: str) -> None:
    expected = slow_scores(question)
    found, scores = index.search(question, COUNT)
    assert scores == pytest.approx(np.array(expected)[found], rel=1e-5)
    assert sorted(found.tolist()) == [row for row in range(COUNT) if expected[row] > 0]


@settings(max_examples=40, deadline=None)
@given(
    question=QUESTIONS,
    others=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True), max_size=3),
    rows=ROWS,
)
def test_an_alternative_counts_in_the_place_of_the_words_it_stands_for_where_that_is_more(
    index: LexicalIndex, question: str, others: list[list[str]], rows: NDArray[np.int64]
) -> None:
    first, *rest = dict.fromkeys(question.split())
    ways = [slow_scores(first)]
    ways += [[score / math.sqrt(len(words)) for score in slow_scores(" ".join(words))] for words in others]
    expected = np.max(ways, axis=0) + np.array(slow_scores(" ".join(rest)))
    alternatives = [(first, " ".join(words)) for words in others]
    found, scores = index.search(question, COUNT, alternatives=alternatives)
    assert scores == pytest.approx(expected[found], rel=1e-5)
    assert sorted(found.tolist()) == np.flatnonzero(expected).tolist()
    assert index.scores(question, rows, alternatives) == pytest.approx(expected[rows], rel=1e-5)


def test_an_alternative_of_a_word_that_is_never_looked_up_counts_by_itself(tmp_path: Path) -> None:
    index = index_of(tmp_path / "lexical", "invented bells", "lanterns", "bells")
    # "it" is among the commonest words, which are left out.
    assert index.search("is it", 9)[0].tolist() == []
    assert index.search("is it", 9, alternatives=[("it", "invented bells")])[0].tolist() == [0, 2]
    assert index.search("is it", 9, alternatives=[("it", "of the")])[0].tolist() == []


@settings(max_examples=40, deadline=None)
@given(question=QUESTIONS)
def test_rows_come_by_falling_score_and_ties_by_row(index: LexicalIndex, question: str) -> None:
    found, scores = index.search(question, COUNT)
    ranked = list(zip((-scores).tolist(), found.tolist(), strict=True))
    assert ranked == sorted(ranked)


@settings(max_examples=40, deadline=None)
@given(question=QUESTIONS, k=st.integers(1, COUNT), rows=st.one_of(st.none(), ROWS), few=st.sampled_from([0, 2_000]))
def test_allowed_rows_give_what_filtering_the_whole_ranking_gives(
    index: LexicalIndex, question: str, k: int, rows: NDArray[np.int64] | None, few: int
) -> None:
    whole, whole_scores = index.search(question, COUNT)
    kept = np.ones(len(whole), dtype=bool) if rows is None else np.isin(whole, rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexical, "_FEW_ROWS", few)  # With 0 all selections are of many rows.
        found, scores = index.search(question, k, rows)
    assert found.tolist() == whole[kept][:k].tolist()
    assert scores.tolist() == whole_scores[kept][:k].tolist()


@settings(max_examples=40, deadline=None)
@given(question=QUESTIONS, small=st.integers(1, 60), more=st.integers(1, 200), rows=st.one_of(st.none(), ROWS))
def test_a_larger_k_extends_a_smaller_one(
    index: LexicalIndex, question: str, small: int, more: int, rows: NDArray[np.int64] | None
) -> None:
    short, short_scores = index.search(question, small, rows)
    long, long_scores = index.search(question, small + more, rows)
    assert long[:small].tolist() == short.tolist()
    assert long_scores[:small].tolist() == short_scores.tolist()


@settings(max_examples=40, deadline=None)
@given(question=QUESTIONS, rows=ROWS, seed=st.randoms())
def test_the_scores_of_rows_are_those_that_a_search_gives(
    index: LexicalIndex, question: str, rows: NDArray[np.int64], seed: random.Random
) -> None:
    score_of = dict(zip(*(part.tolist() for part in index.search(question, COUNT)), strict=True))
    shuffled = rows.tolist()
    seed.shuffle(shuffled)
    assert index.scores(question, np.array(shuffled)).tolist() == [score_of.get(row, 0.0) for row in shuffled]


def test_a_question_with_no_word_that_is_looked_up_finds_nothing(index: LexicalIndex) -> None:
    for question in ("", "?!", "what is the", "unheardof"):
        found, scores = index.search(question, 5)
        assert (found.tolist(), scores.tolist()) == ([], [])
        assert index.scores(question, np.arange(3)).tolist() == [0.0, 0.0, 0.0]


def test_no_rows_allowed_finds_nothing(index: LexicalIndex) -> None:
    nothing = np.empty(0, np.int64)
    assert index.search("bako", 5, nothing)[0].tolist() == []
    assert index.scores("bako", nothing).tolist() == []


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    empty = index_of(tmp_path / "lexical")
    assert len(empty) == 0
    assert empty.search("bako", 5)[0].tolist() == []
    assert empty.with_phrase(["bako"]).tolist() == []


def test_equal_scores_are_ordered_by_row_and_the_earliest_kept(tmp_path: Path) -> None:
    same = index_of(tmp_path / "lexical", *["bako dufi"] * 700)
    assert len(same) == 700
    assert same.search("bako", 5)[0].tolist() == [0, 1, 2, 3, 4]
    odd = np.arange(1, 700, 2)
    assert same.search("bako", 3, odd)[0].tolist() == [1, 3, 5]


@pytest.mark.parametrize("few", [0, 2_000])
def test_the_earliest_of_tied_rows_are_kept_where_the_index_has_several_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    # A large index is written in several, and which of them tantivy reads first is left to it.
    folder = tmp_path / "lexical"
    folder.mkdir()
    written = tantivy.Index(lexical._schema(), path=str(folder))
    for name, analyser in lexical._analysers().items():
        written.register_tokenizer(name, analyser)
    for rows in (range(60, 90), range(30), range(30, 60)):
        writer = written.writer(heap_size=15_000_000, num_threads=1)
        for row in rows:
            made = tantivy.Document()
            made.add_text("evidence", "bako")
            made.add_unsigned("row", row)
            writer.add_document(made)
        writer.commit()
        writer.wait_merging_threads()
    monkeypatch.setattr(lexical, "_FEW_ROWS", few)
    index = LexicalIndex.read(folder)
    assert index._searcher.num_segments == 3
    assert index.search("bako", 7)[0].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert index.search("bako", 90)[0].tolist() == list(range(90))
    assert index.search("bako", 3, np.arange(1, 90, 2))[0].tolist() == [1, 3, 5]


def test_a_question_is_looked_up_by_the_stems_of_its_words_without_the_commonest(tmp_path: Path) -> None:
    index = index_of(tmp_path / "lexical", "Badgers were counted.", "The hedgehog is counted.", "Nothing.")
    assert index.stems("How many BADGERS were counting the badger?") == ("how", "mani", "badger", "were", "count")
    assert index.search("badger", 3)[0].tolist() == [0]
    assert sorted(index.search("counting", 3)[0].tolist()) == [0, 1]


def test_at_most_two_hundred_words_of_a_question_are_looked_up(index: LexicalIndex) -> None:
    words = [f"w{number}x" for number in range(300)]
    assert index.stems(" ".join(words)) == tuple(words[:200])


def test_what_a_passage_is_about_and_stands_under_is_ranked_by_and_not_in_a_phrase(tmp_path: Path) -> None:
    write_lexical(
        tmp_path / "lexical",
        [LexicalDocument("Rural ferries", "The grant is paid.", "Routes | Subsidy"), LexicalDocument("", "Ferries.")],
    )
    index = LexicalIndex.read(tmp_path / "lexical")
    assert set(index.search("ferry", 5)[0].tolist()) == {0, 1}
    assert index.search("subsidy", 5)[0].tolist() == [0]
    assert index.with_phrase(["ferries"]).tolist() == [1]
    assert index.with_phrase(["rural", "ferries"]).tolist() == []
    assert index.with_phrase(["grant", "is", "paid"]).tolist() == [0]


def test_case_and_accents_are_folded(tmp_path: Path) -> None:
    index = index_of(tmp_path / "lexical", "The Café at YNYS MÔN", "The cafe in Straße", "A coffee house")
    assert sorted(index.search("CAFÉ", 5)[0].tolist()) == [0, 1]
    assert index.words("Ynys Môn") == ("ynys", "mon")
    assert index.with_phrase(index.words("ynys môn")).tolist() == [0]
    assert index.with_phrase(index.words("STRASSE")).tolist() == [1]


PIECES = ("tax", "Tax", "taxes", "vat", "é", "É", "e", "the", "21", "St", "on", "-", ",", "’s", "_", "\n", "  ")
PIECED = [" ".join(CHANCE.choices(PIECES, k=CHANCE.randint(0, 12))) for _ in range(400)]


@pytest.fixture(scope="module")
def pieced(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    return index_of(tmp_path_factory.mktemp("phrases") / "lexical", *PIECED, about="tax vat the 21")


def slow_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower())
    return re.findall(r"[^\W_]+", "".join(letter for letter in plain if not unicodedata.combining(letter)))


@settings(max_examples=80, deadline=None)
@given(phrase=st.lists(st.sampled_from(PIECES), max_size=5).map(" ".join))
def test_a_phrase_is_found_exactly_where_its_folded_words_follow_one_another(pieced: LexicalIndex, phrase: str) -> None:
    words = pieced.words(phrase)
    assert list(words) == slow_words(phrase)
    if words:
        wanted = re.compile(rf"(?<!\S){re.escape(' '.join(words))}(?!\S)")
        expected = [row for row, text in enumerate(PIECED) if wanted.search(" ".join(slow_words(text)))]
        assert pieced.with_phrase(words).tolist() == expected


def test_reading_leaves_the_folder_as_it_was_even_where_it_cannot_be_written(
    tmp_path: Path, own_folders: Callable[[], list[str]]
) -> None:
    folder = tmp_path / "lexical"
    write_lexical(folder, [LexicalDocument("", "bako dufi")])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert not [name for name in before if name.endswith(".lock")]
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        index = LexicalIndex.read(folder)
        assert index.search("dufi", 1)[0].tolist() == [0]
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    finally:
        folder.chmod(0o755)


def test_the_folder_of_its_own_goes_when_the_index_goes(tmp_path: Path, own_folders: Callable[[], list[str]]) -> None:
    index = index_of(tmp_path / "lexical", "bako")
    assert len(own_folders()) == 1
    assert index.search("bako", 1)[0].tolist() == [0]
    del index
    gc.collect()
    assert own_folders() == []
    assert (tmp_path / "lexical" / "meta.json").is_file()


@pytest.mark.parametrize("harm", ["no folder", "no meta.json", "no JSON", "no terms"])
def test_a_damaged_index_says_build_again_and_leaves_nothing_behind(
    tmp_path: Path, own_folders: Callable[[], list[str]], harm: str
) -> None:
    folder = tmp_path / "lexical"
    if harm != "no folder":
        write_lexical(folder, [LexicalDocument("", "bako")])
    if harm == "no meta.json":
        (folder / "meta.json").unlink()
    elif harm == "no JSON":
        (folder / "meta.json").write_text("{", encoding="utf-8")
    elif harm == "no terms":
        next(folder.glob("*.term")).unlink()
    with pytest.raises(SnapshotDamaged, match=r"lexical/ is no index that tantivy can read .*build again"):
        LexicalIndex.read(folder)
    assert own_folders() == []


def test_several_threads_may_search_at_once(index: LexicalIndex) -> None:
    questions = [f"{one} {other}" for one in WORDS for other in WORDS] * 3
    expected = [index.search(question, 20)[0].tolist() for question in questions]
    with ThreadPoolExecutor(4) as threads:
        found = [rows.tolist() for rows, _ in threads.map(lambda question: index.search(question, 20), questions)]
    assert found == expected


def test_the_same_documents_give_the_same_ranking_twice(tmp_path: Path) -> None:
    one, other = (index_of(tmp_path / name, *TEXTS) for name in ("one", "other"))
    for question in ("bako", "zika nora", " ".join(WORDS)):
        first, second = one.search(question, 80), other.search(question, 80)
        assert first[0].tolist() == second[0].tolist()
        assert first[1].tolist() == second[1].tolist()


def test_a_folder_that_cannot_be_written_is_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "lexical").mkdir()
    with pytest.raises(FileExistsError):
        write_lexical(tmp_path / "lexical", [])


def test_decomposed_letters_are_the_words_that_composed_ones_are(tmp_path: Path) -> None:
    write_lexical(tmp_path / "l", [LexicalDocument("Cafe\u0301s", "About Sinn Fe\u0301in.")])
    index = LexicalIndex.read(tmp_path / "l")
    assert index.stems("Fe\u0301in") == index.stems("F\u00e9in") == index.stems("Fein")
    for question in ("Fe\u0301in", "F\u00e9in", "fein", "caf\u00e9s"):
        assert index.search(question, 1)[0].tolist() == [0]


def test_a_phrase_is_found_across_a_word_of_any_length(tmp_path: Path) -> None:
    text = f"see 5,600 {'x' * 70} afterwards"
    write_lexical(tmp_path / "l", [LexicalDocument("", text), LexicalDocument("", "see 5,600 afterwards")])
    index = LexicalIndex.read(tmp_path / "l")
    assert index.with_phrase(index.words(text)).tolist() == [0]
    assert index.with_phrase(index.words("5,600 afterwards")).tolist() == [1]


def test_those_with_all_words_are_told_from_those_with_some(tmp_path: Path) -> None:
    texts = ("lanterns of Kent", "lantern festivals", "a Kentish lantern, kent", "ferries")
    write_lexical(tmp_path / "l", [LexicalDocument("", text) for text in texts])
    index = LexicalIndex.read(tmp_path / "l")
    assert index.with_all_words("the lanterns in Kent", np.arange(4)) == {0, 2}
    assert index.with_all_words("the lanterns in Kent", np.array([1, 2])) == {2}
    assert index.with_all_words("of the", np.arange(4)) == frozenset()
    assert index.with_all_words("lanterns", np.array([], dtype=np.int64)) == frozenset()


def test_no_place_for_temporary_files_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_lexical(tmp_path / "l", [LexicalDocument("", "lanterns")])

    def refused(prefix: str) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("retrieval.lexical.mkdtemp", refused)
    with pytest.raises(NoTemporaryFolder, match="set TMPDIR"):
        LexicalIndex.read(tmp_path / "l")
    monkeypatch.setattr("retrieval.lexical.mkdtemp", lambda prefix: str(tmp_path / "gone"))
    with pytest.raises(NoTemporaryFolder, match="set TMPDIR"):
        LexicalIndex.read(tmp_path / "l")


def test_an_index_in_memory_finds_what_one_on_disk_finds(tmp_path: Path):
    documents = [LexicalDocument(f"Roads {n}", f"pothole {'tar ' * n}", "gravel") for n in range(5)]
    write_lexical(tmp_path / "lexical", documents)
    on_disk, in_memory = LexicalIndex.read(tmp_path / "lexical"), LexicalIndex.of(documents)
    assert len(in_memory) == 5
    rows, scores = on_disk.search("potholes of tar", 5)
    rows_in_memory, scores_in_memory = in_memory.search("potholes of tar", 5)
    assert rows.tolist() == rows_in_memory.tolist()
    assert scores.tolist() == scores_in_memory.tolist()
    assert len(LexicalIndex.of([])) == 0


def test_a_word_tells_the_more_the_fewer_passages_have_it():
    index = LexicalIndex.of([LexicalDocument("Roads", text) for text in ("tar", "tar", "tar gravel", "sand")])
    found = index.weights(index.stems("roads tar gravel zebra"))
    expected = {
        stem: math.log(1 + (4 - often + 0.5) / (often + 0.5))
        for stem, often in {"road": 4, "tar": 3, "gravel": 1, "zebra": 0}.items()
    }
    assert found == pytest.approx(expected)


def test_few_rows_have_the_same_scores_one_by_one_and_as_a_set(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, question = np.arange(1, len(TEXTS), 2, dtype=np.int64), " ".join(TEXTS[1].split()[:3])
    one_by_one = index.scores(question, rows), index.with_all_words(question, rows)
    monkeypatch.setattr(lexical, "_ONE_BY_ONE", 0)
    as_a_set = index.scores(question, rows), index.with_all_words(question, rows)
    assert one_by_one[0].tolist() == as_a_set[0].tolist()
    assert one_by_one[0].max() > 0
    assert 1 in one_by_one[1]
    assert one_by_one[1] == as_a_set[1]
