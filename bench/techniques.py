"""The parts of the hearing that can be taken out, so that each shows what it is worth."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from unittest.mock import patch

from voice_triage.app import Kit
from voice_triage.evidence import Evidence
from voice_triage.listening import Listener
from voice_triage.messages import Finding, Meaning
from voice_triage.open_utterance import OpenUtterance
from voice_triage.recognizers.moonshine_engine import MoonshineRecognizer
from voice_triage.recognizers.restarting import RestartingRecognizer
from voice_triage.recognizers.whisper_engine import WhisperRecognizer
from voice_triage.recognizers.whisper_tuning import TUNING
from voice_triage.settings import Settings
from voice_triage.thresholds import BLOCK, RATE_HZ, WHISPER_NEAR, Thresholds
from voice_triage.understanding.phrases import Phrases


@dataclass(frozen=True)
class Technique:
    """The product as it is, or with one part of it taken out."""

    name: str = "whole product"
    recognizer: str = "auto"
    second_opinion: bool = True
    lacking: tuple[str, ...] = ()
    """Names of LACKING: what is taken out of the code."""
    hint: bool = True
    """Whisper is told what the talk is about."""
    others: bool = True
    """Whisper's other results count."""
    untaught: Literal["", "whisper", "moonshine"] = ""
    """The engine without what it has learned of how callers talk: whisper or moonshine."""
    thresholds: Thresholds = Thresholds()


WHOLE = Technique()
STREAMING = Technique("streaming lane alone", second_opinion=False)
CREDULOUS = Technique("without the read-back of weak evidence", lacking=("read-back",))
WHOSE = Technique("without asking whose words they are", lacking=("whose",))
BOTH = Technique("without both engines where others talk", lacking=("both",))
PASSING = Technique("without doubting a yes in passing", lacking=("in passing",))
ONE_ENGINE = Technique("without reading back what one engine alone heard", lacking=("one engine",))
SETTLING = Technique("without waiting for what may turn it", lacking=("settling",))


def _stood(listener: Listener, utterance: OpenUtterance, finding: Finding) -> bool:
    """Whether a red flag has stood long enough, with nobody asked."""
    stood_s = utterance.standing[finding.concept] * BLOCK / RATE_HZ
    return stood_s >= max(utterance.hold_s(finding, listener._limits), listener.recognizer.step_s)


class _Credulous(Evidence):
    """Whatever was heard is evidence enough."""

    def suffices(self, flag: Finding, utterance: OpenUtterance, *, certain: bool = False) -> bool:
        """Always."""
        return True

    def weak(self, meaning: Meaning, utterance: OpenUtterance) -> bool:
        """Never."""
        return False


LACKING: Mapping[str, tuple[str, Any]] = {
    # what is taken out: (the name that is replaced, what stands there instead)
    "canceller": ("voice_triage.app._canceller", lambda device: None),
    "echo heard once more": ("voice_triage.audio.echo.EchoCanceller.again", None),
    "sound before": ("voice_triage.open_utterance.SUPPRESSED_S", 0.0),
    "echo detection": ("voice_triage.audio.echo.EchoDetector.feed", lambda detector, mic, far: None),
    "noise floor": ("voice_triage.audio.echo.ECHO_FLOOR_DBFS", -200.0),
    "dither": ("voice_triage.audio.echo.ECHO_DITHER", 0),
    "ducking": ("voice_triage.speaking.Speaker.duck", lambda speaker, on: None),
    "own words": ("voice_triage.listening.own", lambda flag, own_words: False),
    "pace": ("voice_triage.audio.endpoint.SLOWER_PACE", 1.0),
    "judge's restart": ("voice_triage.audio.endpoint.NO_VOICE", 0.0),
    "asking": ("voice_triage.listening.Listener._sure", _stood),
    "read-back": ("voice_triage.listening.Evidence", _Credulous),
    "settling": ("voice_triage.evidence.Evidence.settled", lambda *said: True),
    "whose": ("voice_triage.understanding.interpreter.Interpreter.directed", lambda *said: 1.0),
    "both": ("voice_triage.evidence.Evidence._both_must_hear", False),
    "one engine": (
        "voice_triage.both_readings.BothReadings._with_half_heard", lambda readings, meaning, *said: meaning,
    ),
    "in passing": ("voice_triage.evidence.Evidence._in_passing", lambda *said: False),
    "waiting": ("voice_triage.understanding.interpreter.left_open", lambda *said: False),
    "clear words": ("voice_triage.understanding.interpreter.clear", lambda *said: frozenset()),
    "last word": (
        "voice_triage.recognizers.moonshine_engine.MoonshineRecognizer.pause", lambda recognizer: None,
    ),
    "talk": ("voice_triage.open_utterance.OpenUtterance.talk",
             property(lambda utterance: False, lambda utterance, talk: None)),
    "no speech": ("voice_triage.recognizers.whisper_engine.WHISPER_NO_SPEECH", 1.0),
    "voice mean": ("voice_triage.recognizers.cepstral_mean.CepstralMean.apply", lambda mean, pcm=None: None),
}  # fmt: skip


@contextmanager
def taken_out(technique: Technique) -> Iterator[Kit]:
    """The parts of a session; while the context lasts, those named are not in them."""
    with ExitStack() as stack:
        for name in technique.lacking:
            stack.enter_context(patch(*LACKING[name]))
        yield kit(technique.second_opinion, technique.hint, technique.others, technique.untaught)


@functools.cache
def kit(second_opinion: bool, hint: bool = True, others: bool = True, untaught: str = "") -> Kit:
    """The parts of a session, loaded once a process."""
    parts = Kit(Settings(second_opinion="on" if second_opinion else "off", country="US"))
    if untaught == "moonshine":
        parts._recognizers["moonshine"] = RestartingRecognizer(lambda: MoonshineRecognizer(tuning=None))
    if not (hint and others and untaught != "whisper"):
        told = Phrases.load().hint if hint else None
        near = WHISPER_NEAR if others else 0.0
        parts.__dict__["second_opinion"] = WhisperRecognizer(
            hint=told, near=near, tuning=None if untaught == "whisper" else TUNING
        )
    return parts
