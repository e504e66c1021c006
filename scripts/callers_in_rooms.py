"""Our sentences in many voices, and as a microphone gets them: what the recognisers are tuned on.

tune_whisper and tune_moonshine use it. Needs flite and espeak-ng, in other voices than those of
scripts/bench, and `pip install -e .[train]`.
"""

import argparse
import gzip
import itertools
import json
import multiprocessing
import random
import re
import subprocess
import wave
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from voice_triage import strict_yaml
from voice_triage.audio.room import coloured_noise
from voice_triage.protocol import Protocol
from voice_triage.understanding.phrases import STANDBY, Phrases

ROOT = Path(__file__).resolve().parent.parent
RATE = 16000
LONGEST_S = 9.2
BACKGROUND = ROOT / "voice_triage" / "recognizers" / "background_en.gz"
SHARES = {"flag": 0.33, "denial": 0.22, "answer": 0.25, "other": 0.2}
ACCENTS = (
    ["en-us"] * 6 + ["en-gb-x-rp"] * 3 + ["en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"] * 2 + ["en-us-nyc"]
)
VARIANTS = (
    "", "m1", "m2", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f4", "f5", "Andy", "Annie", "Gene", "Lee",
    "Michael", "Storm", "anikaRobot", "Mario", "Alicia", "Denis", "Diogo", "Jacky", "grandma", "grandpa",
    "klatt", "klatt2", "klatt4", "shelby", "victor", "norbert", "sandro",
)  # fmt: skip


# ---- what is said ----


def sentences(count, cut):
    """So many rows {text, question}, a third of them red flags.

    A share of ``cut`` stops in the middle: recognisers are asked while people speak, and must not finish
    their sentences for them.
    """
    flags = Protocol.load().red_flags
    kinds = {kind: [] for kind in SHARES}
    for folder in ("train", "dev"):
        for path in sorted((ROOT / "tests" / "sentences" / folder).glob("*.yaml")):
            for row in strict_yaml.load(path):
                told = {c: s for c, s in (row.get("findings") or {}).items() if c in flags}
                kind = "flag" if "present" in told.values() else "denial" if told else None
                kind = kind or ("answer" if row.get("question") else "other")
                if 1 <= len(row["text"].split()) <= 22:
                    kinds[kind].append({"text": row["text"].strip(), "question": row.get("question")})
    chance, rows = random.Random(7), []
    for kind, share in SHARES.items():
        chance.shuffle(kinds[kind])
        rows += itertools.islice(itertools.cycle(kinds[kind]), int(count * share))
    chance.shuffle(rows)
    return [cut_short(row, chance) if chance.random() < cut else row for row in rows]


def cut_short(row, chance):
    words = row["text"].split()
    if len(words) <= 3:
        return row
    return {**row, "text": " ".join(words[: chance.randrange(1, len(words))]), "cut": True}


def spoken(numbered):
    """A row with its sound: int16[n], or None where it is too long or silent."""
    number, row = numbered
    chance = random.Random(number)
    if chance.random() < 0.68:
        variant = chance.choice(VARIANTS)
        voice = chance.choice(ACCENTS) + (f"+{variant}" if variant else "")
        pace, pitch = chance.choice((120, 135, 150, 150, 160, 175, 190)), chance.randrange(30, 70)
        told = ["espeak-ng", "-v", voice, "-s", str(pace), "-p", str(pitch), "--stdout", row["text"]]
    else:
        voice = chance.choice(("slt", "slt", "rms"))
        pitch = chance.randrange(130, 240) if voice == "slt" else chance.randrange(80, 150)
        told = ["flite", "-voice", voice, "--setf", f"duration_stretch={chance.uniform(0.85, 1.25):.2f}"]
        told += ["--setf", f"int_f0_target_mean={pitch}"] if chance.random() < 0.6 else []
        told += ["-t", row["text"], "-o", "/dev/stdout"]
    sound = subprocess.run(told, capture_output=True, check=False).stdout
    rate = int.from_bytes(sound[24:28], "little")
    # Read a little faster or slower than it is, another voice comes of it.
    pcm = resampled(
        np.frombuffer(sound[44 : len(sound) // 2 * 2], np.int16), rate * chance.uniform(0.92, 1.12)
    )
    return {**row, "pcm": pcm} if 1000 < len(pcm) < LONGEST_S * RATE else None


def resampled(pcm, rate):
    import soxr

    return trimmed(soxr.resample(pcm.astype(np.float32), round(rate), RATE).astype(np.int16)) if rate else pcm


def trimmed(pcm):
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > max(60, np.abs(pcm.astype(np.int32)).max() // 50))
    return pcm[max(0, loud[0] - 600) : loud[-1] + 1000] if len(loud) > 1000 else pcm[:0]


def all_spoken(options, cut):
    """What is told (see arguments): in flite and espeak-ng, in newer voices, by people; and the noises."""
    with ProcessPoolExecutor() as pool:
        told = pool.map(spoken, enumerate(sentences(options.sentences, cut)), chunksize=50)
        rows = [row for row in told if row]
    newer, people = recorded(options.voices), recorded(options.recordings)
    noises = [read_wav(path) for path in sorted(options.noise.glob("*.wav"))] if options.noise else []
    return rows, newer, people, noises


def recorded(path):
    """The rows of a JSON lines file, with their sounds."""
    rows = [json.loads(line) for line in Path(path).read_text().splitlines()] if path else []
    rows = [{**row, "pcm": trimmed(read_wav(row["wav"]))} for row in rows]
    return [row for row in rows if 1000 < len(row["pcm"]) < LONGEST_S * RATE]


def read_wav(path):
    with wave.open(str(path)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


# ---- how it sounds in the room ----


class Room:
    """Sounds as a microphone gets them, float32[n]: echo, a telephone's band, noise, other people."""

    def __init__(self, rows, noises, seed, noisy):
        self.noisy = noisy
        self.rows, self.chance, self.random = rows, random.Random(seed), np.random.default_rng(seed)
        self.loops = [coloured_noise(kind, seed + at) for at, kind in enumerate(("white", "pink", "pink"))]
        self.loops = [loud(one.astype(np.float32)) for one in (*self.loops, *noises)]

    def heard(self, row):
        chance = self.chance
        pcm = loud(row["pcm"].astype(np.float32))
        if chance.random() < 0.3:
            pcm = self.echoing(pcm)
        if chance.random() < 0.1:
            pcm = banded(pcm, chance.choice((0, 200)), chance.choice((3400, 4000)))
        after = chance.randrange(800, 8000) if row.get("cut") else chance.randrange(2400, RATE)
        sound = np.pad(pcm, (chance.randrange(9600), after))
        if chance.random() < self.noisy:
            kind, least = chance.choices((("babble", 3), ("loop", 3), ("one", 6)), (5, 5, 1.5))[0]
            gain = level(pcm) * 10 ** (-chance.triangular(least, 26, 9) / 20)
            sound = sound + loud(self.noise(kind, len(sound))) * gain
        return (sound / np.abs(sound).max() * chance.uniform(0.05, 0.7)).astype(np.float32)

    def nobody(self):
        """Noise or babble alone."""
        sound = self.noise(
            self.chance.choice(("babble", "loop", "loop")), self.chance.randrange(RATE, 6 * RATE)
        )
        return (sound / np.abs(sound).max() * self.chance.uniform(0.02, 0.5)).astype(np.float32)

    def noise(self, kind, n):
        if kind == "loop":
            loop = self.chance.choice(self.loops)
            return np.resize(np.roll(loop, -self.chance.randrange(len(loop))), n)
        return sum(
            self.talk(n) for _ in range(self.chance.choice((4, 5, 6, 6, 8)) if kind == "babble" else 1)
        )

    def talk(self, n):
        """Somebody else's sentences, one after the other."""
        at, out = -self.chance.randrange(RATE), np.zeros(n, np.float32)
        while at < n:
            pcm = loud(self.chance.choice(self.rows)["pcm"].astype(np.float32))
            here = out[max(0, at) : max(0, at + len(pcm))]
            here += pcm[max(0, -at) :][: len(here)]
            at += len(pcm) + self.chance.randrange(800, 8000)
        return out

    def echoing(self, pcm):
        n = int(self.chance.uniform(0.08, 0.45) * RATE)
        walls = self.random.standard_normal(n) * np.exp(-6.9 * np.arange(n) / n)
        walls *= self.chance.uniform(0.15, 0.8) / np.sqrt(np.sum(walls**2))
        walls[0] = 1
        size = len(pcm) + n
        return np.fft.irfft(np.fft.rfft(pcm, size) * np.fft.rfft(walls, size), size)[: len(pcm) + n // 3]


def level(pcm):
    return float(np.sqrt(np.mean(np.square(pcm)))) + 1e-6


def loud(pcm):
    return pcm / level(pcm)


def banded(pcm, low, high):
    spectrum, hertz = np.fft.rfft(pcm), np.fft.rfftfreq(len(pcm), 1 / RATE)
    spectrum[(hertz < low) | (hertz > high)] = 0
    return np.fft.irfft(spectrum, len(pcm))


# ---- how it is written ----


def written(text):
    """As the recognisers write."""
    text = re.sub(r"\bi\b", "I", text)
    return f"{text[0].upper()}{text[1:]}" + ("" if text[-1] in ".?!" else ".")


def pieces_said(encode):
    """The pieces of words in at least two of the sentences, in everyday English or in a figure.

    ``encode`` gives the numbers of the pieces of each text of a list.
    """
    rows = [row["text"].strip() for part in ("train", "dev")
            for path in sorted((ROOT / "tests" / "sentences" / part).glob("*.yaml"))
            for row in strict_yaml.load(path)]  # fmt: skip
    said = Counter()
    for one in encode([written(text) for text in rows if text]):
        said.update(set(one))
    english = set(re.findall(r"[a-z']+", gzip.decompress(BACKGROUND.read_bytes()).decode()))
    phrases = Phrases.load()
    asked = (None, STANDBY, *(one.id for one in Protocol.load().questions))
    figures = [f"{lead}{number}" for lead in (" ", "") for number in (*range(121), 911, 999)]
    texts = [*(f" {word}" for word in sorted(english)), *map(phrases.hint, asked), *figures]
    often = {piece for piece, count in said.items() if count > 1}
    return sorted({*often, *(piece for one in encode(texts) for piece in one)})


def arguments(doc, tuning, sentences):
    """What both scripts are told, as they document it."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--sentences", type=int, default=sentences)
    parser.add_argument("--recordings", help="JSON lines: people")
    parser.add_argument("--voices", help="JSON lines: other synthetic voices")
    parser.add_argument("--noise", type=Path, help="a folder of WAVs")
    parser.add_argument("--out", type=Path, default=tuning)
    return parser.parse_args()


# ---- batches ----


def filled(batches, *told):
    """A queue that another process fills: ``batches(queue, *told, seed)``."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue(12)
    context.Process(target=batches, args=(queue, *told, random.randrange(10**6)), daemon=True).start()
    return queue


def padded(rows, filler):
    return np.array([[*row, *[filler] * (max(map(len, rows)) - len(row))] for row in rows])
