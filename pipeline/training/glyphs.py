"""Train the reader of figures (`imaging/glyphs.py`) on drawn numbers: half an hour of one core, torch needed for this
alone.

The network is the one of `glyphs.Network`; its weights go into a file of 16-bit numbers.
"""
from __future__ import annotations

import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

# Sign 0 is CTC's blank. Kept equal to imaging/glyphs.py, which this module does not import: torch's Python need not
# have what reads images.
ALPHABET = "\0" + "0123456789.,-/()%:;+±<>≤≥°IVXL*"
HEIGHT = 24
CHANNELS = (20, 40, 56, 80, 80)
BATCH = 96
RATE = 2.5e-3

Pictures = list[NDArray[np.uint8]]


class Net(torch.nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """What `glyphs.Network` computes, for learning."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e = CHANNELS
        self.layers = torch.nn.ModuleList([
            torch.nn.Conv2d(1, a, 3, padding=(1, 1)), torch.nn.Conv2d(a, b, 3, padding=(1, 1)),
            torch.nn.Conv2d(b, c, 3, padding=(1, 1)), torch.nn.Conv2d(c, d, 3, padding=(0, 1)),
            torch.nn.Conv2d(d, e, (1, 5), padding=(0, 2)),
        ])
        self.last = torch.nn.Linear(e, len(ALPHABET))

    def forward(self, seen: Any) -> Any:
        """(batch, columns / 2, signs) logarithms of the probabilities of (batch, 1, HEIGHT, columns) pictures."""
        layer = seen
        for convolution, pool in zip(self.layers[:3], ((2, 2), (2, 1), (2, 1)), strict=True):
            layer = torch.nn.functional.max_pool2d(torch.relu(convolution(layer)), pool)
        layer = torch.relu(self.layers[3](layer))
        layer = torch.relu(self.layers[4](layer))
        return self.last(layer[:, :, 0].transpose(1, 2)).log_softmax(2)


def load(files: Sequence[Path]) -> tuple[Pictures, list[str]]:
    """Pictures and signs of drawn files."""
    pictures: Pictures = []
    texts: list[str] = []
    for file in files:
        with np.load(file) as arrays:
            ends = np.cumsum(arrays["widths"] * HEIGHT)
            pictures += [part.reshape(HEIGHT, -1) for part in np.split(arrays["flat"], ends[:-1])]
            texts += [str(text) for text in arrays["texts"]]
    return pictures, texts


def batches(pictures: Pictures, texts: list[str], chance: random.Random) -> list[tuple[Any, Any, Any, Any]]:
    """Pictures of like width together, in chance order."""
    order = sorted(range(len(texts)), key=lambda i: pictures[i].shape[1] + chance.random() * 12)
    groups = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    chance.shuffle(groups)
    return [_batch([pictures[i] for i in group], [texts[i] for i in group]) for group in groups]


def _batch(pictures: Pictures, texts: list[str]) -> tuple[Any, Any, Any, Any]:
    widest = max(picture.shape[1] for picture in pictures)
    seen = np.zeros((len(pictures), 1, HEIGHT, widest + widest % 2), np.uint8)
    for row, picture in zip(seen, pictures, strict=True):
        row[0, :, : picture.shape[1]] = picture
    targets = [ALPHABET.index(sign) for text in texts for sign in text]
    return (
        torch.from_numpy(seen), torch.tensor(targets), torch.tensor([picture.shape[1] // 2 for picture in pictures]),
        torch.tensor([len(text) for text in texts]),
    )


def read(net: Net, pictures: Pictures) -> list[str]:
    """Greedy readings, one picture at a time as in use."""
    found = []
    with torch.no_grad():
        for picture in pictures:
            best = net(torch.from_numpy(picture[None, None]).float() / 255)[0].argmax(1).tolist()
            found.append("".join(
                ALPHABET[sign] for i, sign in enumerate(best) if sign and (i == 0 or sign != best[i - 1])
            ))
    return found


def learn(files: Sequence[Path], held: Path, out: Path, minutes: float) -> None:
    """Train for so many minutes, test on `held`, write the weights."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    chance = random.Random(0)
    pictures, texts = load(files)
    tested, answers = load([held])
    tested, answers = tested[:1500], answers[:1500]
    net = Net()
    best = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-4)
    began, step = time.monotonic(), 0
    share = 0.0
    while share < 1:
        total = 0.0
        for seen, targets, widths, lengths in batches(pictures, texts, chance):
            share = (time.monotonic() - began) / (60 * minutes)
            if share >= 1:
                break
            rate = RATE * min(1.0, (step + 1) / 200) * max(0.02, 1 - share)
            for group in best.param_groups:
                group["lr"] = rate
            logs = net(seen.float() / 255).transpose(0, 1)
            loss = torch.nn.functional.ctc_loss(logs, targets, widths, lengths, zero_infinity=True)
            best.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
            best.step()
            step += 1
            total += loss.item()
            if step % 400 == 0:
                right = sum(a == b for a, b in zip(read(net, tested[:500]), answers, strict=False)) / 500
                print(f"step {step}, {share:.0%} of the time: loss {total / 400:.4f}, "
                      f"held-out numbers right {right:.4f}")
                total = 0.0
                save(net, out)
    right = sum(a == b for a, b in zip(read(net, tested), answers, strict=True)) / len(answers)
    print(f"{step} steps, held-out numbers right {right:.4f}")
    save(net, out)


def save(net: Net, out: Path) -> None:
    """Write the weights for `glyphs.Network`."""
    arrays: dict[str, Any] = {"last": net.last.weight, "last_bias": net.last.bias}
    for i, layer in enumerate(net.layers):
        arrays[f"kernel{i}"], arrays[f"bias{i}"] = layer.weight, layer.bias
    whole = {name: value.detach().numpy().astype(np.float16) for name, value in arrays.items()}
    np.savez_compressed(out, **whole)
