"""Which numbers of an utterance may be ages."""

from __future__ import annotations

from dataclasses import replace

from voice_triage.understanding.numbers import UNIT_HOURS, Number
from voice_triage.understanding.values import Utterance, smaller


def found(said: Utterance) -> list[Number]:
    """The numbers that may be ages, in order."""
    if said.question != "age":
        return [number for number in said.at.values() if number in said.exactly or _of_someone(said, number)]
    numbers = list(said.at.values()) or _sounded(said)
    return [_paused(said, number) for number in numbers]


def _of_someone(said: Utterance, number: Number) -> bool:
    """True for the rough number of "she's a year old" and of "he's a year and two months"."""
    end = number.end + 1
    more = said.unit(number.end) == "year" and smaller(said, end, UNIT_HOURS["year"])[1] > 0
    person = not said.telling.persons.isdisjoint(said.lead(number.start))
    return person and (more or said.word(end) in said.telling.old)


def _paused(said: Utterance, number: Number) -> Number:
    """The number up to its unit where a pause comes between: "seven, weeks"."""
    at = number.end
    apart = bool(said.word(at)) and not said.word(at)[0].isalnum()
    later = apart and said.unit(at + 1) and said.word(at + 1) != said.base(at + 1)
    return replace(number, end=at + 1) if later and said.word(at + 2) not in said.telling.of_spots else number


def _sounded(said: Utterance) -> list[Number]:
    """The three of "he is free": one such word, and beside it only who, is, about and the unit."""
    telling, alike = said.telling, said.numerals.sound_alike
    known = telling.be | telling.persons | telling.about | telling.children | telling.aged
    known |= telling.beside_sound | alike.keys()
    places = [at for at, word in enumerate(said.words.surface) if word in alike]
    old = [at for at in places if said.unit(at + 1) and said.word(at + 2) in telling.old]
    if old:
        return [Number(old[-1], old[-1] + 1, alike[said.word(old[-1])])]  # "sick months old and teething"
    if not places or any(word[0].isalnum() and word not in known for word in said.words.surface):
        return []
    return [Number(places[-1], places[-1] + 1, alike[said.words.surface[places[-1]]])]
