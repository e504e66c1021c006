"""Yes, no and unsure in every form, self-correction, and what a bare answer says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voice_triage.messages import Answer, Status
from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.placing import placed
from voice_triage.understanding.selection import longest_ends
from voice_triage.understanding.sources import Phrase
from voice_triage.understanding.spotter import Spot, covered
from voice_triage.understanding.sweep import Near

ANSWERS: dict[str, Answer] = {"yes": "yes", "no": "no", "unsure": "unsure"}
Found = tuple[int, int, Answer]
"""The words from the first to before the second number answer so."""
_BY_STATUS: dict[Status, Answer] = {"present": "yes", "absent": "no", "unsure": "unsure"}


def merge(context: Context) -> list[Said]:
    """One status for each concept: the last word wins, but a red flag goes only by clear words."""
    last: dict[str, Said] = {}
    flags, opposites, surface = context.grammar.red_flags, context.grammar.opposites, context.words.surface
    never = context.grammar.sets["never"]
    for said in context.said():
        before = last.setdefault(said.concept, said)
        if said.status == before.status:
            continue
        if before.status == "present":
            corrected = context.has("correction", before.start, said.start + 1)
            if not corrected and not never.isdisjoint(surface[said.start - 2 : said.end]):
                continue  # "he is dribbling, and he never dribbles"
            stands = said.concept in flags or context.row_starts  # "feet cold, legs fine"
            if stands and not (corrected or context.content(before) & context.content(said)):
                continue
            if said.status == "unsure" and said.concept in flags:
                continue
        last[said.concept] = said
    _take_back(context, last)
    _withdraw(context, last)
    for concept, other in opposites.items():
        if concept in last and other not in last and last[concept].status != "unsure":
            said = last[concept]
            status: Status = "absent" if said.status == "present" else "present"
            last[other] = Said(said.start, said.end, other, status, said.sure)
    return list(last.values())


def _take_back(context: Context, last: dict[str, Said]) -> None:
    """Corrections that repeat only the auxiliary: "he can't breathe, no wait, he can"."""
    for cue in context.cues:
        if cue.payload.name not in ("take_back", "put_back"):
            continue
        earlier = [s for s in last.values() if not s.told and s.end <= cue.start and cue.start - s.end <= 4]
        if not earlier or not context.closes(cue.end):
            continue
        said = max(earlier, key=lambda s: s.end)
        clause = context.words.surface[max(0, said.start - 3) : said.end]
        could_not = not context.grammar.sets["plain_not"].isdisjoint(clause)
        if said.status == "present" and could_not == (cue.payload.name == "put_back"):
            last[said.concept] = Said(cue.start, cue.end, said.concept, "absent")


def _withdraw(context: Context, last: dict[str, Said]) -> None:
    """Words that take back what was said in the same breath: "he won't wake up, oh, there, he's awake"."""
    total, light = len(context.words.surface), context.grammar.sets["withdrawing"]
    for cue in context.cues:
        if cue.payload.name != "withdrawn":
            continue
        for concept in cue.payload.of:
            said = last.get(concept)
            if said is None or said.status != "present" or said.told or said.start >= cue.start:
                continue
            between = context.stretches.only(light, said.end, cue.start)
            if said.end < cue.end and between and context.stretches.only(light, cue.end, total):
                last[concept] = Said(cue.start, cue.end, concept, "absent", sure=True)


def answers_in(context: Context) -> list[Found]:
    """The explicit answers in the words, none inside a longer one, in order; the last one wins."""
    found = _outermost(_answers(context)) if context.question else []
    return found[:-1] if _echoed(context, found) else found


def _echoed(context: Context, found: Sequence[Found]) -> bool:
    """True for the last no of "he can't do that no", which only says the not again."""
    (*_, (start, end, _), (at, last, answer)) = found if len(found) > 1 else ((0, 0, "no"), (1, 1, "no"))
    surface = context.words.surface
    alone = answer == "no" and at == end and at in context.lone_nos and context.ends(last)
    return alone and not context.grammar.nots.isdisjoint(surface[start:end])


def general(context: Context, found: Sequence[Found]) -> bool:
    """True for an answer that says nothing of the thing asked: "no, i'm driving", not "no, still there"."""
    own = Near(s for s in context.spots if s.payload.kind == "answer" and s.payload.question)
    last = [(start, end) for start, end, answer in found if answer == found[-1][2]]
    return not any(s.start <= start and end <= s.end for start, end in last for s in own.meeting(start, end))


def only_answers(context: Context, found: Sequence[Found]) -> bool:
    """True when all the words answer the question, or nothing, and none of them doubts: "yeah no"."""
    told = covered(s for s in context.signs if s.payload.question) | covered(context.idle)
    if not (context.question and (found or told)) or context.asked.get("clear_no"):
        return False
    denied = bool(found) and found[-1][2] == "no"
    if denied and context.idle and _no_alarms(context.asked) and general(context, found):
        return False  # "no i dropped it"
    idle = context.grammar.sets.any_of("polite", "clause_pronouns", "auxiliaries")
    answers = {answer for *_, answer in found}
    # Of a doubt about what a no makes an alarm the network shall make no yes: "they fade sometimes".
    if "unsure" in answers and not (found[-1][2] == "unsure" and _no_alarms(context.asked)):
        if answers != {"unsure"}:
            return False
        # "I can't really say" tells nothing, "he can't really say" may.
        idle = context.grammar.sets["speakers"]
    told.update(at for start, end, _ in found for at in range(start, end))
    return all(at in told or not w[0].isalnum() or w in idle for at, w in enumerate(context.words.surface))


def bare_signs(row: Mapping[str, Any]) -> frozenset[str]:
    """What a bare answer to the question says: where one was given, it is no words about the signs."""
    return frozenset(concept for answer in ANSWERS for concept in row.get(answer, ()))


def ordered(said: Sequence[Said]) -> list[Said]:
    """In order of being said."""
    return sorted(said, key=lambda s: s.start)


def harmless(row: Mapping[str, Any], red_flags: frozenset[str]) -> bool:
    """False for a list with a red flag in it: a bare yes is an emergency, or is taken for its worst."""
    asks = row.get("asks", ())
    return "yes" in row or (bool(asks) and red_flags.isdisjoint(asks))


def _no_alarms(row: Mapping[str, Any]) -> bool:
    """True for a question whose no says that a sign is there: the spots stay."""
    return "present" in row.get("no", {}).values()


def answering(context: Context, said: list[Said], found: Sequence[Found]) -> list[Said]:
    """The signs of an utterance that only answers, without what is read into the answers: "a few of them"."""
    row = context.asked
    plain = [(start, end) for start, end, answer in found if answer != "unsure"]
    named = {s.payload.name for s in context.signs if s.payload.question} | set(row.get("yes", ()))
    start, end, answer = found[-1] if found else (0, 0, "unsure")
    # "They fade, no, they stay"; "they stay, oh wait, they fade": good news corrects only by clear words.
    denied = max((at for at, _, earlier in found if earlier == "no"), default=end)
    counts = answer == "no" or (answer == "yes" and context.has("correction", denied, end))
    corrected, last = (start, row[answer]) if counts and _no_alarms(row) else (0, {})
    return [
        s
        for s in said
        if (s.end > corrected or last.get(s.concept, s.status) == s.status)
        and (s.told or s.concept in named or not any(a <= s.start and s.end <= b for a, b in plain))
    ]


def _answers(context: Context) -> list[Found]:
    """All yeses, nos and unsures that count, with their places."""
    found: list[Found] = []
    words, asking = context.words, context.asked_back()
    idling = longest_ends(context.idle, len(words.surface))
    since = max((one.start for one in context.idle if one.payload.question), default=0)
    answers = [s for s in context.spots if s.payload.kind == "answer"]
    content = {s.end for s in answers if context.question and s.payload.question == context.question}
    denied = {s.end for s in answers if s.payload.name == "no" and not s.payload.question}
    for spot in sorted(answers, key=lambda s: (s.payload.question == "", -s.exact)):
        phrase = spot.payload
        if phrase.question not in ("", context.question):
            continue
        name, _, place = phrase.name.partition("_")
        bare = phrase.question == "" and not place
        if name == "idle" or idling[spot.start] >= spot.end or (bare and name == "yes" and spot.end <= since):
            continue  # "yes, i'm pressing"
        if not placed(context, spot):
            continue
        if name == "yes" and place == "end" and phrase.question == "" and spot.start in content:
            continue  # the tag of "right as rain he is"
        if name == "yes" and place and _no_alarms(context.asked):
            # "No i did" clears nothing, nor does "sometimes", nor "he is", which is said of no spots.
            whose = words.surface[spot.start] in context.grammar.sets["persons"]
            if spot.start in denied or place == "degree" or whose:
                continue
        if (phrase.question and context.supposed(spot.start)) or _feared(context, spot):
            continue
        all_said = spot.end - spot.start == len(words.surface) and not _no_alarms(context.asked)
        if phrase.question == "" and not all_said and context.inside_sign(spot.start, spot.end):
            continue  # but "nothing wrong" answers
        if spot.start > asking and words.surface[spot.start] not in context.grammar.sets["ticks"]:
            continue
        found.append((spot.start, spot.end, _turned(ANSWERS[name], spot)))
    found.extend((at, at + 1, "no") for at in context.lone_nos if not idling[at])
    return found


def _feared(context: Context, spot: Spot[Phrase]) -> bool:
    """True for the end of "i was terrified they wouldn't"."""
    return spot.payload.name.endswith("_end") and spot.start in context.feared


def _turned(answer: Answer, spot: Spot[Phrase]) -> Answer:
    """An answer phrase with a not or a maybe inside."""
    if spot.doubtful:
        return "unsure"
    if spot.negated:
        return {"yes": "no", "no": "yes", "unsure": "unsure"}[answer]  # type: ignore[return-value]
    return answer


def _outermost(found: list[Found]) -> list[Found]:
    """Without the answers that lie inside a longer one, in order."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (f[0], -f[1])):
        if kept and one[0] < kept[-1][1]:
            if one[1] - one[0] > kept[-1][1] - kept[-1][0]:
                kept[-1] = one
            continue
        kept.append(one)
    return kept


def effects(row: Mapping[str, Any], said: Sequence[Said], explicit: Answer | None) -> Answer | None:
    """The answer: what was said of the thing asked goes before a bare yes or no."""
    asks = row.get("asks", ())
    told = [s for s in said if s.concept in asks]
    if not told:
        return explicit
    if row.get("yes"):
        for s in told:
            for answer in ANSWERS.values():
                if row.get(answer, {}).get(s.concept) == s.status:
                    return answer
    statuses = {s.status for s in told}
    for status in ("present", "unsure", "absent"):
        if status in statuses:
            if status == "absent" and explicit and explicit != "no":
                return explicit
            return _BY_STATUS[status]
    return explicit


def meant(context: Context, answer: Answer, said: Sequence[Said], found: Sequence[Found]) -> list[Said]:
    """What an answer says of the sign that was asked about, where nothing else said it.

    One that the network alone has read, as the yes of "like daggers", denies nothing: its words are the
    sign's.
    """
    row, known = context.asked, {s.concept for s in said}
    if not known.isdisjoint(row.get("asks", ())):
        return []
    start, end = (found[-1][0],) * 2 if found else (0, len(context.words.surface))
    signs = {one: status for one, status in row.get(answer, {}).items() if one not in known}
    return [Said(start, end, one, status) for one, status in signs.items() if found or status == "present"]


def put_right(context: Context, found: Sequence[Found]) -> bool:
    """True where a yes corrects the no before it: "did i say no? i meant yes". A no is weighed."""
    (start, _, before), (_, end, last) = found[-2:] if len(found) > 1 else ((0, 0, "no"), (0, 0, "no"))
    good = _no_alarms(context.asked)  # a yes that clears
    return (before, last, good) == ("no", "yes", False) and context.has("correction", start, end)


def ruled_out(
    row: Mapping[str, Any],
    said: Sequence[Said],
    explicit: Answer | None,
    supposed: frozenset[str] = frozenset(),
    *,
    may_say_yes: bool,
) -> set[Answer]:
    """The answers that the network must not give: no opposite of what was said of the thing asked.

    Nor a yes or a no where only other things were spoken of: "he hasn't got a fever", "he's gone limp" say
    nothing of the itch; nor that a sign is there which is plainly only ``supposed``.
    """
    opposites: dict[Answer | None, Answer] = {"yes": "no", "no": "yes"}
    told = effects(row, said, None)
    out = {opposites[told]} if told in opposites else set()
    if told == "no":  # "yes, no fever"
        out -= {explicit}
    elif not told and not explicit and said and row.get("asks"):
        out |= {"yes", "no"}
    elif not told and explicit == "no" and any(s.status == "present" for s in said):
        out.add("yes")  # "no, but he's burning hot", to the baby's own signs
    if not told and not explicit and not supposed.isdisjoint(row.get("asks", ())):
        out.add("no" if _no_alarms(row) else "yes")  # "if it was sepsis he'd hate the light"
    if not told and explicit != "yes" and _no_alarms(row):
        out.add("yes")  # the network hears a fading in any chatter
    return out | (set() if may_say_yes else {"yes"})
