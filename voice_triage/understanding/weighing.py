"""What the rules read and what the network read, weighed against each other.

Both give their opinion of each concept; the likelier status wins, and a rule counts as evidence of the
strength given below. The strengths were fitted on sentences neither had seen (``scripts/train_network
--weigh``); without a network the rules stand alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from voice_triage.messages import Answer, Status
from voice_triage.understanding.context import Said
from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.network import Network, Reading
from voice_triage.understanding.replies import Found
from voice_triage.understanding.transformer import Floats
from voice_triage.understanding.values_network import PATIENTS

STATUSES: tuple[Status | None, ...] = (None, "present", "absent", "unsure")
ANSWERS: tuple[Answer | None, ...] = (None, "yes", "no", "unsure")


@dataclass(frozen=True, slots=True)
class Strength:
    """Log-odds that a rule adds to what it read; the order is that of the network's probabilities."""

    of_rule: tuple[float, ...]
    """By what the rule read: nothing, present, absent, unsure (or: nothing, yes, no, unsure)."""
    bias: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    """Added to each outcome whatever the rule read."""


RED_FLAG = Strength((0.0, 0.5, 2.0, 1.0), bias=(0.0, 0.0, -1.0, 0.0))
SURELY = Strength((0.0, 4.0, 6.0, 3.0), bias=(0.0, 0.0, -1.0, 0.0))
"""Of a template under ``surely``: only a network that is very sure overrules it ("god forbid he fits")."""
TOLD = Strength((0.0, 12.0, 0.0, 0.0), bias=(0.0, -1.0, -1.0, 0.0))
"""Of what stands behind "should i worry that": the network, trained on questions, takes it for one."""
SET_ASIDE = Strength((1.0, 0.0, 0.0, 0.0), bias=(0.0, -1.0, -1.0, 0.0))
"""Of a sign whose words were said and set aside by the rules: the network alone may still raise it."""
EXPLAINED = Strength((7.0, 0.0, 0.0, 0.0), bias=(0.0, -1.0, -1.0, 0.0))
"""Of a sign that words plainly explain away, as the paint of "the dots are only paint"."""
SIGN = Strength((0.0, 1.5, 1.0, 1.5))
SURE_SIGN = Strength((0.0, 3.0, 3.0, 3.0))
"""Of what else a template under ``surely`` says. With no say left to the network ("light pink": a hand) 74
more signs and places of ``weigh/`` were read that nobody told, and five that somebody told were not."""
ANSWER = Strength((1.5, 0.5, 2.0, 1.5))
YES_HEARD = 2.0
"""Log-odds against "no answer" where the rules read a yes: "yes we noticed it when we put his jumper on" may
be said to somebody else, but who is not heard may be lost; who is heard wrongly is asked again."""
COMMAND, NO_COMMAND = 2.0, 1.5
"""Log-odds that the rules add to a command they read, and to none where they read none: with 4 for both the
network was not heard where it alone understood, in 56 of 99 of a blind hand's orders that were missed."""
ENDS, SURE_END = ("stop", "restart"), 0.9
"""So sure must the network be to end the conversation or begin it anew where the rules read something else:
what was said so far is lost. Surer costs 2 of 347 orders for 1 of 5,813 that are none."""
PATIENT = Strength((1.5, 5.0, 5.0, 5.0), bias=(-1.0, 0.0, 0.0, 0.0))
ALONE = -0.5
"""Added to a "no" that the network alone has read, and to an absence beside *present* (:func:`_denied`)."""
FEW_WORDS, FEWEST_WORDS = 5, 3
"""In fewer words than these the network must be surer of a red flag that the rules have not read, or reads
none: "he is off" was "he is four". Of 600 runs of two to four chance words 2 are a red flag."""
FEW = Strength((2.0, 0.0, 0.0, 0.0), bias=(0.0, -1.0, -1.0, 0.0))
SURE_FLAG = 0.6
"""So probable must a red flag be that the network alone has read: of a call of twenty utterances one at most
tells one. On ``weigh/``, where every third does, it loses 5 of 1,729 and spares 6 false ones of 4,700."""
SURE_ALONE = 0.97
"""What the network alone reads in speech, less surely, counts where both engines' words show it: of 16 red
flags in chatter that are none 13 are less sure, of 59 of callers three (of 638; rules read the others)."""
DOUBT, SURE_DOUBT = 0.03, 0.3
"""A "no" to a read-back is not clear where it says more and a red flag is as probable as the first, nor, with
no more said, where one is as probable as the second."""
OPPOSITES: dict[Answer, Answer] = {"yes": "no", "no": "yes"}
DENIED = 0.4
"""So probable must a bare no be that denies a danger sign in an utterance that tells of something else."""
SURE_OPPOSITE = 0.75
"""Of 14,000 sentences that neither had seen 407 only answer; in 27 of these one reads a yes where the other
reads a no, and in 20 of 22 where the network is at least this sure it is right."""
SURE_WORDED = 0.95
"""And surer still of a no where a yes says the thing itself: "it's clear" was a red flag."""
SURE_NOTHING = 0.99
"""Nor is what the rules read an answer where the network is this sure that it is none: of seven such of
``weigh/`` and ``dev/`` six were none ("got the glass on you go"), the seventh began with a yes."""
SURE_ANSWER = 0.9
"""So sure must the network be of an answer to be heard at all beside what was surely said of the sign."""
SURE_WORD = 0.95
"""And this sure of an answer, or a place, in one or two words of which the rules know nothing: "like mad"."""
UNLIKELY, AGREED = 0.02, 0.5
"""No answer is taken for less likely than the first where it speaks for or against the sign asked about, and
it says nothing against a red flag that the rules read and the network finds likelier than the second."""
CONCEIVABLE = 0.05
"""Below this probability the network rules a red flag out."""


def decide(probabilities: Floats, rule: int, strength: Strength, beside: Floats | float = 0.0) -> int:
    """The likeliest outcome, given the network's probabilities, what the rule read and log-odds besides."""
    odds = np.log(probabilities + 1e-6) + np.asarray(strength.bias[: len(probabilities)], np.float32) + beside
    odds[rule] += strength.of_rule[rule]
    if rule == 0:
        odds[2] += ALONE
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


def signs(
    rules: ByRules, reading: Reading, network: Network, grammar: Grammar, asked: Mapping[str, Any]
) -> list[Said]:
    """The signs with the status that both readings together make likeliest; ``asked`` is the question."""
    found = {one.concept: one for one in rules.said}
    flags = grammar.red_flags
    out = {
        one.concept: one
        for one in rules.said
        if one.concept not in network.concepts or (one.told and one.concept not in flags)
    }
    told = grammar.places.union(asked.get("asks", ()))
    for at, concept in enumerate(network.concepts):
        one, flag = found.get(concept), concept in flags
        weighty = flag or concept in grammar.opposites
        alone = one is None and (concept in rules.bare or (weighty and rules.words < FEWEST_WORDS))
        likely = reading.statuses[at]
        asked_alone = one is None and rules.words < FEWEST_WORDS and concept in told
        if concept in out or alone or (asked_alone and likely.max() < SURE_WORD):
            continue
        strength = _strength(rules, one, concept, flag=flag, few=weighty and rules.words < FEW_WORDS)
        rule = STATUSES.index(one.status if one else None)
        agreed = flag and one and one.status == "present" and likely[1] > AGREED
        beside = 0.0 if agreed else _answered(asked, concept, reading)
        status = STATUSES[decide(likely, rule, strength, beside)]
        if status is None and one is None and _denied(likely, strength, beside):
            status = "absent"
        if flag and one is None and status == "present" and likely[1] < SURE_FLAG:
            continue
        if status:
            place = (one.start, one.end) if one else reading.words_of(at)
            said = one if one and one.status == status else None
            sure, outright = bool(said and said.sure), bool(said and said.told)
            out[concept] = Said(*place, concept, status, sure, outright)
    for concept, other in grammar.opposites.items():
        # Said both ways the red flag counts; where it is not known, nothing is known to be well.
        if concept in flags and concept in out and other in out:
            if out[concept].status != "absent" and out[other].status == "present":
                del out[other]
    return sorted(out.values(), key=lambda one: one.start)


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
    told = np.log(reading.answer + UNLIKELY)
    odds = np.full(len(STATUSES), told[0])
    for at, name in enumerate(ANSWERS):
        status = asked.get(name, {}).get(concept) if name else None
        if status:
            odds[STATUSES.index(status)] = told[at]
    return odds


def _strength(rules: ByRules, one: Said | None, concept: str, *, flag: bool, few: bool) -> Strength:
    """How much the rules' reading of a sign counts, one or none."""
    if one is None and concept in rules.explained:
        return EXPLAINED
    if one is None and few:
        return FEW
    if flag and (concept in rules.aside if one is None else one.sure):
        return SET_ASIDE if one is None else TOLD if one.told else SURELY
    if flag:
        return RED_FLAG
    return SURE_SIGN if one and one.sure else SIGN


def answer(
    rule: Answer | None, reading: Reading, barred: Collection[Answer] = (), *, words: int = FEW_WORDS
) -> Answer | None:
    """The answer that both readings make likeliest; the rules' own where the network may not say that one.

    In a word or two that the rules know nothing of the network must be sure: "legs" was an itch.
    """
    if rule is None and words < FEWEST_WORDS and reading.answer.max() < SURE_WORD:
        return None
    beside = np.array((-YES_HEARD if rule == "yes" else 0.0, 0.0, 0.0, 0.0), np.float32)
    likeliest = ANSWERS[decide(reading.answer, ANSWERS.index(rule), ANSWER, beside)]
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
        return not denies or float(reading.answer[ANSWERS.index("no")]) > DENIED
    likely = dict(zip(network.concepts, reading.statuses, strict=True))
    return all(float(likely[one][1]) > AGREED for one in flags if one in likely)


def says_yes(reading: Reading) -> bool:
    """True where the network reads a yes."""
    return float(reading.answer[ANSWERS.index("yes")]) > AGREED


def gainsaid(
    found: Sequence[Found], reading: Reading, words: int, *, harmless: bool = True, worded: bool = False
) -> list[Found] | None:
    """The opposite of a bare answer, or none, where the network is sure of that; None where it is not.

    "None of them went", "thank you very much"; what begins with a yes is one. Where a yes is not ``harmless``
    a no becomes none instead: "no they really do go", to the danger signs. ``worded``: it says what they do.
    """
    opposite = OPPOSITES.get(found[-1][2])
    sure = SURE_WORDED if worded and opposite == "no" else SURE_OPPOSITE
    if opposite and reading.answer[ANSWERS.index(opposite)] > sure:
        return [(0, words, opposite)] if harmless or opposite == "no" else []
    return [] if reading.answer[0] > SURE_NOTHING and found[0] != (0, 1, "yes") else None


def command(rule: str | None, reading: Reading, network: Network) -> str | None:
    """The command that both readings make likeliest."""
    names: tuple[str | None, ...] = (None, *network.commands)
    odds = np.log(reading.command + 1e-6)
    odds[names.index(rule)] += COMMAND if rule else NO_COMMAND
    likeliest = int(odds.argmax())
    doubtful = reading.command[likeliest] < SURE_END
    return rule if names[likeliest] in ENDS and doubtful else names[likeliest]


def patient(rule: str | None, probabilities: Floats) -> str | None:
    """Who it is about, as both readings make likeliest; the network's probabilities as PATIENTS has them."""
    told = PATIENTS.index(rule)
    odds = np.log(probabilities + 1e-6) + np.asarray(PATIENT.bias, np.float32)
    odds[told] += PATIENT.of_rule[told]
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
    return frozenset(one for one, row in rows if one in concepts and row[1] >= CONCEIVABLE)


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
