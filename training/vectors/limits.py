"""From how many tokens on word vectors are worth fitting."""

FEW_TOKENS = 100_000
"""Vectors of 53,000 tokens cost 4 points, those of 130,000 brought 3 (docs/decisions/0010)."""
