"""The figures of the table: what is played for each, and what is counted."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import corpus, machine, rooms
from bench.compared import against_peers, doubts, techniques
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
from bench.techniques import CREDULOUS, Technique
from bench.trials import Outcome, Trial, mapping
from voice_triage.pcm import Pcm

GAINS_DB = (0.0, -6.0, -12.0, -20.0)

ROOMS = ((0.0, 0), (10.0, 3))
"""How far below the caller other people's speech is played (dB), and how many questions later each time."""
MINUTES = 30.0
"""Of different speech, of which there are 27 where its package can be had."""
ACTED_MINUTES = 20.0
TALKER_MINUTES = 12.0

# ---- red flags ----


def clean(bench: Bench) -> list[Row]:
    """Red flags in a quiet room."""
    trials = flag_trials(bench.few(corpus.red_flags(), 12), bench.whole, rounds=bench.rounds)
    return [recall("red flags", "clean", bench.play(trials), 98)]


def streaming(bench: Bench) -> list[Row]:
    """The same without the second opinion."""
    trials = flag_trials(bench.few(corpus.red_flags(), 12), bench.streaming, rounds=bench.rounds)
    return [recall("red flags, streaming lane alone", "clean", bench.play(trials), 95)]


def noise(bench: Bench) -> list[Row]:
    """Red flags in noise."""
    rows = []
    for snr_db, goal in ((24, 98), (18, 97), (12, 95), (6, 85)):
        for kind in ("pink", "babble"):
            if bench.quick and (snr_db, kind) not in ((12, "pink"), (12, "babble")):
                continue
            phrases = bench.few(corpus.red_flags(), 8)
            trials = flag_trials(phrases, bench.whole, noise=(kind, float(snr_db)), rounds=bench.rounds)
            rows.append(recall("red flags", f"{kind} {snr_db} dB", bench.play(trials), goal))
    return rows


def talker(bench: Bench) -> list[Row]:
    """The same while one other person speaks on and on, whose words and the caller's make one utterance."""
    stretches = corpus.background(TALKER_MINUTES, bench.tell)
    rows = []
    with tempfile.TemporaryDirectory(prefix="voice-triage-bench-") as folder:
        files = [rooms.saved(pcm, Path(folder, f"{number}.wav")) for number, (_, pcm) in enumerate(stretches)]
        for snr_db, goal in ((12, 95), (6, 85)):
            trials = [
                dataclasses.replace(one, noise=(str(files[number % len(files)]), float(snr_db)))
                for number, one in enumerate(flag_trials(bench.few(corpus.red_flags(), 8), bench.whole))
            ]
            rows.append(recall("red flags", f"one other talker {snr_db} dB", bench.play(trials), goal))
    return rows


def _over(bench: Bench) -> list[Trial]:
    return barge_trials(bench.few(corpus.red_flags(), 10), bench.whole)


def barge(bench: Bench) -> list[Row]:
    """Red flags over the assistant's voice, its echo 6 dB below what it plays, from the first word on."""
    outcomes = bench.play(_over(bench))
    return [recall("red flags over the assistant", "echo -6 dB", outcomes, 90), _dead_time(outcomes)]


def _dead_time(outcomes: Sequence[Outcome]) -> Row:
    """How long after its first word the assistant is deaf: its latest start with fewer than 9 of 10 found."""
    starts: dict[float, list[bool]] = {}
    for one in outcomes:
        starts.setdefault(one.trial.after_ms or 0.0, []).append(one.emergency)
    deaf = [start for start, found in starts.items() if sum(found) < 0.9 * len(found)]
    dead_ms = max((start + 300.0 for start in deaf), default=0.0)
    detail = "found, begun after " + ", ".join(
        f"{start:.0f} ms: {sum(found)}/{len(found)}" for start, found in sorted(starts.items())
    )
    return Row("dead time over the assistant", "echo -6 dB", dead_ms, "ms", 0, False, detail=detail)


def latency(bench: Bench) -> list[Row]:
    """From the end of the red-flag words, computing time included."""
    outcomes = bench.play(flag_trials(bench.few(corpus.red_flags(), 12), bench.whole))
    outcomes += bench.play(_over(bench))
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


def hand(bench: Bench) -> list[Row]:
    """What a blind hand wrote, in voices that no recogniser was tuned on and no other figure has."""
    flags, innocent = corpus.hand()
    rows = []
    for condition, sound, goal in (
        ("clean", None, 98), ("pink 12 dB", ("pink", 12.0), 95), ("babble 12 dB", ("babble", 12.0), 95),
    ):  # fmt: skip
        outcomes = bench.play(_by_other_voices(bench, flags, sound))
        rows.append(recall("red flags of a blind hand", condition, outcomes, goal))
    outcomes = bench.play(_by_other_voices(bench, innocent))
    false = [mapping(one) for one in outcomes if one.emergency]
    rows.append(Row("false emergencies, the same hand", "clean", 100 * len(false) / len(outcomes), "%", 2,
                    False, len(false), len(outcomes), failures=false))  # fmt: skip
    return rows


def _by_other_voices(
    bench: Bench, said: Sequence[corpus.Utterance], sound: tuple[str, float] | None = None
) -> list[Trial]:
    voices = corpus.OTHER_VOICES
    return [
        Trial(one, voices[number % len(voices)], one.question, noise=sound, technique=bench.whole)
        for number, one in enumerate(bench.few(said, 12))
    ]


# ---- answers ----


def denials(bench: Bench) -> list[Row]:
    """Denials and near misses that raise an emergency."""
    rows = []
    for condition, sound, share in (("clean", None, 1.0), ("pink 12 dB", ("pink", 12.0), 0.5)):
        if bench.quick and sound:
            continue
        utterances = bench.few(corpus.denials(), 12, share)
        trials = [Trial(one, VOICES[(number + 1) % len(VOICES)], one.question, noise=sound,
                        technique=bench.whole)
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
        trials = [Trial(one, VOICES[(number + 3) % len(VOICES)], one.question, noise=sound,
                        technique=bench.whole)
                  for number, one in enumerate(utterances)]  # fmt: skip
        rows.append(right("answers and commands", condition, bench.play(trials), goal))
    return rows


def one_word(bench: Bench) -> list[Row]:
    """Words of a quarter of a second, and how soon they are taken; also with the echo just before them."""
    # awb drawls: a third of its length would be no word any more.
    voices = [one for one in VOICES if one != ("flite", "awb")]
    trials = [
        Trial(one, voices[number % len(voices)], one.question, squeeze_s=0.25, technique=bench.whole)
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
    stretches = corpus.background(max(3.0, MINUTES * min(1.0, bench.part)), bench.tell)
    return [_in_rooms(bench, "false emergencies per hour of other people's speech", stretches)]


def acted(bench: Bench) -> list[Row]:
    """The same of acted dialogue, which is harder: its words are those of fear and of harm."""
    stretches = corpus.dialogue(max(3.0, ACTED_MINUTES * min(1.0, bench.part)), bench.tell)
    figure = "false emergencies per hour of acted dialogue"
    return [
        _in_rooms(bench, figure, stretches),
        _in_rooms(bench, f"{figure}, {CREDULOUS.name}", stretches[::2], CREDULOUS, loud=True),
    ]


def _in_rooms(
    bench: Bench,
    figure: str,
    stretches: Sequence[tuple[str, Pcm]],
    technique: Technique | None = None,
    *,
    loud: bool = False,
) -> Row:
    """``loud``: as loud as the caller only."""
    work = [
        (
            kind,
            pcm,
            rooms.QUESTIONS[(number + later) % len(rooms.QUESTIONS)],
            snr_db,
            technique or bench.whole,
        )
        for snr_db, later in ROOMS[: 1 if bench.quick or loud else None]
        for number, (kind, pcm) in enumerate(stretches)
    ]
    stays = list(bench.pool.map(rooms.others, *zip(*work, strict=True))) if work else []
    hours = sum(one.seconds for one in stays) / 3600
    count = sum(one.emergencies for one in stays)
    why = [{"room": one.kind, "question": one.question, "why": text} for one in stays for text in one.why]
    rate, detail = count / hours if hours else 0.0, f"{count} in {hours * 60:.0f} minutes"
    room = "as loud as the caller" + ("" if loud else ", and 10 dB below")
    return Row(figure, room, rate, "per hour", 1, False, count, detail=detail, failures=why)


def own(bench: Bench) -> list[Row]:
    """Every prompt with its echo in the room, loudness and delay of it in turn, in each round others."""
    texts = bench.few(rooms.prompts(), 12)
    ways = [(gain_db, delay) for gain_db in GAINS_DB for delay in DELAYS_MS]
    work = [
        (texts[(number + 7 * turn) % len(ways) :: len(ways)], delay, gain_db, rooms.QUESTIONS[number % 4],
         bench.whole)
        for turn in range(bench.rounds)
        for number, (gain_db, delay) in enumerate(ways)
    ]  # fmt: skip
    work = [one for one in work if one[0]]
    stays = list(bench.pool.map(rooms.own_voice, *zip(*work, strict=True)))
    count = sum(one.emergencies for one in stays)
    others = sum(one.interruptions for one in stays)
    figure, room = "false emergencies from the assistant's own voice", "echo 0 to -20 dB, 10 to 200 ms"
    detail = f"{others} prompts heard as something else"
    why = [text for one in stays for text in one.why]
    said = sum(len(one[0]) for one in work)
    return [Row(figure, room, count, "", 0, False, count, said, detail, why)]


# ---- cost ----


def rtf(bench: Bench) -> list[Row]:
    """Computing time per second of sound while somebody speaks without pause, with the assistant's echo."""
    stretches = corpus.background(1, bench.tell)[:1]
    stays = list(bench.pool.map(rooms.others, *zip(*stretches, strict=True), ["fever"], [0.0],
                                [bench.streaming], [True]))  # fmt: skip
    seconds, cost = sum(one.seconds for one in stays), sum(one.compute_s for one in stays)
    return [Row("real-time factor, one core, second opinion off", "speech without pause, echo -6 dB",
                cost / seconds, "", 0.25, False)]  # fmt: skip


def memory(bench: Bench) -> list[Row]:
    """Peak memory."""
    return [
        Row("peak memory", "without second opinion", machine.memory_mb(bench.streaming), "MB", 250, False),
        Row("peak memory", "with second opinion", machine.memory_mb(bench.whole), "MB", 650, False),
    ]


def cold(bench: Bench) -> list[Row]:
    """Start of the process to the first sample."""
    return [
        Row(
            "cold start to first spoken sample",
            "prompts cached",
            machine.cold_start_s(bench.whole),
            "s",
            1.5,
            False,
        )
    ]


FIGURES: dict[str, Callable[[Bench], list[Row]]] = {
    "clean": clean, "streaming": streaming, "noise": noise, "talker": talker, "answers": answers,
    "denials": denials, "hand": hand, "one-word": one_word, "barge-in": barge, "latency": latency,
    "own-voice": own, "background": background, "acted": acted, "rtf": rtf, "memory": memory,
    "cold-start": cold, "techniques": techniques, "doubts": doubts, "peers": against_peers,
}  # fmt: skip
QUICK = ("clean", "denials", "answers", "one-word", "barge-in", "latency", "own-voice")
