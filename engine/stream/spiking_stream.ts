/**
 * Streams of networks that are computed as a whole.
 *
 * @module
 */

import { ShapeError } from "../device/errors.ts";
import type { Layer } from "../layers/layer.ts";
import { probSpikes } from "../losses/prob_spikes.ts";
import type { Model } from "../model.ts";
import { layoutOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import { settleNeurons } from "../neurons/neuron_launches.ts";
import { layOutStep, MICRO_BATCH_WORDS } from "../plan/steps/step_words.ts";
import { MAX_BINS } from "../plan/sizes.ts";
import type { Stepper } from "../plan/stepper.ts";
import { allocateCarried, arrayOf } from "./carried_layers.ts";
import { copyDelays, ENDLESS, longestDelays } from "./delayed_spikes.ts";
import { StreamCompiler } from "./stream_compiler.ts";
import { FRAME, type StreamPlan } from "./stream_plan.ts";

/**
 * Compiles a network for a stream: the plan of a frame, with neurons that carry
 * their state.
 *
 * @param model The network.
 * @returns The plan.
 * @throws {ShapeError} If the state of a layer cannot be carried.
 * @throws {DeviceError} If the device has not enough memory.
 */
export async function planSpikes(model: Model): Promise<StreamPlan> {
  const { Ts, coding } = model.description;
  if (coding?.mode === "SUM_NORM") {
    throw new ShapeError(
      "Cannot stream counts that are divided by the largest of their sample " +
        '(SUM_NORM): it is known at the end; use "SUM"',
    );
  }
  model.layers.forEach(requireStream);
  const stepper = await model.compile({
    tSample: FRAME * Ts,
    batch: 1,
    train: false,
    keep: true,
    // The plan needs a loss, but it is not computed.
    loss: probSpikes({ window: Ts }),
  });
  try {
    return await carryStates(model, stepper);
  } catch (error) {
    stepper.destroy();
    throw error;
  }
}

function requireStream({ name, kind, neuron }: Layer): void {
  if (!neuron.kind.streams) {
    throw new ShapeError(
      `Cannot stream layer "${name}": neurons of kind "${neuron.kind.name}" ` +
        "do not say how they carry their state",
    );
  }
  if (kind.integrates && !kind.drive) {
    throw new ShapeError(
      `Cannot stream layer "${name}": layers of kind "${kind.name}" do not ` +
        "say how they compute drives alone",
    );
  }
}

async function carryStates(
  model: Model,
  stepper: Stepper,
): Promise<StreamPlan> {
  const { device, layers, description: { Ts } } = model;
  const { plan } = stepper;
  const { sizes, buffers } = plan;
  const settings = layers.map(({ neuron, output, runSize }) =>
    settleNeurons(neuron, {
      T: ENDLESS,
      F: sizeOf(output),
      runSize,
      time: { Ts, tSample: MAX_BINS * Ts },
      software: device.adapter.software,
    })
  );
  const longest = await longestDelays(model, layers);
  const { chunk, carried } = await device.allocate(() => ({
    chunk: device.createBuffer("chunk", 2),
    carried: layers.map((layer, index) =>
      allocateCarried(model, layer, {
        neurons: settings[index],
        longest: longest[index],
      })
    ),
  }));
  copyDelays(
    device,
    layers.flatMap(({ name, axon }, index) =>
      axon?.delays
        ? [{ from: arrayOf(model, `${name}.delay`), to: carried[index] }]
        : []
    ),
  );
  const step = layOutStep(1);
  const words = new Uint32Array(step.words);
  // One sample; labels, slot and updates are not used.
  words.set([0, 1], step.words - MICRO_BATCH_WORDS);
  return {
    layers: layers.map((layer, index) => ({
      name: layer.name,
      extent: layer.output,
      layout: layoutOf(layer),
      spikes: buffers.spikes[index + 1],
      arrived: layer.axon && index === layers.length - 1
        ? buffers.arrived[index + 1]
        : undefined,
      potentials: carried[index].potentials,
    })),
    voters: layers[layers.length - 1].voters ?? 1,
    height: 1 / Ts,
    inputs: plan.inputs,
    addressBits: sizes.addressBits,
    fine: 1,
    chunk,
    cleared: plan.cleared,
    remembered: carried.map(({ lastDrives }) => lastDrives),
    overflow: buffers.records.overflow,
    dispatches: await new StreamCompiler(model, stepper, {
      settings,
      longest,
      chunk,
      carried,
    }).dispatches(),
    bin: (events) => plan.bin(events),
    write(events) {
      words.set([0, events], step.offsets);
      device.gpu.queue.writeBuffer(buffers.step, 0, words);
    },
    [Symbol.dispose]() {
      stepper.destroy();
      chunk.destroy();
      carried.flatMap((own) => Object.values(own)).forEach((buffer) =>
        buffer.destroy()
      );
    },
  };
}
