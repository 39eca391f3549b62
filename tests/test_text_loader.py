"""Plain text that visitors bring: encodings, line ends, and a sentence for each file that is none."""

import os
from pathlib import Path

import pytest

from models.loaders.encoding import LARGEST_FILE
from models.loaders.text import read, typed

DATA = Path(os.environ.get("RNN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"peel the pear\n", "peel the pear", "UTF-8"),
        ("crème brûlée".encode("utf-8-sig"), "crème brûlée", "UTF-8"),
        ("crème brûlée".encode("utf-16"), "crème brûlée", "UTF-16"),
        ("crème brûlée".encode("cp1252"), "crème brûlée", "Windows-1252"),
        (b"one\r\ntwo\rthree", "one\ntwo\nthree", "UTF-8"),
        ("cre\u0300me".encode(), "crème", "UTF-8"),
        ("梨 and 🍐".encode(), "梨 and 🍐", "UTF-8"),
        (b"a\tb", "a\tb", "UTF-8"),
    ],
)
def test_text_is_read_in_the_usual_encodings(data, text, encoding):
    found = read(data)
    assert (found.text, found.encoding) == (text, encoding)


def test_another_encoding_is_a_guess_and_says_the_line():
    (remark,) = read(b"one\ntwo\ncaf\xe9").remarks
    assert remark.startswith("Line 3 is not UTF-8")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"%PDF-1.7 ...", "a PDF, expected plain text"),
        (b"PK\x03\x04....", "packed file"),
        (b"\x89PNG\r\n", "a picture"),
        (b"{\\rtf1 x", "rich text"),
        (b"one\ntwo\0three", "Line 2 holds a zero byte"),
        (b"\xff\xfea", "begins as UTF-16"),
        (b"one\n" + bytes(range(128, 160)) * 3, "Line 2 is not UTF-8, nor is the file text"),
        (b"\x01\x02\x03\x04\x05\x06hello", "control characters"),
        (b"x" * (LARGEST_FILE + 1), "5.0 MB, expected at most 5"),
    ],
)
def test_what_is_no_text_gets_a_sentence(data, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        read(data)
    assert len(str(caught.value)) < 200


def test_five_megabytes_are_read():
    assert len(read(b"pear " * (LARGEST_FILE // 5)).text) >= LARGEST_FILE - 10


def test_one_long_line_is_read_with_a_remark():
    found = read(b"pear " * 1000)
    assert found.lines == 1
    assert "one line" in found.remarks[0]


def test_invisible_characters_are_left_out_and_counted():
    found = read("pe\u200bar".encode())
    assert found.text == "pear"
    assert "1 invisible" in found.remarks[0]


def test_a_pasted_text_goes_the_same_way():
    assert typed("one\r\ntwo").lines == 2
    with pytest.raises(ValueError, match="empty"):
        typed("   ")
    with pytest.raises(ValueError, match="expected at most"):
        typed("x" * (LARGEST_FILE + 1))
    assert typed("lone \udc80 surrogate").text == "lone ? surrogate"


def test_a_real_file_is_read():
    path = DATA / "tinyshakespeare" / "input.txt"
    if not path.exists():
        pytest.skip("tinyshakespeare is not there: set RNN_DATA to a folder with tinyshakespeare/input.txt")
    found = read(path.read_bytes())
    assert (found.encoding, found.remarks) == ("UTF-8", ())
    assert len(set(found.text)) == 65
