"""A red flag said of one person and nothing beside it: "my sister can't breathe"."""

from __future__ import annotations

from collections.abc import Sequence

from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.spotter import Spot

PERSONS = ("patient", "patient_word")


def plain(context: Context, spots: Sequence[Spot[Phrase]], said: Sequence[Said]) -> frozenset[str]:
    """The red flags, there by the rules, whose clause holds only them and the only person who is named.

    The network knows many tales of other people, in which the likes of these are nothing: whoever is named
    alone, and has it now, is the patient.
    """
    grammar, surface = context.grammar, context.words.surface
    people = [spot for spot in spots if spot.payload.name in PERSONS]
    named = {at for spot in people for at in range(spot.start, spot.end)}
    rows = grammar.files["words"]
    idle = {*rows["polite"], *rows["nominative"], *grammar.lexicon.skippable}
    out = set()
    for one in said:
        if one.status != "present" or one.concept not in grammar.red_flags - set(grammar.opposites):
            continue  # of fading the spots are the subject, and nobody who is named
        clause = range(context.wall_before(one.start), context.wall_after(one.end))
        rest = [at for at in clause if not one.start <= at < one.end and surface[at][0].isalnum()]
        alone = all(spot.start in clause for spot in people)
        if people and alone and all(at in named or surface[at] in idle for at in rest):
            out.add(one.concept)
    return frozenset(out)
