"""Ages, in years or months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voice_triage.messages import GROWN_UP, Value
from voice_triage.understanding.births import births
from voice_triage.understanding.maybe_ages import found
from voice_triage.understanding.no_ages import no_age, told_as_age, yet
from voice_triage.understanding.numbers import UNIT_HOURS, Number
from voice_triage.understanding.spotter import covered
from voice_triage.understanding.sweep import Near
from voice_triage.understanding.value_spots import longest
from voice_triage.understanding.values import (
    Told,
    Utterance,
    and_a_half,
    corrects,
    counted_noun,
    smaller,
)
from voice_triage.understanding.whose_age import of_patient, once_was, years

UNIT_MONTHS = {"day": 12 / 365.25, "week": 12 * 7 / 365.25, "month": 1.0, "two_weeks": 12 * 14 / 365.25}
MAX_AGE_YEARS = 120
MONTHS_BEFORE = 11.0
"""The age of a child that is nearly one."""
EXPECTING_WORDS = 6
"""Words after a carrying in which weeks are those of a pregnancy."""
SOON_WORDS = 4
"""Words after an age in which "in june" makes it the next one."""


def ages(said: Utterance, taken: Sequence[Told]) -> list[Told]:
    """The patient's age in years or months, once at most; none where it cannot be told from another's."""
    return of_patient(said, every(said, taken))


def every(said: Utterance, taken: Sequence[Told]) -> list[Told]:
    """Ages of everybody, in years or months."""
    words = said.words
    born = births(said)
    if born is not None:
        return [
            Told(start, end, Value("age", "years", amount, words.text(start, end)))
            for start, end, amount in born
            if 0 <= amount <= MAX_AGE_YEARS
        ]
    out: list[Told] = []
    unit = ""
    inside = covered(taken)
    for number in found(said):
        if once_was(said, number) or (out and number.start < out[-1].end):
            continue
        if number.start in inside or _counts_on(said, number, bool(out)):
            continue
        again = corrects(said, number, out)
        if out and _unit_added(said, out[-1], number):
            out, again = out[:-1], True
        unit = said.unit(number.end) or (unit if again else "")  # "eight months, sorry, nine"
        told = _age_of(said, number, unit, again)
        if told:
            out.append(told)
    return out + _phrases(said, out)


def _phrases(said: Utterance, told: Sequence[Told]) -> list[Told]:
    """The ages told in phrases: "newborn"; beside a grown-up's number only a baby's, where it is asked."""
    strong = [one for one in told if one.strong]
    beside = bool(strong)
    if beside and (said.question != "age" or any(years(one) < GROWN_UP for one in strong)):
        return []
    out, near = [], Near[Told | Number]([*told, *said.numbers])
    for s in longest(said.spots, "age"):
        value = _age_value(s.payload.value, said.words.text(s.start, s.end))
        asked = s.payload.value[0] != "q" or (said.question == "age" and (beside or not told))
        inside = any(one.start <= s.start and s.end <= one.end for one in near.meeting(s.start, s.end))
        begin = said.ends[s.start].start if s.start in said.ends else s.start
        elsewhere = said.of_spots(begin) or said.of_weather(s.start)
        if asked and not inside and not elsewhere and (value.unit == "months" or not beside):
            out.append(Told(s.start, s.end, value, strong=beside or not told))
    return out


def _unit_added(said: Utterance, first: Told, number: Number) -> bool:
    """True for the second of "he's two, two months i mean"."""
    bare = said.question == "age" and not said.unit(first.end - 1) and not said.unit(first.end)
    known = said.telling.persons | said.telling.be
    same = first.value.value == number.value and said.unit(number.end) in UNIT_MONTHS
    return bare and same and said.stretches.only(known, first.end, number.start)


def _age_value(value: str, text: str) -> Value:
    """The value of a phrase such as newborn, written "0 months" in values.yaml."""
    amount, unit = value.removeprefix("q ").split()
    return Value("age", unit, float(amount), text)


def _age_of(said: Utterance, number: Number, unit: str, correcting: bool) -> Told | None:
    """The age a number says, by the words around it."""
    telling, start, end, amount = said.telling, number.start, number.end, number.value
    counted = said.unit(end) in UNIT_MONTHS or said.unit(end) == "year"
    if unit in ("hour", "minute") or no_age(said, number):
        return None
    if counted:
        amount, end = and_a_half(said, amount, end + 1)
    if counted and (said.word(end) in telling.expecting or _expects(said, number, end)):
        return None
    old = said.word(end) in telling.old or said.length(end, telling.of_age) > 0
    if not 0 <= amount <= MAX_AGE_YEARS or (not counted and not old and counted_noun(said, end)):
        return None
    begin = replace(number, start=start - said.behind(start, telling.almost))
    strong = old or correcting or _subject(said, begin, end, counted) or _beside_child(said, number, end)
    if counted and said.word(start - 1) in telling.born and said.word(end) in telling.ago:
        strong, end = True, end + 1
    named = said.question == "age" and not counted and start in said.age_ends
    strong = strong or told_as_age(said, number) or named  # "a pensioner, seventy eight"
    apart = said.question == "patient" and _stands_apart(said, number, end)
    if not strong and not apart and (said.question != "age" or not _only_answers(said, number, counted)):
        return None
    if said.word(end) in telling.ago or (number.tail is not None and not (old or said.question == "age")):
        return None
    return as_told(said, number, amount, unit, end, strong)


def _stands_apart(said: Utterance, number: Number, end: int) -> bool:
    """True for the age of "it's my wife, she's never ill, fifty six and never had a day off"."""
    before, follows = said.word(number.start - 1), said.word(end)
    closes = not follows[:1].isalnum() or follows in said.telling.closing
    return bool(before) and not before[0].isalnum() and closes and not number.value % 1


def _expects(said: Utterance, number: Number, end: int) -> bool:
    """True for the weeks of "my wife's expecting, she's twenty two weeks"."""
    if said.unit(number.end) not in UNIT_MONTHS or said.word(end) in said.telling.old:
        return False
    lead = said.words.surface[max(0, number.start - EXPECTING_WORDS) : number.start]
    return not said.telling.carrying.isdisjoint(lead)


def _before_have(said: Utterance, lead: tuple[str, ...], unit: str) -> tuple[str, ...]:
    """The words before the have of "i have thirty two years" and "she have now seven month"; else all."""
    telling = said.telling
    at = max((at for at, word in enumerate(lead) if word in telling.have_asked), default=0)
    # of the speaker only years: "i have three weeks"
    who = telling.persons if unit == "year" else telling.persons - telling.speaker
    person, after = at > 0 and lead[at - 1] in who, lead[at + 1 :]
    # "i have had it three weeks"
    it = any(word in telling.having | telling.stayed | telling.they | telling.these for word in after)
    return lead[:at] if person and not it and said.idle.issuperset(after) else lead


def _only_answers(said: Utterance, number: Number, counted: bool) -> bool:
    """True where nothing in the clause before a number says what else it may be."""
    telling, numerals = said.telling, said.numerals
    lead = said.lead(number.start)
    if lead and not counted and lead[-1] in telling.having:
        return False
    if counted:
        lead = _before_have(said, lead, said.unit(number.end))
    if counted and not telling.stayed.isdisjoint(lead):
        return False  # "it's been there four days"
    known = (
        telling.plain | telling.persons | telling.children | telling.about | telling.be | telling.soon_after
    )
    known |= numerals.ones.keys() | numerals.tens.keys() | numerals.hundred | said.idle | telling.correcting
    known |= {word for phrase in telling.almost for word in phrase}
    return all(w in known or not w[0].isalpha() or w in numerals.units for w in lead)


def as_told(said: Utterance, number: Number, amount: float, unit: str, end: int, strong: bool) -> Told | None:
    """The age told from the number to end, in months where they were counted in less than years."""
    scale, step = "years", UNIT_HOURS.get(said.unit(number.end), 0)
    end, more = smaller(said, end, step) if step else (end, 0.0)
    if unit in UNIT_MONTHS:
        amount, scale = amount * UNIT_MONTHS[unit], "months"
        if unit != "month":
            amount = float(int(amount))  # whole months, rounded down: the safe side
        elif said.before(number.start, said.telling.almost):
            amount = max(0, amount - 1)
    elif unit == "year" and (amount < 1 or (more and amount < 2)):
        amount, scale = 12 * amount + more // UNIT_HOURS["month"], "months"
    elif not amount % 1:
        telling = said.telling
        nearly = said.before(number.start, telling.almost) or yet(said, number)
        coming = "" if nearly else _birthday(said, number, end)
        strong = strong and not (nearly or coming)
        if (nearly or coming) and amount > 1:
            amount -= 1
        elif coming in telling.soon_after - telling.days:
            return None  # "he'll be one in june" may be months away
        elif nearly or coming:
            amount, scale = MONTHS_BEFORE, "months"
    return Told(number.start, end, Value("age", scale, amount, said.words.text(number.start, end)), strong)


def _birthday(said: Utterance, number: Number, end: int) -> str:
    """When an age is reached, the june of "i'll be four in june"; empty where it has been."""
    begins = not number.start or said.word(number.start - 1) in said.telling.will_be
    return (_soon(said, end) or _soon_before(said, number.start)) if begins else ""


def _soon_before(said: Utterance, at: int) -> str:
    """The june of "in june she'll be five"; empty where there is none."""
    lead = said.words.surface[max(0, at - SOON_WORDS - 2) : at]
    when = next((place for place, word in enumerate(lead) if word in said.telling.soon_after), len(lead))
    past = when and lead[when - 1] in said.telling.gone_by
    return lead[when] if not past and not said.telling.will.isdisjoint(lead[when:]) else ""


def _counts_on(said: Utterance, number: Number, told: bool) -> bool:
    """True for a number that is no age beside one: "three going on five", "nearly four", "the one"."""
    telling, before = said.telling, said.word(number.start - 1)
    only = before in telling.about and said.word(number.start - 2) in telling.pointing
    # "she's just the one," answers how old
    answers = said.word(number.start - 2) in telling.about and not said.word(number.end)[:1].isalnum()
    answers = answers and said.question == "age" and said.word(number.start - 3) in telling.be
    pointed = (
        number.value == 1
        and (only or (before in telling.pointing and not answers))
        and not said.unit(number.end)
    )
    if pointed or said.word(number.end) in telling.of:
        return not said.length(number.end, telling.of_age)
    if not told:
        return False
    person = said.word(number.start - 2) in telling.third
    alone = number.value == 1 and (number in said.roughly or not (person or said.unit(number.end)))
    soon = before in telling.soon_before or said.before(number.start, telling.almost)
    return alone or soon or bool(_soon(said, number.end))


def _soon(said: Utterance, at: int) -> str:
    """A time to come that follows a number, "in june" or "in two weeks"; empty where none does."""
    telling = said.telling
    for place in range(at, min(at + SOON_WORDS, len(said.words.surface))):
        word, number = said.word(place), said.at.get(place)
        if word in telling.soon_after:
            return "" if said.word(place + 1) in telling.gone_by else word
        if number and not said.unit(number.end):
            break
        if number and said.word(place - 1) in telling.to_come:
            return word
        if not word[0].isalnum() or word in telling.not_next or word in telling.clause_words:
            break
    return ""


def _subject(said: Utterance, number: Number, end: int, counted: bool) -> bool:
    """True for "aged four", "my son is about four" and those below, not for "it is about four"."""
    telling, start, before = said.telling, number.start, said.word(number.start - 1)
    lead = said.words.surface[max(0, start - 4) : start]
    named = not telling.be.isdisjoint(lead) and not telling.persons.isdisjoint(lead)
    named = named and (before in telling.be or before in telling.about)
    if before in telling.size_for and not telling.sized.isdisjoint(lead):
        return True  # "he's a big lad for four"
    if before in telling.be and said.word(start - 2) in telling.relative:
        return True  # "my client who's seventy nine"
    if before in telling.aged or (named and said.word(start - 2) not in telling.it):
        return True
    return _told_of_someone(said, number, end, counted)


def _told_of_someone(said: Utterance, number: Number, end: int, counted: bool) -> bool:
    """True for "mister ellis is eighty eight," and "he has three years", not for "it is ten"."""
    telling, start = said.telling, number.start
    before, follows = said.word(start - 1), said.word(end)
    if start < 2 or number.value % 1:
        return False
    closes = not follows or not follows[0].isalnum() or follows in telling.closing
    long = said.unit(number.end) == "year" and follows not in telling.of
    if before in telling.have and counted and (closes or long):
        return not telling.persons.isdisjoint(said.words.surface[max(0, start - 3) : start])
    if before in telling.of and said.base(start - 2) in telling.children:
        return True
    be = start - 1
    while said.word(be) in telling.about | telling.reached:
        be -= 1
    about_it = said.word(be - 1) in telling.things | telling.not_body or said.base(be - 1) in telling.rash
    return said.word(be) in telling.be and closes and be > 0 and not about_it


def _beside_child(said: Utterance, number: Number, end: int) -> bool:
    """True for the four of "my son, aged four", not for "my son, three days of it"."""
    telling, start = said.telling, number.start
    if said.unit(number.end) in UNIT_MONTHS and said.word(end) in telling.of_spots:
        return False
    for at in range(start - 1, max(-1, start - 4), -1):
        if said.base(at) in telling.children or at + 1 in said.people:
            return True
        if said.word(at) in telling.selves and not said.unit(number.end):
            return telling.not_body.isdisjoint(said.lead(at))  # "it cost me thirty nine"
        if said.word(at) not in telling.beside_child:
            return False
    return False
