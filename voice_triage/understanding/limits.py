"""Fading that is not of all, or not quite: "most of them go", "all fade but two", "they fade a bit"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from voice_triage.messages import Status
from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.grammar import Phrase
from voice_triage.understanding.replies import Found
from voice_triage.understanding.spotter import Spot

NEAR = 4
"""Words between a fading and the most of it, where the glass test was not asked about."""
CLAUSE = 4
"""Words of an answer's own that say more than a word: "can do it but he cries"."""
PHRASE = 3
"""Words that say a sign so plainly that no network denies it: of "fits" it knows when nobody has any."""
CORRECTION = 7
"""Words of a correction at most: what says more explains more."""
LIMITS: Mapping[str, Status] = {"partly": "unsure", "exception": "present", "remains": "present"}
"""What the sign opposite to fading is where not all of it fades: of the last two it was said outright."""


def kept(context: Context, asks: Sequence[str], rules: Sequence[Said], both: Sequence[Said]) -> list[Said]:
    """The signs weighed; the network neither doubts "hot, no thermometer" nor denies an outright answer.

    Nor does it deny what was said plainly: "is she alert? no".
    """
    unmeasured = context.has("unmeasured", 0, len(context.words.surface))
    # Beside a no of its own the network takes "no, his head is under the pillow" for a denial, and so
    # it does with a whole clause, "can do it but he cries", not only a word.
    own = [s for s in context.signs if s.payload.question]
    outright = {s.payload.name for s in own if context.lone_nos or s.end - s.start >= CLAUSE}
    present = [s for s in rules if s.status == "present" and s.concept in asks]
    plain = [s for s in rules if s.status == "present" and (s.told or (s.sure and s.end - s.start >= PHRASE))]
    plainly = {s.concept: s for s in plain}
    told = {s.concept: replace(s, sure=True) for s in present} | plainly
    # The network hears a fading in any chatter: alone it says nothing good of what may be a red flag.
    known = {s.concept for s in rules}
    if not known & set(asks):
        pairs = [pair for pair in context.grammar.opposites.items() if pair[0] in context.grammar.red_flags]
        good = {(other, "present") for _, other in pairs} | {(flag, "absent") for flag, _ in pairs}
        both = [s for s in both if s.concept not in asks or (s.concept, s.status) not in good]
    corrected = _corrected(context, rules)
    out = []
    for one in both:
        overruled = (one.status == "unsure" and unmeasured) or (
            one.status == "absent"
            and (one.concept in plainly or one.concept in outright & context.grammar.red_flags)
        )
        told_so = corrected if one.status == "absent" and one.concept in corrected else told
        out.append(told_so.get(one.concept, one) if overruled or told_so is corrected else one)
    hidden = {name for cue in context.cues if cue.payload.name == "masked" for name in cue.payload.of}
    known = {s.concept for s in out if s.status == "present"}
    masked = [Said(0, 0, name, "unsure", sure=True) for name in hidden - known if name in asks]
    return [s for s in out if s.concept not in {m.concept for m in masked}] + masked


def _corrected(context: Context, rules: Sequence[Said]) -> dict[str, Said]:
    """The signs of a clause after a no that answers: "no, she's drowsy" says it, and no network denies it."""
    surface = context.words.surface
    if surface[0] != "no":
        return {}
    nots = {*context.grammar.nots, "no"}
    if len(surface) > CORRECTION or any(word in nots for word in surface[1:]):
        return {}  # what denies twice or says more explains: "no, no fits, it was the telly"
    # "No light hurts him" is one sign: nobody denies a light. In "no light is fine" the no turns a sign.
    present = [s for s in rules if s.status == "present" and (context.lone_nos or s.start == 0)]
    return {s.concept: replace(s, sure=True) for s in present}


def limited(
    context: Context, row: Mapping[str, Any], said: Sequence[Said], found: Sequence[Found]
) -> list[Said]:
    """The signs, none of them fading where only some of it fades; ``row``: the question, or empty."""
    grammar, out = context.grammar, list(said)
    explicit = found[-1][2] if found else None
    for concept, other in grammar.opposites.items():
        if concept not in grammar.red_flags:
            continue
        good = next((s for s in out if s.concept == other and s.status == "present"), None)
        bad = next((s for s in out if s.concept == concept and s.status != "absent"), None)
        about = other in row.get("asks", ())
        if bad and bad.status == "present" or not (good or about):
            continue
        status = _outright(context, good, found) if about else None
        if status:
            out = [s for s in out if s.concept not in (concept, other)]
            out.append(Said(0, len(context.words.surface), concept, status, sure=True))
            continue
        at = range(good.start - NEAR, good.end + NEAR) if good and not about else None
        cues = [
            cue
            for cue in context.cues
            if cue.payload.name in LIMITS
            and (cue.payload.name != "partly" or explicit != "no")
            and (at is None or cue.start in at or cue.end - 1 in at)
        ]
        cues = [cue for cue in cues if not any(_inside(cue, other) for other in cues)]
        begins = about and any(c.payload.name == "remains" and context.begins(c.start) for c in cues)
        if not cues or not (good or explicit or begins or _nothing_else(context, cues)):
            continue
        cue = next((c for c in cues if c.payload.name != "partly"), cues[0])
        status = LIMITS[cue.payload.name]
        if status == "unsure" and about and (_stays(context) or _says_no(context, cue)):
            status = "present"  # "not completely", "no, only slightly", "still there, a bit lighter"
        out = [s for s in out if s.concept not in (concept, other)]
        out.append(Said(cue.start, cue.end, concept, status, sure=True))
    return out


def _outright(context: Context, good: Said | None, found: Sequence[Found]) -> Status | None:
    """What is said of the spots beside a fading: a yes and a no of two places, a doubt, that they stay."""
    answers = {answer for *_, answer in found}
    places = {s.payload.name for s in context.signs if s.payload.name in context.grammar.places}
    if {"yes", "no"} <= answers and len(places) > 1:
        return "present"  # "on the legs no, on the arms yes"
    start, end, last = found[-1] if found else (0, 0, None)
    if (good or last == "yes") and _stays(context) and _weaker(context):
        return "present"  # "they stay, only lighter"
    if good and last == "unsure" and start >= good.end and not context.has("partly", start, end):
        return "unsure"  # "they fade, but the light is terrible"
    return None


def _stays(context: Context) -> bool:
    """True for "they're still there but lighter", not for "they don't stay"."""
    surface, nots = context.words.surface, context.grammar.nots
    for phrase in context.grammar.sets["staying"]:
        words = tuple(phrase.split())
        for at in range(len(surface) - len(words) + 1):
            if surface[at : at + len(words)] == words and nots.isdisjoint(surface[max(0, at - 2) : at]):
                return True
    return False


def _weaker(context: Context) -> bool:
    """True for "lighter", which is no fading where they stay."""
    return not set(context.grammar.sets["weaker"]).isdisjoint(context.words.surface)


def _says_no(context: Context, cue: Spot[Phrase]) -> bool:
    """True for "no, only slightly" and "not completely", not for "they don't not fade, they sort of"."""
    surface, nots = context.words.surface, context.grammar.nots | {"no"}
    return surface[0] in nots or not nots.isdisjoint(surface[max(0, cue.start - 1) : cue.end])


def _inside(cue: Spot[Phrase], other: Spot[Phrase]) -> bool:
    """True for the "not all" of "not all the way": the longer one is meant."""
    return cue.start < other.end and other.start < cue.end and other.end - other.start > cue.end - cue.start


def _nothing_else(context: Context, cues: Sequence[Spot[Phrase]]) -> bool:
    """True when the cues are all that was said: "mostly", "all but one"."""
    told = {at for cue in cues for at in range(cue.start, cue.end)}
    idle = {*context.grammar.sets["polite"], *context.grammar.sets["clause_pronouns"]}
    return all(
        at in told or not word[0].isalnum() or word in idle for at, word in enumerate(context.words.surface)
    )
