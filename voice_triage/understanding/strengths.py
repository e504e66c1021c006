"""How much a rule counts beside the network, and how sure the network must be to count by itself.

Fitted on sentences that neither had seen (``scripts/train_network --weigh``).
"""

from __future__ import annotations

from dataclasses import dataclass

from voice_triage.messages import Answer


@dataclass(frozen=True, slots=True)
class Strength:
    """Log-odds that a rule adds to what it read; the order is that of the network's probabilities."""

    of_rule: tuple[float, ...]
    """By what the rule read: nothing, present, absent, unsure (or: nothing, yes, no, unsure)."""
    bias: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    """Added to each outcome whatever the rule read."""


RED_FLAG = Strength((0.0, 0.25, 2.0, 1.0), bias=(0.0, 0.0, -1.0, 0.0))
SURELY = Strength((0.0, 3.5, 6.0, 3.0), bias=(0.0, 0.0, -1.0, 0.0))
"""Of a template under ``surely``: only a network that is very sure overrules it ("god forbid he fits"). With
3.5 for a presence, no longer 4, and 8 in ``TOLD``, no longer 14, ten false red flags of ``heldback/`` and
``weigh/`` fall, and none of 5,341 right ones. (With 6 "the leaflet says ring if her ribs suck in and that's
exactly what they're doing" fell.)"""
TOLD = Strength((0.0, 8.0, 0.0, 0.0), bias=(0.0, -1.0, -1.0, 0.0))
"""Of what stands behind "should i worry that", which the network takes for a question, and of what is said
outright, as "no dots are fading", which it is sure is a fading: surer than
3,000 to 1 it outweighs them."""
PLAIN = Strength((0.0, 6.0, 0.0, 0.0))
"""Of what is there where nothing else is said, as "fast heartbeat": the network, trained on sentences, often
makes nothing of a name alone."""
SET_ASIDE = Strength((1.0, 0.0, 0.0, 0.0), bias=(0.0, -1.0, -1.0, 0.0))
"""Of a sign whose words were said and set aside by the rules: the network alone may still raise it."""
EXPLAINED = Strength((7.0, 0.0, 7.0, 0.0), bias=(0.0, -1.0, -1.0, 0.0))
"""Of a sign that words plainly explain away, as the paint of "the dots are only paint"."""
SIGN = Strength((0.0, 1.5, 1.0, 1.5))
SURE_SIGN = Strength((0.0, 3.0, 3.0, 3.0))
"""Of what else a template under ``surely`` says. With no say left to the network ("light pink": a hand) 74
more signs and places of ``weigh/`` were read that nobody told, and five that somebody told were not."""
ANSWER = Strength((1.5, 0.5, 2.0, 1.5))
YES_HEARD = 2.0
"""Log-odds against "no answer" where the rules read a yes: "yes we noticed it when we put his jumper on" may
be said to somebody else, but who is not heard may be lost; who is heard wrongly is asked again."""
YES_BEGINS = 8
"""That much only of a yes that begins before this word: "she was" ends many a sentence of others."""
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
LIKELY, SURE, CERTAIN = 0.7, 0.9, 0.98
"""What one engine alone heard is read back where it is likelier than the first; so likely must be what an
answer says without a name. A red flag that the network finds less likely than the second in every engine's
words is read back before it counts, where others talk one less likely than the third. Of right ones in
``weigh/`` 100 of 1,557 are less likely than the second (32 than the first, 230 than the third), in
``heldback/`` 95 of 3,784, of three blind hands none of 305; of wrong ones 78 of 162, 187 of 353, 5 of 7."""
DIRECTED, OURS = 0.7, 0.8
"""Words less likely the caller's than the first say no red flag at once; 1.3 % of red flags of ``weigh/`` are
so, of blind hands 0.2 %, of those cried out 2.2 %, of what a television says 66 %. Words less likely than the
second are unlike a caller's: without sense they tell of others in the room, there they are no long reply, and
a yes among them was said in passing."""
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
CREDIBLE, SURELY_CREDIBLE = 0.1, 0.002
"""An alarm in mid-speech needs at least this probability from the network; else the end is awaited. Of what
rules read in ``weigh/`` 633 of 769 false red flags are less likely than the first, 17 of 1,158 true ones; of
what they read surely 14 of 30 are less likely than the second, 1 of 85: "let them fry", heard as "fit"."""
