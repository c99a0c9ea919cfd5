"""The best words and their probabilities in a lattice of candidates.

A lattice is a chain of nodes, numbered in reading order; an arc goes from one node to a later one and carries a
word number and the log-probability of what was read there. All paths lead from the first node to the last. Arcs
that jump over a node stand for two tokens read as one word, nodes between two tokens for one read as two.

Two passes of forward-backward: with word pairs over all arcs, to leave out the hopeless; with the whole language
model over what remains, exactly. The result is the posterior probability of every arc.
"""
from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder.language import BOUNDARY, STEPS_PER_NAT

Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]

# Posterior of the pair model below which an arc is left out, and the most arcs from one node into the second pass,
# whose work grows with their fourth power. 1e-5 and 6 are three times slower and no better on held-out pages
# (54 errors in 4,288 syllables against 52); 3e-4 and 4 give 53.
FIRST_PASS_KEEP = 1e-4
MOST_ARCS = 5
# Posterior below which an arc is left out when new evidence is weighed in: 1e-4 makes the same words, and takes longer.
STILL_POSSIBLE = 1e-3

Score = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Speech:
    """What the words themselves tell: the table of pairs for the first pass (see LanguageModel.pairs), the full
    language model (contexts of three words), and its exponent `weight` against the readings."""

    pairs: NDArray[np.uint8]
    score: Score
    weight: float


@dataclass(frozen=True, slots=True)
class Arcs:
    """Parallel columns, sorted by `start`: nodes, word numbers, log-probabilities of the readings."""

    start: Longs
    end: Longs
    word: Longs
    emission: Doubles


def _pairs(start: Longs, end: Longs, nodes: int) -> tuple[Longs, Longs]:
    """All (arc, following arc). `start` is sorted."""
    first = np.searchsorted(start, np.arange(nodes + 1))
    fan = first[end + 1] - first[end]
    left = np.repeat(np.arange(len(start)), fan)
    offset = np.arange(len(left)) - np.repeat(np.cumsum(fan) - fan, fan)
    return left, first[end[left]] + offset


def _forward_backward(
    start: Longs, end: Longs, emission: Doubles, left: Longs, right: Longs, chances: Doubles, nodes: int,
) -> Doubles:
    """Posterior of each arc. `chances` are the probabilities of `right` after `left`, pairs sorted by `left`."""
    count = len(start)
    heard = np.zeros(count)
    # Only ratios within a node matter to the scaled recursions; arcs over two tokens keep their own evidence.
    np.exp(emission, out=heard)
    by_right = np.argsort(start[right], kind="stable")
    left_r, right_r, chances_r = left[by_right], right[by_right], chances[by_right]
    bounds = np.searchsorted(start[right_r], np.arange(nodes + 1))
    arcs_at = np.searchsorted(start, np.arange(nodes + 1))
    forward = np.zeros(count)
    scale = np.zeros(nodes)  # log of what was divided out on all ways to this node
    first = arcs_at[1]
    forward[:first] = heard[:first]
    reach = np.zeros(nodes)
    for node in range(1, nodes):
        a, b = bounds[node], bounds[node + 1]
        low, high = arcs_at[node], arcs_at[node + 1]
        if a == b or low == high:
            continue
        sources = left_r[a:b]
        begins = start[sources]
        shift = scale[begins]
        top = shift.max()
        weights = forward[sources] * chances_r[a:b]
        if shift.min() != top:
            weights = weights * np.exp(shift - top)
        summed = np.bincount(right_r[a:b] - low, weights, high - low) * heard[low:high]
        total = summed.sum()
        if total <= 0:
            summed = np.full(high - low, 1e-300)
            total = summed.sum()
        forward[low:high] = summed / total
        scale[node] = top + np.log(total)
    backward = np.ones(count)
    reach = np.zeros(nodes)
    last = end == nodes - 1
    order_bounds = np.searchsorted(left, arcs_at)  # pairs by the node where their left arc starts
    for node in range(nodes - 2, -1, -1):
        low, high = arcs_at[node], arcs_at[node + 1]
        if low == high:
            continue
        a, b = order_bounds[node], order_bounds[node + 1]
        if a == b:
            continue
        follow = right[a:b]
        shift = reach[start[follow]]
        top = shift.max()
        weights = backward[follow] * heard[follow] * chances[a:b]
        if shift.min() != top:
            weights = weights * np.exp(shift - top)
        summed = np.bincount(left[a:b] - low, weights, high - low).astype(np.float64, copy=False)
        if last[low:high].any():
            summed[last[low:high]] = np.exp(-top)
        total = summed.max()
        if total <= 0:
            summed = np.full(high - low, 1e-300)
            total = 1e-300
        backward[low:high] = summed / total
        reach[node] = top + np.log(total)
    # scale[start] and reach[start] differ between arcs over the same token only where arcs jump.
    strength = np.log(np.maximum(forward, 1e-300)) + np.log(np.maximum(backward, 1e-300)) + scale[start] + reach[start]
    whole = strength[: arcs_at[1]]
    top = whole.max()
    evidence = top + np.log(np.exp(whole - top).sum())
    chance: Doubles = np.exp(np.minimum(strength - evidence, 0.0))
    return chance


def _pair_posteriors(arcs: Arcs, nodes: int, speech: Speech) -> Doubles:
    """Posterior of each arc under the pair model: one small matrix of word pairs for each node."""
    table, ladder = speech.pairs, np.exp(np.arange(256) * (-speech.weight / STEPS_PER_NAT)).astype(np.float32)
    starts = np.searchsorted(arcs.start, np.arange(nodes + 1)).tolist()
    by_end = np.argsort(arcs.end, kind="stable")
    ends = np.searchsorted(arcs.end[by_end], np.arange(nodes + 1)).tolist()
    heard = np.exp(arcs.emission)
    costs, row_of = table.reshape(-1), arcs.word * table.shape[1]
    forward = np.zeros(len(heard))
    backward = np.ones(len(heard))
    scale, reach = [0.0] * nodes, [0.0] * nodes
    forward[: starts[1]] = heard[: starts[1]]
    matrices: list[NDArray[np.float32] | None] = [None] * nodes
    begins = arcs.start
    for node in range(1, nodes - 1):
        low, high = starts[node], starts[node + 1]
        incoming = by_end[ends[node] : ends[node + 1]]
        if low == high or not len(incoming):
            continue
        matrix = ladder.take(costs.take(row_of[incoming][:, None] + arcs.word[low:high]))
        matrices[node] = matrix
        weights, top = forward[incoming], scale[begins[incoming[0]]]
        if begins[incoming[0]] != begins[incoming[-1]]:
            shift = np.array([scale[begin] for begin in begins[incoming]])
            top = float(shift.max())
            weights = weights * np.exp(shift - top)
        summed = (weights.astype(np.float32) @ matrix) * heard[low:high]  # else the matrix is copied to 64 bits
        total = float(summed.sum())
        if total <= 0:
            summed, total = np.full(high - low, 1e-300), 1e-300 * (high - low)
        forward[low:high] = summed / total
        scale[node] = top + math.log(total)
    for node in range(nodes - 2, 0, -1):
        found = matrices[node]
        if found is None:
            continue
        low, high = starts[node], starts[node + 1]
        finish = arcs.end[low:high]
        weights = backward[low:high] * heard[low:high]
        if (finish != finish[0]).any():
            shift = np.array([reach[end] for end in finish])
            top = float(shift.max())
            weights = weights * np.exp(shift - top)
        else:
            top = reach[finish[0]]
        summed = (found @ weights.astype(np.float32)).astype(np.float64)
        total = float(summed.max())
        if total <= 0:
            summed, total = np.full(len(summed), 1e-300), 1e-300
        backward[by_end[ends[node] : ends[node + 1]]] = summed / total
        reach[node] = top + math.log(total)
    strength = np.log(np.maximum(forward, 1e-300)) + np.log(np.maximum(backward, 1e-300))
    strength += np.array(scale)[begins] + np.array(reach)[arcs.end]
    whole = strength[: starts[1]]
    top = float(whole.max())
    evidence = top + math.log(float(np.exp(whole - top).sum()))
    chance: Doubles = np.exp(np.minimum(strength - evidence, 0.0))
    return chance


def posteriors(arcs: Arcs, nodes: int, speech: Speech) -> Doubles:
    """Posterior probability of every arc; 0 for those left out after the first pass."""
    first = _pair_posteriors(arcs, nodes, speech)
    return _among(arcs, _keep(arcs, first, nodes), first, nodes, speech)


def weighed_anew(arcs: Arcs, posterior: Doubles, evidence: Doubles, nodes: int, speech: Speech) -> Doubles:
    """The posterior after new evidence on the arcs, in nats: words that belong together are weighed together."""
    louder = replace(arcs, emission=arcs.emission + evidence)
    return _among(louder, posterior > STILL_POSSIBLE, posterior, nodes, speech)


def _among(arcs: Arcs, alive: NDArray[np.bool_], before: Doubles, nodes: int, speech: Speech) -> Doubles:
    """Posterior of the arcs that are alive by the full language model, of none where nothing follows on anything."""
    kept = np.flatnonzero(alive)
    few = Arcs(arcs.start[kept], arcs.end[kept], arcs.word[kept], arcs.emission[kept])
    left, right = _pairs(few.start, few.end, nodes)
    result = np.zeros(len(arcs.start))
    result[kept] = _exact(few, left, right, nodes, speech) if len(left) else before[kept]
    return result


def _keep(arcs: Arcs, posterior: Doubles, nodes: int) -> NDArray[np.bool_]:
    good = posterior >= FIRST_PASS_KEEP
    order = np.lexsort((-posterior, arcs.start))
    begins = np.searchsorted(arcs.start, np.arange(nodes))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - begins[arcs.start[order]]
    good &= rank < MOST_ARCS
    return good


def _exact(arcs: Arcs, left: Longs, right: Longs, nodes: int, speech: Speech) -> Doubles:
    """Arc posteriors with contexts of three words: the states are triples of arcs."""
    start, end, emission = arcs.start, arcs.end, arcs.emission
    count = len(start)
    none = count  # stands for "before the first"
    words = np.append(arcs.word, BOUNDARY)
    # Pairs (y, z): z an arc, y the one before it or none.
    opening = np.flatnonzero(start == 0)
    pair_y = np.concatenate([np.full(len(opening), none), left])
    pair_z = np.concatenate([opening, right])
    order = np.argsort(pair_z, kind="stable")
    pair_y, pair_z = pair_y[order], pair_z[order]
    of_z = np.searchsorted(pair_z, np.arange(count + 1))
    # Triples (x, y, z): every pair (x, y) for each pair (y, z).
    fan = np.where(pair_y == none, 1, of_z[np.minimum(pair_y, count - 1) + 1] - of_z[np.minimum(pair_y, count - 1)])
    triple_pair = np.repeat(np.arange(len(pair_y)), fan)
    offset = np.arange(len(triple_pair)) - np.repeat(np.cumsum(fan) - fan, fan)
    y, z = pair_y[triple_pair], pair_z[triple_pair]
    before = np.where(y == none, 0, of_z[np.minimum(y, count - 1)] + offset)  # pair (x, y)
    x = np.where(y == none, none, pair_y[before])
    # States are the pairs (y, z) with x: transitions go from triple (x, y, z) to (y, z, w).
    # The triples ending in pair (y, z) are contiguous; a triple's context pair is `triple_pair`.
    first_of_pair = np.searchsorted(triple_pair, np.arange(len(pair_y) + 1))
    # For each triple (y, z, w): its sources are the triples whose last pair is (y, z), i.e. `before`.
    fan = np.where(y == none, 0, first_of_pair[before + 1] - first_of_pair[before])
    to = np.repeat(np.arange(len(y)), fan)
    offset = np.arange(len(to)) - np.repeat(np.cumsum(fan) - fan, fan)
    source = first_of_pair[before[to]] + offset
    contexts = np.stack([words[x[source]], words[y[source]], words[z[source]]], axis=1)
    chances = np.exp(speech.weight * speech.score(contexts, words[z[to]]).astype(np.float64))
    # Opening triples (none, none, z) have no source: their own score.
    lead = np.flatnonzero(y == none)
    boundary = np.full((len(lead), 3), BOUNDARY)
    lead_score = speech.weight * speech.score(boundary, words[z[lead]]).astype(np.float64)
    heard = emission[z].copy()
    heard[lead] += lead_score
    order = np.lexsort((np.arange(len(z)), start[z]))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    state_start, state_end = start[z][order], end[z][order]
    source, to = place[source], place[to]
    sort = np.lexsort((to, source))
    posterior = _forward_backward(
        state_start, state_end, heard[order], source[sort], to[sort], chances[sort], nodes
    )
    return np.bincount(z[order], posterior, count).astype(np.float64, copy=False)


def best_path(arcs: Arcs, posterior: Doubles, nodes: int) -> Longs:
    """The path that holds most posterior probability (per token), as arc numbers in order."""
    value = np.full(nodes, -np.inf)
    back = np.full(nodes, -1)
    value[0] = 0.0
    for arc in np.flatnonzero(posterior > 0):  # arcs are sorted by start
        begin, finish = int(arcs.start[arc]), int(arcs.end[arc])
        if value[begin] == -np.inf:
            continue
        gain = value[begin] + float(posterior[arc]) * (finish - begin)
        if gain > value[finish]:
            value[finish], back[finish] = gain, arc
    path: list[Any] = []
    node = nodes - 1
    while node > 0 and back[node] >= 0:
        path.append(int(back[node]))
        node = int(arcs.start[path[-1]])
    return np.array(path[::-1], np.int64)
