"""What a corpus explains of its short forms."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.acronyms import MOST_LONG_FORMS, Acronym, Acronyms, LongForm, folded_long, long_form, pairs_in
from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import SnapshotDamaged
from tests.retrieval.conftest import Invented


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("Lanterns with Painted Invented Glass (LPIG) break.", [("LPIG", "Lanterns with Painted Invented Glass")]),
        ("The LPIG (lanterns with painted invented glass) broke.", [("LPIG", "lanterns with painted invented glass")]),
        ("We pay the Office for Belfry Repairs (OBR).", [("OBR", "Office for Belfry Repairs")]),
        ("We asked the Department for Bells (DfB) to act.", [("DfB", "Department for Bells")]),
        ("Ask all bell ringing practitioners (BRPs) now", [("BRPs", "bell ringing practitioners")]),
        ("the Bell Ringers’ Fund (‘BRF’)", [("BRF", "Bell Ringers’ Fund")]),
        ("the Bell Ringers’ Fund’s (BRF) rules", [("BRF", "Bell Ringers’ Fund")]),
        ("Bells, Ropes and Towers Board (BRTB)", [("BRTB", "Bells, Ropes and Towers Board")]),
        ("pre-lit lanterns (PLL)", [("PLL", "pre-lit lanterns")]),
        ("ultralight belfries (ULB)", [("ULB", "ultralight belfries")]),
        ("in toto lighting (ITL)", [("ITL", "in toto lighting")]),
        ("Belfry and Tower Office (BTO) and Tower Rope Office (TRO)", [
            ("BTO", "Belfry and Tower Office"),
            ("TRO", "Tower Rope Office"),
        ]),
    ],
)  # fmt: skip
def test_a_long_form_stands_before_or_within_the_brackets(text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(pairs_in(text)) == pairs


@pytest.mark.parametrize(
    "text",
    [
        "parts (a) and (b)",
        "Some Great Lanterns (sgl)",
        "Invented Volume (IV)",
        "lanterns of many kinds (QXZ)",
        "All lit by glow. Lanterns (ALBGL)",
        "lanterns (LN)",
        "money for and Lantern Bureau (ALB)",
        "Office For Lanterns (EOFL)",
        "the LPIG (which lasts for a painted invented glass age)",
        "long list of every other kind of lantern and then many more of glass (LG)",
        "(ILB)",
        "",
    ],
)
def test_what_explains_no_short_form_is_none(text: str) -> None:
    assert list(pairs_in(text)) == []


def test_initials_settle_where_a_long_form_begins() -> None:
    # By the letters alone, from the end, the nearest "a" that begins a word would do: "and Lantern Board".
    assert long_form("ALB", "the Amber and Lantern Board") == "Amber and Lantern Board"


def test_without_initials_the_letters_settle_it() -> None:
    assert long_form("UKBI", "the UK Bells and Ironwork") == "UK Bells and Ironwork"
    assert long_form("ULB", "the ultralight belfry") == "ultralight belfry"


def test_a_long_form_has_no_more_words_than_schwartz_and_hearst_allow() -> None:
    assert long_form("AZ", "amber glows on Zeds") == "amber glows on Zeds"
    assert long_form("AZ", "amber glows brightly on Zeds") is None


def test_two_records_must_agree_and_one_counts_once() -> None:
    said = "The Invented Lantern Board (ILB) met. The Invented Lantern Board (ILB) sat."
    assert Acronyms.of([(said, said)]) == Acronyms()
    found = Acronyms.of([(said, said), ("Ask the ILB (Invented Lantern Board).", "No.")])
    assert found.acronyms == (Acronym("ILB", (LongForm("Invented Lantern Board", 2),), capitals=False),)


def test_spellings_are_one_and_the_commonest_is_kept() -> None:
    texts = ["Invented lantern boards (ILBs)", "Invented Lantern-Board (ILB)", *["Invented Lantern Board (ILB)"] * 2]
    (found,) = Acronyms.of([(text,) for text in texts]).acronyms
    assert (found.short, found.long) == ("ILB", (LongForm("Invented Lantern Board", 4),))


def test_an_ambiguous_short_form_keeps_what_a_tenth_of_its_mentions_say_and_three_at_most() -> None:
    def table(**records: int) -> list[tuple[str, int]]:
        told = [(f"the Invented {name.title()} Board (ILB)", count) for name, count in records.items()]
        texts = [(text,) for text, count in told for _ in range(count)]
        (found,) = Acronyms.of(texts).acronyms
        return [(one.words, one.records) for one in found.long]

    assert table(lantern=18, lamp=2) == [("Invented Lantern Board", 18), ("Invented Lamp Board", 2)]
    assert table(lantern=19, lamp=2) == [("Invented Lantern Board", 19)]
    assert len(table(lantern=3, lamp=3, light=2, limb=2)) == MOST_LONG_FORMS


def test_a_short_form_that_is_a_word_of_the_corpus_counts_in_capitals_alone() -> None:
    told = [("the Glass Lantern Office Warden (GLOW)",)] * 2 + [("the Invented Lantern Board (ILB)",)] * 2
    address = [("see www.ilb.example, or write to desk@ilb.example or ilb-desk",)] * 9
    lit = [("lanterns that glow, at night.",)] * 3
    assert {one.short: one.capitals for one in Acronyms.of(told + address + lit).acronyms} == {
        "GLOW": True,
        "ILB": False,
    }
    assert [one.capitals for one in Acronyms.of(told + lit[:2]).acronyms] == [False, False]
    assert [one.capitals for one in Acronyms.of([("glass lanterns (GL)",)] * 2).acronyms] == [True]


SMALL = {"and", "of", "the"}
NAMED = [*sorted(SMALL), "amber", "belfry", "candle", "dome"]
WORDS = st.lists(st.sampled_from(NAMED), min_size=2, max_size=4, unique=True)


@given(WORDS.filter(lambda words: not {words[0], words[-1]} & SMALL))
def test_the_initials_of_a_name_bring_back_that_name_however_it_is_led_up_to(words: list[str]) -> None:
    short = "".join(word[0] for word in words if word not in SMALL).upper()
    name = " ".join(words)
    assert long_form(short, name) == name
    assert long_form(short, f"we wrote to {name}") == name


@given(st.lists(st.sampled_from(["Invented Lantern Board (ILB)", "ILB (iron lantern bolts)", "no ilb", "a bell (b)"])))
def test_the_order_of_the_records_changes_nothing(texts: list[str]) -> None:
    assert Acronyms.of([(text,) for text in texts]) == Acronyms.of([(text,) for text in sorted(texts)])


@given(st.text(alphabet="aAbB (),.&’'s-\n", max_size=80))
def test_any_text_is_read_and_a_long_form_has_the_letters_in_order(text: str) -> None:
    for short, long in pairs_in(text):
        letters = iter(long.lower())
        assert all(one in letters for one in short.lower() if one.isalnum())


def test_folding_leaves_only_what_tells_two_long_forms_apart() -> None:
    assert folded_long("The Ministry of Bells & Ropes’ Authorities") == "ministry of bell and rope authority"
    assert folded_long("lantern-organization class") == "lantern organisation class"


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    table = Acronyms((Acronym("ILB", (LongForm("Invented Lantern Board’s", 2),), capitals=True),))
    table.write(tmp_path / "expansions.json")
    assert Acronyms.read(tmp_path / "expansions.json") == table
    assert Acronyms.read(tmp_path / "not_there.json") == Acronyms()


@pytest.mark.parametrize("content", [b"", b"[]", b'{"acronyms": [{"short": 1}]}', b"\xff"])
def test_a_file_that_is_no_table_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "expansions.json").write_bytes(content)
    with pytest.raises(SnapshotDamaged, match=r"expansions\.json can't be read .*: build again"):
        Acronyms.read(tmp_path / "expansions.json")


def test_a_snapshot_has_a_table(built_once: Path) -> None:
    corpus = Corpus.open(built_once)
    assert "expansions.json" in corpus.manifest.files


def test_an_answer_to_several_questions_explains_a_short_form_once(
    tmp_path: Path, invented: Invented, toy_encoder: Encoder
) -> None:
    slip, shared = "<p>We asked the Invented Lamp Board (ILB).</p>", "<p>The Belfry Rope Office (BRO) rang.</p>"
    answers = [slip, slip, slip, shared, shared.replace("rang", "sang")]
    raws = [invented.raw(number, answerText=text) for number, text in enumerate(answers, start=1)]
    build([invented.file(tmp_path / "answers.jsonl", raws)], tmp_path / "data", toy_encoder)
    corpus = Corpus.open(tmp_path / "data")
    assert corpus.manifest.counts.answers == 3
    (path,) = (tmp_path / "data").rglob("expansions.json")
    assert [one.short for one in Acronyms.read(path).acronyms] == ["BRO"]
