import assert from "node:assert/strict";
import {
  findClassPattern,
  nameInPath,
} from "../../../dataset/layouts/class_pattern.ts";
import {
  findNamePatterns,
  listSamples,
} from "../../../dataset/layouts/find_layout.ts";
import { lookAt } from "../../../dataset/layouts/folder_tree.ts";
import { recordingsAt, withFiles } from "./recordings.ts";

/** Paths of three takes of every sign by two people. */
function pathsOf(
  path: (who: string, sign: string, take: number) => string,
): string[] {
  return ["ann", "bob"].flatMap((who) =>
    ["wave", "clap"].flatMap((sign) =>
      [1, 2, 3].map((take) => `${path(who, sign, take)}.csv`)
    )
  );
}

Deno.test("words of file names that are few are proposed as classes and groups", () => {
  const found = (paths: readonly string[]) => {
    const { class: own, group } = findClassPattern(paths) ?? {};
    for (
      const { pattern, names } of [own, group].filter((one) =>
        one !== undefined
      )
    ) {
      const there = paths.map((path) => nameInPath(path, new RegExp(pattern)));
      assert.deepEqual([...new Set(there)].sort(), names);
    }
    return [own?.names.join() ?? "-", group?.names.join() ?? "-"].join(" ");
  };
  const both = "clap,wave ann,bob";
  assert.equal(found(pathsOf((who, sign, n) => `${sign}_${who}_${n}`)), both);
  assert.equal(found(pathsOf((who, sign, n) => `${n} ${sign} ${who}`)), both);
  assert.equal(
    found(
      pathsOf((who, sign, n) => `user0${who.length % 2}-${sign}-${who}${n}`),
    ),
    "clap,wave -",
  );
  assert.equal(
    found(
      pathsOf((who, sign, n) =>
        `user_1/${sign}_${who === "ann" ? "p1" : "p2"}_${n}`
      ),
    ),
    "clap,wave p1,p2",
  );
  assert.equal(
    found(pathsOf((who, sign, n) => `${sign}${n + 3 * who.charCodeAt(0)}`)),
    "clap,wave -",
  );
  assert.equal(found(["1.csv", "2.csv", "3.csv", "4.csv"]), "- -");
  assert.equal(found(["a_1.csv", "b_2.csv", "c_3.csv"]), "- -");
  assert.equal(found([]), "- -");
});

Deno.test("a flat folder has samples once a pattern names their classes", async () => {
  const paths = pathsOf((who, sign, n) => `${sign}_${who}_${n}`);
  await withFiles(recordingsAt([...paths, "dark.csv"]), async (folder) => {
    await assert.rejects(listSamples(folder), {
      name: "DatasetError",
      message: `Cannot use "${folder}": its recordings have no classes: put ` +
        "them into a folder for each class, list them in a CSV file with the " +
        "columns file and label, or give data.class, a pattern of the class " +
        'in a path, such as "^([^_]+)_" for clap, wave, or ' +
        '"^(?:[^_]+_)([^_]+)_" for ann, bob',
    });
    const { layout, samples, remarks } = await listSamples(folder, {
      class: /^(wave|clap)_/,
    });
    assert.equal(layout, "folders");
    assert.deepEqual(samples.length, 12);
    assert.deepEqual(remarks, [
      "without a class: 1 recording, such as dark.csv",
    ]);
    await assert.rejects(listSamples(folder, { class: /^(nod)_/ }), {
      message:
        `Cannot use "${folder}": no path matches the pattern of classes ` +
        '"^(nod)_"; it has 13 recordings, such as "clap_ann_1.csv"',
    });
  });
});

Deno.test("people's folders have no classes, but file names in them may", async () => {
  const paths = pathsOf((who, sign, n) => `user${who.length}${n}/${sign}_${n}`);
  await withFiles(recordingsAt(paths), async (folder) => {
    await assert.rejects(listSamples(folder), {
      message:
        /data\.class, .* such as "\(\[\^\/_\]\+\)_\[\^\/\]\*\$" for clap, wave$/,
    });
    const found = await findNamePatterns(await lookAt(folder));
    assert.equal(`${found?.class.names}`, "clap,wave");
  });
  await withFiles(recordingsAt(["wave/1.csv"]), async (folder) => {
    assert.equal(await findNamePatterns(await lookAt(folder)), undefined);
  });
});

Deno.test("people of several words have no pattern, and are groups all the same", async () => {
  const paths = ["john_smith", "john_doe", "mary_jane"].flatMap((who) =>
    ["wave", "clap"].map((sign) => `${sign}_${who}_1.csv`)
  );
  await withFiles(recordingsAt(paths), async (folder) => {
    const found = await findNamePatterns(await lookAt(folder));
    assert.deepEqual([`${found?.class.names}`, found?.group], [
      "clap,wave",
      undefined,
    ]);
    const { samples } = await listSamples(folder, {
      class: new RegExp(found!.class.pattern),
    });
    assert.deepEqual(
      [...new Set(samples.map(({ group }) => group))].sort(),
      ["john_doe", "john_smith", "mary_jane"],
    );
  });
});

Deno.test("a pattern gives other classes to a list as well", async () => {
  const files = {
    ...recordingsAt(["wave_1.csv", "clap_1.csv", "dark.csv"]),
    "list.csv": "file,label\nwave_1.csv,1\nclap_1.csv,1\ndark.csv,1\n",
  };
  await withFiles(files, async (folder) => {
    const { layout, samples, remarks } = await listSamples(
      `${folder}/list.csv`,
      { class: /^([a-z]+)_/ },
    );
    assert.deepEqual([layout, remarks], ["list", [
      "without a class: 1 sample",
    ]]);
    assert.deepEqual(samples.map(({ label }) => label), ["wave", "clap"]);
  });
});
