"""What is plain counts at once; what is not, or what others in the room may have said, is read back first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from rig import Rig

from voice_triage.app import Kit, settings_from
from voice_triage.messages import Hypothesis, Partial
from voice_triage.pcm import Pcm

TELEVISION = (
    "the harbour lights are lovely from up here captain",
    "we sail for the islands on tuesday with the cargo",
)
USUAL = {"patient": "it's for my son", "age": "he is four", "duration": "two days", "glass_test": "they fade"}
READ_BACK = "Did I hear that right?"


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(settings_from({}))


class Room(Rig):
    """A caller at a question, in whose room others may talk."""

    second: Second

    def at(self, question: str) -> Room:
        """Answer what comes before it, in text; the glass test stands where the spots are looked at."""
        while self.dialogue.question != question:
            self.session.typed(USUAL.get(self.dialogue.question or "", "no"))
        if question == "glass_test":
            self.session.typed("i have a glass")
        self.run(9)
        return self

    def hears(self, *lines: str) -> Room:
        """Each line, and as much time as is needed to answer it and to be asked anew."""
        for line in lines:
            self.say(line)
            self.run(len(line.split()) * 0.35 + 7)
        return self

    @property
    def emergency(self) -> bool:
        return "emergency" in self.script.events

    @property
    def read_back(self) -> bool:
        """It was asked whether that was heard right, before any emergency was announced."""
        asked = [at for at, line in enumerate(self.script.spoken) if line == READ_BACK]
        announced = [at for at, line in enumerate(self.script.spoken) if line.startswith("Call ")]
        return bool(asked) and asked[0] < min(announced, default=asked[0] + 1)


class Second:
    """A second opinion that hears what it is told to, or what the first engine hears."""

    name = "second"
    text = ""

    def load(self) -> None:
        """Nothing to load."""

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        """The words it was told."""
        return Hypothesis(self.text)


def hear_both(kit: Kit, question: str, before: Sequence[str], ours: str, theirs: str) -> Room:
    """A room with two engines, which hear this after what was heard ``before``."""
    heard = Room(kit, second_opinion=(second := Second()))
    heard.second = second
    for line in before:
        second.text = line
        heard.hears(line)
    heard.at(question)
    second.text = theirs
    return heard.hears(ours) if ours else heard


Begin = Callable[..., Room]


@pytest.fixture
def room(kit: Kit) -> Begin:
    """A room in which ``before`` was heard, then the question."""

    def begin(question: str, before: Sequence[str] = TELEVISION) -> Room:
        return Room(kit).hears(*before).at(question)

    return begin


DOUBTED = [
    ("yes", "emergency_signs"),
    ("yeah", "stiff_neck"),
    ("no", "glass_test"),
    ("no they're still there clear as day", "glass_test"),
    ("half a net of floppy", "itch"),
    ("his breathing is far from normal", "emergency_signs"),
    ("she's a bit grey", "spread"),
    ("we're losing her", "itch"),
]


WEAK = [
    ("lips normal speech gone", "emergency_signs"),
    ("his breathing is far from normal", "emergency_signs"),
    ("there's an open sore on the dog not on the boy", "spread"),
]


@pytest.mark.parametrize(("text", "question"), WEAK)
def test_what_is_hardly_likely_is_read_back_in_a_quiet_room_too(
    room: Begin, text: str, question: str
) -> None:
    heard = room(question, ()).hears(text)

    assert heard.read_back and not heard.emergency
    assert heard.hears("yes").emergency


MATCH = "floodlights on and the keeper is shielding his eyes"


@pytest.mark.parametrize("reply", ["yes", "oh god what do i do", "i don't know just send somebody"])
def test_what_no_caller_would_say_is_read_back_in_a_quiet_room_too(room: Begin, reply: str) -> None:
    heard = room("light_sensitivity", ()).hears(MATCH)

    assert heard.read_back and not heard.emergency
    assert heard.hears(reply).emergency


@pytest.mark.parametrize("reply", ["you did", "bloody machine", "john ring nine nine nine"])
def test_in_a_quiet_room_no_cry_is_anothers(room: Begin, reply: str) -> None:
    assert room("emergency_signs", ()).hears("lips normal speech gone", reply).emergency


def test_a_yes_in_passing_is_read_back_in_a_quiet_room_too(room: Begin) -> None:
    heard = room("emergency_signs", ()).hears("and your honour yes he is guilty")

    assert heard.read_back and not heard.emergency
    assert heard.hears("yes").emergency


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("yes he cries when i try to bend it down", "stiff_neck"),
        ("yes i tried just now and he screamed", "stiff_neck"),
        ("yes that's what he's doing right now", "emergency_signs"),
        ("yes whenever i put the lamp on", "light_sensitivity"),
        ("oh my god yes that's exactly it", "emergency_signs"),
        ("yes he is oh my god yes", "light_sensitivity"),
        ("yes yes yes yes yes", "light_sensitivity"),
        ("yes all of them all of that", "emergency_signs"),
        ("yes for god's sake send someone", "emergency_signs"),
        ("yeah since we came back from spain", "emergency_signs"),
    ],
)
def test_a_long_yes_of_the_callers_counts_at_once(room: Begin, text: str, question: str) -> None:
    heard = room(question, ()).hears(text)

    assert heard.emergency and not heard.read_back


def test_what_the_caller_tells_by_the_way_makes_no_others(room: Begin) -> None:
    told = (
        "so my mum is on her way over with the car",
        "i've been up with him most of the night",
        "we were only talking about this the other day at nursery",
    )

    heard = room("stiff_neck", told).hears("yes")

    assert heard.emergency and not heard.read_back


@pytest.mark.parametrize(("seconds", "read_back"), [(3.5, False), (9.5, True)])
def test_beside_one_who_goes_on_and_on_both_engines_must_have_heard_it(
    kit: Kit, seconds: float, read_back: bool
) -> None:
    heard = hear_both(kit, "itch", (), "", TELEVISION[0])
    heard.say(TELEVISION[0], seconds=seconds)
    heard.run(13)
    heard.second.text = "he can't breathe"

    assert heard.hears("he can't breed").read_back == read_back


@pytest.mark.parametrize("reply", ["hang on", "just a minute", "hold on he's here", "what do i do now"])
def test_who_fetches_the_telephone_beside_a_television_has_confirmed_it(room: Begin, reply: str) -> None:
    assert room("stiff_neck").hears("yes", reply).emergency


@pytest.mark.parametrize("reply", ["hang on john", "wait john"])
def test_who_turns_to_another_over_the_read_back_has_denied_nothing(room: Begin, reply: str) -> None:
    heard = room("emergency_signs", ())
    heard.say("lips normal speech gone")
    while not any(line.startswith("I heard") for line in heard.script.spoken):
        heard.run(0.1)
    heard.say(reply)
    heard.run(9)

    assert heard.hears(reply).emergency


@pytest.mark.parametrize("scream", ["the", "and", "i", "huh"])
def test_a_child_that_screams_is_no_television(room: Begin, scream: str) -> None:
    heard = room("stiff_neck", ())
    heard.say(scream, seconds=9.5)
    heard.run(13)
    heard.hears("yes")

    assert heard.emergency and not heard.read_back


@pytest.mark.parametrize(
    "text",
    ["he passed out", "dad's collapsed", "he's unconscious", "he just collapsed", "he's gone all limp"],
)
def test_a_short_cry_beside_a_television_is_announced_at_once(room: Begin, text: str) -> None:
    heard = room("itch").hears(text)

    assert heard.emergency and not heard.read_back


@pytest.mark.parametrize(
    ("ours", "theirs"), [("he can't breed", "he can't breathe"), ("he's gone blew", "he's gone blue")]
)
def test_where_others_surely_talk_both_engines_must_have_heard_it(kit: Kit, ours: str, theirs: str) -> None:
    heard = hear_both(kit, "itch", TELEVISION, ours, theirs)

    assert heard.read_back and not heard.emergency
    heard.run(12)
    assert heard.emergency
    assert not hear_both(kit, "itch", (), ours, theirs).read_back
    assert not hear_both(kit, "itch", TELEVISION, theirs, theirs).read_back


def test_a_yes_in_passing_that_both_have_heard_is_read_back(kit: Kit) -> None:
    heard = hear_both(
        kit, "light_sensitivity", (), "oh darling you know he does", "oh darling you know he does"
    )

    assert heard.read_back and not heard.emergency


LONE = ("baby's barely wintering", "baby's barely whimpering")
"""What the two engines make of the same words; of the second's the network alone reads a sign, hardly."""


def test_a_sign_that_one_engine_half_heard_is_read_back(kit: Kit) -> None:
    heard = hear_both(kit, "itch", (), *LONE)

    assert heard.read_back and not heard.emergency
    heard.run(12)
    assert heard.emergency


def test_where_others_talk_such_a_sign_is_none(kit: Kit) -> None:
    heard = hear_both(kit, "itch", TELEVISION[:1], *LONE)
    heard.run(12)

    assert not heard.read_back and not heard.emergency


UNDERSTOOD = [
    ("he keeps screaming high", "he keeps scratching his thigh"),
    ("it itches his pale and cold", "it itches his palm and toe"),
    ("her lips are blue", "her lips are blue from the popsicle"),
    ("he has a seizure", "what if he has a seizure"),
    ("he's confused", "what does confused mean"),
]
"""What the second engine understood otherwise, or with the words that turn it."""


@pytest.mark.parametrize(("ours", "theirs"), UNDERSTOOD)
def test_what_one_engine_misheard_is_not_read_back(kit: Kit, ours: str, theirs: str) -> None:
    heard = hear_both(kit, "itch", (), ours, theirs)
    heard.run(12)

    assert not heard.read_back and not heard.emergency


@pytest.mark.parametrize(("ours", "theirs"), UNDERSTOOD[:2])
def test_once_it_is_over_nothing_half_heard_is_announced(kit: Kit, ours: str, theirs: str) -> None:
    heard = hear_both(kit, "itch", (), "", "")
    while heard.dialogue.question is not None:
        heard.session.typed(USUAL.get(heard.dialogue.question, "no"))
    heard.second.text = theirs
    heard.hears(ours)
    heard.run(12)

    assert not heard.read_back and not heard.emergency


def test_beside_what_was_announced_nothing_half_heard_counts(kit: Kit) -> None:
    heard = hear_both(kit, "itch", (), "he can't breathe", "he can't breathe")
    ours, heard.second.text = UNDERSTOOD[1]
    heard.hears(ours)

    assert heard.emergency and heard.dialogue.red_flags == ("difficulty_breathing",)


def test_who_shouts_orders_to_the_household_is_heard(room: Begin) -> None:
    heard = room("stiff_neck", ())
    orders = (
        "sharon get in here now and look at him john get the car keys we are going get your shoes on kids"
    )
    heard.say(orders, seconds=9.6)
    heard.run(13)

    assert heard.hears("yes", "sharon come and look").emergency


def test_a_list_that_shouting_closes_is_an_emergency(room: Begin) -> None:
    heard = room("spread", ()).hears("yes", "sharon get in here now and look at him")

    assert heard.emergency and not heard.read_back


def test_answers_that_a_film_might_give_are_no_others(room: Begin) -> None:
    told = ("he was bitten by a dog on holiday in spain", "it started on the boat three days ago")

    assert room("emergency_signs", ()).hears(*told, "yes").emergency


def test_a_long_reply_of_the_callers_counts_where_others_may_talk(room: Begin) -> None:
    heard = room("stiff_neck", TELEVISION[:1]).hears("yes", "i don't know just send somebody")

    assert heard.read_back and heard.emergency


@pytest.mark.parametrize(("text", "question"), DOUBTED)
def test_what_is_not_plain_is_read_back_first(room: Begin, text: str, question: str) -> None:
    heard = room(question).hears(text)

    assert heard.read_back and not heard.emergency
    assert heard.script.spoken[-1] == READ_BACK


@pytest.mark.parametrize(("text", "question"), DOUBTED)
@pytest.mark.parametrize(
    "reply",
    [
        "yes",
        "yes that's right",
        "that's what i said",
        "i don't know",
        "he can't breathe",
        "i've called an ambulance",
    ],
)
def test_anything_but_a_no_confirms_it(room: Begin, text: str, question: str, reply: str) -> None:
    assert room(question).hears(text, reply).emergency


@pytest.mark.parametrize(("text", "question"), DOUBTED)
def test_so_does_silence(room: Begin, text: str, question: str) -> None:
    heard = room(question).hears(text)

    heard.run(12)

    assert heard.emergency


@pytest.mark.parametrize(("text", "question"), DOUBTED)
def test_a_no_drops_it_and_the_question_is_asked_again(room: Begin, text: str, question: str) -> None:
    heard = room(question).hears(text, "no")

    assert not heard.emergency and heard.dialogue.question == question
    assert heard.dialogue.decision.level != "emergency" and not heard.dialogue.red_flags


def test_where_only_others_go_on_the_sign_is_unsure(room: Begin) -> None:
    heard = room("spread").hears("she's a bit grey", *TELEVISION)

    assert not heard.emergency
    assert heard.dialogue.state.statuses["mottled_or_blue_skin"] == "unsure"
    assert heard.dialogue.decision.level == "urgent"


def test_where_only_others_go_on_a_yes_to_the_danger_signs_leaves_them_all_unsure(room: Begin) -> None:
    heard = room("emergency_signs").hears("yes", *TELEVISION)

    assert not heard.emergency and heard.dialogue.question == "emergency_signs"
    assert heard.dialogue.decision.level == "urgent"


def test_a_sign_that_was_left_unsure_is_still_asked_about(room: Begin) -> None:
    heard = room("glass_test").hears("no", *TELEVISION)

    assert heard.dialogue.decision.level == "urgent" and heard.dialogue.question == "glass_test"
    heard.session.typed("they fade")
    assert heard.dialogue.state.statuses["non_blanching_rash"] == "absent"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("he can't breathe", "itch"),
        ("she is having a fit", "itch"),
        ("i can't wake her up", "itch"),
        ("the spots don't fade when i press the glass", "glass_test"),
        ("yes his neck is stiff", "stiff_neck"),
        ("he's burning up and his neck is so stiff he can't look down", "itch"),
    ],
)
def test_what_is_plain_counts_at_once(room: Begin, text: str, question: str) -> None:
    heard = room(question).hears(text)

    assert heard.emergency and not heard.read_back


@pytest.mark.parametrize(
    "before",
    [(), ("it's for my son", "he is four"), ("erm well", "let me see", "i am so sorry")],
    ids=["silence", "answers", "a few words"],
)
def test_a_caller_in_a_quiet_room_is_believed_at_once(room: Begin, before: tuple[str, ...]) -> None:
    heard = room("stiff_neck", before).hears("yes")

    assert heard.emergency and not heard.read_back


def test_a_television_that_was_turned_off_is_forgotten(room: Begin) -> None:
    heard = room("glass_test")
    heard.run(50)

    assert heard.hears("no").emergency


def test_other_answers_are_taken_as_ever(room: Begin) -> None:
    heard = room("stiff_neck").hears("no")

    assert not heard.read_back and heard.dialogue.state.statuses["stiff_neck"] == "absent"


def test_nothing_is_doubted_for_ever(room: Begin) -> None:
    heard = room("glass_test")
    for _ in range(2):
        assert not heard.hears("she's a bit grey", "no", *TELEVISION).emergency

    assert heard.hears("she's a bit grey").emergency


@pytest.mark.parametrize("device", ["microphone", "loudspeaker"])
def test_who_cannot_be_asked_any_more_has_not_denied_it(room: Begin, device: str) -> None:
    heard = room("stiff_neck").hears("yes")

    heard.session.device_changed({device})
    heard.run(5)

    assert heard.emergency


@pytest.mark.parametrize("command", ["stop", "start over"])
def test_who_ends_it_is_told_the_number_first(room: Begin, command: str) -> None:
    heard = room("stiff_neck").hears("yes", command)

    assert "Call your emergency number" in " ".join(heard.script.spoken)


@pytest.mark.parametrize("aside", ["what did you say", "louder please"])
def test_it_is_read_back_as_often_as_one_likes(room: Begin, aside: str) -> None:
    heard = room("stiff_neck").hears("yes", aside, aside, aside)

    assert heard.script.spoken.count(READ_BACK) == 4
    assert not heard.emergency and heard.hears("yes").emergency


@pytest.mark.parametrize(
    "reply",
    [
        "help me please",
        "oh my god",
        "what do i do now",
        "yes that is exactly what i told you",
        "yes and he is very hot as well",
        "no i am all alone here",
        "why",
        "hang on",
    ],
)
@pytest.mark.parametrize("text", ["lips normal speech gone", "his breathing is far from normal"])
def test_in_a_quiet_room_whoever_says_anything_but_no_has_confirmed_it(
    room: Begin, text: str, reply: str
) -> None:
    assert room("emergency_signs", ()).hears(text, reply).emergency


@pytest.mark.parametrize("cry", ["help me please", "oh my god", "please hurry up", "what do i do now"])
@pytest.mark.parametrize("before", [TELEVISION[:1], ("well i was just in the kitchen making his dinner",)])
def test_a_cry_confirms_it_where_little_else_was_heard(
    room: Begin, before: tuple[str, ...], cry: str
) -> None:
    assert room("stiff_neck", before).hears("yes", cry).emergency


def test_noise_without_words_is_no_other_voice(room: Begin) -> None:
    heard = room("stiff_neck").hears("yes")
    for _ in range(4):
        heard.scripted.say("", 1.5)
        heard.room.say(np.ones(24_000, np.int16))
        heard.run(2)
    heard.run(10)

    assert heard.emergency


def test_a_mutter_in_a_quiet_room_is_no_other_voice(room: Begin) -> None:
    """An engine makes words of a moan, and takes them back."""
    heard = room("emergency_signs", ()).hears("lips normal speech gone")
    for _ in range(2):
        heard.session._on(Partial("oh"))
        heard.run(5)

    assert heard.emergency


def test_where_voices_go_on_silence_confirms_nothing(room: Begin) -> None:
    heard = room("stiff_neck").hears("yes", *TELEVISION)

    assert not heard.emergency and heard.dialogue.question == "stiff_neck"
    assert heard.dialogue.state.statuses["stiff_neck"] == "unsure"


def test_what_the_reply_adds_is_announced_with_it(room: Begin) -> None:
    heard = room("stiff_neck").hears("yes", "his breathing is far from normal")

    assert set(heard.dialogue.red_flags) == {"stiff_neck", "difficulty_breathing"}


def test_who_has_called_is_not_told_to_call(room: Begin) -> None:
    heard = room("stiff_neck").hears("yes", "i've called an ambulance")

    assert heard.dialogue.state.helped and "Call your emergency number now." not in heard.script.spoken


@pytest.mark.parametrize("seconds", [0.3, 0.45, 0.6, 1.2])
def test_a_no_over_the_first_words_of_it_denies_nothing(room: Begin, seconds: float) -> None:
    heard = room("glass_test")
    heard.say("no")
    while not any(line.startswith("I heard") for line in heard.script.spoken):
        heard.run(0.1)
    heard.say("no", seconds=seconds)
    heard.run(9)

    assert heard.dialogue.state.statuses["non_blanching_rash"] == "present"


@pytest.mark.parametrize(
    "scrap", ["how do you know my four", "had me", "i'm", "something about a scarecrow", "i was sick once"]
)
def test_a_scrap_of_what_others_say_is_no_reply(room: Begin, scrap: str) -> None:
    heard = room("stiff_neck").hears("yes", scrap)

    assert heard.dialogue.doubted and not heard.emergency


@pytest.mark.parametrize(
    "reply", ["yes yes yes yes yes yes", "yes that is exactly what i told you just now", "yes and he is hot"]
)
def test_a_yes_counts_at_any_length(room: Begin, reply: str) -> None:
    assert room("stiff_neck").hears("yes", reply).emergency


def test_a_long_no_of_others_denies_nothing(room: Begin) -> None:
    heard = room("stiff_neck").hears("yes", "no way i never said that to her")

    assert heard.dialogue.doubted and heard.script.spoken[-1] == READ_BACK


@pytest.mark.parametrize("patience", [1, 10])
def test_a_cough_over_the_read_back_does_not_hold_it_up(kit: Kit, patience: float) -> None:
    heard = Room(kit, patience=patience).hears(*TELEVISION).at("stiff_neck")
    heard.say("yes")
    while not any(line.startswith("I heard") for line in heard.script.spoken):
        heard.run(0.1)
    heard.scripted.say("", 3.0)
    heard.room.say(np.ones(48_000, np.int16))

    heard.run(12)

    assert heard.emergency


def test_while_it_is_doubted_the_decision_is_an_emergency(room: Begin) -> None:
    heard = room("stiff_neck").hears("yes")

    assert heard.dialogue.decision.level == "emergency" and heard.dialogue.red_flags == ("stiff_neck",)


def test_in_the_end_nothing_is_doubted(room: Begin) -> None:
    heard = room("emergency_signs", ())
    heard.session.typed("stop")
    heard.run(9)

    assert heard.hears("his breathing is far from normal").emergency
