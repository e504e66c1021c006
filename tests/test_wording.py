"""The words: complete, short, plain, kind, and safe."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from readability import grade, sentences, words

from voice_triage import wording
from voice_triage.dialogue import State
from voice_triage.dialogue.outcome import NET, outcome
from voice_triage.dialogue.prompts import problems, required
from voice_triage.errors import BadContent, BadInput
from voice_triage.messages import Finding, Line
from voice_triage.protocol import Protocol
from voice_triage.triage import Decision
from voice_triage.wording import KINDS, Wording

PROTOCOL = Protocol.load()
WORDING = Wording.load(country="US")
TEXTS = WORDING.texts()
SLOTS = "count, emergency_number, letters, measure, out_of_hours, sign, signs, who, word"
NORMAL_WPM = 170
MAX_PROMPT_S = 12
MAX_OUTCOME_S = 20
FORBIDDEN = (
    r"aspirin", r"ibuprofen", r"paracetamol", r"acetaminophen", r"\bmg\b", r"milligram", r"\bdose",
    r"you(r child)? (are|is) fine", r"nothing to worry", r"don't worry", r"\bharmless\.$",
    r"you have (meningitis|sepsis)",
    r"\bit is (meningitis|sepsis|psoriasis|rosacea|eczema)",
)  # fmt: skip


def test_every_prompt_has_words_and_every_word_a_prompt() -> None:
    assert problems(PROTOCOL, WORDING.prompts, WORDING.signs) == []


@pytest.mark.parametrize("name", ["fever.again", "fever.ask", "guidance.melanoma.do", "aid.sit_up"])
def test_a_missing_prompt_is_found_at_start_up(name: str) -> None:
    (found,) = problems(PROTOCOL, set(WORDING.prompts) - {name}, WORDING.signs)

    assert name in found and "missing" in found


def test_a_prompt_that_nothing_says_is_found() -> None:
    found = problems(PROTOCOL, {*WORDING.prompts, "fever.agian"}, WORDING.signs)

    assert found == ["locale: the prompt 'fever.agian' is never said"]


def test_a_sign_without_words_is_found() -> None:
    found = problems(PROTOCOL, WORDING.prompts, set(WORDING.signs) - {"pus"})

    assert found == ["locale: signs: 'pus' has no words"]


def test_no_sentence_is_long_and_no_prompt_lasts() -> None:
    """Twenty words a sentence, twelve seconds a prompt."""
    long = [text for text in TEXTS if any(len(words(one)) > 20 for one in sentences(text))]
    lasting = [text for text in TEXTS if len(words(text)) * 60 / NORMAL_WPM > MAX_PROMPT_S]

    assert long == []
    assert lasting == []


def test_reading_age_is_nine_to_eleven() -> None:
    """Grade 6 at most is a reading age of 11; single medical words may push one line above."""
    spoken = [text for name in required(PROTOCOL) for text in _variants(name)]

    assert grade(" ".join(dict.fromkeys(spoken))) <= 5
    assert [text for text in spoken if len(words(text)) >= 8 and grade(text) > 9] == []


def _variants(name: str) -> list[str]:
    slots = wording.OPEN_SLOTS
    signs = {slot: "fever" for slot in ("sign", "signs")}
    line = Line(name, tuple({**slots, **signs}.items()))
    return [WORDING.say(line, kind) for kind in KINDS]


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_never_says(pattern: str) -> None:
    assert [text for text in TEXTS if re.search(pattern, text, re.IGNORECASE)] == []


def test_patterns_are_only_possible() -> None:
    """Guidance never states a cause as certain."""
    certain = [
        text
        for pattern in PROTOCOL.patterns
        for text in _variants(f"guidance.{pattern}.what")
        if not re.search(r"\b(may|can|could)\b", text)
    ]

    assert certain == []


@pytest.mark.parametrize(
    "country, number", [("US", "9 1 1"), ("GB", "9 9 9"), ("DE", "1 1 2"), ("AU", "0 0 0"), ("in", "1 1 2")]
)
def test_the_number_comes_first_digit_by_digit(country: str, number: str) -> None:
    """At most eight words up to the end of the number."""
    line = Wording.load(country=country).say(Line("emergency.call"))

    assert line == f"Call {number} now."
    assert len(line.split()[: line.split().index(number.split()[-1]) + 1]) <= 8


@pytest.mark.parametrize(
    "country, line", [("GB", "1 1 1"), ("DE", "1 1 6 1 1 7"), ("US", "the doctor on duty")]
)
def test_where_to_phone_when_the_practice_is_closed(country: str, line: str) -> None:
    """A number only where one is known for the country; and always where to go if nobody answers there."""
    wording = Wording.load(country=country, number="112")

    assert wording.say(Line("do.urgent")).endswith(f"call {line}.")
    assert "emergency department" in wording.say(Line("closing.nobody"))


def test_the_list_until_one_is_seen_is_complete() -> None:
    """What makes an emergency of somebody who should be seen today, in plain words."""
    told = " ".join(WORDING.say(line) for line in NET)

    for word in ("neck", "light", "fit", "confusion", "blue", "blotchy", "breathing", "waking", "fade"):
        assert word in told
    assert "ambulance" in told


def test_without_a_country_it_is_your_emergency_number() -> None:
    assert Wording.load().say(Line("emergency.call")) == "Call your emergency number now."


def test_a_number_of_ones_own_comes_before_the_country() -> None:
    assert Wording.load(country="US", number="112").say(Line("emergency.call")) == "Call 1 1 2 now."


def test_the_first_seconds_say_emergency() -> None:
    assert "emergency" in WORDING.say(Line("emergency.call_again"))
    assert "emergency" in WORDING.say(Line("emergency.go"))


def test_it_speaks_of_the_patient() -> None:
    line = Line("age.ask")

    assert WORDING.say(line, "self").startswith("How old are you?")
    assert WORDING.say(line, "child").startswith("How old is your child?")
    assert WORDING.say(line, "other") == WORDING.say(line, None)
    assert WORDING.say(line, None).startswith("How old is the person?")


def test_several_signs_become_one_sentence() -> None:
    said = WORDING.say(Line("recap.signs", (("signs", "fever,itch,blisters"),)))

    assert said == "I noted a fever, itching and blisters."


def test_home_care_always_ends_with_what_means_call_now() -> None:
    for name in ("when.self_care", "closing.self_care"):  # the end, before and after "more"
        assert all("ambulance" in text for text in _variants(name))


@pytest.mark.parametrize("pattern", PROTOCOL.patterns)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "level, signs",
    [
        ("urgent", ("fever", "severe_headache")),
        ("routine", ("changing_spot", "bleeding_spot")),
        ("self_care", ()),
    ],
)
def test_an_outcome_takes_twenty_seconds_at_most(
    level: str, signs: tuple[str, ...], kind: str, pattern: str
) -> None:
    """Level, why, what to do, when to call: before the caller is asked whether there should be more."""
    state = State("more", tuple(Finding(sign, "present") for sign in signs))
    decision = Decision(level, None, signs, (pattern,), ())  # type: ignore[arg-type]
    spoken = " ".join(WORDING.say(line, kind) for line in outcome(Protocol.load(), state, decision))

    assert len(words(spoken)) * 60 / NORMAL_WPM <= MAX_OUTCOME_S, spoken


def test_everything_that_can_be_said_is_listed_for_rendering() -> None:
    for name in required(PROTOCOL):
        if "{signs}" not in WORDING.prompts[name]["self"]:
            assert set(_variants(name)) <= set(TEXTS)


def test_emergency_texts_are_among_the_texts_and_can_be_narrowed() -> None:
    every = WORDING.emergency_texts()
    narrowed = WORDING.emergency_texts(signs=PROTOCOL.red_flags)

    assert set(narrowed) < set(every) <= set(TEXTS)
    assert "I heard trouble breathing." in narrowed
    assert every[0] == "Call 9 1 1 now."


@pytest.mark.parametrize("country", sorted(wording.countries()))
def test_every_country_has_a_short_number(country: str) -> None:
    assert re.fullmatch(r"\d{3,5}", wording.countries()[country])


def test_unknown_language_and_country_are_refused_with_what_is_known() -> None:
    with pytest.raises(BadInput, match="en"):
        Wording.load("xx")
    with pytest.raises(BadInput, match="ZZ"):
        Wording.load(country="ZZ")


@pytest.mark.parametrize(
    "text, message",
    [
        ("words: {}\n", "unknown key 'words'"),
        ("prompts: {a: {self: x, child: y}}\n", "three variants"),
        ("prompts: {a: 'hello {nobody}'}\n", f"unknown slot 'nobody'; allowed: {SLOTS}"),
        ("prompts: {a: 3}\n", "must be a mapping"),
        ("prompts: {a: x}\nsigns: {fever: ''}\n", "must be text"),
    ],
)
def test_a_wrong_word_file_is_refused(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = "forms: {self: {who: you}, child: {who: y}, other: {who: z}}\nand: and\nno_number: n\n"
    signs = "" if "signs:" in text else "signs: {fever: a fever}\n"
    (tmp_path / "en.yaml").write_text(text + rest + signs)
    (tmp_path / "out_of_hours.yaml").write_text("US: '1'\n")
    monkeypatch.setattr(wording, "FOLDER", tmp_path)

    with pytest.raises(BadContent, match=message):
        Wording.load("en")


def test_an_unknown_prompt_or_sign_is_named() -> None:
    with pytest.raises(BadContent, match=r"fever\.asc"):
        WORDING.say(Line("fever.asc"))
    with pytest.raises(BadContent, match="hiccups"):
        WORDING.say(Line("emergency.heard", (("sign", "hiccups"),)))


@pytest.mark.parametrize("pattern", PROTOCOL.patterns)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_guidance_takes_twenty_seconds_at_most(kind: str, pattern: str) -> None:
    page = [Line(f"guidance.{pattern}.{part}") for part in ("what", "do", "when")]
    spoken = " ".join(WORDING.say(line, kind) for line in (*page, Line("more.last")))

    assert len(words(spoken)) * 60 / NORMAL_WPM <= MAX_OUTCOME_S, spoken
