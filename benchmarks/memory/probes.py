"""What shows without training: open and closed gates, powers of a weight, clipping, and counts of weights."""

import json
from typing import Any

import jax
import jax.numpy as jnp
import keras
import numpy as np

from benchmarks.memory.gradients import norm_by_distance
from benchmarks.memory.learn import PERIODS
from benchmarks.memory.store import PROBES, figure
from benchmarks.memory.tasks import adding
from models.networks.registry import find, names
from models.networks.spec import NetworkSpec

STEPS, UNITS, FEATURES = 100, 64, 128
# The bias of the forget gate: f is then about 0.99995, 0.5 and 0.00005.
GATES = {"open": 10.0, "half open": 0.0, "closed": -10.0}
POWERS = (1.0, 1.01, 0.99, 0.01)


def probe() -> None:
    """Computes and keeps everything, in seconds."""
    facts = {
        "gates": {name: gate(bias) for name, bias in GATES.items()},
        "powers": {f"{weight:g}": power(weight) for weight in POWERS},
        "clipping": {str(clip): clipping(clip) for clip in (None, 1.0)},
        "parameters": parameters(),
    }
    PROBES.parent.mkdir(parents=True, exist_ok=True)
    PROBES.write_text(json.dumps(facts, allow_nan=False) + "\n", encoding="utf-8")


def parameters() -> dict[str, int]:
    """Weights of one layer of each cell, for vectors of ``FEATURES`` numbers and ``UNITS`` units."""
    counts = {}
    for name in names("cell"):
        layer = _layer(name)
        layer.build((None, None, FEATURES))
        counts[name] = layer.count_params()
    return counts


def gate(bias: float) -> list[float | None]:
    """Gradient norm by distance of an untrained LSTM whose forget gate has this bias."""
    layer = _layer("lstm")
    layer.build((None, None, 2))
    biases = np.zeros(4 * UNITS, np.float32)
    biases[UNITS : 2 * UNITS] = bias
    layer.cell.bias.assign(biases)
    inputs = adding(np.random.default_rng(0), 32, STEPS)[0]
    return norm_by_distance(_states(layer, inputs), inputs)


def power(weight: float) -> dict[str, float]:
    """y = w^999 and dy/dw = 999 w^998: one linear unit, input 1 and then 999 zeros, in double precision."""
    with jax.enable_x64(True):
        layer = keras.layers.SimpleRNN(1, activation="linear", return_sequences=True, dtype="float64")
        inputs = np.zeros((1, 1000, 1))
        inputs[0, 0] = 1.0
        layer.build(inputs.shape)
        kernel, bias, fixed = jnp.ones((1, 1)), jnp.zeros(1), _fixed(layer)

        def last(w: Any) -> Any:
            outputs, _ = layer.stateless_call([kernel, w, bias], fixed, jnp.asarray(inputs))
            return outputs[0, -1, 0]

        y, slope = jax.value_and_grad(last)(jnp.full((1, 1), weight))
        return {"y": float(y), "slope": float(slope[0, 0])}


def clipping(clip_norm: float | None, steps: int = 400) -> dict[str, list[float | None]]:
    """Loss and gradient norm of a plain network that starts with too large a memory, by step.

    Plain gradient descent at 0.05 on the adding problem of length 50; the recurrent weights are orthogonal
    times 1.3.
    """
    layer = _layer("simple_rnn")
    inputs = keras.Input((50, 2))
    model = keras.Model(
        inputs,
        keras.layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(1))(layer(inputs)[:, -1]),
    )
    layer.cell.recurrent_kernel.assign(layer.cell.recurrent_kernel * 1.3)
    random, rate, fixed = np.random.default_rng(0), 0.05, _fixed(model)

    def loss(weights: Any, rows: Any, targets: Any) -> Any:
        answers, _ = model.stateless_call(weights, fixed, rows)
        return jnp.mean((answers - targets) ** 2)

    @jax.jit
    def step(weights: Any, rows: Any, targets: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(weights, rows, targets)
        norm = jnp.sqrt(sum(jnp.sum(each**2) for each in gradients))
        scale = rate if clip_norm is None else rate * jnp.minimum(1.0, clip_norm / norm)
        return [w - scale * g for w, g in zip(weights, gradients, strict=True)], value, norm

    weights, losses, norms = [variable.value for variable in model.trainable_variables], [], []
    for _ in range(steps):
        rows, targets = adding(random, 32, 50)
        weights, value, norm = step(weights, rows, targets)
        losses.append(figure(value))
        norms.append(figure(norm))
    return {"loss": losses, "norm": norms}


def _layer(cell: str) -> keras.Layer:
    return find("cell", cell)(NetworkSpec(1, 1, cell=cell, units=UNITS, periods=PERIODS), "cell", 1)


def _states(layer: keras.Layer, inputs: Any) -> Any:
    weights = [variable.value for variable in layer.trainable_variables]
    return lambda rows: layer.stateless_call(weights, _fixed(layer), rows)[0]


def _fixed(layer: keras.Layer) -> list[Any]:
    return [variable.value for variable in layer.non_trainable_variables]
