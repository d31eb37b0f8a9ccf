"""The networks of ``benchmarks.training`` in PyTorch: run by the Python of an environment that has it.

Reads ``{"lengths": [...], "batch": n, "vocabulary": n, "embedding": n, "units": n, "threads": n}`` from
standard input and writes the seconds of the second of two epochs for each network as JSON. Rows are shuffled
and padded to the longest of their batch, as a usual ``collate_fn`` does, and go through packed sequences.
"""

import json
import sys
import time

import torch
from torch import nn

NETWORKS = {
    "SimpleRNN": (nn.RNN, False),
    "LSTM": (nn.LSTM, False),
    "GRU": (nn.GRU, False),
    "BiLSTM": (nn.LSTM, True),
}


class Classifier(nn.Module):
    """Embedding, one recurrent layer, its last state, two logits."""

    def __init__(self, sizes: dict[str, int], recurrent: type[nn.RNNBase], both: bool) -> None:
        super().__init__()
        self.embedding = nn.Embedding(sizes["vocabulary"], sizes["embedding"], padding_idx=0)
        self.recurrent = recurrent(sizes["embedding"], sizes["units"], batch_first=True, bidirectional=both)
        self.logits = nn.Linear(sizes["units"] * (1 + both), 2)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Logits [batch, 2] of ids [batch, time]."""
        packed = nn.utils.rnn.pack_padded_sequence(
            self.embedding(ids), lengths, batch_first=True, enforce_sorted=False
        )
        _, last = self.recurrent(packed)
        state = last[0] if isinstance(last, tuple) else last
        return self.logits(state.transpose(0, 1).flatten(1))


def epoch(model: Classifier, optimizer: torch.optim.Optimizer, rows: list[torch.Tensor], batch: int) -> float:
    """Seconds of one epoch."""
    start = time.perf_counter()
    order = torch.randperm(len(rows)).tolist()
    for first in range(0, len(order), batch):
        chosen = [rows[place] for place in order[first : first + batch]]
        ids = nn.utils.rnn.pad_sequence(chosen, batch_first=True)
        targets = torch.randint(0, 2, (len(chosen),))
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(ids, torch.tensor([len(row) for row in chosen])), targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return time.perf_counter() - start


def main() -> None:
    """Prints the seconds."""
    sizes = json.load(sys.stdin)
    torch.manual_seed(1)
    torch.set_num_threads(sizes["threads"])
    rows = [torch.randint(2, sizes["vocabulary"], (length,)) for length in sizes["lengths"]]
    seconds = {}
    for name, (recurrent, both) in NETWORKS.items():
        model = Classifier(sizes, recurrent, both)
        optimizer = torch.optim.Adam(model.parameters())
        epoch(model, optimizer, rows, sizes["batch"])
        seconds[name] = epoch(model, optimizer, rows, sizes["batch"])
    json.dump({"version": torch.__version__, "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main()
