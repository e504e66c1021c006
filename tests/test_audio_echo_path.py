"""Sound heard again without the assistant's echo: the echo goes, the caller stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_triage.audio.echo import EchoCanceller
from voice_triage.audio.echo_path import without_echo
from voice_triage.audio.room import Echo, Room
from voice_triage.pcm import Pcm, rms_dbfs
from voice_triage.speech.callers import open_caller
from voice_triage.thresholds import BLOCK, ECHO_LEARNED_FROM

LINE = "do the spots fade when you press a glass on them, or do they stay as they are"


def _over_the_assistant(delay_ms: float, gain_db: float) -> tuple[Pcm, Pcm, Pcm]:
    """Microphone, far end and the caller alone [n each]: words begun with the assistant's first word."""
    far = open_caller("flite", "rms").render(LINE)
    far = far[: len(far) // BLOCK * BLOCK]
    room, alone = Room(echo=Echo(delay_ms, gain_db)), Room()
    for one in (room, alone):
        one.say(open_caller().render("purple blotches are spreading up her leg"), 0.2)
    blocks = far.reshape(-1, BLOCK)
    silent = np.zeros(BLOCK, np.int16)
    mic = np.concatenate([room.exchange(block) for block in blocks])
    return mic, far, np.concatenate([alone.exchange(silent) for _ in blocks])


@pytest.mark.parametrize("delay_ms", [10.0, 60.0, 200.0])
@pytest.mark.parametrize("gain_db", [0.0, -6.0, -12.0])
def test_the_echo_goes_and_the_caller_stays(delay_ms: float, gain_db: float) -> None:
    mic, far, caller = _over_the_assistant(delay_ms, gain_db)
    left = without_echo(mic, far)

    echo_db = rms_dbfs((mic.astype(np.int32) - caller).clip(-32768, 32767).astype(np.int16))
    rest_db = rms_dbfs((left.astype(np.int32) - caller).clip(-32768, 32767).astype(np.int16))
    assert rest_db < echo_db - 8.0, "8 dB of the echo are gone though the caller speaks from the start"


def test_what_is_asked_for_again_is_the_end_of_what_was_heard() -> None:
    """The words that AEC3 takes for echo are there again."""
    mic, far, caller = _over_the_assistant(60.0, -6.0)
    canceller = EchoCanceller()
    for near, played in zip(mic.reshape(-1, BLOCK), far.reshape(-1, BLOCK), strict=True):
        canceller.process(near, played)
    samples = 40 * BLOCK
    again = canceller.again(samples)()

    assert len(again) == samples
    since = max(0, len(mic) - samples - ECHO_LEARNED_FROM)
    assert np.array_equal(again, without_echo(mic[since:], far[since:])[-samples:])


def test_more_than_was_kept_gives_what_was_kept() -> None:
    canceller, block = EchoCanceller(), np.full(BLOCK, 700, np.int16)
    canceller.process(block, np.zeros(BLOCK, np.int16))

    assert np.array_equal(canceller.again(10 * BLOCK)(), block)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 2**16), st.sampled_from((0, 1, 300, 32767)))
def test_any_sound_keeps_its_length(length: int, seed: int, loud: int) -> None:
    random = np.random.default_rng(seed)
    mic = random.integers(-32768, 32767, length).astype(np.int16)
    far = random.integers(-loud, loud + 1, length).astype(np.int16)
    out = without_echo(mic, far)

    assert out.dtype == np.int16 and out.shape == mic.shape
    if not far.any():
        assert np.array_equal(out, mic)
