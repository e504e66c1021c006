"""Times and ages that are told of something else: never those of the spots or the patient."""

import pytest

from voice_triage.dialogue import Dialogue
from voice_triage.dialogue.recap import recap
from voice_triage.dialogue.state import State, decide
from voice_triage.messages import Heard
from voice_triage.protocol import Protocol
from voice_triage.understanding import Interpreter

INTERPRETER = Interpreter.load("en")
PROTOCOL = Protocol.load()

NOT_THE_SPOTS = (
    ("patient", "it's me, I've lived alone for ten years"),
    ("patient", "it's me, I've had diabetes for twenty years"),
    ("patient", "my husband, we've been married forty years"),
    ("age", "sixty, and I had my hip done ten years ago"),
    ("emergency_signs", "no, I had a seizure three years ago"),
    ("patient", "me, I've taken warfarin for six years"),
    ("patient", "it's me, I started new tablets three weeks ago"),
    ("patient", "it's me, I had a cold about a month ago"),
    ("patient", "me, we came back from holiday three weeks ago"),
    ("emergency_signs", "no, but she had a baby three weeks ago"),
    ("patient", "it's only me dear, I'm on my own since my Harold passed"),
    ("patient", "me, smoker for forty years"),
    ("patient", "me, my husband died three years ago"),
    ("patient", "me, last saw my doctor six months ago"),
    ("patient", "me, got a kitten a month ago"),
    ("patient", "my son, he had his jabs two weeks ago"),
    ("emergency_signs", "no, cancer five years ago"),
    ("emergency_signs", "no, he's had a wee an hour ago"),
    ("risk", "I've had diabetes for twenty years"),
    ("risk", "no, though I had pneumonia two years ago"),
    ("patient", "i've got red spots i've had diabetes for twenty years"),
    ("patient", "i've got red spots my husband died three years ago"),
    ("emergency_signs", "no i had one of those three years ago"),
    ("patient", "it's me and i've been a widow for ten years"),
    ("duration", "i've had diabetes for twenty years"),
)

OF_THE_SPOTS = (
    ("patient", "me, I've had these for years", None, "long_standing"),
    ("patient", "me, the spots came up three weeks ago", 504, None),
    ("patient", "my husband, he's had the spots for years", None, "long_standing"),
    ("patient", "my son, the rash started this morning", 6, None),
    ("patient", "my daughter, they came up two hours ago", 2, None),
    ("duration", "about twenty years", 175200, None),
    ("duration", "I've had them for ten years", 87600, None),
    ("duration", "three weeks", 504, None),
    ("summary_check", "no, it was three weeks", 504, None),
    ("duration", "two days no sorry three", 72, None),
)

OLD_AND_NEW = (
    ("duration", "I've had red moles for years, but this lot are new"),
    ("duration", "the doctor looked at one ten years ago, but the rest came this afternoon"),
    ("duration", "I saw one years ago but these came up this morning"),
    ("duration", "some of them years but these ones are new today"),
    ("duration", "some of them have been there for years, the others came up yesterday"),
    ("patient", "me, I've had these for years but there are new ones today"),
)


def told(text, question):
    """The values by concept and the concepts that are present."""
    meaning = INTERPRETER.interpret(text, question)
    return (
        {one.concept: one.value for one in meaning.values},
        {one.concept for one in meaning.findings if one.status == "present"},
    )


@pytest.mark.parametrize(("question", "text"), NOT_THE_SPOTS)
def test_a_time_of_something_else_is_not_how_long_the_spots_have_been_there(question, text):
    values, present = told(text, question)
    assert "duration" not in values
    assert "long_standing" not in present


@pytest.mark.parametrize(("question", "text", "hours", "concept"), OF_THE_SPOTS)
def test_a_time_of_the_spots_counts_unasked_too(question, text, hours, concept):
    values, present = told(text, question)
    assert hours is None or values.get("duration") == hours
    assert concept is None or concept in present


@pytest.mark.parametrize("times", [1, 9])
def test_a_time_said_over_and_over_is_no_shorter(times):
    """The morning of "yesterday morning" would be this morning."""
    values, _ = told("and since yesterday morning " * times, "duration")

    assert values["duration"] == 24


@pytest.mark.parametrize(("question", "text"), OLD_AND_NEW)
def test_of_old_and_new_spots_the_new_ones_count(question, text):
    values, present = told(text, question)
    assert values.get("duration", 0) < 336
    assert "long_standing" not in present
    assert "new_rash" in present or values.get("duration")


AGES = (
    ("age", "six months, her big sister is four", (0.5, None)),
    ("age", "she's six months and I'm thirty two", (0.5, None)),
    ("patient", "my mum, she's seventy, I'm forty", (70, None)),
    ("age", "my mum's seventy, I'm forty", (70, None)),
    ("age", "he'll be four on boxing day, his brother's seven and the big one is fourteen", (3, None)),
    ("patient", "my granddaughter, I'm seventy four", (None,)),
    ("age", "fifty, been married for twenty years", (50, None)),
    ("age", "sixty, I've been retired for years", (60, None)),
    ("patient", "my husband has had asthma since he was two", (None,)),
    ("risk", "my husband has had asthma since he was two", (None,)),
    ("age", "fifteen... fifty, five oh", (50, None)),
    ("age", "three score and twelve", (72, None)),
    ("age", "six months, his mum is thirty", (0.5, None)),
    ("age", "fifteen, fifty", (None,)),
    ("age", "he's four, sorry, five", (5,)),
    ("age", "I'm forty, sorry, fifty", (50,)),
    ("age", "one five, fifteen", (15, None)),
    ("age", "I'm his mum and he's four", (4,)),
    ("age", "I'm sixty seven", (67,)),
    ("patient", "it's me, I'm thirty two", (32,)),
    ("patient", "my brother, he's seven", (7,)),
    ("age", "three, nearly four", (3,)),
    ("age", "he's four and a half", (4.5,)),
    ("age", "the little one is three", (3,)),
)


@pytest.mark.parametrize(("question", "text", "years"), AGES)
def test_the_age_of_somebody_else_is_not_the_patients(question, text, years):
    age = next((one for one in INTERPRETER.interpret(text, question).values if one.concept == "age"), None)
    told = None if age is None else age.value / 12 if age.unit == "months" else age.value
    assert told in years


WHOLE = (
    ("emergency", {"patient": "it's me, I've lived alone for ten years"}),
    ("emergency", {"patient": "me, we came back from holiday three weeks ago"}),
    ("emergency", {"patient": "my wife", "emergency_signs": "no, but she had a baby three weeks ago"}),
    ("emergency", {"duration": "some of them years but these ones are new today"}),
    ("emergency", {"duration": "the doctor looked at one ten years ago, but the rest came this afternoon"}),
    ("emergency", {"duration": "I've had red moles for years, but this lot are new"}),
    ("urgent", {"glass_test": "can't tell", "risk": "I've had diabetes for twenty years"}),
    ("urgent", {"glass_test": "can't tell", "risk": "no, though I had pneumonia two years ago"}),
    ("routine", {"duration": "I've had these for years", "appearance": "just a few"}),
)


@pytest.mark.parametrize(("level", "answers"), WHOLE)
def test_only_old_spots_are_excused(level, answers):
    said = {
        "patient": "me",
        "age": "sixty",
        "duration": "today",
        "glass_test": "no they don't fade",
    } | answers
    dialogue = Dialogue(PROTOCOL)
    dialogue.start()
    for _ in range(60):
        asked = dialogue.question
        if asked in (None, "confirm_red_flag", "more"):
            break
        dialogue.handle(Heard(INTERPRETER.interpret(said.get(asked, "no"), asked)))
    assert dialogue.decision.level == level


@pytest.mark.parametrize(
    "said", ["two hours", "three days", "two weeks", "two months", "five months", "two years", "ten years"]
)
def test_a_time_is_told_back_in_the_unit_it_was_told_in(said):
    state = State(place="summary_check", values=INTERPRETER.interpret(said, "duration").values)
    lines = [line.prompt for line in recap(PROTOCOL, state, decide(PROTOCOL, state))]

    assert f"recap.since_{said.split()[1]}" in lines
