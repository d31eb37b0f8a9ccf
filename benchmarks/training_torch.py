"""The network of ``benchmarks.training`` in PyTorch, in an environment of its own: not imported by anything.

Usage: python training_torch.py FILE. FILE holds sizes, rows and batches as JSON; prints seconds and accuracy.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

CELLS = {"simple_rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Classifier(nn.Module):
    """Embedding, one recurrent layer over packed rows, its final states, two labels."""

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__()
        self.embedding = nn.Embedding(body["vocabulary"], body["embedding"])
        nn.init.uniform_(self.embedding.weight, -0.05, 0.05)
        self.recurrent = CELLS[body["cell"]](
            body["embedding"], body["units"], batch_first=True, bidirectional=body["both"]
        )
        self.head = nn.Linear(body["units"] * (2 if body["both"] else 1), 2)

    def forward(self, rows: list[torch.Tensor]) -> torch.Tensor:
        """Logits [rows, 2]."""
        ids = pad_sequence(rows, batch_first=True)
        packed = pack_padded_sequence(
            self.embedding(ids),
            torch.tensor([len(row) for row in rows]),
            batch_first=True,
            enforce_sorted=False,
        )
        state = self.recurrent(packed)[1]
        final = state[0] if isinstance(state, tuple) else state
        return self.head(torch.cat(list(final), dim=1))


def main() -> None:
    """Trains and judges."""
    body = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    torch.manual_seed(1)
    torch.set_num_threads(body["threads"])
    ids = [torch.tensor(row or [1]) for row in body["ids"]]
    targets = torch.tensor(body["targets"])
    model = Classifier(body)
    optimizer = torch.optim.Adam(model.parameters(), body["rate"], eps=1e-7)
    loss_of = nn.CrossEntropyLoss()
    seconds = []
    for batches in body["batches"]:
        start = time.perf_counter()
        for rows in batches:
            optimizer.zero_grad(set_to_none=True)
            loss_of(model([ids[row] for row in rows]), targets[rows]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        seconds.append(time.perf_counter() - start)
    accuracy = None
    if body["held_out"]:
        first = len(ids) - body["held_out"]
        model.eval()
        with torch.no_grad():
            right = sum(
                int((model(ids[at : at + 64]).argmax(dim=1) == targets[at : at + 64]).sum())
                for at in range(first, len(ids), 64)
            )
        accuracy = right / body["held_out"]
    print(json.dumps({"seconds": sum(seconds[1:]) / len(seconds[1:]), "accuracy": accuracy}))


if __name__ == "__main__":
    main()
