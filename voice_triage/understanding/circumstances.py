"""What the caller tells of himself and of the help he has called: "they are coming", "i'm on my own"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voice_triage.messages import Value
from voice_triage.understanding.context import Context
from voice_triage.understanding.grammar import Grammar, Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.words import Words

REACH = 3
"""Words before what quiets nothing ("i'm alone") in which an if still takes it away."""
GROWN_YEARS = 20
"""Who tells an age above it is no child that calls for its mummy."""
PASTS = ("past", "past_after")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance, and what the other readings made of it."""

    context: Context
    text: str
    values: Sequence[Value] = ()

    @property
    def grammar(self) -> Grammar:
        """The language it is in."""
        return self.context.grammar

    @property
    def words(self) -> Words:
        """Its words."""
        return self.context.words


def told_in(said: Utterance) -> dict[str, range]:
    """Return the circumstances and the words that tell each; of one that is also denied the denial counts."""
    rows = said.grammar.files["circumstances"]
    mine = [spot for spot in said.context.spots if spot.payload.kind == "circumstance"]
    never = [spot for spot in mine if spot.payload.value == "never"]
    told: dict[str, range] = {}
    for spot in mine:
        name, row = spot.payload.name, rows[spot.payload.name]
        if spot.doubtful or spot.payload.value == "never" or not _fits(said, spot):
            continue
        if any(n.payload.name == name and n.start < spot.end and spot.start < n.end for n in never):
            continue  # "i should have called", "will be here"
        refused = _denied(said, spot)  # "i don't think", which is no mere supposing
        if (_supposed(said, spot) and not refused) or not _spoken(said, row.get("spoken")):
            continue
        denied = spot.negated or refused
        if row.get("plain") and not denied and not _plain(said, spot, row.get("base", ())):
            continue
        result = row.get("not") if denied else row.get("is", name)
        if result:
            told[result] = range(spot.start, spot.end)
    return {name: at for name, at in told.items() if rows.get(name, {}).get("not") not in told}


def _fits(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True where the phrase stands as its key asks: alone, or at the end of a clause."""
    if spot.payload.value == "closing":
        return said.context.ends(spot.end)
    if spot.payload.value == "inside":
        return True
    rows, surface = said.grammar.sets, said.words.surface
    if spot.payload.name == "help_here" and not rows["lasting"].isdisjoint(surface[spot.start : spot.end]):
        return False  # the spots are still here
    around = (*surface[: spot.start], *surface[spot.end :])
    return all(word in rows.any_of("polite", "around") or not word[0].isalnum() for word in around)


def _supposed(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for "until they are here", "if they are coming", "i think the ambulance is here"."""
    plain = said.grammar.files["circumstances"][spot.payload.name].get("plain")
    start = said.context.wall_before(spot.start)
    before = said.words.surface[start if plain else max(start, spot.start - REACH) : spot.start]
    return not said.grammar.sets["supposing"].isdisjoint(before)


def _denied(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for "i don't think they are coming" and "no help is coming", not for "no, they are coming"."""
    rows, surface, at = said.grammar.sets, said.words.surface, spot.start - 1
    if at >= 0 and surface[at] in rows["denied_by"]:
        return surface[spot.start] not in rows.any_of("nominative", "clause_pronouns")
    while at >= 0 and surface[at] in rows["denied_through"]:
        at -= 1
    return at >= 0 and surface[at] in said.grammar.nots


def _plain(said: Utterance, spot: Spot[Phrase], base: Sequence[str]) -> bool:
    """True where nothing makes it a question, a wish, something long ago, or turns it afterwards."""
    rows, surface, context = said.grammar.sets, said.words.surface, said.context
    if not rows["turning"].isdisjoint(surface[spot.end :]) or surface[spot.end : spot.end + 1] == ("?",):
        return False
    if spot.start > context.asked_back() or _asked(said, spot):
        return False
    if any(cue.payload.name in PASTS for cue in context.cues):
        return False
    articles = said.grammar.lexicon.articles
    return not any(
        surface[at] in base and surface[at - 1] not in articles for at in range(spot.start, spot.end)
    )


def _asked(said: Utterance, spot: Spot[Phrase]) -> bool:
    """True for "is the ambulance coming" and "did they say that help is coming"."""
    rows, surface = said.grammar.sets, said.words.surface
    before = surface[said.context.wall_before(spot.start) : spot.start]
    content = [word for word in before if word not in rows["before_question"] and word[0].isalnum()]
    near = [word for word in before if word not in said.grammar.lexicon.articles]
    return any(word in rows["askers"] for word in (*content[:1], *near[-1:]))


def _spoken(said: Utterance, words: Sequence[str] | None) -> bool:
    """True where one of the words was said, by one who is not known to be grown up."""
    if words is None:
        return True
    grown = any(
        one.concept == "age" and one.unit == "years" and float(one.value) > GROWN_YEARS for one in said.values
    )
    return not grown and not said.grammar.lexicon.spoken(said.text).isdisjoint(words)
