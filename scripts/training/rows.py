"""The rows that the network is tuned on, and how another caller or recogniser would give them."""

import random
import sys
from fnmatch import fnmatch
from pathlib import Path

from voice_triage import strict_yaml
from voice_triage.protocol import Protocol

ROOT = Path(__file__).resolve().parent.parent.parent
SENTENCES = ROOT / "tests" / "sentences"
CALLERS = strict_yaml.load(Path(__file__).with_name("callers.yaml"))
STATUSES = [None, "present", "absent", "unsure"]
JOINTS = ["", ",", "and", "and also", "oh and", ".", "but"]
QUESTIONS = [question.id for question in Protocol.load().questions]
ROOM = ("room_*", "common_voice", "overheard*")
"""Files of what concerns nobody's health: read at another question each time, since any may be open."""
TOLD = ("findings", "answer", "values", "command")
MAY_BE_LOST = set("the a is his her my of to and it in on has are be that".split())


def sentences(folders, concepts, grammar, new=(), share=1.0):
    """Rows of labelled words; `only` is the one concept a row of wordings/ is labelled for.

    Few writers label each place they name: one that the rules know counts only where it is labelled.
    """
    rows = []
    paths = [path for folder in folders for path in sorted((SENTENCES / folder).glob("*.yaml"))]
    fresh = {glob: {path for path in paths if fnmatch(path.stem, glob)} for glob in new}
    if missing := [glob for glob, found in fresh.items() if not found]:
        sys.exit(f"no file of {', '.join(folders)} is called {' or '.join(missing)}")
    often = set().union(*fresh.values())
    for path in paths:
        data = strict_yaml.load(path)
        data = list(wordings(data)) if isinstance(data, dict) else data
        if any(fnmatch(path.stem, glob) for glob in ROOM):
            data = [{**row, "answer": None, "anywhere": True, "directed": 0} for row in data]
        else:
            data = [{**row, "directed": directed(row, path)} for row in data]
        rows += taken(data, path in often, share) if new else data
    for row in rows:
        words = grammar.lexicon.read(row["text"])
        row["words"] = list(words.surface)
        row["flagged"] = not grammar.red_flags.isdisjoint(row.get("findings") or ())
        row["findings"] = {c: s for c, s in (row.get("findings") or {}).items() if c in concepts}
        named = {spot.payload.name for spot in grammar.spot(words)} & grammar.places
        row["optional"] = set(row.get("optional") or ()) | named.difference(row["findings"])
        if row.get("answer") in ("null", ""):
            row["answer"] = None
    return [row for row in rows if row["words"]]


def directed(row, path):
    """1 where a caller speaks; None where nobody can know: what was heard without sense, phrases."""
    senseless = path.parent.name == "heard" and not any(row.get(name) for name in TOLD)
    return None if senseless or row.get("only") else 1


def taken(rows, often, share):
    """New rows three times, and a share of the old ones."""
    return rows * 3 if often else random.sample(rows, int(share * len(rows)))


def wordings(data):
    for concept, kinds in data.items():
        for status, texts in kinds.items():
            found = {concept: status} if status in STATUSES else {}
            for text in texts:
                yield {"text": text, "findings": found, "only": concept}


def varied(row):
    """The row as another caller or recogniser would give it."""
    words = list(row["words"])
    if row.get("anywhere") and len(words) > 7 and random.random() < 0.25:  # heard from or up to the middle
        first, last = sorted(random.sample(range(len(words) + 1), 2))
        words = words[first:last] if last - first > 3 else words
    if random.random() < 0.5:
        words = [word for word in words if word[0].isalnum() or word == "'s"]
    if random.random() < 0.08 and not row.get("question"):
        words = random.choice(CALLERS["soothing"]).split() + words
    if random.random() < 0.2:
        words = [random.choice(CALLERS["said_for"].get(word, (word,))) for word in words]
    if random.random() < 0.03 and words[-1].isalpha():  # changes nothing at the end
        words = [*words, "though"]
    if random.random() < 0.06 and len(words) > 7:
        at = random.randrange(len(words))
        if words[at] in MAY_BE_LOST:
            del words[at]
    row = {**row, "words": words}
    asked = row.get("question")  # half of what is said in a room is read at the question it was written for
    if random.random() < ((0.5 if asked else 1.0) if row.get("anywhere") else (0.0 if asked else 0.3)):
        row["question"] = random.choice(QUESTIONS)
    return row


def of_another(row):
    """The row told of another subject, or as supposed, so that no sign is left; or the patient's still."""
    words = row["words"]
    apart = (
        row.get("command") or row.get("only") or not row["flagged"] or "absent" in row["findings"].values()
    )
    if apart or not 3 < len(words) < 14 or words[0] in CALLERS["openers"]:
        return row
    nobodys = random.random() < 0.5
    if {*words} & {*CALLERS["ourselves"]} or random.random() < 0.5:
        row = {**row, "words": framed(words, nobodys)}
    else:
        subject = words[0] in ("he", "she") and random.random() < 0.6
        kind = (
            ("others" if nobodys else "patients") if subject else ("nobodys" if nobodys else "all_the_same")
        )
        row = {**row, "words": random.choice(CALLERS[kind]).split() + words[1 if subject else 0 :]}
    if nobodys:
        left = (row["optional"] - row["findings"].keys()) | {
            "patient",
            "chronic_condition",
            "parental_concern",
        }
        row |= {"findings": {}, "answer": None, "optional": left}
    return row


def framed(words, nobodys):
    """The words behind or before others that make nobody's sign of them, or take nothing away."""
    if random.random() < 0.5:
        return random.choice(CALLERS["supposed" if nobodys else "for_real"]).split() + words
    join = [","] if random.random() < 0.3 else []
    return words + join + random.choice(CALLERS["taken_back" if nobodys else "stays_true"]).split()


def joined(first, second):
    """Both rows in one breath; the first alone where they contradict each other."""
    both = dict(first["findings"])
    for concept, status in second["findings"].items():
        if both.setdefault(concept, status) != status:
            return varied(first)
    words = varied(first)["words"] + random.choice(JOINTS).split() + varied(second)["words"]
    hidden = first["optional"] | second["optional"] | {"command"}
    denied = [*first.get("not_present", ()), *second.get("not_present", ())]
    speaker = first["directed"] if first["directed"] == second["directed"] else None
    return {"words": words, "question": first.get("question"), "findings": both, "optional": hidden,
            "not_present": denied, "directed": speaker, "flagged": False}  # fmt: skip
