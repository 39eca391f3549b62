"""Files of labelled texts that visitors bring: what is understood, and a sentence for each kind of damage."""

import os
from pathlib import Path

import pytest

from models.loaders.encoding import LARGEST_FILE
from models.loaders.labelled import FEWEST, LONGEST, MOST, read

GOOD, BAD = "very good indeed", "rather bad"


def tabbed(good="1", bad="0", count=FEWEST, tail=""):
    return "".join(f"{GOOD} {k}\t{good}\n{BAD} {k}\t{bad}\n" for k in range(count)) + tail


def refused(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(text if isinstance(text, bytes) else text.encode())


def test_a_text_and_a_label_behind_a_tab():
    found = read(tabbed().encode())
    assert found.texts[:2] == (f"{GOOD} 0", f"{BAD} 0")
    assert found.labels == (1, 0) * FEWEST
    assert found.names == ("0", "1")
    assert found.remarks == ()


def test_the_label_may_stand_first_and_commas_and_quotes_belong_to_the_text():
    text = "".join(f'pos\tGood, "really", good {k}\nneg\tbad {k}\n' for k in range(FEWEST))
    found = read(text.encode())
    assert found.texts[0] == 'Good, "really", good 0'
    assert found.names == ("neg", "pos")
    assert found.labels[0] == 1


@pytest.mark.parametrize("header", ["text,label", "label,text", "id,review,sentiment,when", "Sentence;Polarity"])
def test_a_csv_with_a_header_in_any_order(header):
    mark = ";" if ";" in header else ","
    names = header.lower().split(mark)
    rows = []
    for k in range(FEWEST):
        for label, text in (("positive", f'"good{mark} and ""quoted"" {k}"'), ("negative", f"bad {k}")):
            cell = {"label": label, "sentiment": label, "polarity": label, "id": str(k), "when": "now"}
            rows.append(mark.join(cell.get(name, text) for name in names))
    found = read("\n".join([header, *rows]).encode())
    assert found.texts[0] == f'good{mark} and "quoted" 0'
    assert found.names == ("negative", "positive")
    assert found.labels == (1, 0) * FEWEST


def test_a_csv_without_a_header_and_a_text_over_two_lines():
    text = "".join(f'"good\nover two lines {k}",1\n"bad",0\n' for k in range(FEWEST))
    found = read(text.encode())
    assert found.texts[0] == "good\nover two lines 0"
    assert found.labels == (1, 0) * FEWEST


@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16"])
def test_other_encodings_of_unicode_are_read(code):
    assert read(tabbed().replace("very", "très").encode(code)).texts[0] == "très good indeed 0"


def test_mixed_encodings_are_read_byte_by_byte_and_said_so():
    found = read(tabbed().encode() + "caf\xe9\t1\n".encode("latin-1") + "thé\t0\n".encode())
    assert found.texts[-2] == "café"
    assert f"Line {2 * FEWEST + 1} is not UTF-8" in found.remarks[0]


def test_line_ends_of_windows_and_old_macs_are_read():
    for end in ("\r\n", "\r"):
        assert read(tabbed().replace("\n", end).encode()).labels == (1, 0) * FEWEST


def test_a_next_line_character_within_a_text_does_not_end_it():
    assert "\x85" in read(tabbed(tail="good\x85 and more\t1\n").encode()).texts[-1]


def test_rows_without_a_text_or_a_label_are_passed_over_and_counted():
    found = read(tabbed(tail="\t1\nno label\t\n\n").encode())
    assert len(found.texts) == 2 * FEWEST
    assert found.remarks == (
        f"Without a text or a label, and passed over: 2 rows (line {2 * FEWEST + 1}, {2 * FEWEST + 2}).",
    )


def test_labels_of_ones_own_are_taken_in_order_and_said_so():
    found = read(tabbed(good="ham", bad="spam").encode())
    assert found.names == ("ham", "spam")
    assert "The label `spam` was taken for the positive one." in found.remarks


def test_a_long_text_is_cut_and_hostile_content_is_only_text():
    hostile = "<script>alert(1)</script> =cmd|' /C calc'!A0"
    found = read(tabbed(tail=f"{'x' * (LONGEST + 5)}\t1\n{hostile}\t0\n").encode())
    assert len(found.texts[-2]) == LONGEST
    assert found.texts[-1] == hostile
    assert "Cut off after" in found.remarks[0]


def test_damaged_files_get_a_sentence():
    refused("", "The file is empty, expected a text and its label")
    refused(" \n\t\n ", "The file is empty")
    refused("only one line\t1\n", "The file has only the label `1`, expected two labels")
    refused("good\t1\nbad\t0\n", "The file has 1 text with the label `0` and 1 with `1`, expected at least 5 of each")
    refused("no label here\nnor here\n", "Line 1 has one column, `no label here`, expected a text, a tab and its label")
    refused(tabbed(tail="a\tb\t1\n"), f"Line {2 * FEWEST + 1} has 3 columns, expected 2")
    refused(tabbed(tail="so so\tmaybe\n"), f"Line {2 * FEWEST + 1} has the label `maybe`, expected one of two labels")
    refused(tabbed(tail=f"swapped\t{'long ' * 9}\n"), "has the label `long long long long long…`")
    refused(
        "text,label\ngood,1\nbad, but fun,0\n", "Line 3 has 3 columns, expected 2 as in the first line; a text with"
    )
    refused('text,label\ngood,1\n"bad,0\n', "Line 3 opens a quote that is not closed")
    refused("a,b,c\nd,e,f\n", "Line 1 names 3 columns, `a, b, c`, expected one called text")
    refused("text,label\n", "The file has no labels, expected two labels")
    refused(b"good\t1\n\0\0bad\t0\n", "Line 2 holds a zero byte, so this is no text file")
    refused(b"\xff\xfea", "begins as UTF-16 and does not go on so")
    refused(b"x" * (LARGEST_FILE + 1), "The file has 5.0 MB, expected at most 5")
    refused("a\t1\n" * (MOST + 1), "The file has 5,001 texts, expected at most 5,000")


def test_five_megabytes_of_one_line_are_refused_with_a_short_sentence():
    with pytest.raises(ValueError, match="Line 1 has one column") as caught:
        read(b"x" * LARGEST_FILE)
    assert len(str(caught.value)) < 200


def test_a_real_collection_is_read_whole(pytestconfig):
    folder = Path(os.environ.get("RNN_DATA", str(pytestconfig.rootpath.parent / "shared" / "data")))
    path = folder / "imdb_labelled_sentences" / "imdb_labelled.txt"
    if not path.exists():
        pytest.skip(f"{path} is absent: set RNN_DATA to the folder of the public collections")
    found = read(path.read_bytes())
    assert len(found.texts) == 1000
    assert sum(found.labels) == 500
    assert found.remarks == ()
