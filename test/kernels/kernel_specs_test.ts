import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import type { KernelSpec } from "../../kernels/spec.ts";

const FOLDER = join(import.meta.dirname!, "..", "..", "kernels");
const FILES = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
const MODULES = FILES.filter((name) => name.endsWith(".wgsl"));
const ROLES = ["uniform", "read", "read_write"];

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
function declarations(code: string) {
  const variables = [...code.matchAll(
    /@group\(0\) @binding\((\d+)\) var<([\w, ]+)> (\w+):/g,
  )].map(([, binding, role, name]): Variable => ({
    name,
    binding: Number(binding),
    role: role.replace("storage, ", ""),
  }));
  const overrides = [...code.matchAll(/^override (\w+): \w+( = [^;]+)?;$/gm)]
    .map(([, name]) => name);
  const bodies = new Map(
    [...code.matchAll(/^(?:@\w+(?:\([^)]*\))? )*fn (\w+)\(.*?^\}$/gms)]
      .map(([text, name]) => [name, text]),
  );
  const entryPoints = [...code.matchAll(/^@compute .*\nfn (\w+)\(/gm)]
    .map(([, name]) => name);
  return { variables, overrides, bodies, entryPoints };
}

/** All names in an entry point and the functions it calls. */
function namesIn(entryPoint: string, bodies: Map<string, string>) {
  const names = new Set<string>();
  const visit = (text: string) => {
    for (const [name] of text.matchAll(/(?<![.\w])[A-Za-z_]\w*/g)) {
      if (names.has(name)) continue;
      names.add(name);
      const body = bodies.get(name);
      if (body) visit(body);
    }
  };
  visit(bodies.get(entryPoint)!);
  return names;
}

Deno.test("every kernel has specs beside it, one an entry point", async () => {
  ok(MODULES.length > 10);
  for (const module of MODULES) {
    const { entryPoints, bodies } = declarations(read(module));
    const specs = await specsOf(module);
    deepStrictEqual(specs.map((s) => s.entryPoint).sort(), entryPoints.sort());
    for (const { name, code, entryPoint } of specs) {
      strictEqual(name, `${module.replace(".wgsl", "")} ${entryPoint}`);
      strictEqual(code, read(module));
      ok(bodies.has(entryPoint));
    }
  }
});

Deno.test("a spec's bindings are those that its entry point uses", async () => {
  for (const module of MODULES) {
    const { variables, bodies } = declarations(read(module));
    for (const { name, entryPoint, bindings } of await specsOf(module)) {
      const names = namesIn(entryPoint, bodies);
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
    const { overrides, bodies } = declarations(read(module));
    for (const { name, entryPoint, constants } of await specsOf(module)) {
      const names = namesIn(entryPoint, bodies);
      const used = overrides.filter((override) => names.has(override));
      deepStrictEqual([...constants].sort(), used.sort(), name);
    }
  }
});

Deno.test("bindings are numbered from 0, what changes per step first", () => {
  for (const module of MODULES) {
    const code = read(module);
    const { variables } = declarations(code);
    strictEqual(variables.length, code.match(/@binding/g)?.length, module);
    deepStrictEqual(
      variables.map(({ binding }) => binding),
      variables.map((_, index) => index),
      module,
    );
    for (const { role } of variables) ok(ROLES.includes(role), module);
    const uniform = variables.findIndex(({ name }) =>
      name === "batch" || name === "update"
    );
    ok(uniform <= 0, module);
  }
});

Deno.test("an entry point's bindings go from uniform to read to write", async () => {
  for (const module of MODULES) {
    const { variables } = declarations(read(module));
    const roleOf = new Map(variables.map(({ name, role }) => [name, role]));
    for (const { name, bindings } of await specsOf(module)) {
      const roles = Object.entries(bindings)
        .sort(([, a], [, b]) => a - b)
        .map(([name]) => ROLES.indexOf(roleOf.get(name)!));
      deepStrictEqual(roles, [...roles].sort(), name);
    }
  }
});

Deno.test("every kernel has no override and no buffer that is not used", async () => {
  for (const module of MODULES) {
    const { variables, overrides, bodies } = declarations(read(module));
    const names = (await specsOf(module)).map((s) =>
      namesIn(s.entryPoint, bodies)
    );
    for (const name of [...overrides, ...variables.map(({ name }) => name)]) {
      ok(names.some((used) => used.has(name)), `${module}: ${name}`);
    }
  }
});

Deno.test("every kernel says in its header what it computes and who owns what", () => {
  for (const module of MODULES) {
    const code = read(module);
    const header = code.slice(0, code.indexOf("\n\n"));
    for (const line of header.split("\n")) match(line, /^\/\//, module);
    match(header, /One (invocation|workgroup)\s/, module);
    for (const entryPoint of declarations(code).entryPoints) {
      match(header, new RegExp(`^// ${entryPoint} `, "m"), module);
    }
  }
});

Deno.test("every kernel keeps to 80 columns, two spaces and fixed sums", () => {
  for (const module of MODULES) {
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

function read(module: string): string {
  return Deno.readTextFileSync(join(FOLDER, module));
}
