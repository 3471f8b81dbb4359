import assert from "node:assert/strict";
import { join } from "node:path";
import { fileNameOfPath } from "../../../scripts/views/pictures/samples/file_name.ts";
import { readDuration } from "../../../scripts/configuration/schema/data.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { recordingText, withFiles } from "../../dataset/layouts/recordings.ts";

const FILES = {
  "clap/ann/1.csv": recordingText({ events: 60, everyMs: 10, x: 2 }),
  "clap/bob/1.csv": recordingText({ events: 80, everyMs: 10, x: 3 }),
  "wave/ann/1.csv": recordingText({ events: 70, everyMs: 10, x: 120 }),
};

Deno.test("inspect says what a folder holds, and how to train on it", () =>
  withFiles(FILES, async (folder) => {
    const outcome = await runTask("inspect", [folder, "--window", "250 ms"]);
    assert.deepEqual(outcome, {
      code: 0,
      stderr: "",
      stdout:
        `layout      folders; --set 'data.class=/([^/]+)/' takes ann, bob as classes instead
formats     text, columns t x y p, time in s: 3
sensor      at least 121×3 pixels
recordings  3
samples     7
classes     clap: 5 samples, 2 recordings, 2 groups
            wave: 2 samples, 1 recording, 1 group
groups      ann: 4 samples
            bob: 3 samples
duration    0.24 s
events      175, in a sample 25
event rate  104 events/s
ON events   49.7 %
hot pixels  0 above 500 events/s
problems    class wave has one group, ann: folds by group cannot both train and test it
train with  deno task train --data ${folder} --set data.window=250ms
`,
    });
  }));

Deno.test("inspect says first which words in file names are groups", () => {
  const names = ["ann_1", "ann_2", "bob_1", "bob_2"];
  const files = ["left", "right"].flatMap((label, i) =>
    names.map((name, n) => [
      `${label}/${name}.csv`,
      recordingText({ events: 60 + n, everyMs: 10, x: 3 + 4 * i }),
    ])
  );
  return withFiles(Object.fromEntries(files), async (folder) => {
    const { stdout } = await runTask("inspect", [folder]);
    assert.equal(
      stdout.split("\n")[0],
      "layout      folders; ann, bob in file names are groups, --set " +
        "data.group=recording takes each recording as one instead; --set " +
        "'data.class=([^/_]+)_[^/]*$' takes ann, bob as classes instead",
    );
  });
});

Deno.test("inspect prints a command that is whole, however long", () => {
  const empty = Array.from(
    { length: 40 },
    (_, n) => `clap/a long name ${n}.csv`,
  );
  return withFiles({
    ...FILES,
    ...Object.fromEntries(empty.map((path) => [path, "t,x,y,p\n"])),
  }, async (folder) => {
    const { stdout } = await runTask("inspect", [folder]);
    const command = stdout.match(/^train with.*$/m)![0];
    for (const path of empty) assert(command.includes(path), command);
  });
});

Deno.test("inspect prints the same of a list as JSON, and draws it", () =>
  withFiles({
    ...FILES,
    "my list.csv": "file,label,split\nclap/ann/1.csv,a,train\n" +
      "clap/bob/1.csv,b,test\nmissing.csv,b,test\n",
  }, async (folder) => {
    const list = join(folder, "my list.csv");
    const out = join(folder, "out");
    const args = [list, "--json", "--plot", "--out", out];
    const { code, stdout, stderr } = await runTask("inspect", args);
    assert.deepEqual([code, stderr], [0, ""]);
    const {
      layout,
      samples,
      sets,
      problems,
      picture,
      train,
      files,
      trainNotes,
    } = JSON.parse(stdout);
    assert.deepEqual(
      files.map((
        { name, events, sensor }: Record<string, unknown>,
      ) => [name, events, sensor]),
      [["clap/ann/1.csv", 60, null], ["clap/bob/1.csv", 80, null], [
        "missing.csv",
        undefined,
        null,
      ]],
    );
    assert.deepEqual([layout, samples, sets], ["list", 2, {
      train: 1,
      test: 1,
    }]);
    assert.deepEqual(problems, [
      `Cannot read recording "${folder}/missing.csv": there is no such file ` +
      "or folder",
      "class a has one recording",
      "class b has one recording",
    ]);
    assert.equal(picture, join(out, `${fileNameOfPath(list)}_inspect.png`));
    const [png, svg] = await Promise.all([
      Deno.readFile(picture),
      Deno.readTextFile(picture.replace(".png", ".svg")),
    ]);
    assert.equal(png.subarray(1, 4).toHex(), "504e47");
    assert(svg.includes(">a<") && svg.includes(">b<"), svg.slice(0, 500));
    assert.equal(
      train,
      `deno task train --data '${list}' --set 'data.skip=["missing.csv"]'`,
    );
    assert.deepEqual(trainNotes, [
      "this leaves out 1 recording that cannot be read",
    ]);
  }));

Deno.test("inspect says what a store of one's own recordings holds", () =>
  withFiles(FILES, async (folder) => {
    const slice = await runTask("slice", [
      "--data",
      folder,
      "--window",
      "250ms",
    ]);
    assert.equal(
      slice.stdout,
      `${folder}.zarr: 7 slices of 3 recordings, 175 events\n`,
    );
    const store = `${folder}.zarr`;
    try {
      const json = await runTask("inspect", [store, "--json"]);
      const { layout, samples, groups, train } = JSON.parse(json.stdout);
      assert.deepEqual([layout, samples], ["store", 7]);
      assert.deepEqual(groups, { ann: 4, bob: 3 });
      assert.equal(train, `deno task train --data ${store}`);
      const cut = await runTask("inspect", [store, "--window", "9ms"]);
      assert.equal(
        cut.stderr,
        `error: Cannot use "${store}": it is a store, which is cut already: ` +
          "leave out data.window\n",
      );
    } finally {
      await Deno.remove(store, { recursive: true });
    }
  }));

Deno.test("inspect lists recordings that have no classes", () =>
  withFiles({
    "1.csv": recordingText(),
    "2.csv": "neither\n",
    "notes.md": "",
  }, async (folder) => {
    const { code, stdout, stderr } = await runTask("inspect", [folder]);
    assert.deepEqual([code, stderr], [0, ""]);
    const [first, second, advice] = stdout.split("\n");
    assert.equal(
      first,
      "1.csv: text, columns t x y p, time in s, 3 events, 0.02 s",
    );
    assert(second.startsWith(`Cannot read recording "${folder}/2.csv": `));
    assert.match(advice, /^its recordings have no classes: put them into/);
    const json = await runTask("inspect", [folder, "--json"]);
    const { layout, files } = JSON.parse(json.stdout);
    assert.equal(layout, null);
    assert.deepEqual(
      [files[0].name, files[0].firstUs, files[0].lastUs, files[0].xMax],
      ["1.csv", 3_250_000, 3_270_000, 5],
    );
  }));

Deno.test("inspect takes classes out of file names, which slice does as told", () => {
  const files = Object.fromEntries(
    Object.entries(FILES).flatMap(([path, text]) =>
      [1, 2].map((take) => [
        path.replaceAll("/", "_").replace("1.csv", `${take}.csv`),
        text,
      ])
    ),
  );
  return withFiles(files, async (folder) => {
    const { code, stdout, stderr } = await runTask("inspect", [folder]);
    assert.deepEqual([code, stderr], [0, ""]);
    const settings = ["data.class=^([^_]+)_", "data.group=^(?:[^_]+_)([^_]+)_"];
    const command = settings.map((setting) => `--set '${setting}'`).join(" ");
    // Names alone do not tell which words are the classes.
    assert.equal(
      stdout.split("\n")[0],
      "layout      folders; --set 'data.class=^(?:[^_]+_)([^_]+)_' takes ann, " +
        "bob as classes instead",
    );
    assert.match(stdout, /\nclasses {5}clap: 4 samples, .*, 2 groups\n/);
    assert(
      stdout.endsWith(
        `train with  deno task train --data ${folder} ${command} --set ` +
          `'data.skip=["clap_ann_2.csv","clap_bob_2.csv","wave_ann_2.csv"]'\n` +
          "            this takes clap, wave in file names as classes, and " +
          "ann, bob as groups\n" +
          "            this leaves out 3 recordings with the events of another\n",
      ),
      stdout,
    );
    const sliced = await runTask("slice", [
      ...["--data", folder, "--out", `${folder}/s.zarr`, "--json"],
      ...settings.flatMap((setting) => ["--set", setting]),
    ]);
    assert.equal(sliced.code, 0, sliced.stderr);
    const store = await runTask("inspect", [`${folder}/s.zarr`, "--json"]);
    assert.deepEqual(JSON.parse(store.stdout).groups, { ann: 4, bob: 2 });
    const other = await runTask("slice", [
      ...["--data", folder, "--set", "training.lr=1"],
    ]);
    assert.equal(
      other.stderr,
      'error: Cannot set "training.lr=1": only keys of data, such as ' +
        "data.class, are of use here\n",
    );
  });
});

Deno.test("inspect draws a recording of any format", () =>
  withFiles(FILES, async (folder) => {
    const path = join(folder, "clap/ann/1.csv");
    const args = [path, "--plot", "--out", folder];
    const { code, stdout, stderr } = await runTask("inspect", args);
    assert.deepEqual([code, stderr], [0, ""]);
    const name = `${folder}/${fileNameOfPath(path)}_inspect`;
    assert(stdout.endsWith(`\npicture         ${name}.png\n`));
    await Deno.stat(`${name}.svg`);
    const json = await runTask("inspect", [...args, "--json"]);
    assert.equal(
      JSON.parse(json.stdout).picture,
      `${name}.png`,
    );
    const window = await runTask("inspect", [folder, "--window", "soon"]);
    assert.equal(
      window.stderr,
      'error: Cannot cut windows of "soon": expected a time such as 500ms\n',
    );
    assert.throws(() => readDuration("0.5"), {
      message: 'Cannot cut windows of "0.5": it has no unit, expected 0.5ms ' +
        "or 0.5s",
    });
    assert.deepEqual(
      ["0.5 s", "40min", "1h", "250us"].map(readDuration),
      [500, 2_400_000, 3_600_000, 0.25],
    );
  }));

Deno.test("inspect lists a link that leads nowhere among the problems", () =>
  withFiles(FILES, async (folder) => {
    await Deno.symlink("/nowhere", join(folder, "clap", "ann", "link.csv"));
    const { code, stdout } = await runTask("inspect", [folder, "--json"]);
    const { problems, samples } = JSON.parse(stdout);
    assert.deepEqual([code, samples], [0, 3]);
    assert(
      problems.some((problem: string) => problem.includes("link.csv")),
      problems.join("\n"),
    );
  }));

Deno.test("inspect says that a folder has no recordings", () =>
  withFiles({ "notes.md": "later" }, async (folder) => {
    const { code, stderr } = await runTask("inspect", [folder]);
    assert.deepEqual([code, stderr], [
      1,
      `error: Cannot inspect "${folder}": it has no recordings; expected a ` +
      "folder for each class, a CSV list, or recordings\n",
    ]);
  }));
