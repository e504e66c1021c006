"""Rooms in which nobody answers: other people's speech, and the assistant's own voice coming back."""

from __future__ import annotations

import tempfile
import wave
from dataclasses import dataclass, field
from pathlib import Path

from bench.techniques import WHOLE, Technique, kit, taken_out
from bench.trials import BLOCK_S, listen_in, open_at
from voice_triage.app import Kit
from voice_triage.messages import Event, Heard
from voice_triage.pcm import Pcm
from voice_triage.replay import Stage
from voice_triage.scenario import Echo, Expect, Noise, Scenario
from voice_triage.speaking import Words
from voice_triage.thresholds import RATE_HZ

QUESTIONS = ("emergency_signs", "glass_test", "fever", "stiff_neck", "light_sensitivity", "spread", "itch")
"""Open in turn while others speak: the ones where a word too many is an emergency, and a harmless one."""


def prompts() -> list[str]:
    """All that the assistant may say without a name or a figure in it."""
    return sorted(kit(False).wording.texts())


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
    with taken_out(technique) as parts, tempfile.TemporaryDirectory(prefix="voice-triage-bench-") as folder:
        path = Path(folder, "others.wav")
        while (whole_s := len(pcm) / RATE_HZ - stay.seconds) > 2:
            noise = Noise(saved(pcm[round(stay.seconds * RATE_HZ) :], path), snr_db)
            _stay(stay, _empty_room(parts, technique, noise, Echo(40, -6) if echo else None), whole_s)
    return stay


def _stay(stay: Stay, stage: Stage, whole_s: float) -> None:
    """One session of it, until its end, an emergency or the end of the sound."""
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


def _empty_room(parts: Kit, technique: Technique, noise: Noise | None, echo: Echo | None) -> Stage:
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
    return parts.stage(scenario, technique.recognizer, thresholds=technique.thresholds)


def own_voice(
    texts: list[str], delay_ms: float, gain_db: float, question: str, technique: Technique = WHOLE
) -> Stay:
    """The assistant says the texts while a question is open, and hears itself; nobody else speaks."""
    stay = Stay(f"own voice {gain_db:+.0f} dB {delay_ms:.0f} ms", question)
    left = list(texts)
    with taken_out(technique) as parts:
        while left:  # after each false alarm a new session goes on with the rest
            stage = _empty_room(parts, technique, None, Echo(delay_ms, gain_db))
            left = _say_all(stay, stage, left)
            stay.compute_s += stage.clock.compute_s
    return stay


def _say_all(stay: Stay, stage: Stage, texts: list[str]) -> list[str]:
    """Say them until something is heard of one; return those that are left."""
    events = listen_in(stage.dialogue)
    open_at(stage.dialogue, stage.interpreter, stay.question)
    stage.session.start()
    speaker = stage.session._with.speaker
    for number, text in enumerate(texts, start=1):
        speaker.cut()
        speaker.say([Words(text, stay.question, 0)])
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
            return texts[number:]
    return []


def _note(stay: Stay, text: str, news: list[Heard], stage: Stage) -> None:
    heard = " / ".join(one.meaning.text for one in news)
    if stage.caller.emergency_s is not None:
        stay.emergencies += 1
        stay.why.append(f"EMERGENCY in '{text[:60]}': heard '{heard}'")
    else:
        stay.interruptions += 1
        stay.why.append(f"heard itself in '{text[:60]}': '{heard}'")


def saved(pcm: Pcm, path: Path) -> Path:
    """The sound as a WAV file of 16 kHz; where it is."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(pcm.astype("<i2").tobytes())
    return path
