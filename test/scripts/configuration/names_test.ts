import assert from "node:assert/strict";
import { join } from "node:path";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { describeModelFor } from "../../../scripts/configuration/model.ts";
import { Random } from "../../../engine/network/random.ts";
import { structureOf } from "../../../engine/model/model_description.ts";
import { ROOT } from "../../fixtures/source_files.ts";

const TEXT = await Deno.readTextFile(
  join(ROOT, "scripts/configuration/names.md"),
);

/** The rows of the tables, but for their heads. */
const ROWS = TEXT.split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()))
  .filter(([, , library]) => library !== "library" && !/^-+$/.test(library));

const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

/** Declarations of the entry points. */
const DECLARED = await Promise.all(
  ["mod.ts", "engine/mod.ts", "dataset/mod.ts"]
    .map((path) => Deno.readTextFile(join(ROOT, path))),
);

const codes = (cell: string) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code);

/** A configuration with what a cell says. */
function configurationOf(code: string): string {
  const [key] = code.split(":");
  if (key === "type") {
    const last = /SRMALPHA|LOIHI/.test(code) ? "" : ", neuron: none";
    return `neuron: { ${code} }\nnetwork: [{ dense: 20 }, { dense: 10${last} }]`;
  }
  if (key === "simulation" || key === "data" || key === "network") return code;
  if (key === "training") {
    const stepped = /SpikeRate|SpikeMax|SpikeMoid|sparsity/.test(code);
    return `${code}\nneuron: { type: ${stepped ? "LIF" : "SRMALPHA"} }\n` +
      "network: [{ dense: 20 }, { dense: 10 }]";
  }
  const below = code === "average: 10"
    ? "{ dense: 20 }"
    : "{ conv: { out: 4, kernel: 3, padding: 1 } }";
  const own = `{ ${code} }`;
  const isUnit = /norm:|neuron:|recurrent|average|max/.test(code);
  return `neuron: { type: ${isUnit ? "LIF" : "SRMALPHA"} }\n` +
    `network: [${isUnit ? `${below}, ${own}` : own}` +
    `${/none|average: 10/.test(code) ? "" : ", { dense: 10 }"}]`;
}

Deno.test("tables of names.md have four columns, and no empty cell", () => {
  assert(ROWS.length > 60, `${ROWS.length}`);
  for (const row of ROWS) {
    assert.equal(row.length, 4, row.join(" | "));
    assert(row.every((cell) => cell !== ""), row.join(" | "));
  }
});

Deno.test("names.md says which names mod.ts does not export", () => {
  const used = new Set(ROWS.flatMap(([, , library]) => codes(library)));
  const isIn = (name: string, text: string) =>
    new RegExp(`\\b${name.replace("()", "")}\\b`).test(text);
  const others = [...used].filter((name) => !isIn(name, DECLARED[0]));
  const [, paragraph] = /\n(`mod\.ts` exports [^]*?)\n\n/.exec(TEXT)!;
  const listed = codes(paragraph).filter((code) => !code.endsWith("mod.ts"));
  assert.deepEqual(listed.toSorted(), others.toSorted());
  for (const name of listed) {
    const isOfDataset = isIn(name, DECLARED[2]);
    assert.equal(isOfDataset, name === "encodeRecording()", name);
    assert.equal(isIn(name, DECLARED[1]), !isOfDataset, name);
  }
});

Deno.test("what names.md says of configurations builds networks", () => {
  for (const [theirs, configuration] of ROWS) {
    for (const code of codes(configuration)) {
      if (code.startsWith("deno task")) continue;
      const read = parseConfiguration(configurationOf(code), "names.yaml");
      const description = describeModelFor(read, {
        extent: { C: 2, H: 34, W: 34 },
        random: new Random(0),
        classes: 10,
      });
      const { layers } = structureOf(description);
      assert(layers.length > 0, `${theirs}: ${code}`);
    }
  }
});

Deno.test("names.md names tasks, options and exports that there are", async () => {
  const used = ROWS.flatMap((row) => row.slice(1).flatMap(codes));
  for (const code of used) {
    const [, task, option] = /^deno task (\S+)(?: --(\S+))?/.exec(code) ?? [];
    if (task === undefined) continue;
    const { command } = tasks[task] ?? {};
    assert(command, code);
    if (option === undefined) continue;
    const [, script] = /(scripts\/tasks\/\w+\.ts)/.exec(command)!;
    const text = await Deno.readTextFile(join(ROOT, script));
    assert(text.includes(`"--${option}"`), code);
  }
  for (const [, , library] of ROWS) {
    for (const code of codes(library)) {
      const name = code.replace("()", "");
      assert(new RegExp(`\\b${name}\\b`).test(DECLARED.join("\n")), code);
    }
  }
});
