"""The loop, with scripted parts: what cuts what, what is asked again, and what a failure does."""

from __future__ import annotations

import gc
from collections.abc import Callable

import numpy as np
import pytest
from rig import Rig

from voice_triage.app import Kit, settings_from
from voice_triage.audio.endpoint import Endpointer
from voice_triage.audio.room import Room
from voice_triage.audio.voice_activity import EnergyActivity
from voice_triage.errors import Lacking
from voice_triage.messages import Alarm, Finding, Hypothesis, Meaning, Utterance
from voice_triage.pcm import Pcm
from voice_triage.recognizers.restarting import RestartingRecognizer
from voice_triage.recognizers.scripted import ScriptedRecognizer
from voice_triage.replay import Recorder
from voice_triage.speech.callers import open_caller
from voice_triage.speech.wordless import WordlessVoice
from voice_triage.standby import Standby
from voice_triage.understanding import listening_words

STROKE = "my dad slurred his words when he had his stroke years back"
TURNED = "he fainted last year at school but he is awake now"


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(settings_from({}))


def test_a_red_flag_cuts_the_sentence_and_the_emergency_follows(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.say("he can't breathe")
    rig.until("emergency", limit_s=2)

    assert "cut" in rig.script.events
    assert rig.session.interrupted
    assert rig.dialogue.red_flags == ("difficulty_breathing",)


def test_a_caller_who_talks_on_does_not_cut_the_emergency(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.say("he can't breathe please help me oh god what shall i do he is only four please be quick with it")
    rig.until("emergency", limit_s=4)
    cuts = rig.script.events.count("cut")
    rig.run(8)

    assert rig.script.events.count("cut") == cuts
    assert rig.dialogue.decision.level == "emergency"


def test_no_inside_the_alarming_utterance_takes_nothing_back(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.say("no no no he can't breathe no")
    rig.until("emergency", limit_s=4)
    rig.run(5)

    assert rig.dialogue.red_flags == ("difficulty_breathing",)


@pytest.mark.parametrize("said", ["they're on their way he can't breathe", "he can't breathe they're here"])
def test_help_told_before_or_over_the_emergency_line_does_not_count(kit: Kit, said: str) -> None:
    """It was said of something else, or misheard: the number has not been said to the end."""
    rig = Rig(kit)
    rig.run(2)
    rig.say(said)
    rig.until("emergency", limit_s=4)
    rig.run(5)

    assert rig.dialogue.red_flags == ("difficulty_breathing",)
    assert not rig.dialogue.state.helped and rig.dialogue.phase == "asking"


class Otherwise:
    """A recogniser that hears the whole utterance otherwise than its beginning."""

    def __init__(self, engine: ScriptedRecognizer) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Callable[..., object]:
        return getattr(self._engine, name)  # type: ignore[no-any-return]

    def finish(self, *, checked: bool = False) -> Hypothesis:
        self._engine.finish()
        return Hypothesis("he can breathe")


def test_the_alarming_utterance_heard_otherwise_at_its_end_takes_nothing_back(kit: Kit) -> None:
    """Only an answer to the read-back does."""
    rig = Rig(kit, Otherwise)
    rig.run(2)
    rig.say("he can't breathe")
    rig.until("emergency", limit_s=4)
    rig.run(3)

    assert rig.dialogue.red_flags == ("difficulty_breathing",)


@pytest.mark.parametrize(
    "said",
    [
        TURNED,
        "seizure no nothing like that",
        "blue jeans dye on my legs comes off in the bath",
        "wheezing with laughter both of them",
    ],
)
def test_what_the_rest_of_its_sentence_unsays_is_taken_back_at_once(kit: Kit, said: str) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.say(said, seconds=0.6 * len(said.split()))
    rig.until("emergency", limit_s=6)
    rig.run(9)

    assert rig.dialogue.red_flags == () and rig.dialogue.decision.level != "emergency"
    assert rig.dialogue.question in ("patient", "age")  # as after a sentence that raised nothing
    assert any(text.startswith("Sorry, I spoke too soon") for text in rig.script.spoken)


@pytest.mark.parametrize("said", [STROKE, "i can't talk for long my phone's dying"])
def test_what_is_not_all_but_certain_waits_for_the_end_of_its_sentence(kit: Kit, said: str) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")  # who cuts in on the assistant does not wait
    rig.say(said, seconds=0.6 * len(said.split()))
    rig.run(9)

    assert "emergency" not in rig.script.events


def test_what_is_likely_counts_after_a_breath_not_at_the_end_of_the_utterance(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    rig.say("i can't talk", seconds=1.0)
    rig.run(1.6)

    assert "emergency" in rig.script.events


@pytest.mark.parametrize(
    "said",
    [
        "he can't breathe he never had that last year",
        "he's having a seizure my other boy never had one",
        "she's very drowsy i don't know if she's just tired",
    ],
)
def test_what_the_rest_of_its_sentence_leaves_standing_stays(kit: Kit, said: str) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.say(said)
    rig.until("emergency", limit_s=4)
    rig.run(6)

    assert rig.dialogue.red_flags != ()


@pytest.mark.parametrize(
    ("before", "stands"),
    [
        (Meaning("well"), False),
        (Meaning("well yes", answer="yes"), True),
        (Meaning("maybe a stiff neck", findings=(Finding("stiff_neck", "unsure", "stiff neck"),)), True),
        (Meaning(""), True),
    ],
    ids=["nothing", "a yes", "a doubt", "lost in a fault"],
)
def test_the_sentence_before_decided_late_lets_this_one_unsay_itself_unless_it_told_something(
    kit: Kit, before: Meaning, stands: bool
) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    flag = Finding("drowsy_or_unresponsive", "present", "he fainted")
    whole = Meaning("he fainted last year but not now")
    heard = [
        Alarm((flag,), "he fainted"),
        Utterance(before, "patient", False, False),
        Utterance(whole, "patient", True, False, unsaid=frozenset({flag.concept})),
    ]

    def hear(block: Pcm, question: str | None, own_words: str, events: list[object]) -> None:
        events += [heard.pop(0)] if heard else []

    rig.listener.hear = hear  # type: ignore[method-assign,assignment]
    rig.until("emergency")
    rig.run(1)

    assert not heard
    assert bool(rig.dialogue.red_flags) == stands
    assert any(text.startswith("Sorry, I spoke too soon") for text in rig.script.spoken) != stands


def test_an_emergency_told_before_stands_whatever_a_later_sentence_unsays(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.say("he can't breathe")
    rig.until("emergency", limit_s=4)
    rig.run(3)
    rig.say("he had a seizure last year but not now")
    rig.run(6)

    assert "difficulty_breathing" in rig.dialogue.red_flags


@pytest.mark.parametrize("heard, stands", [("", True), (TURNED, False)])
def test_only_both_engines_together_take_a_sentence_back(kit: Kit, heard: str, stands: bool) -> None:
    """Here the second engine may have heard what the first has not."""
    rig = Rig(kit, second_opinion=InTwo("he fainted", heard))
    rig.run(2)
    rig.say(TURNED, seconds=8)
    rig.until("emergency", limit_s=6)
    rig.run(9)

    assert bool(rig.dialogue.red_flags) == stands


def test_the_emergency_is_repeated_when_nobody_answers(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.say("she is having a seizure")
    rig.until("emergency", limit_s=4)
    rig.run(40)

    calls = [text for text in rig.script.spoken if text.startswith("Call")]
    assert len(calls) >= 2


def test_a_backchannel_does_not_stop_the_assistant(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.say("okay")
    rig.run(4)

    assert "cut" not in rig.script.events


def test_other_speech_stops_it_and_the_question_comes_again(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(2)
    rig.say("the weather is lovely over here today")
    rig.until("cut", limit_s=4)
    before = len(rig.script.spoken)
    rig.until("listening: patient")

    assert len(rig.script.spoken) > before


def test_typed_lines_are_taken_like_speech(kit: Kit) -> None:
    rig = Rig(kit)
    rig.run(1)
    rig.session.typed("my son can't breathe")
    rig.until("emergency", limit_s=1)

    assert rig.dialogue.red_flags == ("difficulty_breathing",)


def test_a_lost_microphone_is_said_and_costs_no_answer(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    asked = rig.script.spoken[-1]
    rig.session.device_changed({"microphone"})
    rig.run(60)
    tried = rig.dialogue.state.tries
    rig.session.device_changed(())
    rig.run(6)

    assert tried == 0, "silence of a dead microphone is not the caller's"
    assert any(event.startswith("trouble") for event in rig.script.events)
    assert rig.script.spoken[-2:] == ["I can hear you again. Let us go on.", asked]


def test_a_microphone_that_is_looked_for_is_told_of_once(kit: Kit) -> None:
    """The loudspeaker goes for a moment whenever the driver is begun anew."""
    rig = Rig(kit)
    rig.until("listening: patient")
    for lost in ({"microphone"}, {"microphone", "loudspeaker"}, {"microphone"}) * 2:
        rig.session.device_changed(lost)
        rig.run(6)

    assert sum("microphone" in text for text in rig.script.spoken) == 1


def test_a_headset_that_is_lost_is_told_of_when_it_can_be_heard(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    rig.session.device_changed({"microphone", "loudspeaker"})
    rig.run(6)
    before = len(rig.script.spoken)
    rig.session.device_changed({"microphone"})
    rig.run(6)

    assert any("microphone" in text for text in rig.script.spoken[before:])


@pytest.mark.parametrize("pause_s", [1.0, 18.0])
def test_an_emergency_said_over_or_right_after_the_farewell_is_heard(kit: Kit, pause_s: float) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    rig.session.typed("stop")
    rig.run(pause_s)
    rig.say("wait he can't breathe now")
    for _ in range(1000):
        if rig.session.over:
            break
        rig.session.step()

    assert rig.dialogue.red_flags == ("difficulty_breathing",)
    assert not rig.session.over, "the emergency is stood by"


def test_a_conversation_that_was_ended_is_over_soon(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    rig.session.typed("stop")
    while rig.speaker.playing:
        rig.session.step()
    rig.run(1.5)
    assert not rig.session.over
    rig.run(1)

    assert rig.session.over


def test_talk_in_the_room_does_not_keep_a_conversation_that_was_ended(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    rig.session.typed("stop")
    while rig.speaker.playing:
        rig.session.step()
    for _ in range(8):
        rig.say("the weather is lovely", seconds=1.0)
        for _ in range(150):
            if rig.session.over:
                return
            rig.session.step()
    raise AssertionError("it is still there")


class Dying:
    """An engine that raises on its third block, once."""

    alive = False

    def __init__(self, engine: ScriptedRecognizer) -> None:
        self._engine, self.name, self._blocks = engine, "dying", 0

    def __getattr__(self, name: str) -> Callable[..., object]:
        return getattr(self._engine, name)  # type: ignore[no-any-return]

    def accept(self, block: Pcm) -> Hypothesis:
        self._blocks += 1
        if self._blocks == 3 and not Dying.alive:
            Dying.alive = True
            raise RuntimeError("engine died")
        return self._engine.accept(block)


def test_a_dead_recogniser_is_opened_anew_and_the_question_asked_again(kit: Kit) -> None:
    Dying.alive = False
    rig = Rig(kit, engine=lambda scripted: RestartingRecognizer(lambda: Dying(scripted)))
    rig.until("listening: patient")
    asked = len(rig.script.spoken)
    rig.say("me", seconds=0.3)
    rig.run(6)
    assert len(rig.script.spoken) > asked, "the question is asked again"

    rig.run(10)
    rig.say("he can't breathe")
    rig.until("emergency", limit_s=5)
    assert rig.dialogue.red_flags == ("difficulty_breathing",)


def test_what_the_caller_said_is_forgotten_when_the_conversation_is_closed(kit: Kit) -> None:
    """A service runs for months, one caller after another."""
    rig = Rig(kit)
    rig.session.typed("the xylophone made spots on my sister")
    rig.session.close()
    del rig
    gc.collect()

    kept = [one for one in gc.get_objects() if isinstance(one, Meaning) and "xylophone" in one.text]
    assert not kept


class Noting(WordlessVoice):
    """Keeps which sentences may be stored."""

    def __init__(self) -> None:
        self.stored: list[str] = []

    def render(self, text: str, rate_wpm: int = 170, *, private: bool = False, urgent: bool = False) -> Pcm:
        if not private:
            self.stored.append(text)
        return super().render(text, rate_wpm)


def test_what_the_caller_told_is_never_stored_as_sound(kit: Kit) -> None:
    voice = Noting()
    rig = Rig(kit, voice=voice)
    for answer in ("my daughter", "seven", *["no"] * 4, "summary"):
        rig.session.typed(answer)
    rig.run(1)

    assert not any("7" in text or "seven" in text for text in voice.stored)


class Lost(Noting):
    """A voice of which only what was rendered beforehand is left."""

    def render(self, text: str, rate_wpm: int = 170, *, private: bool = False, urgent: bool = False) -> Pcm:
        if private:
            raise Lacking("the voice is gone", "Install espeak-ng")
        return super().render(text, rate_wpm)


@pytest.mark.parametrize("voice", [Noting(), Lost()], ids=["well", "dead"])
def test_a_measured_fever_is_not_stored_and_not_lost_with_the_voice(kit: Kit, voice: Noting) -> None:
    rig = Rig(kit, voice=voice)
    for answer in ("my son", "two months old"):
        rig.session.typed(answer)
        rig.run(0.1)
    rig.session.typed("he has a temperature of thirty nine point two")
    rig.run(1)

    assert rig.dialogue.decision.level == "emergency"
    assert not any("thirty nine" in text for text in voice.stored)
    assert isinstance(voice, Lost) == any("I heard" in text and "fever" in text for text in voice.stored)


class Mute:
    """A voice that has died; what was rendered before is gone too."""

    def render(self, text: str, rate_wpm: int, *, private: bool = False, urgent: bool = False) -> Pcm:
        raise Lacking("the voice is gone", "Install espeak-ng")


def test_a_dead_voice_does_not_stop_the_emergency(kit: Kit) -> None:
    rig = Rig(kit, voice=Mute())
    rig.run(2)
    rig.say("he can't breathe")
    rig.until("emergency", limit_s=3)
    rig.run(1)

    assert any("voice failed" in event for event in rig.script.events)
    assert any("9 1 1" in text or "emergency" in text for text in rig.script.spoken), "captions still show it"


@pytest.mark.parametrize(
    ("said", "wakes"),
    [
        ("start triage", True),
        ("please check a rash", True),
        ("the tree arch is nice", False),
        ("rash", False),
    ],
)
def test_standby_begins_only_on_its_phrase(said: str, wakes: bool) -> None:
    engine, room = ScriptedRecognizer(), Room()
    standby = Standby(room, engine, Endpointer(EnergyActivity()), listening_words.load())
    engine.say(said, 1.0)
    room.say(np.ones(16_000, np.int16), 0.5)

    assert any(standby.step() for _ in range(200)) is wakes


class Second:
    """A second opinion that hears what it is told to, or dies."""

    name = "second"

    def __init__(self, text: str | None) -> None:
        self._text = text

    def load(self) -> None:
        """Nothing to load."""

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        if self._text is None:
            raise RuntimeError("died")
        return Hypothesis(self._text)


class InTwo(Second):
    """A second opinion that hears one thing first, another once most was said, and then no more."""

    def __init__(self, begun: str, whole: str) -> None:
        super().__init__(begun)
        self._whole = whole

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        if len(pcm) > 40_000:
            self._text = ""
            return Hypothesis(self._whole)
        return super().transcribe(pcm, question)


@pytest.mark.parametrize(
    ("first", "text", "wakes"),
    [
        ("start triage", "start triage", True),
        ("start triage", "how are you today", False),
        ("start triage", "and so i start triage again", False),
        ("start triage", None, True),
        ("thought three off", "start triage", True),
        ("thought three off", "hey start voice triage please", True),
        ("thought three off", "um i'd like to start triage start triage thank you", True),
        ("thought three off", "okay thank you", False),
        ("thought three off", "star trek again", False),
        ("thought three off", "and so i start triage again", False),
        ("thought three off", None, False),
    ],
)
def test_standby_asks_the_second_opinion_and_survives_its_death(
    first: str, text: str | None, wakes: bool
) -> None:
    engine, room = ScriptedRecognizer(), Room()
    standby = Standby(room, engine, Endpointer(EnergyActivity()), listening_words.load(), Second(text))
    engine.say(first, 1.0)
    room.say(np.ones(16_000, np.int16), 0.5)

    assert any(standby.step() for _ in range(200)) is wakes


class Ailing(EnergyActivity):
    """A voice detector that may fail."""

    ill = True

    def probability(self, block: Pcm) -> float:
        if self.ill:
            raise RuntimeError("the words of somebody")
        return super().probability(block)


def test_standby_survives_a_voice_detector_that_fails_and_says_that_it_is_deaf(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine, room, activity = ScriptedRecognizer(), Room(), Ailing()
    standby = Standby(room, engine, Endpointer(activity), listening_words.load())
    assert not any(standby.step() for _ in range(100))
    deaf = standby.deaf
    activity.ill = False
    engine.say("start triage", 1.0)
    room.say(np.ones(16_000, np.int16), 0.5)

    assert any(standby.step() for _ in range(200))
    assert deaf and not standby.deaf
    assert len(caplog.records) == 1 and "somebody" not in caplog.text


def test_standby_says_what_it_is_given_and_goes_on_waiting() -> None:
    engine, room = ScriptedRecognizer(), Recorder(Room())
    standby = Standby(room, engine, Endpointer(EnergyActivity()), listening_words.load())
    standby.say(np.full(3200, 1000, np.int16))

    assert not any(standby.step() for _ in range(50))
    assert np.count_nonzero(room.stereo()[:, 0]) == 3200


@pytest.mark.audio
@pytest.mark.parametrize(
    ("said", "voice", "wakes"),
    [
        ("start triage", "slt", True),
        ("check a rash", "slt", True),
        ("check a rash please", "rms", True),
        ("start triage", "rms", True),
        ("check my rash", "awb", True),
        ("check the brush", "slt", False),
        ("stop triage", "rms", False),
    ],
)
def test_standby_wakes_to_its_phrase_in_sound(kit: Kit, said: str, voice: str, wakes: bool) -> None:
    room = Room()
    standby = kit.standby(room)
    room.say(open_caller("flite", voice).render(said), 1.0)

    assert any(standby.step() for _ in range(250)) is wakes
