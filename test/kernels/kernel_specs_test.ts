import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { basename, join } from "node:path";
import type { KernelSpec } from "../../kernels/spec.ts";

const FOLDER = join(import.meta.dirname!, "..", "..", "kernels");
const FILES = [...walk("")].sort();
const TEXTS = FILES.filter((name) => name.endsWith(".wgsl"));
const ROLES = ["uniform", "read", "read_write"];

/** Texts that others are compiled behind, and these. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  "shared/conv_geometry.wgsl": [
    "layers/conv.wgsl",
    "layers/conv_adjoint.wgsl",
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
  "shared/srm.wgsl": ["layers/neuron.wgsl", "layers/pool.wgsl"],
};

/** Lists the files of a folder and those below it, by their paths in it. */
function* walk(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(FOLDER, folder))) {
    const path = join(folder, name);
    if (isDirectory) yield* walk(path);
    else yield path;
  }
}

/** What is compiled: all texts but the shared ones. */
const MODULES = TEXTS.filter((name) => !(name in SHARED));

/** Every spec that a file of kernels/ exports. */
async function specsOf(module: string): Promise<KernelSpec[]> {
  const file = join(FOLDER, module.replace(".wgsl", ".ts"));
  return Object.values(await import(`file://${file}`));
}

/** A variable of a module. */
interface Variable {
  readonly name: string;
  readonly binding: number;
  readonly role: string;
}

/** What a WGSL module declares. */
function declarations(text: string) {
  const code = text.replaceAll(/\/\/.*$/gm, "");
  const variables = [...code.matchAll(
    /@group\(0\) @binding\((\d+)\) var<([\w, ]+)> (\w+):/g,
  )].map(([, binding, role, name]): Variable => ({
    name,
    binding: Number(binding),
    role: role.replace("storage, ", ""),
  }));
  const overrides = [...code.matchAll(/^override (\w+): \w+( = [^;]+)?;$/gm)]
    .map(([, name, initialiser = ""]) => ({ name, initialiser }));
  const functions = new Map(
    [...code.matchAll(/^(?:@compute [^\n]*\n)?fn (\w+)\(.*?^\}$/gms)]
      .map(([text, name]) => [name, text]),
  );
  const constants = [...code.matchAll(/^const (\w+) = [^;]+;$/gm)];
  const arrays = [
    ...code.matchAll(/^var<(?:private|workgroup)> (\w+): [^;]+;$/gm),
  ];
  /** What each name of the module stands for. */
  const meanings = new Map([
    ...[...functions].map(([name, text]) =>
      [name, foreignNames(text).join(" ")] as const
    ),
    ...overrides.map(({ name, initialiser }) => [name, initialiser] as const),
    ...[...constants, ...arrays].map(([text, name]) => [name, text] as const),
  ]);
  const entryPoints = [...code.matchAll(/^@compute .*\nfn (\w+)\(/gm)]
    .map(([, name]) => name);
  return { variables, overrides, functions, meanings, entryPoints };
}

/** Names that stand in a text, but as members. */
function namesOf(text: string): string[] {
  return [...text.matchAll(/(?<![.\w])[A-Za-z_]\w*/g)].map(([name]) => name);
}

/** Names in a function that are not its parameters or variables. */
function foreignNames(text: string): string[] {
  const [head] = text.split("{", 1);
  const own = new Set([
    ...[...head.matchAll(/(\w+): /g)].map(([, name]) => name),
    ...[...text.matchAll(/\b(?:let|var) (\w+)/g)].map(([, name]) => name),
  ]);
  return namesOf(text).filter((name) => !own.has(name));
}

/** All names in an entry point and whatever it names. */
function namesIn(entryPoint: string, meanings: ReadonlyMap<string, string>) {
  const names = new Set<string>();
  const visit = (text: string) => {
    for (const name of namesOf(text)) {
      if (names.has(name)) continue;
      names.add(name);
      visit(meanings.get(name) ?? "");
    }
  };
  visit(meanings.get(entryPoint)!);
  return names;
}

/** The constants of a module that do not follow from others. */
function constantsOf(
  { overrides }: ReturnType<typeof declarations>,
): string[] {
  const all = new Set(overrides.map(({ name }) => name));
  return overrides.filter(({ initialiser }) =>
    !namesOf(initialiser).some((name) => all.has(name))
  ).map(({ name }) => name);
}

Deno.test("every kernel has specs beside it, one an entry point", async () => {
  ok(MODULES.length > 10);
  for (const module of MODULES) {
    const { entryPoints, functions } = declarations(codeOf(module));
    const specs = await specsOf(module);
    deepStrictEqual(specs.map((s) => s.entryPoint).sort(), entryPoints.sort());
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
  for (const text of TEXTS) {
    const { variables, meanings } = declarations(read(text));
    for (const name of [...meanings.keys(), ...variables.map((v) => v.name)]) {
      ok(used.has(`${text}: ${name}`), `${text}: ${name}`);
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
    for (const entryPoint of declarations(read(module)).entryPoints) {
      match(header, new RegExp(`^// ${entryPoint} `, "m"), module);
    }
  }
  match(headerOf("shared/srm.wgsl"), /^\/\/ advance /m);
  match(headerOf("shared/optimizer_rules.wgsl"), /^\/\/ learn /m);
  match(headerOf("shared/spike_list.wgsl"), /^\/\/ list /m);
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

/** The whole text of a module. */
function codeOf(module: string): string {
  return [...sharedBy(module), module].map(read).join("");
}

/** The comment that a text begins with. */
function headerOf(text: string): string {
  const code = read(text);
  const header = code.slice(0, code.indexOf("\n\n"));
  for (const line of header.split("\n")) match(line, /^\/\//, text);
  return header;
}
