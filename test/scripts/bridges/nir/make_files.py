"""Writes the NIR files of the tests, with h5py 3.7, laid out as the package
`nir` 1.0.7 lays them out: python3 make_files.py"""

from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).parent
TEXT = h5py.string_dtype()
random = np.random.default_rng(4)


def f32(*shape, scale=1.0, shift=0.0):
    return (scale * random.standard_normal(shape) + shift).astype(np.float32)


def fill(group, node):
    for key, value in node.items():
        if isinstance(value, str):
            group.create_dataset(key, data=value, dtype=TEXT)
        elif isinstance(value, dict):
            fill(group.create_group(key), value)
        elif key == "edges":
            group.create_dataset(key, data=value, dtype=TEXT)
        elif isinstance(value, np.ndarray) and value.ndim > 0:
            group.create_dataset(key, data=value, compression="gzip")
        else:
            group.create_dataset(key, data=value)


def write(name, nodes, edges, libver="earliest"):
    with h5py.File(HERE / name, "w", libver=libver) as file:
        file.create_dataset("version", data="1.0.7", dtype=TEXT)
        graph = {"type": "NIRGraph", "nodes": nodes, "edges": edges}
        fill(file.create_group("node"), graph)


def same(shape, **values):
    return {key: np.full(shape, value) for key, value in values.items()}


# Leaky neurons with a step of 0.1 ms, whose weights are not divided by tau.
dt = 1e-4
tau = dt / (1 - 0.9)
write(
    "dense.nir",
    {
        "input": {"type": "Input", "shape": np.array([12])},
        "fc1": {
            "type": "Affine",
            "weight": f32(9, 12, scale=0.6),
            "bias": f32(9, scale=0.05),
        },
        "lif1": {
            "type": "LIF",
            **same((9,), tau=tau, r=tau / dt, v_leak=0.0, v_threshold=1.0),
        },
        "fc2": {"type": "Linear", "weight": f32(6, 9, scale=0.8)},
        "cuba": {
            "type": "CubaLIF",
            **same((6,), tau_syn=5 * dt, tau_mem=8 * dt, r=8.0, v_leak=0.0),
            **same((6,), v_threshold=2.0, v_reset=0.0, w_in=5.0),
        },
        "output": {"type": "Output", "shape": np.array([6])},
    },
    [("input", "fc1"), ("fc1", "lif1"), ("lif1", "fc2"), ("fc2", "cuba"),
     ("cuba", "output")],
)

# Values that differ between channels, a graph in the graph, words for padding,
# and a sum of spikes of two convolutions.
shape = (4, 6, 6)
per_channel = np.arange(1.0, 5).reshape(4, 1, 1) * np.ones(shape)
conv = {
    "type": "Conv2d",
    "input_shape": np.array([6, 6]),
    "stride": np.array([1, 1]),
    "dilation": 1,
    "groups": 1,
}
write(
    "conv.nir",
    {
        "input": {"type": "Input", "shape": np.array([2, 6, 6])},
        "gain": {"type": "Scale", "scale": np.full((2, 6, 6), 0.5)},
        "block": {
            "type": "NIRGraph",
            "nodes": {
                "in": {"type": "Input", "shape": np.array([2, 6, 6])},
                "conv": {
                    **conv,
                    "weight": f32(4, 2, 3, 3, shift=0.3),
                    "bias": f32(4, scale=0.1),
                    "padding": "same",
                },
                "lif": {
                    "type": "LIF",
                    "tau": np.full(shape, 4e-4),
                    "r": 0.5 * per_channel,
                    "v_leak": np.full(shape, 0.2),
                    "v_threshold": 0.3 + 0.1 * per_channel,
                    "v_reset": 0.05 * per_channel,
                },
                "out": {"type": "Output", "shape": np.array(shape)},
            },
            "edges": [("in", "conv"), ("conv", "lif"), ("lif", "out")],
        },
        "around": {
            **conv,
            "weight": f32(4, 2, 1, 1, scale=0.5, shift=0.4),
            "bias": np.zeros(4, dtype=np.float32),
            "padding": "valid",
        },
        "if": {
            "type": "IF",
            **same(shape, r=1 / dt, v_threshold=1.5, v_reset=0.5),
        },
        "sum": {
            "type": "SumPool2d",
            "kernel_size": np.array([2, 2]),
            "stride": np.array([2, 2]),
            "padding": np.array([0, 0]),
        },
        "flatten": {
            "type": "Flatten",
            "input_type": np.array([4, 3, 3]),
            "start_dim": 0,
            "end_dim": -1,
        },
        "fc": {"type": "Linear", "weight": f32(5, 36, scale=0.2)},
        "threshold": {"type": "Threshold", "threshold": np.full(5, 0.7)},
        "fc2": {"type": "Affine", "weight": f32(3, 5), "bias": f32(3)},
        "output": {"type": "Output", "shape": np.array([3])},
    },
    [("input", "gain"), ("gain", "block"), ("gain", "around"),
     ("around", "if"), ("block", "sum"), ("if", "sum"), ("sum", "flatten"),
     ("flatten", "fc"), ("fc", "threshold"), ("threshold", "fc2"),
     ("fc2", "output")],
    libver="latest",
)
