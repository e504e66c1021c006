"""The answer to a read-back: what agrees, what takes back, and what only corrects."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from voice_triage.messages import Answer
from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.placing import placed
from voice_triage.understanding.replies import Found
from voice_triage.understanding.spotter import covered


def confirmed(context: Context, said: Sequence[Said], found: Sequence[Found]) -> Answer | None:
    """The answer to a read-back: "no they don't", "no he's getting worse" take nothing back."""
    flags = {s.status for s in said if s.concept in context.grammar.red_flags}
    if "present" in flags:
        return "no" if "absent" in flags and _puts_right(context, found) else "yes"
    easing = not context.lone_nos and not context.grammar.sets["easing"].isdisjoint(context.words.surface)
    if easing and (not found or found[-1][2] == "no"):
        return None  # of "it's going down" the swelling is still there
    if not found or found[-1][2] != "no":
        return found[-1][2] if found else "no" if flags == {"absent"} else None
    answers = [s for s in context.spots if s.payload.kind == "answer"]
    own = [s for s in answers if s.payload.question == context.question and placed(context, s)]
    agreed = {(start, end) for start, end, answer in found if answer == "yes"}
    if agreed and not any(s.payload.name.startswith("no") for s in own):
        # "yes that's right, she can't", and never a plain no where a yes was said too
        return "yes" if any((s.start, s.end) in agreed for s in own) else None
    if own or "absent" in flags:
        return "no"
    polite = context.grammar.sets["polite"]
    unclear = context.grammar.sets["unclear_nos"]  # "not at all" may say again "he can't breathe"
    nos = (
        s for s in answers
        if s.payload.name == "no" and not s.payload.question
        and unclear.isdisjoint(context.words.surface[s.start : s.end])
    )  # fmt: skip
    clear = covered(nos).union(context.lone_nos, _owned_to(context))
    rest = [w for at, w in enumerate(context.words.surface) if at not in clear and w[0].isalnum()]
    return "no" if polite.issuperset(rest) else None


def _puts_right(context: Context, found: Sequence[Found]) -> bool:
    """True for "no, she's not confused, she won't wake up": this one not, but that one, which stands."""
    denied = bool(found) and context.begins(found[0][0]) and all(answer == "no" for *_, answer in found)
    subjects = context.grammar.sets.any_of("nominative", "clause_pronouns")
    return denied and not (_side_by_side(context, subjects) or _described(context))


def cried(context: Context, text: str) -> bool:
    """True where only a clear no counts and this is "oh no": fright, not an answer."""
    if not context.asked.get("clear_no"):
        return False
    cries = context.grammar.sets["cries"]
    spoken = set(re.findall(r"[a-z]+", text.lower()))
    return bool(spoken & cries) and spoken <= context.grammar.sets.any_of("cries", "plain_no")


def unclear(context: Context, said: Sequence[Said], doubted: bool) -> bool:
    """True for a "no" to a read-back that corrects rather than denies: "no, not drowsy, unconscious".

    ``doubted``: there may be a red flag in the words.
    """
    grammar, words = context.grammar, context.words
    if any(one.status == "present" and one.concept in grammar.red_flags for one in context.said()):
        return True
    if _side_by_side(context):
        return True
    nos = (s for s in context.spots if s.payload.kind == "answer" and s.payload.name == "no")
    outright = any(s.payload.question for s in nos)
    if _described(context) or (not outright and _only_that(context)):
        return True
    denied = covered(one for one in said if one.status == "absent" or one.concept in grammar.opposites)
    denied.update(context.lone_nos, _owned_to(context))
    idle = grammar.sets["polite"] | grammar.function_words
    rest = (w for at, w in enumerate(words.lemma) if at not in denied and w[0].isalnum())
    return not idle.issuperset(rest) and (doubted or context.has("wall", 0, len(words.surface)))


def _owned_to(context: Context) -> set[int]:
    """The words of "i mixed it up", by which the caller explains his no."""
    return covered(cue for cue in context.cues if cue.payload.name == "not_this")


def _side_by_side(context: Context, parting: Collection[str] = ()) -> bool:
    """True for "no, not drowsy, unconscious": without an "or" the second may stand for the first.

    Words of ``parting`` begin something new: "not drowsy, she's wheezing".
    """
    grammar, surface = context.grammar, context.words.surface
    if not grammar.sets["alternatives"].isdisjoint(surface):
        return False
    flags = [s for s in context.spots if s.payload.kind == "sign" and s.payload.name in grammar.red_flags]
    named = [s for s in flags if s.payload.value == "present"]
    starts, idle = {s.start for s in named}, {",", *grammar.sets["skippable"]}.difference(parting)
    for end in (s.end for s in named):
        while end not in starts and surface[end : end + 1] and surface[end] in idle:
            end += 1
        if end in starts:
            return True
    return False


def _described(context: Context) -> bool:
    """True for "no purple" and "no not a fit, shaking": how it is instead, not what it is not."""
    sets, surface = context.grammar.sets, context.words.surface
    nos = sets["plain_no"]
    for at, word in enumerate(surface):
        doing = word in sets["doings"]
        if not doing and word not in sets["described"]:
            continue
        before = [w for w in surface[max(0, at - 5) : at] if w not in sets["skippable"]]
        last = before[-1] if before else ""
        if last in sets.any_of("nots", "denying_described") or (doing and last in nos):
            continue
        if last not in nos or context.ends(at + 1):
            return True
    return False


def _only_that(context: Context) -> bool:
    """True for the just of "no, it was just a bright light": it is something else, maybe not nothing."""
    sets, surface = context.grammar.sets, context.words.surface
    at = next((at for at, word in enumerate(surface) if word in sets["limits"]), 0)
    return at > 0 and all(word in sets["before_limits"] or not word[0].isalnum() for word in surface[:at])
