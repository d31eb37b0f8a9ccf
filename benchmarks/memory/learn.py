"""Trains one cell on one task, on a budget that is the same for every cell."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from benchmarks.memory.gradients import norm_by_distance
from benchmarks.memory.store import Run
from benchmarks.memory.tasks import CHUNK, TASKS, MemoryTask
from models.networks.registry import find
from models.networks.spec import NetworkSpec

FRESH_ROWS = 2_000
# Powers of two, as in the paper; eight groups of eight units.
PERIODS = (1, 2, 4, 8, 16, 32, 64, 128)
# Adam's rate; with 1e-3 the rectified units of the IRNN do not find the start of the path.
RATE, RATES = 1e-3, {"irnn": 5e-4}
# Added to the bias of a forget gate, which is then open or closed whatever else it reads.
GATES = {"open": 10.0, "closed": -10.0}


@dataclass(frozen=True, slots=True)
class Budget:
    """The training of every cell. Adam's rate, that of ``RATES``, falls to zero along a cosine."""

    steps: int
    units: int = 64
    rows: int = 32
    clip_norm: float | None = 1.0


def network(
    task: MemoryTask, cell: str, time_steps: int, features: int, units: int, seed: int
) -> keras.Model:
    """Inputs [batch, time, features] -> states of each step and the answers [batch, answers, outputs]."""
    spec = NetworkSpec(1, 1, cell=cell, units=units, periods=PERIODS)
    inputs = keras.Input((time_steps, features))
    states = find("cell", cell)(spec, "cell", seed)(inputs)
    start = keras.initializers.GlorotUniform(seed)
    answers = keras.layers.Dense(task.outputs, kernel_initializer=start)(states[:, -task.answers :])
    return keras.Model(inputs, [states, answers])


def learn(name: str, cell: str, length: int, seed: int, budget: Budget) -> Run:
    """Trains and judges one run."""
    begin, task = time.perf_counter(), TASKS[name]
    random = np.random.default_rng([seed, length])
    sample = task.draw(random, 1, length)[0]
    model = network(task, cell, *sample.shape[1:], budget.units, seed)
    rate = RATES.get(cell, RATE)
    schedule = keras.optimizers.schedules.CosineDecay(rate, budget.steps)
    optimizer = keras.optimizers.Adam(schedule, global_clipnorm=budget.clip_norm)
    optimizer.build(model.trainable_variables)
    fixed = [variable.value for variable in model.non_trainable_variables]

    def forward(weights: Any, inputs: Any) -> Any:
        (_, answers), _ = model.stateless_call(weights, fixed, inputs)
        return answers

    def step(carry: Any, rows: Any) -> Any:
        weights, state = carry
        inputs, targets = rows
        judged = jax.value_and_grad(
            lambda weights: _loss_and_score(task, forward(weights, inputs), targets), has_aux=True
        )
        (_, score), gradient = judged(weights)
        weights, state = optimizer.stateless_apply(state, gradient, weights)
        return (weights, state), score

    many = jax.jit(partial(jax.lax.scan, step))
    carry = tuple([v.value for v in each] for each in (model.trainable_variables, optimizer.variables))
    curve: list[float | None] = []
    for _ in range(budget.steps // CHUNK):
        rows = task.draw(random, CHUNK * budget.rows, length)
        batches = tuple(each.reshape(CHUNK, budget.rows, *each.shape[1:]) for each in rows)
        carry, scores = many(carry, batches)
        curve.append(float(jnp.mean(scores)))
    weights = carry[0]
    inputs, targets = task.draw(np.random.default_rng([99, seed, length]), FRESH_ROWS, length)
    answers = jnp.concatenate([jax.jit(forward)(weights, part) for part in np.split(inputs, 10)])

    def norms(weights: Any) -> list[float | None]:
        return norm_by_distance(lambda rows: model.stateless_call(weights, fixed, rows)[0][0], inputs[:64])

    score = float(_loss_and_score(task, answers, targets)[1])
    return Run(
        name,
        cell,
        length,
        seed,
        score=score if np.isfinite(score) else None,
        budget=asdict(budget) | {"rate": rate},
        steps_needed=_steps_needed(name, curve),
        parameters=model.count_params(),
        seconds=round(time.perf_counter() - begin, 1),
        curve=curve,
        gradient=norms(weights),
        gates={gate: norms(shifted) for gate, shifted in _forced_gates(model, cell, weights)},
    )


def _forced_gates(model: keras.Model, cell: str, weights: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """The weights of an LSTM with its forget gate forced open and closed."""
    if cell not in {"lstm", "peephole_lstm"}:
        return
    recurrent = model.get_layer("cell").cell
    place = next(at for at, variable in enumerate(model.trainable_variables) if variable is recurrent.bias)
    forget = slice(recurrent.units, 2 * recurrent.units)
    for name, shift in GATES.items():
        yield name, [*weights[:place], weights[place].at[forget].add(shift), *weights[place + 1 :]]


def _loss_and_score(task: MemoryTask, answers: Any, targets: Any) -> tuple[Any, Any]:
    """What is minimised, and what is reported: [batch, answers, outputs] against [batch, answers]."""
    if not task.symbols:
        error = jnp.mean((answers[..., 0] - targets) ** 2)
        return error, error
    likely = jnp.take_along_axis(jax.nn.log_softmax(answers), targets[..., None], axis=-1)
    return -jnp.mean(likely), jnp.mean(jnp.argmax(answers, axis=-1) == targets)


def _steps_needed(task: str, curve: list[float]) -> int | None:
    solved = [TASKS[task].solved_by(value) for value in curve]
    return (solved.index(True) + 1) * CHUNK if any(solved) else None
