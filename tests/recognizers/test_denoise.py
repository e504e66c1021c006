"""Steady noise turned down, speech left as it is."""

from __future__ import annotations

import numpy as np
import pytest

from voice_triage.recognizers.denoise import Floats, cleaned, noisy

RATE = 16_000


def speech(seconds: float = 2.0) -> Floats:
    """A hum that comes and goes four times a second, with pauses at both ends."""
    time = np.arange(round(seconds * RATE)) / RATE
    voice = sum(np.sin(2 * np.pi * 150 * number * time) / number for number in range(1, 12))
    voice *= np.square(np.sin(2 * np.pi * 2 * time)) * 0.05
    return np.pad(voice, RATE // 2).astype(np.float32)


def noise(length: int, level: float) -> Floats:
    return (np.random.default_rng(3).standard_normal(length) * level).astype(np.float32)


def db(sound: Floats) -> float:
    return float(10 * np.log10(np.mean(np.square(sound)) + 1e-12))


@pytest.mark.parametrize(("snr_db", "wanted"), [(40, False), (30, False), (18, True), (6, True)])
def test_only_noise_near_to_the_speech_is_noisy(snr_db: float, wanted: bool) -> None:
    voice = speech()
    level = np.sqrt(np.mean(np.square(voice))) * 10 ** (-snr_db / 20)
    assert noisy(voice + noise(len(voice), level)) is wanted


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(100), np.zeros(RATE), speech()], ids=len)
def test_silence_and_clean_speech_are_not_noisy(sound: Floats) -> None:
    assert not noisy(sound.astype(np.float32))


def test_pauses_become_quieter_and_speech_stays() -> None:
    voice = speech()
    rustle = noise(len(voice), 0.01)
    out = cleaned(voice + rustle)
    pause = slice(0, RATE // 3)

    assert db((voice + rustle)[pause]) - db(out[pause]) > 5
    assert db(out - voice) < db(rustle) - 3, "nearer to the speech than it was"
    assert abs(db(out) - db(voice + rustle)) < 1


@pytest.mark.parametrize("length", [1, 127, 128, 511, 513, 5000])
def test_any_length_stays_as_long_as_it_was(length: int) -> None:
    out = cleaned(noise(length, 0.1))
    assert len(out) == length and np.all(np.isfinite(out))
