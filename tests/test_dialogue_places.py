"""Every place answers every command, and lets go after enough silence or noise."""

from __future__ import annotations

import pytest
from dialogue_space import NOISE, PROTOCOL, finding, heard

from voice_triage.dialogue import Dialogue
from voice_triage.dialogue.rows import places
from voice_triage.dialogue.state import CHANGE, CONFIRM, ENDED, MORE, STANDING_BY, SUMMARY, WHICH
from voice_triage.dialogue.step import REMINDERS, question_at
from voice_triage.messages import Heard, Meaning, Silence, Turn, Value

INSIDE = (CONFIRM, STANDING_BY)
PLACES = places(PROTOCOL)
ASKED = [place for place in PLACES if question_at(PROTOCOL, place) is not None]
SETTLED = frozenset(question.id for question in PROTOCOL.questions)
"""Nothing else is left to ask, so that leaving a place leads to the summary."""


VALUES = frozenset(question.id for question in PROTOCOL.questions if question.kind == "value")
"""Asked for once more already, as before the end."""


def at(place: str, **known: object) -> Dialogue:
    """Return a dialogue at ``place``, with an emergency where one must stand, and all else settled."""
    question = place.split(".")[0]
    dialogue = Dialogue(PROTOCOL)
    if place in INSIDE:
        dialogue.handle(heard(finding("confusion")))
    state = dialogue.state
    fields: dict[str, object] = {
        "settled": SETTLED - {question},
        "retried": VALUES,
        "trail": ("age",),
        "told_level": "self_care",
    }
    for name, value in {**fields, **known, "place": place}.items():
        object.__setattr__(state, name, value)
    dialogue.state = state
    return dialogue


def prompts(turn: Turn) -> list[str]:
    return [line.prompt for line in turn.lines]


@pytest.mark.parametrize("place", PLACES)
def test_repeat_says_the_same_place_again(place: str) -> None:
    dialogue = at(place)
    turn = dialogue.handle(heard(command="repeat"))

    assert dialogue.state.place == place and dialogue.state.tries == 0
    start = {CONFIRM: "emergency.call", STANDING_BY: "emergency.call", ENDED: "ended.restart"}
    if place == MORE:
        assert prompts(turn)[0] == "level.self_care"
    assert start.get(place, f"{place}.ask") in prompts(turn)
    assert not {"noted", "go_on", "sorry.unclear"} & set(prompts(turn))


@pytest.mark.parametrize("place", PLACES)
def test_help_says_what_can_be_said_or_done(place: str) -> None:
    dialogue = at(place)
    said = prompts(dialogue.handle(heard(command="help")))

    assert dialogue.state.place == place and dialogue.state.tries == 0
    first = {CONFIRM: "emergency.call_first", STANDING_BY: "emergency.call_first", ENDED: "ended.restart"}
    question = question_at(PROTOCOL, place)
    listed = question is not None and question.kind == "list" and not place.endswith(WHICH)
    other = "glass.help" if place.startswith("glass_test") else "list.how" if listed else "help.answers"
    assert said[0] == first.get(place, other)
    if place in ASKED and "." not in place and place != "glass_test":
        assert said[-1] == f"{place}.again"  # other words explain it


@pytest.mark.parametrize(
    ("told", "first", "where"),
    [
        ("asks_who", "who.program", PLACES),
        ("asks_language", "who.language", PLACES),
        ("asks_to_call", "call.cannot", ASKED),
    ],
)
def test_what_is_asked_of_the_program_is_answered_where_it_stands(
    told: str, first: str, where: list[str]
) -> None:
    for place in where:
        dialogue = at(place)
        said = prompts(dialogue.handle(Heard(Meaning("words", told=(told,)))))

        assert (said[0], dialogue.state.place) == (first, place)


@pytest.mark.parametrize("place", [place for place in ASKED if place != "patient"])
def test_another_patient_is_asked_about_from_the_beginning(place: str) -> None:
    dialogue = at(place, values=(Value("patient", "value", "child"),))
    myself = Value("patient", "value", "self")
    turn = dialogue.handle(Heard(Meaning("words", values=(myself,), told=("patient_put_right",))))

    assert turn.question == "age" and dialogue.state.settled != SETTLED - {place}


@pytest.mark.parametrize("place", PLACES)
def test_why_gives_the_reason(place: str) -> None:
    dialogue = at(place)
    said = prompts(dialogue.handle(heard(command="why")))

    assert dialogue.state.place == place and dialogue.state.tries == 0
    special = {
        CONFIRM: "why.signs", STANDING_BY: "why.signs", ENDED: "ended.restart", MORE: "why.safe",
        SUMMARY: "summary_check.why", CHANGE: "summary_check.why",
    }  # fmt: skip
    assert special.get(place, f"{place.split('.')[0]}.why") in said


@pytest.mark.parametrize("place", PLACES)
def test_summary_says_what_is_known(place: str) -> None:
    dialogue = at(place)
    said = prompts(dialogue.handle(heard(command="summary")))

    assert dialogue.state.place == place and dialogue.state.tries == 0
    none = "recap.no_signs" if place in (SUMMARY, CHANGE, MORE, ENDED) else "recap.none_yet"
    assert ("tell.intro" if place in INSIDE else none) in said


@pytest.mark.parametrize("place", PLACES)
def test_wait_keeps_still_and_listens_longer(place: str) -> None:
    dialogue = at(place)
    turn = dialogue.handle(heard(command="wait"))

    assert dialogue.state.place == place
    assert turn.re_listen and not turn.lines
    assert turn.patience in ("long", "unlimited")


@pytest.mark.parametrize("command", ["slower", "faster", "louder", "quieter"])
@pytest.mark.parametrize("place", PLACES)
def test_the_voice_is_changed_and_the_place_said_again(place: str, command: str) -> None:
    dialogue = at(place)
    turn = dialogue.handle(heard(command=command))

    assert dialogue.state.place == place
    assert turn.adjust == command
    assert prompts(turn)[0] == f"adjust.{command}" and len(turn.lines) > 1


@pytest.mark.parametrize("place", [place for place in PLACES if place not in (*INSIDE, ENDED)])
def test_back_asks_the_last_question(place: str) -> None:
    dialogue = at(place)
    turn = dialogue.handle(heard(command="back"))

    assert dialogue.state.place == "age" and dialogue.state.revisit == "age"
    assert prompts(turn) == ["back", "age.ask"]


@pytest.mark.parametrize("place", PLACES)
def test_stop_and_start_over(place: str) -> None:
    stopped, again = at(place), at(place)
    stopped.handle(heard(command="stop"))
    said = prompts(again.handle(heard(command="restart")))

    assert stopped.phase == "ended"
    assert prompts(stopped.handle(heard(command="stop")))[-1].startswith("farewell.")
    assert again.state.place == "patient" and not again.state.findings
    assert said[-2:] == ["restart.ok", "patient.ask"]
    assert (said[0] == "emergency.call") == (place in INSIDE)


WAITS = ("glass_test", "glass_test.look", "glass_test.cup")
TRIES = {**dict.fromkeys(WAITS, 5), CONFIRM: 2}


@pytest.mark.parametrize("event", [Silence(), NOISE], ids=["silence", "noise"])
@pytest.mark.parametrize("place", [place for place in PLACES if place not in (STANDING_BY, ENDED)])
def test_after_its_tries_a_place_is_left_with_the_safe_reading(place: str, event: Silence) -> None:
    dialogue = at(place)
    waits = event == Silence() and place in WAITS
    tries = 0 if place.endswith(WHICH) else REMINDERS if waits else TRIES.get(place, 1)
    for number in range(tries):
        turn = dialogue.handle(event)
        assert dialogue.state.place == place, number
        if place not in INSIDE:
            kind = "remind" if waits else "again"
            wanted = {f"{place}.{kind}", f"{place}.ask"} if number == 1 and not waits else {f"{place}.{kind}"}
            assert wanted & set(prompts(turn))
    dialogue.handle(event)

    after = {MORE: (ENDED,), SUMMARY: (MORE,), CHANGE: (MORE,), CONFIRM: (STANDING_BY,)}
    assert dialogue.state.place in after.get(place, (SUMMARY, CONFIRM))


@pytest.mark.parametrize("place", [place for place in ASKED if not place.endswith(WHICH)])
def test_something_else_is_taken_and_the_question_asked_again_once(place: str) -> None:
    dialogue = at(place)
    first = dialogue.handle(heard(finding("pregnancy")))

    assert dialogue.state.place == place
    assert prompts(first)[0] == "noted" and dialogue.state.tries == 0
    second = dialogue.handle(heard(finding("straining")))
    if "straining" not in question_at(PROTOCOL, place).asks_for:  # type: ignore[union-attr]
        assert prompts(second)[0] != "noted" and dialogue.state.tries == 1


@pytest.mark.parametrize("place", [place for place in ASKED if place.endswith(WHICH)])
def test_which_is_answered_by_a_name_and_a_no_is_not_believed(place: str) -> None:
    question = question_at(PROTOCOL, place)
    assert question is not None
    named, denied = at(place), at(place)
    named.handle(heard(finding(question.asks_for[-1])))
    denied.handle(heard(answer="no"))

    wanted = {question.asks_for[-1]: "present"}
    assert {name: one.status for name, one in named.findings.items()} == wanted
    assert {one.status for one in denied.findings.values()} == {"unsure"}


def test_the_summary_can_be_corrected_or_left() -> None:
    for place in (SUMMARY, CHANGE):
        corrected, agreed = at(place), at(place)
        said = prompts(corrected.handle(heard(finding("itch"))))
        outcome = prompts(agreed.handle(heard(answer="no")))

        assert corrected.state.place == SUMMARY and said[0] == "noted"
        assert agreed.state.place == MORE and outcome[0] == "level.self_care"


def test_a_correction_with_a_no_is_a_correction() -> None:
    dialogue = at(SUMMARY)
    dialogue.handle(heard(finding("itch", "absent"), answer="no"))

    assert dialogue.state.place == SUMMARY


@pytest.mark.parametrize("more", [heard(answer="yes"), heard(command="ready")], ids=["yes", "go on"])
def test_more_goes_page_by_page_and_then_ends(more: Heard) -> None:
    dialogue = at(MORE)
    pages = 0
    while prompts(dialogue.handle(more))[-1] == "more.ask":
        pages += 1

    assert pages == 1 and dialogue.state.place == MORE  # home care, then what to watch for
    assert prompts(dialogue.handle(more))[0] == "closing.self_care"
    assert dialogue.phase == "ended"


def test_repeat_at_the_end_says_again_what_was_told_last() -> None:
    dialogue = at(SUMMARY)
    for answer in ("no", "yes", "yes"):
        told = dialogue.handle(heard(answer=answer))

        assert dialogue.handle(heard(command="repeat")).lines == told.lines


def test_nothing_more_is_offered_after_the_last_page() -> None:
    dialogue = at(MORE)
    dialogue.handle(heard(answer="yes"))
    dialogue.handle(heard(answer="yes"))

    assert prompts(dialogue.handle(Silence())) == ["sorry.silence", "more.last"]


def test_more_tells_a_new_level_at_once() -> None:
    dialogue = at(MORE)
    said = prompts(dialogue.handle(heard(finding("fever"))))

    assert said[0] == "level.urgent" and dialogue.state.told_level == "urgent"


def test_words_at_more_that_change_nothing_are_asked_about_once() -> None:
    dialogue = at(MORE)
    said = prompts(dialogue.handle(NOISE))

    assert dialogue.state.place == MORE and "more.again" in said


def test_an_overheard_alarm_takes_only_what_raises_it() -> None:
    """What a partial result says beside red flags is not yet said."""
    dialogue = at("fever")
    turn = dialogue.handle(heard(finding("itch"), finding("fever"), partial=True))

    assert turn == Turn() and dialogue.findings == {}
    dialogue.handle(heard(finding("itch"), finding("seizure"), partial=True))
    assert set(dialogue.findings) == {"seizure"}


def test_the_rest_of_an_overheard_utterance_does_not_start_the_line_again() -> None:
    dialogue = at("fever")
    dialogue.handle(heard(finding("seizure"), partial=True))

    assert dialogue.handle(heard(finding("seizure"), finding("confusion"))) == Turn()
    assert dialogue.red_flags == ("seizure", "confusion")


def test_a_red_flag_is_not_unsaid_by_later_words() -> None:
    """The angioma exception keeps one present without an emergency; "it does fade" does not take it back."""
    dialogue = at("fever", findings=(finding("non_blanching_rash"), finding("long_standing")))
    dialogue.handle(heard(finding("non_blanching_rash", "absent")))

    assert dialogue.findings["non_blanching_rash"].status == "present"


def test_what_is_named_with_a_no_stays_what_was_said() -> None:
    """ "No, only dizzy": the list is denied, the sign named is not."""
    dialogue = at("sepsis_signs")
    dialogue.handle(heard(finding("dizziness"), answer="no"))

    assert dialogue.findings["dizziness"].status == "present"
    assert dialogue.findings["sweating"].status == "absent"


def test_an_overheard_flag_that_is_excused_is_not_kept() -> None:
    """A partial result may be wrong: what raises no alarm is left to the whole utterance."""
    dialogue = at("fever", values=(Value("age", "years", 50), Value("duration", "hours", 9000)))

    assert dialogue.handle(heard(finding("non_blanching_rash"), partial=True)) == Turn()
    assert dialogue.findings == {}


@pytest.mark.parametrize("flag, said", [("seizure", True), ("open_wounds", False)], ids=["call", "go"])
def test_who_phones_is_told_to_say_where_they_are(flag: str, said: bool) -> None:
    dialogue = Dialogue(PROTOCOL)
    dialogue.handle(heard(finding(flag)))

    assert ("tell.where" in prompts(dialogue.handle(heard(command="summary")))) == said


def test_the_summary_leaves_no_warning_sign_out() -> None:
    described = [finding(name) for name in ("itch", "legs", "arms", "raised_bumps", "dry_skin")]
    dialogue = at(SUMMARY, findings=(*described, finding("fever")))
    lines = dialogue.handle(heard(command="repeat")).lines

    signs, more = lines[-3:-1]
    assert dict(signs.slots)["signs"].split(",")[0] == "fever"
    assert more.prompt == "recap.more", "one of six is not named"


@pytest.mark.parametrize("place", ["glass_test.look", "glass_test.cup"])
def test_ready_while_looking_asks_again_and_is_no_try(place: str) -> None:
    dialogue = at(place)
    for _ in range(3):
        assert prompts(dialogue.handle(heard(command="ready"))) == [f"{place}.ask"]

    assert dialogue.state.place == place and dialogue.state.tries == 0


def test_not_sure_between_stay_and_fade_is_not_asked_again() -> None:
    dialogue = at("glass_test.choose")
    dialogue.handle(heard(answer="unsure"))

    assert dialogue.question != "glass_test"
    assert dialogue.findings["non_blanching_rash"].status == "unsure"


@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_value_left_open_is_asked_for_once_more_before_a_mild_end(name: str) -> None:
    given = {"patient": "self", "age": 30, "duration": 24}
    values = tuple(Value(key, "years", value, "w") for key, value in given.items() if key != name)
    dialogue = at("recent", retried=frozenset(), values=values)
    said = prompts(dialogue.handle(heard(answer="no")))

    assert said == ["once_more", f"{name}.ask"]
