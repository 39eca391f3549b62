"""Words in columns with a tag behind each: CoNLL-2003, WNUT 2017 and CoNLL-U.

    corpus = read(data)                     # bytes of a file
    corpus.sentences[0].words, corpus.sentences[0].tags
    corpus.entities                         # the tags are B-, I- and O; else they are parts of speech

One word a line, an empty line between sentences, the word first and the tag last; of CoNLL-U, which has ten columns, the
second and the fourth. IOB1 is read as BIO. Everything else is a ValueError whose sentence names the line, what came and
what was wanted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.entity_f1 import OUTSIDE, as_bio
from models.loaders.encoding import decode
from models.told import Told

LONGEST = 1000
"""Words of a sentence at most."""

KINDS = 100
"""Different tags at most."""

_ENTITY = re.compile(r"[BIES]-[^\s,|]+")
_CONLLU_COLUMNS = 10
_CONLLU_NUMBER = re.compile(r"[0-9]+([-.][0-9]+)?")
_LONGEST_CELL = 200  # characters of a word or a tag
_SHOWN = 24  # characters of a wrong entry that a sentence repeats
_WANTED = Told("one word a line with its tag behind it, and an empty line between sentences")


@dataclass(frozen=True)
class Sentence:
    """The words of a sentence, as they were written, and the tag of each."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """A file as sentences.

    Attributes:
        sentences: In the file's order, none empty.
        entities: Whether the tags are those of named entities, in BIO; else each word has one of a set of labels.
        remarks: What was guessed or passed over, in sentences.
    """

    sentences: tuple[Sentence, ...]
    entities: bool
    remarks: tuple[str, ...]

    @property
    def words(self) -> int:
        """How many words all sentences have."""
        return sum(len(sentence.words) for sentence in self.sentences)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags that occur, O first, the others sorted."""
        found = {tag for sentence in self.sentences for tag in sentence.tags}
        return (*([OUTSIDE] if OUTSIDE in found else []), *sorted(found - {OUTSIDE}))


def read(data: bytes) -> Corpus:
    """Reads a file.

    Raises:
        ValueError: It is empty, too large, no text, or a line has the wrong columns: a sentence says which and where.
    """
    decoded = decode(data, _WANTED)
    remarks = list(decoded.remarks)
    rows = _rows(decoded.text.split("\n"))
    if not rows:
        raise ValueError(Told("The file is empty, expected {wanted}", wanted=_WANTED))
    conllu = all(
        len(cells) == _CONLLU_COLUMNS and _CONLLU_NUMBER.fullmatch(cells[0]) for _, cells in rows[:50] if cells
    )
    word, tag = (1, 3) if conllu else (0, -1)
    sentences = _sentences(rows, word, tag, conllu=conllu)
    entities = _are_entities(sentences, conllu=conllu)
    if conllu:
        remarks.append(Told("It is CoNLL-U: the second column was read as words, the fourth as parts of speech."))
    if entities:
        sentences, told = _bio(sentences)
        remarks += told
    corpus = Corpus(
        tuple(Sentence(tuple(words), tuple(tags)) for _, words, tags in sentences), entities, tuple(remarks)
    )
    if len(corpus.tags) > KINDS:
        raise ValueError(
            Told(
                "The last column holds {count:,} different tags, expected at most {most}: is it a column of tags?",
                count=len(corpus.tags),
                most=KINDS,
            )
        )
    return corpus


_Row = tuple[int, list[str]]  # the line and its cells; none between two sentences
_Read = tuple[int, list[str], list[str]]  # the line of a sentence's first word, its words, its tags


def _rows(lines: Sequence[str]) -> list[_Row]:
    """Lines as cells: parted by tabs if the first line of words has one, else by blanks."""
    tabbed = any("\t" in line for line in lines[:200] if line.strip() and not _is_comment(line))
    rows: list[_Row] = []
    first: _Row | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("-DOCSTART-"):
            if rows and rows[-1][1]:
                rows.append((number, []))
            continue
        if _is_comment(line):
            continue
        cells = [cell.strip() for cell in line.strip("\n").split("\t")] if tabbed else line.split()
        first = first or (number, cells)
        _check_row(number, cells, first)
        rows.append((number, cells))
    return rows


def _is_comment(line: str) -> bool:
    """A comment of CoNLL-U: "# text = ...". A word "#" has a tag behind it and no more."""
    return line.startswith(("# ", "#\u00a0")) and "=" in line and "\t" not in line


def _check_row(number: int, cells: Sequence[str], first: _Row) -> None:
    if len(cells) < 2:
        raise ValueError(
            Told(
                "Line {number} has 1 column, {cell}; expected {wanted}",
                number=number,
                cell=_quoted(cells[0]),
                wanted=_WANTED,
            )
        )
    if len(cells) != len(first[1]):
        raise ValueError(
            Told(
                "Line {number} has {count} columns, expected {wide} as in line {first}",
                number=number,
                count=len(cells),
                wide=len(first[1]),
                first=first[0],
            )
        )
    if not cells[0] or not cells[-1]:
        raise ValueError(
            Told(
                "Line {number} has an empty word, expected {wanted}"
                if not cells[0]
                else "Line {number} has an empty tag, expected {wanted}",
                number=number,
                wanted=_WANTED,
            )
        )
    if max(map(len, (cells[0], cells[-1]))) > _LONGEST_CELL and len(cells) < _CONLLU_COLUMNS:
        raise ValueError(
            Told(
                "Line {number} has a word or a tag of more than {most} characters, expected {wanted}",
                number=number,
                most=_LONGEST_CELL,
                wanted=_WANTED,
            )
        )


def _sentences(rows: Sequence[_Row], word: int, tag: int, *, conllu: bool) -> list[_Read]:
    found: list[_Read] = []
    fresh = True
    for number, cells in rows:
        if not cells:
            fresh = True
            continue
        if conllu and not _CONLLU_NUMBER.fullmatch(cells[0]):
            raise ValueError(
                Told(
                    "Line {number} begins with {cell}, expected the number of a word as in CoNLL-U",
                    number=number,
                    cell=_quoted(cells[0]),
                )
            )
        if conllu and not cells[0].isdigit():  # "1-2" spans two words that follow, "1.1" was never written
            continue
        if fresh:
            found.append((number, [], []))
            fresh = False
        found[-1][1].append(cells[word])
        found[-1][2].append(cells[tag])
        if len(found[-1][1]) > LONGEST:
            raise ValueError(
                Told(
                    "The sentence that begins in line {line} has more than {most:,} words, expected an empty "
                    "line between sentences",
                    line=found[-1][0],
                    most=LONGEST,
                )
            )
    if not found:
        raise ValueError(Told("The file has no word, expected {wanted}", wanted=_WANTED))
    return found


def _are_entities(sentences: Sequence[_Read], *, conllu: bool) -> bool:
    """Whether the tags are those of entities: O, and B-type or I-type."""
    if conllu:
        return False
    tags = [tag for _, _, tags in sentences for tag in tags]
    marked = sum(bool(_ENTITY.match(tag)) for tag in tags)
    return marked > 0 and marked + sum(tag == OUTSIDE for tag in tags) > 0.9 * len(tags)


def _bio(sentences: Sequence[_Read]) -> tuple[list[_Read], list[str]]:
    """Tags of entities in BIO, and what was changed."""
    found: list[_Read] = []
    changed = 0
    for first, words, tags in sentences:
        for place, tag in enumerate(tags):
            if tag != OUTSIDE and not _ENTITY.fullmatch(tag):
                raise ValueError(
                    Told(
                        "The tag {tag} of word {place} in the sentence that begins in line {line} is none, expected O, "
                        "B-type or I-type",
                        tag=_quoted(tag),
                        place=place + 1,
                        line=first,
                    )
                )
        plain = [{"S": "B", "E": "I"}.get(tag[0], tag[0]) + tag[1:] for tag in tags]
        bio = as_bio(plain)
        changed += sum(old != new for old, new in zip(tags, bio, strict=True))
        found.append((first, words, list(bio)))
    told = Told("{count:,} tags were written as in IOB1 or IOBES and are read as BIO.", count=changed)
    return found, [told] if changed else []


def _quoted(text: str) -> str:
    return f"“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"
