"""The network that reads beside the rules, and how the two are weighed."""

from types import SimpleNamespace

import numpy as np
import pytest

from voice_triage.errors import BadContent
from voice_triage.messages import COMMANDS
from voice_triage.protocol import Protocol
from voice_triage.understanding import Interpreter, alarms, network, strengths, weighing
from voice_triage.understanding.context import Said
from voice_triage.understanding.grammar import load as load_grammar

UNFORESEEN = (
    ("every breath is hard graft for the wee man", "difficulty_breathing"),
    ("i keep shaking her shoulder and she just lies there", "drowsy_or_unresponsive"),
    ("nothing on the thermometer but he can't get his chin anywhere near his vest", "stiff_neck"),
    ("i pushed down with the tumbler and every last one stayed where it was", "non_blanching_rash"),
    (
        "the leaflet says ring if her ribs suck in and that's exactly what they're doing",
        "difficulty_breathing",
    ),
)
INNOCENT = (
    "i can't hear you, speak up a bit",
    "he fell asleep on the sofa after his tea",
    "my knee is a bit stiff but my neck is fine",
    "the big lamp in here is too bright for me, hang on",
    "my mother thought he was having a fit but it was only a sneeze",
    "nobody in my family had a seizure ever",
)
PADDING = (
    "we were at the park and then we had our tea and he played with his trains for a while and after that "
)


@pytest.fixture(scope="module")
def read():
    return network.load("en")


@pytest.fixture(scope="module")
def interpreter():
    return Interpreter.load("en")


def flags(interpreter, text):
    meaning = interpreter.interpret(text)
    return {f.concept for f in meaning.findings if f.status == "present"} & load_grammar("en").red_flags


def test_it_knows_the_concepts_questions_and_commands_of_the_protocol(read):
    """A concept added without tuning the network anew would be heard by the rules alone."""
    assert set(read.concepts) <= set(Protocol.load().concepts)
    assert set(Protocol.load().concepts) - set(read.concepts) == set()
    assert read.commands == COMMANDS


@pytest.mark.parametrize(("text", "concept"), UNFORESEEN, ids=[row[1] for row in UNFORESEEN])
def test_it_finds_what_was_said_in_unforeseen_words(interpreter, text, concept):
    assert concept in flags(interpreter, text)


@pytest.mark.parametrize("text", INNOCENT)
def test_it_clears_what_only_looks_like_a_red_flag(interpreter, text):
    assert flags(interpreter, text) == set()


def test_a_red_flag_at_the_end_of_a_long_story_is_found(interpreter):
    assert "difficulty_breathing" in flags(interpreter, PADDING * 6 + "and now he can't breathe")


@pytest.mark.parametrize(
    "text, question",
    [
        ("she's gone all limp on me", "itch"),
        ("there's a bulge on top of the baby's head", "recent"),
        ("he's been sick in the sink", "risk"),
        ("his belly is covered in them", "headache"),
    ],
)
def test_what_tells_only_of_other_things_answers_nothing(interpreter, text, question):
    assert interpreter.interpret(text, question).answer is None


def test_a_yes_of_the_network_alone_says_the_sign_in_its_words_and_a_bare_no_denies_nothing(interpreter):
    yes = interpreter.interpret("like daggers", "light_sensitivity")
    no = interpreter.interpret("perfectly happy", "light_sensitivity")

    assert [(f.concept, f.status, f.words) for f in yes.findings] == [
        ("light_sensitivity", "present", "like daggers")
    ]
    assert interpreter.alone("like daggers", "light_sensitivity") == {"light_sensitivity"}
    assert (no.answer, no.findings) == ("no", ())


def test_the_network_alone_ends_nothing_while_an_emergency_is_read_back(interpreter):
    order = "please terminate this"

    assert interpreter.interpret(order, "itch").command == "stop"
    assert interpreter.interpret(order, "confirm_red_flag").command is None


def test_a_finding_tells_the_words_it_was_read_in(interpreter):
    meaning = interpreter.interpret("he had his tea and now he can't swallow anything")
    words = next(f.words for f in meaning.findings if f.concept == "difficulty_swallowing")

    assert "swallow" in words and "tea" not in words


def test_without_a_network_the_rules_stand_alone():
    alone = Interpreter(load_grammar("en"))

    assert "stiff_neck" in flags(alone, "his neck is stiff")
    assert alone.alarm("he can't breathe").findings


def test_a_language_without_a_network_has_none():
    assert network.load("xx") is None


def test_a_damaged_file_is_refused_in_one_line(tmp_path, monkeypatch):
    damaged = tmp_path / "network_yy.npz"
    damaged.write_bytes(b"PK\x03\x04 no network")
    monkeypatch.setattr(network, "__file__", str(tmp_path / "network.py"))

    with pytest.raises(BadContent, match=r"network_yy\.npz: damaged"):
        network.load("yy")


ORDERS = (None, "repeat", "stop", "restart")


@pytest.mark.parametrize(
    "rule, likely, wanted",
    [
        (None, (0.2, 0.8, 0, 0), None),  # nobody orders by being likelier than nothing
        (None, (0.05, 0.95, 0, 0), "repeat"),
        (None, (0.15, 0, 0.85, 0), None),
        (None, (0.05, 0, 0.95, 0), "stop"),
        ("repeat", (0.02, 0.1, 0, 0.88), "repeat"),
        ("repeat", (0.7, 0.3, 0, 0), "repeat"),
        ("repeat", (0.95, 0.05, 0, 0), None),
        ("stop", (0.5, 0, 0.5, 0), "stop"),
    ],
)
def test_what_orders_and_what_ends_must_be_so_sure(rule, likely, wanted):
    reading = network.Reading(
        *(np.array([row], np.float32) for row in ((1,), (1,))), np.array(likely), 1.0, None, ()
    )
    names = SimpleNamespace(commands=ORDERS[1:])

    assert weighing.command(rule, reading, names) == wanted


@pytest.mark.parametrize("rule", range(4))
def test_a_rule_decides_where_the_network_is_of_two_minds(rule):
    even = np.full(4, 0.25, np.float32)

    assert weighing.decide(even, rule, strengths.Strength((1.0,) * 4)) == rule


def test_a_sure_network_overrules_a_rule():
    sure = np.array([0.001, 0.001, 0.997, 0.001], np.float32)

    assert weighing.decide(sure, 1, strengths.RED_FLAG) == 2


def reading_of(answer, statuses=(1.0, 0.0, 0.0, 0.0)):
    one = np.array([statuses], np.float32)
    nothing = np.array([1.0, 0.0, 0.0, 0.0], np.float32)
    return network.Reading(one, np.array(answer, np.float32), nothing, 1.0, np.zeros((1, 1), np.float32), ())


@pytest.mark.parametrize(
    ("rule", "answer", "harmless", "instead"),
    [
        ("yes", (0.0, 0.1, 0.9, 0.0), True, [(0, 3, "no")]),
        ("no", (0.0, 0.9, 0.1, 0.0), True, [(0, 3, "yes")]),
        ("no", (0.0, 0.9, 0.1, 0.0), False, []),
        ("yes", (0.0, 0.3, 0.7, 0.0), True, None),
        ("yes", (0.9, 0.1, 0.0, 0.0), True, None),
        ("yes", (0.995, 0.005, 0.0, 0.0), True, []),
        ("no", (0.995, 0.0, 0.005, 0.0), True, []),
        ("unsure", (0.0, 0.0, 1.0, 0.0), True, None),
    ],
)
def test_only_a_sure_network_gainsays_a_bare_answer(rule, answer, harmless, instead):
    said = weighing.gainsaid([(1, 3, rule)], reading_of(answer), 3, harmless=harmless)
    assert said == instead


def test_what_begins_with_a_yes_is_no_thanks():
    assert weighing.gainsaid([(0, 1, "yes")], reading_of((0.995, 0.005, 0.0, 0.0)), 4) is None


def test_what_a_caller_said_is_forgotten_with_the_caller() -> None:
    reader = network.load("en")
    assert reader is not None
    reader.read("he can't breathe".split(), None)
    kept = [reader._readings, reader._word_pieces]
    assert all(one.cache_info().currsize for one in kept)

    reader.forget()

    assert not any(one.cache_info().currsize for one in kept)


@pytest.mark.parametrize(
    ("sure", "likely", "raises"),
    [(False, 0.05, False), (False, 0.2, True), (True, 0.001, False), (True, 0.01, True)],
)
def test_in_mid_speech_the_network_must_not_rule_a_red_flag_out(sure, likely, raises):
    names = SimpleNamespace(concepts=("seizure",))
    reading = reading_of((1.0, 0.0, 0.0, 0.0), (1.0 - likely, likely, 0.0, 0.0))

    assert alarms.credible(Said(0, 1, "seizure", "present", sure=sure), reading, names) == raises


def test_the_network_alone_denies_what_no_rule_has_read(interpreter):
    found = interpreter.interpret("she's just put away two fish fingers and a yoghurt").findings

    assert {one.concept: one.status for one in found} == {"difficulty_swallowing": "absent"}
