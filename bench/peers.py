"""What others would hear: the same sounds given to plain recognisers and word lists."""

from __future__ import annotations

import functools
import re
from typing import Any

from bench.trials import Trial, sound
from voice_triage.audio.room import Room
from voice_triage.pcm import Pcm, silence
from voice_triage.scenario import Noise
from voice_triage.scenario_sounds import noise_of
from voice_triage.thresholds import BLOCK

KEYWORDS = tuple("""
breath, breathe, breathing, gasping, wheezing, choking, speak, slur, slurring, slurred, swallow,
swallowing, drooling, swollen, swelling, puffy, puffed, seizure, fit, convulsion, convulsions, shaking,
floppy, unresponsive, respond, responding, wake, drowsy, sleepy, passed out, confused, confusion, stiff,
chin, light, lights, fade, glass, bruises, bruise, purple, all over, everywhere, head to toe, peeling,
sores, raw, blue, grey, mottled, pale, soft spot, bulging, cry, nappy, diapers, peed
""".replace("\n", " ").strip().split(", "))  # fmt: skip
"""What a first attempt looks for, without regard to denial."""

NAMES = ("PocketSphinx stock model + keywords", "PocketSphinx stock model + our understanding",
         "PocketSphinx JSGF + keywords", "Whisper tiny.en + keywords",
         "Whisper tiny.en + our understanding")  # fmt: skip


def alarmed(peer: str, trial: Trial) -> bool:
    """True when the peer, given the caller's sound of the trial, would raise an alarm."""
    pcm = in_room(trial)
    if peer.startswith("PocketSphinx"):
        text = _sphinx(_decoder("JSGF" in peer), pcm)
    else:
        text = _whisper().transcribe(pcm).text
    if peer.endswith("keywords"):
        return _keyword(text)
    from bench.techniques import kit

    parts = kit(False)
    findings = parts.interpreter.interpret(text, trial.question).findings
    return any(one.status == "present" and one.concept in parts.protocol.red_flags for one in findings)


def in_room(trial: Trial) -> Pcm:
    """What the microphone hears of the caller, from a quarter of a second before to half a second after."""
    import numpy as np

    said = np.concatenate((silence(0.25), sound(trial), silence(0.5)))
    room = Room(noise_of(Noise(*trial.noise)) if trial.noise else None)
    room.say(said)
    return np.concatenate([room.exchange(np.zeros(BLOCK, np.int16)) for _ in range(len(said) // BLOCK)])


def _keyword(text: str) -> bool:
    return any(re.search(rf"\b{word}\b", text) for word in KEYWORDS)


@functools.cache
def _decoder(jsgf: bool) -> Any:
    import pocketsphinx

    if not jsgf:
        return pocketsphinx.Decoder(loglevel="FATAL")
    from bench.techniques import kit
    from voice_triage.understanding.phrases import Phrases

    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    known = [
        phrase
        for phrase in Phrases.load().for_question("emergency_signs")
        if all(decoder.lookup_word(word) for word in phrase.split())
    ]
    assert kit(False)
    decoder.add_jsgf_string("peer", f"#JSGF V1.0;\ngrammar p;\npublic <p> = {' | '.join(known[:2000])};\n")
    decoder.activate_search("peer")
    return decoder


def _sphinx(decoder: Any, pcm: Pcm) -> str:
    decoder.start_utt()
    decoder.process_raw(pcm.tobytes(), full_utt=True)
    decoder.end_utt()
    best = decoder.hyp()
    return best.hypstr if best is not None else ""


@functools.cache
def _whisper() -> Any:
    from voice_triage.recognizers.registry import open_second_opinion

    return open_second_opinion()
