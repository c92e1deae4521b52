"""Mapping files: what they may say, what they may not, and how days are written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import SourceError, SourceNotFound
from retrieval.sources.mapped_record import MappedFields
from retrieval.sources.table_mapping import FIELDS, DateFormat, TableMapping, canonical


def read(tmp_path, text):
    path = tmp_path / "mapping.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return TableMapping.read(str(path))


def test_a_mapping_says_columns_constants_days_and_delimiter(tmp_path):
    mapping = read(
        tmp_path,
        'delimiter = "tab"\nlicence = "OPL-UK-3.0"\n[dates]\nanswered_on = "D MONTH YYYY"\n'
        '[columns]\nquestion = " Question text "\nanswer = "Answer"\n[constants]\nhouse = "Commons"\n',
    )
    assert mapping.columns == {"question": "Question text", "answer": "Answer"}
    assert mapping.constants == {"house": "Commons", "licence": "OPL-UK-3.0"}
    assert mapping.delimiter == "\t"
    assert mapping.day("answered_on", "4 March 2024") == date(2024, 3, 4)
    assert mapping.day("answered_on", "2024-03-04") is None
    assert (mapping.written("answered_on"), mapping.written("due_on")) == ("D MONTH YYYY", "YYYY-MM-DD")
    assert mapping.day("due_on", "2024-03-04") == date(2024, 3, 4)


def test_one_format_can_be_said_for_all_days(tmp_path):
    mapping = read(tmp_path, 'dates = "DD/MM/YYYY"\n[columns]\nanswer = "A"\n')
    assert mapping.day("tabled_on", "03/04/2024") == mapping.day("due_on", "03/04/2024") == date(2024, 4, 3)
    assert mapping.delimiter is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", 'names no column: add [columns], with lines such as question = "Question text"'),
        ('colour = "red"', "colour is no part of a mapping (there are: columns, constants, dates, delimiter, licence)"),
        ("columns = 4", 'columns is 4, and must be a table such as [columns] question = "..."'),
        ('[columns]\nquestions = "Q"', "columns: questions is no field (did you mean question?)"),
        ('[columns]\nzzz = "Q"', "columns: zzz is no field (there are: licence, genre, question,"),
        ("[columns]\nquestion = 4", 'columns: question is 4, and must be text in quotation marks, such as "..."'),
        ('[columns]\nquestion = " "', "columns: question is ' ', and must be text"),
        ("licence = 4", "licence: licence is 4, and must be text"),
        ('[columns]\nhouse = "H"\n[constants]\nhouse = "Lords"', "house is both a column and a constant: keep one"),
        ('dates = 4\n[columns]\nhouse = "H"', 'dates is 4, and must be a format such as "DD/MM/YYYY"'),
        ('dates = "%d/%m/%Y"\n[columns]\nhouse = "H"', "dates: '%d/%m/%Y' is no format: it needs YYYY, MM"),
        ('[dates]\nhouse = "D/M/YYYY"\n[columns]\nhouse = "H"', "dates: house is no field that holds a day"),
        ('delimiter = "|"\n[columns]\nhouse = "H"', 'delimiter is \'|\', and must be ",", ";" or "tab"'),
        ('delimiter = 4\n[columns]\nhouse = "H"', 'delimiter is 4, and must be ",", ";" or "tab"'),
        (b"\xff\xfe", "is not UTF-8 text: save the mapping as UTF-8"),
    ],
)
def test_what_no_mapping_says_is_refused(tmp_path, text, reason):
    with pytest.raises(SourceError) as error:
        read(tmp_path, text)
    assert str(error.value).startswith(f"{tmp_path / 'mapping.toml'}: ")
    assert reason in error.value.reason


def test_broken_toml_is_refused_by_its_line(tmp_path):
    with pytest.raises(SourceError, match=r"mapping\.toml:2: is not TOML \(.*see docs/import-mapping\.md") as error:
        read(tmp_path, "[columns]\nquestion = Question text\n")
    assert error.value.line == 2


def test_toml_that_ends_too_soon_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"mapping\.toml(:1)?: is not TOML"):
        read(tmp_path, 'question = "')


def test_a_mapping_that_is_not_there_or_no_file_is_refused(tmp_path):
    with pytest.raises(SourceNotFound, match="is not there: check the path of the mapping"):
        TableMapping.read(str(tmp_path / "none.toml"))
    with pytest.raises(SourceError, match="can't be read"):
        TableMapping.read(str(tmp_path))


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("DD/MM/YYYY", "03/04/2024", date(2024, 4, 3)),
        ("MM/DD/YYYY", "03/04/2024", date(2024, 3, 4)),
        ("DD/MM/YYYY", "3/4/2024", None),
        ("D/M/YYYY", "3/4/2024", date(2024, 4, 3)),
        ("D/M/YYYY", "31/2/2024", None),
        ("D/M/YYYY", "4/13/2024", None),
        ("D/M/YYYY", "3/4/24", None),
        ("D.M.YYYY", "3/4/2024", None),
        ("YYYYMMDD", "20240403", date(2024, 4, 3)),
        ("D MONTH YYYY", "3 april 2024", date(2024, 4, 3)),
        ("D MONTH YYYY", "3 Sep. 2024", date(2024, 9, 3)),
        ("D MONTH YYYY", "3 Avril 2024", None),
        ("MONTH D, YYYY", "May 3, 2024", date(2024, 5, 3)),
        ("D/M/YYYY", "3/4/1024", None),
    ],
)
def test_a_day_is_read_as_the_format_says_or_not_at_all(form, text, day):
    stated = DateFormat.of(form)
    assert stated is not None
    assert stated.day(text) == day


@pytest.mark.parametrize("form", ["", "DD/MM", "DD/MM/YY", "DD/MM/YYYY/DD", "DDth MM YYYY", "MMM D YYYY", "dd/mm/yyyy"])
def test_what_is_no_format_is_none(form):
    assert DateFormat.of(form) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-04", date(2024, 3, 4)),
        ("2024-03-04T00:00:00", date(2024, 3, 4)),
        ("2024-03-04 00:00", date(2024, 3, 4)),
        ("2024-03-04 09:30:00.000", date(2024, 3, 4)),
        ("03/04/2024", None),
        ("2024-3-4", None),
        ("2024-02-30", None),
        ("2024-03-04Z", None),
    ],
)
def test_without_a_format_a_day_is_iso(text, day):
    assert canonical().day("answered_on", text) == day


@given(st.dates(date(1900, 1, 1)), st.sampled_from(["DD/MM/YYYY", "YYYYMMDD", "D MONTH YYYY", "M-D-YYYY"]))
def test_every_day_is_read_as_it_was_written(day, form):
    names = "January February March April May June July August September October November December".split()
    written = form.replace("YYYY", f"{day.year:04}").replace("MONTH", "\0").replace("MM", f"{day.month:02}")
    written = written.replace("DD", f"{day.day:02}").replace("M", str(day.month)).replace("D", str(day.day))
    stated = DateFormat.of(form)
    assert stated is not None
    assert stated.day(written.replace("\0", names[day.month - 1])) == day


def test_the_fields_there_are_are_the_fields_that_are_kept():
    assert tuple(FIELDS) == MappedFields.__struct_fields__
