"""Sentences of the models that can be said in another language: still English, still a text, through a pipe as well."""

import pickle

import pytest

from models.loaders import numbers
from models.told import Told


def test_a_sentence_is_english_and_knows_what_it_was_made_of():
    told = Told("{count:,} of {all} rows", count=1234, all="many")
    assert told == "1,234 of many rows"
    assert told.template == "{count:,} of {all} rows"
    assert told.values == {"count": 1234, "all": "many"}


def test_a_sentence_without_values_keeps_its_braces():
    assert Told('a list, {"token": id}') == 'a list, {"token": id}'


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(KeyError):
        Told("{one} and {other}", one=1)


def test_a_sentence_comes_through_a_pipe_whole():
    told = Told("{what}: {size:g}", what=Told("a picture"), size=0.5)
    told = pickle.loads(pickle.dumps(told))  # noqa: S301 - what was just made here
    assert told == "a picture: 0.5"
    assert told.values["what"].template == "a picture"  # pyright: ignore[reportAttributeAccessIssue]


def test_an_error_of_a_loader_reads_as_before_and_can_be_said_anew():
    with pytest.raises(
        ValueError, match=r"^The file is a PDF, expected plain text: save it as \.txt or \.csv first$"
    ) as wrong:
        numbers.read(b"%PDF-1.7")
    assert wrong.value.args[0].values == {"kind": "a PDF"}
