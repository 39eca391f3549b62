"""Bytes as text: every encoding that is understood, one kind of line end, and a sentence for what is no text."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as some

from models.loaders import columns, labelled, numbers, pairs, text
from models.loaders.encoding import LARGEST_FILE, decode

WANTED = "a number on each line"
SENTENCE = "“Crème brûlée” – 3 €\n"
READERS = [columns.read, labelled.read, numbers.read, pairs.read, text.read]


def refusal(data):
    with pytest.raises(ValueError) as wrong:  # noqa: PT011 - the sentence is the point, and is compared by who asks
        decode(data, WANTED)
    return str(wrong.value)


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")],
)
def test_curly_quotes_accents_and_the_euro_arrive_in_every_usual_encoding(codec, encoding):
    found = decode(SENTENCE.encode(codec), WANTED)
    assert (found.text, found.encoding) == (SENTENCE, encoding)


@pytest.mark.parametrize(
    "data", [codecs.BOM_UTF16_LE + "梨 🍐".encode("utf-16-le"), codecs.BOM_UTF16_BE + "梨 🍐".encode("utf-16-be")]
)
def test_utf_16_is_read_in_both_orders_of_its_bytes(data):
    assert decode(data, WANTED).text == "梨 🍐"


def test_what_windows_1252_leaves_open_is_read_as_latin_1():
    found = decode(b"caf\xe9 \x81 1\n", WANTED)
    assert (found.text, found.encoding) == ("café \x81 1\n", "Latin-1")


def test_printable_latin_1_is_the_same_in_windows_1252():
    printable = bytes(range(0xA0, 0x100))
    assert decode(printable, WANTED).text == printable.decode("latin-1")


def test_only_a_guess_is_remarked():
    assert decode(SENTENCE.encode(), WANTED).remarks == ()
    assert decode(SENTENCE.encode("utf-16"), WANTED).remarks == ()
    assert decode(b"one\ntwo\ncaf\xe9\n", WANTED).remarks == (
        "Line 3 is not UTF-8, so the file was read as Windows-1252: letters with accents may look wrong.",
    )


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_a_line_has_the_same_number_behind_any_line_ends_and_a_byte_order_mark(end, mark):
    (remark,) = decode(mark + end.join([b"a", b"", b"\xe9"]), WANTED).remarks
    assert remark.startswith("Line 3 is not UTF-8")
    assert refusal(mark + end.join([b"a", b"", b"b\0"])).startswith("Line 3 holds a zero byte")


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "cp1252"])
def test_line_ends_of_windows_and_old_macs_become_plain(codec):
    assert decode("é\r\nb\rc\n\r\n".encode(codec), WANTED).text == "é\nb\nc\n\n"


@given(some.text(some.characters(exclude_categories=["C"]), min_size=1).filter(str.strip))
def test_any_printable_text_comes_back_from_utf_8_and_utf_16(written):
    for codec in ("utf-8", "utf-8-sig", "utf-16"):
        assert decode(written.encode(codec), WANTED).text == written


@given(some.binary())
def test_any_bytes_give_text_or_a_sentence(data):
    try:
        found = decode(data, WANTED)
    except ValueError:
        # A UnicodeDecodeError is a ValueError too, and tells a visitor nothing.
        assert ", expected " in refusal(data)
    else:
        assert found.text.strip()
        assert "\r" not in found.text


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, "\n".encode("utf-16")])
def test_an_empty_file_says_what_was_expected(data):
    assert refusal(data) == "The file is empty, expected a number on each line"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"%PDF-1.7", "The file is a PDF, expected plain text"),
        (b"PK\x03\x04rest", "The file is a packed file (Word, Excel and zip files begin so), expected plain text"),
        (b"\xd0\xcf\x11\xe0rest", "The file is an old Word or Excel file, expected plain text"),
        (b"\x89PNG\r\n", "The file is a picture, expected plain text"),
        (b"{\\rtf1 x", "The file is a rich text file (RTF), expected plain text"),
        (b"one\ntwo\0", "Line 2 holds a zero byte, so this is no text file, expected a number on each line"),
        ("one\ntwo\0".encode("utf-16"), "Line 2 holds a zero byte"),
        ("1\n2\n".encode("utf-16-le"), "Line 1 holds a zero byte"),
        ("1\n2\n".encode("utf-32"), "Line 1 holds a zero byte"),
        (b"\xff\xfea", "The file begins as UTF-16 and does not go on so, expected UTF-8 text"),
        (b"one\n\x01\x02\x03\x04", "4 of 8 characters are control characters, the first in line 2"),
        ("россия\n".encode() * 2 + b"\xff", "Line 3 is not UTF-8, nor is the file text in another usual encoding"),
        (b"x" * (LARGEST_FILE + 1), "The file has 5.0 MB, expected at most 5"),
    ],
)
def test_what_is_no_text_gets_a_sentence(data, sentence):
    assert sentence in refusal(data)


def test_a_few_control_characters_do_not_make_a_text_binary():
    assert decode(b"1\n2\n\x1a", WANTED).text == "1\n2\n\x1a"
    assert decode(b"page\x0cpage\x0bline" * 9, WANTED).encoding == "UTF-8"
    assert decode(b"x" * 990 + b"\x01" * 10, WANTED).text.count("\x01") == 10
    assert "11 of 1,000 characters" in refusal(b"x" * 989 + b"\x01" * 11)


def test_a_file_of_the_largest_size_is_read():
    assert len(decode(b"1\n" * (LARGEST_FILE // 2), WANTED).text) == LARGEST_FILE


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty, expected "),
        (b"\x89PNG\r\n", "The file is a picture"),
        (b"a\n\0", "Line 2 holds a zero byte"),
        (b"\x01" * 9, "control characters"),
        (b"x" * (LARGEST_FILE + 1), "at most 5"),
    ],
)
def test_every_loader_refuses_in_the_same_words(read, data, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(data)
