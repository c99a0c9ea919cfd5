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

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder.language import BOUNDARY, STEPS_PER_NAT, Floats, Steps

Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]

# Posterior of the pair model below which an arc is left out, and the most arcs from one node into the second pass,
# whose work grows with their fourth power. 1e-5 and 6 are three times slower and no better on held-out pages
# (54 errors in 4,288 syllables against 52); 3e-4 and 4 give 53.
FIRST_PASS_KEEP = 1e-4
MOST_ARCS = 5
# Posterior below which an arc is left out when new evidence is weighed in: 1e-4 makes the same words, and takes longer.
STILL_POSSIBLE = 1e-3

Score = Callable[[Steps], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Speech:
    """What the words themselves tell: the table of pairs for the first pass (see LanguageModel.pairs), the full
    language model (see LanguageModel.score_steps), and its exponent `weight` against the readings."""

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


@dataclass(frozen=True, slots=True)
class _States:
    """What the exact pass walks over: triples of arcs, sorted by the level and the node where their last arc starts.

    A lattice falls apart where a boundary is all that leads to a node: nothing before it tells of what follows, so
    that all its stretches are walked side by side. `level` counts nodes from the start of the own stretch. `source`
    and `to` are the transitions, sorted by `to`; `chance` is that of the last word of `to` after its context.
    `arc` is the last arc, `before` the two before it (or how many arcs there are, for none); `lead` is the language
    model's log-probability of the words that open a stretch, 0 elsewhere.
    """

    arc: Longs
    before: tuple[Longs, Longs]
    lead: Doubles
    source: Longs
    to: Longs
    chance: Doubles

    def only(self, alive: NDArray[np.bool_]) -> _States:
        """The states all of whose arcs are alive (a mark for each arc, and one for none)."""
        good = alive[self.arc] & alive[self.before[0]] & alive[self.before[1]]
        number = np.cumsum(good) - 1
        kept = good[self.source] & good[self.to]
        return _States(
            self.arc[good], (self.before[0][good], self.before[1][good]), self.lead[good],
            number[self.source[kept]], number[self.to[kept]], self.chance[kept],
        )


def _openings(arcs: Arcs, nodes: int) -> NDArray[np.bool_]:
    """Nodes where a stretch of the lattice opens: the first one, and those only a boundary leads to."""
    covered = np.zeros(nodes + 1, np.int64)  # arcs that jump over a node
    np.add.at(covered, arcs.start + 1, 1)
    np.add.at(covered, arcs.end, -1)
    other = np.bincount(arcs.end, arcs.word != BOUNDARY, nodes) > 0
    reached = np.bincount(arcs.end, minlength=nodes) > 0
    opens: NDArray[np.bool_] = reached & ~other & (np.cumsum(covered)[:nodes] == 0)
    opens[0] = True
    return opens


def _walk(arcs: Arcs, states: _States, nodes: int, opens: NDArray[np.bool_]) -> Doubles:
    """Posterior of each state. Only ratios within a node are kept, their common factor beside it as a logarithm."""
    count = len(states.arc)
    start = arcs.start[states.arc]
    begin = np.maximum.accumulate(np.where(opens, np.arange(nodes), 0))
    depth = start - begin[start]
    levels = int(depth.max()) + 1
    edge = np.searchsorted(depth, np.arange(levels + 1)).tolist()
    heard = np.exp(arcs.emission[states.arc] + states.lead)
    last = opens[np.minimum(arcs.end[states.arc], nodes - 1)] | (arcs.end[states.arc] == nodes - 1)
    # Runs of states with one node, and the runs of each level.
    first_of = np.flatnonzero(np.concatenate(([True], start[1:] != start[:-1])))
    run_edge = np.searchsorted(first_of, edge).tolist()
    run = np.repeat(np.arange(len(first_of)), np.diff(np.append(first_of, count)))
    size = np.diff(np.append(first_of, count))
    source, to, chance = states.source, states.to, states.chance
    bounds = np.searchsorted(to, edge).tolist()
    jumps = (arcs.end - arcs.start > 1).any()
    forward, scale = heard.copy(), np.zeros(len(first_of))
    for level in range(levels):
        low, high = edge[level], edge[level + 1]
        a, b = bounds[level], bounds[level + 1]
        runs = slice(run_edge[level], run_edge[level + 1])
        here = first_of[runs] - low
        top: Doubles | float = 0.0
        if level:
            own = source[a:b]
            weights = forward[own] * chance[a:b]
            shift, at = scale[run[own]], run[to[a:b]] - run_edge[level]
            top = np.full(len(here), -np.inf)
            if jumps:
                np.maximum.at(top, at, shift)
                top[top == -np.inf] = 0.0
                weights *= np.exp(shift - top[at])
            else:
                top[at] = shift
                top[top == -np.inf] = 0.0
            summed = np.bincount(to[a:b] - low, weights, high - low) * heard[low:high]
        else:
            summed = heard[low:high]
        total = np.maximum(np.add.reduceat(summed, here), 1e-300)
        forward[low:high] = summed / np.repeat(total, size[runs])
        scale[runs] = top + np.log(total)
    order = np.argsort(source, kind="stable")
    source, to, chance = source[order], to[order], chance[order]
    bounds = np.searchsorted(source, edge).tolist()
    backward, reach = np.ones(count), np.zeros(len(first_of))
    for level in range(levels - 1, -1, -1):
        low, high = edge[level], edge[level + 1]
        a, b = bounds[level], bounds[level + 1]
        runs = slice(run_edge[level], run_edge[level + 1])
        here = first_of[runs] - low
        follow = to[a:b]
        weights = backward[follow] * heard[follow] * chance[a:b]
        shift, at = reach[run[follow]], run[source[a:b]] - run_edge[level]
        top = np.full(len(here), -np.inf)
        if jumps:
            np.maximum.at(top, at, shift)
            weights *= np.exp(shift - top[at])
        else:
            top[at] = shift
        top[top == -np.inf] = 0.0
        summed = np.bincount(source[a:b] - low, weights, high - low).astype(np.float64, copy=False)
        ends = last[low:high]
        summed[ends] = np.exp(-np.repeat(top, size[runs])[ends])
        total = np.maximum(np.maximum.reduceat(summed, here), 1e-300)
        backward[low:high] = summed / np.repeat(total, size[runs])
        reach[runs] = top + np.log(total)
    strength = np.log(np.maximum(forward, 1e-300)) + np.log(np.maximum(backward, 1e-300)) + (scale + reach)[run]
    stretch = np.cumsum(opens)[start] - 1
    whole, own = strength[: edge[1]], stretch[: edge[1]]
    best = np.full(int(opens.sum()), -np.inf)
    np.maximum.at(best, own, whole)
    evidence = best + np.log(np.maximum(np.bincount(own, np.exp(whole - best[own]), len(best)), 1e-300))
    posterior: Doubles = np.exp(np.minimum(strength - evidence[stretch], 0.0))
    return posterior


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


@dataclass(frozen=True, slots=True)
class Found:
    """The posterior probability of every arc, 0 for those left out after the first pass; and what was walked over."""

    posterior: Doubles
    states: _States | None
    opens: NDArray[np.bool_]


def posteriors(arcs: Arcs, nodes: int, speech: Speech) -> Found:
    """Weigh every arc: with word pairs to leave out the hopeless, then with the whole language model."""
    first = _pair_posteriors(arcs, nodes, speech)
    opens = _openings(arcs, nodes)
    kept = np.flatnonzero(_keep(arcs, first, nodes))
    few = Arcs(arcs.start[kept], arcs.end[kept], arcs.word[kept], arcs.emission[kept])
    left, right = _pairs(few.start, few.end, nodes)
    result = np.zeros(len(arcs.start))
    if not len(left):  # nothing follows on anything
        result[kept] = first[kept]
        return Found(result, None, opens)
    inside = ~opens[few.start[right]]
    states = _triples(few, left[inside], right[inside], nodes, speech, opens)
    number = np.append(kept, len(arcs.start))
    states = replace(states, arc=number[states.arc], before=(number[states.before[0]], number[states.before[1]]))
    return _of_states(arcs, states, nodes, opens)


def weighed_anew(arcs: Arcs, found: Found, evidence: Doubles, nodes: int) -> Doubles:
    """The posterior after new evidence on the arcs, in nats: words that belong together are weighed together.

    What the language model said of them is remembered from the first time.
    """
    if found.states is None:
        return found.posterior
    alive = np.append(found.posterior > STILL_POSSIBLE, True)
    louder = replace(arcs, emission=arcs.emission + evidence)
    return _of_states(louder, found.states.only(alive), nodes, found.opens).posterior


def _of_states(arcs: Arcs, states: _States, nodes: int, opens: NDArray[np.bool_]) -> Found:
    posterior = np.bincount(states.arc, _walk(arcs, states, nodes, opens), len(arcs.start))
    return Found(posterior.astype(np.float64, copy=False), states, opens)


def _keep(arcs: Arcs, posterior: Doubles, nodes: int) -> NDArray[np.bool_]:
    likely = np.flatnonzero(posterior >= FIRST_PASS_KEEP)
    start = arcs.start[likely]
    order = np.lexsort((-posterior[likely], start))
    rank = np.arange(len(order)) - np.searchsorted(start, np.arange(nodes))[start]  # the starts are in order
    good = np.zeros(len(posterior), bool)
    good[likely[order[rank < MOST_ARCS]]] = True
    return good


def _triples(
    arcs: Arcs, left: Longs, right: Longs, nodes: int, speech: Speech, opens: NDArray[np.bool_]
) -> _States:
    """All triples of arcs that follow each other, and the full language model's word on each step between them."""
    start = arcs.start
    count = len(start)
    none = count  # stands for "before the first"
    words = np.append(arcs.word, BOUNDARY)
    # Pairs (y, z): z an arc, y the one before it or none.
    opening = np.flatnonzero(opens[start])
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
    # The pair (x, y); (none, none) stands behind all others.
    before = np.where(y == none, len(pair_y), of_z[np.minimum(y, count - 1)] + offset)
    pair_y, pair_z = np.append(pair_y, none), np.append(pair_z, none)
    x = pair_y[before]
    # States are the pairs (y, z) with x: transitions go from triple (x, y, z) to (y, z, w).
    # The triples ending in pair (y, z) are contiguous; a triple's context pair is `triple_pair`.
    first_of_pair = np.searchsorted(triple_pair, np.arange(len(pair_y) + 1))
    # For each triple (y, z, w): its sources are the triples whose last pair is (y, z), i.e. `before`.
    first_of_pair = np.append(first_of_pair, first_of_pair[-1])
    fan = np.where(y == none, 0, first_of_pair[before + 1] - first_of_pair[before])
    to = np.repeat(np.arange(len(y)), fan)
    offset = np.arange(len(to)) - np.repeat(np.cumsum(fan) - fan, fan)
    source = first_of_pair[before[to]] + offset
    opened, moved = speech.score(Steps(words, (pair_y, pair_z), (before, triple_pair), (source, to)))
    chance = np.exp(speech.weight * moved.astype(np.float64))
    # Opening triples (none, none, z) have no source: their own score.
    lead = np.where(y == none, speech.weight * opened.astype(np.float64), 0.0)
    begin = np.maximum.accumulate(np.where(opens, np.arange(nodes), 0))
    order = np.lexsort((start[z], start[z] - begin[start[z]]))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    source, to = place[source], place[to]
    sort = np.argsort(to, kind="stable")
    return _States(z[order], (x[order], y[order]), lead[order], source[sort], to[sort], chance[sort])


def best_path(arcs: Arcs, posterior: Doubles, nodes: int) -> Longs:
    """The path that holds most posterior probability (per token), as arc numbers in order."""
    value, back = [-math.inf] * nodes, [-1] * nodes
    value[0] = 0.0
    alive = np.flatnonzero(posterior > 0)  # arcs are sorted by start
    gains = posterior[alive] * (arcs.end[alive] - arcs.start[alive])
    starts, ends = arcs.start[alive].tolist(), arcs.end[alive].tolist()
    for place, (begin, finish, own) in enumerate(zip(starts, ends, gains.tolist(), strict=True)):
        gain = value[begin] + own
        if gain > value[finish]:
            value[finish], back[finish] = gain, place
    path: list[int] = []
    node = nodes - 1
    while node > 0 and back[node] >= 0:
        path.append(back[node])
        node = starts[back[node]]
    return alive[np.array(path[::-1], np.intp)]
