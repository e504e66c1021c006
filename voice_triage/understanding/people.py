"""Who it is about, and who only saw it or rang."""

from __future__ import annotations

from voice_triage.messages import Value
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.values import Told, Utterance, longest


def patients(said: Utterance) -> list[Told]:
    """Who it is about: self, child or other; strong where it is said outright."""
    out = []
    for s in (*longest(said.spots, "patient"), *longest(said.spots, "patient_word")):
        strong = s.payload.name == "patient"
        if not _aside(said, s) and (strong or said.question == "patient"):
            text = said.words.text(s.start, s.end)
            out.append(Told(s.start, s.end, Value("patient", "value", s.payload.value, text), strong))
    return out


def _aside(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for one who only saw, said or had it once: "my daughter noticed them"."""
    surface, telling = said.words.surface, said.telling
    follows = surface[spot.end : spot.end + 6]
    if spot.payload.value == "self":
        # "i can't see them" is the helper's, "i can't breathe" the patient's
        able = not telling.can.isdisjoint(surface[spot.start : spot.end])
        return able and said.word(spot.end) in telling.helping
    if not telling.unborn.isdisjoint(surface[max(0, spot.start - 1) : spot.end]):
        return True
    if not follows:
        return False
    if follows[0] in telling.had and not telling.once.isdisjoint(follows):
        return True
    mine = not telling.mine.isdisjoint(surface[spot.end + 1 : spot.end + 8])
    mine = mine or not telling.my.isdisjoint(surface[: spot.start])
    mine = mine or any(said.before(at, telling.i_have) for at in range(spot.start + 1))
    return mine and follows[0] in telling.reporting
