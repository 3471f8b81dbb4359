/**
 * Spikes and potentials of units, read back after a step.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { readBytes, readFloats } from "../device/readback.ts";
import {
  floatsToUser,
  numbersToUser,
  spikesToUser,
} from "../network/activity_order.ts";
import { type LayerTrace, zerosOf } from "../network/layer_trace.ts";
import { layoutOf, placeOf } from "../network/layout.ts";
import type { NamedArray } from "../network/weights.ts";
import type { LayerwisePlan } from "./layerwise_plan.ts";
import { planesOf } from "./units/units.ts";

/** Activity of the units of a network. */
export interface UnitTraces {
  /** Spikes and potentials of each unit with neurons, first to last. */
  readonly layers: readonly LayerTrace[];
  /** Drive of a readout without neurons, `[N, C, 1, 1, T]`. */
  readonly outputs?: NamedArray;
}

/**
 * Reads the activity of units in the latest step of a plan.
 *
 * @param device The device.
 * @param plan The plan, which keeps potentials.
 * @param total Samples of the step.
 * @returns Spikes of height 1 and potentials, and the drive of a readout.
 * @throws {DeviceError} If the device was lost.
 */
export async function traceUnits(
  device: Device,
  plan: LayerwisePlan,
  total: number,
): Promise<UnitTraces> {
  const { units: { units }, T, M, buffers } = plan;
  const layers: LayerTrace[] = [];
  let outputs: NamedArray | undefined;
  for (const [index, { layer, neuron, joined, axon }] of units.entries()) {
    const spikes = zerosOf(layer.output, total, T);
    const arrived = axon && index === units.length - 1
      ? zerosOf(layer.output, total, T)
      : undefined;
    const values = zerosOf(layer.output, total, T);
    for (let first = 0; first < total; first += M) {
      const own = buffers.microBatches[first / M];
      const place = {
        extent: layer.output,
        layout: layoutOf(layer),
        T,
        rows: T,
        first,
        samples: Math.min(M, total - first),
      };
      const floats = neuron ? own.potentials : own.drives;
      floatsToUser(await readFloats(device, floats[index]), values.data, place);
      if (!neuron) continue;
      const words = new Uint32Array(
        await readBytes(device, own.spikes[index]),
      );
      if (joined.signed) {
        const own = { planes: planesOf(joined), height: joined.scale };
        numbersToUser(words, spikes.data, { ...place, ...own });
      } else {
        spikesToUser(words, spikes.data, { ...place, height: 1 });
      }
      if (!arrived) continue;
      const late = await readBytes(device, own.arrived[index]);
      const height = { ...place, height: 1 };
      spikesToUser(new Uint32Array(late), arrived.data, height);
    }
    if (neuron) {
      const { name } = layer;
      layers.push({
        name,
        spikes,
        ...arrived && { arrived },
        potentials: values,
      });
    } else outputs = await normalised(device, plan, index, values);
  }
  return { layers, outputs };
}

/** The drive of a unit after its normalisation or bias. */
async function normalised(
  device: Device,
  { units: { units }, buffers }: LayerwisePlan,
  index: number,
  { shape, data }: NamedArray,
): Promise<NamedArray> {
  const quads = await readFloats(device, buffers.units[index].coefficients);
  const layout = layoutOf(units[index].layer);
  const [, C, , , T] = shape;
  return {
    shape,
    data: data.map((x, i) => {
      const at = 4 * placeOf(layout, Math.floor(i / T) % C);
      return quads[at] * x + quads[at + 1];
    }),
  };
}
