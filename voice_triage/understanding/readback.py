"""The answer to a read-back: what agrees, what takes back, and what only corrects."""

from __future__ import annotations

from collections.abc import Sequence

from voice_triage.messages import Answer
from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.grammar import Grammar, Phrase
from voice_triage.understanding.replies import Found
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.words import Words


def confirmed(
    grammar: Grammar,
    words: Words,
    spots: Sequence[Spot[Phrase]],
    context: Context,
    asked: str,
    said: Sequence[Said],
    found: Sequence[Found],
) -> Answer | None:
    """The answer to a read-back: "no they don't", "no he's getting worse" take nothing back."""
    flags = {s.status for s in said if s.concept in grammar.red_flags}
    if "present" in flags:
        return "yes"
    if not found or found[-1][2] != "no":
        return found[-1][2] if found else "no" if flags == {"absent"} else None
    own = [s for s in spots if s.payload.kind == "answer" and s.payload.question == asked and not s.negated]
    agreed = {(start, end) for start, end, answer in found if answer == "yes"}
    if agreed and not any(s.payload.name.startswith("no") for s in own):
        # "yes that's right, she can't", and never a plain no where a yes was said too
        return "yes" if any((s.start, s.end) in agreed for s in own) else None
    clear = {at for at in context.lone_nos} | {
        at
        for s in spots
        if s.payload.kind == "answer" and s.payload.name == "no" and s.payload.question in ("", asked)
        for at in range(s.start, s.end)
    }
    outright = any(s.payload.question == asked and s.payload.kind == "answer" for s in spots)
    polite = grammar.sets["polite"]
    rest = [w for at, w in enumerate(words.surface) if at not in clear and w[0].isalnum() and w not in polite]
    return "no" if outright or not rest or "absent" in flags else None


def unclear(
    grammar: Grammar,
    words: Words,
    spots: Sequence[Spot[Phrase]],
    context: Context,
    said: Sequence[Said],
    doubted: bool,
) -> bool:
    """True for a "no" to a read-back that corrects rather than denies: "no, not drowsy, unconscious".

    ``doubted``: there may be a red flag in the words.
    """
    if any(one.status == "present" and one.concept in grammar.red_flags for one in context.said()):
        return True
    flags = [s for s in spots if s.payload.kind == "sign" and s.payload.name in grammar.red_flags]
    named = [s for s in flags if s.payload.value == "present"]
    if any(first.end == second.start for first in named for second in named):
        return True  # two signs side by side: the second one stands for the first
    outright = any(
        s.payload.kind == "answer" and s.payload.name == "no" and s.payload.question for s in spots
    )
    if _described(grammar, words) or (not outright and _only_that(grammar, words)):
        return True
    denied = {
        at
        for one in said
        if one.status == "absent" or one.concept in grammar.opposites
        for at in range(one.start, one.end)
    }
    idle = set(grammar.sets["polite"]) | grammar.function_words
    rest = [
        word
        for at, word in enumerate(words.lemma)
        if at not in denied | set(context.lone_nos) and word[0].isalnum() and word not in idle
    ]
    return bool(rest) and (doubted or context.has("wall", 0, len(words.surface)))


def _described(grammar: Grammar, words: Words) -> bool:
    """True for "no purple" and "no not a fit, shaking": how it is instead, not what it is not."""
    rows, surface, skips = grammar.sets, words.surface, grammar.lexicon.skippable
    for at, word in enumerate(surface):
        before = [w for w in surface[max(0, at - 5) : at] if w not in skips or w == ","]
        last = before[-1] if before else ""
        if word in rows["doings"] and last == "no":
            continue
        denied = last in grammar.nots or last in rows["denying_described"]
        if word not in (*rows["described"], *rows["doings"]) or denied:
            continue
        noun = surface[at + 1 : at + 2]
        if last != "no" or not noun or not noun[0][0].isalnum() or noun[0] in rows["clause_openers"]:
            return True
    return False


def _only_that(grammar: Grammar, words: Words) -> bool:
    """True for the just of "no, it was just a bright light": it is something else, maybe not nothing."""
    rows = grammar.sets
    at = next((at for at, word in enumerate(words.surface) if word in rows["limits"]), 0)
    before = words.surface[:at]
    return at > 0 and all(word in rows["before_limits"] or not word[0].isalnum() for word in before)
