"""The laboratory: what each cell can remember, how long, and how far a gradient reaches back.

    python -m benchmarks.memory                     # tables and plots of docs/lab.md from the kept results
    python -m benchmarks.memory run --task adding --length 100 --cell lstm gru --seed 1 2 3
    python -m benchmarks.memory probe               # what needs no training: gates, w^999, parameters

It needs JAX, which ``make setup`` installs.

A run is kept in ``benchmarks/results/memory``, one file a task, cell, length and seed, and is not repeated
while its file is there: results grow with the time a machine has. Cells are those of the registry, trained
with JAX underneath, which is some ten times as fast as TensorFlow where steps are many and small.
"""
