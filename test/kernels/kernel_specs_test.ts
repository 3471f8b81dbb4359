import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { basename, join } from "node:path";
import { BETA1, BETA2 } from "../../kernels/shared/optimizer_rules.ts";
import { LISTED, LISTS_LANES } from "../../kernels/shared/spike_list.ts";
import { SRM_ADJOINT, SRM_FORWARD } from "../../kernels/neurons/srm.ts";
import { LOIHI_ADJOINT, LOIHI_FORWARD } from "../../kernels/loihi/loihi.ts";
import { steppedTexts } from "../../kernels/shared/stepped.ts";
import type { KernelSpec } from "../../kernels/spec.ts";
import {
  BUILDS,
  CELL_NEURONS,
  CELLS,
  codeOf,
  FOLDER,
  INTEGRATORS,
  MODULES,
  NEURONS,
  type OtherNeuron,
  OWN_NEURON,
  read,
  sharedBy,
  TEXTS,
  THROUGH_NORM,
} from "./kernel_texts.ts";
import {
  constantsOf,
  constantValue,
  declarations,
  namesIn,
} from "./wgsl_declarations.ts";

const ROLES = ["uniform", "read", "read_write"];

/**
 * Every spec that a file of kernels/ exports; those of kernels that integrate
 * neurons, for the SRM or for a neuron that is stepped; those of cells, for one
 * of theirs.
 */
async function specsOf(
  module: string,
  { other, cell = "leaky/leaky_neuron.wgsl" }: {
    readonly other?: OtherNeuron;
    readonly cell?: string;
  } = {},
): Promise<KernelSpec[]> {
  const file = join(FOLDER, module.replace(".wgsl", ".ts"));
  const exported: unknown[] = Object.values(await import(`file://${file}`));
  const isAdjoint = module === "neurons/neuron_adjoint.wgsl";
  const { forward, adjoint } = other === "stepped"
    ? steppedTexts(OWN_NEURON)
    : other === "loihi"
    ? { forward: LOIHI_FORWARD, adjoint: LOIHI_ADJOINT }
    : { forward: SRM_FORWARD, adjoint: SRM_ADJOINT };
  const neuron = CELLS.includes(module)
    ? CELL_NEURONS[cell]
    : isAdjoint
    ? adjoint
    : forward;
  return exported.map((spec) =>
    typeof spec === "function" ? spec(neuron) : spec as KernelSpec
  );
}

Deno.test("every kernel has specs beside it, one an entry point", async () => {
  ok(MODULES.length > 10);
  for (const { module, neuron } of BUILDS) {
    const whole = codeOf(module, { neuron });
    const { entryPoints, functions } = declarations(whole);
    const specs = await specsOf(module, { cell: neuron });
    deepStrictEqual(
      specs.map((s) => s.entryPoint).sort(),
      [...entryPoints].sort(),
    );
    for (const { name, code, entryPoint } of specs) {
      strictEqual(name, `${basename(module, ".wgsl")} ${entryPoint}`);
      strictEqual(code, whole);
      ok(functions.has(entryPoint));
    }
  }
});

Deno.test("a spec's bindings are those that its entry point uses", async () => {
  for (const { module, neuron } of BUILDS) {
    const { variables, meanings } = declarations(codeOf(module, { neuron }));
    const specs = await specsOf(module, { cell: neuron });
    for (const { name, entryPoint, bindings } of specs) {
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
  for (const { module, neuron } of BUILDS) {
    const declared = declarations(codeOf(module, { neuron }));
    const specs = await specsOf(module, { cell: neuron });
    for (const { name, entryPoint, constants } of specs) {
      const names = namesIn(entryPoint, declared.meanings);
      // A neuron has the same constants in both directions.
      const own = neuron ? CELL_NEURONS[neuron].constants : [];
      const used = constantsOf(declared)
        .filter((name) => names.has(name) || own.includes(name));
      deepStrictEqual([...constants].sort(), used.sort(), name);
    }
  }
});

/** Integrating modules with each neuron that is not the SRM. */
const OTHERS = INTEGRATORS.flatMap((module) =>
  (Object.keys(NEURONS) as OtherNeuron[]).map((other) => ({ module, other }))
);

Deno.test("the kernels of other neurons have the constants that they use", async () => {
  for (const { module, other } of OTHERS) {
    const code = codeOf(module, { other });
    const { variables, meanings, ...declared } = declarations(code);
    for (const spec of await specsOf(module, { other })) {
      strictEqual(spec.code, code);
      const names = namesIn(spec.entryPoint, meanings);
      const used = constantsOf({ variables, meanings, ...declared })
        .filter((name) => names.has(name));
      deepStrictEqual([...spec.constants].sort(), used.sort(), spec.name);
    }
  }
});

/** conv_gradient.wgsl with the text for normalised drives in front. */
const NORMED = codeOf(THROUGH_NORM.module).replace(
  read(THROUGH_NORM.insteadOf),
  read(THROUGH_NORM.text),
);

Deno.test("the kernels for normalised drives bind what they use", async () => {
  const { variables, meanings } = declarations(NORMED);
  const specs = await specsOf(THROUGH_NORM.text);
  strictEqual(specs.length, 2);
  for (const { name, code, entryPoint, bindings } of specs) {
    strictEqual(code, NORMED);
    const names = namesIn(entryPoint, meanings);
    const used = variables.filter((variable) => names.has(variable.name));
    deepStrictEqual(
      Object.entries(bindings).sort(),
      used.map(({ name, binding }) => [name, binding]).sort(),
      name,
    );
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
  for (const { module, neuron } of BUILDS) {
    const code = codeOf(module, { neuron });
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
  for (const { module, neuron } of BUILDS) {
    const { variables } = declarations(codeOf(module, { neuron }));
    const roleOf = new Map(variables.map(({ name, role }) => [name, role]));
    for (const { name, bindings } of await specsOf(module, { cell: neuron })) {
      const roles = Object.entries(bindings)
        .sort(([, a], [, b]) => a - b)
        .map(([name]) => ROLES.indexOf(roleOf.get(name)!));
      deepStrictEqual(roles, [...roles].sort(), name);
    }
  }
});

Deno.test("every kernel has no name and no buffer that is not used", async () => {
  const used = new Set<string>();
  for (const { module, neuron } of BUILDS) {
    const { meanings } = declarations(codeOf(module, { neuron }));
    for (const { entryPoint } of await specsOf(module, { cell: neuron })) {
      const texts = [...sharedBy(module, neuron), module];
      for (const name of namesIn(entryPoint, meanings).add(entryPoint)) {
        for (const text of texts) used.add(`${text}: ${name}`);
      }
    }
  }
  const { meanings } = declarations(NORMED);
  for (const { entryPoint } of await specsOf(THROUGH_NORM.text)) {
    for (const name of namesIn(entryPoint, meanings)) {
      used.add(`${THROUGH_NORM.text}: ${name}`);
    }
  }
  for (const { module, other } of OTHERS) {
    const { meanings } = declarations(codeOf(module, { other }));
    for (const { entryPoint } of await specsOf(module, { other })) {
      for (const name of namesIn(entryPoint, meanings)) {
        for (const text of Object.values(NEURONS[other])) {
          used.add(`${text}: ${name}`);
        }
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
