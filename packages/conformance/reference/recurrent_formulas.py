"""RNN in NumPy float64 (operators.md 4.4): the native reference often leaves outputs unwritten (0b.6)."""

import numpy as np

GATES = {"rnn_relu": 1, "rnn_tanh": 1, "lstm": 4, "gru": 3}
SOURCE = "NumPy float64, recurrent_formulas.py"


def parameter_count(mode, inputs, hidden, layers=1, directions=1, projection=None):
    gates, features = GATES[mode] * hidden, projection or hidden
    count = 0
    for layer in range(layers):
        depth = inputs if layer == 0 else directions * features
        each = gates * (depth + features) + (features * hidden if projection else 0) + 2 * gates
        count += directions * each
    return count


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def cell(mode, a, w_h, b_h, w_r, h, c):
    """The states after one step; a = W_x x + b_x, or all but the recurrent bias."""
    u = h @ w_h.T + b_h
    if mode == "lstm":
        i, f, g, o = np.split(a + u, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        return (h if w_r is None else h @ w_r.T), c
    if mode == "gru":
        (a_r, a_z, a_n), (u_r, u_z, u_n) = np.split(a, 3, axis=1), np.split(u, 3, axis=1)
        z = sigmoid(a_z + u_z)
        return (1 - z) * np.tanh(a_n + sigmoid(a_r + u_r) * u_n) + z * h, c
    return (np.tanh(a + u) if mode == "rnn_tanh" else np.maximum(a + u, 0)), c


def run(mode, data, parameters, hidden, state, state_cell=None, layers=1, directions=1, projection=None, lengths=None):
    """Output, last state and, for lstm, last cell state."""
    gates, features = GATES[mode] * hidden, projection or hidden
    x, parameters = data.astype(np.float64), parameters.astype(np.float64)
    steps, images = x.shape[:2]
    lengths = np.full(images, steps) if lengths is None else lengths
    at = 0

    def take(*shape):
        nonlocal at
        count = int(np.prod(shape))
        at += count
        return parameters[at - count : at].reshape(shape)

    weights = []
    for layer in range(layers):
        depth = x.shape[2] if layer == 0 else directions * features
        for _ in range(directions):
            weights.append((take(gates, depth), take(gates, features), take(features, hidden) if projection else None))
    biases = [(take(gates), take(gates)) for _ in weights]
    last_h, last_c = [], []
    for layer in range(layers):
        outputs = []
        for direction in range(directions):
            number = layer * directions + direction
            (w_x, w_h, w_r), (b_x, b_h) = weights[number], biases[number]
            h = state[number].astype(np.float64)
            c = state_cell[number].astype(np.float64) if state_cell is not None else None
            out = np.zeros((steps, images, features))
            for t in range(steps) if direction == 0 else reversed(range(steps)):
                new_h, new_c = cell(mode, x[t] @ w_x.T + b_x, w_h, b_h, w_r, h, c)
                on = (t < lengths)[:, None]
                h = np.where(on, new_h, h)
                c = np.where(on, new_c, c) if c is not None else None
                out[t] = np.where(on, h, 0)
            outputs.append(out)
            last_h.append(h)
            last_c.append(c)
        x = np.concatenate(outputs, axis=2)
    return [x, np.stack(last_h)] + ([np.stack(last_c)] if mode == "lstm" else [])
