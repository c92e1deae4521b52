from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
import pytest
from pypdf import PdfReader, PdfWriter

from retrieval.attachments.extract import extracted
from retrieval.attachments.extracted import (
    BROKEN,
    ENCRYPTED,
    NO_TEXT,
    OTHER_KIND,
    TOO_COMPLEX,
    TOO_LARGE,
    Extracted,
    Part,
    clean,
)
from retrieval.attachments.limits import Limits
from retrieval.attachments.pdf import paragraphs
from retrieval.attachments.reading import check_extra, read_file
from retrieval.attachments.sheets import _text
from retrieval.records import Block, BlockKind

Make = Callable[..., bytes]


def read(data: bytes, limits: Limits | None = None, *, is_csv: bool = False) -> Extracted:
    """Read what is no danger in this process, which takes less time."""
    return extracted(data, limits or Limits(), "csv" if is_csv else "")


FUNDING = (
    "The Department gave local councils twelve million pounds for rural bus services in the year that",
    "ended in March 2024, and the same again in the year after that.",
)
TABLE = [
    ["Bus services by region"],
    ["Region", "2022-23", "2023-24"],
    ["North East", 1200, 1250.5],
    ["Wales", None, 0.12],
]


def test_a_pdf_gives_its_paragraphs_page_by_page(make_pdf: Make):
    found = read(make_pdf(FUNDING, ["A second page says something else."]), Limits())
    assert [block.text for block in found.blocks] == [" ".join(FUNDING), "A second page says something else."]
    assert {block.kind for block in found.blocks} == {BlockKind.PARAGRAPH}
    assert found.parts == (Part("page 1", 0), Part("page 2", 1))
    assert (found.reason, found.left_out) == (None, None)
    assert found.extractor.startswith("pypdf ")


def test_lines_join_to_paragraphs_and_stop_at_headings_blank_lines_and_bullets():
    long = "Word " * 15 + "word"
    text = f"Summary\n{long}\n{long} end.\n\nNext {long}\n• first point\n(b) second point\ngoes on here"
    assert paragraphs(text) == [
        "Summary",
        f"{long} {long} end.",
        f"Next {long}",
        "• first point",
        "(b) second point goes on here",
    ]
    assert paragraphs("") == []


def test_what_can_not_be_kept_or_found_is_cleaned_out_of_the_words():
    assert clean("o\ufb03ce\x00 soft\u00adhyphen \x85 \ud800") == "office softhyphen ?"


def test_a_workbook_gives_titles_and_rows_with_their_headers(make_workbook: Make):
    found = read(make_workbook({"Data": TABLE, "Notes": [["Counted in March."]]}), Limits())
    headers = ("Region", "2022-23", "2023-24")
    row = BlockKind.TABLE_ROW
    assert found.blocks == (
        Block(BlockKind.PARAGRAPH, "Bus services by region"),
        Block(row, "Region\t2022-23\t2023-24", table=1),
        Block(row, "North East\t1200\t1250.5", table=1, headers=headers),
        Block(row, "Wales\t\t0.12", table=1, headers=headers),
        Block(BlockKind.PARAGRAPH, "Counted in March."),
    )
    assert found.parts == (Part("sheet Data", 0), Part("sheet Notes", 4))
    assert found.extractor.startswith("openpyxl ")


def test_a_sheet_that_its_author_hides_is_not_read_and_that_is_said(make_workbook: Make):
    found = read(make_workbook({"Data": TABLE, "Names": [["Secret", "Person"]]}, ["Names"]), Limits())
    assert "Secret" not in " ".join(block.text for block in found.blocks)
    assert found.left_out == "hidden sheets: 1"


def test_tables_are_parted_by_empty_rows_and_a_first_row_with_figures_heads_nothing(make_workbook: Make):
    rows = [["a", 1], ["b", 2], [None], ["Name", "Place"], ["Ann", "Hull"], ["x", None], [None, "Ely"]]
    found = read(make_workbook({"S": rows}), Limits())
    assert [(block.text, block.table, block.headers) for block in found.blocks] == [
        ("a\t1", 1, ()),
        ("b\t2", 1, ()),
        ("Name\tPlace", 2, ()),
        ("Ann\tHull", 2, ("Name", "Place")),
        ("x", 0, ()),
        ("Ely", 0, ()),
    ]


def test_a_row_with_a_gap_at_its_start_stays_in_its_table(make_workbook: Make):
    found = read(make_workbook({"S": [["Name", "Place"], ["Ann", "Hull"], [None, "Ely"]]}), Limits())
    assert found.blocks[-1] == Block(BlockKind.TABLE_ROW, "\tEly", table=1, headers=("Name", "Place"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "TRUE"),
        (False, "FALSE"),
        (0.1 + 0.2, "0.3"),
        (12, "12"),
        (datetime(2024, 3, 1, tzinfo=UTC).replace(tzinfo=None), "2024-03-01"),
        (datetime(2024, 3, 1, 9, 30, tzinfo=UTC).replace(tzinfo=None), "2024-03-01 09:30:00"),
        (date(2024, 3, 1), "2024-03-01"),
        (time(9, 30), "09:30:00"),
        (None, ""),
    ],
)
def test_a_cell_is_written_as_its_value(value: object, text: str):
    assert _text(value) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_csv_file_is_read_in_either_encoding(encoding: str):
    found = read("Région;Sum\nWales;£5\n".encode(encoding), Limits(), is_csv=True)
    assert [(block.text, block.headers) for block in found.blocks] == [
        ("Région\tSum", ()),
        ("Wales\t£5", ("Région", "Sum")),
    ]
    assert found.parts == (Part("table", 0),)


def test_a_file_is_what_its_first_bytes_say_whatever_it_calls_itself(make_pdf: Make):
    assert read(make_pdf(FUNDING), Limits(), is_csv=True).extractor.startswith("pypdf")


@pytest.mark.parametrize(
    ("data", "is_csv", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", False, f"{OTHER_KIND}: an old Office file, or one under a password"),
        (b"\x89PNG\r\n", False, OTHER_KIND),
        (b"<html>not found</html>", False, OTHER_KIND),
        (b"plain, words", False, OTHER_KIND),
        (b"%PDF-1.4\nnothing more", False, BROKEN),
        (b"PK\x03\x04 torn", False, BROKEN),
        (b"a,b\0,c\n1,2,3\n", True, BROKEN),
        (b"\n\n", True, NO_TEXT),
    ],
)
def test_what_gives_no_text_says_why(data: bytes, is_csv: bool, reason: str):
    found = read_file(data, Limits(), is_csv=is_csv)
    assert (found.reason, found.blocks) == (reason, ())


def zipped(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_word_file_is_not_read_and_a_hollow_workbook_is_broken():
    assert read_file(zipped({"word/document.xml": b"<w/>"}), Limits()).reason == OTHER_KIND
    assert read_file(zipped({"xl/workbook.xml": b"<w/>"}), Limits()).reason == BROKEN


def test_a_pdf_of_pictures_has_no_text(make_pdf: Make):
    assert read(make_pdf([]), Limits()).reason == NO_TEXT


def test_a_pdf_under_a_password_is_not_read_nor_one_that_opens_without(make_pdf: Make):
    for password in ("secret", ""):
        writer = PdfWriter(clone_from=PdfReader(BytesIO(make_pdf(FUNDING))))
        writer.encrypt(password, "owner", algorithm="RC4-128")
        out = BytesIO()
        writer.write(out)
        assert read(out.getvalue(), Limits()).reason == ENCRYPTED


def test_a_page_that_can_not_be_read_is_left_out_and_the_next_one_is_read(make_pdf: Make):
    torn = make_pdf(["First page."], ["Second page."], []).replace(b">>\nstream", b" /Filter /NoSuch>>\nstream", 1)
    found = read(torn, Limits())
    assert [block.text for block in found.blocks] == ["Second page."]
    assert found.parts == (Part("page 2", 0),)
    assert found.left_out == "page 1, which can't be read; pages without text: 1"


def test_what_is_past_a_limit_is_left_out_and_that_is_said(make_pdf: Make, make_workbook: Make):
    pages = make_pdf(["One page of words."], ["Two page of words."], ["Three."])
    found = read(pages, Limits(pages=2))
    assert (len(found.parts), found.left_out) == (2, "pages 3 to 3")
    found = read(pages, Limits(characters=20))
    assert [block.text for block in found.blocks] == ["One page of words."]
    assert found.left_out == "what comes after the first 20 characters"
    found = read(make_workbook({"Data": TABLE, "More": TABLE}), Limits(rows=3, sheets=1, columns=2))
    assert [block.text for block in found.blocks][-1] == "North East\t1200"
    assert found.left_out == (
        "rows after the first 3 of the sheet Data; columns after the first 2 of the sheet Data; "
        "sheets after the first 1"
    )
    assert read(make_workbook({"A": TABLE, "B": TABLE}), Limits(characters=30)).parts == (Part("sheet A", 0),)
    found = read(b"a,b\n1,2\n3,4\n", Limits(rows=2), is_csv=True)
    assert found.left_out == "rows after the first 2"


def test_columns_past_the_limit_are_said_to_be_left_out_only_if_there_are_words_in_them(make_workbook: Make):
    wide = [["Region", "North", None, "South"], ["Wales", 1, None, 2]]
    found = read(make_workbook({"Data": wide, "More": TABLE}), Limits(columns=2))
    assert found.blocks[1].text == "Wales\t1"
    assert found.left_out == "columns after the first 2 of the sheet Data; columns after the first 2 of the sheet More"
    assert read(make_workbook({"Data": wide}), Limits(columns=4)).left_out is None
    found = read(b"Region,North,,South\nWales,1,,2\n", Limits(columns=2), is_csv=True)
    assert (found.blocks[1].text, found.left_out) == ("Wales\t1", "columns after the first 2")
    assert read(b"Region,North,,\nWales,1,, \n", Limits(columns=2), is_csv=True).left_out is None


def test_a_csv_file_with_one_long_cell_is_read_and_the_bound_of_the_process_stays():
    bound = csv.field_size_limit()
    found = read(b"Region,Note\nWales," + b"x" * 200_000 + b"\n", is_csv=True)
    assert found.blocks[1].text == "Wales\t" + "x" * 200_000
    assert (found.reason, found.left_out) == (None, None)
    assert csv.field_size_limit() == bound


def test_a_file_that_is_too_large_is_not_read(make_pdf: Make):
    found = read(make_pdf(FUNDING), Limits(file_bytes=100))
    assert found.reason == f"{TOO_LARGE}: at most 100 bytes are read"


def test_a_workbook_that_says_it_is_huge_once_unpacked_is_not_unpacked():
    bomb = zipped({"xl/workbook.xml": b"<w/>", "xl/worksheets/sheet1.xml": b"0" * 5_000_000})
    assert len(bomb) < 10_000
    found = read_file(bomb, Limits(unpacked_bytes=1_000_000))
    assert found.reason == f"{TOO_LARGE}: at most 1,000,000 bytes are unpacked"


def test_a_workbook_with_one_cell_at_the_far_corner_is_read_up_to_the_limit(make_workbook: Make):
    book = workbook_with_sheet(
        make_workbook,
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>top</t></is></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
    )
    found = read_file(book, Limits(rows=50))
    assert [block.text for block in found.blocks] == ["top"]
    assert found.left_out == "rows after the first 50 of the sheet S"


def workbook_with_sheet(make_workbook: Make, body: bytes, head: bytes = b"") -> bytes:
    """Put another sheet into a workbook, in the place of the one it has."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with ZipFile(BytesIO(make_workbook({"S": [["x"]]}))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/worksheets/sheet1.xml"] = head + b'<worksheet xmlns="' + space + b'">' + body + b"</worksheet>"
    return zipped(members)


def test_entities_that_multiply_in_a_workbook_do_no_harm(make_workbook: Make):
    laughs = b'<!DOCTYPE l [<!ENTITY a "lol">' + b"".join(
        b'<!ENTITY %c "%s">' % (code, b"&%c;" % (code - 1) * 10) for code in range(98, 110)
    )
    cell = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&m;</t></is></c></row></sheetData>'
    found = read_file(workbook_with_sheet(make_workbook, cell, laughs + b"]>"), Limits(cpu_seconds=20))
    assert found.reason in (BROKEN, NO_TEXT, TOO_COMPLEX)


def test_a_file_that_takes_too_long_or_too_much_is_given_up(make_workbook: Make):
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 120_000))
    book = workbook_with_sheet(make_workbook, b"<sheetData>" + rows + b"</sheetData>")
    slow = Limits(rows=1_000_000, cpu_seconds=1)
    assert read_file(book, slow).reason == TOO_COMPLEX
    assert read_file(book, Limits(wall_seconds=0.05)).reason == TOO_COMPLEX


def test_a_pdf_whose_stream_swells_is_given_up(make_pdf: Make):
    swollen = zlib.compress(b"0" * 300_000_000, 9)
    body = b"<</Length %d /Filter /FlateDecode>>\nstream\n%s\nendstream" % (len(swollen), swollen)
    whole = make_pdf(["x"])
    start = whole.index(b"5 0 obj\n") + len(b"5 0 obj\n")
    bomb = whole[:start] + body + whole[whole.index(b"\nendobj", start) :]
    found = read_file(bomb, Limits(memory_bytes=200_000_000, cpu_seconds=20))
    assert found.blocks == ()
    assert found.reason in (BROKEN, NO_TEXT, TOO_COMPLEX)


def test_a_file_that_takes_more_memory_than_is_allowed_is_given_up(make_pdf: Make):
    table = b"a,b\n" + b"1,2\n" * 4_000_000
    assert read_file(table, Limits(memory_bytes=20_000_000), is_csv=True).reason == TOO_COMPLEX
    page = zlib.compress(b"(x) Tj " * 10_000_000, 9)
    body = b"<</Length %d /Filter /FlateDecode>>\nstream\n%s\nendstream" % (len(page), page)
    whole = make_pdf(["x"])
    start = whole.index(b"5 0 obj\n") + len(b"5 0 obj\n")
    swollen = whole[:start] + body + whole[whole.index(b"\nendobj", start) :]
    assert read_file(swollen, Limits(memory_bytes=120_000_000)).reason == TOO_COMPLEX


def test_a_reading_process_that_says_something_else_has_read_nothing(
    tmp_path: Path, make_pdf: Make, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "sitecustomize.py").write_text("print('good morning')")
    monkeypatch.syspath_prepend(tmp_path)
    assert read_file(make_pdf(FUNDING), Limits()).reason == BROKEN


def test_the_reading_process_is_bound_and_this_one_is_not(make_pdf: Make):
    before = resource.getrlimit(resource.RLIMIT_AS)
    read_file(make_pdf(FUNDING), Limits())
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_reading_in_this_process_is_the_same_as_apart(make_pdf: Make, make_workbook: Make):
    for data, hint in ((make_pdf(FUNDING), ""), (make_workbook({"S": TABLE}), ""), (b"a,b\n1,2\n", "csv")):
        assert extracted(data, Limits(), hint) == read_file(data, Limits(), is_csv=hint == "csv")
    assert extracted(b"xx", Limits(file_bytes=1)).reason == f"{TOO_LARGE}: at most 1 bytes are read"


@pytest.mark.parametrize("missing", ["pypdf", "openpyxl"])
def test_without_the_extra_the_command_that_installs_it_is_named(missing: str):
    check_extra()
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from retrieval.attachments.reading import check_extra\n"
        "from retrieval.errors import SourceError\n"
        "try:\n    check_extra()\nexcept SourceError as error:\n    print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == (
        f"attachments: {missing} is not installed, and it reads them: pip install 'despatch-box[attachments]'"
    )


def test_the_limits_reach_the_reading_process_whole():
    limits = Limits(characters=7, wall_seconds=3.5)
    assert msgspec.json.decode(msgspec.json.encode(limits), type=Limits) == limits
