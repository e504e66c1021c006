"""What is played: whole, in order, cut within a block, and never wrapped round."""

from __future__ import annotations

from typing import get_args

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_triage.audio.earcons import Earcon, earcon
from voice_triage.audio.player import Player
from voice_triage.thresholds import BLOCK

NAMES: tuple[Earcon, ...] = get_args(Earcon)


def _ramp(n: int, start: int = 1) -> np.ndarray:
    return (np.arange(start, start + n) % 20000).astype(np.int16)


def _drain(player: Player, blocks: int) -> np.ndarray:
    return np.concatenate([player.next_block() for _ in range(blocks)])


@settings(max_examples=60, deadline=None)
@given(lengths=st.lists(st.integers(0, 1500), max_size=6))
def test_segments_come_out_whole_and_in_order(lengths: list[int]) -> None:
    player, parts = Player(), [_ramp(n, 100 * i + 1) for i, n in enumerate(lengths)]
    for i, pcm in enumerate(parts):
        player.say(pcm, str(i))

    whole = np.concatenate([*parts, np.zeros(0, np.int16)])
    out = _drain(player, len(whole) // BLOCK + 2)

    assert np.array_equal(out[: len(whole)], whole) and not out[len(whole) :].any()
    assert player.take_finished() == tuple(str(i) for i in range(len(lengths)))
    assert not player.playing and player.take_finished() == ()


def test_silence_when_there_is_nothing_to_say() -> None:
    player = Player()

    assert not player.next_block().any() and not player.playing
    assert player.cut() is None


def test_a_cut_is_silent_after_one_block_and_says_what_was_heard() -> None:
    player = Player()
    for name in ("why", "what", "when"):
        player.say(np.full(3000, 8000, np.int16), name)
    _drain(player, 11)  # all of "why" (3000) and 520 samples of "what"

    cut = player.cut()
    fade, after = player.next_block(), _drain(player, 5)

    assert cut is not None and (cut.segment, cut.heard, cut.length, cut.dropped) == (
        "what",
        520,
        3000,
        ("when",),
    )
    assert fade[0] > 7900 and abs(int(fade[-1])) < 100 and np.all(np.diff(fade.astype(int)) <= 0)
    assert not after.any()


def test_what_follows_a_cut_starts_a_block_later_at_full_volume() -> None:
    player = Player()
    player.say(np.full(3000, 8000, np.int16), "question")
    player.next_block()
    player.duck(0.0)
    player.next_block()
    player.cut()
    player.say(np.full(3000, 5000, np.int16), "emergency")

    player.next_block()  # the fade, here of what was muted
    block = player.next_block()

    assert np.all(block == 5000) and player.segment == "emergency"


def test_nothing_stays_ducked_when_the_last_thing_said_was() -> None:
    """A caller began over the last earcon: the emergency line that followed was muted."""
    player = Player()
    player.say(np.full(BLOCK, 8000, np.int16), "earcon")
    player.duck(0.0)
    _drain(player, 3)
    player.cut()
    player.say(np.full(3000, 5000, np.int16), "emergency")

    assert np.all(player.next_block() == 5000)


def test_what_is_laid_over_delays_nothing_and_ends_with_a_cut() -> None:
    player = Player()
    player.say(np.full(3 * BLOCK, 1000, np.int16), "question")
    player.overlay(np.full(BLOCK + 100, 500, np.int16))
    over = _drain(player, 2)
    player.overlay(np.full(BLOCK, 500, np.int16))
    player.cut()

    assert np.all(over[: BLOCK + 100] == 1500) and np.all(over[BLOCK + 100 :] == 1000)
    assert np.all(np.diff(_drain(player, 2).astype(int)) <= 0)


def test_cutting_what_has_not_begun_makes_no_sound() -> None:
    player = Player()
    player.say(np.full(3000, 8000, np.int16), "question")

    cut = player.cut()

    assert cut is not None and cut.heard == 0
    assert not player.next_block().any()


def test_however_often_it_is_turned_down_something_is_heard() -> None:
    player = Player()
    player.volume = 0.0
    player.say(np.full(BLOCK * 4, 10_000, np.int16))

    assert all(np.abs(player.next_block()).max() > 500 for _ in range(3))


def test_ducking_and_volume_change_without_a_click() -> None:
    player = Player()
    player.say(np.full(16000, 8000, np.int16))
    player.next_block()
    player.duck(0.25)
    ducking = player.next_block()
    player.duck(1.0)
    player.volume = 0.5
    rising = player.next_block()

    assert np.abs(np.diff(ducking.astype(int))).max() < 50 and ducking[-1] == 2000
    assert np.abs(np.diff(rising.astype(int))).max() < 50 and rising[-1] == 4000


def test_louder_is_limited_not_wrapped() -> None:
    player = Player()
    player.volume = 4.0
    player.say((30000 * np.sin(np.arange(3200) / 5)).astype(np.int16))

    out = _drain(player, 10)

    assert np.abs(out.astype(int)).max() <= 32768 * 0.99 + 1
    assert np.abs(np.diff(out[BLOCK:].astype(int))).max() < 30000


def test_a_pause_belongs_to_its_segment() -> None:
    player = Player()
    player.say(_ramp(320), "a", pause_s=0.1)
    player.say(_ramp(320), "b")

    out = _drain(player, 8)

    assert not out[320:1920].any() and np.array_equal(out[1920:2240], _ramp(320))


def _spectrum(name: Earcon) -> np.ndarray:
    return np.abs(np.fft.rfft(earcon(name), 8192)) / np.linalg.norm(np.abs(np.fft.rfft(earcon(name), 8192)))


def test_earcons_are_short_and_told_apart_by_spectrum() -> None:
    """A blind listener must know "listening" from "emergency" without a screen."""
    spectra = {name: _spectrum(name) for name in NAMES}
    likeness = {(a, b): float(spectra[a] @ spectra[b]) for a in NAMES for b in NAMES if a < b}

    assert all(0.05 < len(earcon(name)) / 16000 <= 0.25 for name in NAMES)
    assert max(likeness.values()) < 0.3, likeness
    assert all(abs(int(earcon(name)[0])) < 50 and abs(int(earcon(name)[-1])) < 50 for name in NAMES)


def test_only_the_emergency_is_loud() -> None:
    peaks = {name: 20 * np.log10(np.abs(earcon(name).astype(float)).max() / 32768) for name in NAMES}

    assert peaks["emergency"] > -10
    assert all(peaks[name] < -17 for name in NAMES if name != "emergency")
