"""The signs that rules and network together make likeliest, but for what only words may say."""

from __future__ import annotations

from collections.abc import Sequence

from voice_triage.understanding import strengths, weighing
from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.network import Network, Reading
from voice_triage.understanding.replies import Found, bare_signs
from voice_triage.understanding.spotter import covered

MANY = 3
"""Places of the body of which each counts: no figure of speech names as many."""


def by_rules(context: Context, said: Sequence[Said], found: Sequence[Found]) -> weighing.ByRules:
    """What the rules made of the utterance, for the weighing."""
    surface, sets = context.words.surface, context.grammar.sets
    named = {s.payload.name for s in context.spots if s.payload.kind == "sign"}
    signs = [one for one in said if one.status == "present" and one.concept not in context.grammar.places]
    there = covered(signs)
    apart = sum(one.end - one.start for one in signs) == len(there)  # not the stiffness of a stiff knee
    light = sets.any_of("beside_named", "beside_plain")
    return weighing.ByRules(
        said,
        len(surface),
        frozenset(named - {s.concept for s in said}),
        context.explained(),
        bare_signs(context.asked) if found or context.idle else frozenset(),
        nothing_else=len(surface) > 1
        and apart
        and all(at in there or w in light for at, w in enumerate(surface)),
    )


def weighed(context: Context, rules: weighing.ByRules, reading: Reading, network: Network) -> list[Said]:
    """The signs as rules and network together make likeliest, but for what must stand as it was said."""
    grammar, asks = context.grammar, context.asked.get("asks", ())
    both = weighing.signs(rules, reading, network, grammar, context.asked)
    if context.asked.get("clear_no"):  # what the network alone denies takes nothing back: "no, the lips"
        said = {s.concept for s in rules.said if s.status == "absent"} | rules.aside | grammar.places
        both = [s for s in both if s.status != "absent" or s.concept in said]
    if {s.concept for s in rules.said}.isdisjoint(asks):
        # The network hears a fading in any chatter: alone it says nothing good of what may be a red flag.
        pairs = [pair for pair in grammar.opposites.items() if pair[0] in grammar.red_flags]
        good = {(other, "present") for _, other in pairs} | {(flag, "absent") for flag, _ in pairs}
        both = [s for s in both if s.concept not in asks or (s.concept, s.status) not in good]
    places, known = [s for s in rules.said if s.concept in grammar.places], {s.concept for s in both}
    # Asked where, nobody speaks of an arm and a leg that it costs, nor ever of so many.
    if context.question == "location" or len(places) >= MANY:
        both += [s for s in places if s.concept not in known]
    return _masked(context, both)


def _masked(context: Context, said: Sequence[Said]) -> list[Said]:
    """The signs, unsure of one that was asked about and may be hidden: a fever under paracetamol.

    One that was not asked about is not denied then.
    """
    hidden = {name for cue in context.cues if cue.payload.name == "masked" for name in cue.payload.of}
    hidden -= {s.concept for s in said if s.status == "present"}
    asked = hidden & set(context.asked.get("asks", ()))
    doubts = [Said(0, 0, name, "unsure", sure=True, told=True) for name in asked]
    return [s for s in said if s.concept not in hidden] + doubts


def has_say(asks: Sequence[Said], reading: Reading) -> bool:
    """Whether the network has a say in the answer beside what the rules read of the signs asked about."""
    surely = bool(asks) and all(s.told or s.sure for s in asks)
    outright = surely and all(s.told for s in asks)
    return not outright and (not surely or float(reading.answer[1:].max()) >= strengths.SURE_ANSWER)


def without_parts(grammar: Grammar, said: Sequence[Said], asked: str) -> list[Said]:
    """The signs without the places that are only part of one: a stiff neck is no rash on the neck."""
    places, skin = grammar.places, grammar.skin
    signs = [s for s in said if s.concept not in places and s.concept not in skin]
    return [
        s
        for s in said
        if s.concept not in places
        or asked == "location"
        or (s.status == "absent" and s.sure)  # "her legs are fine" says it of pain and of spots
        or not any(sign.start <= s.start and s.end <= sign.end for sign in signs)
    ]
