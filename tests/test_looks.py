"""When a red flag of the streaming engine is believed beside the looks of the second one, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from rig import became

from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.voice_activity import EnergyActivity
from voice_triage.clock import VirtualClock
from voice_triage.listening import Listener
from voice_triage.messages import Alarm, Hypothesis, Meaning, Partial, Utterance
from voice_triage.pcm import Pcm
from voice_triage.protocol import Protocol
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.second_look import SecondLook
from voice_triage.thresholds import BLOCK, RATE_HZ
from voice_triage.understanding import Interpreter

RED_FLAGS = frozenset(Protocol.load().red_flags)
Words = tuple[tuple[float, str], ...]
"""Seconds of sound from which an engine hears the words."""


def heard(rows: Words, seconds: float) -> str:
    return next((text for at, text in reversed(rows) if seconds >= at - 1e-9), "")


class Streaming(ScriptedRecognizer):
    """Hears its rows; every word clearly, where it is told so."""

    def __init__(self, rows: Words, doubtful: str | None) -> None:
        super().__init__()
        self._rows, self._doubtful, self._s = rows, doubtful, 0.0

    def start(self) -> None:
        self._s = 0.0

    def accept(self, block: Pcm) -> Hypothesis:
        self._s += len(block) / RATE_HZ
        return Hypothesis(heard(self._rows, self._s), doubtful=self._doubtful)

    def finish(self, *, checked: bool = False) -> Hypothesis:
        return Hypothesis(heard(self._rows, self._s))


class Second:
    """Hears its rows, and counts how often it is asked."""

    name = "second"

    def __init__(self, rows: Words) -> None:
        self._rows, self.asked = rows, 0

    def load(self) -> None:
        """Nothing to load."""

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        self.asked += 1
        return Hypothesis(heard(self._rows, len(pcm) / RATE_HZ))


class Slow(VirtualClock):
    """Answers ``after_s`` after it was asked."""

    def __init__(self, after_s: float = 0.2) -> None:
        super().__init__()
        self._after_s = after_s

    def now_s(self) -> float:
        return self._blocks_s

    def start(self, work: Callable[[], Hypothesis]) -> Callable[[], Hypothesis | None]:
        due_s, result = self.now_s() + self._after_s, work()
        return lambda: result if self.now_s() >= due_s else None


@dataclass(frozen=True)
class Case:
    """What both engines hear of ``voice_s`` seconds of voice, then silence."""

    streaming: Words
    second: Words
    voice_s: float
    raised: bool
    doubtful: str | None = None


CASES = {
    "the end of a word that the look did not hear": Case(
        ((0.6, "he"), (1.24, "he can't breathe")),
        ((0, "he can bring it"), (1.23, "he can't breathe")), 1.2, True,
    ),
    "weak speech after the look at a pause": Case(
        ((0.6, "he"), (1.3, "he can't breathe")), ((0, "he can"), (1.2, "he can't breathe")), 1.0, True
    ),
    "a look that was cut in the middle of a phrase": Case(
        ((0.3, "he is"), (1.42, "he is having a fit"), (1.66, "he is having a fit of giggles")),
        ((0, "he is having a fit"), (1.3, "he is having a fit of giggles")), 2.6, False,
    ),
    "half of a word": Case(
        ((0.3, "he is"), (1.42, "he is having a fit"), (1.66, "he is having a fitting for his new shoes")),
        ((0, "he is having a fit"), (1.3, "he is having a fitting for his new shoes")), 2.6, False,
    ),
    "what lasts and was just had": Case(
        ((0.3, "he just"), (0.9, "he just had a stiff neck"), (1.3, "he just had a stiff neck last winter")),
        ((0, ""), (1.3, "he just had a stiff neck last winter")), 1.6, False, doubtful="",
    ),
    "what was just had and is over in a moment": Case(
        ((0.3, "he just"), (0.9, "he just had a seizure")),
        ((0, ""), (0.9, "he just had a seizure")), 1.0, True,
    ),
    "innocent words with a pause in their middle": Case(
        ((0.8, "my knee is a bit stiff"), (1.2, "my knee is a bit stiff but my neck is fine")),
        ((0, "my knee is a bit stiff"), (1.3, "my knee is a bit stiff but my neck is fine")), 0.9, False,
    ),
}  # fmt: skip


def blocks(
    case: Case, question: str, interpreter: Interpreter, second: Second, clock: Slow | None = None
) -> Iterator[list[Partial | Alarm | Utterance]]:
    """What became of each block."""
    clock = clock or Slow()
    listener = Listener(
        Streaming(case.streaming, case.doubtful), interpreter, Endpointer(EnergyActivity()), clock,
        red_flags=RED_FLAGS, second_opinion=second,
    )  # fmt: skip
    for number in range(round((case.voice_s + 2) * RATE_HZ / BLOCK)):
        clock.tick(BLOCK / RATE_HZ)
        loud = number * BLOCK / RATE_HZ < case.voice_s
        yield became(listener, np.full(BLOCK, 1000 if loud else 0, np.int16), question)


def listened(case: Case, question: str, interpreter: Interpreter) -> tuple[list[Alarm], Second]:
    second = Second(case.second)
    every = [one for events in blocks(case, question, interpreter, second) for one in events]
    return [one for one in every if isinstance(one, Alarm)], second


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter.load()


@pytest.mark.parametrize("name", CASES)
def test_a_red_flag_is_raised_where_it_was_said_and_only_there(name: str, interpreter: Interpreter) -> None:
    alarms, _ = listened(CASES[name], "stiff_neck" if "innocent" in name else "itch", interpreter)

    assert bool(alarms) == CASES[name].raised


BLUE = ((0.3, "his lips"), (0.9, "his lips are blue"))
ROUND = (
    (1.6, "his lips are blue all around"), (2.3, "his lips are blue all around the edges"),
    (3.0, "his lips are blue all around the edges of them"),
    (3.7, "his lips are blue all around the edges of them up"),
)  # fmt: skip
JAM = "his lips are blueberry jam"
WHILE_IT_GOES_ON: dict[str, tuple[Words, tuple[float, float] | None]] = {
    "what turns it comes last": ((*BLUE, (1.3, "his lips are blue from the ice lolly")), None),
    "another thought may be half of another word": ((*BLUE, (1.3, "his lips are blue an")), (2.8, 2.9)),
    "another thought begins": ((*BLUE, (1.3, "his lips are blue and he")), (1.3, 1.4)),
    "another thought begins later": ((*BLUE, (1.5, "his lips are blue all over and he")), (1.5, 1.6)),
    "another red flag is said": ((*BLUE, (1.5, "his lips are blue his face is swollen")), (1.5, 1.7)),
    "what turns it comes before the other thought": (
        (*BLUE, (1.3, "his lips are blue from the"), (1.9, "his lips are blue from the ice lolly and he")),
        None,
    ),
    "words go on and on": ((*BLUE, *ROUND), (3.9, 4.0)),
    "words that were half heard and are said after all": (
        (*BLUE[:1], (0.5, "his lips are blue"), (0.8, JAM), (2.0, f"{JAM} all over"),
         (3.6, f"{JAM} all over and see his lips are blue"),
         (3.9, f"{JAM} all over and see his lips are blue from the lolly")),
        None,
    ),
}  # fmt: skip
"""What both engines hear of 4.2 seconds of voice -> within which seconds it is an emergency, if meanwhile."""


@pytest.mark.parametrize("name", WHILE_IT_GOES_ON)
def test_while_words_go_on_a_red_flag_waits_for_what_may_turn_it(name: str, interpreter: Interpreter) -> None:
    words, within = WHILE_IT_GOES_ON[name]
    case = Case(words, words, 4.2, within is not None, doubtful="")

    alarms_s = [
        (at + 1) * BLOCK / RATE_HZ
        for at, events in enumerate(blocks(case, "itch", interpreter, Second(words)))
        if any(isinstance(one, Alarm) for one in events)
    ]

    meanwhile = [at_s for at_s in alarms_s if at_s <= case.voice_s]
    assert not meanwhile if within is None else within[0] <= meanwhile[0] <= within[1]


def test_the_second_engines_words_stand_still_by_its_own_looks(interpreter: Interpreter) -> None:
    """The first engine hears nothing at all; what turns it comes with the third look."""
    well = "well his lips are blue"
    theirs = ((0.8, well), (2.0, f"{well} today"), (3.2, f"{well} today from the ice lolly"))

    alarms, _ = listened(Case((), theirs, 4.2, False), "itch", interpreter)

    assert not alarms


def test_a_look_is_read_while_the_first_engine_weighs_its_own_red_flag(interpreter: Interpreter) -> None:
    """Weighing glances at the look; asked anew in that very block, its answer was lost each time."""
    ours = ((0.7, "it's bluebell jam look his lips are blue"),)  # not so likely that it counts
    theirs = ((0, "her tongue is swelling up and she's drooling"),)
    case = Case(ours, theirs, 9.0, True, doubtful="")

    alarms_s = [
        (at + 1) * BLOCK / RATE_HZ
        for at, events in enumerate(blocks(case, "itch", interpreter, Second(theirs), Slow(1.3)))
        if any(isinstance(one, Alarm) for one in events)
    ]

    assert alarms_s and alarms_s[0] < 7


def test_a_look_that_nobody_can_read_drops_no_red_flag_that_waits(interpreter: Interpreter) -> None:
    class Unread(Reader):
        def _counted(self, text: str, question: str | None = None) -> Meaning:
            if text == self._words:
                raise ValueError
            return super()._counted(text, question)

    words = ((0.9, "his lips are blue"),)
    case = Case(words, ((0, "well"),), 1.0, True, doubtful="")
    reader, second = Unread(interpreter, "well"), Second(case.second)
    became_ = [one for events in blocks(case, "itch", reader, second) for one in events]

    assert any(isinstance(one, Alarm) for one in became_)


def test_a_look_is_read_while_another_red_flag_waits(interpreter: Interpreter) -> None:
    """What the second engine heard besides is raised in the breath, too."""
    ours = ((0.7, "he is having a fit"),)
    theirs = ((0, "her tongue is swelling up and she's drooling"),)

    alarms, _ = listened(Case(ours, theirs, 1.2, True, doubtful=""), "itch", interpreter)

    raised = {one.concept for alarm in alarms for one in alarm.findings}
    assert {"facial_swelling", "difficulty_swallowing"} <= raised


def test_a_short_pause_right_after_a_look_makes_no_two_sentences(interpreter: Interpreter) -> None:
    """The look at it shows no more than the one before, since nothing was said between them."""
    spot = "she has a bulging soft spot"
    words, clock = ((0.9, spot), (2.2, f"{spot} in the photo of her cousin")), Slow()
    listener = Listener(
        Streaming(words, doubtful=""), interpreter, Endpointer(EnergyActivity()), clock,
        red_flags=RED_FLAGS, second_opinion=Second(words),
    )  # fmt: skip
    parts = []
    for number in range(round(3.0 * RATE_HZ / BLOCK)):
        clock.tick(BLOCK / RATE_HZ)
        silent = 1.5 <= number * BLOCK / RATE_HZ < 1.64
        events = became(listener, np.full(BLOCK, 0 if silent else 1000, np.int16), "itch")
        parts += [one for one in events if isinstance(one, Alarm | Utterance)]

    assert not parts


def test_a_breath_ends_the_wait_only_where_the_whole_means_it(interpreter: Interpreter) -> None:
    """Half of it is a red flag, and both engines had found it before the rest was heard."""
    mango = ((0.9, "the soft place is raised"), (1.4, "the soft place is raised on the mango i am cutting"))

    alarms, _ = listened(Case(mango, mango, 1.5, False), "itch", interpreter)

    assert not alarms


def test_what_is_heard_in_a_pause_is_asked_about_once(interpreter: Interpreter) -> None:
    words = ((1.0 + 0.14, "he can't breathe"),)  # one block after the look at the pause

    alarms, second = listened(Case(words, words, 1.0, True), "itch", interpreter)

    assert alarms
    assert second.asked == 1


class Reader(Interpreter):
    """Counts how often it is asked what the words ``of_interest`` mean."""

    def __init__(self, interpreter: Interpreter, of_interest: str) -> None:
        self._interpreter, self._words, self.asked = interpreter, of_interest, 0
        self.alarm, self.alone = interpreter.alarm, interpreter.alone  # type: ignore[method-assign]
        self.likelihood, self.directed = interpreter.likelihood, interpreter.directed
        self.interpret = self._counted  # type: ignore[assignment]

    def _counted(self, text: str, question: str | None = None) -> Meaning:
        self.asked += text == self._words
        return self._interpreter.interpret(text, question)


@pytest.mark.parametrize("late", range(30))
def test_an_alarm_does_not_wait_for_what_a_look_means(late: int, interpreter: Interpreter) -> None:
    """``late``: blocks after the voice in which the first engine hears it; in one the look is there, too."""
    words = ((1.0 + late * BLOCK / RATE_HZ, "he can't breathe"),)
    reader, second = Reader(interpreter, "well"), Second(((0, "well"),))
    raised = False

    for events in blocks(Case(words, (), 1.0, True, doubtful=""), "itch", reader, second):
        raised = any(isinstance(one, Alarm) for one in events)
        if raised:
            break
        reader.asked = 0

    assert raised
    assert reader.asked == 0


class Later(VirtualClock):
    """Does its work when it is told to, as a busy machine would."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[Callable[[], Hypothesis]] = []
        self.results: dict[int, Hypothesis] = {}

    def start(self, work: Callable[[], Hypothesis]) -> Callable[[], Hypothesis | None]:
        at = len(self.waiting)
        self.waiting.append(work)
        return lambda: self.results.get(at)

    def catch_up(self) -> None:
        self.results = {at: work() for at, work in enumerate(self.waiting)}


def test_a_look_asked_anew_while_it_waited_is_done_once() -> None:
    engine, clock = Second(((1.0, "he can"), (2.0, "he can't breathe"))), Later()
    look = SecondLook(engine, clock, "patient")
    for voice_s in (1.0, 2.0):
        pcm = np.zeros(round(voice_s * RATE_HZ), np.int16)
        assert look.ask(partial(lambda sound: lambda: sound, pcm), voice_s)

    clock.catch_up()

    result = look.result()
    assert result is not None and result.text == "he can't breathe"
    assert engine.asked == 1


def test_a_look_that_was_never_done_is_no_hearing_that_heard_nothing(interpreter: Interpreter) -> None:
    """It had a red flag believed at once: "nothing was heard", said of a look that no worker was free for."""
    clock, engine = Later(), Second(((0, "he can breathe fine"),))
    words = ((0.6, "he"), (1.0 + 0.14, "he can't breathe"))  # one block after the look at the pause began
    listener = Listener(
        Streaming(words, doubtful="he can't breathe"), interpreter, Endpointer(EnergyActivity()), clock,
        red_flags=RED_FLAGS, second_opinion=engine,
    )  # fmt: skip
    heard_s, alarms_s = 0.0, []
    for number in range(round(2.6 * RATE_HZ / BLOCK)):
        at_s = number * BLOCK / RATE_HZ
        if len(clock.waiting) == 2 and not clock.results:  # of the first look no answer is wanted any more
            clock.catch_up()
        loud = at_s < 1.0 or 1.16 <= at_s < 1.26
        for one in became(listener, np.full(BLOCK, 1000 if loud else 0, np.int16), "itch"):
            heard_s = at_s if one == Partial("he can't breathe") else heard_s
            alarms_s += [at_s] if isinstance(one, Alarm) else []

    assert engine.asked == 1, "of the two looks"
    assert heard_s and [round(at_s - heard_s, 1) for at_s in alarms_s] == [0.7], "as with no second opinion"
