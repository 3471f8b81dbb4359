import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { basename, join } from "node:path";
import { BETA1, BETA2 } from "../../kernels/shared/optimizer_rules.ts";
import { LISTED, LISTS_LANES } from "../../kernels/shared/spike_list.ts";
import { SRM_ADJOINT, SRM_FORWARD } from "../../kernels/shared/srm.ts";
import { steppedTexts } from "../../kernels/shared/stepped.ts";
import type { KernelSpec } from "../../kernels/spec.ts";
import {
  constantsOf,
  constantValue,
  declarations,
  namesIn,
  namesOf,
} from "./wgsl_declarations.ts";
import { hiddenNames } from "./wgsl_scopes.ts";

const FOLDER = join(import.meta.dirname!, "..", "..", "kernels");
const FILES = [...walk("")].sort();
const TEXTS = FILES.filter((name) => name.endsWith(".wgsl"));
const ROLES = ["uniform", "read", "read_write"];

/** Texts that others are compiled behind, and these. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  "shared/conv_geometry.wgsl": [
    "layers/conv.wgsl",
    "layers/conv_adjoint.wgsl",
    "layers/conv_adjoint_tiled.wgsl",
    "layers/conv_gradient.wgsl",
  ],
  "shared/optimizer_rules.wgsl": [
    "layers/conv_gradient.wgsl",
    "layers/dense_gradient.wgsl",
    "update/optimizer_step.wgsl",
  ],
  "shared/spike_list.wgsl": [
    "layers/dense.wgsl",
    "layers/dense_gradient.wgsl",
  ],
  "shared/neurons.wgsl": [
    "neurons/neuron.wgsl",
    "neurons/neuron_adjoint.wgsl",
    "layers/pool.wgsl",
  ],
  "shared/srm.wgsl": ["neurons/neuron.wgsl", "layers/pool.wgsl"],
  "shared/srm_adjoint.wgsl": ["neurons/neuron_adjoint.wgsl"],
};

/** Texts that take the place of those of the SRM, before a neuron's own. */
const STEPPED: Readonly<Record<string, string>> = {
  "shared/srm.wgsl": "shared/stepped_neuron.wgsl",
  "shared/srm_adjoint.wgsl": "shared/stepped_adjoint.wgsl",
};

/** A neuron that is stepped. */
const OWN_NEURON = `
override leak: f32 = 0;

struct State {
  v: f32,
}

fn atRest() -> State {
  return State(0);
}

fn step(state: ptr<function, State>, drive: f32) -> f32 {
  (*state).v = leak * (*state).v + drive;
  return (*state).v;
}

fn reset(state: ptr<function, State>, fires: bool) {
  (*state).v -= select(0, theta, fires);
}

struct Back {
  dv: f32,
}

fn stepBack(
  back: ptr<function, Back>,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  (*back).dv = select(0, gradient, potential > 0) + leak * (*back).dv;
  return (*back).dv;
}
`;

/** Lists the files of a folder and those below it, by their paths in it. */
function* walk(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(FOLDER, folder))) {
    const path = join(folder, name);
    if (isDirectory) yield* walk(path);
    else yield path;
  }
}

/** What is compiled: all texts but the shared ones. */
const MODULES = TEXTS.filter((name) =>
  !(name in SHARED) && !Object.values(STEPPED).includes(name)
);

/**
 * Every spec that a file of kernels/ exports; those of kernels that integrate
 * neurons, for the SRM or for a neuron that is stepped.
 */
async function specsOf(
  module: string,
  { stepped = false } = {},
): Promise<KernelSpec[]> {
  const file = join(FOLDER, module.replace(".wgsl", ".ts"));
  const exported: unknown[] = Object.values(await import(`file://${file}`));
  const isAdjoint = module === "neurons/neuron_adjoint.wgsl";
  const { forward, adjoint } = stepped
    ? steppedTexts(OWN_NEURON)
    : { forward: SRM_FORWARD, adjoint: SRM_ADJOINT };
  return exported.map((spec) =>
    typeof spec === "function"
      ? spec(isAdjoint ? adjoint : forward)
      : spec as KernelSpec
  );
}

/** Modules that integrate neurons. */
const INTEGRATORS = SHARED["shared/neurons.wgsl"];

Deno.test("every kernel has specs beside it, one an entry point", async () => {
  ok(MODULES.length > 10);
  for (const module of MODULES) {
    const { entryPoints, functions } = declarations(codeOf(module));
    const specs = await specsOf(module);
    deepStrictEqual(
      specs.map((s) => s.entryPoint).sort(),
      [...entryPoints].sort(),
    );
    for (const { name, code, entryPoint } of specs) {
      strictEqual(name, `${basename(module, ".wgsl")} ${entryPoint}`);
      strictEqual(code, codeOf(module));
      ok(functions.has(entryPoint));
    }
  }
});

Deno.test("a spec's bindings are those that its entry point uses", async () => {
  for (const module of MODULES) {
    const { variables, meanings } = declarations(codeOf(module));
    for (const { name, entryPoint, bindings } of await specsOf(module)) {
      const names = namesIn(entryPoint, meanings);
      const used = variables.filter((variable) => names.has(variable.name));
      deepStrictEqual(
        Object.entries(bindings).sort(),
        used.map(({ name, binding }) => [name, binding]).sort(),
        name,
      );
    }
  }
});

Deno.test("a spec's constants are those that its entry point uses", async () => {
  for (const module of MODULES) {
    const declared = declarations(codeOf(module));
    for (const { name, entryPoint, constants } of await specsOf(module)) {
      const names = namesIn(entryPoint, declared.meanings);
      const used = constantsOf(declared).filter((name) => names.has(name));
      deepStrictEqual([...constants].sort(), used.sort(), name);
    }
  }
});

Deno.test("a stepped neuron's kernels have the constants that they use", async () => {
  for (const module of INTEGRATORS) {
    const code = codeOf(module, { stepped: true });
    const { variables, meanings, ...declared } = declarations(code);
    for (const spec of await specsOf(module, { stepped: true })) {
      strictEqual(spec.code, code);
      const names = namesIn(spec.entryPoint, meanings);
      const used = constantsOf({ variables, meanings, ...declared })
        .filter((name) => names.has(name));
      deepStrictEqual([...spec.constants].sort(), used.sort(), spec.name);
    }
  }
});

Deno.test("sizes that TypeScript shares with a kernel are its own", async () => {
  for (const module of MODULES) {
    const code = codeOf(module);
    const { meanings } = declarations(code);
    const valueOf = (name: string) => constantValue(code, name);
    for (const spec of await specsOf(module)) {
      const [, size] = code.match(
        new RegExp(`@workgroup_size\\((\\w+)\\)\\s+fn ${spec.entryPoint}\\(`),
      )!;
      const lanes = /^\d+$/.test(size) ? Number(size) : valueOf(size);
      strictEqual(spec.workgroup, lanes, spec.name);
      const names = namesIn(spec.entryPoint, meanings);
      for (const [name, value] of Object.entries(spec.tile ?? {})) {
        strictEqual(value, valueOf(name), `${spec.name}: ${name}`);
        ok(names.has(name), `${spec.name}: ${name}`);
      }
    }
  }
  const lists = read("shared/spike_list.wgsl");
  strictEqual(LISTS_LANES, constantValue(lists, "lanes"));
  strictEqual(LISTED, constantValue(lists, "listed"));
  const rules = read("shared/optimizer_rules.wgsl");
  strictEqual(BETA1, constantValue(rules, "beta1"));
  strictEqual(BETA2, constantValue(rules, "beta2"));
});

Deno.test("bindings have a number each, what changes per step first", () => {
  for (const text of TEXTS) {
    const { variables } = declarations(read(text));
    const numbers = variables.map(({ binding }) => binding);
    deepStrictEqual(numbers, numbers.toSorted((a, b) => a - b), text);
  }
  for (const module of MODULES) {
    const code = codeOf(module);
    const { variables } = declarations(code);
    strictEqual(variables.length, code.match(/@binding/g)?.length, module);
    const numbers = variables.map(({ binding }) => binding);
    strictEqual(new Set(numbers).size, numbers.length, module);
    ok(numbers.includes(0), module);
    for (const { role } of variables) ok(ROLES.includes(role), module);
    for (const { name, binding } of variables) {
      if (name === "batch") strictEqual(binding, 0);
    }
  }
});

Deno.test("an entry point's bindings go from uniform to read to write", async () => {
  for (const module of MODULES) {
    const { variables } = declarations(codeOf(module));
    const roleOf = new Map(variables.map(({ name, role }) => [name, role]));
    for (const { name, bindings } of await specsOf(module)) {
      const roles = Object.entries(bindings)
        .sort(([, a], [, b]) => a - b)
        .map(([name]) => ROLES.indexOf(roleOf.get(name)!));
      deepStrictEqual(roles, [...roles].sort(), name);
    }
  }
});

Deno.test("every kernel has no name and no buffer that is not used", async () => {
  const used = new Set<string>();
  for (const module of MODULES) {
    const { meanings } = declarations(codeOf(module));
    for (const { entryPoint } of await specsOf(module)) {
      const texts = [...sharedBy(module), module];
      for (const name of namesIn(entryPoint, meanings).add(entryPoint)) {
        for (const text of texts) used.add(`${text}: ${name}`);
      }
    }
  }
  for (const module of INTEGRATORS) {
    const { meanings } = declarations(codeOf(module, { stepped: true }));
    for (const { entryPoint } of await specsOf(module, { stepped: true })) {
      for (const name of namesIn(entryPoint, meanings)) {
        for (const text of Object.values(STEPPED)) used.add(`${text}: ${name}`);
      }
    }
  }
  for (const text of TEXTS) {
    const { variables, meanings } = declarations(read(text));
    for (const name of [...meanings.keys(), ...variables.map((v) => v.name)]) {
      ok(used.has(`${text}: ${name}`), `${text}: ${name}`);
    }
  }
});

Deno.test("no name in a kernel hides another", () => {
  const shadowed = `
    override w: u32;
    fn add(a: u32, w: u32) -> u32 {
      let i = a;
      for (var i = 0u; i < 2; i++) {}
      for (var k = 0u; k < 2; k++) { let a = k; }
      for (var k = 0u; k < 2; k++) { let add = vec2(k, w).x; }
      return i;
    }
`.replaceAll(/^ {4}/gm, "");
  deepStrictEqual(
    hiddenNames(shadowed).map(({ name }) => name),
    ["w", "i", "a", "add"],
  );
  for (const module of MODULES) {
    deepStrictEqual(hiddenNames(codeOf(module)), [], module);
  }
  for (const module of INTEGRATORS) {
    const code = codeOf(module, { stepped: true });
    deepStrictEqual(hiddenNames(code), [], module);
  }
});

Deno.test("names of workgroup memory, and no others, begin with sh_", () => {
  for (const text of TEXTS) {
    const code = read(text).replaceAll(/\/\/.*$/gm, "");
    const shared = [...code.matchAll(/var<workgroup> (\w+)/g)]
      .map(([, name]) => name).sort();
    const named = new Set(namesOf(code).filter((n) => n.startsWith("sh_")));
    for (const name of shared) ok(name.startsWith("sh_"), `${text}: ${name}`);
    for (const name of named) {
      const declared = codeWith(text).includes(`var<workgroup> ${name}:`);
      ok(declared, `${text}: ${name}`);
    }
  }
});

Deno.test("every kernel says in its header what it computes and who owns what", () => {
  for (const module of MODULES) {
    const header = headerOf(module);
    match(
      header.replaceAll("\n// ", " "),
      /\b(one|a) (invocation|workgroup) owns /i,
      module,
    );
    const { entryPoints } = declarations(read(module));
    for (const entryPoint of entryPoints) {
      match(header, new RegExp(`^// ${entryPoint} `, "m"), module);
    }
  }
  for (const text of TEXTS) {
    for (const { name } of declarations(read(text)).variables) {
      if (name === "batch") continue;
      const shape = new RegExp(`^//.* ${name}(, \\w+)* +\\[`, "m");
      match(headerOf(text), shape, text);
    }
  }
  match(headerOf("shared/neurons.wgsl"), /^\/\/ keepFour /m);
  match(headerOf("shared/srm.wgsl"), /^\/\/ advance /m);
  match(headerOf("shared/srm_adjoint.wgsl"), /^\/\/ backFour /m);
  match(headerOf("shared/stepped_neuron.wgsl"), /^\/\/ advance /m);
  match(headerOf("shared/stepped_adjoint.wgsl"), /^\/\/ backFour /m);
  match(headerOf("shared/optimizer_rules.wgsl"), /^\/\/ updateWeights$/m);
  match(headerOf("shared/spike_list.wgsl"), /^\/\/ listSpikes /m);
});

Deno.test("axis letters in kernels are those that spec.ts defines", () => {
  const table = Deno.readTextFileSync(join(FOLDER, "spec.ts"))
    .match(/^ \* \| letter[^]*?\n \*\n/m)![0];
  const letters = new Set(
    [...table.matchAll(/^ \* \| ([A-Z, ]+?) +\|/gm)]
      .flatMap(([, letters]) => letters.split(", ")),
  );
  ok(letters.size > 20);
  for (const text of TEXTS) {
    const { overrides } = declarations(read(text));
    const shapes = [...headerOf(text).matchAll(/\[[^\]]*\]/g)].join(" ");
    const used = [...shapes.matchAll(/(?<!\w)[A-Z]+(?!\w)/g)].map(([n]) => n);
    for (const letter of [...used, ...overrides.map(({ name }) => name)]) {
      if (/^[A-Z]+$/.test(letter)) ok(letters.has(letter), `${text} ${letter}`);
    }
  }
});

Deno.test("every kernel keeps to 80 columns, two spaces and fixed sums", () => {
  for (const module of TEXTS) {
    const code = read(module);
    ok(code.endsWith("}\n") && !code.includes("\t"), module);
    for (const line of code.split("\n")) {
      ok([...line].length <= 80, `${module}: ${line}`);
      ok(line === line.trimEnd(), `${module}: ${line}`);
      const indent = line.length - line.trimStart().length;
      ok(line.startsWith("//") || indent % 2 === 0, `${module}: ${line}`);
    }
    for (const [type] of code.matchAll(/atomic<\w+>/g)) {
      strictEqual(type, "atomic<u32>", module);
    }
  }
});

function read(text: string): string {
  return Deno.readTextFileSync(join(FOLDER, text));
}

/** The texts that a module is compiled behind. */
function sharedBy(module: string): string[] {
  return Object.keys(SHARED).filter((text) => SHARED[text].includes(module));
}

/** The whole text of a module, of the SRM or of a neuron that is stepped. */
function codeOf(module: string, { stepped = false } = {}): string {
  const texts = sharedBy(module).map((text) =>
    stepped && text in STEPPED ? read(STEPPED[text]) + OWN_NEURON : read(text)
  );
  return [...texts, read(module)].join("");
}

/** A text with those that it is compiled behind, if any. */
function codeWith(text: string): string {
  return text in SHARED ? read(text) : codeOf(text);
}

/** The comment that a text begins with. */
function headerOf(text: string): string {
  const code = read(text);
  const header = code.slice(0, code.indexOf("\n\n"));
  for (const line of header.split("\n")) match(line, /^\/\//, text);
  return header;
}
