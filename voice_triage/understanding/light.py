"""Words of an utterance that tell no more than a time, a place of the body, or who it is about."""

from __future__ import annotations

from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.values import Utterance

PATIENT_WORDS = 4
"""Words of a "my little boy" at most; a longer phrase may have anything inside."""


def light(grammar: Grammar, said: Utterance) -> set[int]:
    """Places of words that tell a time, a number, a place of the body, or who it is about."""
    places = {at for at in range(len(said.words.surface)) if said.unit(at)}
    for number in (*said.numbers, *said.rough):
        places.update(range(number.start, number.end))
    for at in range(len(said.words.surface)):
        places.update(range(at, at + said.length(at, said.telling.half_more)))
    for spot in said.spots:
        phrase = spot.payload
        time = phrase.kind == "value" and phrase.name in ("duration", "about", "age")
        who = phrase.kind == "value" and phrase.name.startswith("patient")
        place = (
            phrase.kind == "sign" and phrase.question in ("", said.question) and phrase.name in grammar.places
        )
        if time or phrase.kind == "answer" or ((who or place) and short(spot)):
            places.update(range(spot.start, spot.end))
    return places


def short(spot: Spot[Phrase]) -> bool:
    """True for "my little boy"; a longer phrase may have anything inside."""
    return spot.end - spot.start <= PATIENT_WORDS


def signs(said: Utterance) -> list[Spot[Phrase]]:
    """The phrases of signs, without those that mean something only after another question."""
    here = ("", said.question)
    return [s for s in said.spots if s.payload.kind == "sign" and s.payload.question in here]
