import assert from "node:assert/strict";
import { listSamples } from "../../../dataset/layouts/find_layout.ts";
import type { ListedSample } from "../../../dataset/layouts/layout.ts";
import { recordingsAt, withFiles } from "./recordings.ts";

/** Lists the samples of files in words. */
async function found(
  paths: readonly string[],
  options: Parameters<typeof listSamples>[1] = {},
): Promise<string[]> {
  let words: string[] = [];
  await withFiles(recordingsAt(paths), async (folder) => {
    const { layout, samples } = await listSamples(folder, options);
    assert.equal(layout, "folders");
    words = samples.map(inWords);
    assert(
      samples.every(({ path, recording }) => path === `${folder}/${recording}`),
    );
  });
  return words;
}

function inWords({ recording, label, group, set }: ListedSample): string {
  return [recording, label, group ?? "-", set ?? "-"].join(" ");
}

Deno.test("a folder a class is a layout, its files are in natural order", async () => {
  assert.deepEqual(
    await found(["wave/10.csv", "wave/9.csv", "clap/a.aedat4", "clap/b.raw"]),
    [
      "clap/a.aedat4 clap - -",
      "clap/b.raw clap - -",
      "wave/9.csv wave - -",
      "wave/10.csv wave - -",
    ],
  );
});

Deno.test("folders of train, validation and test are sets", async () => {
  assert.deepEqual(
    await found(["Train/a/1.csv", "val/a/2.csv", "test/b/3.csv"]),
    [
      "test/b/3.csv b - test",
      "Train/a/1.csv a - train",
      "val/a/2.csv a - validation",
    ],
  );
  assert.deepEqual(await found(["train/1.csv", "other/2.csv"]), [
    "other/2.csv other - -",
    "train/1.csv train - -",
  ]);
});

Deno.test("sets may be below classes too", async () => {
  assert.deepEqual(
    await found(["a/train/1.csv", "a/test/2.csv", "b/train/ann/3.csv"]),
    [
      "a/test/2.csv a - test",
      "a/train/1.csv a - train",
      "b/train/ann/3.csv b ann train",
    ],
  );
});

Deno.test("a folder that holds one recording is no group", async () => {
  assert.deepEqual(await found(["a/bag_1/x.db3", "b/bag_2/y.db3"]), [
    "a/bag_1/x.db3 a - -",
    "b/bag_2/y.db3 b - -",
  ]);
});

Deno.test("folders below a class's are groups, and above it if named so", async () => {
  assert.deepEqual(
    await found(["a/ann/1.csv", "a/bob/1.csv", "b/ann/x/1.csv"]),
    [
      "a/ann/1.csv a ann -",
      "a/bob/1.csv a bob -",
      "b/ann/x/1.csv b ann -",
    ],
  );
  const byPerson = ["user01/a/1.csv", "user01/b/1.csv", "user02/b/1.csv"];
  assert.deepEqual(await found(byPerson), [
    "user01/a/1.csv a user01 -",
    "user01/b/1.csv b user01 -",
    "user02/b/1.csv b user02 -",
  ]);
  assert.deepEqual(
    await found(["ann/a/1.csv", "ann/b/1.csv", "bob/b/1.csv"], {
      classes: ["a", "b"],
    }),
    ["ann/a/1.csv a ann -", "ann/b/1.csv b ann -", "bob/b/1.csv b bob -"],
  );
});

Deno.test("people in file names are groups if every file has one", async () => {
  assert.deepEqual(await found(["a/user3_1.csv", "b/take2_User3.csv"]), [
    "a/user3_1.csv a user3 -",
    "b/take2_User3.csv b user3 -",
  ]);
  assert.deepEqual(await found(["a/user3_1.csv", "b/take2.csv"]), [
    "a/user3_1.csv a - -",
    "b/take2.csv b - -",
  ]);
});

Deno.test("what is no recording is passed over", async () => {
  assert.deepEqual(
    await found([
      ...["a/1.csv", "a/README.txt", "a/notes.md", ".git/b/1.csv"],
      ...[
        "a/.hidden.csv",
        "top.csv",
        "a/take.mp4",
        "a/notes.txt",
        "labels.csv",
        "x.zarr/c/1.csv",
      ],
    ]),
    ["a/1.csv a - -"],
  );
});

Deno.test("links to folders above are not followed", async () => {
  await withFiles(recordingsAt(["a/1.csv", "b/1.csv"]), async (folder) => {
    await Deno.symlink("..", `${folder}/a/up`);
    await Deno.symlink("../b", `${folder}/b/self`);
    await Deno.symlink(`${folder}/b`, `${folder}/c`);
    const { samples } = await listSamples(folder);
    assert.deepEqual(samples.map(inWords), [
      "a/1.csv a - -",
      "b/1.csv b - -",
      "c/1.csv c - -",
    ]);
  });
});

Deno.test("a folder of no layout is refused with those that are known", async () => {
  await withFiles(
    { "take.mp4": "", "notes.md": "" },
    async (folder) => {
      await assert.rejects(listSamples(folder), {
        name: "DatasetError",
        message: new RegExp(
          `^Cannot use "${folder}": it is none of: .*a folder a class$`,
        ),
      });
      await assert.rejects(listSamples(`${folder}/none`), {
        message: `Cannot use "${folder}/none": there is no such file or folder`,
      });
    },
  );
  await withFiles({ "wave/notes.md": "" }, async (folder) => {
    await assert.rejects(listSamples(folder), {
      message: `Cannot use "${folder}": it has no recordings`,
    });
  });
});

for (
  const [layout, description] of [
    ["shd", "spoken words of SHD or SSC"],
    ["nmnist", "digits of N-MNIST"],
  ] as const
) {
  Deno.test(`a folder that has not the layout ${layout} is refused in its words`, async () => {
    await withFiles(recordingsAt(["wave/1.csv"]), async (folder) => {
      await assert.rejects(listSamples(folder, { layout }), {
        name: "DatasetError",
        message: `Cannot use "${folder}": it has not the layout "${layout}": ` +
          description,
      });
    });
  });
}

Deno.test("words in file names that occur in most folders may be classes too", async () => {
  const others = async (paths: readonly string[]) => {
    let other: string[] | undefined;
    await withFiles(recordingsAt(paths), async (folder) => {
      const { otherClasses } = (await listSamples(folder)).guessed ?? {};
      other = otherClasses && [...otherClasses.names];
      if (!otherClasses) return;
      const { samples } = await listSamples(folder, {
        class: new RegExp(otherClasses.pattern),
      });
      assert.deepEqual(
        samples.map(({ recording, label }) => recording.includes(`/${label}`)),
        samples.map(() => true),
      );
    });
    return other;
  };
  const people = ["ann", "bob", "cleo"];
  assert.deepEqual(
    await others(people.flatMap((p) => [`${p}/clap.csv`, `${p}/wave.csv`])),
    ["clap", "wave"],
  );
  assert.deepEqual(
    await others(
      ["ann", "bob"].flatMap((person) =>
        ["clap_1", "clap_2", "wave_1"].map((name) => `${person}/${name}.csv`)
      ),
    ),
    ["clap", "wave"],
  );
  // A word in one folder alone belongs to it.
  assert.equal(
    await others([
      "clap/c_1.csv",
      "clap/c_2.csv",
      "wave/w_1.csv",
      "wave/w_2.csv",
    ]),
    undefined,
  );
  // Numbered gestures are surely classes.
  assert.equal(
    await others(
      ["gesture1", "gesture2"].flatMap((c) => [`${c}/ann.csv`, `${c}/bob.csv`]),
    ),
    undefined,
  );
});
