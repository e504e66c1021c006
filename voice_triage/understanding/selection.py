"""Which of the spotted phrases count: the longest reading, without what is explained away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from voice_triage.understanding.grammar import Grammar
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, apart, covered
from voice_triage.understanding.words import Words

INDEPENDENT = frozenset(
    {
        "wall",
        "resume",
        "ongoing",
        "correction",
        "take_back",
        "put_back",
        "not_this",
        "question_start",
        "statement",
        "over_wide",
        "not_after",
        "asks_back",
        "begun",
        "begun_not",
        "returned",
        "more_so",
        "stays_on",
        "partly",
        "exception",
        "goes_on",
        "goes_on_with",
        "advice",
        "come_true",
        "remains",
        "earlier",
        "misread",
        "masked",
        "the_rest",
        "withdrawn",
        "echo",
        "clear_on",
        "clear_is",
        "gone_is",
        "clear_there",
    }
)
"""Cues that stand beside others instead of replacing a shorter one."""
BESIDE = ("past", "past_after", "question_first")
"""Cues that stand beside others too, but that a fixed phrase takes away."""
UNCOVERED = INDEPENDENT.union(BESIDE, ("told", "excuse"))
"""Cues that count inside a sign as well: "years ago" also says how long a rash has been there."""


def idle_words(
    grammar: Grammar, words: Words, spots: Iterable[Spot[Phrase]], question: str
) -> list[Spot[Phrase]]:
    """What is said while the thing asked is being done, and answers nothing: "yes, i'm pressing"."""
    return [
        s
        for s in spots
        if s.payload.kind == "answer"
        and s.payload.name == "idle"
        and s.payload.question in ("", question)
        and not (s.negated or s.doubtful)
        and grammar.sets["meanwhile"].isdisjoint(words.surface[max(0, s.start - 3) : s.start])
    ]


def spotted(grammar: Grammar, words: Words, question: str) -> list[Spot[Phrase]]:
    """Every phrase in the words; a word of the question only where nothing else is said: "lips and eyes"."""
    spots = grammar.spot(words)
    named = [s for s in spots if s.payload.value == "named" and s.payload.question == question]
    others = [s for s in spots if s.payload.value != "named"]
    if not named:
        return others
    told = (s for s in others if s.payload.kind == "sign" and s.payload.name not in grammar.places)
    beside = covered(named) | covered(s for s in told if _plain(s))
    idle = grammar.sets["beside_named"]
    more = any(at not in beside and word not in idle for at, word in enumerate(words.surface))
    return others if more else others + named


def kept_cues(spots: Sequence[Spot[Phrase]]) -> list[Spot[Phrase]]:
    """The cues: the longest reading of those that compete, and all that stand beside others."""
    cues = (s for s in spots if s.payload.kind == "cue" and not s.negated)
    every = list({(s.start, s.end, s.payload.name, s.payload.of, s.payload.sure): s for s in cues}.values())
    out = _longest([s for s in every if s.payload.name not in INDEPENDENT.union(BESIDE)])
    for name in BESIDE:
        rivals = _longest([s for s in every if s.payload.name in (name, "fix", "told")])
        out += [s for s in rivals if s.payload.name == name]
    return out + [s for s in every if s.payload.name in INDEPENDENT]


def kept_signs(
    grammar: Grammar,
    words: Words,
    spots: Sequence[Spot[Phrase]],
    cues: Sequence[Spot[Phrase]],
    idle: Sequence[Spot[Phrase]],
    question: str,
) -> list[Spot[Phrase]]:
    """The longest reading of each sign, without those an excluder explains away."""
    signs = [s for s in spots if s.payload.kind == "sign" and s.payload.question in ("", question)]
    # "no, it doesn't fade": the no answers, the not denies.
    signs = [s for s in signs if not (s.negated and words.surface[s.start] in grammar.sets["nays"])]
    signs = [s for s in _named(grammar, words, signs) if not _after_no(grammar, words, s)]
    said = longest_ends(idle, len(words.surface))
    signs = [s for s in signs if s.payload.name in grammar.places or said[s.start] < s.end]
    signs = [s for s in signs if not _soothes_over_a_clause(grammar, words, s)]
    excluders = sorted((c for c in cues if c.payload.name == "not_this"), key=lambda c: c.start)
    opposites = grammar.opposites
    by_concept: dict[str, list[Spot[Phrase]]] = {}
    for sign in signs:
        name = sign.payload.name
        by_concept.setdefault(min(name, opposites.get(name, name)), []).append(sign)
    kept: list[Spot[Phrase]] = []
    for group in by_concept.values():
        names = {sign.payload.name for sign in group}
        against = covered(e for e in excluders if not names.isdisjoint(e.payload.of))
        group = [sign for sign in group if against.isdisjoint(range(sign.start, sign.end))]
        if not names.isdisjoint(grammar.red_flags):
            group = _unswallowed(grammar, words, group)
        told = _widened(_longest([sign for sign in group if sign.payload.value != "denied"]), group)
        heard = covered(told)
        denied = [s for s in group if s.payload.value == "denied" and heard.isdisjoint(range(s.start, s.end))]
        kept.extend(told + _longest(denied))
    return sorted(kept, key=lambda s: (s.start, s.end))


def _unswallowed(grammar: Grammar, words: Words, group: list[Spot[Phrase]]) -> list[Spot[Phrase]]:
    """Without the fine phrases that hold an alarming one and no word to deny it."""
    denying = grammar.sets["denying"]
    alarms: dict[int, list[Spot[Phrase]]] = {}
    for sign in group:
        flag = sign.payload.name in grammar.red_flags
        if flag and sign.payload.value == "present" and not sign.negated:
            alarms.setdefault(sign.start, []).append(sign)

    def swallows(fine: Spot[Phrase]) -> bool:
        inside = (alarm for at in range(fine.start, fine.end) for alarm in alarms.get(at, ()))
        return any(
            alarm.end <= fine.end
            # "no trouble peeing" names more of the same words than "no ... peeing": it is meant.
            and not ((alarm.start, alarm.end) == (fine.start, fine.end) and fine.exact > alarm.exact)
            and not any(w in denying for w in words.surface[fine.start : alarm.start])
            and not any(w in denying for w in words.surface[alarm.end : fine.end])
            for alarm in inside
        )

    return [s for s in group if s.payload.value != "absent" or s.negated or not swallows(s)]


def _named(grammar: Grammar, words: Words, signs: list[Spot[Phrase]]) -> list[Spot[Phrase]]:
    """The signs, without what else the words say by which the question is answered: "blotchy and cold"."""
    taken = covered(s for s in signs if s.payload.value == "named")
    if taken:
        idle = grammar.sets["beside_named"]
        taken |= {at for at, word in enumerate(words.surface) if word in idle}
    return [s for s in signs if s.payload.value == "named" or not taken.issuperset(range(s.start, s.end))]


def _after_no(grammar: Grammar, words: Words, sign: Spot[Phrase]) -> bool:
    """True for what is read out of "no, there's pus", "no, it fades": the no answers a question."""
    sets, start, status = grammar.sets, sign.start, sign.payload.value
    there = status == "absent" and words.text(start, start + 3) in sets["no_there"]
    return there or (status == "present" and words.text(start, start + 2) in sets["no_it"])


def _soothes_over_a_clause(grammar: Grammar, words: Words, sign: Spot[Phrase]) -> bool:
    """True for a fine phrase read across a new clause: "just that | it is all over" soothes nothing."""
    if sign.payload.value != "absent" or sign.payload.name not in grammar.red_flags:
        return False
    pronouns, auxiliaries = grammar.sets["clause_pronouns"], grammar.lexicon.auxiliaries
    return any(
        words.surface[at] in pronouns and words.surface[at + 1] in auxiliaries
        for at in range(sign.start + 1, sign.end - 1)
    )


def _longest(spots: list[Spot[Phrase]]) -> list[Spot[Phrase]]:
    """Without the phrases that lie inside, or half inside, a longer one."""
    ranked = sorted(
        spots,
        key=lambda s: (s.start - s.end, s.negated, s.doubtful, -len(s.payload.question), -s.exact, s.start),
    )
    # "breath will not come" is a phrase of its own, and "breath comes" turned: the first is meant.
    meant: dict[tuple[int, int], Spot[Phrase]] = {}
    for one in ranked:
        if one.payload.kind == "sign":
            meant.setdefault((one.start, one.end), one)
    return apart((s for s in ranked if s.payload.kind != "sign" or meant[s.start, s.end] is s), beside=True)


def _widened(kept: list[Spot[Phrase]], group: Sequence[Spot[Phrase]]) -> list[Spot[Phrase]]:
    """Signs with the words of one that says the same and reaches into them: "can't swallow | my throat"."""
    starts: dict[int, int] = {}
    for other in group:
        if _plain(other):
            starts[other.end] = min(other.start, starts.get(other.end, other.start))
    taken = {at: number for number, one in enumerate(kept) for at in range(one.start, one.end)}
    out = []
    for number, one in enumerate(kept):
        start = min([one.start] + [starts.get(end, end) for end in range(one.start + 1, one.end + 1)])
        free = all(taken.get(at, number) == number for at in range(start, one.start))
        out.append(replace(one, start=start) if start < one.start and _plain(one) and free else one)
    return out


def _plain(sign: Spot[Phrase]) -> bool:
    """True for what says that a sign is there, outright."""
    return sign.payload.value == "present" and not sign.negated and not sign.doubtful


def longest_ends(signs: Sequence[Spot[Phrase]], total: int) -> list[int]:
    """For each word the end of the longest sign that covers it, or 0."""
    ends = [0] * total
    for sign in signs:
        for at in range(sign.start, sign.end):
            ends[at] = max(ends[at], sign.end)
    return ends
