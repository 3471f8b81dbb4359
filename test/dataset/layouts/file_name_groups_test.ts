import assert from "node:assert/strict";
import { groupsInFileNames } from "../../../dataset/layouts/file_name_groups.ts";
import { labelPaths } from "../../../dataset/layouts/folders.ts";
import { listSamples } from "../../../dataset/layouts/find_layout.ts";
import { recordingsAt, withFiles } from "./recordings.ts";

/** Finds the groups in file names, given for each class. */
function found(names: Readonly<Record<string, readonly string[]>>) {
  return groupsInFileNames(
    Object.entries(names).flatMap(([label, own]) =>
      own.map((name) => ({ recording: `${label}/${name}.csv`, label }))
    ),
  );
}

Deno.test("words before numbers are groups if each occurs in several classes", () => {
  const names = ["Ann_1", "ann-2_left", "bob 1"];
  assert.deepEqual(found({ left: names, right: names }), {
    groups: ["ann", "ann", "bob", "ann", "ann", "bob"],
    guessed: ["ann", "bob"],
  });
  // Nobody has to be in every class.
  const some = found({
    clap: ["ann_1", "bob_1"],
    nod: ["ann_1", "bob_1"],
    point: ["bob_1", "élise_1"],
    wave: ["bob_1", "ann_1", "élise_2"],
  });
  assert.deepEqual(some?.guessed, ["ann", "bob", "élise"]);
});

Deno.test("words may stand alone, be codes, or follow the class", () => {
  for (
    const [names, groups] of [
      [["ann", "bob"], "ann,bob"],
      [["ann1", "bob2"], "ann,bob"],
      [["P1_1", "P2_1"], "p1,p2"],
      [["s1 left", "s2-right"], "s1,s2"],
    ] as const
  ) {
    assert.equal(`${found({ clap: names, wave: names })?.guessed}`, groups);
    const after = (label: string) => names.map((name) => `${label}_${name}`);
    const both = found({ clap: after("clap"), wave: after("Wave") });
    assert.equal(`${both?.guessed}`, groups);
  }
});

Deno.test("people of several words are apart, however these are separated", () => {
  const groupsOf = (...names: string[]) =>
    `${found({ clap: names, wave: names })?.guessed}`;
  assert.equal(
    groupsOf("john_smith_0", "mary_jane_1", "John-Smith 2", "maria del mar3"),
    "john_smith,maria_del_mar,mary_jane",
  );
  assert.equal(
    groupsOf("john_smith_0", "john_doe_1", "mary_smith_2"),
    "john_doe,john_smith,mary_smith",
  );
  assert.deepEqual(
    found({
      clap: ["john_smith_clap_0", "ann-clap1", "clap_ann_2"],
      wave: ["john_smith_wave_0", "ann_wave_1", "wave_ann_2"],
    })?.groups,
    ["john_smith", "ann", "ann", "john_smith", "ann", "ann"],
  );
});

Deno.test("words for sides, takes and conditions tell no people apart", () => {
  const groupsOf = (...names: string[]) =>
    `${found({ clap: names, wave: names })?.guessed}`;
  assert.equal(
    groupsOf("ann_left_0", "ann_right_1", "bob_lee_take_2", "indoor_bob_lee_3"),
    "ann,bob_lee",
  );
  assert.equal(
    groupsOf("ann_happy_0", "ann_sad_1", "bob_happy_2", "bob_sad_3", "bob_4"),
    "ann,bob",
  );
  const both = (name: string) => [`${name}_happy_0`, `${name}_sad_1`];
  assert.equal(
    groupsOf(...both("john_smith"), ...both("john_doe")),
    "john_doe,john_smith",
  );
});

Deno.test("a few files without a word are a group each", () => {
  const names = ["ann_1", "ann_2", "bob_1", "bob_2"];
  const some = found({ clap: names, wave: [...names, "extra"] });
  assert.deepEqual(some, {
    groups: [
      ...["ann", "ann", "bob", "bob", "ann", "ann", "bob", "bob"],
      "wave/extra.csv",
    ],
    guessed: ["ann", "bob"],
  });
});

Deno.test("numbered people are groups of which there is no doubt", () => {
  const names = ["user3_1", "take_1-User04"];
  assert.deepEqual(found({ left: names, right: names }), {
    groups: ["user3", "user04", "user3", "user04"],
  });
});

for (
  const [problem, names] of Object.entries<
    Readonly<Record<string, readonly string[]>>
  >({
    "a single word": { left: ["sample_1", "sample_2"], right: ["sample_3"] },
    "a word in every class of its own": {
      clap: ["c_1", "c_2"],
      wave: ["w_1", "w_2"],
    },
    "words of several classes each": {
      clap_left: ["clap_1"],
      clap_right: ["clap_2"],
      wave_left: ["wave_1"],
      wave_right: ["wave_2"],
    },
    "words of single classes": {
      clap: ["ann_1", "bob_1"],
      nod: ["ann_1", "bob_1"],
      wave: ["cleo_1", "dan_1"],
    },
    "a third of the files without a word": {
      clap: ["ann_1", "bob_1", "1"],
      wave: ["ann_1", "bob_1", "2"],
    },
    "sides and conditions": {
      clap: ["left_1", "right_1", "bright_1", "dark_1"],
      wave: ["left_1", "right_1", "bright_1", "dark_1"],
    },
    "words that are not names": {
      left: ["take_1", "rec_1", "train_1"],
      right: ["take_1", "rec_1", "train_1"],
    },
    "a single class": { left: ["ann_1", "bob_1"] },
  })
) {
  Deno.test(`${problem} in file names gives no groups`, () => {
    assert.equal(found(names), undefined);
  });
}

Deno.test("people in file names come before folders of days", () => {
  const { samples } = labelPaths(
    ["clap", "wave"].flatMap((label) =>
      ["ann", "bob"].flatMap((person) =>
        [1, 2].map((day) => `day${day}/${label}/${person}_${day}.csv`)
      )
    ),
  );
  assert.deepEqual(
    new Set(samples.map(({ group }) => group)),
    new Set(["ann", "bob"]),
  );
});

Deno.test("people of folders come before words in file names", () => {
  const { samples, guessed } = labelPaths(
    ["left", "right"].flatMap((label) =>
      ["cleo", "dan"].flatMap((person) =>
        ["ann_1", "bob_1"].map((name) => `${label}/${person}/${name}.csv`)
      )
    ),
  );
  assert.equal(guessed?.groups, undefined);
  assert.deepEqual(
    new Set(samples.map(({ group }) => group)),
    new Set(["cleo", "dan"]),
  );
});

Deno.test("folders of people alone end in a hint how to tell classes", async () => {
  const hint = (folder: string, names: string, example: string) =>
    `Cannot use "${folder}": its recordings have no classes, and its folders ` +
    `${names} appear to be people or sessions: put them into a folder for ` +
    "each class, list them in a CSV file with the columns file and label, or " +
    `give data.class, a pattern of the class in a path${example}`;
  await withFiles(recordingsAt(["P1/1.csv", "P2/1.csv"]), async (folder) => {
    await assert.rejects(listSamples(folder), {
      name: "DatasetError",
      message: hint(
        folder,
        "P1, P2",
        '; with "^([^/]+)/" P1, P2 are the classes',
      ),
    });
    const { samples } = await listSamples(folder, { class: /^([^/]+)\// });
    assert.deepEqual(samples.map(({ label }) => label), ["P1", "P2"]);
  });
  const paths = [1, 2, 3, 4, 5].flatMap((n) => [
    `user${n}/clap.csv`,
    `user${n}/wave.csv`,
  ]);
  await withFiles(recordingsAt(paths), async (folder) => {
    await assert.rejects(listSamples(folder), {
      message: hint(
        folder,
        "user1, user2, user3, …",
        ', such as "([^/\\d.]*[^/\\d ._-])[^/]*$" for clap, wave',
      ),
    });
  });
});
