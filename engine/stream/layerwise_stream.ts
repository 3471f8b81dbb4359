/**
 * Streams of networks that are computed layer by layer.
 *
 * @module
 */

import { axonForward } from "../../kernels/axons/axon.ts";
import { deltaForward, deltaStream } from "../../kernels/unit/graded/delta.ts";
import { sigmaForward, sigmaStream } from "../../kernels/unit/graded/sigma.ts";
import { cellForward } from "../../kernels/unit/cell.ts";
import { cellStream } from "../../kernels/stream/cell_stream.ts";
import {
  recurrentForward,
  recurrentStream,
} from "../../kernels/unit/recurrent/recurrent.ts";
import { Compiler, type Dispatch } from "../device/compiler.ts";
import { ShapeError } from "../device/errors.ts";
import { groupsFor } from "../device/launch.ts";
import type { LayerwiseStepper } from "../layerwise/layerwise_stepper.ts";
import { stateBytes } from "../layerwise/units/state_bytes.ts";
import { plainSources } from "../layerwise/sources.ts";
import { UNIFORM_WORDS } from "../layerwise/unit_buffers.ts";
import { planesOf, sentPlanes, type Unit } from "../layerwise/units/units.ts";
import { delayStep } from "../layers/describe_axon.ts";
import { crossEntropy } from "../losses/readout.ts";
import type { Model } from "../model.ts";
import { layoutOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import {
  allocateDelays,
  copyDelays,
  launchDelays,
  longestDelays,
} from "./delayed_spikes.ts";
import { FRAME, type StreamPlan } from "./stream_plan.ts";

/**
 * Compiles a network for a stream: the plan of a frame, with neurons that carry
 * their state.
 *
 * @param model The network.
 * @returns The plan.
 * @throws {ShapeError} If samples are divided by their largest count, or the
 * state of a layer cannot be carried.
 * @throws {DeviceError} If the device has not enough memory.
 */
export async function planUnits(model: Model): Promise<StreamPlan> {
  const { Ts, coding } = model.description;
  if (coding?.mode === "SUM_NORM") {
    throw new ShapeError(
      "Cannot stream counts that are divided by the largest of their sample " +
        '(SUM_NORM): it is known at the end; use "SUM"',
    );
  }
  const stepper = await model.compileUnits({
    tSample: FRAME * Ts,
    batch: 1,
    train: false,
    keep: true,
    // The plan needs a loss; neither it nor the prediction is read.
    loss: crossEntropy(),
  }, {});
  try {
    return await carryStates(model, stepper);
  } catch (error) {
    stepper.destroy();
    throw error;
  }
}

async function carryStates(
  model: Model,
  stepper: LayerwiseStepper,
): Promise<StreamPlan> {
  const { device } = model;
  const { plan } = stepper;
  const { units: { units }, buffers, addressBits, inputs, fine } = plan;
  const [own] = buffers.microBatches;
  const delayed = units.map((unit) => ({
    ...unit.layer,
    axon: unit.axon,
    planes: sentPlanes(unit),
  }));
  const longest = await longestDelays(model, delayed);
  const running = plan.evaluation.filter(({ dispatch }) =>
    dispatch.name === sigmaForward.name
  );
  const { chunk, states, axons, sums } = await device.allocate(() => ({
    chunk: device.createBuffer("chunk", 2),
    axons: delayed.map((layer, index) =>
      allocateDelays(device, layer, longest[index])
    ),
    states: units.map((unit) =>
      device.createBuffer(`${unit.layer.name} state`, stateWords(unit))
    ),
    sums: running.map(({ dispatch: { layer: name } }) => {
      const { layer } = units.find(({ layer }) => layer.name === name)!;
      return device.createBuffer(`${name} sums`, 2 * layoutOf(layer).floats);
    }),
  }));
  copyDelays(
    device,
    delayed.flatMap(({ axon }, index) =>
      axon?.delays
        ? [{ from: plan.evaluated(index).delays, to: axons[index] }]
        : []
    ),
  );
  const compiler = Compiler.of(device);
  const delay = (index: number) => {
    const Ts = delayStep(model.description);
    return compiler.compile(
      launchDelays(delayed[index], { Ts, longest: longest[index] }),
      {
        chunk: { buffer: chunk },
        delays: { buffer: axons[index].delays },
        spikes: { buffer: own.spikes[index] },
        arrived: { buffer: own.arrived[index] },
        onTheWay: { buffer: axons[index].onTheWay },
      },
    );
  };
  const carry = async (step: { readonly dispatch: Dispatch }) => {
    const { dispatch } = step;
    const index = units.findIndex(({ layer }) => layer.name === dispatch.layer);
    if (dispatch.name === axonForward.name) return await delay(index);
    const { constants, grid } = dispatch.launch;
    const carriedBy = { chunk: { buffer: chunk } };
    if (dispatch.name === sigmaForward.name) {
      return await compiler.compile({ kernel: sigmaStream, constants, grid }, {
        ...carriedBy,
        values: { buffer: own.drives[index] },
        carried: { buffer: sums[running.indexOf(step)] },
      });
    }
    if (dispatch.name === deltaForward.name) {
      return await compiler.compile({ kernel: deltaStream, constants, grid }, {
        ...carriedBy,
        x: { buffer: own.drives[index] },
        coefficients: { buffer: buffers.units[index].coefficients },
        spikes: { buffer: own.spikes[index] },
        potentials: { buffer: own.potentials[index] },
        carried: { buffer: states[index] },
      });
    }
    if (!CELLS.includes(dispatch.name)) return dispatch;
    const { layer, neuron, recurrent } = units[index];
    const text = neuron!.kind.stepped!;
    const kernel = recurrent ? recurrentStream(text) : cellStream(text);
    const { floats } = layoutOf(layer);
    return await compiler.compile({
      kernel,
      constants: dispatch.launch.constants,
      grid: [recurrent ? 1 : groupsFor(floats, kernel.workgroup), 1, 1],
    }, {
      ...plan.evaluated(index) as Readonly<
        Record<"learned" | "r", GPUBufferBinding>
      >,
      x: { buffer: own.drives[index] },
      coefficients: { buffer: buffers.units[index].coefficients },
      chunk: { buffer: chunk },
      spikes: { buffer: own.spikes[index] },
      potentials: { buffer: own.potentials[index] },
      carried: { buffer: states[index] },
    });
  };
  const last = units.length - 1;
  const uniforms = new Uint32Array(UNIFORM_WORDS);
  // A batch of one sample, in evaluation.
  uniforms.set([0, 1, 0, 0, 0, 0, 0, 0, 1]);
  return {
    layers: units.flatMap(({ layer, neuron, joined, axon }, index) =>
      neuron
        ? [{
          name: layer.name,
          extent: layer.output,
          layout: layoutOf(layer),
          spikes: own.spikes[index],
          arrived: axon && index === last ? own.arrived[index] : undefined,
          potentials: own.potentials[index],
          numbers: joined.signed
            ? { planes: planesOf(joined), height: joined.scale }
            : undefined,
        }]
        : []
    ),
    voters: 1,
    readout: units[last].neuron ? undefined : {
      extent: units[last].layer.output,
      layout: layoutOf(units[last].layer),
      drives: own.drives[last],
      coefficients: buffers.units[last].coefficients,
    },
    height: 1,
    inputs,
    addressBits,
    fine,
    chunk,
    cleared: [own.counts, own.largest],
    remembered: [],
    dispatches: await Promise.all(plan.evaluation.map(carry)),
    bin: async (events) =>
      (await plan.bin(events)).map(({ dispatch }) => dispatch),
    write(events) {
      const { queue } = device.gpu;
      const { sources, classes } = plainSources({
        offsets: Uint32Array.of(0, events),
        labels: Uint32Array.of(0),
      }, plan);
      queue.writeBuffer(buffers.sources, 0, sources);
      queue.writeBuffer(buffers.classes, 0, classes);
      queue.writeBuffer(buffers.uniforms, 0, uniforms);
    },
    [Symbol.dispose]() {
      stepper.destroy();
      chunk.destroy();
      const others = axons.flatMap(Object.values);
      for (const buffer of [...states, ...sums, ...others]) {
        buffer.destroy();
      }
    },
  };
}

/** Names of the kernels of all kinds of units' neurons. */
const CELLS: readonly string[] = [cellForward, recurrentForward]
  .map((kernel) => kernel({ code: "", constants: [] }).name);

/** Words of the state of all neurons of a unit. */
function stateWords({ layer, neuron }: Unit): number {
  if (!neuron) return 0;
  // `sent` and e of delta.wgsl.
  if (neuron.kind.graded) return 2 * sizeOf(layer.output);
  const bytes = stateBytes(layer.name, neuron.kind.stepped!);
  const { floats } = layoutOf(layer);
  return Math.max(floats, sizeOf(layer.output)) * bytes / 4;
}
