"""Train the neural second reader on a processor: an hour of one core, torch needed for this alone.

Three steps. *Learn*: places in doubt of the training text, the network beside the pairs of words, so that it learns
what pairs do not know. *Tune*: places in doubt of held-out text that no count has seen, beside the whole language
model. *Weigh*: what its word counts for beside the lattice, on pages whose true text is known.
"""
from __future__ import annotations

import math
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from pipeline.decoder.language import BITS
from pipeline.decoder.lattice import Arcs, Doubles, Longs
from pipeline.decoder.neural import CONDITIONS, GROUPS, MATRICES, NEAR, REACH, NeuralReader, packed
from pipeline.decoder.restoration import Restorer
from pipeline.decoder.trained import Trained
from pipeline.training.doubts import CHOICES, NONE, Doubts, Maker

WIDTH, HIDDEN = 128, 384
STRETCH = 2048  # words drawn at once
BATCH = 1300  # places in doubt
RATE, TUNE_RATE = 1e-3, 3e-4
TUNE_ROUNDS = 2  # a third one makes held-out text worse
WARM = 400  # steps
# How often a source is read, beside its size; others 0.5.
SHARES = {
    "tnt305_admin": 8.0, "admin_office_docs": 8.0, "dvhcvn_nghiquyet": 2.0, "tnt305_legal": 1.5, "vbpl_html": 1.0,
    "pccc_dichvucong": 1.0, "tto_corpus": 1.0, "diepxuan_phapdien": 0.3, "tnt305_wiki": 0.15,
    "underthesea_viwiki": 0.15,
}
WEIGHED_ON = frozenset({"tnt305_admin", "admin_office_docs", "tnt305_legal", "vbpl_html"})
MOST_WEIGHED = 3000  # paragraphs without marks; some 100,000 syllables
Network = dict[str, Any]
Streams = dict[str, NDArray[np.int64]]


def begin(trained: Trained) -> Network:
    """A network whose words lie near those that stand beside the same words, by the pairs of the language model."""
    generator = torch.Generator().manual_seed(0)
    size = len(trained.vocabulary.words)
    inputs = 2 * (NEAR + len(GROUPS)) * WIDTH

    def drawn(rows: int, columns: int, spread: float) -> Any:
        return (torch.randn(rows, columns, generator=generator) * spread).requires_grad_()

    pairs, single = trained.model.tables[1], trained.model.tables[0]
    left = (pairs.keys >> np.uint64(BITS)).astype(np.int64)
    right = (pairs.keys & np.uint64((1 << BITS) - 1)).astype(np.int64)
    beside = torch.zeros(size, 2 * size)
    gain = torch.from_numpy(np.maximum(pairs.logs[:] - single.logs[right], 0))
    beside[left, right], beside[right, size + left] = gain, gain
    axes, lengths, _ = torch.svd_lowrank(beside, q=WIDTH, niter=3)
    words = axes * lengths.sqrt()
    words = torch.cat([words / words.std() * 0.5, torch.zeros(1, WIDTH)])
    return {
        "context": words.requires_grad_(), "answer": drawn(size, WIDTH, 0.1),
        "first": drawn(HIDDEN, inputs, inputs**-0.5), "second": drawn(HIDDEN, HIDDEN, 0.5 * HIDDEN**-0.5),
        "third": drawn(WIDTH, HIDDEN, HIDDEN**-0.5),
        "first_bias": torch.zeros(HIDDEN, requires_grad=True), "second_bias": torch.zeros(HIDDEN, requires_grad=True),
        "third_bias": torch.zeros(WIDTH, requires_grad=True),
        "word_bias": torch.from_numpy(trained.model.tables[0].logs[:].copy()).float().requires_grad_(),
        "mix": torch.tensor([0.5, 0.5, 0.6], requires_grad=True),
    }


def guesses(net: Network, around: Any, choices: Any) -> Any:
    """What the network gives each choice, as NeuralReader computes it."""
    near = torch.cat([around[:, REACH - NEAR : REACH], around[:, REACH : REACH + NEAR]], 1)
    parts = [torch.nn.functional.embedding(near, net["context"]).flatten(1)]
    for low, high in GROUPS:
        for side in (around[:, REACH - high : REACH - low + 1], around[:, REACH + low - 1 : REACH + high]):
            mean = torch.nn.functional.embedding_bag(side.contiguous(), net["context"], mode="mean")
            parts.append(mean * (high - low + 1) ** 0.5)
    first = torch.relu(torch.cat(parts, 1) @ net["first"].T + net["first_bias"])
    second = first + torch.relu(first @ net["second"].T + net["second_bias"])
    told = second @ net["third"].T + net["third_bias"]
    answers = torch.nn.functional.embedding(choices, net["answer"])
    return torch.einsum("nd,nkd->nk", told, answers) + net["word_bias"][choices]


def loss_of(net: Network, doubts: Doubts, beside: NDArray[np.float32]) -> Any:
    """Mean of minus the log-probability of the true words; `beside` are the other evidence's logs for the choices."""
    choices, heard = torch.from_numpy(doubts.choices), torch.from_numpy(doubts.heard)
    value = (
        net["mix"][0] * torch.from_numpy(beside) + net["mix"][1] * heard
        + net["mix"][2] * guesses(net, torch.from_numpy(doubts.around), choices)
    )
    logs = torch.log_softmax(value.masked_fill(heard <= NONE, -1e9), 1)
    return -logs[torch.from_numpy((doubts.choices == doubts.true[:, None]) & (doubts.heard > NONE))].mean()


def _steps(net: Network, rate: float, share: Callable[[int], float], batches: Any) -> int:
    """Adam over the batches at this rate times `share` of the number of steps done."""
    words = {"context", "answer", "word_bias", "mix"}
    groups = [
        {"params": [value for name, value in net.items() if (name in words) == of_words], "lr": rate, "base": base}
        for of_words, base in ((False, rate), (True, 2 * rate))
    ]
    optimizer = torch.optim.Adam(groups, betas=(0.9, 0.99))
    done = 0
    for doubts, beside in batches:
        for group in optimizer.param_groups:
            group["lr"] = group["base"] * max(0.02, share(done))
        optimizer.zero_grad()
        loss_of(net, doubts, beside).backward()
        torch.nn.utils.clip_grad_norm_([value for value in net.values()], 2.0)
        optimizer.step()
        done += 1
    return done


def joined(parts: Sequence[Doubts]) -> Doubts:
    columns = [np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Doubts)]
    return Doubts(*columns)


def learn(net: Network, maker: Maker, text: Streams, minutes: float) -> int:
    """Learn beside the pairs of words for so many minutes; gives the number of steps."""
    rng = np.random.default_rng(1)
    names = [name for name, stream in text.items() if len(stream) > 2]
    chances = np.array([len(text[name]) * SHARES.get(name, 0.5) for name in names])
    began = time.monotonic()

    def batches() -> Any:
        while time.monotonic() < began + 60 * minutes:
            parts: list[Doubts] = []
            while sum(len(part.true) for part in parts) < BATCH:
                stream = text[names[rng.choice(len(names), p=chances / chances.sum())]]
                at = int(rng.integers(0, max(1, len(stream) - STRETCH)))
                parts.append(maker.draw(stream[at : at + STRETCH], rng))
            doubts = joined(parts)
            yield doubts, np.log(np.maximum(doubts.near, 1e-12))

    def share(done: int) -> float:
        passed = min(1.0, (time.monotonic() - began) / (60 * minutes))
        return min(1.0, (done + 1) / WARM) * (0.5 + 0.5 * math.cos(math.pi * passed))

    return _steps(net, RATE, share, batches())


def tune(net: Network, maker: Maker, trained: Trained, text: Streams) -> int:
    """Tune on held-out text beside the whole language model; gives the number of steps."""
    rng = np.random.default_rng(2)
    doubts = joined([maker.draw(stream, rng, wrong=0.0) for stream in text.values() if len(stream) > 2])
    around = np.where(doubts.around == maker.size, 0, doubts.around)
    beside = np.zeros(doubts.choices.shape, np.float32)
    for column in range(CHOICES):
        live = np.flatnonzero(doubts.heard[:, column] > NONE)
        row = np.concatenate([
            around[live, REACH - 3 : REACH], doubts.choices[live, column][:, None], around[live, REACH : REACH + 3]
        ], axis=1)
        for step in range(4):
            beside[live, column] += trained.model.score(row[:, step : step + 3], row[:, step + 3])
    net["mix"] = torch.tensor([0.9, 1.1, 0.2], requires_grad=True)
    order = np.concatenate([rng.permutation(len(doubts.true)) for _ in range(TUNE_ROUNDS)])
    total = max(1, len(order) // 1000)

    def batches() -> Any:
        for start in range(0, total * 1000, 1000):
            rows = order[start : start + 1000]
            columns = [getattr(doubts, field.name)[rows] for field in fields(Doubts)]
            yield Doubts(*columns), beside[rows]

    return _steps(net, TUNE_RATE, lambda done: 1 - done / total, batches())


def arrays_of(net: Network, maker: Maker, trained: Trained) -> dict[str, NDArray[Any]]:
    """The network as it is shipped; words it never had to tell apart are marked by a scale of 0."""
    values = {name: value.detach().numpy() for name, value in net.items()}
    values["answer"] = np.where((maker.read[:, :1] >= 0), values["answer"], 0)
    arrays: dict[str, NDArray[Any]] = {
        name: value.astype(np.float16) for name, value in values.items() if name.endswith("_bias")
    }
    for name in MATRICES:
        arrays[name], arrays[f"{name}_scale"] = packed(values[name])
    arrays["weights"] = np.tile(np.array([1.0, 0.0, 0.0], np.float32), (len(CONDITIONS), 1))
    arrays["vocabulary"] = np.array([zlib.crc32("\n".join(trained.vocabulary.words).encode())], np.uint32)
    return arrays


class _Listener(NeuralReader):
    """Keeps what the lattices of a text hold, and changes nothing."""

    def __init__(self, arrays: Any) -> None:
        super().__init__(arrays)
        self.words: list[int] = []  # on the path, through the whole text
        self.rows: list[tuple[int, NDArray[np.int64], Doubles]] = []  # place in `words`, words possible there, logs

    def told(self, arcs: Arcs, posterior: Doubles, path: Longs, nodes: int, condition: str) -> None:
        found = self.evidence(arcs, posterior, path, nodes)
        if found is not None:
            for row, place in enumerate(found.places.tolist()):
                own = found.row == row
                self.rows.append((len(self.words) + place, arcs.word[found.arcs[own]], found.logs[own]))
        self.words.extend(arcs.word[path].tolist())


Row = tuple[Doubles, NDArray[np.bool_]]


def observed(arrays: dict[str, NDArray[Any]], trained: Trained, true: str, read: str) -> list[Row]:
    """Doubtful places of a text as read whose true word is among the possible ones: logs, and which is right."""
    listener = _Listener(arrays)
    trained.second_reader = listener
    Restorer(trained).restore_text(read)
    trained.second_reader = None
    truth = [word for line in true.split("\n") for word in trained.vocabulary.stream(line)]
    right: dict[int, int] = {}
    for op in Levenshtein.opcodes(listener.words, truth):
        if op.src_end - op.src_start == op.dest_end - op.dest_start:
            right.update(zip(range(op.src_start, op.src_end), truth[op.dest_start : op.dest_end], strict=True))
    return [
        (logs, words == right[place]) for place, words, logs in listener.rows
        if place in right and (words == right[place]).any()
    ]


def weigh(arrays: dict[str, NDArray[Any]], trained: Trained, texts: Sequence[Sequence[tuple[str, str]]]) -> None:
    """Set the weights that make the true words of (true, read) texts most probable, a list for each of CONDITIONS."""
    for number, pairs in enumerate(texts):
        rows = [row for true, read in pairs for row in observed(arrays, trained, true, read)]
        if rows:
            arrays["weights"][number] = _fitted(rows)


def _fitted(rows: Sequence[Row]) -> Doubles:
    place = torch.from_numpy(np.repeat(np.arange(len(rows)), [len(gold) for _, gold in rows]))
    logs = torch.from_numpy(np.concatenate([values for values, _ in rows]))
    gold = torch.from_numpy(np.concatenate([right for _, right in rows]))
    weights = torch.tensor([1.0, 0.0, 0.0], dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> Any:
        optimizer.zero_grad()
        odds = torch.exp((logs @ weights).clamp(-60, 60))
        both = torch.zeros(len(rows), dtype=torch.double)
        loss = -torch.log(both.index_add(0, place, odds * gold) / both.index_add(0, place, odds)).mean()
        loss.backward()
        return loss

    optimizer.step(closure)
    found: Doubles = weights.detach().numpy()
    return found
