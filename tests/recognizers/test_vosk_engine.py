"""Vosk: words it cannot hear, and the open vocabulary beside the phrase list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from spoken import KOREAN, Case, Pcm, Phrases, korean_model

from voice_triage.recognizers.vosk_engine import VoskRecognizer, more_likely

pytestmark = pytest.mark.audio


def test_vosk_reports_the_words_it_cannot_hear() -> None:
    engine = VoskRecognizer(Phrases(["네", "네 xyzzy"], []), korean_model())

    assert engine.missing_words == ("xyzzy",)


@pytest.mark.parametrize(
    ("narrow", "wide", "heard"),
    [
        ("no", "know", "no"),
        ("he can't breathe", "he can't breathe", "he can't breathe"),
        ("he can't breathe", "we took the train to town", "we took the train to town"),
        ("[unk] stiff neck", "her very stiff neck", "her very stiff neck"),
        ("", "something else", "something else"),
        ("i have a stiff neck", "i have stiff necks", "i have a stiff neck"),
    ],
)
def test_the_phrase_list_is_believed_only_where_the_open_vocabulary_agrees(
    narrow: str, wide: str, heard: str
) -> None:
    assert " ".join(more_likely(narrow.split(), wide.split())) == heard


def test_the_open_vocabulary_runs_beside_the_phrase_list(korean: Callable[[str], Pcm]) -> None:
    case = Case(VoskRecognizer(KOREAN, korean_model()), korean, [])

    assert case.hear(korean("네"))[0] == "네"
