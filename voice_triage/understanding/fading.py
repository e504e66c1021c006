"""Fading that is not of all, or not quite: "most of them go", "all fade but two", "they fade a bit"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voice_triage.messages import Status
from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.replies import Found
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, covered
from voice_triage.understanding.sweep import Near

NEAR = 4
"""Words between a fading and the most of it, where the glass test was not asked about."""
LIMITS: Mapping[str, Status] = {"partly": "unsure", "exception": "present", "remains": "present"}
"""What the sign opposite to fading is where not all of it fades: of the last two it was said outright."""


def partly(context: Context, said: Sequence[Said], found: Sequence[Found]) -> list[Said]:
    """The signs, none of them fading where only some of it fades."""
    grammar, out = context.grammar, list(said)
    explicit = found[-1][2] if found else None
    for concept, other in grammar.opposites.items():
        if concept not in grammar.red_flags:
            continue
        good = next((s for s in out if s.concept == other and s.status == "present"), None)
        bad = next((s for s in out if s.concept == concept and s.status != "absent"), None)
        about = other in context.asked.get("asks", ())
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
            and not (cue.payload.name == "remains" and context.has("fix", cue.start - 1, cue.start))
        ]
        near = Near(cues)
        cues = [c for c in cues if not any(_inside(c, other) for other in near.meeting(c.start, c.end))]
        begins = about and any(c.payload.name == "remains" and context.begins(c.start) for c in cues)
        if not cues or not (good or explicit or begins or _nothing_else(context, cues)):
            continue
        cue = next((c for c in cues if c.payload.name != "partly"), cues[0])
        status = LIMITS[cue.payload.name]
        if status == "unsure" and about and _says_no(context, cue):
            status = "present"  # "not completely", "no, only slightly"
        out = [s for s in out if s.concept not in (concept, other)]
        out.append(Said(cue.start, cue.end, concept, status, sure=True))
    return out


def _outright(context: Context, good: Said | None, found: Sequence[Found]) -> Status | None:
    """What is said of the spots beside a fading: a yes and a no of two places, or a doubt."""
    answers = {answer for *_, answer in found}
    places = {s.payload.name for s in context.signs if s.payload.name in context.grammar.places}
    if {"yes", "no"} <= answers and len(places) > 1:
        return "present"  # "on the legs no, on the arms yes"
    start, _, last = found[-1] if found else (0, 0, None)
    if good and last == "unsure" and start >= good.end:
        return "unsure"  # "they fade, but the light is terrible"
    return None


def _says_no(context: Context, cue: Spot[Phrase]) -> bool:
    """True for "no, only slightly" and "not completely", not for "they don't not fade, they sort of"."""
    surface, nots = context.words.surface, context.grammar.sets.any_of("nots", "plain_no")
    return surface[0] in nots or not nots.isdisjoint(surface[max(0, cue.start - 1) : cue.end])


def _inside(cue: Spot[Phrase], other: Spot[Phrase]) -> bool:
    """True for the "not all" of "not all the way": the longer one is meant."""
    return cue.start < other.end and other.start < cue.end and other.end - other.start > cue.end - cue.start


def _nothing_else(context: Context, cues: Sequence[Spot[Phrase]]) -> bool:
    """True when the cues are all that was said: "mostly", "all but one"."""
    told = covered(cues)
    idle = context.grammar.sets.any_of("polite", "clause_pronouns")
    return all(
        at in told or not word[0].isalnum() or word in idle for at, word in enumerate(context.words.surface)
    )
