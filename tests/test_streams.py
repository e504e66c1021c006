"""The two directions of a device on fake streams: odd rates, stereo, clocks that disagree."""

from __future__ import annotations

import numpy as np
import pytest
from fake_device import SILENT, FakeBackend, FakeStream

from voice_triage.audio.pace import Pace
from voice_triage.audio.streams import AHEAD_BLOCKS, HELD_S, Loudspeaker, Microphone
from voice_triage.pcm import Pcm
from voice_triage.thresholds import BLOCK


def _microphone(rate_hz: int = 16000, channels: int = 1) -> tuple[Microphone, FakeStream]:
    backend = FakeBackend(rate_hz, channels)
    microphone = Microphone(backend)
    microphone.open()
    microphone.read(0.0)  # what came with the first callback
    return microphone, backend.opened["input"][0]


def _loudspeaker(rate_hz: int = 16000, channels: int = 1) -> tuple[Loudspeaker, FakeStream]:
    backend = FakeBackend(rate_hz, channels)
    loudspeaker = Loudspeaker(backend)
    loudspeaker.open()
    return loudspeaker, backend.opened["output"][0]


def _tone(rate_hz: int, seconds: float = 1.0) -> Pcm:
    return (10000 * np.sin(2 * np.pi * 500 * np.arange(int(rate_hz * seconds)) / rate_hz)).astype(np.int16)


def _pitch_hz(pcm: Pcm, rate_hz: int) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(pcm))) * rate_hz / len(pcm))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_microphone_of_any_rate_gives_16_khz_without_seams(rate_hz: int, channels: int) -> None:
    microphone, stream = _microphone(rate_hz, channels)
    heard: list[Pcm] = []
    for part in _tone(rate_hz).reshape(50, -1):
        stream.tick(part)
        while (block := microphone.read(0.0)) is not None:
            heard.append(block)

    pcm = np.concatenate(heard)[1600:]
    assert all(len(block) == BLOCK for block in heard) and len(heard) >= 47
    assert _pitch_hz(pcm, 16000) == pytest.approx(500, abs=3)
    assert np.abs(np.diff(pcm.astype(int))).max() < 2200, "a click between blocks"


@pytest.mark.parametrize("rate_hz", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_loudspeaker_of_any_rate_plays_16_khz_without_seams(rate_hz: int, channels: int) -> None:
    loudspeaker, stream = _loudspeaker(rate_hz, channels)
    played = []
    for i, block in enumerate(_tone(16000).reshape(-1, BLOCK)):
        loudspeaker.write(block)
        if i >= 8:  # soxr gives its sound in bursts
            played.append(stream.tick())

    sound = np.concatenate(played)
    assert sound.shape[1] == channels and np.array_equal(sound[:, 0], sound[:, -1])
    assert _pitch_hz(sound[:, 0], rate_hz) == pytest.approx(500, abs=3)
    assert loudspeaker.underruns == 0


def test_an_answer_is_kept_while_the_session_is_busy_but_not_for_ever() -> None:
    microphone, stream = _microphone()
    for _ in range(100):
        stream.tick(np.full(BLOCK, 7, np.int16))
    kept = microphone.waiting_s
    for _ in range(1000):
        stream.tick()

    assert kept == pytest.approx(2.0) and microphone.overruns > 0
    assert microphone.waiting_s <= HELD_S + 0.03


def test_clocks_that_disagree_meet_again_in_the_silences() -> None:
    """A loudspeaker 1 % slow must not fall seconds behind in an hour."""
    loudspeaker, stream = _loudspeaker()
    for i in range(5000):
        loudspeaker.write(np.full(BLOCK, 500, np.int16) if i % 200 < 100 else SILENT)
        if i % 100:
            stream.tick()

    assert loudspeaker._queued <= (AHEAD_BLOCKS + 4) * BLOCK
    assert loudspeaker.overruns == 0


def test_a_fast_loudspeaker_is_fed_ahead_in_the_silences() -> None:
    loudspeaker, stream = _loudspeaker()
    for i in range(3000):
        loudspeaker.write(np.full(BLOCK, 500, np.int16) if i % 200 < 100 else SILENT)
        for _ in range(2 if i % 100 == 0 else 1):
            stream.tick()

    assert loudspeaker.underruns <= 3


def test_a_cut_empties_everything_and_counts_what_was_unheard() -> None:
    loudspeaker, stream = _loudspeaker()
    for _ in range(10):
        loudspeaker.write(np.full(BLOCK, 500, np.int16))

    unheard = loudspeaker.cut()

    assert unheard == 10 * BLOCK + 800 and stream.restarts == 1
    assert not stream.tick().any() and loudspeaker.underruns == 0


def test_running_dry_in_mid_sentence_is_counted_as_trouble() -> None:
    loudspeaker, stream = _loudspeaker()
    loudspeaker.write(np.full(BLOCK, 500, np.int16))
    for trouble in (False, True, False):
        stream.tick(trouble=trouble)

    assert loudspeaker.underruns == 2 and loudspeaker.troubles == 1


def _paced(lost_at: dict[int, float], blocks: int = 600, drift: float = 0.0) -> list[int]:
    """What a pace makes of callbacks 20 ms apart, up to 30 ms late, before some of which sound was lost."""
    late = np.random.default_rng(0).exponential(0.006, blocks).clip(0, 0.03)
    pace, now_s, found = Pace(16000), 100.0, []
    for i in range(blocks):
        now_s += 0.02 * (1 + drift) + lost_at.get(i, 0.0)
        found.append(pace.feed(BLOCK, now_s + late[i]))
    return found


@pytest.mark.parametrize("lost_s", [0.015, 0.04, 0.2])
def test_swallowed_sound_is_noticed_and_measured(lost_s: float) -> None:
    """A microphone that loses 40 ms brings every echo 40 ms early, which no canceller follows."""
    found = _paced({200: lost_s, 400: lost_s})

    assert sum(found[:200]) == 0 and found[224:].count(0) >= len(found[224:]) - 4
    assert sum(found) / 16000 == pytest.approx(2 * lost_s, abs=0.006)


@pytest.mark.parametrize("drift", [0.0, 0.0001, -0.0001])
def test_late_callbacks_and_drifting_clocks_are_no_loss(drift: float) -> None:
    assert sum(_paced({}, blocks=3000, drift=drift)) == 0
