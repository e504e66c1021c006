"""Ages, in years or months."""

from __future__ import annotations

from collections.abc import Sequence

from voice_triage.messages import Value
from voice_triage.understanding.births import births
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.numbers import SOUND_ALIKE, Number, numbers
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.values import Told, and_a_half, corrects, longest, unit_of, vague
from voice_triage.understanding.words import Words

UNIT_MONTHS = {"day": 12 / 365.25, "week": 12 * 7 / 365.25, "month": 1.0, "fortnight": 12 * 14 / 365.25}
MAX_AGE_YEARS = 120


def ages(words: Words, spots: Sequence[Spot[Phrase]], question: str, taken: Sequence[Told]) -> list[Told]:
    """Ages in years or months."""
    born = births(words)
    if born is not None:
        return [
            Told(start, end, Value("age", "years", years, words.text(start, end)))
            for start, end, years in born
            if 0 <= years <= MAX_AGE_YEARS
        ]
    out: list[Told] = []
    said = numbers(words.surface)
    if question == "age":
        said = said + vague(words) or _sounded(words)
    for number in sorted(said, key=lambda n: n.start):
        if any(t.start <= number.start < t.end for t in taken) or _counts_on(words, number, bool(out)):
            continue
        if _comes(words, number):
            text = words.text(number.start, number.end)
            out.append(Told(number.start, number.end, Value("age", "years", number.value - 1, text), False))
            continue
        told = _age_of(words, number, question, corrects(words, number, out))
        if told:
            out.append(told)
    if not any(told.strong for told in out):
        out.extend(
            Told(s.start, s.end, _age_value(s.payload.value, words.text(s.start, s.end)), strong=not out)
            for s in longest(spots, "age")
            if s.payload.value[0] != "q" or question == "age"
        )
    return out


def _sounded(words: Words) -> list[Number]:
    """The three of "he is free": one such word, and beside it only who, is, about and the unit."""
    known = _IS | _SUBJECTS | _ABOUT | _CHILD | _AGED | _UNITS_SAID
    places = [at for at, word in enumerate(words.surface) if word in SOUND_ALIKE]
    if not places or any(
        word[0].isalnum() and word not in known and word not in SOUND_ALIKE for word in words.surface
    ):
        return []
    return [Number(places[-1], places[-1] + 1, SOUND_ALIKE[words.surface[places[-1]]])]


def _age_value(value: str, text: str) -> Value:
    """The value of a phrase such as newborn, written "0 months" in values.yaml."""
    amount, unit = value.removeprefix("q ").split()
    return Value("age", unit, float(amount), text)


def _age_of(words: Words, number: Number, question: str, correcting: bool) -> Told | None:
    """The age a number says, by the words around it."""
    surface, end, amount = words.surface, number.end, number.value
    unit = unit_of(words, end)
    counted = unit in UNIT_MONTHS or unit == "year"
    of_years = unit == "month" and surface[max(0, number.start - 2) : number.start] == ("years", "and")
    if of_years or surface[end : end + 1] == ("next",):
        return None  # "he'll be one next week", the months of "two years and four months"
    if counted:
        amount, end = and_a_half(words, amount, end + 1)
    follows = surface[end] if end < len(surface) else ""
    old = follows == "old" or (follows == "of" and surface[end : end + 2] == ("of", "age"))
    before = surface[number.start - 1] if number.start else ""
    lead = set(surface[max(0, number.start - 4) : number.start])
    named = surface[number.start - 2 : number.start - 1] != ("it",)
    subject = before in _AGED or (
        bool(lead & _IS) and bool(lead & _SUBJECTS) and before in _IS | _ABOUT and named
    )
    subject = subject or _told_of_someone(words, number, end, counted)
    child = any(
        word in _CHILD and all(w in _BESIDE_CHILD for w in surface[number.start - back + 1 : number.start])
        for back, word in ((b, words.lemma[number.start - b]) for b in range(1, min(4, number.start + 1)))
    )
    if not counted and not old and _plural(follows):
        return None
    if unit in ("degree", "point", "hour", "minute", "percent", "oclock") or not 0 <= amount <= MAX_AGE_YEARS:
        return None
    if surface[number.start - 1 : number.start] == ("born",) and counted and follows == "ago":
        subject, follows, end = True, "", end + 1
    if counted and unit != "year" and not (old or subject or question == "age" or correcting or child):
        return None
    if not (old or subject or child or correcting or question == "age") or surface[end : end + 1] == ("ago",):
        return None
    if number.tail is not None and not (old or question == "age"):
        return None
    text, strong = words.text(number.start, end), old or subject or child or correcting
    if unit in UNIT_MONTHS:
        months = amount * UNIT_MONTHS[unit]
        months = (
            months if unit == "month" else float(int(months))
        )  # whole months, rounded down: the safe side
        return Told(number.start, end, Value("age", "months", months, text), strong)
    if counted and amount < 2 and (more := _months_after(words, end)):
        months, end = 12 * amount + more, end + 3
        return Told(number.start, end, Value("age", "months", months, words.text(number.start, end)), strong)
    return Told(number.start, end, Value("age", "years", amount, text), strong)


def _months_after(words: Words, at: int) -> float:
    """The months of "one year and three months", or 0."""
    following = numbers(words.surface[at : at + 3])
    told = words.surface[at : at + 1] == ("and",) and following and following[0].start == 1
    return following[0].value if told and unit_of(words, at + 2) == "month" else 0.0


def _counts_on(words: Words, number: Number, told: bool) -> bool:
    """True for a number that is no age yet, or none at all: "going on five", "nearly four", "the one"."""
    before, after = words.surface[max(0, number.start - 2) : number.start], words.surface[number.end :]
    if before == ("going", "on") or (number.value == 1 and before[-1:] in _POINTING) or after[:1] == ("of",):
        return after[:2] != ("of", "age")
    return told and (bool(_SOON_BEFORE & set(before[-1:])) or bool(_SOON_AFTER & set(after[:2])))


def _comes(words: Words, number: Number) -> bool:
    """True for "i'll be five in june"."""
    before, after = words.surface[max(0, number.start - 1) : number.start], words.surface[number.end :]
    return before in (("be",), ("turning",)) and bool(_SOON_AFTER & set(after[:2])) and number.value > 1


def _told_of_someone(words: Words, number: Number, end: int, counted: bool) -> bool:
    """True for "mister ellis is eighty eight," and "he has three years", not for "it is ten"."""
    surface, start = words.surface, number.start
    if start < 2 or number.value % 1:
        return False
    if surface[start - 1] in ("has", "having") and counted and surface[end : end + 1] != ("of",):
        return bool(_SUBJECTS & set(surface[max(0, start - 3) : start]))
    if surface[start - 1] == "of" and words.lemma[start - 2] in _CHILD:
        return True
    closes = end >= len(surface) or not surface[end][0].isalnum() or surface[end] in _CLOSING
    return surface[start - 1] in _IS and closes and surface[start - 2] not in _THINGS


def _plural(word: str) -> bool:
    """True for a word that a number counts: two spots."""
    return (
        len(word) > 3
        and word.endswith("s")
        and not word.endswith("ss")
        and word not in ("yes", "this", "thats", "years", "thanks", "whats", "plus")
    )


_IS = frozenset({"is", "'s", "am", "was", "are", "be", "turned", "being"})
_AGED = frozenset({"aged", "age", "turned", "turning"})
_ABOUT = frozenset(
    "a about nearly almost just only around roughly now like well actually maybe approximately".split()
)
_SUBJECTS = frozenset(
    "he she i they son daughter baby boy girl child kid husband wife mum dad lad grandson "
    "granddaughter toddler mother father nan gran granny grandma grandad grandpa partner nephew niece "
    "twins twin".split()
)
_CHILD = frozenset("son daughter baby boy girl child kid lad grandson granddaughter husband wife".split())
_BESIDE_CHILD = frozenset(", he she is 's po aged about boy girl baby".split())
_CLOSING = frozenset("and but now so he she i with next today because though".split())
_THINGS = frozenset(
    "it that this there which what time temperature temp temps reading pulse rate number fever heart "
    "thermometer one they these those brother sister must will would could may might".split()
)
_POINTING = (("the",), ("this",), ("that",), ("my",), ("which",), ("older",), ("other",), ("had",))
_SOON_BEFORE = frozenset("nearly almost turning be becoming soon".split())
_SOON_AFTER = frozenset(
    "next soon tomorrow january february march april may june july august september october november "
    "december monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter".split()
)
_UNITS_SAID = frozenset(
    "years year old months month weeks week days day my our yes of age now oh sorry so well".split()
)
