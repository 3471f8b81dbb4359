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

Deno.test("readTorch() makes no call, and says what a file holds instead", async () => {
  const printed: unknown[] = [];
  const { log } = console;
  console.log = (...words) => printed.push(words);
  try {
    const cases = [
      ["module", "it holds an object of class torch.nn.modules.conv.Conv2d"],
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
  await assert.rejects(readTorch(new Blob(["no such file"])), {
    name: "NetworkError",
    message: /it has no list of files, as ZIP archives do/,
  });
});

Deno.test("unpickle() refuses what data do not need", () => {
  const bytes = (text: string) =>
    Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const cases: [string, RegExp][] = [
    ["\x80\x02P1\n.", /instruction "P" at byte 2, which data do not need/],
    ["\x80\x02h\x05.", /its pickle is damaged/],
    ["\x80\x02K", /ends within an instruction, at byte 4/],
    ["\x80\x02X\xff\xff\xff\x7fa.", /ends within an instruction/],
    [".", /its pickle is damaged/],
    ["K\x01)R.", /its pickle is damaged/],
  ];
  for (const [text, problem] of cases) {
    assert.throws(() => unpickle(bytes(text)), {
      name: "NetworkError",
      message: problem,
    });
  }
  const { value } = unpickle(
    bytes("(I1\nl.".replace("I1\n", "J\xff\xff\xff\xff")),
  );
  assert.deepEqual(value, [-1]);
});
