import assert from "node:assert/strict";
import { NetworkError } from "../../../../scripts/bridges/network/network_error.ts";
import { unpickle } from "../../../../scripts/bridges/torch/pickle.ts";
import { readTorch } from "../../../../scripts/bridges/torch/torch_file.ts";

/** A file that make_files.py wrote. */
const fileOf = (name: string) => `${import.meta.dirname}/${name}.pth`;

/** Values that tell their places. */
const counted = (...shape: number[]) => ({
  shape,
  data: Float32Array.from(
    { length: shape.reduce((product, side) => product * side, 1) },
    (_, i) => (i + 1) / 64,
  ),
});

for (const name of ["slayer", "slayer_old"]) {
  Deno.test(`readTorch() reads all tensors of ${name}.pth`, async () => {
    const tensors = await readTorch(fileOf(name));
    assert.deepEqual(Object.fromEntries(tensors), {
      "slayer.srmKernel": counted(1, 1, 1, 1, 7),
      "slayer.refKernel": counted(1, 1, 1, 1, 7),
      "pool1.weight": {
        shape: [1, 1, 2, 2, 1],
        data: new Float32Array(4).fill(11),
      },
      "conv1.weight": counted(3, 2, 3, 3, 1),
      "fc1.weight": counted(4, 3, 2, 2, 1),
    });
  });
}

Deno.test("readTorch() finds the network in a checkpoint, and parameters", async () => {
  const tensors = await readTorch(fileOf("jelly"));
  assert.deepEqual(
    [...tensors].map(([name, { shape }]) => `${name} ${shape}`),
    [
      ...["0.weight 3,2,3,3", "0.bias 3", "1.weight 3", "1.bias 3"],
      ...["1.running_mean 3", "1.running_var 3", "1.num_batches_tracked "],
      ...["2.w ", "4.weight 5,48"],
    ],
  );
  assert.deepEqual(tensors.get("2.w")!.data, Float32Array.of(-0.5));
  assert.deepEqual(tensors.get("1.running_mean"), counted(3));
});

Deno.test("readTorch() reads views, halves and doubles", async () => {
  const tensors = await readTorch(fileOf("snntorch"));
  assert.deepEqual(tensors.get("fc1.weight"), {
    shape: [3, 6],
    data: Float32Array.from(
      { length: 18 },
      (_, i) => 8 * (2 + i % 6) + 1 + Math.floor(i / 6),
    ),
  });
  assert.deepEqual(tensors.get("fc2.weight"), counted(2, 3));
  assert.deepEqual(tensors.get("lif1.beta")!.shape, []);
});

for (const name of ["types", "types_old"]) {
  Deno.test(`readTorch() reads ${name}.pth, elements of all types`, async () => {
    const tensors = Object.fromEntries(await readTorch(fileOf(name)));
    const { bool, part, strided, expanded, none, ...others } = tensors;
    assert.deepEqual(Object.keys(others), [
      ...["float64", "float16", "bfloat16", "int64", "int32", "int16"],
      ...["int8", "uint8"],
    ]);
    for (const tensor of Object.values(others)) {
      assert.deepEqual(tensor, {
        shape: [2, 2],
        data: Float32Array.of(0, 1, 3, 2),
      });
    }
    assert.deepEqual([...bool.data], [0, 1, 1, 0]);
    assert.deepEqual([...part.data], [3, 4, 5, 6]);
    assert.deepEqual([...strided.data], [0, 16, 32, 4, 20, 36]);
    assert.deepEqual([...expanded.data], [2, 2, 2, 2, 2, 2]);
    assert.deepEqual(none, { shape: [0], data: new Float32Array() });
  });
}

Deno.test("readTorch() makes no call, and says what a file holds instead", async () => {
  const printed: unknown[] = [];
  const { log } = console;
  console.log = (...words) => printed.push(words);
  try {
    const cases = [
      ["module", "it holds an object of class torch.nn.modules.conv.Conv2d"],
      [
        "sparse",
        'node "fc1.weight": its tensor is one of ' +
        "torch._utils._rebuild_sparse_tensor, which cannot be read",
      ],
      [
        "call",
        "it holds an object of class __builtin__.print, not a dictionary",
      ],
    ];
    for (const [name, problem] of cases) {
      await assert.rejects(readTorch(fileOf(name)), (error: NetworkError) => {
        assert(error instanceof NetworkError);
        assert(error.problem.startsWith(problem), error.problem);
        return true;
      });
    }
  } finally {
    console.log = log;
  }
  assert.deepEqual(printed, []);
  await assert.rejects(readTorch(new Blob([])), {
    name: "NetworkError",
    message: "Cannot convert the network: it is empty",
  });
  await assert.rejects(readTorch(new Blob(["no such file"])), {
    name: "NetworkError",
    message: /it has no list of files at its end, as whole ZIP archives do/,
  });
});

const bytes = (text: string) =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** A file of the old format with a dictionary of one tensor. */
function oldFile(
  {
    storage = "ctorch\nFloatStorage\n",
    key = "X\x01\0\0\0k",
    view = "N",
    ...call
  }: {
    readonly storage?: string;
    readonly key?: string;
    readonly view?: string;
    readonly shape?: string;
    readonly stride?: string;
    readonly before?: string;
  } = {},
): Blob {
  const { shape = "(K\x02t", stride = "(K\x01t", before = "" } = call;
  const tensor = "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storage" +
    `${storage}${key}X\x03\0\0\0cpuK\x02${view}tQK\0${shape}${stride}\x89}tR`;
  const pickles = [
    "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.",
    "M\xe9\x03.",
    "}.",
    `${before}}(X\x01\0\0\0w${tensor}u.`,
    "(X\x01\0\0\0kl.",
  ];
  const size = "\x02\0\0\0\0\0\0\0";
  const elements = "\0\0\x80\x3f\0\0\0\x40";
  return new Blob([bytes("\x80\x02" + pickles.join("") + size + elements)]);
}

Deno.test("readTorch() refuses what is made to use up memory or the stack", async () => {
  const { w } = Object.fromEntries(await readTorch(oldFile()));
  assert.deepEqual([...w.data], [1, 2]);
  // A text of 2^60 letters, if anybody wrote it: pairs of pairs.
  const pairs = "X\x01\0\0\0k" + "2\x86".repeat(60);
  const cases: [Blob, string][] = [
    [oldFile({ key: pairs }), "a storage has no name"],
    [oldFile({ storage: pairs }), 'it has elements of type ""'],
    [oldFile({ before: `${pairs}2\x930` }), "its pickle is damaged"],
    [
      oldFile({ shape: "(J\0\0\0\x40t", stride: "(K\0t" }),
      'node "w": its tensor has 1073741824 elements, and 268435456 are left',
    ],
    [
      oldFile({ shape: `(${"K\x01".repeat(65)}t`, stride: "(K\0t" }),
      'node "w": its tensor is damaged',
    ],
    [
      oldFile({ view: "(X\x01\0\0\0vK\0K\x01t" }),
      'node "w": its storage is a part of another',
    ],
    [oldFile({ shape: "(J\xff\xff\xff\xfft" }), 'node "w": its tensor is dam'],
  ];
  for (const [file, problem] of cases) {
    await assert.rejects(readTorch(file), (error: NetworkError) => {
      assert(error instanceof NetworkError, `${error}`);
      assert(error.problem.startsWith(problem), error.problem);
      return true;
    });
  }
  // Many arguments of a call, and calls in calls a hundred thousand deep.
  const deep = "N" + "\x85R".repeat(100_000);
  for (
    const before of [
      `cm\nf\n(${"N".repeat(300_000)}tR0`,
      `${"ctorch._utils\n_rebuild_parameter\n".repeat(100_000)}${deep}0`,
    ]
  ) assert((await readTorch(oldFile({ before }))).has("w"));
});

Deno.test("readTorch() refuses archives that are more than their bytes", async () => {
  const stored = new Uint8Array(await Deno.readFile(fileOf("types")));
  const view = new DataView(stored.buffer);
  const last = stored.length - 22;
  const list: number[] = [];
  for (let at = view.getUint32(last + 16, true); at < last - 76;) {
    list.push(at);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true);
  }
  const named = (name: string) =>
    list.find((at) =>
      new TextDecoder().decode(stored.subarray(at + 46)).startsWith(name)
    )!;
  // Elements that are said to be compressed.
  const deflated = stored.slice();
  const entry = named("types/data/0");
  const change = new DataView(deflated.buffer);
  change.setUint16(entry + 10, 8, true);
  change.setUint32(entry + 24, 33, true);
  // All storages in the bytes of one, which is the rest of the archive.
  const shared = stored.slice();
  const overlap = new DataView(shared.buffer);
  const first = named("types/data/0");
  for (const at of list.filter((at) => at >= first)) {
    overlap.setUint32(at + 20, stored.length - 500, true);
    overlap.setUint32(at + 24, stored.length - 500, true);
    overlap.setUint32(at + 42, view.getUint32(list[0] + 42, true), true);
  }
  // One bit of an element.
  const changed = stored.slice();
  const local = view.getUint32(entry + 42, true);
  const names = view.getUint16(local + 26, true);
  changed[local + 30 + names + view.getUint16(local + 28, true)] ^= 1;
  const cases: [Uint8Array<ArrayBuffer>, RegExp][] = [
    [changed, /"types\/data\/0" is damaged: its checksum does not match/],
    [deflated, /"types\/data\/0" is compressed, as PyTorch compresses nothing/],
    [shared, /its storages overlap/],
  ];
  for (const [archive, problem] of cases) {
    await assert.rejects(readTorch(new Blob([archive])), {
      name: "NetworkError",
      message: problem,
    });
  }
});

Deno.test("unpickle() refuses what data do not need", () => {
  const cases: [string, RegExp][] = [
    ["\x80\x02P1\n.", /instruction "P" at byte 2, which data do not need/],
    ["\x80\x02h\x05.", /its pickle is damaged/],
    ["\x80\x02K", /ends within an instruction, at byte 4/],
    ["\x80\x02X\xff\xff\xff\x7fa.", /ends within an instruction/],
    [".", /its pickle is damaged/],
    ["K\x01)R.", /its pickle is damaged/],
    ["I0x1\n.", /its pickle is damaged/],
    [`L${"9".repeat(400)}L\n.`, /its pickle is damaged/],
  ];
  for (const [text, problem] of cases) {
    assert.throws(() => unpickle(bytes(text)), {
      name: "NetworkError",
      message: problem,
    });
  }
  const { value } = unpickle(
    bytes("(J\xff\xff\xff\xffI01\nI-7\nL12L\nl."),
  );
  assert.deepEqual(value, [-1, true, -7, 12]);
});
