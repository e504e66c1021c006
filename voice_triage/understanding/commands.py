"""Orders to the assistant: whole utterances, or clear ones inside another."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot
from voice_triage.understanding.sweep import Near
from voice_triage.understanding.words import Words


def command_in(context: Context, said: Sequence[Said], circumstances: Collection[int] = ()) -> str | None:
    """The command the words give, or None; a sentence that tells a sign commands nothing.

    ``circumstances``: words that tell of the caller or of help, and so order nothing.
    """
    told = [s for s in said if s.concept not in context.grammar.places]
    polite = context.grammar.sets["polite"]
    commands = [s for s in context.spots if s.payload.kind == "command"]
    innocent = Near(s for s in commands if s.payload.value == "never")
    best: tuple[int, str] | None = None
    for spot in commands:
        phrase = spot.payload
        if phrase.value == "never" or spot.negated or spot.doubtful:
            continue
        if any(at in circumstances for at in range(spot.start, spot.end)):
            continue
        if any(one.payload.name == phrase.name for one in innocent.meeting(spot.start, spot.end)):
            continue
        if phrase.value == "whole" and not context.stretches.only_outside(polite, spot.start, spot.end):
            continue
        if _told_off(spot, context):
            continue
        if context.inside_sign(spot.start, spot.end):
            continue
        if phrase.value == "inside" and _tells_beside(told, spot):
            continue
        length = spot.end - spot.start
        if best is None or length > best[0]:
            best = (length, phrase.name)
    return best[1] if best else None


def _tells_beside(told: Sequence[Said], spot: Spot[Phrase]) -> bool:
    """True when a sign is told outside the words of the command."""
    return any(s.end <= spot.start or s.start >= spot.end for s in told)


def _told_off(spot: Spot[Phrase], context: Context) -> bool:
    """True for "he can't wait", "it came back", "yes, no wait, no": nothing is commanded."""
    words, rows = context.words, context.grammar.sets
    if spot.payload.name == "ready" and words.surface[spot.start] in rows["not_ready"]:
        return True
    if not rows["nots"].isdisjoint(words.surface[max(0, spot.start - 2) : spot.start]):
        return True
    before = words.surface[max(0, spot.start - 1) : spot.start]
    if spot.payload.name == "back" and not rows["returning"].isdisjoint(before):
        return True  # "they come back"
    if spot.payload.name in rows["imperatives"] and any(
        word in rows["past_of_commands"] for word in words.surface[spot.start : spot.end]
    ):
        return True
    if spot.payload.name == "ready" and context.unready:
        return True
    corrects = not rows["before_wait"].isdisjoint(before)
    if spot.payload.name == "wait" and corrects and spot.end < len(words.surface):
        return context.has("correction", max(0, spot.start - 2), spot.end)  # "thursday, no wait, friday"
    return spot.payload.name == "wait" and any(at >= spot.end for at in context.lone_nos[-1:])


def leading(context: Context, command: str) -> bool:
    """True where the words begin with the command and go on with why: "two minutes, i'm going upstairs"."""
    words, sets = context.words.surface, context.grammar.sets
    if not sets["past_tense"].isdisjoint(words):
        return False  # "one second he was fine"
    return any(
        s.payload.kind == "command"
        and s.payload.name == command
        and s.payload.value != "never"
        and s.end - s.start > 1
        and context.stretches.only(sets["polite"], 0, s.start)
        and _reason(context, s.end, "reasons_to_wait" if command == "wait" else "reasons")
        for s in context.spots
    )


def _reason(context: Context, at: int, reasons: str) -> bool:
    """True where the caller tells why: "i'm ...", "let me ...", "she's ..."."""
    words, sets = context.words.surface, context.grammar.sets
    start = next((n for n in range(at, len(words)) if words[n][0].isalnum()), len(words))
    first, *then = (*words[start : start + 2], "", "")[:2]
    return first in sets[reasons] or (first in sets["reasons_with_is"] and then[0] in sets["copulas"])


def only_command(words: Words, spots: Sequence[Spot[Phrase]], command: str | None) -> bool:
    """True where the command's phrase is all that was said: nothing is left for the network to read."""
    whole = (0, len(words.surface))
    return any(
        s.payload.kind == "command" and s.payload.name == command and (s.start, s.end) == whole for s in spots
    )
