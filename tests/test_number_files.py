"""Files of numbers: good ones as they are written in many places, damaged ones with a sentence each."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.backtest import Backtest
from models.loaders import numbers
from models.loaders.encoding import LARGEST_FILE
from models.loaders.numbers import column, read
from models.series import season_of


def values(text, name="", decimal=""):
    """The values of a column of a file, the first one unless named."""
    table = read(text if isinstance(text, bytes) else text.encode(), decimal)
    return column(table, name or table.numeric[0]).values.tolist()


# ---- good files ------------------------------------------------------------------------------------------------------

GOOD = {
    "one number a line": ("1\n2.5\n-3e1\n", [1, 2.5, -30]),
    "with a header": ("value\n1\n2\n", [1, 2]),
    "quoted": ('"value"\n"1"\n"2"\n', [1, 2]),
    "windows line ends and empty lines": ("1\r\n\r\n2\r\n", [1, 2]),
    "old line ends of the Mac": ("1\r2\r3", [1, 2, 3]),
    "no line end at the end": ("1\n2", [1, 2]),
    "dates and a header": ('"Month","Passengers"\n"1949-01",112\n"1949-02",118\n', [112, 118]),
    "dates without a header": ("1949-01,112\n1949-02,118\n", [112, 118]),
    "semicolons and decimal commas": ("Datum;Wert\n01.02.2020;3,5\n02.02.2020;4\n", [3.5, 4]),
    "tabs": ("day\tvalue\n2020-01-01\t3.5\n2020-01-02\t4\n", [3.5, 4]),
    "blanks": ("x y\n1 2\n3 4\n", [1, 3]),
    "decimal commas, one a line": ("12,5\n13,25\n14,0\n", [12.5, 13.25, 14]),
    "a header and decimal commas": ("Wert\n12,5\n13,25\n", [12.5, 13.25]),
    "thousands, quoted": ('day,value\n2020-01-01,"1,234.5"\n2020-01-02,"2"\n', [1234.5, 2]),
    "thousands, continental": ("day;value\n01.01.2020;1.234,5\n02.01.2020;2,5\n", [1234.5, 2.5]),
    "a true minus": ("1\n−2\n", [1, -2]),
    "UTF-16": ("value\n1\n2\n".encode("utf-16"), [1, 2]),
    "a byte order mark": (b"\xef\xbb\xbfvalue\n1\n2\n", [1, 2]),
    "Windows-1252": ("Température\n1\n2\n".encode("cp1252"), [1, 2]),
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_file_is_read(kind):
    text, wanted = GOOD[kind]
    assert values(text) == wanted


def test_a_count_and_a_value_are_two_columns_and_not_a_decimal_comma():
    assert read(b"1,112\n2,118\n3,132\n").names == ("column 1", "column 2")
    assert values("1,112\n2,118\n3,132\n", "column 2") == [112, 118, 132]


def test_the_visitor_has_the_last_word_on_the_decimal_comma():
    assert values("1,112\n2,118\n3,132\n", decimal=",") == [1.112, 2.118, 3.132]
    assert values("12,5\n13,25\n", "column 2", decimal=".") == [5, 25]


def test_a_guess_is_told():
    assert read(b"12,5\n13,25\n").remarks == ("Each line has one comma, which was read as a decimal comma.",)
    (told,) = read("Température\n1\n2\n".encode("latin-1")).remarks
    assert "Line 1 is not UTF-8" in told


def test_columns_of_words_and_of_dates_are_no_columns_of_numbers():
    table = read(b"day,wind,TEMP,note\n2020-01-01,NW,1,a\n2020-01-02,SE,2,b\n")
    assert table.numeric == ("TEMP",)
    assert table.dates == "day"
    with pytest.raises(KeyError, match="name is 'wind', expected one of TEMP"):
        column(table, "wind")


def test_two_columns_of_one_name_stay_two():
    assert read(b"x,x\n1,2\n3,4\n").names == ("x", "x (2)")


# ---- missing values and dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["", "NA", "nan", "NULL", "-", "?", "n/a"])
def test_a_missing_value_goes_on_a_line_between_its_neighbours(missing):
    found = column(read(f"day,v\n2020-01-01,1\n2020-01-02,{missing}\n2020-01-03,{missing}\n2020-01-04,4\n"
                        "2020-01-05,5\n2020-01-06,6\n".encode()), "v")  # fmt: skip
    assert found.values.tolist() == [1, 2, 3, 4, 5, 6]
    assert found.filled == 2
    assert found.remarks == (
        "2 missing of 6 values were put on straight lines between their neighbours; the longest gap has 2.",
    )


def test_missing_values_at_the_ends_are_left_out_with_their_dates():
    found = column(read(b"day,v\n2020-01-01,NA\n2020-01-02,2\n2020-01-03,3\n2020-01-04,4\n"), "v")
    assert found.values.tolist() == [2, 3, 4]
    assert found.moments == ("2020-01-02", "2020-01-03", "2020-01-04")
    assert "1 missing values at the ends were left out." in found.remarks


def test_dates_that_run_backwards_are_turned_round():
    found = column(read(b"day,v\n2020-01-03,3\n2020-01-02,2\n2020-01-01,1\n"), "v")
    assert found.values.tolist() == [1, 2, 3]
    assert found.remarks == ("The dates run backwards, so the rows were turned round.",)


def test_rows_out_of_order_are_put_in_order():
    found = column(read(b"day,v\n2020-01-01,1\n2020-01-03,3\n2020-01-02,2\n2020-01-04,4\n"), "v")
    assert found.values.tolist() == [1, 2, 3, 4]
    assert found.remarks == ("The rows were put in the order of their dates.",)


def test_a_missing_row_is_told_and_months_of_unequal_length_are_not():
    days = "day,v\n2020-01-01,1\n2020-01-02,2\n2020-01-05,3\n2020-01-06,4\n2020-01-07,5\n"
    (told,) = column(read(days.encode()), "v").remarks
    assert (
        told
        == "The dates are not evenly spaced (1 day is usual): before 2020-01-05. The rows are read as if they were."
    )
    months = "month,v\n" + "".join(f"1949-{month:02d},{month}\n" for month in range(1, 13))
    assert column(read(months.encode()), "v").remarks == ()


# ---- damaged files ---------------------------------------------------------------------------------------------------

DAMAGED = {
    "empty": ("", "The file is empty, expected a number on each line"),
    "blank": (" \n\n ", "The file is empty"),
    "words": ("hello\nworld\n", "No column holds numbers: line 1 begins with “hello”"),
    "a header alone": ("Month,Passengers\n", "No column holds numbers"),
    "a word among numbers": (
        "1\n2\nthree\n4\n",
        "Line 3 has “three” in “column 1”, expected a number or an empty cell",
    ),
    "a row too wide": ("a,b\n1,2\n3,4,5\n", "Line 3 has 3 columns, expected 2 as in line 1"),
    "a row too narrow": ("a,b\n1,2\n\n3\n", "Line 4 has 1 column, expected 2 as in line 1"),
    "infinity": ("1\n2\ninf\n", "Line 3 has “inf”"),
    "too large": ("1\n2\n1e13\n", "Line 3 has “1e13” in “column 1”, expected a number up to 1e+12"),
    "hexadecimal": ("1\n2\n0x10\n", "Line 3 has “0x10”"),
    "underscores": ("1\n2\n1_000\n", "Line 3 has “1_000”"),
    "mostly missing": ("v\n1\nNA\nNA\n2\n", "2 of 4 values of “v” are missing, expected at most a third"),
    "all the same": ("5\n5\n5\n", "Every value of “column 1” is 5, expected values that differ"),
    "one value": ("5\n", "“column 1” has 1 value, expected a series of them"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "The file is a picture, expected plain text"),
    "a program": (b"1\n2\n\x7fELF\x02\x00\x00", "Line 3 holds a zero byte, so this is no text file"),
    "half of UTF-16": (b"\xff\xfe1\x00\n\x00\x00", "begins as UTF-16 and does not go on so"),
    "an open quote": ('a,b\n1,2\n"3,4\n5,6\n', "expected 2 as in line 1"),
    "one cell without end": ("a,b\n1,2\n" + "9" * 200_000 + ",1\n", "Line 3 is no row of a table"),
    "formulas": ("1\n2\n=SUM(A1:A2)\n", "Line 3 has “=SUM(A1:A2)”"),
    "a page of HTML": ("<html><script>alert(1)</script></html>", "No column holds numbers"),
    "too many columns": (",".join("1" * 300) + "\n", "Line 1 has 300 columns, expected at most 200"),
    "a line of digits": ("9" * 1_000_000 + "\n1\n", "“999999999999999999999999…” has 1 value"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_gets_a_sentence_of_usual_length(kind):
    text, sentence = DAMAGED[kind]
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(").replace(")", r"\)").replace("+", r"\+")) as told:
        values(text)
    assert len(str(told.value)) < 250


def test_a_file_above_five_megabytes_is_refused_and_one_of_five_is_read_or_told_to_be_long():
    with pytest.raises(ValueError, match=r"The file has 5\.0 MB, expected at most 5"):
        read(b"1\n" * (LARGEST_FILE // 2 + 1))
    with pytest.raises(ValueError, match="more than 100,000 rows, expected at most so many: bring a part of it"):
        read(b"1\n" * (LARGEST_FILE // 2))


def test_a_hundred_thousand_rows_are_read():
    assert len(values("".join(f"{k}\n" for k in range(numbers.LONGEST)))) == numbers.LONGEST


@settings(deadline=None, max_examples=200)
@given(some.binary(max_size=300))
def test_whatever_comes_is_read_or_gets_a_sentence(data):
    try:
        table = read(data)
        found = [column(table, name) for name in table.numeric]
    except ValueError:
        return
    assert all(np.isfinite(one.values).all() for one in found)


@settings(deadline=None, max_examples=200)
@given(some.text(alphabet="0123456789,.;:-+eE \t\n\"'/NA", max_size=200))
def test_whatever_looks_like_numbers_is_read_or_gets_a_sentence(text):
    try:
        table = read(text.encode())
        found = [column(table, name) for name in table.numeric]
    except ValueError:
        return
    assert all(np.isfinite(one.values).all() for one in found)


# ---- real files ------------------------------------------------------------------------------------------------------


@pytest.fixture
def collection(pytestconfig):
    """Finds a file of a public collection; set RNN_DATA to the folder that holds them."""

    def found(name) -> bytes:
        folder = Path(os.environ.get("RNN_DATA") or pytestconfig.rootpath.parent / "shared" / "data")
        if not (folder / name).exists():
            pytest.skip(f"{name} is not there: put it into the folder that RNN_DATA names, and this test runs")
        return (folder / name).read_bytes()

    return found


def test_the_airline_passengers_are_read_with_their_months(collection):
    found = column(read(collection("airline/airline-passengers.csv")), "Passengers")
    assert len(found.values) == 144
    assert (found.values[0], found.values[-1]) == (112, 432)
    assert found.moments[0] == "1949-01"
    assert not found.remarks
    assert season_of(found.values) == 12


def test_persistence_on_the_airline_passengers_is_the_known_number(collection):
    passengers = column(read(collection("airline/airline-passengers.csv")), "Passengers").values
    off = np.diff(passengers)[95:]
    assert np.sqrt((off**2).mean()) == pytest.approx(48.04, abs=0.01)


def test_the_hours_of_beijing_are_read_and_their_gaps_told(collection):
    table = read(collection("beijing_hourly/pollution.csv"))
    assert {"TEMP", "pm2.5"} <= set(table.numeric)
    assert "cbwd" not in table.numeric
    temperature = column(table, "TEMP")
    assert len(temperature.values) == 43_824
    assert not temperature.remarks
    assert season_of(temperature.values) == 24
    assert column(table, "pm2.5").filled == 2_043
    test = Backtest(temperature.values, 24, 24, 24)
    errors = test.errors(test.naive)
    assert (
        errors["linear"].absolute.mean() < errors["season ago"].absolute.mean() < errors["last value"].absolute.mean()
    )


def test_a_decimal_comma_that_was_asked_for_and_is_none_gets_a_sentence():
    for text in (b"1,2,3\n4,5,6\n", b"a,b\nx,y\n"):
        with pytest.raises(ValueError, match="No column holds numbers"):
            read(text, ",")
