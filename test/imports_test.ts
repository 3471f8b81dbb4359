import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  parseSource,
  readSourceFiles,
  resolveImport,
  ROOT,
  type Source,
  type SourceFile,
} from "./fixtures/source_files.ts";

/** Where the files of each folder may import from. */
const DIRECTIONS: Record<string, readonly string[]> = {
  "kernels": ["kernels"],
  "engine": ["engine", "kernels"],
  "dataset": ["dataset"],
  "scripts/views/charts": ["scripts/views/charts"],
  "scripts/configuration": ["scripts/configuration", "engine", "dataset"],
  "scripts/mpi": [
    ...["scripts/mpi", "scripts", "scripts/configuration", "engine", "dataset"],
  ],
  "scripts": [
    ...[
      "scripts",
      "scripts/views/charts",
      "scripts/configuration",
      "scripts/mpi",
    ],
    // The names of all tasks.
    ...["engine", "dataset", "deno.json"],
  ],
  "mod.ts": [
    "engine",
    "dataset",
    "scripts/views/charts",
    "scripts/configuration",
  ],
  "bench": ["bench", "kernels", "engine", "dataset", "scripts/mpi"],
};

/** The rooms of engine/ that plans are made from. */
const PARTS = [
  ...["engine/device", "engine/distributed", "engine/network"],
  ...["engine/neurons", "engine/layers", "engine/losses"],
];

/** Those, and the rooms of plans. */
const PLANS = [
  ...[...PARTS, "engine/plan/steps", "engine/plan"],
  ...["engine/layerwise/units", "engine/layerwise"],
];

/** Where the files of each room of engine/ and kernels/ may import from. */
const ROOMS: Record<string, readonly string[]> = {
  "kernels": [],
  "kernels/shared": ["kernels"],
  "kernels/shared/conv": [],
  "kernels/input": ["kernels", "kernels/shared"],
  "kernels/roofline": ["kernels"],
  "kernels/layers": ["kernels", "kernels/shared", "kernels/shared/conv"],
  "kernels/axons": ["kernels", "kernels/shared"],
  "kernels/upsampling": ["kernels", "kernels/shared/conv"],
  "kernels/leaky": ["kernels"],
  "kernels/leaky/resonators": ["kernels/leaky"],
  "kernels/loihi": ["kernels/shared"],
  "kernels/unit": ["kernels", "kernels/shared"],
  "kernels/neurons": ["kernels", "kernels/shared"],
  "kernels/unit/graded": ["kernels", "kernels/unit"],
  "kernels/unit/recurrent": ["kernels", "kernels/shared", "kernels/unit"],
  "kernels/stream": [
    ...["kernels", "kernels/shared", "kernels/axons", "kernels/unit"],
  ],
  "kernels/norm": [
    ...["kernels", "kernels/shared", "kernels/shared/conv", "kernels/layers"],
    "kernels/unit",
  ],
  "kernels/rasters": ["kernels", "kernels/shared", "kernels/unit"],
  "kernels/output": ["kernels", "kernels/shared"],
  "kernels/update": ["kernels", "kernels/shared"],
  "engine/device": [],
  "engine/network": ["engine/device"],
  "engine/neurons": ["engine/device", "engine/network"],
  "engine/layers": ["engine/device", "engine/network", "engine/neurons"],
  "engine/losses": ["engine/device", "engine/network", "engine/neurons"],
  "engine/distributed": ["engine/device"],
  "engine/plan/steps": [
    ...["engine/device", "engine/distributed", "engine/network"],
  ],
  "engine/plan": [...PARTS, "engine/plan/steps"],
  "engine/layerwise/units": [
    ...["engine/device", "engine/network", "engine/neurons", "engine/layers"],
  ],
  "engine/layerwise/launches": [
    ...["engine/device", "engine/network", "engine/layers", "engine/losses"],
    "engine/layerwise/units",
  ],
  "engine/layerwise": [
    ...[...PARTS, "engine/plan/steps", "engine/plan"],
    ...["engine/layerwise/units", "engine/layerwise/launches"],
  ],
  "engine/model": PLANS,
  "engine": [...PLANS, "engine/model"],
  "engine/one_layer": [...PLANS, "engine"],
  "engine/stream": [...PLANS, "engine"],
  "engine/training": [...PLANS, "engine"],
  "engine/mod.ts": [
    ...[...PLANS, "engine", "engine/one_layer", "engine/training"],
  ],
};

/** Names by which a module prints, exits or reads arguments. */
const CONSOLE = [
  /^(console|process|alert|confirm|prompt|globalThis)(\.|$)/,
  /^Deno$|^Deno\.(args|exit|exitCode|stdin|stdout|stderr|\*)$/,
];

/** Names by which it reaches a GPU. */
const WEBGPU = [/^GPU/, /^navigator$|^navigator\.(gpu|\*)$/, /^globalThis/];

/** Names by which it opens files. */
const FILES = [/^(Deno|fetch|globalThis)(\.|$)/];

/** Packages that draw. */
const PLOTS = /^npm:(vega|d3(?!-array)|plotly|@resvg|@observablehq\/plot)/;

/** A pinned package: name, version, and maybe a path in it. */
const PACKAGE = /^npm:((?:@[^/@]+\/)?[^/@]+)@(\d+\.\d+\.\d+)(\/.+)?$/;

const files = await readSourceFiles();
const product = files.filter(({ path }) => !/^(test|bench)\//.test(path));

function folderOf(path: string): string {
  // The folders of scripts that others than scripts import from.
  return /^scripts\/(views\/charts|configuration|mpi)(?=\/)/.exec(path)?.[0] ??
    path.split("/")[0];
}

function filesOf(...folders: string[]): SourceFile[] {
  return product.filter(({ path }) => folders.includes(folderOf(path)));
}

/** The folder of a file; an entry point imports from every folder beside it. */
function roomOf(path: string): string {
  return path.endsWith("/mod.ts") ? path : dirname(path);
}

/** The HDF5 library, which is loaded anew by another address if it aborted. */
const LOADED_ANEW = "dataset/formats/hdf5/hdf5_library.ts";

/** Whether a file that may do so imports something that it finds as it runs. */
function isComputed(path: string, specifier: string): boolean {
  return (folderOf(path) === "test" || path === LOADED_ANEW) &&
    specifier.endsWith(", computed");
}

/** Which of the names a file must not use it uses, `file: name`. */
function uses({ path, names }: SourceFile, patterns: readonly RegExp[]) {
  return [...names]
    .filter((name) => patterns.some((pattern) => pattern.test(name)))
    .map((name) => `${path}: ${name}`);
}

/** Which of the modules a file must not import it imports. */
function importsOf({ path, imports }: SourceFile, pattern: RegExp) {
  return imports.filter((specifier) => pattern.test(specifier))
    .map((specifier) => `${path}: ${specifier}`);
}

Deno.test("parseSource() sees every way to import and every name", () => {
  const source: Source = parseSource(`
    import a, { type GPUBuffer as b } from "./a.ts";
    import type { c } from "./c.ts";
    import "./d.ts";
    export * from "./e.ts";
    export { f } from "npm:f@1.2.3";
    type G = import("./g.ts").G;
    const h = await import("./h.ts");
    const i = await import("./i" + ".ts");
    new Worker(import.meta.resolve("./j.ts"));
    // import "./k.ts"; Deno.exit(1);
    const l = "navigator.gpu";
    Deno.exit(0);
    m.console = { alert: 1 };
    Deno["args"];
    const { gpu } = navigator;
    n[process];
    type O = Deno.FsFile;
    log({ console });
  `);
  assert.deepEqual(source.imports, [
    ...["./a.ts", "./c.ts", "./d.ts", "./e.ts", "npm:f@1.2.3", "./g.ts"],
    ...["./h.ts", "BinaryExpression, computed", "./j.ts"],
  ]);
  const uses = (name: string) => source.names.has(name);
  const those = ["Deno.exit", "Deno.*", "Deno.FsFile", "GPUBuffer", "Worker"];
  those.push("navigator", "m.console", "n.*", "process", "console");
  assert.deepEqual(those.filter((name) => !uses(name)), []);
  const others = ["Deno", "exit", "FsFile", "navigator.gpu", "alert"];
  assert.deepEqual(others.filter(uses), []);
});

Deno.test("imports point from scripts to engine to kernels, and to dataset", () => {
  const wrong = files.flatMap(({ path, imports }) => {
    const allowed = DIRECTIONS[folderOf(path)];
    return imports.filter((specifier) => specifier.startsWith("."))
      .map((specifier) => resolveImport(path, specifier))
      .filter((target) => allowed && !allowed.includes(folderOf(target)))
      .map((target) => `${path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

Deno.test("rooms of engine and kernels import from those below them", () => {
  const wrong = filesOf("engine", "kernels").flatMap(({ path, imports }) => {
    const room = roomOf(path);
    const allowed = ROOMS[room];
    assert(allowed, `${room} has no directions`);
    return imports.filter((specifier) => specifier.startsWith("."))
      .map((specifier) => resolveImport(path, specifier))
      .filter((target) => {
        const other = dirname(target);
        return other !== room && !allowed.includes(other) &&
          folderOf(other) === folderOf(room);
      })
      .map((target) => `${path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
  // A room comes after those that it imports from, so that there is no circle.
  const order = Object.keys(ROOMS);
  for (const [index, room] of order.entries()) {
    for (const other of ROOMS[room]) assert(order.indexOf(other) < index, room);
  }
});

/** The product's imports as a graph, of files or, by `nodeOf`, of folders. */
function importGraph(
  nodeOf: (path: string) => string,
): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { path, imports } of product) {
    const others = graph.get(nodeOf(path)) ?? new Set();
    graph.set(nodeOf(path), others);
    for (const specifier of imports) {
      if (!specifier.startsWith(".")) continue;
      const other = nodeOf(resolveImport(path, specifier));
      // A folder's files may import one another.
      if (other !== nodeOf(path) || other === path) others.add(other);
    }
  }
  return graph;
}

/** Finds a circle in a graph, first node last again; empty if there is none. */
function circleIn(graph: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]): string[] => {
    const seen = trail.indexOf(node);
    if (seen >= 0) return [...trail.slice(seen), node];
    if (done.has(node)) return [];
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...trail, node]);
      if (circle.length > 0) return circle;
    }
    done.add(node);
    return [];
  };
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

Deno.test("circleIn() finds a circle, and nothing where there is none", () => {
  const line = new Map([["a", new Set(["b"])], ["b", new Set(["c"])]]);
  assert.deepEqual(circleIn(line), []);
  line.set("c", new Set(["b"]));
  assert.deepEqual(circleIn(line), ["b", "c", "b"]);
});

Deno.test("imports go in no circle, neither of files nor of folders", () => {
  assert.deepEqual(circleIn(importGraph((path) => path)), []);
  assert.deepEqual(circleIn(importGraph(roomOf)), []);
});

Deno.test("no module of the product imports an entry point", () => {
  const wrong = product.flatMap(({ path, imports }) =>
    imports.filter((specifier) => specifier.endsWith("/mod.ts"))
      .map((specifier) => `${path}: ${specifier}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("no folder has more than sixteen entries", async () => {
  const crowded: string[] = [];
  const folders = new Set(files.map(({ path }) => dirname(path)));
  for (const folder of folders) folders.add(dirname(folder));
  // The top level holds what tools demand, the other a file for each task.
  for (const folder of folders.difference(new Set([".", "scripts/tasks"]))) {
    const entries = await Array.fromAsync(Deno.readDir(join(ROOT, folder)));
    if (entries.length > 16) crowded.push(folder);
  }
  assert.deepEqual(crowded, []);
});

Deno.test("every import names a file, a package or a module of Node", () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports.filter((specifier) =>
      specifier.startsWith(".")
        ? !existsSync(join(ROOT, resolveImport(path, specifier)))
        : !/^(npm|node):/.test(specifier) && !isComputed(path, specifier)
    ).map((specifier) => `${path}: ${specifier}`)
  );
  assert.deepEqual(wrong, []);
});

Deno.test("kernels never call WebGPU, and open no file", () => {
  const kernels = filesOf("kernels");
  const banned = [...WEBGPU, ...FILES];
  assert.deepEqual(kernels.flatMap((file) => uses(file, banned)), []);
  assert.deepEqual(kernels.flatMap((file) => importsOf(file, /^\w+:/)), []);
});

Deno.test("engine never opens a file", () => {
  const engine = filesOf("engine", "mod.ts");
  assert.deepEqual(engine.flatMap((file) => uses(file, FILES)), []);
  assert.deepEqual(engine.flatMap((file) => importsOf(file, /^node:/)), []);
});

Deno.test("charts are plain data: no GPU, no file, no package", () => {
  const charts = filesOf("scripts/views/charts");
  const banned = [...WEBGPU, ...FILES];
  assert.deepEqual(charts.flatMap((file) => uses(file, banned)), []);
  assert.deepEqual(charts.flatMap((file) => importsOf(file, /^\w+:/)), []);
});

Deno.test("dataset never sees a GPU", () => {
  const dataset = filesOf("dataset");
  assert.deepEqual(dataset.flatMap((file) => uses(file, WEBGPU)), []);
});

Deno.test("only scripts print, exit, read arguments or plot", () => {
  const library = product.filter(({ path }) => folderOf(path) !== "scripts");
  assert.deepEqual(library.flatMap((file) => uses(file, CONSOLE)), []);
  const plotting = library.flatMap((file) =>
    importsOf(file, PLOTS).concat(importsOf(file, /^node:(process|readline)/))
  );
  assert.deepEqual(plotting, []);
});

Deno.test("the command line alone ends the process", () => {
  const wrong = product.flatMap((file) => uses(file, [/^Deno\.exit$/]));
  assert.deepEqual(wrong, ["scripts/command_line/command.ts: Deno.exit"]);
});

Deno.test("each package is pinned, to one version everywhere", () => {
  const versions = new Map<string, string>();
  for (const { path, imports } of files) {
    for (const specifier of imports) {
      if (!specifier.startsWith("npm:")) continue;
      const [, name, version] = PACKAGE.exec(specifier) ?? [];
      assert(name, `${path}: "${specifier}" has no exact version`);
      const pinned = versions.get(name) ?? version;
      assert.equal(version, pinned, `${path}: ${name} in two versions`);
      versions.set(name, version);
    }
  }
  assert(versions.has("zarrita") && versions.has("fast-check"));
});

Deno.test("the configuration of Deno maps no imports", async () => {
  const path = join(ROOT, "deno.json");
  const configuration = JSON.parse(await Deno.readTextFile(path));
  const keys = ["imports", "importMap", "scopes", "links", "workspace"];
  assert.deepEqual(keys.filter((key) => key in configuration), []);
});

Deno.test("files are named in snake_case for what they hold", () => {
  const wrong = files.map(({ path }) => path).filter((path) => {
    const [name] = basename(path).split(".");
    return !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name) ||
      /^(utils?|helpers?|common|index|misc|shared)$/.test(name);
  });
  assert.deepEqual(wrong, []);
});
