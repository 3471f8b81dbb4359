"""Writes the PyTorch files of the tests, with torch 1.13: python3 make_files.py

The modules have the names and shapes of those of slayerPytorch, SpikingJelly
and snnTorch, none of which is needed here.
"""

from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
torch.manual_seed(3)


def tensor(*shape):
    """Values that tell their places: i + 1 at place i, over 64."""
    count = torch.Size(shape).numel()
    return (torch.arange(count, dtype=torch.float32) + 1).reshape(shape) / 64


class Plif(nn.Module):
    """Neurons by SpikingJelly's equations, over time along the first axis."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(-0.5))

    def forward(self, x):
        v = torch.zeros_like(x[0])
        spikes = []
        for drive in x:
            v = v + (drive - v) * torch.sigmoid(self.w)
            fires = v >= 1
            v = torch.where(fires, torch.zeros_like(v), v)
            spikes.append(fires.float())
        return torch.stack(spikes)


# slayerPytorch: five axes, fixed weights of pools, kernels over time.
slayer = OrderedDict(
    [
        ("slayer.srmKernel", tensor(1, 1, 1, 1, 7)),
        ("slayer.refKernel", tensor(1, 1, 1, 1, 7)),
        ("pool1.weight", torch.full((1, 1, 2, 2, 1), 11.0)),
        ("conv1.weight", tensor(3, 2, 3, 3, 1)),
        ("fc1.weight", tensor(4, 3, 2, 2, 1)),
    ]
)
torch.save(slayer, HERE / "slayer.pth")
OLD = {"_use_new_zipfile_serialization": False}
torch.save(slayer, HERE / "slayer_old.pth", **OLD)

# SpikingJelly: layers in a row, in a checkpoint with an optimizer.
jelly = nn.Sequential(
    nn.Conv2d(2, 3, 3, padding=1),
    nn.BatchNorm2d(3),
    Plif(),
    nn.Flatten(),
    nn.Linear(48, 5, bias=False),
)
jelly[1].weight.data.copy_(5 + tensor(3))
jelly[1].bias.data.copy_(1 + tensor(3))
jelly[1].running_mean.copy_(tensor(3))
jelly[1].running_var.copy_(tensor(3))
optimizer = torch.optim.Adam(jelly.parameters())
torch.save(
    {
        "net": jelly.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": 7,
    },
    HERE / "jelly.pth",
)
# What it computes: bins as the samples of a batch, but for the neurons.
with torch.no_grad():
    jelly.eval()
    x = (torch.rand(24, 2, 4, 4) < 0.5).float()
    spikes = jelly[2](jelly[1](jelly[0](x)))
    logits = jelly[4](spikes.flatten(1))
torch.save({"x": x, "spikes": spikes, "logits": logits}, HERE / "jelly_run.pth")

# snnTorch: neurons with buffers; a view of a larger storage in halves.
wide = torch.arange(64, dtype=torch.float16).reshape(8, 8)
torch.save(
    OrderedDict(
        [
            ("fc1.weight", wide.t()[1:4, 2:8]),
            ("fc1.bias", tensor(3)),
            ("lif1.threshold", torch.tensor(1.0)),
            ("lif1.beta", torch.tensor(0.9)),
            ("fc2.weight", tensor(2, 3).double()),
            ("fc2.bias", tensor(2)),
        ]
    ),
    HERE / "snntorch.pth",
)


# Elements of all types, and ways to lie in a storage: a part of one, every
# second element, one for all; by other protocols of pickles.
types = {
    name: torch.tensor([[0, 1], [3, 2]]).to(getattr(torch, name))
    for name in "float64 float16 bfloat16 int64 int32 int16 int8 uint8".split()
}
types["bool"] = torch.tensor([[False, True], [True, False]])
row = torch.arange(40.0)
types["part"] = row[3:7]
types["strided"] = row.view(5, 8)[::2, ::4].t()
types["expanded"] = row[2:3].expand(3, 2)
types["none"] = row[:0]
torch.save(types, HERE / "types.pth", pickle_protocol=4)
torch.save(types, HERE / "types_old.pth", pickle_protocol=1, **OLD)
torch.save({"fc1.weight": torch.ones(2, 2).to_sparse()}, HERE / "sparse.pth")


# What is not read: a whole object, and a call that must not be made.
class Dangerous:
    def __reduce__(self):
        return (print, ("executed",))


torch.save(jelly[0], HERE / "module.pth")
torch.save(Dangerous(), HERE / "call.pth")
