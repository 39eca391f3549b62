import pytest

from models.text import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat, which ate, was full.", ["the", "cat", ",", "which", "ate", ",", "was", "full", "."]),
        ("it isn't, it isn’t", ["it", "isn't", ",", "it", "isn't"]),
        ("'quoted'", ["'", "quoted", "'"]),
        ("a <unk> b<eos>", ["a", "<unk>", "b", "<eos>"]),
        ("<UNK>", ["<unk>"]),
        ("a < b > c", ["a", "<", "b", ">", "c"]),
        ("3 meals, 2.5 a day", ["3", "meals", ",", "2", ".", "5", "a", "day"]),
        ("tab\tline\nnull\x00bell\x07end", ["tab", "line", "null", "bell", "end"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("e\u0301te\u0301", ["été"]),
        ("left\u202eright\u200bzero", ["left", "right", "zero"]),
        ("yes😀❤\ufe0fno", ["yes", "😀", "❤", "no"]),
    ],
)
def test_a_text_splits_into_lower_case_words_and_single_signs(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x1f\u200b\u202e"])
def test_a_text_of_gaps_has_no_words(text):
    assert words(text) == []


def test_a_hundred_thousand_characters_are_split_completely():
    assert words("ab, " * 25_000) == ["ab", ","] * 25_000
