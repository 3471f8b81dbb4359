"""Reads all columns of an event store with a Python library.

Usage: read_store.py numcodecs|tensorstore STORE

Prints a JSON object with the path of each column in the store and the SHA-256
of its little-endian numbers. numcodecs decompresses chunks one by one, and needs
the content's size in the header of each frame; tensorstore reads whole stores.
"""

import hashlib
import json
import pathlib
import sys


def with_numcodecs(folder):
    import numcodecs

    array = json.loads((folder / "zarr.json").read_text())
    (length,) = array["shape"]
    (chunk,) = array["chunk_grid"]["configuration"]["chunk_shape"]
    size = {"uint8": 1, "uint16": 2, "uint32": 4}[array["data_type"]]
    content = b""
    for index in range(-(-length // chunk)):
        # The last four bytes are the checksum of the codec after this one.
        frame = (folder / "c" / str(index)).read_bytes()[:-4]
        decoded = bytes(numcodecs.zstd.Zstd().decode(frame))
        assert len(decoded) == chunk * size, f"{folder}: chunk {index}"
        content += decoded
    return content[: length * size]


def with_tensorstore(folder):
    import tensorstore

    store = {"driver": "file", "path": str(folder)}
    column = tensorstore.open({"driver": "zarr3", "kvstore": store}).result()
    numbers = column.read().result()
    return numbers.astype(numbers.dtype.newbyteorder("<")).tobytes()


reader = {"numcodecs": with_numcodecs, "tensorstore": with_tensorstore}
read = reader[sys.argv[1]]
store = pathlib.Path(sys.argv[2])
columns = sorted(path.parent.parent for path in store.glob("*/*/c/0"))
print(
    json.dumps(
        {
            str(folder.relative_to(store)): hashlib.sha256(read(folder)).hexdigest()
            for folder in columns
        }
    )
)
