"""Someone who cannot see knows by ear alone what the assistant is doing."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from rig import Rig

from voice_triage.app import Kit
from voice_triage.audio.earcons import Earcon, earcon
from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.player import Player
from voice_triage.audio.room import Echo, Noise, Room, coloured_noise
from voice_triage.audio.voice_activity import VoiceActivity
from voice_triage.pcm import Pcm, at_level
from voice_triage.settings import Settings
from voice_triage.speech.callers import CallerVoice
from voice_triage.thresholds import BLOCK, RATE_HZ

SIZE = 8192
NAMES: tuple[Earcon, ...] = get_args(Earcon)


def spectrum(pcm: Pcm) -> np.ndarray:
    """Normalised magnitudes [4097]."""
    found = np.abs(np.fft.rfft(pcm.astype(float), SIZE))
    return found / max(1e-9, float(np.linalg.norm(found)))


TEMPLATES = {name: spectrum(earcon(name)) for name in NAMES}


def guessed(pcm: Pcm) -> Earcon:
    """Which earcon it was, for a listener who knows only how each sounds."""
    heard = spectrum(pcm)
    return max(NAMES, key=lambda name: float(heard @ TEMPLATES[name]))


def through(room: Room, far: Pcm) -> Pcm:
    """What the microphone hears while ``far`` is played, half a second of echo included."""
    whole = np.pad(far, (0, -len(far) % BLOCK + 25 * BLOCK)).reshape(-1, BLOCK)
    return np.concatenate([room.exchange(block) for block in whole])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(5))
def test_in_a_blind_test_each_is_told_apart_in_an_echoing_noisy_room(name: Earcon, seed: int) -> None:
    # Noise 12 dB below speech; the earcons themselves are about as loud as speech.
    room = Room(Noise(coloured_noise("pink", seed), 12.0), Echo(60.0, -6.0), seed=seed)

    assert guessed(through(room, earcon(name))) == name


def test_understood_is_told_apart_though_the_next_question_is_already_being_said() -> None:
    player = Player()
    player.say(at_level(CallerVoice("flite", "slt").render("how old is your child"), -20.0), "question")
    player.overlay(earcon("understood"))
    first = np.concatenate([player.next_block() for _ in range(-(-len(earcon("understood")) // BLOCK))])

    assert guessed(first) == "understood"


@pytest.mark.parametrize("name", NAMES)
def test_no_earcon_is_taken_for_a_voice(name: Earcon) -> None:
    """Nobody speaks, there is no canceller, and it is heard as loud as it is played."""
    room, endpointer = Room(echo=Echo(30.0, 0.0)), Endpointer(VoiceActivity().warm_up())
    sound = np.concatenate([np.zeros(RATE_HZ, np.int16), *[earcon(name)] * 3])
    events = [endpointer.feed(block).event for block in through(room, sound).reshape(-1, BLOCK)]

    assert "opened" not in events


# ---- when they sound ----


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(Settings(country="US"))


def sounds(rig: Rig, start: int = 0) -> list[Earcon]:
    """The earcons among what was played; the voice of a session in text is next to silence."""
    played = rig.played()[start:]
    loud = np.flatnonzero(np.abs(played.astype(int)) > 300)
    parts = np.split(loud, np.flatnonzero(np.diff(loud) > 0.1 * RATE_HZ) + 1)
    return [guessed(played[part[0] : part[-1] + 1]) for part in parts if len(part)]


def test_each_sounds_when_it_should(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    rig.run(1)
    assert sounds(rig) == ["listening"]

    at = len(rig.played())
    rig.say("it is for my son")
    rig.until("listening: age")
    rig.run(1)
    assert sounds(rig, at) == ["understood", "listening"]

    at = len(rig.played())
    rig.say("hold on a minute")
    rig.run(4)
    assert sounds(rig, at) == ["waiting"]

    at = len(rig.played())
    rig.say("he can't breathe")
    rig.run(4)
    assert sounds(rig, at)[0] == "emergency"


@pytest.mark.parametrize("text", ["the weather is lovely today", "say that again", "what is a fever"])
def test_understood_is_not_claimed_where_nothing_was(kit: Kit, text: str) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    at = len(rig.played())
    rig.say(text)
    rig.run(6)

    assert "understood" not in sounds(rig, at)


def test_understood_does_not_delay_the_next_question(kit: Kit) -> None:
    """Its first word comes in the block in which the answer was taken."""
    rig = Rig(kit)
    rig.until("listening: patient")
    asked = len(rig.script.spoken)
    rig.session.typed("it is for my son")
    rig.session.step()

    assert rig.script.spoken[asked].startswith("How old is your child?")
    assert np.abs(rig.played()[-BLOCK:].astype(int)).max() > 300, "the sound has begun as well"
