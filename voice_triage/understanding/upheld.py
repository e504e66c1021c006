"""What the network may not overrule: what was said outright, plainly, or to correct a read-back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from voice_triage.understanding import weighing
from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.network import Network, Reading

CLAUSE = 4
"""Words of an answer's own that say more than a word: "can do it but he cries"."""
PHRASE = 3
"""Words that say a sign so plainly that no network denies it: of "fits" it knows when nobody has any."""
MANY = 3
"""Places of the body of which each counts: no figure of speech names as many."""
CORRECTION = 7
"""Words of a correction at most: what says more explains more."""


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
    sure = weighing.denied(reading, network)
    return _masked(context, _upheld(context, rules.said, both, sure))


def _upheld(
    context: Context, rules: Sequence[Said], both: Sequence[Said], sure: Collection[str]
) -> list[Said]:
    """The signs weighed, without the network's doubt of "hot, no thermometer" and its no to "alert? no".

    ``sure``: signs of whose denial it is too sure: "no, he's been on his xbox in the dark".
    """
    # Beside a no of its own the network takes "no, his head is under the pillow" for a denial, and so
    # it does with a whole clause, "can do it but he cries", not only a word.
    own = (s for s in context.signs if s.payload.question)
    outright = {s.payload.name for s in own if context.lone_nos or s.end - s.start >= CLAUSE}
    present = [s for s in rules if s.status == "present"]
    plainly = {s.concept: s for s in present if s.told or (s.sure and s.end - s.start >= PHRASE)}
    asked = (s for s in present if s.concept in context.asked.get("asks", ()))
    told = {s.concept: replace(s, sure=True) for s in asked} | plainly
    undeniable = plainly.keys() | (outright & context.grammar.red_flags).difference(sure)
    corrected = _corrected(context, present)
    unmeasured = context.has("unmeasured", 0, len(context.words.surface))
    out = []
    for one in both:
        denied = one.status == "absent"
        if denied and one.concept in corrected:
            out.append(corrected[one.concept])
        elif (denied and one.concept in undeniable) or (one.status == "unsure" and unmeasured):
            out.append(told.get(one.concept, one))
        else:
            out.append(one)
    return out


def _masked(context: Context, said: Sequence[Said]) -> list[Said]:
    """The signs, unsure of one that was asked about and may be hidden: a fever under paracetamol."""
    hidden = {name for cue in context.cues if cue.payload.name == "masked" for name in cue.payload.of}
    hidden &= set(context.asked.get("asks", ())) - {s.concept for s in said if s.status == "present"}
    doubts = [Said(0, 0, name, "unsure", sure=True) for name in hidden]
    return [s for s in said if s.concept not in hidden] + doubts


def _corrected(context: Context, present: Sequence[Said]) -> dict[str, Said]:
    """The signs of a clause after a no that answers: "no, she's drowsy" says it, and no network denies it."""
    surface = context.words.surface
    if surface[0] != "no" or len(surface) > CORRECTION:
        return {}
    if not context.grammar.nots.union(("no",)).isdisjoint(surface[1:]):
        return {}  # what denies twice or says more explains: "no, no fits, it was the telly"
    # "No light hurts him" is one sign: nobody denies a light. In "no light is fine" the no turns a sign.
    return {s.concept: replace(s, sure=True) for s in present if context.lone_nos or s.start == 0}
