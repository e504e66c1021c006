"""What the caller tells of himself and of the help he has called: "they are coming", "i'm on my own"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from voice_triage.messages import ALL_BUT, GROWN_UP, Value
from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, covered
from voice_triage.understanding.sweep import Near

A_LIST = 3
"""So many signs a list asks for: a glass test asks for two, of which one is the other's no."""
REACH = 3
"""Words before what quiets nothing ("i'm alone") in which an if still takes it away."""
PASTS = ("past", "past_after")


def told_in(context: Context, text: str, values: Sequence[Value] = ()) -> dict[str, range]:
    """Return the circumstances and the words that tell each; of one that is also denied the denial counts."""
    rows = context.grammar.files["circumstances"]
    mine = [spot for spot in context.spots if spot.payload.kind == "circumstance"]
    never = Near(spot for spot in mine if spot.payload.value == "never")
    alike, spoken = _alike(context, mine), context.grammar.lexicon.spoken(text) if mine else frozenset()
    told: dict[str, range] = {}
    for spot in mine:
        name, row = spot.payload.name, rows[spot.payload.name]
        if spot.doubtful or spot.payload.value == "never" or not _fits(context, spot, alike):
            continue
        if any(n.payload.name == name for n in never.meeting(spot.start, spot.end)):
            continue  # "i should have called", "will be here"
        refused = _denied(context, spot)  # "i don't think", which is no mere supposing
        if (_supposed(context, spot) and not refused) or not _spoken(spoken, row.get("spoken")):
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


class _Alike:
    """The phrases of one circumstance, and the words that tell anything."""

    def __init__(self, context: Context, spots: Sequence[Spot[Phrase]]) -> None:
        light, told = context.grammar.sets.any_of("polite", "around"), covered(spots)
        every = enumerate(context.words.surface)
        self._near = Near(spots)
        self._telling = [at for at, word in every if word not in light and word[0].isalnum()]
        self._others = [at for at in self._telling if at not in told]

    def alone(self, spot: Spot[Phrase]) -> bool:
        """True where nothing is told beside a phrase but what others say that share no word with it."""
        if len(self._others) > len(_from(self._others, spot.start, spot.end)):
            return False
        meeting = self._near.meeting(spot.start, spot.end)
        start, end = min(one.start for one in meeting), max(one.end for one in meeting)
        near = self._near.meeting(start, end)
        beside = covered(one for one in near if one.end <= spot.start or one.start >= spot.end)
        beside.update(range(spot.start, spot.end))
        return beside.issuperset(_from(self._telling, start, end))


def _from(places: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Those of the places from start to end."""
    return places[bisect_left(places, start) : bisect_left(places, end)]


def _alike(context: Context, spots: Sequence[Spot[Phrase]]) -> dict[str, _Alike]:
    """The phrases of each circumstance."""
    named: dict[str, list[Spot[Phrase]]] = {}
    for spot in spots:
        named.setdefault(spot.payload.name, []).append(spot)
    return {name: _Alike(context, same) for name, same in named.items()}


def _fits(context: Context, spot: Spot[Phrase], alike: Mapping[str, _Alike]) -> bool:
    """True where the phrase stands as its key asks: alone, or at the end of a clause."""
    if spot.payload.value == "closing":
        return context.ends(spot.end)
    if spot.payload.value == "inside":
        return True
    rows, surface = context.grammar.sets, context.words.surface
    if spot.payload.name == "help_here" and not rows["lasting"].isdisjoint(surface[spot.start : spot.end]):
        return False  # the spots are still here
    return alike[spot.payload.name].alone(spot)


def _supposed(context: Context, spot: Spot[Phrase]) -> bool:
    """True for "until they are here", "if they are coming", "i think the ambulance is here"."""
    plain = context.grammar.files["circumstances"][spot.payload.name].get("plain")
    start = context.wall_before(spot.start)
    first = start if plain else max(start, spot.start - REACH)
    return context.stretches.holds(context.grammar.sets["supposing"], first, spot.start)


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
    turned = context.stretches.holds(rows["turning"], spot.end, len(surface))
    if turned or surface[spot.end : spot.end + 1] == ("?",):
        return False
    if spot.start > context.asked_back() or _asked(context, spot):
        return False
    if any(context.has(name, 0, len(surface)) for name in PASTS):
        return False
    articles = context.grammar.lexicon.articles
    return not any(
        surface[at] in base and surface[at - 1] not in articles for at in range(spot.start, spot.end)
    )


def _asked(context: Context, spot: Spot[Phrase]) -> bool:
    """True for "is the ambulance coming", not for "i have rung and they're coming"."""
    rows, surface = context.grammar.sets, context.words.surface
    wall, articles = context.wall_before(spot.start), context.grammar.lexicon.articles
    first = context.stretches.first_beside(rows["before_question"], wall)
    told = first > wall and surface[first - 1] in rows["nominative"]
    if first < spot.start and not told and surface[first] in rows["askers"]:
        return True
    last = next((at for at in range(spot.start - 1, wall - 1, -1) if surface[at] not in articles), -1)
    return last >= 0 and surface[last] in rows["askers"]


def _spoken(spoken: frozenset[str], words: Sequence[str] | None) -> bool:
    """True where one of the words was said as it is written."""
    return words is None or not spoken.isdisjoint(words)


def _grown(values: Sequence[Value]) -> bool:
    """True for who tells an age that is no child's: no child that calls for its mummy."""
    return any(v.concept == "age" and v.unit == "years" and float(v.value) >= GROWN_UP for v in values)


def but_for(context: Context, said: Sequence[Said], told: Mapping[str, range]) -> list[Said]:
    """The signs; of a list of three and more the first behind "all of that except" is absent.

    No further one: "except the legs and her skin is blue".
    """
    behind, asks = told.get(ALL_BUT), context.asked.get("asks", ())
    if behind is None or len(asks) < A_LIST:
        return list(said)
    first = min((s.end for s in said if s.end >= behind.stop), default=None)
    return [replace(s, status="absent") if s.end == first and s.concept in asks else s for s in said]


def without_call(said: Sequence[Said], call: range) -> list[Said]:
    """The signs, without those of a call that failed: "can't get through to 999"."""
    return [s for s in said if not (s.start in call and s.end - 1 in call)]
