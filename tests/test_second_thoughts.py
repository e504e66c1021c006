"""Two recognisers heard the same sound: which words are believed, and when the second one is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from rig import became

from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.voice_activity import EnergyActivity
from voice_triage.clock import VirtualClock
from voice_triage.listening import Listener
from voice_triage.messages import Alarm, Finding, Hypothesis, Meaning, Utterance
from voice_triage.pcm import Pcm
from voice_triage.protocol import Protocol
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.second_thoughts import read, unanswered, unshared, weigh
from voice_triage.thresholds import BLOCK
from voice_triage.understanding import Interpreter
from voice_triage.understanding.strengths import SURE_ALONE

RED_FLAGS = frozenset(Protocol.load().red_flags)
LONG = "well the thing is that they stay right there"
"""More words than are believed of the streaming engine alone."""


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter.load()


@pytest.mark.parametrize(
    ("question", "heard", "others", "flags"),
    [
        ("itch", "the skin is great in lucky", ["her skin is grey and blotchy"], {"mottled_or_blue_skin"}),
        ("itch", "he has a fit", ["he has a fish"], {"seizure"}),
        ("emergency_signs", "no he can breathe fine", ["no he can't breathe fine"], set()),
        ("stiff_neck", "no my neck is fine", ["no my neck is stiff"], set()),
        ("emergency_signs", "what is a seizure", ["there is a seizure"], set()),
    ],
)
def test_what_else_it_may_have_been_counts_unless_it_was_denied_or_understood(
    interpreter: Interpreter, question: str, heard: str, others: list[str], flags: set[str]
) -> None:
    second = Hypothesis(heard, others=tuple(others))

    meaning = read(second, lambda text: interpreter.interpret(text, question), RED_FLAGS)

    present = {one.concept for one in meaning.findings if one.status == "present"}
    assert present & RED_FLAGS == flags


def test_nothing_else_is_read_where_an_emergency_was_heard(interpreter: Interpreter) -> None:
    asked: list[str] = []

    def said(text: str) -> Meaning:
        asked.append(text)
        return interpreter.interpret(text, "itch")

    second = Hypothesis("he has a fit", others=("he has a fish", "he has a fit now"))
    meaning = read(second, said, RED_FLAGS)

    assert asked == ["he has a fit"]
    assert meaning.conceivable is None  # what only those would show is not ruled out


@pytest.mark.parametrize(
    ("heard", "others", "statuses"),
    [
        ("he can breathe", ["he can't breathe"], {"present"}),
        ("he can breathe", ["he can't breathe", "he is struggling for breath"], {"present"}),
        ("her eyes aren't swollen", ["her eyes are and swollen"], {"absent"}),
        ("she isn't floppy", ["she is a floppy"], {"absent"}),
    ],
)
def test_a_denial_falls_to_the_same_words_and_one_more_only(
    interpreter: Interpreter, heard: str, others: list[str], statuses: set[str]
) -> None:
    second = Hypothesis(heard, others=tuple(others))

    meaning = read(second, lambda text: interpreter.interpret(text, None), RED_FLAGS)

    assert {one.status for one in meaning.findings if one.concept in RED_FLAGS} == statuses


@pytest.mark.parametrize(
    ("first", "second", "flags"),
    [
        ("i can't speak full blown", "i can't speak for long my battery is low", set()),
        ("he can't breathe", "he can't brief", {"difficulty_breathing"}),
    ],
)
def test_half_of_the_words_hold_a_red_flag_only_where_they_may_mean_it(
    interpreter: Interpreter, first: str, second: str, flags: set[str]
) -> None:
    ours, theirs = (interpreter.interpret(text, None) for text in (first, second))

    meaning = weigh(ours, theirs, RED_FLAGS)

    assert meaning.signs & RED_FLAGS == flags


@pytest.mark.parametrize(
    ("first", "second", "flags"),
    [
        ("as", "yes", set()),
        ("yes", "yes", {"stiff_neck"}),
        (None, "yes", set()),  # what follows on a forced end at once is the rest of it
        ("hiss neck is", "his neck is stiff", {"stiff_neck"}),
        (None, "yes he can't breathe", {"difficulty_breathing"}),
    ],
)
def test_where_people_talk_without_end_a_bare_answer_needs_both_engines(
    interpreter: Interpreter, first: str | None, second: str, flags: set[str]
) -> None:
    theirs = interpreter.interpret(second, "stiff_neck")
    firsts = () if first is None else (interpreter.interpret(first, "stiff_neck"),)

    meant = unanswered(theirs, RED_FLAGS, lambda: (interpreter.interpret(second), *firsts))

    assert meant.signs & RED_FLAGS == flags
    assert flags or meant.answer is None


def test_the_first_result_with_sense_is_the_answer(interpreter: Interpreter) -> None:
    second = Hypothesis("hall is for", others=("all is four", "he is four"))

    meaning = read(second, lambda text: interpreter.interpret(text, "age"), RED_FLAGS)

    assert [(one.concept, one.value) for one in meaning.values] == [("age", 4)]


@pytest.mark.parametrize(
    ("first", "second", "flags"),
    [
        ("confused", "what does confused mean", set()),
        ("his neck is stiff", "his neck is this", {"stiff_neck"}),
        ("his neck is stiff", "his next ticket", {"stiff_neck"}),
        ("well he said to her that the neck is stiff", "", set()),
    ],
)
def test_a_red_flag_of_the_first_falls_where_the_second_understood_its_words(
    interpreter: Interpreter, first: str, second: str, flags: set[str]
) -> None:
    ours, theirs = (interpreter.interpret(text, "emergency_signs") for text in (first, second))

    meaning = weigh(ours, theirs, RED_FLAGS)

    assert {one.concept for one in meaning.findings if one.status == "present"} & RED_FLAGS == flags


@pytest.mark.parametrize(("first", "years"), [("eleven", [11]), ("that lot of the eleven you are on", [])])
def test_a_number_alone_is_believed_where_the_second_made_no_sense_of_it(
    interpreter: Interpreter, first: str, years: list[int]
) -> None:
    ours, theirs = (interpreter.interpret(text, "age") for text in (first, "all heaven"))

    meaning = weigh(ours, theirs, RED_FLAGS)

    assert [one.value for one in meaning.values] == years


@pytest.mark.parametrize(
    ("first", "guess", "talk", "answer"),
    [
        ("ear", "yeah", False, "yes"),
        ("ear", "yeah", True, None),
        ("here does not have a mailbox", "sure does not have a mailbox", False, None),
    ],
)
def test_an_answer_is_made_of_a_guess_only_where_the_words_were_few_and_nobody_else_talks(
    interpreter: Interpreter, first: str, guess: str, talk: bool, answer: str | None
) -> None:
    second = Hypothesis(first, others=(guess,))

    meaning = read(second, lambda text: interpreter.interpret(text, "stiff_neck"), RED_FLAGS, talk=talk)

    assert meaning.answer == answer


@pytest.mark.parametrize(
    ("guess", "question", "ours", "flags", "answer"),
    [
        ("moved they're a current lay", "glass_test", "", set(), None),
        ("moved they're a current lay", "glass_test", LONG, {"non_blanching_rash"}, None),
        ("lorry depot", "glass_test", LONG, set(), None),
        ("he can't breathe", "itch", "", {"difficulty_breathing"}, None),
        ("his neck is stiff", None, "", {"stiff_neck"}, None),
        ("no", "glass_test", "", {"non_blanching_rash"}, "no"),
    ],
)
def test_a_red_flag_that_the_network_alone_reads_in_a_guess_only_supports_what_was_heard(
    interpreter: Interpreter, guess: str, question: str | None, ours: str, flags: set[str], answer: str | None
) -> None:
    said = partial(interpreter.interpret, question=question)
    heard = Hypothesis("lorry depot", others=(guess,))
    theirs = read(heard, said, RED_FLAGS, alone=partial(interpreter.alone, question=question))
    meaning = weigh(said(ours), theirs, RED_FLAGS)

    assert (meaning.signs & RED_FLAGS, meaning.answer) == (flags, answer)


def test_a_red_flag_of_doubtful_words_needs_the_first_to_have_heard_it(interpreter: Interpreter) -> None:
    floppy, fine = (interpreter.interpret(text, "fever") for text in ("floppy", "look the law"))

    assert not weigh(fine, floppy, RED_FLAGS, sure=False).findings
    assert weigh(floppy, floppy, RED_FLAGS, sure=False).findings
    assert weigh(fine, floppy, RED_FLAGS).findings


class Second:
    """Hears what it is told, as soon as so much sound has come."""

    name = "second"

    def __init__(self, text: str, after_s: float) -> None:
        self._text, self._after = text, after_s * 16_000

    def load(self) -> None:
        """Nothing to load."""

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        return Hypothesis(self._text if len(pcm) >= self._after else "")


@pytest.fixture
def listening(interpreter: Interpreter) -> Callable[[Second], Listener]:
    def build(second: Second) -> Listener:
        return Listener(
            ScriptedRecognizer(), interpreter, Endpointer(EnergyActivity()), VirtualClock(),
            red_flags=RED_FLAGS, second_opinion=second,
        )  # fmt: skip

    return build


def _alarm_s(listener: Listener, speech_s: float) -> float | None:
    """When the alarm is raised, in seconds after speech began."""
    for number in range(round((speech_s + 3) * 50)):
        loud = number < speech_s * 50
        for event in became(listener, np.full(BLOCK, 1000 if loud else 0, np.int16), "itch"):
            if isinstance(event, Alarm):
                return (number + 1) / 50
            assert not isinstance(event, Utterance) or event.alarmed
    return None


def test_a_red_flag_only_the_second_heard_does_not_wait_for_the_end_of_speech(
    listening: Callable[[Second], Listener],
) -> None:
    in_the_middle = _alarm_s(listening(Second("he can't breathe and so on", after_s=2.0)), speech_s=8.0)
    in_the_pause = _alarm_s(listening(Second("he can't breathe", after_s=1.0)), speech_s=1.5)

    assert in_the_middle is not None and in_the_middle < 4.0
    assert in_the_pause is not None and in_the_pause < 1.9


def test_the_last_word_is_believed_when_only_sound_and_no_word_follows_it(
    listening: Callable[[Second], Listener],
) -> None:
    raised = _alarm_s(listening(Second("he can't breathe", after_s=2.0)), speech_s=8.0)

    # Not at the first look that shows it: the word may be half of another.
    assert raised is not None and 3.0 < raised < 5.0


class Slow(VirtualClock):
    """Gives what was asked beside the loop 0.3 s later."""

    def start(self, work: Callable[[], Hypothesis]) -> Callable[[], Hypothesis | None]:
        due_s, poll = self.now_s() + 0.3, super().start(work)
        return lambda: poll() if self.now_s() >= due_s else None


def test_the_last_word_before_a_pause_is_whole_though_speech_has_gone_on(interpreter: Interpreter) -> None:
    def raised_s(pause_s: float) -> float:
        clock = Slow()
        listener = Listener(
            ScriptedRecognizer(), interpreter, Endpointer(EnergyActivity()), clock,
            red_flags=RED_FLAGS, second_opinion=Second("he can't breathe", after_s=1.0),
        )  # fmt: skip
        for number in range(300):
            clock.tick(BLOCK / 16_000)
            block = np.full(BLOCK, 0 if 1.0 <= number / 50 < 1.0 + pause_s else 1000, np.int16)
            line = "is it itchy" if number < 10 else ""  # who cuts in need not end the sentence
            if any(isinstance(one, Alarm) for one in became(listener, block, "itch", own_words=line)):
                return number / 50
        raise AssertionError("it was never raised")

    assert raised_s(pause_s=0.16) < 1.6
    assert raised_s(pause_s=0.0) > 2.0, "in the middle of speech it may be half of another"


class Hears(ScriptedRecognizer):
    """Hears one thing from the first block on, and says how clearly."""

    def __init__(self, text: str, doubtful: str | None) -> None:
        super().__init__()
        self._told = Hypothesis(text, doubtful=doubtful)

    def accept(self, block: Pcm) -> Hypothesis:
        return self._told


@pytest.mark.parametrize(
    ("text", "doubtful", "at_once"),
    [
        ("he can't breathe and he is", "", True),
        ("well my son he can't breathe and he is", "well", True),
        ("he can't breathe", "", False),
        ("he can't breathe and he is", None, False),
        ("he can't breathe and he is", "breathe", False),
        ("he can't breathe and he is", "can't", False),
        ("has he an stiff neck and he is", "an", False),
        ("you feel that he does not know where he is and i am", "you know", False),
        ("floppy and he is", "", False),
        ("he can't breathe but", "", False),
    ],
)
def test_a_red_flag_of_words_heard_clearly_waits_for_nobody(
    interpreter: Interpreter, text: str, doubtful: str | None, at_once: bool
) -> None:
    listener = Listener(
        Hears(text, doubtful), interpreter, Endpointer(EnergyActivity()), VirtualClock(),
        red_flags=RED_FLAGS, second_opinion=Second("", after_s=99.0),
    )  # fmt: skip

    raised = _alarm_s(listener, speech_s=1.5)

    assert (raised is not None and raised < 0.1) == at_once


@pytest.mark.parametrize(("line", "at_once"), [("", True), ("i heard that he can not breathe.", False)])
def test_what_the_assistant_has_just_said_is_not_believed_at_once(
    interpreter: Interpreter, line: str, at_once: bool
) -> None:
    """What is heard of its own line comes when the line has ended."""
    listener = Listener(
        Hears("he can't breathe and he is", ""), interpreter, Endpointer(EnergyActivity()), VirtualClock(),
        red_flags=RED_FLAGS, second_opinion=Second("", after_s=99.0),
    )  # fmt: skip
    became(listener, np.zeros(BLOCK, np.int16), "itch", own_words=line)

    raised = _alarm_s(listener, speech_s=1.5)

    assert (raised is not None and raised < 0.1) == at_once


@pytest.mark.parametrize("speech_s", [0.4, 1.0, 1.2, 2.4, 3.6])
def test_each_block_of_a_pause_is_told_to_the_recogniser(interpreter: Interpreter, speech_s: float) -> None:
    """Also where the second opinion was just asked, because enough was said."""

    class Told(ScriptedRecognizer):
        def __init__(self) -> None:
            super().__init__()
            self.told: list[bool] = []

        def accept(self, block: Pcm) -> Hypothesis:
            self.told.append(False)
            return super().accept(block)

        def pause(self) -> None:
            self.told[-1] = True

    for second in (None, Second("", after_s=99.0)):
        listener = Listener(
            recognizer := Told(), interpreter, Endpointer(EnergyActivity()), Slow(),
            red_flags=RED_FLAGS, second_opinion=second,
        )  # fmt: skip
        _alarm_s(listener, speech_s=speech_s)

        told = recognizer.told
        begun = told.index(True)
        assert not any(told[:begun]) and all(told[begun:]) and len(told) - begun > 5


def test_words_that_stay_as_they_are_end_the_utterance_though_voices_go_on(
    listening: Callable[[Second], Listener],
) -> None:
    listener = listening(Second("it itches", after_s=1.0))
    ends = [
        (number / 50, event.meaning.answer)
        for number in range(8 * 50)
        for event in became(listener, np.full(BLOCK, 1000, np.int16), "itch")
        if isinstance(event, Utterance)
    ]

    assert ends and ends[0][0] < 5.0 and ends[0][1] == "yes"


class Reading(Second):
    """Reads a script written in the loudness of the sound: 2000 is the first phrase, 3000 the second."""

    def __init__(self, first: str, second: str = "", *, fails: bool = False) -> None:
        super().__init__("", 0.0)
        self._phrases, self._fails = {2000: first, 3000: second}, fails

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        if self._fails:
            raise RuntimeError("died")
        said = [text for level, text in self._phrases.items() if np.count_nonzero(pcm == level) > 8_000]
        return Hypothesis(" ".join(said))


def _heard(listener: Listener, script: list[tuple[int, float]], questions: list[str]) -> set[str]:
    """The signs that are raised or understood, of blocks at each level for so many seconds."""
    signs: set[str] = set()
    levels = [level for level, seconds in script for _ in range(round(seconds * 50))]
    for number, level in enumerate(levels + [0] * 200):
        question = questions[number * len(questions) // (len(levels) + 200)]
        for event in became(listener, np.full(BLOCK, level, np.int16), question):
            if isinstance(event, Alarm):
                signs |= {one.concept for one in event.findings}
            elif isinstance(event, Utterance):
                signs |= event.meaning.signs
    return signs


@pytest.mark.parametrize("voices_s", [0.4, 1.2, 1.6, 2.2, 3.0])
def test_no_word_is_lost_where_one_utterance_is_ended_for_the_next(
    listening: Callable[[Second], Listener], voices_s: float
) -> None:
    listener = listening(Reading("it itches", "and he can't breathe"))

    script = [(2000, 1.5), (1000, voices_s), (3000, 1.5), (1000, 4.0)]
    assert "difficulty_breathing" in _heard(listener, script, ["itch"])


def test_a_red_flag_in_talk_that_was_ended_by_force_outlives_the_next_question(
    listening: Callable[[Second], Listener],
) -> None:
    listener = listening(Reading("it was in the park", "he can't breathe"))

    script = [(2000, 9.4), (3000, 1.8), (1000, 2.0)]
    assert "difficulty_breathing" in _heard(listener, script, ["itch", "itch", "itch", "fever", "fever"])


def test_a_second_opinion_that_dies_takes_no_words_from_the_first(interpreter: Interpreter) -> None:
    engine = ScriptedRecognizer()
    engine.say("well you see my son since this morning he can't breathe", 3.0)
    listener = Listener(
        engine, interpreter, Endpointer(EnergyActivity()), VirtualClock(),
        red_flags=RED_FLAGS, second_opinion=Reading("", fails=True),
    )  # fmt: skip

    assert "difficulty_breathing" in _heard(listener, [(1000, 3.2)], ["itch"])


class Unsure(Reading):
    """Never thinks its words probable."""

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        return replace(super().transcribe(pcm, question), sure=False)


@pytest.mark.parametrize(("first", "found"), [("he can't breathe", True), ("the park was nice", False)])
def test_in_the_talk_of_others_a_red_flag_counts_that_both_heard_however_unsure(
    interpreter: Interpreter, first: str, found: bool
) -> None:
    engine = ScriptedRecognizer()
    engine.say("we went to the park and to the sea and then home again", 10.2)
    engine.say(first, 1.0)
    listener = Listener(
        engine, interpreter, Endpointer(EnergyActivity()), VirtualClock(),
        red_flags=RED_FLAGS, second_opinion=Unsure("he can't breathe"),
    )  # fmt: skip

    signs = _heard(listener, [(1000, 10.2), (2000, 1.4)], ["itch"])
    assert ("difficulty_breathing" in signs) is found


@pytest.mark.parametrize(
    ("question", "first", "other", "present"),
    [
        ("itch", "he can breathe", "he can't breathe", True),
        ("emergency_signs", "no he can breathe", "no he can't breathe", False),
        ("itch", "he can breathe", "he can breathe fine", False),
    ],
)
def test_of_can_and_cannot_the_worse_counts_where_nobody_asked(
    question: str, first: str, other: str, present: bool
) -> None:
    interpreter = Interpreter.load()
    meaning = read(
        Hypothesis(first, others=(other,)),
        lambda text: interpreter.interpret(text, question),
        frozenset({"difficulty_breathing"}),
    )

    assert ("difficulty_breathing" in meaning.signs) is present


class Attentive(Second):
    """Keeps the sounds it is shown."""

    def __init__(self) -> None:
        super().__init__("it itches", after_s=0.0)
        self.shown: list[Pcm] = []

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        self.shown.append(pcm)
        return super().transcribe(pcm, question)


@pytest.mark.parametrize(
    ("own_words", "fails", "loudest"),
    [("does it itch", False, 2222), ("does it itch", True, 1000), ("", False, 1000)],
)
def test_who_speaks_over_the_assistant_is_shown_as_heard_again(
    interpreter: Interpreter, own_words: str, fails: bool, loudest: int
) -> None:
    """Where that fails, as it came; otherwise nothing is heard again."""

    def again(samples: int) -> Callable[[], Pcm]:
        def work() -> Pcm:
            if fails:
                raise MemoryError
            return np.full(samples, 2222, np.int16)

        return work

    second = Attentive()
    listener = Listener(
        ScriptedRecognizer(), interpreter, Endpointer(EnergyActivity()), VirtualClock(),
        red_flags=RED_FLAGS, second_opinion=second, again=again,
    )  # fmt: skip
    for number in range(4 * 50):
        became(listener, np.full(BLOCK, 1000 if 20 < number < 100 else 0, np.int16), "itch", own_words)

    assert second.shown and {int(sound.max()) for sound in second.shown} == {loudest}


def test_a_sign_that_the_network_half_reads_counts_where_both_engines_words_show_it() -> None:
    """Two engines make different nonsense of chatter: "there's a long arms", "a long lamb"."""
    sign = Finding("open_wounds", "present", "long arms")
    theirs = Meaning("there's a long arms", answer="yes", findings=(sign,))

    assert unshared(theirs, frozenset({"open_wounds"}), Meaning("a long lamb")) == Meaning(theirs.text)
    assert unshared(theirs, frozenset({"open_wounds"}), Meaning("long arms", findings=(sign,))) == theirs
    assert unshared(theirs, frozenset(), Meaning("a long lamb")) == theirs


def test_what_the_network_is_sure_of_needs_no_second_witness(interpreter: Interpreter) -> None:
    said = "he keeps sliding off again whatever i shout at him and his head just lolls"

    assert "drowsy_or_unresponsive" in interpreter.interpret(said).signs
    assert "drowsy_or_unresponsive" not in interpreter.alone(said, None, SURE_ALONE)
