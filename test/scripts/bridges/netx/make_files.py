"""Writes the netx files of the tests, with h5py 3.7, laid out as lava-dl 0.6
lays them out, and what Loihi's integers compute: python3 make_files.py"""

from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).parent
random = np.random.default_rng(6)
T = 40


def even(*shape, largest):
    return (2 * random.integers(-largest // 2, largest // 2 + 1, shape)).astype(
        np.float32
    )


def layer(file, number, kind, shape, neuron=None, **data):
    group = file.create_group(f"layer/{number}")
    group.create_dataset("type", (1,), "S10", [kind.encode("ascii", "ignore")])
    group.create_dataset("shape", data=np.array(shape))
    for name, value in data.items():
        group.create_dataset(name, data=value)
    if neuron:
        own = group.create_group("neuron")
        for name, value in neuron.items():
            own.create_dataset(name, data=value)


def cuba(iDecay, vDecay, vThMant):
    return {
        "type": "CUBA",
        "iDecay": iDecay,
        "vDecay": vDecay,
        "vThMant": vThMant,
        "refDelay": 1,
        "gradedSpike": False,
    }


def decayed(x, decay):
    """Rounds toward 0, as Loihi does."""
    return np.sign(x) * (np.abs(x) * (4096 - decay) >> 12)


def run(drive, neuron):
    """Spikes for weighted spikes, time first."""
    u = np.zeros_like(drive[0])
    v = np.zeros_like(drive[0])
    spikes = []
    for x in drive:
        u = decayed(u, neuron["iDecay"]) + 64 * x
        v = decayed(v, neuron["vDecay"]) + u
        fires = v > 64 * neuron["vThMant"]
        v = np.where(fires, 0, v)
        spikes.append(fires.astype(np.int64))
    return np.stack(spikes)


conv = even(4, 2, 3, 3, largest=200)
dense = even(6, 4 * 5 * 5, largest=60)
neurons = [cuba(1024, 128, 900), cuba(4096, 512, 30)]
with h5py.File(HERE / "chain.net", "w") as file:
    file.create_dataset("simulation/Ts", data=2)
    layer(file, 0, "input", [2, 5, 5])
    layer(
        file,
        1,
        "conv",
        [4, 5, 5],
        neurons[0],
        inChannels=2,
        outChannels=4,
        kernelSize=[3, 3],
        stride=[1, 1],
        padding=[1, 1],
        dilation=[1, 1],
        groups=1,
        weight=conv.reshape(4, 2, 3, 3, 1),
        delay=np.zeros(4),
    )
    layer(file, 2, "flatten", [100, 1, 1])
    layer(
        file,
        3,
        "dense",
        [6, 1, 1],
        neurons[1],
        inFeatures=100,
        outFeatures=6,
        weight=dense,
        bias=np.arange(-2.0, 4),
    )

x = (random.random((T, 2, 5, 5)) < 0.3).astype(np.int64)
padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
drive = np.einsum("tihwab,oiab->tohw", windows, conv.astype(np.int64))
first = run(drive, neurons[0])
second = run(
    first.reshape(T, 100) @ dense.astype(np.int64).T + np.arange(-2, 4),
    neurons[1],
)
with h5py.File(HERE / "chain_run.h5", "w") as file:
    for name, data in {"x": x, "first": first, "second": second}.items():
        file.create_dataset(name, data=data.astype(np.int8), compression="gzip")
print(first.sum(), second.sum())
