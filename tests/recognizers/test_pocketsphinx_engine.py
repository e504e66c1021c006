"""PocketSphinx: what it keeps in its cache, and that a damaged one is built again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from spoken import ENGLISH, Case, Pcm, Phrases

from voice_triage.recognizers.pocketsphinx_engine import PocketSphinxRecognizer

pytestmark = pytest.mark.audio


class Printed(Phrases):
    """Phrases that say what they are, and count how often they had to be made."""

    made = 0
    print = "a"

    def sentences(self) -> list[str]:
        self.made += 1
        return super().sentences()

    def fingerprint(self) -> str:
        return self.print


def test_phrases_with_a_known_fingerprint_need_not_be_made(tmp_path: Path) -> None:
    phrases = Printed(["stop"], [])
    PocketSphinxRecognizer(phrases, cache=tmp_path)
    PocketSphinxRecognizer(phrases, cache=tmp_path)
    assert phrases.made == 1

    phrases.print = "b"
    PocketSphinxRecognizer(phrases, cache=tmp_path)
    assert phrases.made == 2


def test_what_older_words_left_in_the_cache_is_removed(tmp_path: Path) -> None:
    """Each change of the grammars left eight megabytes behind, for ever."""
    long_ago = 1_600_000_000
    for number in range(6):
        (tmp_path / f"pocketsphinx-{number:020x}").mkdir()
        os.utime(tmp_path / f"pocketsphinx-{number:020x}", (long_ago + number, long_ago + number))
    for name, when in (("killed", long_ago), ("being-built", None)):
        (tmp_path / f"pocketsphinx-{9:020x}-{name}" / "whole").mkdir(parents=True)
        if when is not None:
            os.utime(tmp_path / f"pocketsphinx-{9:020x}-{name}", (when, when))
    (tmp_path / "voice").mkdir()

    PocketSphinxRecognizer(Printed(["stop"], []), cache=tmp_path)
    PocketSphinxRecognizer(phrases := Printed(["stop"], []), cache=tmp_path)

    left = {path.name for path in tmp_path.iterdir()}
    kept = {f"pocketsphinx-{number:020x}" for number in (4, 5)}
    assert kept | {"voice", f"pocketsphinx-{9:020x}-being-built"} <= left and len(left) == 5
    assert phrases.made == 0, "what is in use stays"


def test_a_damaged_cache_is_built_again(tmp_path: Path, english: Callable[[str], Pcm]) -> None:
    PocketSphinxRecognizer(ENGLISH, cache=tmp_path)
    for file in tmp_path.glob("*/*"):
        file.write_text("damaged", encoding="ascii")

    case = Case(PocketSphinxRecognizer(ENGLISH, cache=tmp_path), english, [])

    assert case.hear(english("stop"))[0] == "stop"


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, english: Callable[[str], Pcm]
) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")

    case = Case(PocketSphinxRecognizer(ENGLISH, cache=tmp_path / "file" / "below"), english, [])

    assert case.hear(english("stop"))[0] == "stop"
