"""What `scripts/fuzz.py` tries: a short run of it here, and that what is broken is noticed."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.records import Block, BlockKind
from scripts.fuzz import main, table
from scripts.fuzzing import readers
from scripts.fuzzing.findings import Findings
from scripts.fuzzing.readers import TARGETS, Broken, repeated
from scripts.fuzzing.refusals import is_about_what_is_indexed
from scripts.fuzzing.rounds import Round
from scripts.fuzzing.starting import starting_inputs

STARTS = {target: list(starting_inputs(target)) for target in TARGETS}


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_holds_on_what_it_starts_from(target: str):
    assert len(STARTS[target]) > 1
    # Of what is repeated very often, a few are enough here.
    for data in STARTS[target][:: 5 if target.endswith("repeated") else 1]:
        TARGETS[target](data)


@pytest.mark.parametrize("target", ["markup", "saved-page", "sources"])
@settings(max_examples=40)
@given(data=st.data())
def test_whatever_is_cut_out_and_put_in_every_target_holds(target: str, data: st.DataObject):
    start = data.draw(st.sampled_from(STARTS[target]))[:3000]
    first, last = sorted((data.draw(st.integers(0, len(start))), data.draw(st.integers(0, len(start)))))
    noise = data.draw(st.one_of(st.binary(max_size=30), st.sampled_from(STARTS[target]).map(lambda one: one[:200])))
    TARGETS[target](start[:first] + noise + start[last:])


def test_a_short_input_is_repeated_after_its_beginning():
    assert repeated(b"\x02abcd", 12) == "abcdcdcdcdcd"
    assert repeated(b"\x07ab", 5) == "abbbb"
    assert repeated(b"\x00") == repeated(b"") == ""


def test_a_block_that_breaks_a_promise_is_noticed(monkeypatch: pytest.MonkeyPatch):
    blocks = {"unfolded": Block(BlockKind.PARAGRAPH, "two  spaces"), "half": Block(BlockKind.PARAGRAPH, "\ud800")}
    monkeypatch.setattr(readers, "parse_answer", lambda text: (blocks[text],))
    with pytest.raises(Broken, match="white space is not folded"):
        readers.markup(b"unfolded")
    with pytest.raises(Broken, match="can't be written as UTF-8"):
        readers.markup(b"half")


def failing(number: int) -> None:
    if number == 1:
        raise ValueError("one")
    raise ValueError("other")


def test_one_input_is_kept_for_each_place_that_fails(tmp_path: Path):
    findings = Findings(tmp_path / "found")
    for number, data in ((1, b"a"), (1, b"b"), (2, b"c")):
        try:
            failing(number)
        except ValueError as error:
            findings.failed(data, error)
    assert sorted(path.read_bytes() for path in (tmp_path / "found").glob("failed-????????????")) == [b"a", b"c"]
    assert all("ValueError" in path.read_text() for path in (tmp_path / "found").glob("*.txt"))
    again = Findings(tmp_path / "found")
    for place in range(30):
        again.slow(b"%d" % place)
    assert len(list((tmp_path / "found").glob("slow-*.txt"))) == 20


def test_only_a_refusal_that_hangs_on_what_is_indexed_is_passed_over():
    kind = "urn:despatch-box:problem:"
    assert is_about_what_is_indexed(json.dumps({"type": f"{kind}unknown-name", "field": "party"}).encode())
    assert is_about_what_is_indexed(json.dumps({"type": f"{kind}query-error", "field": "cursor"}).encode())
    assert not is_about_what_is_indexed(json.dumps({"type": f"{kind}query-error", "field": "limit"}).encode())
    assert not is_about_what_is_indexed(json.dumps({"type": f"{kind}invalid-request", "field": "q"}).encode())
    assert not is_about_what_is_indexed(b"<!doctype html>")
    assert not is_about_what_is_indexed(b"[]")


@pytest.mark.parametrize("field", ["q", "query", "text"])
def test_of_what_is_asked_only_a_refusal_of_its_words_is_passed_over(field: str):
    def told(reason: str) -> bytes:
        problem = {"type": "urn:despatch-box:problem:query-error", "field": field, "detail": f"{field}: {reason}"}
        return json.dumps(problem).encode()

    assert is_about_what_is_indexed(told("at character 3, a bracket is not closed"))
    assert not is_about_what_is_indexed(told("its vector has shape (3,), the index needs (384,)"))
    assert not is_about_what_is_indexed(told("it is empty: ask a question or name a topic in plain words"))


def test_the_rounds_are_a_table(capsys: pytest.CaptureFixture[str]):
    lines = table([Round("markup", 12_345, 1200.4, 150.0, ()), Round("sources", 9, 1.0, 1.0, ("failed-0", "it hung"))])
    assert lines[2:] == ["| markup | 12,345 | 1,200 | 150 | nothing |", "| sources | 9 | 1 | 1 | failed-0; it hung |"]
    with pytest.raises(SystemExit):
        main(["readers", "nonsense"])
    assert "there is no target 'nonsense': there are markup, " in capsys.readouterr().err
