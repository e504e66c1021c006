"""What the caller tells of himself and of the help he has called: "they are coming", "i'm on my own"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voice_triage.understanding.grammar import Grammar, Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.words import Words

REACH = 3
"""Words before a phrase in which an if or a not still takes it away."""


def told_in(grammar: Grammar, words: Words, spots: Sequence[Spot[Phrase]], text: str) -> tuple[str, ...]:
    """Return the circumstances the words tell, each once; of one that is also denied the denial counts."""
    rows, surface = grammar.files["circumstances"], words.surface
    nots = grammar.nots | {"not", "never"}
    told: dict[str, None] = {}
    for spot in spots:
        phrase = spot.payload
        if phrase.kind != "circumstance" or spot.doubtful:
            continue
        before = surface[max(0, spot.start - REACH) : spot.start]
        if phrase.name == "help_here" and "still" in surface[spot.start : spot.end]:
            continue  # the spots are
        if phrase.value == "whole" and not _whole(grammar, words, spot):
            continue
        if any(word in grammar.files["words"]["supposing"] for word in before):
            continue  # "until they are here", "if they are coming"
        spoken = rows[phrase.name].get("spoken")
        if spoken and not set(spoken) & set(re.findall(r"[a-z]+", text.lower())):
            continue
        denied = spot.negated or any(word in nots for word in before)
        name = rows[phrase.name].get("not") if denied else rows[phrase.name].get("is", phrase.name)
        if name:
            told[name] = None
    denials = [row["not"] for row in rows.values() if row.get("not") in told]
    kept = (name for name in told if rows.get(name, {}).get("not") not in denials)
    return tuple(kept)


def _whole(grammar: Grammar, words: Words, spot: Spot[Phrase]) -> bool:
    """True when only polite words stand around the phrase."""
    polite = grammar.files["words"]["polite"]
    around = (*words.surface[: spot.start], *words.surface[spot.end :])
    return all(word in polite or word == "stop" or not word[0].isalnum() for word in around)
