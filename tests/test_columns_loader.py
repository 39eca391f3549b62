"""Words in columns: good files of each format, and a sentence for each damaged one."""

import os
from pathlib import Path

import pytest

from models.loaders.columns import Sentence, read
from models.loaders.encoding import LARGEST_FILE

DATA = Path(os.environ.get("RNN_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
CONLLU = """# sent_id = 1
# text = We don't
1\tWe\twe\tPRON\tPRP\t_\t2\tnsubj\t_\t_
2-3\tdon't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdo\tdo\tAUX\tVBP\t_\t0\troot\t_\t_
3\tn't\tnot\tPART\tRB\t_\t2\tadvmod\t_\t_
3.1\tgone\tgo\tVERB\t_\t_\t_\t_\t_\t_

1\tGo\tgo\tVERB\tVB\t_\t0\troot\t_\t_
"""


def test_wnut_has_a_word_a_tab_and_a_tag():
    found = read(b"Empire\tB-location\nState\tI-location\n#\tO\n\t\nESB\tB-location\n")
    assert found.sentences == (
        Sentence(("Empire", "State", "#"), ("B-location", "I-location", "O")),
        Sentence(("ESB",), ("B-location",)),
    )
    assert found.entities
    assert found.tags == ("O", "B-location", "I-location")
    assert found.words == 4
    assert not found.remarks


def test_conll_2003_is_read_by_its_first_and_last_column_and_iob1_as_bio():
    text = "-DOCSTART- -X- -X- O\n\nU.N. NNP I-NP I-ORG\nofficial NN I-NP O\nEkeus NNP I-NP I-PER\n\nBaghdad NNP I-NP I-LOC\n"
    found = read(text.encode())
    assert [s.tags for s in found.sentences] == [("B-ORG", "O", "B-PER"), ("B-LOC",)]
    assert "3 tags" in found.remarks[0]


def test_conllu_gives_words_and_parts_of_speech_without_spans_and_empty_words():
    found = read(CONLLU.encode())
    assert found.sentences == (Sentence(("We", "do", "n't"), ("PRON", "AUX", "PART")), Sentence(("Go",), ("VERB",)))
    assert not found.entities
    assert "CoNLL-U" in found.remarks[0]


def test_line_ends_of_windows_utf_16_and_iobes_are_understood():
    assert read(b"a O\r\nb S-x\r\nc B-x\r\nd E-x\r\n").sentences[0].tags == ("O", "B-x", "B-x", "I-x")
    assert read("é O\nb B-x\n".encode("utf-16")).sentences[0].words == ("é", "b")


def test_another_encoding_is_told():
    found = read("ok O\né B-x\n".encode("latin-1"))
    assert found.sentences[0].words == ("ok", "é")
    assert "Line 2 is not UTF-8" in found.remarks[0]
    mixed = read("é O\n".encode() + "ü O\n".encode("latin-1"))
    assert "Line 2 is not UTF-8" in mixed.remarks[0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"-DOCSTART- -X- O O\n", "empty"),
        (b"word\n", "Line 1 has 1 column"),
        (b"a O\nb\n", "Line 2 has 1 column"),
        (b"a O\nb X O\n", "Line 2 has 3 columns, expected 2 as in line 1"),
        (b"a\tO\n\tO\n", "Line 2 has an empty word"),
        (b"a\tO\nb\t\n", "Line 2 has an empty tag"),
        (b"\x00\x01", "Line 1 holds a zero byte"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"a" * 300 + b" O\n", "more than 200 characters"),
        (b"a B-x,B-y\n" + b"b O\n" * 30, "B-x,B-y"),
        (b"a O\n" * 1001, "more than 1,000 words"),
        (b"x" * (LARGEST_FILE + 1), "MB, expected at most 5"),
        (b"".join(b"w t%d\n\n" % k for k in range(200)), "200 different tags"),
    ],
)
def test_a_damaged_file_gets_a_sentence(data, told):
    with pytest.raises(ValueError, match=told):
        read(data)


def test_one_line_is_one_sentence_of_one_word():
    assert read(b"London B-place").sentences == (Sentence(("London",), ("B-place",)),)


def test_a_damaged_conllu_names_the_line():
    with pytest.raises(ValueError, match="Line 60 begins with “x”"):
        read(b"1\ta\ta\tX\t_\t_\t_\t_\t_\t_\n" * 59 + b"x\ta\ta\tX\t_\t_\t_\t_\t_\t_\n")


@pytest.mark.skipif(
    not DATA.exists(), reason="needs public collections in the folder that RNN_DATA names, or in ../shared/data"
)
@pytest.mark.parametrize(
    ("name", "sentences"),
    [("wnut17/wnut17train.conll", 3394), ("wnut17/emerging.dev.conll", 1009), ("ud_ewt_dev_test/*-dev.conllu", 2001)],
)
def test_public_files_are_read(name, sentences):
    (path,) = DATA.glob(name)
    assert len(read(path.read_bytes()).sentences) == sentences
