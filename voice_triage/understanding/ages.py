"""Ages, in years or months."""

from __future__ import annotations

from collections.abc import Sequence

from voice_triage.messages import Value
from voice_triage.understanding.births import births
from voice_triage.understanding.numbers import Number
from voice_triage.understanding.values import Told, Utterance, and_a_half, corrects, longest, vague
from voice_triage.understanding.whose_age import of_patient, once_was

UNIT_MONTHS = {"day": 12 / 365.25, "week": 12 * 7 / 365.25, "month": 1.0, "two_weeks": 12 * 14 / 365.25}
MAX_AGE_YEARS = 120


def ages(said: Utterance, taken: Sequence[Told]) -> list[Told]:
    """The patient's age in years or months, once at most; none where it cannot be told from another's."""
    return of_patient(said, _all(said, taken))


def _all(said: Utterance, taken: Sequence[Told]) -> list[Told]:
    """Ages of everybody, in years or months."""
    words = said.words
    born = births(said)
    if born is not None:
        return [
            Told(start, end, Value("age", "years", years, words.text(start, end)))
            for start, end, years in born
            if 0 <= years <= MAX_AGE_YEARS
        ]
    out: list[Told] = []
    found = said.numbers
    if said.question == "age":
        found = found + vague(said) or _sounded(said)
    for number in sorted(found, key=lambda n: n.start):
        if once_was(said, number):
            continue
        if any(t.start <= number.start < t.end for t in taken) or _counts_on(said, number, bool(out)):
            continue
        if _comes(said, number):
            text = words.text(number.start, number.end)
            out.append(Told(number.start, number.end, Value("age", "years", number.value - 1, text), False))
            continue
        told = _age_of(said, number, corrects(said, number, out))
        if told:
            out.append(told)
    if not any(told.strong for told in out):
        out += [
            Told(s.start, s.end, _age_value(s.payload.value, words.text(s.start, s.end)), strong=not out)
            for s in longest(said.spots, "age")
            if s.payload.value[0] != "q" or (said.question == "age" and not out)
        ]
    return out


def _sounded(said: Utterance) -> list[Number]:
    """The three of "he is free": one such word, and beside it only who, is, about and the unit."""
    telling, alike = said.telling, said.numerals.sound_alike
    known = telling.be | telling.persons | telling.about | telling.children | telling.aged
    known |= telling.beside_sound | alike.keys()
    places = [at for at, word in enumerate(said.words.surface) if word in alike]
    if not places or any(word[0].isalnum() and word not in known for word in said.words.surface):
        return []
    return [Number(places[-1], places[-1] + 1, alike[said.words.surface[places[-1]]])]


def _age_value(value: str, text: str) -> Value:
    """The value of a phrase such as newborn, written "0 months" in values.yaml."""
    amount, unit = value.removeprefix("q ").split()
    return Value("age", unit, float(amount), text)


def _age_of(said: Utterance, number: Number, correcting: bool) -> Told | None:
    """The age a number says, by the words around it."""
    telling, start, end, amount = said.telling, number.start, number.end, number.value
    unit = said.unit(end)
    counted = unit in UNIT_MONTHS or unit == "year"
    of_years = unit == "month" and said.before(start, telling.years_and)
    if of_years or said.word(end) in telling.next:
        return None  # "he'll be one next week", the months of "two years and four months"
    if unit in ("hour", "minute") or said.base(end) in telling.not_ages:
        return None
    if not telling.measures.isdisjoint((said.base(start - 1), said.base(end))):
        return None
    if counted:
        amount, end = and_a_half(said, amount, end + 1)
    old = said.word(end) in telling.old or said.length(end, telling.of_age) > 0
    if not 0 <= amount <= MAX_AGE_YEARS or (not counted and not old and _plural(said, end)):
        return None
    strong = old or correcting or _subject(said, number, end, counted) or _beside_child(said, start)
    if counted and said.word(start - 1) in telling.born and said.word(end) in telling.ago:
        strong, end = True, end + 1
    asked = said.question == "age"
    if not (strong or asked) or said.word(end) in telling.ago:
        return None
    if number.tail is not None and not (old or asked):
        return None
    return _told(said, number, amount, end, strong)


def _told(said: Utterance, number: Number, amount: float, end: int, strong: bool) -> Told:
    """The age told from the number to end, in months where they were counted in less than years."""
    unit, scale = said.unit(number.end), "years"
    if unit in UNIT_MONTHS:
        amount, scale = amount * UNIT_MONTHS[unit], "months"
        if unit != "month":
            amount = float(int(amount))  # whole months, rounded down: the safe side
    elif unit == "year" and amount < 2 and (more := _months_after(said, end)):
        amount, scale, end = 12 * amount + more, "months", end + 3
    return Told(number.start, end, Value("age", scale, amount, said.words.text(number.start, end)), strong)


def _months_after(said: Utterance, at: int) -> float:
    """The months of "one year and three months", or 0."""
    following = said.numerals.find(said.words.surface[at : at + 3])
    told = said.word(at) in said.numerals.joins and following and following[0].start == 1
    return following[0].value if told and said.unit(at + 2) == "month" else 0.0


def _counts_on(said: Utterance, number: Number, told: bool) -> bool:
    """True for a number that is no age yet, or none at all: "going on five", "nearly four", "the one"."""
    telling, before = said.telling, said.word(number.start - 1)
    pointed = number.value == 1 and before in telling.pointing
    if said.before(number.start, telling.going_on) or pointed or said.word(number.end) in telling.of:
        return not said.length(number.end, telling.of_age)
    return told and (before in telling.soon_before or _soon(said, number))


def _soon(said: Utterance, number: Number) -> bool:
    """True where a time to come follows the number."""
    return not said.telling.soon_after.isdisjoint(said.words.surface[number.end : number.end + 2])


def _comes(said: Utterance, number: Number) -> bool:
    """True for "i'll be five in june"."""
    return said.word(number.start - 1) in said.telling.will_be and _soon(said, number) and number.value > 1


def _subject(said: Utterance, number: Number, end: int, counted: bool) -> bool:
    """True for "aged four", "my son is about four" and those below, not for "it is about four"."""
    telling, start, before = said.telling, number.start, said.word(number.start - 1)
    lead = said.words.surface[max(0, start - 4) : start]
    named = not telling.be.isdisjoint(lead) and not telling.persons.isdisjoint(lead)
    named = named and (before in telling.be or before in telling.about)
    if before in telling.aged or (named and said.word(start - 2) not in telling.it):
        return True
    return _told_of_someone(said, number, end, counted)


def _told_of_someone(said: Utterance, number: Number, end: int, counted: bool) -> bool:
    """True for "mister ellis is eighty eight," and "he has three years", not for "it is ten"."""
    telling, start = said.telling, number.start
    before, follows = said.word(start - 1), said.word(end)
    if start < 2 or number.value % 1:
        return False
    if before in telling.have and counted and follows not in telling.of:
        return not telling.persons.isdisjoint(said.words.surface[max(0, start - 3) : start])
    if before in telling.of and said.base(start - 2) in telling.children:
        return True
    closes = not follows or not follows[0].isalnum() or follows in telling.closing
    return before in telling.be and closes and said.word(start - 2) not in telling.things


def _beside_child(said: Utterance, start: int) -> bool:
    """True for the four of "my son, aged four"."""
    telling = said.telling
    for at in range(start - 1, max(-1, start - 4), -1):
        if said.base(at) in telling.children:
            return True
        if said.word(at) not in telling.beside_child:
            return False
    return False


def _plural(said: Utterance, at: int) -> bool:
    """True for a word that a number counts: two spots."""
    word, telling = said.word(at), said.telling
    return (
        len(word) > 3
        and word.endswith(tuple(telling.plural_endings))
        and not word.endswith(tuple(telling.singular_endings))
        and word not in telling.no_plurals
    )
