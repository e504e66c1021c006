"""What the rules read and what the network read, weighed against each other.

Both give their opinion of each concept; the likelier status wins, and a rule counts as evidence of the
strength given in strengths.py. These were fitted on sentences neither had seen (``scripts/train_network
--weigh``); without a network the rules stand alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from voice_triage.messages import Answer, Status
from voice_triage.understanding import strengths
from voice_triage.understanding.context import Said
from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.network import Network, Reading
from voice_triage.understanding.replies import Found
from voice_triage.understanding.strengths import Strength
from voice_triage.understanding.transformer import Floats
from voice_triage.understanding.values_network import PATIENTS

STATUSES: tuple[Status | None, ...] = (None, "present", "absent", "unsure")
ANSWERS: tuple[Answer | None, ...] = (None, "yes", "no", "unsure")


def decide(probabilities: Floats, rule: int, strength: Strength, beside: Floats | float = 0.0) -> int:
    """The likeliest outcome, given the network's probabilities, what the rule read and log-odds besides."""
    odds = np.log(probabilities + 1e-6) + np.asarray(strength.bias[: len(probabilities)], np.float32) + beside
    odds[rule] += strength.of_rule[rule]
    if rule == 0:
        odds[2] += strengths.ALONE
    return int(odds.argmax())


@dataclass(frozen=True, slots=True)
class ByRules:
    """What the rules made of an utterance."""

    said: Sequence[Said]
    words: int
    """Their number."""
    aside: frozenset[str] = frozenset()
    """Signs whose words were said, and which the rules set aside: past, somebody else's, only asked."""
    explained: frozenset[str] = frozenset()
    """Signs that words plainly explain away."""
    bare: frozenset[str] = frozenset()
    """Signs the rules make of the answer: the network has no say in them."""
    nothing_else: bool = False
    """Every word belongs to a sign that is there: "fast heartbeat"."""


def signs(
    rules: ByRules, reading: Reading, network: Network, grammar: Grammar, asked: Mapping[str, Any]
) -> list[Said]:
    """The signs with the status that both readings together make likeliest; ``asked`` is the question."""
    found = {one.concept: one for one in rules.said}
    flags = grammar.red_flags
    out = {
        one.concept: one
        for one in rules.said
        if one.concept not in network.concepts
        or (one.told and one.concept not in flags)
        or (reading.parts and one.end <= reading.parts[0].start)  # said before what it reads of a long text
    }
    told = grammar.places.union(asked.get("asks", ()))
    for at, concept in enumerate(network.concepts):
        one, flag = found.get(concept), concept in flags
        weighty = flag or concept in grammar.opposites
        alone = one is None and (concept in rules.bare or (weighty and rules.words < strengths.FEWEST_WORDS))
        likely = reading.statuses[at]
        asked_alone = one is None and rules.words < strengths.FEWEST_WORDS and concept in told
        if concept in out or alone or (asked_alone and likely.max() < strengths.SURE_WORD):
            continue
        few = weighty and rules.words < strengths.FEW_WORDS
        strength = _strength(rules, one, concept, flag=flag, few=few)
        rule = STATUSES.index(one.status if one else None)
        plain = one and (one.told or (flag and one.status == "present" and likely[1] > strengths.AGREED))
        beside = 0.0 if plain or concept in rules.explained else _answered(asked, concept, reading)
        status = STATUSES[decide(likely, rule, strength, beside)]
        if status is None and rule == 3 and flag and concept not in rules.explained:
            status = "unsure"  # "maybe he can't breathe" was said, if not for certain
        if status is None and one is None and _denied(likely, strength, beside):
            status = "absent"
        if flag and one is None and status == "present" and likely[1] < strengths.SURE_FLAG:
            continue
        if status:
            place = (one.start, one.end) if one else reading.words_of(at)
            said = one if one and one.status == status else None
            sure, outright = bool(said and said.sure), bool(said and said.told)
            out[concept] = Said(*place, concept, status, sure, outright)
    _not_both(out, grammar)
    return sorted(out.values(), key=lambda one: one.start)


def _not_both(out: dict[str, Said], grammar: Grammar) -> None:
    """Said both ways the red flag counts; where it is not known, nothing is known to be well."""
    for concept, other in grammar.opposites.items():
        if concept in grammar.red_flags and concept in out and other in out:
            if out[concept].status != "absent" and out[other].status == "present":
                del out[other]


def _denied(likely: Floats, strength: Strength, beside: Floats | float) -> bool:
    """Whether a sign that no rule has read is rather denied than not spoken of, where it is not there.

    What more a denial must weigh in :func:`decide` is against denying a sign that is there.
    """
    odds = np.log(likely + 1e-6) + beside
    return bool(odds[2] > odds[0] + strength.of_rule[0] and likely[2] > likely[1])


def _answered(asked: Mapping[str, Any], concept: str, reading: Reading) -> Floats | float:
    """What the answer that the network reads says of the one sign that was asked about, as log-odds."""
    if "yes" not in asked or concept not in asked.get("asks", ()):
        return 0.0
    told = np.log(reading.answer + strengths.UNLIKELY)
    odds = np.full(len(STATUSES), told[0])
    for at, name in enumerate(ANSWERS):
        status = asked.get(name, {}).get(concept) if name else None
        if status:
            odds[STATUSES.index(status)] = told[at]
    return odds


def _strength(rules: ByRules, one: Said | None, concept: str, *, flag: bool, few: bool) -> Strength:
    """How much the rules' reading of a sign counts, one or none."""
    if concept in rules.explained and (one is None or one.status == "absent"):
        return strengths.EXPLAINED
    if one is None and few:
        return strengths.FEW
    if one and one.status == "present" and rules.nothing_else and not one.told:
        return strengths.SURELY if flag else strengths.PLAIN
    if flag and (concept in rules.aside if one is None else one.sure):
        return strengths.SET_ASIDE if one is None else strengths.TOLD if one.told else strengths.SURELY
    if flag:
        return strengths.RED_FLAG
    return strengths.SURE_SIGN if one and one.sure else strengths.SIGN


def answer(
    rule: Answer | None,
    reading: Reading,
    barred: Collection[Answer] = (),
    found: Sequence[Found] = (),
    *,
    words: int = strengths.FEW_WORDS,
) -> Answer | None:
    """The answer that both readings make likeliest; the rules' own where the network may not say that one.

    ``found``: where the rules read one.

    In a word or two that the rules know nothing of the network must be sure: "legs" was an itch.
    """
    if rule is None and words < strengths.FEWEST_WORDS and reading.answer.max() < strengths.SURE_WORD:
        return None
    early = not found or any(said == "yes" and at < strengths.YES_BEGINS for at, _, said in found)
    beside = np.array((-strengths.YES_HEARD if rule == "yes" and early else 0.0, 0.0, 0.0, 0.0), np.float32)
    likeliest = ANSWERS[decide(reading.answer, ANSWERS.index(rule), strengths.ANSWER, beside)]
    return rule if likeliest in barred else likeliest


def borne_out(
    row: Mapping[str, Any], said: Answer, reading: Reading, network: Network, red_flags: frozenset[str]
) -> bool:
    """False for the no of "no, i'm driving" and the yes of "yes, mummy's here", asked whether spots fade.

    There a no is a red flag and a yes takes it away; neither does the network find. Nor is the no of "no,
    only the big light" one to the light.
    """
    flags = [one for one, status in row.get(said, {}).items() if status == "present"]
    if "present" not in row.get("no", {}).values():
        denies = said == "no" and not red_flags.isdisjoint(row.get("asks", ()))
        return not denies or float(reading.answer[ANSWERS.index("no")]) > strengths.DENIED
    likely = dict(zip(network.concepts, reading.statuses, strict=True))
    return all(float(likely[one][1]) > strengths.AGREED for one in flags if one in likely)


def says_yes(reading: Reading) -> bool:
    """True where the network reads a yes."""
    return float(reading.answer[ANSWERS.index("yes")]) > strengths.AGREED


def gainsaid(
    found: Sequence[Found], reading: Reading, words: int, *, harmless: bool = True, worded: bool = False
) -> list[Found] | None:
    """The opposite of a bare answer, or none, where the network is sure of that; None where it is not.

    "None of them went", "thank you very much"; what begins with a yes is one. Where a yes is not ``harmless``
    a no becomes none instead: "no they really do go", to the danger signs. ``worded``: it says what they do.
    """
    opposite = strengths.OPPOSITES.get(found[-1][2])
    sure = strengths.SURE_WORDED if worded and opposite == "no" else strengths.SURE_OPPOSITE
    if opposite and reading.answer[ANSWERS.index(opposite)] > sure:
        return [(0, words, opposite)] if harmless or opposite == "no" else []
    return [] if reading.answer[0] > strengths.SURE_NOTHING and found[0] != (0, 1, "yes") else None


def command(rule: str | None, reading: Reading, network: Network) -> str | None:
    """The command that both readings make likeliest."""
    names: tuple[str | None, ...] = (None, *network.commands)
    odds = np.log(reading.command + 1e-6)
    odds[names.index(rule)] += strengths.COMMAND if rule else strengths.NO_COMMAND
    likeliest = int(odds.argmax())
    doubtful = reading.command[likeliest] < strengths.SURE_END
    return rule if names[likeliest] in strengths.ENDS and doubtful else names[likeliest]


def patient(rule: str | None, probabilities: Floats) -> str | None:
    """Who it is about, as both readings make likeliest; the network's probabilities as PATIENTS has them."""
    told = PATIENTS.index(rule)
    odds = np.log(probabilities + 1e-6) + np.asarray(strengths.PATIENT.bias, np.float32)
    odds[told] += strengths.PATIENT.of_rule[told]
    return PATIENTS[int(odds.argmax())]


def likeliest(reading: Reading | None, network: Network | None, concepts: frozenset[str]) -> float:
    """The network's highest probability that one of the concepts is present; 0 without a network."""
    if reading is None or network is None:
        return 0.0
    likely = (reading.statuses[at][1] for at, one in enumerate(network.concepts) if one in concepts)
    return float(max(likely, default=0.0))


def conceivable(
    reading: Reading | None, network: Network | None, concepts: frozenset[str]
) -> frozenset[str] | None:
    """Those of the concepts that the network does not rule out; None without a network."""
    if reading is None or network is None:
        return None
    rows = zip(network.concepts, reading.statuses, strict=True)
    return frozenset(one for one, row in rows if one in concepts and row[1] >= strengths.CONCEIVABLE)


def alone(
    signs: Iterable[str],
    said: Sequence[Said],
    reading: Reading | None,
    network: Network | None,
    below: float,
) -> frozenset[str]:
    """Those of the signs found that no rule has read, and the network no surer than ``below``."""
    if reading is None or network is None:
        return frozenset()
    rules = {one.concept for one in said if one.status == "present"}
    likely = dict(zip(network.concepts, reading.statuses, strict=True))
    return frozenset(s for s in signs if s not in rules and s in likely and likely[s][1] <= below)
