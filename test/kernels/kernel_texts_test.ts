import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import {
  BUILDS,
  codeOf,
  codeWith,
  FOLDER,
  headerOf,
  INTEGRATORS,
  MODULES,
  read,
  TEXTS,
} from "./kernel_texts.ts";
import { declarations, namesOf } from "./wgsl_declarations.ts";
import { hiddenNames } from "./wgsl_scopes.ts";

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
  for (const { module, neuron } of BUILDS) {
    deepStrictEqual(hiddenNames(codeOf(module, { neuron })), [], module);
  }
  for (const module of INTEGRATORS) {
    for (const other of ["stepped", "loihi"] as const) {
      deepStrictEqual(hiddenNames(codeOf(module, { other })), [], module);
    }
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
  match(headerOf("axons/axon_shift.wgsl"), /^\/\/ shiftOf /m);
  match(headerOf("shared/neurons.wgsl"), /^\/\/ keepFour /m);
  match(headerOf("neurons/srm.wgsl"), /^\/\/ advance /m);
  match(headerOf("neurons/srm_adjoint.wgsl"), /^\/\/ backFour /m);
  match(headerOf("shared/stepped_neuron.wgsl"), /^\/\/ advance /m);
  match(headerOf("shared/stepped_adjoint.wgsl"), /^\/\/ backFour /m);
  match(headerOf("loihi/loihi.wgsl"), /^\/\/ advance /m);
  match(headerOf("loihi/loihi_adjoint.wgsl"), /^\/\/ backFour /m);
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
