"""The safety properties of docs/safety.md, proved over every reachable state, not sampled.

1 every red flag is an emergency in one step; 2 it stays one unless taken back on the read-back;
3 yes is never below not sure, nor not sure below no; 4 silence and noise are never "no"; 5 every state
can be left and every command works; 6 every end says level, why, what to do, when to call.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest
from dialogue_space import (
    COMMANDS,
    NOISE,
    PROTOCOL,
    Taken,
    finding,
    heard,
    shortened,
    walk,
)

from voice_triage.dialogue import Dialogue, State
from voice_triage.dialogue.state import CONFIRM, ENDED, MORE, STANDING_BY, patient
from voice_triage.dialogue.step import REMINDERS, Step, alarm, question_at
from voice_triage.messages import CIRCUMSTANCES, Event, Heard, Meaning, Silence, Turn
from voice_triage.protocol import LEVELS
from voice_triage.wording import Wording

WORDING = Wording.load()
INSIDE = (CONFIRM, STANDING_BY, ENDED)
"""Where an emergency that was announced can stand."""
ENOUGH = 200
"""Events of the same kind in a row after which every conversation must have come to rest."""


class Failures:
    """What broke which property, in words, a few of each."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = defaultdict(list)

    def unless(self, holds: bool, rule: str, taken: Taken) -> None:
        if not holds and len(self.found[rule]) < 5:
            self.found[rule].append(
                f"{taken.before.place} + {taken.event} -> {taken.after.place}: {taken.turn}"
            )

    # ---- what must hold for every step ----

    def check(self, taken: Taken) -> None:
        self.has_words(taken)
        self.emergency_is_announced(taken)
        self.red_flags_stay(taken)
        self.nothing_heard_is_never_no(taken)
        self.commands_work(taken)
        self.ends_say_everything(taken)

    def has_words(self, taken: Taken) -> None:
        """Whatever may be said, somebody wrote."""
        spoken = all(WORDING.say(line, patient(taken.after)) for line in taken.turn.lines)
        self.unless(spoken, "0 words", taken)

    def emergency_is_announced(self, taken: Taken) -> None:
        """2: no state below the emergency places holds an emergency that was not announced."""
        if taken.new_level == "emergency":
            self.unless(taken.after.place in INSIDE and bool(taken.after.announced), "2 announced", taken)
        if taken.level != "emergency" and taken.new_level == "emergency":
            first = taken.turn.lines[0].prompt if taken.turn.lines else ""
            self.unless(
                taken.turn.emergency and first in ("emergency.call", "emergency.go"), "1 number first", taken
            )

    def red_flags_stay(self, taken: Taken) -> None:
        """2: a red flag once present goes only by words on the read-back, or by starting over."""
        before = {one.concept for one in taken.before.findings if one.status == "present"}
        after = {one.concept for one in taken.after.findings if one.status == "present"}
        gone = (before - after) & set(PROTOCOL.red_flags)
        said = taken.event.meaning if isinstance(taken.event, Heard) else None
        restart = said is not None and said.command == "restart"
        # "No, it fades" takes back only spots that stay, and only until they were looked at again.
        faded = (
            gone <= {"non_blanching_rash"}
            and said is not None
            and said.answer not in ("yes", "unsure")
            and (
                ("spots_fade" in said.told and not taken.before.overheard)
                or (said.answer == "no" and any(one.concept == "blanching_rash" for one in said.findings))
            )
        )
        clear = said is not None and (
            (said.answer == "no" and not said.told)
            or any(one.status == "absent" for one in said.findings)
            or faded
        )
        allowed = restart or (taken.before.place == CONFIRM and clear)
        self.unless(allowed or not gone, "2 red flags stay", taken)
        if taken.level == "emergency" and taken.new_level != "emergency":
            self.unless(allowed, "2 emergency stays", taken)

    def nothing_heard_is_never_no(self, taken: Taken) -> None:
        """4: silence and words not understood make nothing absent and lower nothing."""
        if not (isinstance(taken.event, Silence) or taken.event == NOISE):
            return
        before, after = taken.before.statuses, taken.after.statuses
        absent = [
            name for name, status in after.items() if status == "absent" and before.get(name) != "absent"
        ]
        self.unless(not absent, "4 never no", taken)
        self.unless(LEVELS.index(taken.new_level) >= LEVELS.index(taken.level), "4 never lower", taken)

    def commands_work(self, taken: Taken) -> None:
        """5: stop ends, start over begins, repeat and help say something and stay, wait keeps still."""
        command = taken.event.meaning.command if isinstance(taken.event, Heard) else None
        if command == "stop":
            self.unless(taken.turn.phase == "ended" and bool(taken.turn.lines), "5 stop", taken)
        elif command == "restart":
            fresh = taken.after.question == PROTOCOL.questions[0].id and not taken.after.findings
            self.unless(fresh and bool(taken.turn.lines), "5 start over", taken)
        elif command in ("repeat", "help", "why", "summary", "slower"):
            self.unless(
                bool(taken.turn.lines) and taken.after.place == taken.before.place, f"5 {command}", taken
            )
        elif command == "wait":
            self.unless(taken.turn.re_listen and not taken.turn.lines, "5 wait", taken)

    def ends_say_everything(self, taken: Taken) -> None:
        """6: every end has said the level first, then why, what to do, and when to call."""
        names = [line.prompt for line in taken.turn.lines]
        if taken.after.place == ENDED and taken.before.place != ENDED:
            if taken.before.place == MORE and "stop" not in str(taken.event):
                self.unless(taken.before.told_level is not None, "6 told", taken)
            else:
                self.unless(says_everything(names), "6 farewell", taken)
        if taken.after.place == MORE and taken.before.place != MORE:
            self.unless(says_everything(names) and names[-1] == "more.ask", "6 outcome", taken)


def says_everything(names: list[str]) -> bool:
    """True when level (or the number), why, what to do and when to call come in this order."""
    if names[0].startswith("emergency."):
        stays = {"emergency.stay", "emergency.alone"} & set(names)
        return bool(stays) and any(name.startswith(("why.", "emergency.heard")) for name in names)
    order = [
        next((at for at, name in enumerate(names) if name.startswith(start) or name.endswith(end)), -1)
        for start, end in (("level.", "\0"), ("why.", "\0"), ("do.", ".do"), ("when.", "\0"))
    ]
    return order[0] == 0 and order == sorted(order) and -1 not in order


def test_the_safety_properties_hold_in_every_reachable_state(capsys: pytest.CaptureFixture[str]) -> None:
    """Properties 1 to 6 over the whole reachable space; its size and time are printed."""
    failures = Failures()
    began = time.process_time()
    with shortened():
        space = walk(failures.check)
        alarms = sum(unheard_red_flags(failures, state) for state in space.states)
        resting = [stuck for state in one_of_each(space.states) for stuck in never_resting(state)]
    places = {state.place for state in space.states}
    with capsys.disabled():
        print(
            f"\ndialogue: {len(space.states)} states in {len(places)} places, {space.steps} steps, "
            f"{alarms} red flags raised in {time.process_time() - began:.0f} s of one core"
        )

    assert dict(failures.found) == {}
    assert resting == []
    assert places == set(Dialogue(PROTOCOL).machine.places) - {"next"}


def unheard_red_flags(failures: Failures, state: State) -> int:
    """1: in this state every red flag, whole or overheard, is an emergency in one step. Returns how many."""
    count = 0
    for flag in PROTOCOL.red_flags:
        for partial in (False, True):
            event = heard(finding(flag), partial=partial)
            step = Step(PROTOCOL, state, event)
            count += 1
            if step.decision.level != "emergency":
                # Only what the cherry-angioma exception excuses, and then the table says so.
                excused = step.decision.level == "routine" or state.statuses.get(flag) is not None
                failures.unless(flag == "non_blanching_rash", f"1 {flag}", as_taken(state, event, step))
                failures.unless(excused or partial, "1 excused", as_taken(state, event, step))
            elif not state.announced:
                failures.unless(alarm(step), f"1 {flag}", as_taken(state, event, step))
    return count


def as_taken(state: State, event: Heard, step: Step) -> Taken:
    return Taken(state, event, step.state, Turn(), "self_care", step.decision.level)


def one_of_each(states: list[State]) -> list[State]:
    """Return one state of each place, with and without an emergency."""
    return list({(state.place, bool(state.announced)): state for state in states}.values())


def never_resting(state: State) -> Iterator[str]:
    """5: silence, noise, no, yes and not sure, for ever, all come to rest; yield those that do not."""
    for event in (Silence(), NOISE, *(heard(answer=answer) for answer in ("yes", "no", "unsure"))):
        dialogue = Dialogue(PROTOCOL)
        dialogue.state = state
        for _ in range(ENOUGH):
            if dialogue.phase != "asking":
                break
            dialogue.handle(event)
        else:
            yield f"{state.place} + {event} for ever"


@pytest.mark.parametrize("flag", PROTOCOL.red_flags)
def test_in_every_place_each_red_flag_is_announced(flag: str) -> None:
    """Property 1 through the machine itself: every place, whole and in mid-sentence."""
    dialogue = Dialogue(PROTOCOL)
    for place in dialogue.machine.places[:-1]:
        for partial in (False, True):
            dialogue.state = State(place=place)
            turn = dialogue.handle(heard(finding(flag), partial=partial))

            assert turn.emergency, (place, partial)
            assert turn.question == CONFIRM
            assert turn.lines[0].prompt == f"emergency.{PROTOCOL.red_flags[flag].action}"
            assert dialogue.red_flags == (flag,)
            assert dialogue.decision.level == "emergency"


REPLIES = (
    Silence(),
    NOISE,
    *(heard(answer=answer) for answer in ("yes", "unsure")),
    *(
        heard(command=command)
        for command in COMMANDS
        if command not in ("repeat", "slower", "stop", "restart")
    ),
    *(Heard(Meaning("words", told=(told,))) for told in CIRCUMSTANCES if told != "spots_fade"),
    *(Heard(Meaning("words", "no", told=(told,))) for told in ("help_called", "alone")),
    *(heard(finding(flag), partial=partial) for flag in PROTOCOL.red_flags for partial in (False, True)),
    Heard(Meaning("yes that is what i said to you just now", "yes"), weak=True),
)
"""All that confirms an emergency that was only read back: anything but a no, and the talk of others."""


@pytest.mark.parametrize("flag", PROTOCOL.red_flags)
def test_in_every_place_a_red_flag_on_weak_evidence_is_read_back_and_any_reply_decides_it(flag: str) -> None:
    dialogue = Dialogue(PROTOCOL)
    for place in dialogue.machine.places[:-1]:
        dialogue.state = State(place=place)
        turn = dialogue.handle(replace(heard(finding(flag)), weak=True))
        if place in INSIDE:
            assert turn.emergency
            continue
        assert [line.prompt for line in turn.lines] == ["emergency.heard", "confirm_red_flag.ask"]
        assert (turn.emergency, turn.question, turn.patience) == (False, CONFIRM, "short")
        assert dialogue.doubted and dialogue.decision.level == "emergency"
        read_back = dialogue.state
        for reply in REPLIES:
            dialogue.state = read_back
            turn = dialogue.handle(reply)
            assert turn.emergency and not dialogue.doubted, (place, reply)
            assert turn.lines[0].prompt in ("emergency.call", "emergency.go", "emergency.helped")
        for command in ("stop", "restart"):
            dialogue.state = read_back
            prompts = [line.prompt for line in dialogue.handle(heard(command=command)).lines]
            assert {"emergency.call", "emergency.go", "farewell.call", "farewell.go"} & {*prompts}, command
        dialogue.state = read_back
        assert not dialogue.handle(heard(answer="no")).emergency
        assert not dialogue.red_flags and dialogue.decision.level != "emergency"


@pytest.mark.parametrize("flag", PROTOCOL.red_flags)
@pytest.mark.parametrize(
    "nobody",
    [replace(NOISE, weak=True), replace(heard(finding("vomiting")), weak=True), Silence(voices=True)],
    ids=["talk", "another sign", "voices"],
)
def test_where_only_others_talk_it_is_read_back_twice_and_then_unsure(flag: str, nobody: Event) -> None:
    dialogue = Dialogue(PROTOCOL)
    for place in dialogue.machine.places[:-1]:
        if place in INSIDE:
            continue
        dialogue.state = State(place=place)
        dialogue.handle(replace(heard(finding(flag)), weak=True))

        again = dialogue.handle(nobody)
        assert dialogue.doubted and again.question == CONFIRM
        assert not dialogue.handle(nobody).emergency
        assert dialogue.findings[flag].status == "unsure" and not dialogue.red_flags
        assert LEVELS.index(dialogue.decision.level) >= LEVELS.index("urgent")


def test_only_what_was_new_of_a_doubted_emergency_is_left_open_and_it_is_asked_about_again() -> None:
    """A fever that was told surely, then a lethargy that others may have told: together an emergency."""
    said = (finding("fever"), finding("non_blanching_rash", "absent"))
    dialogue = Dialogue.at(PROTOCOL, State("itch", said, settled=frozenset({"fever", "sepsis_signs"})))
    dialogue.handle(replace(heard(finding("lethargy")), weak=True))
    assert dialogue.doubted
    read_back = dialogue.state

    for _ in range(2):
        dialogue.handle(replace(NOISE, weak=True))
    assert dialogue.findings["fever"].status == "present"
    assert dialogue.findings["lethargy"].status == "unsure"
    assert "sepsis_signs" not in dialogue.state.settled

    dialogue.state = read_back
    dialogue.handle(Silence())
    dialogue.handle(heard(answer="no"))
    assert dialogue.findings["fever"].status == "present"


@pytest.mark.parametrize(
    "question", [one for one in PROTOCOL.questions if one.kind != "value"], ids=lambda one: one.id
)
def test_yes_is_never_below_unsure_nor_unsure_below_no(question) -> None:  # type: ignore[no-untyped-def]
    """Property 3 through the dialogue, against a background of every other warning sign."""
    dialogue = Dialogue(PROTOCOL)
    for other in PROTOCOL.warning_signs:
        if other in question.asks_for or other in PROTOCOL.red_flags:
            continue
        place = question.id + (".look" if question.kind == "walk" else "")
        ends = {}
        for answer in ("no", "unsure", "yes"):
            dialogue.state = State(place, (finding(other),), settled=frozenset({"glass_test"}), looked=True)
            dialogue.handle(heard(answer=answer))
            if dialogue.state.place.endswith(".which"):
                dialogue.handle(Silence())
            ends[answer] = LEVELS.index(dialogue.decision.level)
        if question.kind == "walk":
            ends["no"], ends["yes"] = ends["yes"], ends["no"]  # here "no" is the bad news

        assert ends["no"] <= ends["unsure"] <= ends["yes"], (other, ends)


@pytest.mark.parametrize(
    "question", [one for one in PROTOCOL.questions if one.open_yes], ids=lambda one: one.id
)
def test_the_safe_reading_of_an_open_yes_is_the_most_serious_of_the_list(question) -> None:  # type: ignore[no-untyped-def]
    dialogue = Dialogue(PROTOCOL)

    def level(*concepts: str) -> int:
        dialogue.state = State(question.id, tuple(finding(name) for name in concepts))
        return LEVELS.index(dialogue.decision.level)

    assert level(*question.open_yes) >= max(level(name) for name in question.asks_for)


@pytest.mark.parametrize("sign", PROTOCOL.warning_signs)
def test_a_warning_sign_left_open_is_unsure_and_so_at_least_urgent(sign: str) -> None:
    """Property 4: every warning sign that is asked for ends unsure after the last silence."""
    asking = [one for one in PROTOCOL.questions if sign in one.asks_for]
    for question in asking:
        dialogue = Dialogue.at(PROTOCOL, State(question.id, tries=1, reminders=REMINDERS))
        dialogue.handle(Silence())

        assert dialogue.findings[sign].status == "unsure"


def test_back_never_lowers_what_stands() -> None:
    """Going back and saying nothing leaves every finding as it was."""
    for question in PROTOCOL.questions[1:]:
        said = tuple(finding(name, "unsure") for name in question.asks_for if name in PROTOCOL.concepts)
        state = State("more", said, settled=frozenset({question.id}), trail=(question.id,))
        state = replace(state, told_level=Dialogue.at(PROTOCOL, state).decision.level)
        dialogue = Dialogue.at(PROTOCOL, state)
        before = dialogue.decision.level
        dialogue.handle(heard(command="back"))

        assert dialogue.question == question.id
        for _ in range(6):
            dialogue.handle(Silence())
        assert {one.concept: one.status for one in said}.items() <= dialogue.state.statuses.items()
        assert LEVELS.index(dialogue.decision.level) >= LEVELS.index(before)


def test_the_state_is_one_small_value() -> None:
    """Dialogue.at stands where it is told, and equal states do the same."""
    first = Dialogue(PROTOCOL)
    first.start()
    first.handle(heard(finding("fever")))
    second = Dialogue.at(PROTOCOL, replace(first.state))

    assert second.state == first.state
    assert first.handle(Silence()) == second.handle(Silence())
    assert question_at(PROTOCOL, first.state.place) is not None
