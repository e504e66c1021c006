"""Silence, in virtual time: nobody is hurried, and nobody in danger is hung up on."""

from __future__ import annotations

import pytest
from rig import Rig

from voice_triage.app import Kit
from voice_triage.settings import Settings


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(Settings(country="US"))


class Timed(Rig):
    """A session whose lines are noted with their time."""

    def lines(self, seconds: float) -> list[tuple[float, str]]:
        """What is said in the next so many seconds of silence: when, and which words."""
        found: list[tuple[float, str]] = []
        began_s = self.room.now_s
        while self.room.now_s - began_s < seconds:
            before = len(self.script.spoken)
            self.session.step()
            found += [(self.room.now_s - began_s, text) for text in self.script.spoken[before:]]
        return found


def at_glass_test(kit: Kit) -> Timed:
    rig = Timed(kit)
    for answer in ("it is for my son", "he is four", "no", "two days"):
        rig.session.typed(answer)
    rig.until("listening: glass_test")
    return rig


def test_the_glass_is_waited_for_with_a_soft_word_each_minute(kit: Kit) -> None:
    rig = at_glass_test(kit)
    lines = rig.lines(220)

    assert len(lines) == 3
    assert all(text.startswith("There is no hurry.") for _, text in lines)
    gaps = [later - sooner for (sooner, _), (later, _) in zip([(0.0, ""), *lines], lines, strict=False)]
    assert all(60 <= gap < 68 for gap in gaps), gaps
    rig.say("i have the glass")
    rig.run(4)
    assert rig.dialogue.state.place == "glass_test.look", "after minutes it goes on as if at once"


def test_the_glass_is_waited_for_a_quarter_of_an_hour_anew_after_every_word(kit: Kit) -> None:
    rig = at_glass_test(kit)
    assert len(rig.lines(12 * 66)) >= 11
    rig.session.typed("hold on i am still looking for one")

    assert len(rig.lines(14 * 66)) >= 13
    assert rig.dialogue.state.place == "glass_test"
    rig.lines(3 * 66)
    assert rig.dialogue.state.place != "glass_test"
    assert rig.dialogue.findings["non_blanching_rash"].status == "unsure"
    assert rig.dialogue.decision.level == "urgent"


def test_after_more_time_the_glass_is_waited_for_twice_as_long(kit: Kit) -> None:
    rig = at_glass_test(kit)
    rig.say("give me more time")
    rig.run(6)

    assert [text for _, text in rig.lines(110)] == []
    assert len(rig.lines(20)) == 1


def test_a_question_is_asked_again_softly_then_left_open_and_never_a_no(kit: Kit) -> None:
    rig = Timed(kit)
    for answer in ("it is for my son", "he is four"):
        rig.session.typed(answer)
    rig.until("listening: emergency_signs")
    lines = rig.lines(45)

    assert [text.split(".")[0] for _, text in lines[:3]] == [
        "I did not hear anything",
        "I need to be sure about this",
        "Let us go on without that for now",
    ]
    assert 8 <= lines[0][0] < 9
    assert rig.dialogue.decision.level == "urgent" and not rig.session.over


@pytest.mark.parametrize("place", ["confirm_red_flag", "standing_by"])
def test_an_open_emergency_is_never_hung_up_on(kit: Kit, place: str) -> None:
    rig = Timed(kit)
    rig.session.typed("he can't breathe")
    rig.until("emergency")
    if place == "standing_by":
        rig.run(15)
        rig.session.typed("yes")
    lines = rig.lines(300)
    last = [text for at, text in lines if at > 150]

    assert not rig.session.over
    assert any(text.startswith("Call 9 1 1") for text in last), "the number still comes after minutes"
    assert any(text == "I am still here with you." for text in last)
    gaps = [later[0] - sooner[0] for sooner, later in zip(lines, lines[1:], strict=False)]
    assert max(gaps) < 45, "somebody alone hears at least that somebody is there"
