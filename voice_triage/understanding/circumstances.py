"""What the caller tells of himself and of the help he has called: "they are coming", "i'm on my own"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voice_triage.messages import Value
from voice_triage.understanding.context import Context
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot

REACH = 3
"""Words before what quiets nothing ("i'm alone") in which an if still takes it away."""
GROWN_YEARS = 20
"""Who tells an age above it is no child that calls for its mummy."""
PASTS = ("past", "past_after")


def told_in(context: Context, text: str, values: Sequence[Value] = ()) -> dict[str, range]:
    """Return the circumstances and the words that tell each; of one that is also denied the denial counts."""
    rows = context.grammar.files["circumstances"]
    mine = [spot for spot in context.spots if spot.payload.kind == "circumstance"]
    never = [spot for spot in mine if spot.payload.value == "never"]
    told: dict[str, range] = {}
    for spot in mine:
        name, row = spot.payload.name, rows[spot.payload.name]
        if spot.doubtful or spot.payload.value == "never" or not _fits(context, spot):
            continue
        if any(n.payload.name == name and n.start < spot.end and spot.start < n.end for n in never):
            continue  # "i should have called", "will be here"
        refused = _denied(context, spot)  # "i don't think", which is no mere supposing
        if (_supposed(context, spot) and not refused) or not _spoken(context, text, row.get("spoken")):
            continue
        if row.get("child") and _grown(values):
            continue
        denied = spot.negated or refused
        if row.get("plain") and not denied and not _plain(context, spot, row.get("base", ())):
            continue
        result = row.get("not") if denied else row.get("is", name)
        if result:
            told[result] = range(spot.start, spot.end)
    return {name: at for name, at in told.items() if rows.get(name, {}).get("not") not in told}


def only_a_failed_call(context: Context, told: Mapping[str, range]) -> bool:
    """True where all words tell of a call that fails: "i can't get through, it just rings out" is no sign."""
    light = context.grammar.sets.any_of("polite", "auxiliaries", "clause_pronouns", "nominative")
    call = {at for name in ("no_phone", "no_help") for at in told.get(name, ())}
    return "no_phone" in told and all(
        at in call or word in light or not word[0].isalnum() for at, word in enumerate(context.words.surface)
    )


def _fits(context: Context, spot: Spot[Phrase]) -> bool:
    """True where the phrase stands as its key asks: alone, or at the end of a clause."""
    if spot.payload.value == "closing":
        return context.ends(spot.end)
    if spot.payload.value == "inside":
        return True
    rows, surface = context.grammar.sets, context.words.surface
    if spot.payload.name == "help_here" and not rows["lasting"].isdisjoint(surface[spot.start : spot.end]):
        return False  # the spots are still here
    same = [
        s for s in context.spots if s.payload.kind == "circumstance" and s.payload.name == spot.payload.name
    ]
    beside = {
        at
        for one in same
        if one.end <= spot.start or one.start >= spot.end
        for at in range(one.start, one.end)
    }
    around = (word for at, word in enumerate(surface) if not spot.start <= at < spot.end and at not in beside)
    return all(word in rows.any_of("polite", "around") or not word[0].isalnum() for word in around)


def _supposed(context: Context, spot: Spot[Phrase]) -> bool:
    """True for "until they are here", "if they are coming", "i think the ambulance is here"."""
    plain = context.grammar.files["circumstances"][spot.payload.name].get("plain")
    start = context.wall_before(spot.start)
    before = context.words.surface[start if plain else max(start, spot.start - REACH) : spot.start]
    return not context.grammar.sets["supposing"].isdisjoint(before)


def _denied(context: Context, spot: Spot[Phrase]) -> bool:
    """True for "i don't think they are coming" and "no help is coming", not for "no, they are coming"."""
    rows, surface, at = context.grammar.sets, context.words.surface, spot.start - 1
    if at >= 0 and surface[at] in rows["denied_by"]:
        return surface[spot.start] not in rows.any_of("nominative", "clause_pronouns", "own_negative")
    while at >= 0 and surface[at] in rows["denied_through"]:
        at -= 1
    return at >= 0 and surface[at] in context.grammar.nots


def _plain(context: Context, spot: Spot[Phrase], base: Sequence[str]) -> bool:
    """True where nothing makes it a question, a wish, something long ago, or turns it afterwards."""
    rows, surface = context.grammar.sets, context.words.surface
    if not rows["turning"].isdisjoint(surface[spot.end :]) or surface[spot.end : spot.end + 1] == ("?",):
        return False
    if spot.start > context.asked_back() or _asked(context, spot):
        return False
    if any(cue.payload.name in PASTS for cue in context.cues):
        return False
    articles = context.grammar.lexicon.articles
    return not any(
        surface[at] in base and surface[at - 1] not in articles for at in range(spot.start, spot.end)
    )


def _asked(context: Context, spot: Spot[Phrase]) -> bool:
    """True for "is the ambulance coming", not for "i have rung and they're coming"."""
    rows, surface = context.grammar.sets, context.words.surface
    before = surface[context.wall_before(spot.start) : spot.start]
    content = [word for word in before if word not in rows["before_question"] and word[0].isalnum()]
    told = content and before.index(content[0]) and before[before.index(content[0]) - 1] in rows["nominative"]
    near = [word for word in before if word not in context.grammar.lexicon.articles]
    return any(word in rows["askers"] for word in (*([] if told else content[:1]), *near[-1:]))


def _spoken(context: Context, text: str, words: Sequence[str] | None) -> bool:
    """True where one of the words was said as it is written."""
    return words is None or not context.grammar.lexicon.spoken(text).isdisjoint(words)


def _grown(values: Sequence[Value]) -> bool:
    """True for who tells an age that is no child's."""
    return any(v.concept == "age" and v.unit == "years" and float(v.value) > GROWN_YEARS for v in values)
