import assert from "node:assert/strict";
import { listSamples } from "../../../dataset/layouts/find_layout.ts";
import { withFiles } from "./recordings.ts";

/** Lists what a list of this text has, without the paths of files. */
async function listed(text: string, name = "list.csv") {
  let samples: unknown[] = [];
  await withFiles(
    { [name]: text, "other.csv": "t,x,y,p\n" },
    async (folder) => {
      for (const place of [folder, `${folder}/${name}`]) {
        const { layout, samples: found, list } = await listSamples(place);
        assert.deepEqual([layout, list], ["list", `${folder}/${name}`]);
        samples = found.map(({ path, line: _line, ...sample }) => {
          assert(
            path === sample.recording ||
              path === `${folder}/${sample.recording}`,
          );
          return JSON.parse(JSON.stringify(sample));
        });
      }
    },
  );
  return samples;
}

Deno.test("a list names files and labels in any order of columns", async () => {
  assert.deepEqual(
    await listed("label,who,file\nwave,x,a/1.raw\n\nclap,y,/b.es\n"),
    [
      { recording: "a/1.raw", label: "wave" },
      { recording: "/b.es", label: "clap" },
    ],
  );
  assert.deepEqual(
    await listed('"File";Class\r\n"a;b.raw";wave\r\n', "samples.csv"),
    [{ recording: "a;b.raw", label: "wave" }],
  );
  assert.deepEqual(await listed("file,label\na\\b\\1.raw,wave\n"), [
    { recording: "a/b/1.raw", label: "wave" },
  ]);
  assert.deepEqual(await listed("filename\tlabel\n1.raw\twave\n", "all.tsv"), [
    { recording: "1.raw", label: "wave" },
  ]);
});

Deno.test("a list may name parts, groups and a split", async () => {
  assert.deepEqual(
    await listed(
      "file,label,start,end,group,split\n1.raw,a,5,9,ann,train\n1.raw,b,,,,Test\n",
    ),
    [
      {
        recording: "1.raw",
        label: "a",
        group: "ann",
        set: "train",
        part: { start: 5, end: 9, unit: "us" },
      },
      { recording: "1.raw", label: "b", set: "test" },
    ],
  );
  const part = async (text: string) =>
    (await listed(text) as { part: unknown }[])[0].part;
  assert.deepEqual(await part("file,label,start_s,end_s\n1.raw,a,0.5,1.25\n"), {
    start: 500_000,
    end: 1_250_000,
    unit: "us",
  });
  assert.deepEqual(
    await part("file,label,start_event,end_event\n1.raw,a,5,9\n"),
    { start: 5, end: 9, unit: "events" },
  );
});

Deno.test("lists named after sets are one data set, others are not", async () => {
  const list = "file,label\n1.raw,a\n";
  const lists = { "train.csv": list, "test.csv": "file,label\n2.raw,a\n" };
  await withFiles(lists, async (folder) => {
    const { samples } = await listSamples(folder);
    assert.deepEqual(samples.map(({ set }) => set), ["test", "train"]);
    const one = await listSamples(`${folder}/train.csv`);
    assert.deepEqual(one.samples.map(({ set }) => set), [undefined]);
  });
  await withFiles({ "b.csv": list, "a.csv": list }, async (folder) => {
    await assert.rejects(listSamples(folder), {
      message: `Cannot use "${folder}": it has several lists, choose one of ` +
        "a.csv, b.csv",
    });
  });
});

Deno.test("rows that repeat another are left out, and the first is named", async () => {
  const repeated = "file,label,start,end\n1.raw,a,,\n2.raw,a,,\n" +
    "./1.raw,a,,\n1.raw,b,5,9\n1.raw,a,9,11\n1.raw,b,5.0,9\n";
  await withFiles({ "list.csv": repeated }, async (folder) => {
    const { samples, remarks } = await listSamples(folder);
    assert.deepEqual(samples.map(({ line }) => line), [2, 3, 5, 6]);
    assert.deepEqual(remarks, [
      "rows that repeat another are left out: 2 rows, such as line 4 repeats " +
      "line 2",
    ]);
  });
  const list = "file,label,split\n1.raw,a,train\n";
  const lists = { "train.csv": list, "test.csv": list };
  await withFiles(lists, async (folder) => {
    const { samples, remarks } = await listSamples(folder);
    assert.equal(samples.length, 1);
    assert.deepEqual(remarks, [
      "rows that repeat another are left out: 1 row, such as line 2 of " +
      `"${folder}/train.csv" repeats "${folder}/test.csv" line 2`,
    ]);
  });
});

Deno.test("rows that contradict each other are refused with both lines", async () => {
  const rows = (one: string, other: string) =>
    `file,label,split,group\n1.raw,${one}\n2.raw,a,,\n1.raw,${other}\n`;
  for (
    const [text, own, other] of [
      [rows("a,,", "b,,"), 'label "b"', 'label "a"'],
      [rows("a,train,", "a,test,"), 'split "test"', 'split "train"'],
      [rows("a,,ann", "a,,"), "no group", 'group "ann"'],
    ]
  ) {
    await withFiles({ "list.csv": text }, async (folder) => {
      await assert.rejects(listSamples(folder), {
        name: "DatasetError",
        message: `Cannot use "${folder}/list.csv" line 4: it gives 1.raw ` +
          `${own}, but line 2 gives it ${other}`,
      });
    });
  }
  const list = "file,label\n1.raw,a\n";
  const lists = { "train.csv": list, "test.csv": list };
  await withFiles(lists, async (folder) => {
    await assert.rejects(listSamples(folder), {
      message: `Cannot use "${folder}/train.csv" line 2: it gives 1.raw ` +
        `split "train", but "${folder}/test.csv" line 2 gives it split "test"`,
    });
  });
});

const KNOWN = "; a list has the columns file and label, and maybe start and " +
  "end (or start_ms and end_ms, start_s and end_s, start_event and " +
  "end_event), group, and split";

Deno.test("a list with a misspelled column is refused, and the nearest one named", async () => {
  for (
    const [text, problem] of [
      [
        "file,lable\n1.raw,a\n",
        'column "lable" is not known: did you mean "label"',
      ],
      [
        "Flie;class\n1.raw;a\n",
        'column "Flie" is not known: did you mean "file"',
      ],
      [
        "file,label,Spilt\n1.raw,a,test\n",
        'column "Spilt" is not known: did you mean "split"',
      ],
      [
        "file,label,start,end_ms\n1.raw,a,1,2\n",
        'column "start" has no partner of the same unit',
      ],
    ]
  ) {
    await withFiles({ "list.csv": text, "x/1.raw": "" }, async (folder) => {
      for (const place of [folder, `${folder}/list.csv`]) {
        await assert.rejects(listSamples(place), {
          name: "DatasetError",
          message: `Cannot use "${folder}/list.csv" line 1: ${problem}${KNOWN}`,
        });
      }
    });
  }
  const text = "file,gesture,sex\n1.raw,wave,f\n";
  await withFiles({ "list.csv": text, "x/1.raw": "" }, async (folder) => {
    await assert.rejects(listSamples(`${folder}/list.csv`), {
      message: `Cannot use "${folder}/list.csv" line 1: it has no column ` +
        `label, but file, gesture, sex${KNOWN}`,
    });
    // In a folder it is one of the user's own tables.
    assert.equal((await listSamples(folder)).layout, "folders");
  });
});

Deno.test("a list that cannot be used is refused with its line", async () => {
  for (
    const [text, problem] of [
      ["file,label\n", ": it lists no recording"],
      ["file,label\n1.raw,a\n2.raw,\n", " line 3: it names no class"],
      ["file,label\n,a\n", " line 2: it names no file"],
      [
        "file,label,split\n1.raw,a,holdout\n",
        ' line 2: split "holdout" is not train, validation or test',
      ],
      [
        "file,label,start,end\n1.raw,a,9,5\n",
        " line 2: it ends at 5, it starts at 9",
      ],
      [
        "file,label,start_event,end_event\n1.raw,a,1.5,5\n",
        ' line 2: "1.5" is no time or number of an event',
      ],
    ]
  ) {
    await withFiles({ "list.csv": text }, async (folder) => {
      await assert.rejects(listSamples(folder), {
        name: "DatasetError",
        message: `Cannot use "${folder}/list.csv"${problem}`,
      });
    });
  }
});
