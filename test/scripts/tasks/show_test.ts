import assert from "node:assert/strict";
import { join } from "node:path";
import { allocateEvents } from "../../../dataset/events.ts";
import { fileNameOfPath } from "../../../scripts/views/pictures/samples/file_name.ts";
import { openSample } from "../../../scripts/views/pictures/samples/open_sample.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import {
  randomPairs,
  readTree,
  writeData,
} from "../../dataset/slicing/slice_data.ts";
import { writeGestures } from "../../fixtures/own_recordings.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import {
  draw,
  FOUR,
  list,
  writeRecording,
} from "../views/pictures/picture_commands.ts";

const KINDS = ["events", "rate", "space_time"];
const TAGS: readonly [number, number][] = [[5, 300], [310, 800]];

/** Names of the files that show leaves. */
function filesOf(name: string, suffix = ""): string[] {
  return KINDS.flatMap((kind) =>
    ["png", "svg"].map((ending) => `${name}_${kind}${suffix}.${ending}`)
  );
}

/** Width and height of a PNG. */
async function sizeOfPng(path: string): Promise<[number, number]> {
  const bytes = await Deno.readFile(path);
  assert.equal(bytes.subarray(0, 8).toHex(), "89504e470d0a1a0a");
  const view = new DataView(bytes.buffer);
  return [view.getUint32(16), view.getUint32(20)];
}

Deno.test("show draws a recording in both themes, as PNG and as SVG, and lists them", async () => {
  await using folder = await temporaryFolder();
  const path = await writeRecording(folder.path, "four.aedat", FOUR);
  const name = fileNameOfPath(path);
  const out = join(folder.path, "new", "pictures");
  const show = async (...args: string[]) => {
    const outcome = await draw("show", [path, "--out", out, ...args]);
    assert.deepEqual([outcome.code, outcome.stderr], [0, ""]);
    return outcome.stdout;
  };
  assert.equal(
    await show(),
    filesOf(name).map((name) => `${join(out, name)}\n`).join(""),
  );
  assert.deepEqual(JSON.parse(await show("--theme", "dark", "--json")), {
    sample: "four",
    files: KINDS.flatMap((kind) =>
      ["png", "svg"].map((form) => ({
        path: join(out, `${name}_${kind}_dark.${form}`),
        kind,
        theme: "dark",
        form,
      }))
    ),
  });
  assert.deepEqual(
    await list(out),
    [...filesOf(name), ...filesOf(name, "_dark")].sort(),
  );
  for (const kind of KINDS) {
    const [light, dark] = await Promise.all(
      ["", "_dark"].map((suffix) =>
        Deno.readTextFile(join(out, `${name}_${kind}${suffix}.svg`))
      ),
    );
    const words = (svg: string) =>
      [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text);
    assert.deepEqual(words(light), words(dark));
    assert(light.includes('fill="#FFFFFF"') && !dark.includes("#FFFFFF"));
    assert(words(light).some((text) => /\((pixels|ms|events)/.test(text)));
    const [, ...sides] = /width="([\d.]+)" height="([\d.]+)"/.exec(light)!;
    const pixels = await sizeOfPng(join(out, `${name}_${kind}.png`));
    for (const [i, side] of sides.entries()) {
      assert(Math.abs(pixels[i] - 2 * Number(side)) < 1, `${pixels} ${sides}`);
    }
  }
});

Deno.test("pictures of recordings of one name are named after their paths", async () => {
  await using folder = await temporaryFolder();
  const out = join(folder.path, "out");
  const names: string[] = [];
  for (const label of ["wave", "clap"]) {
    const person = join(folder.path, label, "ann");
    await Deno.mkdir(person, { recursive: true });
    const path = join(person, "1.csv");
    await Deno.writeTextFile(path, "t_us,x,y,p\n5,1,2,1\n900,2,1,0\n");
    const { code, stderr } = await draw("show", [path, "--out", out]);
    assert.deepEqual([code, stderr], [0, ""]);
    const name = fileNameOfPath(path);
    assert(name.endsWith(`__${label}__ann__1.csv`), name);
    names.push(name);
    const svg = await Deno.readTextFile(join(out, `${name}_events.svg`));
    assert(svg.includes(`>${label}/ann/1<`));
  }
  assert.deepEqual(
    await list(out),
    names.flatMap((name) => filesOf(name)).sort(),
  );
  assert.equal(fileNameOfPath("scripts/a_b/1.csv"), "scripts__a_b__1.csv");
  assert.equal(fileNameOfPath("scripts/a/b/1.csv"), "scripts__a__b__1.csv");
  assert.equal(fileNameOfPath("scripts/a b/1.csv"), "scripts__a b__1.csv");
  assert.equal(fileNameOfPath("/a/scripts/1.csv"), "a__scripts__1.csv");
});

Deno.test("show draws the same from a tag and from a store", async () => {
  await using folder = await temporaryFolder();
  const data = join(folder.path, "data");
  for (const name of ["recordings", "tags"]) {
    await Deno.mkdir(join(data, name), { recursive: true });
  }
  const name = "user07_indoor";
  const options = await writeData(data, {
    [name]: { pairs: randomPairs(900, 50), tags: TAGS },
  });
  await sliceRecordings(options);
  const recording = join(data, `${name}.aedat`);
  const files = {
    tags: join(data, `${name}.csv`),
    classes: options.classes,
  };
  const named = [
    { sample: recording, tag: "sign1", ...files },
    { sample: `${name}/sign1`, store: options.out },
  ];
  const numbered = [
    { sample: recording, tag: "2", ...files },
    { sample: "7/2", store: options.out },
  ];
  const drawn: Record<string, string>[] = [];
  for (const [n, { sample, ...others }] of named.entries()) {
    const out = join(folder.path, `${n}`);
    const args = Object.entries(others).flatMap(([key, value]) => [
      `--${key}`,
      value,
    ]);
    const outcome = await draw("show", [sample, ...args, "--out", out]);
    assert.deepEqual([outcome.code, outcome.stderr], [0, ""]);
    drawn.push(await readTree(out));
    assert.deepEqual(await openSample(numbered[n]), await openSample(named[n]));
  }
  assert.deepEqual(
    Object.keys(drawn[0]).sort(),
    filesOf(`${name}__sign1`).sort(),
  );
  assert.deepEqual(drawn[1], drawn[0]);
});

Deno.test("commands that draw refuse what they cannot draw, in one line", async () => {
  await using folder = await temporaryFolder();
  const at = (name: string) => join(folder.path, name);
  const four = await writeRecording(folder.path, "four.aedat", FOUR);
  await writeRecording(folder.path, "empty.aedat", allocateEvents(0));
  await Deno.writeTextFile(at("broken.aedat"), "no recording");
  await Deno.writeTextFile(at("file"), "kept");
  const out = at("out");
  const cases: [string[], RegExp][] = [
    [[at("empty.aedat")], /^Cannot draw "empty": it has no events$/],
    [[at("broken.aedat")], /^Cannot read recording ".*broken.aedat": /],
    [[at("missing.aedat")], /there is no such file or folder$/],
    [[at("file")], /it has no mark of AEDAT/],
    [[four, "--crop", "0,0,129,4"], /^Cannot draw 129×4 pixels .*128×128$/],
    [[four, "--crop", "0,0,4,4"], /it has no events in this part$/],
    [[four, "--crop", "0,0,-4,4"], /^Cannot crop to "0,0,-4,4": /],
    [[four, "--crop", "0,0,4,4,4"], /^Cannot crop to "0,0,4,4,4": /],
    [[four, "--from", "102"], /from 102 to 101 ms: it lasts from 0 to 101 ms$/],
    [[four, "--to", "102"], /from 0 to 102 ms: it lasts from 0 to 101 ms$/],
    [[four, "--tag", "1"], /definitions.csv": there is no such file/],
    [[four, "--store", folder.path, "--tag", "1"], /^Cannot take tag "1" of /],
    [[four, "--store", folder.path], /^Cannot use ".*": there is no event/],
  ];
  // Both open a sample, and take a part of it, by the same functions.
  const few = cases.filter((_, n) => n % 4 === 0);
  for (const [name, its] of [["show", cases], ["animate", few]] as const) {
    await Promise.all(its.map(async ([args, expected]) => {
      const outcome = await draw(name, [...args, "--out", out]);
      assert.deepEqual([outcome.code, outcome.stdout], [1, ""]);
      const [, message] = /^error: ([^\n]+)\n$/.exec(outcome.stderr) ?? [];
      assert.match(message, expected);
    }));
    const unwritable = await draw(name, [four, "--out", at("file")]);
    assert.equal(unwritable.code, 1);
    assert.match(unwritable.stderr, /^error: Cannot write "[^\n]+\n$/);
    const { code } = await draw(name, [four, "--theme", "blue"]);
    assert.equal(code, 2);
  }
  assert.deepEqual(await list(out), []);
  assert.equal(await Deno.readTextFile(at("file")), "kept");
});

Deno.test("show says which sample of a store it misses", async () => {
  await using folder = await temporaryFolder();
  const options = await writeData(folder.path, {
    user07_indoor: { pairs: randomPairs(900), tags: TAGS },
  });
  await sliceRecordings(options);
  for (
    const [sample, expected] of [
      ["7", /it is not PERSON\/SIGN$/m],
      ["8/1", /has no "8"$/m],
      ["user07_indor/1", /did you mean "user07_indoor"\?$/m],
      ["7/3", /^error: Cannot find sign "3": there are 1 to 2, sign0 to sign1/],
    ] as const
  ) {
    const args = ["--store", options.out, sample, "--out", folder.path];
    const { code, stderr } = await draw("show", args);
    assert.equal(code, 1);
    assert.match(stderr, expected);
  }
});

Deno.test("show numbers the windows of a recording in a store", async () => {
  await using folder = await temporaryFolder();
  await writeGestures(folder.path);
  const data = join(folder.path, "gestures");
  const sliced = await runTask("slice", ["--data", data, "--window", "500ms"]);
  assert.equal(sliced.code, 0, sliced.stderr);
  const out = join(folder.path, "pictures");
  const show = (sample: string) =>
    draw("show", ["--store", `${data}.zarr`, sample, "--out", out]);
  const choice = 'choose from "wave_bob_1/wave/1" to "wave_bob_1/wave/2"';
  for (const name of ["wave_bob_1/wave", "wave_bob_1/wave/3"]) {
    const { code, stderr } = await show(name);
    assert.deepEqual([code, stderr], [
      1,
      `error: Cannot draw "${name}": ${choice}\n`,
    ]);
  }
  for (const number of [1, 2]) {
    assert.equal((await show(`wave_bob_1/wave/${number}`)).stderr, "");
  }
  assert.deepEqual(
    await list(out),
    [1, 2].flatMap((number) => filesOf(`wave_bob_1__wave__${number}`)).sort(),
  );
});
