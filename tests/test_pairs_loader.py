"""Files of pairs: both layouts, good and damaged, hostile, and a real file of dates where there is one."""

import os
from pathlib import Path

import pytest

from models.date_rules import by_rules
from models.loaders.encoding import LARGEST_FILE
from models.loaders.pairs import MOST, iso_dates, read

FIXED = b"september 27, 1994           _1994-09-27\n2/10/93                      _1993-02-10\n"
TABBED = "le 3 mai 1968\t1968-05-03\r\n1er août 2001\t2001-08-01\r\n"


def real_dates() -> Path:
    """The public file of 50,000 dates, where somebody has it."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("RNN_DATA", beside)) / "dates" / "date.txt"


def test_a_file_of_fixed_width_is_read():
    found = read(FIXED)
    assert (found.sources, found.targets) == (("september 27, 1994", "2/10/93"), ("1994-09-27", "1993-02-10"))
    assert (found.layout, found.lines, found.remarks) == ("fixed width", (1, 2), ())


def test_a_tab_parts_pairs_and_windows_ends_of_lines_do_not_matter():
    found = read(TABBED.encode())
    assert (found.sources, found.targets) == (("le 3 mai 1968", "1er août 2001"), ("1968-05-03", "2001-08-01"))
    assert found.layout == "tab"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_of_unicode_are_read(encoding):
    assert read(TABBED.encode(encoding)).sources == ("le 3 mai 1968", "1er août 2001")


def test_windows_1252_is_read_and_said_so():
    found = read(TABBED.encode("cp1252"))
    assert found.sources[1] == "1er août 2001"
    assert found.remarks == (
        "Line 2 is not UTF-8, so the file was read as Windows-1252: letters with accents may look wrong.",
    )


def test_empty_lines_are_passed_over_and_lines_keep_their_numbers():
    assert read(b"\n\na\tb\n\nc\td\n").lines == (3, 5)


def test_further_columns_are_passed_over_and_said_so():
    found = read(b"Go.\tVa !\tCC-BY 2.0\nHi.\tSalut !\tCC-BY 2.0\n")
    assert found.targets == ("Va !", "Salut !")
    assert found.remarks == ("Each line has 1 more column behind the pair, not read.",)


def test_a_rare_separator_of_lines_is_no_end_of_a_line():
    assert read("a\u2028b\tc\x0bd\n".encode()).lines == (1,)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b" \n\t\n\n", "The file is empty"),
        (b"just words\n", "Line 1 is “just words”, with neither a tab nor a “_” in it"),
        (b"a\tb\nc\n", "Line 2 has 1 column, expected 2 parted by tabs as in line 1"),
        (b"a\tb\n\nc\td\te\n", "Line 3 has 3 columns, expected 2"),
        (b"a\tb\nc\t \n", "Line 2 has nothing to say"),
        (b"a\tb\n \tc\n", "Line 2 has nothing to read"),
        (FIXED + b"mars_2001-03-01\n", "Line 3 is “mars_2001-03-01”, expected a “_” as character 30"),
        (FIXED + b"2/10/93\n", "Line 3 is “2/10/93”, expected a “_”"),
        (b"a\tb\nc\0\td\n", "Line 2 holds a zero byte"),
        (b"\xff\xfea", "begins as UTF-16"),
        (b"x" * 2000 + b"\ty\n", "Line 1 has 2,002 characters, expected at most 1,000"),
        (b"a\tb\n" * (MOST + 1), "100,001 pairs"),
        (b"a\tb\n" * (LARGEST_FILE // 4 + 1), "expected at most 5"),
    ],
)
def test_a_damaged_file_gets_a_sentence(data, sentence):
    with pytest.raises(ValueError) as wrong:  # noqa: PT011 - the sentence is the point, and is compared whole
        read(data)
    assert sentence in str(wrong.value)


def test_a_hostile_line_is_repeated_in_part_only():
    with pytest.raises(ValueError, match="Line 1 is “<script>alert") as wrong:
        read(b"<script>alert('x')</script>" + b"x" * 900)
    assert len(str(wrong.value)) < 200


def test_a_header_is_passed_over_where_dates_are_wanted():
    found = iso_dates(read(b"written\tiso\n2/10/93\t1993-02-10\n"))
    assert (found.targets, found.lines) == (("1993-02-10",), (2,))
    assert found.remarks == ("Line 1 was taken for a header.",)


@pytest.mark.parametrize("target", ["1993-2-10", "1993-02-30", "nan", "19930210", "1993-W06-3", "１993-02-10"])
def test_a_target_that_is_no_date_gets_a_sentence(target):
    with pytest.raises(ValueError, match=f"Line 2 says “{target}”, expected a date that there is"):
        iso_dates(read(f"2/10/93\t1993-02-10\n3/10/93\t{target}\n".encode()))


def test_a_real_file_of_dates_is_read_and_the_rules_know_its_spellings():
    path = real_dates()
    if not path.exists():
        pytest.skip(f"no file {path.name}: set RNN_DATA to a folder with dates/date.txt in it to run this")
    found = iso_dates(read(path.read_bytes()))
    assert (len(found), found.layout, found.remarks) == (50_000, "fixed width", ())
    some = slice(0, 50_000, 50)
    correct = [by_rules(s) == t for s, t in zip(found.sources[some], found.targets[some], strict=True)]
    assert sum(correct) == 1000
