import assert from "node:assert/strict";
import { join } from "node:path";
import { kFold, trainTestSplit } from "../../../dataset/division/split.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import type { SampleSet } from "../../../dataset/samples/sample_set.ts";
import { openFolds } from "../../../scripts/experiment/folds.ts";
import { recordingText, withFiles } from "../../dataset/layouts/recordings.ts";
import {
  randomPairs,
  withFolder,
  writeData,
} from "../../dataset/slicing/slice_data.ts";

const FULL = [
  ...["user00_indoor", "user01_indoor", "user18_sunlight", "user25_imse"],
  ...["user26_imse", "user35_dc", "user36_dc"],
];
const REDUCED = FULL.filter((name) => !name.endsWith("_indoor"));

/** Two signs a recording; the number of their events tells who signs. */
const DATA = Object.fromEntries(FULL.map((name, n) => {
  const tags = [[0, 10 + n], [20, 40 + n]] as const;
  return [name, { pairs: randomPairs(60), tags }];
}));

/** People whose signs are in a set, in its order. */
async function namesIn({ source, indices }: SampleSet): Promise<string[]> {
  const lengths = await Promise.all(
    indices.map(async (index) => (await source.events(index)).t.length),
  );
  return lengths.map((length, n) => {
    assert.equal(source.labels[indices[n]], length < 20 ? 0 : 1);
    return FULL[length < 20 ? length - 10 : length - 20];
  });
}

Deno.test("openFolds() splits full and reduced lists as scikit-learn does", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const out = join(folder, "sliced.zarr");
    await sliceRecordings({ ...options, out });
    const twice = (names: string[]) => names.flatMap((name) => [name, name]);
    for (const [names, seed] of [[FULL, 0], [FULL, 5], [REDUCED, 3]] as const) {
      const list = join(folder, "some.txt");
      await Deno.writeTextFile(list, names.join("\n"));
      const configuration = parseConfiguration(
        `training: {seed: ${seed}, path: {data: ., file_list: some.txt}}`,
        join(folder, "network.yaml"),
      );
      const folds = await openFolds(configuration, { validation: true });
      const whole = await openFolds(configuration, { validation: false });
      for (const [n, split] of kFold(names.length, 4, seed).entries()) {
        const train = split.train.map((at) => names[at]);
        const test = split.test.map((at) => names[at]);
        const inner = trainTestSplit(train.length, 0.15, seed + 1);
        assert.deepEqual(await namesIn(whole[n].train), twice(train));
        assert.deepEqual(await namesIn(folds[n].test), twice(test));
        assert.deepEqual(
          await namesIn(folds[n].train),
          twice(inner.train.map((at) => train[at])),
        );
        assert.deepEqual(
          await namesIn(folds[n].validation!),
          twice(inner.test.map((at) => train[at])),
        );
      }
    }
  });
});

Deno.test("openFolds() leaves samples of few events out", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const out = join(folder, "sliced.zarr");
    await sliceRecordings({ ...options, out });
    await Deno.writeTextFile(join(folder, "all.txt"), FULL.join("\n"));
    const foldsFor = async (least: number) => {
      const lines: string[] = [];
      const configuration = parseConfiguration(
        `training: {filter: {least_events: ${least}}, ` +
          "path: {data: ., file_list: all.txt}}",
        join(folder, "network.yaml"),
      );
      const folds = await openFolds(configuration, {
        validation: true,
        onFound: (line) => lines.push(line),
      });
      return { folds, lines };
    };
    const { folds, lines } = await foldsFor(12);
    assert.deepEqual(lines, [
      "2 of 14 samples left out, with fewer than 12 events",
    ]);
    for (const { train, validation, test } of folds) {
      const sets = [train, validation!, test];
      const people = (await Promise.all(sets.map(namesIn))).flat();
      const expected = FULL.flatMap((name, n) => n < 2 ? [name] : [name, name]);
      assert.deepEqual(people.toSorted(), expected.toSorted());
    }
    assert.deepEqual((await foldsFor(10)).lines, []);
    await assert.rejects(
      foldsFor(100),
      /^RangeError: training.filter.least_events: no sample of fold 1 to train on has 100 events$/,
    );
  });
});

Deno.test("openFolds() names the list that has too few or other recordings", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    await sliceRecordings({ ...options, out: join(folder, "sliced.zarr") });
    const list = join(folder, "some.txt");
    const configuration = parseConfiguration(
      "training: {path: {data: ., file_list: some.txt}}",
      join(folder, "network.yaml"),
    );
    const refuses = async (names: readonly string[], problem: string) => {
      await Deno.writeTextFile(list, names.join("\n"));
      await assert.rejects(openFolds(configuration, { validation: true }), {
        name: "DatasetError",
        message: `Cannot use "${list}": ${problem}`,
      });
    };
    await refuses(
      FULL.slice(0, 3),
      "it names 3 recordings, 4 folds need 4",
    );
    await refuses(
      [...REDUCED, "user99_dc"],
      `recording "user99_dc" is not in the store "${folder}/sliced.zarr"`,
    );
  });
});

Deno.test("openFolds() says which recordings have faults", async () => {
  const rows = "1,2,3,1\n4,5,6,0\n";
  const files = {
    "clap/1.csv": `t,x,y,p\n${rows}7,8`,
    "clap/2.csv": `t,x,y,p\n${rows}7,7,9,1\n`,
    "wave/1.csv": `t,x,y,p\n${rows}9,9,9,1\n`,
    "wave/2.csv": `t,x,y,p\n${rows}8,8,9,1\n`,
  };
  await withFiles(files, async (folder) => {
    const lines: string[] = [];
    const path = join(folder, "network.yaml");
    await openFolds(parseConfiguration("data: {path: .}", path), {
      validation: false,
      onDoubt: (line) => lines.push(line),
    });
    assert.deepEqual(lines, [
      "faults of files: clap/1.csv has the last line, which is cut off: 1, " +
      "the first at byte 24",
    ]);
  });
});

Deno.test("openFolds() names classes, and recordings on two sides", async () => {
  const files = Object.fromEntries(
    ["train/a/1", "train/b/1", "test/a/2", "test/b/2"].map((path, n) => [
      `${path}.csv`,
      recordingText({ events: 5 + n }),
    ]),
  );
  files["test/b/3.csv"] = files["train/b/1.csv"];
  await withFiles(files, async (folder) => {
    const configuration = parseConfiguration(
      "data: {path: .}",
      join(folder, "network.yaml"),
    );
    const said: string[] = [];
    await openFolds(configuration, {
      validation: false,
      onFound: (line) => said.push(line),
      onDoubt: (line) => said.push(line),
    });
    assert.deepEqual(said, [
      `${folder}: layout folders, 2 classes (a, b), 5 recordings, 5 samples, ` +
      "6×3 pixels, its own split",
      "test/b/3.csv, for test, has the events of train/b/1.csv, for training",
    ]);
  });
});

Deno.test("openFolds() says which classes are tested but not trained", async () => {
  const files = Object.fromEntries(
    ["train/a/1", "train/b/1", "test/a/2", "test/c/2", "test/d/2"].map(
      (path, n) => [`${path}.csv`, recordingText({ events: 5 + n })],
    ),
  );
  await withFiles(files, async (folder) => {
    const said: string[] = [];
    const path = join(folder, "network.yaml");
    await openFolds(parseConfiguration("data: {path: .}", path), {
      validation: false,
      onDoubt: (line) => said.push(line),
    });
    assert.deepEqual(said, [
      "fold 1 has nothing to train c, d on, which it tests: leave them out, " +
      "or add others to train on",
    ]);
  });
});

Deno.test("openFolds() divides by words in file names, and says so", async () => {
  const files = Object.fromEntries(
    ["left", "right"].flatMap((label) =>
      ["ann_1", "ann_2", "bob_1", "bob_2", "cleo_1"].map((name) =>
        `${label}/${name}.csv`
      )
    ).map((path, n) => [path, recordingText({ events: 5 + n })]),
  );
  await withFiles(files, async (folder) => {
    const linesOf = async (keys: string) => {
      const said: string[] = [];
      await openFolds(
        parseConfiguration(
          `data: {path: .${keys}}`,
          join(folder, "network.yaml"),
        ),
        { validation: false, onFound: (line) => said.push(line) },
      );
      return said;
    };
    const start = `${folder}: layout folders, 2 classes (left, right), ` +
      "10 recordings, 10 samples, ";
    const end =
      "; --set 'data.class=([^/_]+)_[^/]*$' takes ann, bob, cleo as " +
      "classes instead";
    assert.deepEqual(await linesOf(""), [
      `${start}3 groups (ann, bob, cleo), 6×3 pixels, 3 folds by group; ann, ` +
      "bob, cleo in file names are groups, --set data.group=recording takes " +
      `each recording as one instead${end}`,
    ]);
    assert.deepEqual(
      await linesOf(", group: '/(ann|bob|cleo)'"),
      [
        `${start}3 groups (ann, bob, cleo), 6×3 pixels, 3 folds by group${end}`,
      ],
    );
  });
});
