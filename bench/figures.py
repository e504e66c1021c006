"""The figures of the table: what is played for each, and what is counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from bench import corpus, machine, peers, rooms
from bench.corpus import VOICES
from bench.measure import (
    DELAYS_MS,
    Bench,
    Row,
    barge_trials,
    flag_trials,
    quantiles,
    recall,
    right,
    slow,
    times,
)
from bench.trials import STREAMING, WHOLE, Technique, Trial, kit, mapping
from voice_triage.thresholds import Thresholds

GAINS_DB = (0.0, -6.0, -12.0, -20.0)

MINUTES = 20.0
"""Of other people's speech, half as loud as the caller, half 10 dB below."""

# ---- red flags ----


def clean(bench: Bench) -> list[Row]:
    """Red flags in a quiet room."""
    trials = flag_trials(bench.few(corpus.red_flags(), 12), rounds=bench.rounds)
    return [recall("red flags", "clean", bench.play(trials), 98)]


def streaming(bench: Bench) -> list[Row]:
    """The same without the second opinion."""
    trials = flag_trials(bench.few(corpus.red_flags(), 12), STREAMING, rounds=bench.rounds)
    return [recall("red flags, streaming lane alone", "clean", bench.play(trials), 95)]


def noise(bench: Bench) -> list[Row]:
    """Red flags in noise."""
    rows = []
    for snr_db, goal in ((24, 98), (18, 97), (12, 95), (6, 85)):
        for kind in ("pink", "babble"):
            if bench.quick and (snr_db, kind) not in ((12, "pink"), (12, "babble")):
                continue
            phrases = bench.few(corpus.red_flags(), 8)
            trials = flag_trials(phrases, noise=(kind, float(snr_db)), rounds=bench.rounds)
            rows.append(recall("red flags", f"{kind} {snr_db} dB", bench.play(trials), goal))
    return rows


def barge(bench: Bench) -> list[Row]:
    """Red flags over the assistant's voice, its echo 6 dB below what it plays, from the first word on."""
    trials = barge_trials(bench)
    return [recall("red flags over the assistant", "echo -6 dB", bench.play(trials), 90)]


def latency(bench: Bench) -> list[Row]:
    """From the end of the red-flag words, computing time included."""
    outcomes = bench.play(flag_trials(bench.few(corpus.red_flags(), 12))) + bench.play(barge_trials(bench))
    reached = [one for one in outcomes if one.emergency and one.emergency_ms is not None]
    early = [one for one in reached if one.by == "streaming"]
    late = [one for one in reached if one.by != "streaming"]
    silent = [one.silent_ms for one in early if one.silent_ms is not None]
    return [
        *quantiles("assistant silent, streaming lane", silent, 300, slow(early, "silent_ms", 300)),
        *quantiles(
            "first emergency sample, streaming lane", times(early), 500, slow(early, "emergency_ms", 500)
        ),
        *quantiles(
            "first emergency sample, by second opinion", times(late), 1500, slow(late, "emergency_ms", 1500)
        ),
    ]


# ---- answers ----


def denials(bench: Bench) -> list[Row]:
    """Denials and near misses that raise an emergency."""
    rows = []
    for condition, sound, share in (("clean", None, 1.0), ("pink 12 dB", ("pink", 12.0), 0.5)):
        if bench.quick and sound:
            continue
        utterances = bench.few(corpus.denials(), 12, share)
        trials = [Trial(one, VOICES[(number + 1) % len(VOICES)], one.question, noise=sound)
                  for number, one in enumerate(utterances)]  # fmt: skip
        outcomes = bench.play(trials)
        false = [one for one in outcomes if one.emergency]
        rows.append(
            Row("false emergencies on denials and near misses", condition, 100 * len(false) / len(outcomes),
                "%", 2, False, len(false), len(outcomes), failures=[mapping(one) for one in false])
        )  # fmt: skip
    return rows


def answers(bench: Bench) -> list[Row]:
    """Ordinary answers and commands taken rightly."""
    rows = []
    conditions: list[tuple[str, tuple[str, float] | None, float]] = [
        ("clean", None, 98), ("pink 12 dB", ("pink", 12.0), 94), ("babble 12 dB", ("babble", 12.0), 94),
        ("pink 6 dB", ("pink", 6.0), 85), ("babble 6 dB", ("babble", 6.0), 85),
    ]  # fmt: skip
    for condition, sound, goal in conditions[: 1 if bench.quick else None]:
        utterances = bench.few(corpus.answers(), 10)
        trials = [Trial(one, VOICES[(number + 3) % len(VOICES)], one.question, noise=sound)
                  for number, one in enumerate(utterances)]  # fmt: skip
        rows.append(right("answers and commands", condition, bench.play(trials), goal))
    return rows


def one_word(bench: Bench) -> list[Row]:
    """Words of a quarter of a second, and how soon they are taken; also with the echo just before them."""
    # awb drawls: a third of its length would be no word any more.
    voices = [one for one in VOICES if one != ("flite", "awb")]
    trials = [
        Trial(one, voices[number % len(voices)], one.question, squeeze_s=0.25)
        for shift in range(1 if bench.quick else 2)
        for number, one in enumerate(bench.few(corpus.one_word(), 10), start=shift)
    ]
    outcomes = bench.play(trials)
    taken = [one.answered_ms for one in outcomes if one.answered_ms is not None and one.right]
    late = slow(outcomes, "answered_ms", 1200)
    echoing = bench.play([dataclasses.replace(one, echo=(40.0, -12.0)) for one in trials])
    return [
        right("one-word answers of 250 ms", "clean", outcomes, 97),
        right("one-word answers of 250 ms", "echo -12 dB", echoing, 97),
        *quantiles("one-word answer taken", taken, 1200, late),
    ]


# ---- rooms ----


def background(bench: Bench) -> list[Row]:
    """Other people's speech in the room while a question is open."""
    stretches = corpus.background(max(3.0, MINUTES * bench.part / 2), bench.tell)
    work = [
        (kind, pcm, rooms.QUESTIONS[number % len(rooms.QUESTIONS)], snr_db)
        for snr_db in ((0.0,) if bench.quick else (0.0, 10.0))
        for number, (kind, pcm) in enumerate(stretches)
    ]
    stays = list(bench.pool.map(rooms.others, *zip(*work, strict=True))) if work else []
    hours = sum(one.seconds for one in stays) / 3600
    count = sum(one.emergencies for one in stays)
    why = [{"room": one.kind, "question": one.question, "why": text} for one in stays for text in one.why]
    detail = f"{count} in {hours * 60:.0f} minutes"
    figure, room = (
        "false emergencies per hour of other people's speech",
        "as loud as the caller, and 10 dB below",
    )
    rate = count / hours if hours else 0.0
    return [Row(figure, room, rate, "per hour", 1, False, count, detail=detail, failures=why)]


def own(bench: Bench) -> list[Row]:
    """Every prompt once with its echo in the room, the loudness and the delay of it in turn."""
    texts = bench.few(sorted(kit(False).wording.texts()), 12)
    ways = [(gain_db, delay) for gain_db in GAINS_DB for delay in DELAYS_MS]
    work = [
        (texts[number :: len(ways)], delay, gain_db, rooms.QUESTIONS[number % 4])
        for number, (gain_db, delay) in enumerate(ways)
        if texts[number :: len(ways)]
    ]
    stays = list(bench.pool.map(rooms.own_voice, *zip(*work, strict=True)))
    count = sum(one.emergencies for one in stays)
    others = sum(one.interruptions for one in stays)
    figure, room = "false emergencies from the assistant's own voice", "echo 0 to -20 dB, 10 to 200 ms"
    detail = f"{others} prompts heard as something else"
    why = [text for one in stays for text in one.why]
    return [Row(figure, room, count, "", 0, False, count, len(texts), detail, why)]


# ---- cost ----


def rtf(bench: Bench) -> list[Row]:
    """Computing time per second of sound while somebody speaks without pause, with the assistant's echo."""
    stretches = corpus.background(1, bench.tell)[:1]
    stays = list(bench.pool.map(_loaded, stretches))
    seconds, cost = sum(one.seconds for one in stays), sum(one.compute_s for one in stays)
    return [Row("real-time factor, one core, second opinion off", "speech without pause, echo -6 dB",
                cost / seconds, "", 0.25, False)]  # fmt: skip


def _loaded(stretch: tuple[str, Any]) -> rooms.Stay:
    return rooms.others(*stretch, "fever", 0.0, STREAMING, True)


def memory(bench: Bench) -> list[Row]:
    """Peak memory."""
    return [
        Row("peak memory", "without second opinion", machine.memory_mb(False), "MB", 250, False),
        Row("peak memory", "with second opinion", machine.memory_mb(True), "MB", 650, False),
    ]


def cold(bench: Bench) -> list[Row]:
    """Start of the process to the first sample."""
    return [
        Row("cold start to first spoken sample", "prompts cached", machine.cold_start_s(), "s", 1.5, False)
    ]


# ---- comparisons ----


def techniques(bench: Bench) -> list[Row]:
    """The same trials with one part taken out."""
    rows = []
    for technique in WITHOUT:
        for condition, noise in (("clean", None), ("pink 12 dB", ("pink", 12.0))):
            trials = flag_trials(bench.few(corpus.red_flags(), 8, 0.33), technique, noise)
            rows.append(recall(technique.name, f"red flags, {condition}", bench.play(trials), 0))
        false = [Trial(one, VOICES[(number + 1) % len(VOICES)], one.question, technique=technique)
                 for number, one in enumerate(bench.few(corpus.denials(), 8, 0.33))]  # fmt: skip
        count = sum(one.emergency for one in bench.play(false))
        rows.append(Row(technique.name, "false on denials", 100 * count / len(false), "%", 100, False,
                        count, len(false)))  # fmt: skip
        over = [dataclasses.replace(one, technique=technique) for one in barge_trials(bench, 0.33)]
        rows.append(recall(technique.name, "over the assistant, echo -6 dB", bench.play(over), 0))
    return rows


WITHOUT = (
    WHOLE,
    STREAMING,
    Technique("PocketSphinx instead of Moonshine", recognizer="pocketsphinx"),
    Technique("PocketSphinx alone", recognizer="pocketsphinx", second_opinion=False),
    Technique("without the words Whisper is told", hint=False),
    Technique("without Whisper's other results", others=False),
    Technique("without what Whisper has learned", untaught="whisper"),
    Technique("without what Moonshine has learned", recognizer="moonshine", untaught="moonshine"),
    Technique("streaming lane alone, without what Moonshine has learned", recognizer="moonshine",
              second_opinion=False, untaught="moonshine"),
    Technique("without the second opinion in mid-speech", thresholds=Thresholds(second_opinion_every_s=1e9)),
    Technique("without hold", thresholds=Thresholds(red_flag_hold_s=0.0)),
    Technique("without echo canceller", canceller=False),
)  # fmt: skip


def against_peers(bench: Bench) -> list[Row]:
    """Other ways to hear the same sounds."""
    rows = []
    flags = flag_trials(bench.few(corpus.red_flags(), 8, 0.5))
    pink = flag_trials(bench.few(corpus.red_flags(), 8, 0.5), noise=("pink", 12.0))
    false = [Trial(one, VOICES[(number + 1) % len(VOICES)], one.question)
             for number, one in enumerate(bench.few(corpus.denials(), 8, 0.5))]  # fmt: skip
    for peer in peers.NAMES:
        for condition, trials in (("red flags, clean", flags), ("red flags, pink 12 dB", pink),
                                  ("false on denials", false)):  # fmt: skip
            hits = sum(bench.pool.map(peers.alarmed, [peer] * len(trials), trials, chunksize=8))
            rows.append(Row(peer, condition, 100 * hits / len(trials), "%", 0, hits=hits, of=len(trials)))
    return rows


FIGURES: dict[str, Callable[[Bench], list[Row]]] = {
    "clean": clean, "streaming": streaming, "noise": noise, "answers": answers, "denials": denials,
    "one-word": one_word, "barge-in": barge, "latency": latency, "own-voice": own, "background": background,
    "rtf": rtf, "memory": memory, "cold-start": cold, "techniques": techniques, "peers": against_peers,
}  # fmt: skip
QUICK = ("clean", "denials", "answers", "one-word", "barge-in", "latency", "own-voice")
