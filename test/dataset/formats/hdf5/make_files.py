"""Writes the HDF5 files of the tests, with h5py 3.16: python3 make_files.py"""

import struct
from pathlib import Path

import h5py
import numpy as np

HERE = Path(__file__).parent
EVENT = np.dtype(
    {
        "names": ["x", "y", "p", "t"],
        "formats": ["<u2", "<u2", "<i2", "<i8"],
        "offsets": [0, 2, 4, 8],
        "itemsize": 16,
    }
)
ECF = 0x8ECF


def event(i):
    return (37 * i % 1280, 11 * i % 720, i % 2, 2**40 + 5 * i * i)


def ecf(events):
    """Encodes events, all packed, each with a step of time of its own."""
    times = [t for _, _, _, t in events]
    out = struct.pack("<IQ", len(events) << 2 | 2, times[0])
    for before, time in zip([times[0], *times], times):
        step = time - before
        if step > 14:
            while step:
                out += bytes([0xF0 | step & 15])
                step >>= 4
        out += bytes([step << 4 | 1])
    words = [y << 12 | x << 1 | p for x, y, p, _ in events]
    for i in range(0, len(words), 4):
        a, b, c, d = (words[i : i + 4] + [0, 0, 0])[:4]
        out += struct.pack(
            "<III",
            a << 8 | b & 0xFF,
            b >> 8 << 16 | c & 0xFFFF,
            c >> 16 << 24 | d,
        )
    return out


EVENTS = [event(i) for i in range(350)]

for name, libver in [
    ("cd_events_ecf.h5", ("earliest", "v108")),
    ("cd_events_ecf_v108.h5", ("v108", "v108")),
    ("cd_events_ecf_latest.h5", "latest"),
]:
    with h5py.File(HERE / name, "w", libver=libver) as file:
        file.attrs["geometry"] = "1280x720"
        data = file.create_dataset(
            "CD/events",
            (350,),
            EVENT,
            chunks=(4,),
            maxshape=(None,),
            compression=ECF,
            allow_unknown_filter=True,
        )
        for first in range(0, 350, 4):
            part = EVENTS[first : first + 4]
            if first == 8:
                # A chunk that the filter was passed over for.
                content = np.array(part, EVENT).tobytes()
                data.id.write_direct_chunk((first,), content, filter_mask=1)
            else:
                data.id.write_direct_chunk((first,), ecf(part))

with h5py.File(HERE / "cd_events_gzip.h5", "w") as file:
    file.attrs["geometry"] = "1280x720"
    file.create_dataset(
        "CD/events", data=np.array(EVENTS, EVENT), chunks=(100,), compression="gzip"
    )

with h5py.File(HERE / "cd_events_lzf.h5", "w", meta_block_size=256) as file:
    file.attrs["geometry"] = "1280x720"
    file.create_dataset(
        "CD/events",
        data=np.array(EVENTS[:70], EVENT),
        chunks=(50,),
        compression="lzf",
        shuffle=True,
        fletcher32=True,
    )

with h5py.File(HERE / "spikes.h5", "w") as file:
    times = file.create_dataset("spikes/times", (3,), h5py.vlen_dtype("float16"))
    units = file.create_dataset("spikes/units", (3,), h5py.vlen_dtype("uint16"))
    for i, (t, u) in enumerate(
        [([0, 0.25, 1], [0, 350, 699]), ([], []), ([0.5, 0.75], [7, 700])]
    ):
        times[i] = np.array(t, "float16")
        units[i] = np.array(u, "uint16")
    file["labels"] = np.array([3, 0, 19], "uint16")
    file["extra/speaker"] = np.array([1, 2, 3], "uint16")
    file["extra/keys"] = np.array([b"zero", b"one"])

with h5py.File(HERE / "events_big_endian.h5", "w") as file:
    for name, column, dtype in [
        ("x", 0, ">u2"),
        ("y", 1, ">i4"),
        ("p", 2, "?"),
        ("t", 3, ">i8"),
    ]:
        values = [row[column] for row in EVENTS[:20]]
        file[f"events/{name}"] = np.array(values, dtype)
