"""What `transitions` would accept without a word is refused before the machine is built."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voice_triage.dialogue import Dialogue, question_ids
from voice_triage.dialogue.checks import check, check_machine, check_rows
from voice_triage.dialogue.replies import REPLIES
from voice_triage.dialogue.rows import HEAR, SILENT, Row, places, rows
from voice_triage.dialogue.state import CONFIRM, NEXT
from voice_triage.dialogue.step import CONDITIONS
from voice_triage.errors import BadContent
from voice_triage.protocol import Protocol
from voice_triage.questions import parse_questions
from voice_triage.wording import Wording

PROTOCOL = Protocol.load()
TABLE = rows(PROTOCOL)
PLACES = (*places(PROTOCOL), NEXT)


def test_the_shipped_dialogue_has_nothing_wrong() -> None:
    assert check(PROTOCOL, Wording.load()) == []


@pytest.mark.parametrize(
    "change, message",
    [
        ({"dest": "fevr"}, "state fever goes to 'fevr', which is no state; did you mean 'fever'?"),
        ({"source": "fevr"}, "a row starts at 'fevr', which is no state; did you mean 'fever'?"),
        ({"conditions": ("setled",)}, "state fever: unknown condition 'setled'; did you mean 'settled'?"),
        ({"conditions": ("wants:fevr",)}, "unknown condition 'wants:fevr'"),
        ({"trigger": "listen"}, "unknown trigger 'listen'"),
    ],
)
def test_a_wrong_row_is_refused(change: dict[str, object], message: str) -> None:
    row = replace(Row(HEAR, "fever", NEXT, ("settled",), "go_on"), **change)  # type: ignore[arg-type]

    with pytest.raises(BadContent) as caught:
        check_machine(PROTOCOL, (*TABLE, row))
    assert message in str(caught.value)


@pytest.mark.parametrize("place", PLACES)
def test_without_its_alarm_first_no_place_is_accepted(place: str) -> None:
    """Removing any alarm row, or putting anything before it, is noticed."""
    alarms = [row for row in TABLE if row.source == place and row.conditions == ("alarm",)]
    for alarm in alarms:
        without = tuple(row for row in TABLE if row != alarm)
        with pytest.raises(BadContent, match="is not the alarm"):
            check_machine(PROTOCOL, without)
        earlier = Row(alarm.trigger, place, alarm.dest, ("settled",), "go_on")
        with pytest.raises(BadContent, match="is not the alarm"):
            check_machine(PROTOCOL, (earlier, *TABLE))

    assert len(alarms) == (1 if place == NEXT else 2)


def test_a_state_without_a_way_out_is_refused() -> None:
    stuck = tuple(replace(row, dest="itch") if row.source == "itch" else row for row in TABLE)

    with pytest.raises(BadContent, match="state itch has no way out"):
        check_machine(PROTOCOL, stuck)


def test_a_state_that_may_find_no_row_is_refused() -> None:
    hole = tuple(
        row for row in TABLE if not (row.source == "itch" and row.trigger == SILENT and not row.conditions)
    )

    with pytest.raises(BadContent, match="state itch: 'silent' may find no row"):
        check_machine(PROTOCOL, hole)


def test_an_unreachable_state_is_refused() -> None:
    island = tuple(
        row for row in TABLE if row.dest != "glass_test.choose" or row.source == "glass_test.choose"
    )

    with pytest.raises(BadContent, match=r"glass_test\.choose cannot be reached"):
        check_machine(PROTOCOL, island)


def test_a_state_named_twice_is_refused() -> None:
    with pytest.raises(BadContent, match="'itch' stands here twice"):
        check_rows(TABLE, (*PLACES, "itch"), CONDITIONS, start="patient")


def test_every_reply_has_a_function_and_every_function_a_row() -> None:
    assert {row.reply for row in TABLE} == set(REPLIES)


def test_every_condition_is_used() -> None:
    assert {name for row in TABLE for name in row.conditions if ":" not in name} == set(CONDITIONS)


def test_question_ids_include_the_dialogue_s_own() -> None:
    assert question_ids(PROTOCOL)[0] == "patient"
    assert {CONFIRM, "summary_check", "more"} <= set(question_ids(PROTOCOL))


def test_no_automatic_transitions_and_no_timers() -> None:
    """A trigger such as to_ended() would pass every guard."""
    mover = Dialogue(PROTOCOL).machine._mover

    assert not [name for name in dir(mover) if name.startswith("to_")]


QUESTION = {"id": "q", "kind": "list", "asks_for": ["fever", "itch"], "open_yes": ["fever"]}


@pytest.mark.parametrize(
    "change, message",
    [
        ({"kind": "multiple"}, "kind 'multiple' is none of"),
        ({"asks_for": ["fevre"]}, "'fevre' is unknown"),
        ({"asks_for": []}, "asks_for is missing"),
        ({"asks_for": "fever"}, "asks_for must be a list"),
        ({"open_yes": []}, "open_yes is missing"),
        ({"open_yes": ["pus"]}, "'pus' is unknown"),
        ({"kind": "single"}, "open_yes belongs to lists only"),
        ({"patience": "endless"}, "patience 'endless' is none of"),
        ({"at_once": "maybe"}, "neither true nor false"),
        ({"ask": 1}, "unknown key 'ask'"),
        ({"no": {"fever": "gone"}}, "'gone' is none of present, absent, unsure"),
        ({"no": {"fevre": "absent"}}, "'fevre' is no concept"),
        ({"no": ["fever"]}, "no must be a mapping"),
        ({"when": {}}, "when must be a mapping"),
        ({"when": {"age": 2}}, "unknown key 'age'"),
        ({"when": {"age_years_below": "two"}}, "is no number"),
        ({"when": {"patient": "dog"}}, "none of self, child, other"),
        ({"when": {"suspected": ["fevre"]}}, "'fevre' is unknown"),
    ],
)
def test_a_wrong_question_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(BadContent) as caught:
        parse_questions([{**QUESTION, **change}], ("fever", "itch"), "protocols/x.yaml")
    assert str(caught.value).startswith("protocols/x.yaml: question q")
    assert message in str(caught.value)


@pytest.mark.parametrize("rows_", [None, [], {}, [3], [{"kind": "list"}], [QUESTION, QUESTION]])
def test_no_list_of_questions_is_refused(rows_: object) -> None:
    with pytest.raises(BadContent):
        parse_questions(rows_, ("fever", "itch"), "protocols/x.yaml")
