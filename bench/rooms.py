"""Rooms in which nobody answers: other people's speech, and the assistant's own voice coming back."""

from __future__ import annotations

import tempfile
import wave
from dataclasses import dataclass, field
from pathlib import Path

from bench.trials import BLOCK_S, WHOLE, Technique, kit, listen_in, open_at, without
from voice_triage.messages import Event, Heard
from voice_triage.pcm import Pcm
from voice_triage.replay import Stage
from voice_triage.scenario import Echo, Expect, Noise, Scenario
from voice_triage.speaking import Words
from voice_triage.thresholds import RATE_HZ

QUESTIONS = ("emergency_signs", "glass_test", "fever", "stiff_neck", "light_sensitivity", "spread", "itch")
"""Open in turn while others speak: the ones where a word too many is an emergency, and a harmless one."""


@dataclass
class Stay:
    """What a time in such a room brought."""

    kind: str
    question: str
    seconds: float = 0.0
    compute_s: float = 0.0
    emergencies: int = 0
    interruptions: int = 0
    why: list[str] = field(default_factory=list)


def others(
    kind: str, pcm: Pcm, question: str, snr_db: float, technique: Technique = WHOLE, echo: bool = False
) -> Stay:
    """A question is asked, nobody answers, and other people are heard for as long as ``pcm`` lasts."""
    stay = Stay(f"{kind} {snr_db:+.0f} dB", question)
    with tempfile.TemporaryDirectory(prefix="voice-triage-bench-") as folder:
        path = Path(folder, "others.wav")
        while (whole_s := len(pcm) / RATE_HZ - stay.seconds) > 2:
            _write(path, pcm[round(stay.seconds * RATE_HZ) :])
            _stay(stay, path, whole_s, snr_db, technique, echo)
    return stay


def _stay(stay: Stay, path: Path, whole_s: float, snr_db: float, technique: Technique, echo: bool) -> None:
    """One session of it, until its end, an emergency or the end of the sound."""
    stage = _empty_room(technique, Noise(path, snr_db), Echo(40, -6) if echo else None)
    events = listen_in(stage.dialogue)
    open_at(stage.dialogue, stage.interpreter, stay.question)
    stage.session.start()
    seconds = 0.0
    while seconds < whole_s and not stage.session.over and stage.caller.emergency_s is None:
        stage.session.step()
        seconds += BLOCK_S
    stay.seconds += seconds
    stay.compute_s += stage.clock.compute_s
    if stage.caller.emergency_s is not None:
        stay.emergencies += 1
        stay.why.append(_why(events, stage))


def _why(events: list[Event], stage: Stage) -> str:
    heard = [one for one in events if isinstance(one, Heard)]
    flags = ",".join(stage.dialogue.red_flags)
    if not heard:
        return f"{flags}: silence"
    return f"{flags}: '{heard[-1].meaning.text}'{' (partial)' if heard[-1].partial else ''}"


def _empty_room(technique: Technique, noise: Noise | None, echo: Echo | None) -> Stage:
    scenario = Scenario(
        name="nobody",
        file=Path("bench"),
        answers={},
        default=None,
        interjections=(),
        voice={"engine": "flite", "name": "awb"},
        noise=noise,
        echo=echo,
        expect=Expect(),
    )
    stage = kit(technique.second_opinion).stage(
        scenario, technique.recognizer, thresholds=technique.thresholds
    )
    if not technique.canceller:
        without(stage.session, canceller=None)
    return stage


def own_voice(
    texts: list[str], delay_ms: float, gain_db: float, question: str, technique: Technique = WHOLE
) -> Stay:
    """The assistant says the texts while a question is open, and hears itself; nobody else speaks."""
    stay = Stay(f"own voice {gain_db:+.0f} dB {delay_ms:.0f} ms", question)
    stage = _empty_room(technique, None, Echo(delay_ms, gain_db))
    events = listen_in(stage.dialogue)
    open_at(stage.dialogue, stage.interpreter, question)
    stage.session.start()
    speaker = stage.session._with.speaker
    for text in texts:
        speaker.cut()
        speaker.say([Words(text, question, 0)])
        before, cut = len(events), stage.session.interrupted
        while speaker.playing:
            stage.session.step()
            stay.seconds += BLOCK_S
        for _ in range(round(1.2 / BLOCK_S)):
            stage.session.step()
            stay.seconds += BLOCK_S
        news = [one for one in events[before:] if isinstance(one, Heard)]
        if stage.caller.emergency_s is not None or news or stage.session.interrupted != cut:
            _note(stay, text, news, stage)
            stay.compute_s += stage.clock.compute_s
            rest = own_voice(texts[texts.index(text) + 1 :], delay_ms, gain_db, question, technique)
            return _joined(stay, rest)
    stay.compute_s += stage.clock.compute_s
    return stay


def _note(stay: Stay, text: str, news: list[Heard], stage: Stage) -> None:
    heard = " / ".join(one.meaning.text for one in news)
    if stage.caller.emergency_s is not None:
        stay.emergencies += 1
        stay.why.append(f"EMERGENCY in '{text[:60]}': heard '{heard}'")
    else:
        stay.interruptions += 1
        stay.why.append(f"heard itself in '{text[:60]}': '{heard}'")


def _joined(one: Stay, other: Stay) -> Stay:
    one.seconds += other.seconds
    one.compute_s += other.compute_s
    one.emergencies += other.emergencies
    one.interruptions += other.interruptions
    one.why += other.why
    return one


def _write(path: Path, pcm: Pcm) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(pcm.astype("<i2").tobytes())
