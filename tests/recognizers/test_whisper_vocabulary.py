"""The pieces of words that Whisper may write."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_triage.errors import Lacking
from voice_triage.protocol import Protocol
from voice_triage.recognizers.registry import open_second_opinion
from voice_triage.recognizers.whisper_tuning import TUNING
from voice_triage.recognizers.whisper_vocabulary import Vocabulary, pieces_of, reduced
from voice_triage.understanding.phrases import STANDBY, Phrases

EMBEDDINGS = np.arange(12, dtype=np.float16).reshape(6, 2)
HEAD = b"before" + struct.pack("<II", 6, 2) + b"\x04" + struct.pack("<I", EMBEDDINGS.nbytes)
FILES = {
    "model.bin": HEAD + EMBEDDINGS.tobytes() + b"behind",
    "vocabulary.txt": b"a\nb\nc\nd\ne\nf\n",
    "config.json": json.dumps(
        {"suppress_ids": [1, 4], "lang_ids": [5], "alignment_heads": [[1, 0]]}
    ).encode(),
}


class Letters:
    """A tokenizer whose pieces are the letters from a."""

    def encode(self, text: str, *, add_special_tokens: bool) -> object:
        return type("Encoding", (), {"ids": [ord(letter) - ord("a") for letter in text]})

    def token_to_id(self, name: str) -> int:
        return ord(name) - ord("a")

    def decode(self, numbers: list[int]) -> str:
        return "".join(chr(number + ord("a")) for number in numbers)


def test_only_the_rows_of_the_pieces_that_are_kept_are_left() -> None:
    pieces = np.array([1, 2, 5], np.uint16)

    files = reduced(FILES, len(HEAD), EMBEDDINGS.shape, pieces)

    head = b"before" + struct.pack("<II", 3, 2) + b"\x04" + struct.pack("<I", 12)
    assert files["model.bin"] == head + EMBEDDINGS[pieces].tobytes() + b"behind"
    assert files["vocabulary.txt"] == b"b\nc\nf\n"
    assert json.loads(files["config.json"]) == {
        "suppress_ids": [0],
        "lang_ids": [2],
        "alignment_heads": [[1, 0]],
    }


def test_what_is_not_kept_is_left_out_of_what_it_is_told() -> None:
    vocabulary = Vocabulary(Letters(), np.array([1, 2, 5], np.uint16))

    assert vocabulary.read("fab") == [2, 0]
    assert vocabulary.write([2, 0]) == "fb"
    assert vocabulary.special("b", "f") == [0, 2]
    with pytest.raises(KeyError):
        vocabulary.special("b", "a")


@pytest.fixture(scope="module")
def shipped() -> Vocabulary:
    """What the engine uses."""
    try:
        engine = open_second_opinion()
        engine.load()
        return engine._words
    except Lacking as error:
        pytest.skip(str(error))


def test_the_shipped_pieces_are_a_part_of_the_whole_in_order() -> None:
    pieces = pieces_of(TUNING)

    assert pieces is not None and len(pieces) < 16_000
    assert {*range(256), *range(50256, 50363)} <= set(pieces.tolist()), "bytes, and special ones"
    assert (np.diff(pieces.astype(int)) > 0).all()


@pytest.mark.parametrize(
    "text",
    [
        " He can't breathe.",
        " My wife is forty-one.",
        " Purpura, and a bulging fontanelle.",
        *(f" {tenths / 10}" for tenths in range(340, 430)),
        *(f" {number}." for number in (*range(121), 911, 999)),
    ],
)
def test_what_callers_say_can_be_written_as_before(shipped: Vocabulary, text: str) -> None:
    assert shipped.write(shipped.read(text)) == text


def test_each_hint_is_told_whole(shipped: Vocabulary) -> None:
    hint = Phrases.load().hint
    for question in (None, STANDBY, *(one.id for one in Protocol.load().questions)):
        said = hint(question)
        assert shipped.write(shipped.read(said)) == said, "run scripts/tune_whisper --minutes 0"


@given(text=st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=30))
def test_every_letter_is_kept(shipped: Vocabulary, text: str) -> None:
    letters = [number for letter in text for number in shipped.read(letter)]

    assert shipped.write(letters) == text
