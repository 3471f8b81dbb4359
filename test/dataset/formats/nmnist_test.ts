import assert from "node:assert/strict";
import { join } from "node:path";
import { DatasetError, RecordingError } from "../../../dataset/files/errors.ts";
import {
  openNmnist,
  readNmnist,
  readNmnistList,
} from "../../../dataset/formats/nmnist.ts";
import { fc } from "../../fixtures/properties.ts";
import { ROOT } from "../../fixtures/source_files.ts";

type Row = [x: number, y: number, t: number, p: number];

/** Encodes events as N-MNIST does, by arithmetic instead of bit shifts. */
function encode(rows: readonly Row[]): Uint8Array {
  return Uint8Array.from(rows.flatMap(([x, y, t, p]) => [
    x,
    y,
    128 * p + Math.floor(t / 65536),
    Math.floor(t / 256) % 256,
    t % 256,
  ]));
}

/** Runs a test with a temporary folder of these files. */
async function withFolder<T>(
  files: Record<string, Uint8Array | string>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const bytes = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      await Deno.writeFile(join(folder, name), bytes);
    }
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("readNmnist() reads what was encoded", async () => {
  const row: fc.Arbitrary<Row> = fc.tuple(
    fc.nat(33),
    fc.nat(33),
    fc.nat(0x7fffff),
    fc.nat(1),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1 }), async (rows) => {
      const { x, y, t, p } = await withFolder(
        { "1.bs2": encode(rows) },
        (folder) => readNmnist(join(folder, "1.bs2")),
      );
      assert.deepEqual(
        Array.from(t, (time, i) => [x[i], y[i], time, p[i]]),
        rows,
      );
    }),
    { seed: 23 },
  );
});

Deno.test("readNmnist() refuses files that are no recordings", async () => {
  const good: Row[] = [[1, 2, 3, 0], [4, 5, 6, 1]];
  const cases: [Uint8Array, string, number | undefined][] = [
    [new Uint8Array(), "it is empty", undefined],
    [
      encode(good).subarray(0, 8),
      "byte 5 of 8: an event has 5 bytes, 3 are left",
      5,
    ],
    [
      encode([...good, [34, 0, 7, 1]]),
      "byte 10: pixel (34, 0) is outside 34×34",
      10,
    ],
    [encode([[3, 240, 7, 1]]), "byte 0: pixel (3, 240) is outside 34×34", 0],
  ];
  for (const [bytes, problem, offset] of cases) {
    await withFolder({ "1.bin": bytes }, async (folder) => {
      const path = join(folder, "1.bin");
      await assert.rejects(
        readNmnist(path),
        new RecordingError(path, problem, { offset }),
      );
    });
  }
});

Deno.test("readNmnist() refuses a missing file", async () => {
  await withFolder({}, async (folder) => {
    const path = join(folder, "1.bin");
    await assert.rejects(readNmnist(path), {
      name: "RecordingError",
      message:
        `Cannot read recording "${path}": there is no such file or folder`,
      path,
    });
  });
});

Deno.test("readNmnistList() reads ids and digits", async () => {
  const expected = [{ id: "60001", label: 7 }, { id: "00002", label: 0 }];
  for (
    const text of [
      "#sample #class\r\n60001\t7\r\n00002\t0\r\n",
      "60001\t7\n00002\t0",
      "\n60001 7\n\n# between\n  00002   0\n\n",
    ]
  ) {
    assert.deepEqual(
      await withFolder(
        { "list.txt": text },
        (folder) => readNmnistList(join(folder, "list.txt")),
      ),
      expected,
    );
  }
});

Deno.test("readNmnistList() names the line that is wrong", async () => {
  const cases: [string, string, number | undefined][] = [
    ["", "it lists no recordings", undefined],
    ["#sample #class\r\n\r\n", "it lists no recordings", undefined],
    ["#a\n1\t5\n2\t10\n", 'class "10" is not one of 0 to 9', 3],
    ["1\t-1\n", 'class "-1" is not one of 0 to 9', 1],
    ["1\tfive\n", 'class "five" is not one of 0 to 9', 1],
    ["1\t5\r\n2\r\n", '"2" is not an id and a class', 2],
    ["1\t5\t9\n", '"1\t5\t9" is not an id and a class', 1],
  ];
  for (const [text, problem, line] of cases) {
    await withFolder({ "list.txt": text }, async (folder) => {
      const path = join(folder, "list.txt");
      await assert.rejects(
        readNmnistList(path),
        new DatasetError(path, problem, { line }),
      );
    });
  }
});

Deno.test("openNmnist() gives the recordings of a list", async () => {
  const files = {
    "1.bs2": encode([[1, 1, 100, 1]]),
    "1.bin": encode([[9, 9, 900, 0]]),
    "2.bin": encode([[2, 2, 200, 0], [2, 3, 300, 1]]),
    "list.txt": "#sample #class\r\n2\t4\r\n1\t0\r\n",
  };
  await withFolder(files, async (folder) => {
    const digits = await openNmnist(join(folder, "list.txt"));
    assert.deepEqual(digits.sensor, { width: 34, height: 34 });
    assert.deepEqual(digits.timing, { unitUs: 1, fromFirstEvent: false });
    assert.deepEqual(digits.classes, [..."0123456789"]);
    assert.deepEqual(digits.labels, [4, 0]);
    assert.deepEqual([...(await digits.events(0)).t], [200, 300]);
    assert.deepEqual([...(await digits.events(1)).t], [100]);
    for (const index of [-1, 2, 0.5]) {
      await assert.rejects(
        digits.events(index),
        new RangeError(
          `Cannot read sample ${index}: the list has 2 recordings`,
        ),
      );
    }
  });
});

Deno.test("openNmnist() refuses missing recordings, lists and folders", async () => {
  const files = { "1.bs2": encode([[1, 1, 1, 1]]), "list.txt": "1 5\n7 3\n" };
  await withFolder(files, async (folder) => {
    const list = join(folder, "list.txt");
    await assert.rejects(
      openNmnist(list, folder),
      new DatasetError(folder, 'there is no "7.bs2" or "7.bin"'),
    );
    for (
      const [directory, listPath, named] of [
        [folder, join(folder, "none.txt"), join(folder, "none.txt")],
        [join(folder, "none"), list, join(folder, "none")],
      ]
    ) {
      await assert.rejects(openNmnist(listPath, directory), {
        name: "DatasetError",
        message: `Cannot use "${named}": there is no such file or folder`,
        path: named,
      });
    }
  });
});

Deno.test("openNmnist() identifies the file of a digit, and its content", async () => {
  const files = {
    "1.bs2": encode([[5, 6, 7, 1]]),
    "2.bin": encode([[5, 6, 7, 1]]),
    "list.txt": "1 1\n2 2\n",
  };
  await withFolder(files, async (folder) => {
    const digits = await openNmnist(join(folder, "list.txt"));
    const [one, two] = [await digits.origin!(0), await digits.origin!(1)];
    assert.deepEqual([one.recording, two.recording], ["1.bs2", "2.bin"]);
    assert.equal(one.digest, two.digest);
    const other = encode([[5, 6, 7, 0]]);
    await Deno.writeFile(join(folder, "1.bs2"), other);
    assert.notEqual((await digits.origin!(0)).digest, one.digest);
    assert.deepEqual(await digits.origin!(1), two);
    await Deno.remove(join(folder, "2.bin"));
    await assert.rejects(digits.origin!(1), RecordingError);
    await assert.rejects(digits.origin!(2), {
      name: "RangeError",
      message: "Cannot read sample 2: the list has 2 recordings",
    });
  });
});

/** Folder of the real recordings, if this machine has them. */
async function findRealRecordings(): Promise<string | undefined> {
  const data = Deno.env.get("SLAYER_DATA") ??
    join(ROOT, "..", "shared", "data");
  const folder = join(data, "nmnist_small");
  return await Deno.stat(folder).then(() => folder, () => undefined);
}

const real = await findRealRecordings();
if (real !== undefined) {
  Deno.test("openNmnist() reads 1100 real recordings", async () => {
    const counts: number[] = [];
    let [xMax, yMax, tMax, on] = [0, 0, 0, 0];
    const perClass = new Array(10).fill(0);
    for (const list of ["train1K.txt", "test100.txt"]) {
      const digits = await openNmnist(join(real, list), real);
      for (const [index, label] of digits.labels.entries()) {
        const { x, y, t, p } = await digits.events(index);
        counts.push(t.length);
        perClass[label]++;
        for (let i = 0; i < t.length; i++) {
          xMax = Math.max(xMax, x[i]);
          yMax = Math.max(yMax, y[i]);
          tMax = Math.max(tMax, t[i]);
          on += p[i];
        }
      }
    }
    counts.sort((a, b) => a - b);
    assert.equal(counts.length, 1100);
    assert.equal(counts[0], 1069);
    assert.equal(counts[1099], 7152);
    assert.equal((counts[549] + counts[550]) / 2, 4163.5);
    assert.deepEqual([xMax, yMax], [33, 33]);
    assert.equal(tMax, 336040);
    assert.equal(counts.reduce((sum, count) => sum + count), 4_518_827);
    assert.equal(on, 2_250_078);
    assert.deepEqual(
      perClass,
      [105, 130, 107, 104, 119, 99, 104, 132, 89, 111],
    );
  });
}
