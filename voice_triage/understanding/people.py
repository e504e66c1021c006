"""Who it is about, and who only saw it or rang."""

from __future__ import annotations

from collections.abc import Sequence

from voice_triage.messages import Value
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.values import Told, longest
from voice_triage.understanding.words import Words

TELLING = frozenset(
    "says said say noticed notice notices saw sees spotted found told tells thinks thought reckons reckoned "
    "asked gave gives pointed mentioned wonders".split()
)
HELPING = frozenset(
    "see tell find get look say think do remember press wake hear calm reach hold read check rouse".split()
)
UNBORN = frozenset({"having", "expecting", "carrying"})
ONCE = frozenset({"once", "before", "last", "ago"})


def patients(words: Words, spots: Sequence[Spot[Phrase]], question: str) -> list[Told]:
    """Who it is about: self, child or other; strong where it is said outright."""
    out = []
    for s in (*longest(spots, "patient"), *longest(spots, "patient_word")):
        strong = s.payload.name == "patient"
        if not _aside(words, s) and (strong or question == "patient"):
            text = words.text(s.start, s.end)
            out.append(Told(s.start, s.end, Value("patient", "value", s.payload.value, text), strong))
    return out


def _aside(words: Words, spot: Spot[Phrase]) -> bool:
    """True for one who only saw, said or had it once: "my daughter noticed them"."""
    follows = words.surface[spot.end : spot.end + 6]
    if spot.payload.value == "self":
        # "i can't see them" is the helper's, "i can't breathe" the patient's
        return "can" in words.surface[spot.start : spot.end] and not HELPING.isdisjoint(follows[:1])
    if not UNBORN.isdisjoint(words.surface[max(0, spot.start - 1) : spot.end]):
        return True
    if not follows:
        return False
    if follows[0] == "had" and not ONCE.isdisjoint(follows):
        return True
    before = words.surface[: spot.start]
    mine = not {"i", "my", "mine"}.isdisjoint(words.surface[spot.end + 1 : spot.end + 8])
    mine = mine or "my" in before or ("i", "have") in zip(before, before[1:], strict=False)
    return follows[0] in TELLING and mine
