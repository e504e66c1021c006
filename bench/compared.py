"""The same sounds with one part taken out, and what others hear in them."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Sequence

from bench import corpus, machine, peers, rooms
from bench.corpus import VOICES, Utterance
from bench.measure import Bench, Row, barge_trials, flag_trials, recall, right, times
from bench.techniques import (
    BOTH,
    CREDULOUS,
    ONE_ENGINE,
    PASSING,
    SETTLING,
    STREAMING,
    WHOLE,
    WHOSE,
    Technique,
)
from bench.trials import Trial
from voice_triage.pcm import at_level, silence
from voice_triage.scenario import Noise
from voice_triage.scenario_sounds import noise_of
from voice_triage.thresholds import Thresholds

SHARE = 0.33
"""Of the phrases, for each way and condition."""

CHATTER = (
    "and we have been at home all day with the children and it rained so nobody went out and i made soup",
    "and my sister is on her way over here in the car but the traffic is bad at this time of the day",
    "and the television has been on the whole time and the dog wants to go out and i have not had my tea",
)
"""Said in the same breath after a red flag."""

HALTING = (
    "i think it was on tuesday that we saw them first", "he was playing in the garden with his brother today",
    "they are mostly on his legs and on the tummy", "we have tried a cream from the chemist for them",
    "my wife is at work and the baby is asleep", "it was after we came back from the beach i think",
)  # fmt: skip
"""Said by who stops to think after each two words."""

# ---- conditions ----


def _flags(noise: tuple[str, float] | None, condition: str) -> Condition:
    def play(bench: Bench, technique: Technique) -> list[Row]:
        trials = flag_trials(bench.few(corpus.red_flags(), 8, SHARE), technique, noise)
        return [recall(technique.name, condition, bench.play(trials), 0)]

    return play


def denials(bench: Bench, technique: Technique) -> list[Row]:
    """What must raise no alarm."""
    trials = _denied(bench, 2 * SHARE, technique)
    count = sum(one.emergency for one in bench.play(trials))
    return [_share(technique, "false on denials", count, len(trials))]


def halting_denials(bench: Bench, technique: Technique) -> list[Row]:
    """The same, by who stops for half a second after each two words: "a seizure ... years ago"."""
    trials = [dataclasses.replace(one, pauses_s=0.5) for one in _denied(bench, 2 * SHARE, technique)]
    count = sum(one.emergency for one in bench.play(trials))
    return [_share(technique, "false on denials, said haltingly", count, len(trials))]


def over(bench: Bench, technique: Technique) -> list[Row]:
    """Red flags over the assistant's voice."""
    trials = barge_trials(bench.few(corpus.red_flags(), 10, SHARE), technique)
    return [recall(technique.name, "over the assistant, echo -6 dB", bench.play(trials), 0)]


def headphones(bench: Bench, technique: Technique) -> list[Row]:
    """Red flags over the assistant's voice where none of it comes back, and nothing else sounds."""
    phrases = bench.few(corpus.red_flags(), 10, SHARE)
    trials = [dataclasses.replace(one, echo=None) for one in barge_trials(phrases, technique)]
    return [recall(technique.name, "over the assistant, headphones", bench.play(trials), 0)]


def soon(bench: Bench, technique: Technique) -> list[Row]:
    """From the end of red-flag words to the first emergency sample."""
    outcomes = bench.play(flag_trials(bench.few(corpus.red_flags(), 8, SHARE), technique))
    took = sorted(times(outcomes))
    return [
        _median(technique, "first emergency sample, median", took),
        Row(technique.name, "first emergency sample, slowest of ten", took[len(took) * 9 // 10], "ms", 0,
            of=len(took)),
    ]  # fmt: skip


def long(bench: Bench, technique: Technique) -> list[Row]:
    """Red flags at the beginning of what is said for ten seconds without a pause."""
    trials = [
        Trial(
            dataclasses.replace(one, say=f"{one.say} {CHATTER[number % len(CHATTER)]}"),
            VOICES[number % len(VOICES)], "patient", technique=technique,
        )
        for number, one in enumerate(bench.few(corpus.red_flags(), 8, SHARE))
    ]  # fmt: skip
    took = times(bench.play(trials))
    soon = sum(one <= 2000 for one in took)
    return [
        _share(technique, "red flags first in a long breath, within 2 s", soon, len(trials)),
        _median(technique, "the same, first emergency sample, median", took),
    ]


def halting(bench: Bench, technique: Technique) -> list[Row]:
    """Into how many utterances an answer falls whose words come two and two, a second apart."""
    trials = [
        Trial(Utterance(say, "patient"), VOICES[number % len(VOICES)], "patient", pauses_s=1.0,
              technique=technique)
        for number, say in enumerate(HALTING)
    ]  # fmt: skip
    pieces = [len(one.meanings) for one in bench.play(trials)]
    mean = statistics.mean(pieces)
    return [Row(technique.name, "pieces into which a halting answer falls", mean, "", 0, of=len(pieces))]


def _after_own(voices: Sequence[tuple[str, str]], condition: str) -> Condition:
    """Words of a quarter of a second, right after the question and its echo."""

    def play(bench: Bench, technique: Technique) -> list[Row]:
        trials = [
            Trial(one, voices[number % len(voices)], one.question, squeeze_s=0.25, echo=(40.0, -12.0),
                  technique=technique)
            for number, one in enumerate(bench.few(corpus.one_word(), 8))
        ]  # fmt: skip
        return [right(technique.name, condition, bench.play(trials), 0)]

    return play


def _own_voice(gain_db: float) -> Condition:
    """Every twelfth prompt, and its echo, louder by so much than what was played."""

    def play(bench: Bench, technique: Technique) -> list[Row]:
        texts = bench.few(rooms.prompts(), 8, 1 / 12)
        halves = [texts[0::2], texts[1::2]]
        stays = list(bench.pool.map(rooms.own_voice, halves, [10.0, 100.0], [gain_db] * 2,
                                    rooms.QUESTIONS[:2], [technique] * 2))  # fmt: skip
        false, heard = sum(one.emergencies for one in stays), sum(one.interruptions for one in stays)
        echo = f"echo {gain_db:.0f} dB"
        return [
            _share(technique, f"own prompts, false emergencies, {echo}", false, len(texts)),
            _share(technique, f"own prompts heard as something else, {echo}", heard, len(texts)),
        ]

    return play


def others(bench: Bench, technique: Technique) -> list[Row]:
    """Other people's speech, as loud as the caller, while a question is open."""
    stretches = corpus.background(max(2.0, 6 * min(1.0, bench.part)), bench.tell)
    stays = list(bench.pool.map(
        rooms.others, *zip(*stretches, strict=True),
        [rooms.QUESTIONS[number % len(rooms.QUESTIONS)] for number in range(len(stretches))],
        [0.0] * len(stretches), [technique] * len(stretches),
    ))  # fmt: skip
    return [_rooms(technique, "others' speech", stays)]


def acted(bench: Bench, technique: Technique) -> list[Row]:
    """Every fourth minute of acted dialogue, as loud as the caller, while a question is open."""
    stretches = corpus.dialogue(max(3.0, 20 * min(1.0, bench.part)), bench.tell)[::4]
    questions = [rooms.QUESTIONS[number % len(rooms.QUESTIONS)] for number in range(len(stretches))]
    stays = list(bench.pool.map(
        rooms.others, *zip(*stretches, strict=True), questions,
        [0.0] * len(stretches), [technique] * len(stretches),
    ))  # fmt: skip
    return [_rooms(technique, "acted dialogue", stays)]


def babble(bench: Bench, technique: Technique) -> list[Row]:
    """The babble of many voices, as loud as the caller, while a question is open."""
    room = noise_of(Noise("babble", 0.0))
    sound = at_level(room.pcm, corpus.LEVEL_DBFS) if room else silence(0)
    questions = rooms.QUESTIONS[:4]
    stays = list(bench.pool.map(rooms.others, ["babble"] * 4, [sound] * 4, questions, [0.0] * 4,
                                [technique] * 4))  # fmt: skip
    return [_rooms(technique, "babble of many", stays)]


def cost(bench: Bench, technique: Technique) -> list[Row]:
    """What the echo canceller takes while all is silent, after it has had something to do."""
    return [Row(technique.name, "echo canceller, a block of 20 ms in silence",
                machine.canceller_ms(technique), "ms", 0)]  # fmt: skip


def taken_back(bench: Bench, technique: Technique) -> list[Row]:
    """An emergency that was raised wrongly is read back at once, and a no ends it."""
    trials = [
        Trial(one, VOICES[number % len(VOICES)], "patient", then="no that's not right", technique=technique)
        for number, one in enumerate(bench.few(corpus.red_flags(), 6, SHARE / 2))
    ]
    ended = sum(not one.red_flags for one in bench.play(trials))
    return [_share(technique, "red flags taken back by a no to the read-back", ended, len(trials))]


def _denied(bench: Bench, share: float, technique: Technique = WHOLE) -> list[Trial]:
    return [Trial(one, VOICES[(number + 1) % len(VOICES)], one.question, technique=technique)
            for number, one in enumerate(bench.few(corpus.denials(), 8, share))]  # fmt: skip


def _share(technique: Technique, condition: str, hits: int, of: int) -> Row:
    return Row(technique.name, condition, 100 * hits / of, "%", 0, hits=hits, of=of)


def _median(technique: Technique, condition: str, values: list[float]) -> Row:
    return Row(technique.name, condition, statistics.median(values or [0.0]), "ms", 0, of=len(values))


def _rooms(technique: Technique, condition: str, stays: list[rooms.Stay]) -> Row:
    minutes = sum(one.seconds for one in stays) / 60
    count = sum(one.emergencies for one in stays)
    why = [f"{one.question}: {text}" for one in stays for text in one.why]
    return Row(technique.name, f"{condition}, false emergencies in {minutes:.0f} minutes", count, "",
               999, False, failures=why)  # fmt: skip


# ---- the ways ----

Condition = Callable[[Bench, Technique], list[Row]]
clean, pink = _flags(None, "red flags, clean"), _flags(("pink", 12.0), "red flags, pink 12 dB")
USUAL: tuple[Condition, ...] = (clean, pink, denials, over)
own_voice, own_voice_low = _own_voice(0.0), _own_voice(-20.0)
after_own = _after_own(VOICES[2:], "one word right after the assistant's, echo -12 dB")
after_own_dulled = _after_own((("flite", "rms"),), "the same in a voice the judge is dulled for, flite rms")

_UNHELD = Thresholds(red_flag_hold_s=0.0, red_flag_hold_last_s=0.0, red_flag_hold_one_word_s=0.0)

WAYS: tuple[tuple[Technique, tuple[Condition, ...]], ...] = (
    (WHOLE, (*USUAL, headphones, soon, long, halting, halting_denials, after_own, after_own_dulled, own_voice,
             own_voice_low, others, babble, cost, taken_back)),
    # -- engines --
    (STREAMING, (*USUAL, soon, halting_denials, babble)),
    (Technique("PocketSphinx instead of Moonshine", "pocketsphinx"), (*USUAL, soon, long)),
    (Technique("PocketSphinx alone", "pocketsphinx", False), USUAL),
    (Technique("PocketSphinx alone, without hold", "pocketsphinx", False, thresholds=_UNHELD),
     (clean, denials)),
    (Technique("PocketSphinx alone, without the mean of the voice", "pocketsphinx", False, ("voice mean",)),
     (clean, pink)),
    (Technique("without what Moonshine has learned", "moonshine", untaught="moonshine"), USUAL),
    (Technique("streaming lane alone, without what Moonshine has learned", "moonshine", False,
               untaught="moonshine"), USUAL),
    (Technique("streaming lane alone, without hearing the last word at once", second_opinion=False,
               lacking=("last word",)), (clean, soon)),
    (Technique("without believing what was heard clearly", lacking=("clear words",)), (soon, denials)),
    # -- second opinion --
    (Technique("without the words Whisper is told", hint=False), USUAL),
    (Technique("without Whisper's other results", others=False), USUAL),
    (Technique("without what Whisper has learned", untaught="whisper"), USUAL),
    (Technique("without Whisper's ear for noise", lacking=("no speech",)), (others, babble)),
    (Technique("PocketSphinx, without the second opinion in mid-speech", "pocketsphinx",
               thresholds=Thresholds(second_opinion_every_s=1e9)), (long,)),
    (Technique("without asking it before an alarm", lacking=("asking",)), (soon, denials, others)),
    (Technique("streaming lane alone, without waiting for words that may turn it", second_opinion=False,
               lacking=("waiting",)), (soon, denials, halting_denials)),
    (Technique("without care in talk that never ends", lacking=("talk",)), (others, babble)),
    (CREDULOUS, (clean, soon, denials, others)),
    # -- the assistant's own voice --
    (Technique("without echo canceller", lacking=("canceller",)), (*USUAL, own_voice, own_voice_low)),
    (Technique("without hearing it once more", lacking=("echo heard once more",)), (over,)),
    (Technique("without the sound before", lacking=("sound before",)), (over,)),
    (Technique("without telling whether there is an echo", lacking=("echo detection",)),
     (clean, pink, headphones)),
    (Technique("without the canceller's noise floor", lacking=("noise floor",)), (clean, over, headphones)),
    (Technique("without the canceller's dither", lacking=("dither",)), (cost,)),
    (Technique("streaming lane alone, without ducking", second_opinion=False, lacking=("ducking",)), (over,)),
    (Technique("without echo canceller and knowing its own words", lacking=("canceller", "own words")),
     (own_voice, own_voice_low)),
    (Technique("without the judge's new start", lacking=("judge's restart",)),
     (after_own, after_own_dulled)),
    # -- endpointing --
    (Technique("streaming lane alone, without pre-roll", second_opinion=False,
               thresholds=Thresholds(preroll_s=0.0)), (clean, pink)),
    (Technique("without following the caller's pace", lacking=("pace",)), (halting,)),
)  # fmt: skip


DOUBTS: tuple[tuple[Technique, tuple[Condition, ...]], ...] = (
    (WHOLE, (clean, pink, denials, soon, halting_denials, acted)),
    (CREDULOUS, (clean, pink, denials, acted)),
    (ONE_ENGINE, (clean, pink, denials)),
    (SETTLING, (clean, denials, soon, halting_denials)),
    (WHOSE, (acted,)),
    (BOTH, (acted,)),
    (PASSING, (acted,)),
)


def doubts(bench: Bench) -> list[Row]:
    """What is read back before it counts, or waits for a breath, in the conditions that show its worth."""
    return [row for way, conditions in DOUBTS for condition in conditions for row in condition(bench, way)]


def techniques(bench: Bench) -> list[Row]:
    """Each way in the conditions that show what it is worth; the whole product in all of them."""
    return [row for way, conditions in WAYS for condition in conditions for row in condition(bench, way)]


def against_peers(bench: Bench) -> list[Row]:
    """Other ways to hear the same sounds."""
    rows = []
    flags = flag_trials(bench.few(corpus.red_flags(), 8, 0.5))
    sounds: list[tuple[str, list[Trial]]] = [
        ("red flags, clean", flags),
        ("red flags, pink 12 dB", [dataclasses.replace(one, noise=("pink", 12.0)) for one in flags]),
        ("false on denials", _denied(bench, 0.5)),
    ]
    for peer in peers.NAMES:
        for condition, trials in sounds:
            hits = sum(bench.pool.map(peers.alarmed, [peer] * len(trials), trials, chunksize=8))
            rows.append(Row(peer, condition, 100 * hits / len(trials), "%", 0, hits=hits, of=len(trials)))
    return rows
