"""The simulated room: levels, delays and positions are what the scenario asked for."""

from __future__ import annotations

import numpy as np
import pytest

from voice_triage.audio.echo import LATE_BY, EchoCanceller, EchoDetector
from voice_triage.audio.room import SPEECH_DBFS, Echo, Noise, Room, coloured_noise
from voice_triage.pcm import rms_dbfs
from voice_triage.speech.callers import open_caller
from voice_triage.thresholds import BLOCK

SILENT = np.zeros(BLOCK, np.int16)


def _blocks(pcm: np.ndarray) -> list[np.ndarray]:
    return list(np.pad(pcm, (0, -len(pcm) % BLOCK)).reshape(-1, BLOCK))


def _listen(room: Room, blocks: int) -> np.ndarray:
    return np.concatenate([room.exchange(SILENT) for _ in range(blocks)])


def _speechlike(seconds: float, seed: int = 0, dbfs: float = -20.0) -> np.ndarray:
    """Noise with the spectrum and the rhythm of speech."""
    n = int(seconds * 16000)
    noise = np.convolve(np.random.default_rng(seed).standard_normal(n), np.ones(12) / 12, "same")
    noise *= 0.2 + np.abs(np.sin(np.arange(n) / 2500.0))
    return (
        (noise / np.sqrt(np.mean(noise**2)) * 32768 * 10 ** (dbfs / 20)).clip(-32768, 32767).astype(np.int16)
    )


def test_an_empty_room_is_silent_and_keeps_time() -> None:
    room = Room()

    assert not _listen(room, 100).any()
    assert room.now_s == pytest.approx(2.0)


def test_the_caller_is_heard_where_the_room_says() -> None:
    room = Room()
    _listen(room, 3)
    pcm = np.concatenate((np.zeros(480, np.int16), np.full(1600, 9000, np.int16), np.zeros(800, np.int16)))

    spoken = room.say(pcm, delay_s=0.1)
    talking = room.talking
    mic = _listen(room, 20)

    assert (spoken.start, spoken.end) == (3 * BLOCK + 1600 + 480, 3 * BLOCK + 1600 + 480 + 1600)
    heard = np.flatnonzero(mic) + 3 * BLOCK
    assert (heard[0], heard[-1] + 1) == (spoken.start, spoken.end)
    assert talking and not room.talking


def test_overlapping_words_add_up() -> None:
    room = Room()
    room.say(np.full(BLOCK, 1000, np.int16))
    room.say(np.full(BLOCK, 500, np.int16))

    assert np.all(room.exchange(SILENT) == 1500)
    assert not room.exchange(SILENT).any() and not room.talking


@pytest.mark.parametrize("kind", ["white", "pink"])
@pytest.mark.parametrize("snr_db", [20.0, 12.0, 6.0, -3.0])
def test_noise_is_as_far_below_speech_as_asked(kind: str, snr_db: float) -> None:
    room = Room(Noise(coloured_noise(kind), snr_db))  # type: ignore[arg-type]

    assert rms_dbfs(_listen(room, 1600)) == pytest.approx(SPEECH_DBFS - snr_db, abs=0.5)


def test_noise_follows_the_seed() -> None:
    noise = Noise(coloured_noise("pink"), 10.0)
    again = [_listen(Room(noise, seed=seed), 50) for seed in (1, 1, 2)]

    assert np.array_equal(again[0], again[1]) and not np.array_equal(again[0], again[2])


def test_a_short_noise_file_is_looped() -> None:
    loop = np.random.default_rng(0).integers(-3000, 3000, 777).astype(np.int16)
    mic = _listen(Room(Noise(loop, 0.0)), 20)

    assert np.array_equal(mic[:777], mic[777:1554])


@pytest.mark.parametrize("delay_ms", [0.0, 40.0, 150.0, 300.0])
def test_echo_comes_late_and_at_its_level(delay_ms: float) -> None:
    room, far = Room(echo=Echo(delay_ms, -10.0)), _speechlike(2.0)
    mic = np.concatenate([room.exchange(block) for block in _blocks(far)] + [_listen(room, 40)])
    first = int(np.flatnonzero(np.abs(mic.astype(int)) > 5)[0])

    assert abs(first - delay_ms * 16) < 50
    level = 10 * np.log10(np.sum(mic.astype(float) ** 2) / np.sum(far.astype(float) ** 2))
    assert level == pytest.approx(-10.0, abs=2.0)


@pytest.mark.parametrize(("delay_ms", "gain_db"), [(40.0, -10.0), (150.0, 0.0), (300.0, -20.0)])
def test_own_voice_is_taken_out_of_the_microphone(delay_ms: float, gain_db: float) -> None:
    """Without this the assistant's own "stiff neck" is heard as the caller's."""
    room, canceller = Room(echo=Echo(delay_ms, gain_db)), EchoCanceller()
    heard, cleaned = [], []
    prompt = "is there any trouble breathing, a stiff neck, or a rash all over the body"
    for block in _blocks(np.concatenate([open_caller().render(prompt)] * 2)):
        mic = room.exchange(block)
        heard.append(mic)
        cleaned.append(canceller.process(mic, block))
    late = slice(3 * 50, None)

    heard_db, left_db = rms_dbfs(np.concatenate(heard[late])), rms_dbfs(np.concatenate(cleaned[late]))
    assert heard_db > -46 and left_db < -54, "what is left is the noise of a quiet microphone"


def test_the_caller_passes_the_canceller_untouched_while_nothing_is_played() -> None:
    canceller, speech = EchoCanceller(), _speechlike(2.0, seed=3, dbfs=-26.0)
    out = np.concatenate([canceller.process(block, SILENT) for block in _blocks(speech)])

    assert np.array_equal(out[LATE_BY:], speech[: len(out) - LATE_BY])


def test_with_headphones_the_caller_is_not_taken_for_an_echo() -> None:
    """A canceller without an echo to learn from cuts into whoever talks while the assistant does."""
    canceller, words = EchoCanceller(), open_caller().render("he can't breathe")
    prompt = open_caller("flite", "rms").render("is there any trouble breathing or a stiff neck or a fever")
    far = _blocks(np.concatenate([prompt] * 2))
    start = (len(far) - 60) * BLOCK
    mic = np.zeros(len(far) * BLOCK, np.int16)
    mic[start : start + len(words)] = words[: len(mic) - start]
    out = np.concatenate([canceller.process(m, f) for m, f in zip(_blocks(mic), far, strict=True)])

    assert canceller.detector.absent
    assert rms_dbfs(out[start:]) == pytest.approx(rms_dbfs(mic[start:]), abs=0.5)


@pytest.mark.parametrize("gain_db", [0.0, -10.0, -20.0])
@pytest.mark.parametrize("snr_db", [None, 20.0])
def test_an_echo_is_known_for_one(gain_db: float, snr_db: float | None) -> None:
    room = Room(None if snr_db is None else Noise(coloured_noise("pink"), snr_db), Echo(60.0, gain_db))
    detector, likeness = EchoDetector(), []
    for block in _blocks(np.concatenate([open_caller().render("is there a fever, or a headache")] * 4)):
        detector.feed(room.exchange(block), block)
        likeness.append(detector.likeness)
        assert not detector.absent

    assert max(likeness) > 0.06


def test_another_voice_is_no_echo() -> None:
    detector = EchoDetector()
    far = np.concatenate([open_caller("flite", "rms").render("do the spots fade under the glass")] * 4)
    mic = np.concatenate([open_caller().render("my son has a fever and spots on his legs")] * 4)
    for f, m in zip(_blocks(far), _blocks(mic), strict=False):
        detector.feed(m, f)

    assert detector.absent and detector.likeness < 0.05


def test_blocks_of_the_wrong_size_are_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 160"):
        EchoCanceller().process(np.zeros(100, np.int16), np.zeros(100, np.int16))
    with pytest.raises(ValueError, match="must be 320"):
        Room().exchange(np.zeros(100, np.int16))
