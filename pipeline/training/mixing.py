"""Mix language models of several kinds of text into one of the same form, and prune it.

A model of all text knows much of what plans never say; one of administrative text alone knows little, but that is to
the point. Their weighted mean is better than either, and better than counting the second kind of text more often:
repeated counts look like evidence and are none.
"""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.decoder.language import BITS, Keys, LanguageModel, Table

Doubles = NDArray[np.float64]
LEAST_LEFT = 1e-3  # of the probability after a context, for words that were not seen with it
_LAST = np.uint64((1 << BITS) - 1)


def _columns(keys: Keys, order: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Contexts, a row each, and last words of n-grams."""
    words = [((keys >> np.uint64(BITS * (order - 1 - place))) & _LAST).astype(np.int64) for place in range(order)]
    contexts = np.stack(words[:-1], axis=1) if order > 1 else np.zeros((len(keys), 0), np.int64)
    return contexts, words[-1]


def _score(model: LanguageModel, keys: Keys, order: int) -> Doubles:
    return model.score(*_columns(keys, order)).astype(np.float64)


def _lower(tables: Sequence[Table], keys: Keys) -> Doubles:
    """What n-grams of the next order would get from tables that know only shorter ones."""
    order = len(tables)
    model = LanguageModel(len(tables[0].keys), tuple(tables))
    return np.exp(_score(model, keys & np.uint64((1 << BITS * order) - 1), order))


def _starts(keys: Keys) -> tuple[Keys, NDArray[np.intp]]:
    """Contexts of sorted n-grams, and where those of each begin."""
    contexts = keys >> np.uint64(BITS)
    starts = np.flatnonzero(np.concatenate(([True], contexts[1:] != contexts[:-1])))
    return contexts[starts], starts


def _left(model: LanguageModel, keys: Keys, order: int) -> Doubles:
    """What a model leaves, after each context of the n-grams, for all other words.

    By its back-off weight, not as one less the sum of what it gives: its probabilities may be rounded, and where few
    words are left the sum of the rounding is more than they have.
    """
    contexts, starts = _starts(keys)
    shorter = np.exp(_score(model, keys & np.uint64((1 << BITS * (order - 1)) - 1), order - 1))
    table = model.tables[order - 2]
    places = np.minimum(np.searchsorted(table.keys, contexts), len(table.keys) - 1)
    weights = np.where(table.keys[places] == contexts, table.backoffs[places], 0.0)
    left: Doubles = np.exp(weights) * np.maximum(1 - np.add.reduceat(shorter, starts), LEAST_LEFT)
    return left


def _with_backoffs(table: Table, keys: Keys, left: Doubles, lower: Doubles) -> Table:
    """The table with back-off weights: `left` for words not seen with the contexts of these n-grams."""
    contexts, starts = _starts(keys)
    weights = np.zeros(len(table.keys), np.float32)
    weights[np.searchsorted(table.keys, contexts)] = (
        np.log(left) - np.log(np.maximum(1 - np.add.reduceat(lower, starts), LEAST_LEFT))
    )
    return Table(table.keys, table.logs, weights)


def mixed(
    models: Sequence[LanguageModel], shares: Sequence[float], importance: Sequence[float], keep: dict[int, int]
) -> LanguageModel:
    """The mean of the models by their `shares`, with `keep` n-grams of each order from 2 on.

    What is kept are the n-grams that add most: how often one is to be expected in text mixed by `importance`, times
    the gain in log-probability over backing off.
    """
    vocabulary, top = models[0].vocabulary, max(model.order for model in models)
    keys: dict[int, Keys] = {1: np.arange(vocabulary, dtype=np.uint64)}
    chances: dict[int, Doubles] = {}
    gains: dict[int, Doubles] = {}
    left: dict[int, Doubles] = {}
    tables: list[Table] = []
    expected: list[Doubles] = []  # log-probability of the whole n-gram, by model
    for order in range(1, top + 1):
        if order > 1:
            keys[order] = np.unique(np.concatenate([
                model.tables[order - 1].keys for model in models if model.order >= order
            ]))
        scores = [_score(model, keys[order], order) for model in models]
        chances[order] = np.zeros(len(keys[order]))
        for share, score in zip(shares, scores, strict=True):
            chances[order] += share * np.exp(score)
        if order > 1:
            lower = _lower(tables, keys[order])
            left[order] = sum(
                (share * _left(model, keys[order], order) for share, model in zip(shares, models, strict=True)),
                start=np.zeros(1),
            )
            tables[-1] = _with_backoffs(tables[-1], keys[order], left[order], lower)
            before = np.searchsorted(keys[order - 1], keys[order] >> np.uint64(BITS))
            expected = [whole[before] + score for whole, score in zip(expected, scores, strict=True)]
            often = np.zeros(len(keys[order]))
            for part, whole in zip(importance, expected, strict=True):
                often += part * np.exp(whole)
            gains[order] = often * (np.log(chances[order]) - tables[-1].backoffs[before] - np.log(lower))
        else:
            expected = scores
        tables.append(_table(keys[order], chances[order]))
    return _pruned(keys, chances, gains, left, keep)


def _table(keys: Keys, chances: Doubles) -> Table:
    return Table(keys, np.log(chances).astype(np.float32), np.zeros(len(keys), np.float32))


def _pruned(
    keys: dict[int, Keys], chances: dict[int, Doubles], gains: dict[int, Doubles], left: dict[int, Doubles],
    keep: dict[int, int],
) -> LanguageModel:
    chosen: dict[int, NDArray[np.bool_]] = {1: np.ones(len(keys[1]), bool)}
    for order in range(max(keys), 1, -1):
        wanted = np.ones(len(keys[order]), bool)
        if len(keys[order]) > keep[order]:
            wanted = gains[order] >= np.partition(gains[order], -keep[order])[-keep[order]]
        if order + 1 in chosen:  # a context must be there to hold its back-off weight
            contexts = np.unique(keys[order + 1][chosen[order + 1]] >> np.uint64(BITS))
            wanted[np.searchsorted(keys[order], contexts)] = True
        chosen[order] = wanted
    tables: list[Table] = []
    for order in sorted(keys):
        own, kept = keys[order][chosen[order]], chances[order][chosen[order]]
        if tables:
            contexts, starts = _starts(keys[order])
            dropped = np.add.reduceat(np.where(chosen[order], 0.0, chances[order]), starts)
            still = np.searchsorted(contexts, _starts(own)[0])
            tables[-1] = _with_backoffs(tables[-1], own, (left[order] + dropped)[still], _lower(tables, own))
        tables.append(_table(own, kept))
    return LanguageModel(len(keys[1]), tuple(tables))
