/**
 * Networks that go into files of netx and back.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ModelDescription } from "../../../../engine/model.ts";
import { structureOf } from "../../../../engine/model/model_description.ts";
import { Random } from "../../../../engine/network/random.ts";
import type { NamedArray } from "../../../../engine/network/weights.ts";
import { describeImport } from "../../../../scripts/bridges/described_import.ts";
import { fromNet } from "../../../../scripts/bridges/netx/from_net.ts";
import {
  readNet,
  writeNet,
} from "../../../../scripts/bridges/netx/net_file.ts";
import { netInterpreter } from "../../../../scripts/bridges/netx/run_net.ts";
import { toNet } from "../../../../scripts/bridges/netx/to_net.ts";
import type { Agreement } from "../../../../scripts/bridges/self_check/agreement.ts";
import { compareNetworks } from "../../../../scripts/bridges/self_check/compare_networks.ts";
import { device } from "../../../fixtures/gpu.ts";

/** Input, time step and seed of the networks, and a convolution. */
export const BASE = { input: { C: 2, H: 6, W: 6 }, Ts: 1, random: 0 };
export const CONV = { out: 3, kernel: 3, padding: 1 };

/**
 * Brings a network into a file and back.
 *
 * @param description The network.
 * @param weights Its weights.
 * @returns The file's content, and the differences of the network, and of the
 * one that is read from it, from the file.
 */
export async function roundTrip(
  description: ModelDescription,
  weights: Readonly<Record<string, NamedArray>>,
) {
  const own = { description, weights };
  const { network, parts, readoutFactor, lossy, notes } = toNet(own, {
    dt: description.Ts / 1000,
  });
  const again = await readNet(new Blob([await writeNet(network)]));
  const run = netInterpreter(again);
  const imported = fromNet(again);
  const { nodes } = imported;
  const there = await compareNetworks(device(), own, {
    run,
    parts,
    readoutFactor,
  });
  const back = await compareNetworks(
    device(),
    describeImport(imported, "net.yaml"),
    { run, parts: nodes },
  );
  return { network, imported, there, back, lossy, notes };
}

/**
 * Draws even integers as weights, and delays that differ.
 *
 * @param description The network.
 * @param options `unit`: integer of a weight of 1; `largest`: half of what the
 * integers stay below.
 * @returns The weights.
 */
export function evenWeights(
  description: ModelDescription,
  { unit, largest }: { readonly unit: number; readonly largest: number },
): Record<string, NamedArray> {
  const random = new Random(9);
  const even = () => 2 * Math.round(largest * (random.uniform() - 0.4));
  const { slots, running } = structureOf(description);
  return Object.fromEntries(
    [...slots, ...running].map(({ name, weights: { shape } }) => [
      name,
      {
        shape,
        data: Float32Array.from(
          { length: shape.reduce((product, side) => product * side) },
          (_, i) => name.endsWith("delay") ? i % 6 : even() / unit,
        ),
      },
    ]),
  );
}

/**
 * Requires every layer to spike as that of the file.
 *
 * @param agreement How they agree.
 * @throws {AssertionError} If a spike differs, or there are few.
 */
export function requireEqual({ layers }: Agreement): void {
  for (const { name, spikes, differing } of layers) {
    assert(spikes > 20, `${name} has ${spikes} spikes`);
    assert.equal(differing, 0, name);
  }
}
