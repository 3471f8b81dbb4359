/// <reference lib="dom" />

import assert from "node:assert/strict";
import { join } from "node:path";
import type * as library from "../../../../../mod.ts";
import { numSpikes } from "../../../../../engine/losses/num_spikes.ts";
import { Model } from "../../../../../engine/model.ts";
import {
  ADAPTIVE_LEAKY,
  PARAMETRIC_ADAPTIVE,
} from "../../../../../engine/neurons/adaptive_leaky.ts";
import { CUBA_LEAKY } from "../../../../../engine/neurons/cuba_leaky.ts";
import {
  ADAPTIVE_RESONATOR,
  PARAMETRIC_ADAPTIVE_RESONATOR,
} from "../../../../../engine/neurons/adaptive_resonator.ts";
import {
  FIXED_ADAPTIVE_RESONATOR,
  FIXED_ALIF,
  FIXED_CUBA,
  FIXED_RESONATOR,
} from "../../../../../engine/neurons/fixed_point.ts";
import { LOIHI } from "../../../../../engine/neurons/loihi.ts";
import { RESONATOR } from "../../../../../engine/neurons/resonator.ts";
import { LEAKY } from "../../../../../engine/neurons/leaky.ts";
import { PARAMETRIC_LEAKY } from "../../../../../engine/neurons/parametric_leaky.ts";
import { SRM_ALPHA } from "../../../../../engine/neurons/srm_alpha.ts";
import { trace } from "../../../../../engine/trace.ts";
import { bundle } from "../../../../../scripts/views/pages/browser/build_page.ts";
import {
  type EmbeddedPage,
  embedParts,
} from "../../../../../scripts/views/pages/embedded_page.ts";
import { browserTest } from "../../../../fixtures/chromium.ts";
import { busyInput, eventsOf, excite } from "../../../../engine/networks.ts";
import { leaky } from "../../../../engine/own_kinds/leaky_neuron.ts";
import { device } from "../../../../fixtures/gpu.ts";
import type { KernelSpec } from "../../../../../kernels/spec.ts";
import { ROOT } from "../../../../fixtures/source_files.ts";
import { withPage } from "./served_page.ts";

type Library = typeof library;

const KERNELS = join(ROOT, "kernels");

/** Kinds of neurons whose texts kernels of units are compiled with. */
const LEAKY_KINDS = [
  ...[LEAKY, CUBA_LEAKY, ADAPTIVE_LEAKY, PARAMETRIC_LEAKY],
  ...[PARAMETRIC_ADAPTIVE, PARAMETRIC_ADAPTIVE_RESONATOR],
  ...[RESONATOR, ADAPTIVE_RESONATOR, FIXED_CUBA, FIXED_ALIF],
  ...[FIXED_RESONATOR, FIXED_ADAPTIVE_RESONATOR],
];

/** All kernels; those that integrate neurons, for three kinds of them. */
async function allKernels(): Promise<KernelSpec[]> {
  const kernels: KernelSpec[] = [];
  for (const { name: folder, isDirectory } of Deno.readDirSync(KERNELS)) {
    if (!isDirectory || folder === "shared") continue;
    for (const { name } of Deno.readDirSync(join(KERNELS, folder))) {
      if (!name.endsWith(".ts")) continue;
      const module = await import(`file://${join(KERNELS, folder, name)}`);
      const direction = name === "neuron_adjoint.ts" ? "adjoint" : "forward";
      const neurons = name.startsWith("cell")
        ? LEAKY_KINDS.map(({ stepped }) => stepped)
        : [SRM_ALPHA, leaky, LOIHI]
          .map((kind) => kind[direction]);
      for (const spec of Object.values<unknown>(module)) {
        if (typeof spec === "function") {
          kernels.push(...neurons.map((neuron) => spec(neuron)));
        } else if (Object.hasOwn(spec as object, "entryPoint")) {
          kernels.push(spec as KernelSpec);
        }
      }
    }
  }
  return kernels;
}

/** A page with the library in the global variable `slayer`. */
async function libraryPage(): Promise<EmbeddedPage> {
  const program = await bundle(join(ROOT, "mod.ts"));
  // The bundle ends with a single list of the exports.
  const [, names] = [...program.matchAll(/export\s*\{([^}]*)\}/g)].at(-1)!;
  const members = names.split(",").map((name) => {
    const [local, exported = local] = name.trim().split(/\s+as\s+/);
    return `${exported}: ${local}`;
  });
  const page = '<!DOCTYPE html><title>slayer</title><link rel="icon" ' +
    'href="data:,"><script id="program" type="module"></script>';
  return await embedParts(page, {
    program: `${program}\nglobalThis.slayer = { ${members.join(", ")} };`,
  });
}

/** Network, weights and input that Deno and the browser run. */
const NETWORK = {
  description: {
    input: { C: 2, H: 8, W: 8 },
    layers: [
      { conv: { out: 3, kernel: 3, padding: 1, weightScale: 30 } },
      { pool: 2 },
      { dense: 4 },
    ],
    neuron: {
      theta: 10,
      tauSr: 10,
      tauRef: 2,
      scaleRef: 2,
      tauRho: 1,
      scaleRho: 1,
    },
    Ts: 1,
    random: 1,
  },
  tSample: 70,
  loss: { true: 20, false: 4 },
};

/** Largest difference of two arrays, relative to the largest value. */
function difference(one: Float32Array, other: readonly number[]): number {
  assert.equal(one.length, other.length);
  const largest = one.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  assert(largest > 0);
  return one.reduce((most, v, i) => Math.max(most, Math.abs(v - other[i])), 0) /
    largest;
}

browserTest("every kernel is valid in a browser", async (browser) => {
  const kernels = await allKernels();
  assert(kernels.length >= 20, `${kernels.length}`);
  const modules = [...new Set(kernels.map(({ code }) => code))];
  await withPage(browser, await libraryPage(), async (page) => {
    const messages = await page.evaluate(async (modules) => {
      const { slayer } = globalThis as unknown as { slayer: Library };
      using device = await slayer.openDevice();
      const problems: string[] = [];
      for (const code of modules) {
        const module = device.gpu.createShaderModule({ code });
        const { messages } = await module.getCompilationInfo();
        problems.push(...messages.map((m) => `${m.lineNum}: ${m.message}`));
      }
      return problems;
    }, modules);
    assert.deepEqual(messages, []);
  });
});

browserTest("a configuration is loaded in a browser", async (browser) => {
  await withPage(browser, await libraryPage(), async (page) => {
    const loaded = await page.evaluate(async () => {
      const { slayer } = globalThis as unknown as { slayer: Library };
      const file = new File(["training: {lr: 3}"], "network.yaml");
      const { training, paths } = await slayer.loadConfiguration(file);
      return { lr: training.lr, data: paths.data };
    });
    assert.deepEqual(loaded, { lr: 3, data: "../data" });
  });
});

browserTest(
  "a network does in a browser what it does in Deno, there and back",
  async (browser) => {
    using model = await Model.create({
      device: device(),
      ...NETWORK.description,
    });
    const weights = await excite(model);
    const x = busyInput([2, 2, 8, 8, 70], 3);
    const batch = eventsOf(x, [1, 2]);
    const here = await trace(model, batch, {
      tSample: NETWORK.tSample,
      loss: numSpikes(NETWORK.loss),
    });
    const list = (array: ArrayLike<number>) => Array.from(array);
    await withPage(browser, await libraryPage(), async (page) => {
      const there = await page.evaluate(
        async ({ network, weights, batch }) => {
          const { slayer } = globalThis as unknown as { slayer: Library };
          using device = await slayer.openDevice();
          using model = await slayer.Model.create({
            device,
            ...network.description,
          });
          model.setWeights(Object.fromEntries(
            weights.map(([name, { shape, data }]) => [
              name,
              { shape, data: Float32Array.from(data) },
            ]),
          ));
          const { layers, gradients, losses, predictions } = await slayer.trace(
            model,
            {
              samples: batch.samples.map((words) => Uint32Array.from(words)),
              labels: Uint32Array.from(batch.labels),
            },
            {
              tSample: network.tSample,
              loss: slayer.numSpikes(network.loss),
            },
          );
          return {
            software: device.adapter.software,
            layers: layers.map(({ name, spikes, potentials }) => ({
              name,
              spikes: Array.from(spikes.data),
              potentials: Array.from(potentials.data),
            })),
            gradients: Object.entries(gradients).map(([name, { data }]) => ({
              name,
              data: Array.from(data),
            })),
            losses: Array.from(losses),
            predictions: Array.from(predictions),
          };
        },
        {
          network: NETWORK,
          weights: Object.entries(weights).map(([name, { shape, data }]) =>
            [name, { shape, data: list(data) }] as const
          ),
          batch: {
            samples: batch.samples.map(list),
            labels: list(batch.labels),
          },
        },
      );
      assert.equal(there.software, true);
      assert.deepEqual(there.predictions, list(here.predictions));
      assert(difference(here.losses, there.losses) < 1e-5);
      for (const [index, layer] of here.layers.entries()) {
        const { name, spikes, potentials } = there.layers[index];
        assert.equal(name, layer.name);
        assert(layer.spikes.data.some((spike) => spike !== 0), name);
        assert.deepEqual(spikes, list(layer.spikes.data), name);
        assert(difference(layer.potentials.data, potentials) < 1e-5, name);
      }
      for (const { name, data } of there.gradients) {
        assert(difference(here.gradients[name].data, data) < 1e-5, name);
      }
      assert.equal(there.gradients.length, 2);
    });
  },
);
