import assert from "node:assert/strict";
import { join } from "node:path";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { openSlices } from "../../../scripts/experiment/samples.ts";
import { openFolds } from "../../../scripts/experiment/folds.ts";
import {
  describeChanges,
  describeSource,
} from "../../../scripts/files/store_source.ts";
import {
  DATA,
  withFolder,
  writeData,
} from "../../dataset/slicing/slice_data.ts";
import { writeGestures } from "../../fixtures/own_recordings.ts";
import { runTask } from "../../fixtures/run_task.ts";

/** Moves a file's time of change by some seconds. */
async function touch(path: string, seconds: number) {
  const { mtime } = await Deno.stat(path);
  await Deno.utime(path, mtime!, mtime!.getTime() / 1000 + seconds);
}

Deno.test("files that changed after slicing are told by size and time, copies are not", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const names = Object.keys(DATA).map((name) => `${name}.aedat`);
    const paths = names.map((name) => join(folder, name));
    const words = ["--data", "my data"];
    const source = await describeSource(options.out, {
      paths: [...paths, folder, join(folder, "nowhere")],
      arguments: words,
    });
    assert.deepEqual(source.files.map(({ path }) => path), [
      ...names.map((name) => `../${name}`),
    ]);
    await sliceRecordings({ ...options, source });
    const { out } = options;
    const changes = (files: string) =>
      `"${out}" was sliced before ${files} changed; slice it anew with ` +
      `deno task slice --data 'my data' --out ${out}`;
    assert.equal(await describeChanges(out), undefined);

    await touch(paths[1], 60);
    assert.equal(await describeChanges(out), changes(`"${paths[1]}"`));
    // As copied files, all of which have other times.
    for (const path of [paths[0], paths[2]]) await touch(path, 60);
    assert.equal(await describeChanges(out), undefined);
    for (const path of [paths[0], paths[2]]) {
      await Deno.writeFile(path, Uint8Array.of(0, 1), { append: true });
      await touch(path, 60);
    }
    assert.equal(
      await describeChanges(out),
      changes(`"${paths[0]}" and 1 other file`),
    );
    const moved = join(folder, "elsewhere", "far", "events.zarr");
    await Deno.mkdir(join(folder, "elsewhere", "far"), { recursive: true });
    await Deno.rename(out, moved);
    assert.equal(await describeChanges(moved), undefined);
  });
});

Deno.test("training on a store warns of recordings that have changed, until they are sliced anew", async () => {
  await withFolder(async (folder) => {
    await writeGestures(folder);
    const [data, store] = ["gestures", "gestures.zarr"]
      .map((name) => join(folder, name));
    const slice = async () => {
      const { code } = await runTask("slice", [
        ...["--data", data, "--window", "500ms"],
        ...["--set", "data.overlap=100ms"],
      ]);
      assert.equal(code, 0);
    };
    const doubts = async () => {
      const found: string[] = [];
      const text = "data: {path: gestures.zarr, folds: 2}";
      await openFolds(parseConfiguration(text, join(folder, "network.yaml")), {
        validation: false,
        onDoubt: (line) => found.push(line),
      });
      return found;
    };
    await slice();
    assert.deepEqual(await doubts(), []);
    const changed = join(data, "wave", "bob", "1.csv");
    await Deno.writeTextFile(changed, "1.2,3,3,1\n", { append: true });
    assert.deepEqual(await doubts(), [
      `"${store}" was sliced before "${changed}" changed; slice it anew with ` +
      `deno task slice --data ${data} --window 500ms --set ` +
      `data.overlap=100ms --out ${store}`,
    ]);
  });
});

Deno.test("a store of tagged recordings warns of changed tags", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const args = [
      ...["--data", folder, "--recordings", folder, "--tags", folder],
      ...["--list", options.list, "--classes", options.classes],
    ];
    const { code } = await runTask("slice", args);
    assert.equal(code, 0);
    const doubts = async () => {
      const found: string[] = [];
      const text = "training: {sliced_dataset: True, " +
        "path: {data: ., file_list: list.txt, store: sliced.zarr}}";
      using _store = await openSlices(
        parseConfiguration(text, join(folder, "network.yaml")),
        { onDoubt: (line) => found.push(line) },
      );
      return found;
    };
    assert.deepEqual(await doubts(), []);
    const tags = join(folder, "user25_imse.csv");
    await Deno.writeTextFile(tags, "\n", { append: true });
    const store = join(folder, "sliced.zarr");
    assert.deepEqual(await doubts(), [
      `"${store}" was sliced before "${tags}" changed; slice it anew with ` +
      `deno task slice ${args.join(" ")} --out ${store}`,
    ]);
    await runTask("slice", args);
    assert.deepEqual(await doubts(), []);
  });
});
