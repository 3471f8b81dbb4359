/**
 * Streams of networks that are computed as SLAYER computes them.
 *
 * @module
 */

import { transposeForward } from "../../kernels/input/transpose_spikes.ts";
import { convForward } from "../../kernels/layers/conv.ts";
import { denseForward } from "../../kernels/layers/dense.ts";
import { neuronStream } from "../../kernels/stream/neuron_stream.ts";
import { NEURONS } from "../../kernels/shared/neurons.ts";
import { axonForward } from "../../kernels/axons/axon.ts";
import { quantizeWeights } from "../../kernels/update/quantize.ts";
import { convTransposeForward } from "../../kernels/upsampling/conv_transpose.ts";
import { unpoolForward } from "../../kernels/upsampling/unpool.ts";
import { BINS_PER_WORD } from "../../kernels/spec.ts";
import type { Dispatch } from "../device/compiler.ts";
import { ShapeError } from "../device/errors.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import type { Layer, LayerSetting } from "../layers/layer.ts";
import { probSpikes } from "../losses/prob_spikes.ts";
import type { Model } from "../model.ts";
import { inQuads, layoutOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import type { SlayerNeuronKind } from "../neurons/neuron_kind.ts";
import {
  neuronConstantsOf,
  type NeuronSetting,
  settleNeurons,
} from "../neurons/neuron_launches.ts";
import { layOutStep, MICRO_BATCH_WORDS } from "../plan/steps/step_words.ts";
import { MAX_BINS } from "../plan/sizes.ts";
import type { Stepper } from "../plan/stepper.ts";
import { FRAME, type StreamPlan } from "./stream_plan.ts";
import { structBytes } from "./struct_bytes.ts";

/** Bins that a stream may have: times of bins are 32 bits. */
const ENDLESS = 2 ** 31;

/** Kernels that compute each bin from the spikes of that bin alone. */
const FORGETFUL: ReadonlySet<string> = new Set(
  [
    transposeForward,
    convForward,
    convTransposeForward,
    denseForward,
    unpoolForward,
    quantizeWeights,
  ].map(({ name }) => name),
);

/** Buffers that carry a layer's neurons from chunk to chunk. */
interface Carried {
  readonly potentials: GPUBuffer;
  readonly state: GPUBuffer;
  readonly lastDrives: GPUBuffer;
  readonly lastSpikes: GPUBuffer;
}

/**
 * Compiles a network for a stream: the plan of a frame, whose neurons are those
 * that carry their state.
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
    // Any loss will do: it is not computed.
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
  const { chunk, carried } = await device.allocate(() => ({
    chunk: device.createBuffer("chunk", 2),
    carried: layers.map((layer, index) =>
      allocateCarried(model, layer, settings[index])
    ),
  }));
  const step = layOutStep(1);
  const words = new Uint32Array(step.words);
  // One sample; labels, slot and updates do not matter.
  words.set([0, 1], step.words - MICRO_BATCH_WORDS);
  return {
    layers: layers.map((layer, index) => ({
      name: layer.name,
      extent: layer.output,
      layout: layoutOf(layer),
      spikes: buffers.spikes[index + 1],
      potentials: carried[index].potentials,
    })),
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

/** Allocates what a layer's neurons remember. */
function allocateCarried(
  { device }: Model,
  { name, output, runSize }: Layer,
  { kind, constants }: NeuronSetting,
): Carried {
  const bytes = structBytes(NEURONS + kind.forward.code, "Neuron");
  if (bytes === undefined) {
    throw new ShapeError(
      `Cannot stream layer "${name}": the state of its neurons has other ` +
        "members than numbers and vectors",
    );
  }
  const F = sizeOf(output);
  const { floats } = layoutOf({ output, runSize });
  const { ringRows, ringWords } = ringsOf(constants);
  const make = (label: string, words: number) =>
    device.createBuffer(`${name} ${label}`, inQuads(words));
  return {
    potentials: make("potentials", FRAME * floats),
    state: make("state", F * bytes / 4),
    lastDrives: make("last drives", ringRows * floats),
    lastSpikes: make("last spikes", ringWords * F),
  };
}

/** Bins that neurons look back on, by names in neuron_stream.wgsl. */
function ringsOf({ K = 0, R = 0 }: Readonly<Record<string, number>>) {
  return {
    ringRows: K + 1,
    lag: R,
    ringWords: Math.ceil(R / BINS_PER_WORD) + 1,
  };
}

/** Puts kernels that carry neurons in place of those of whole samples. */
class StreamCompiler {
  readonly #model: Model;
  readonly #stepper: Stepper;
  readonly #own: {
    readonly settings: readonly NeuronSetting[];
    readonly chunk: GPUBuffer;
    readonly carried: readonly Carried[];
  };

  constructor(
    model: Model,
    stepper: Stepper,
    own: {
      readonly settings: readonly NeuronSetting[];
      readonly chunk: GPUBuffer;
      readonly carried: readonly Carried[];
    },
  ) {
    this.#model = model;
    this.#stepper = stepper;
    this.#own = own;
  }

  async dispatches(): Promise<Dispatch[]> {
    const { forward } = this.#stepper.plan;
    const compiled = await Promise.all(
      this.#model.layers.flatMap((layer, index) =>
        forward.filter((dispatch) => dispatch.layer === layer.name)
          .map((dispatch) => this.#carry(dispatch, layer, index))
      ),
    );
    return compiled.flat();
  }

  /** The dispatches in place of one of a layer. */
  async #carry(
    dispatch: Dispatch,
    layer: Layer,
    index: number,
  ): Promise<Dispatch[]> {
    const { kind } = layer;
    if (FORGETFUL.has(dispatch.name)) return [dispatch];
    // Axons without a delay only drop spikes, which a test does not.
    const isInstant = layer.axon?.delay === 0 && !layer.axon.delays;
    if (isInstant && dispatch.name === axonForward.name) return [dispatch];
    if (dispatch.name === "neuron forward") return [await this.#neurons(index)];
    const setting = this.#setting(index);
    const gathering = kind.integrates
      ? kind.drive?.(layer, setting)
      : undefined;
    if (!gathering) {
      throw new ShapeError(
        `Cannot stream layer "${layer.name}": its kernel "${dispatch.name}" ` +
          "may depend on earlier bins",
      );
    }
    const { buffers } = this.#stepper.plan;
    const inputs = { buffer: buffers.arrived[index] };
    return await Promise.all([
      ...gathering.launches.map((launch) =>
        this.#compile(launch, { inputs, u: this.#drives(index) })
      ),
      this.#neurons(index, gathering.factor),
      ...(setting.packsNeurons ? [this.#pack(index)] : []),
    ]);
  }

  #neurons(index: number, factor = 1): Promise<Dispatch> {
    const { settings, chunk, carried } = this.#own;
    const { plan } = this.#stepper;
    const own = settings[index];
    const { potentials, state, lastDrives, lastSpikes } = carried[index];
    const kernel = neuronStream((own.kind as SlayerNeuronKind).forward);
    const places = own.F / own.runSize * inQuads(own.runSize);
    return this.#compile({
      kernel,
      constants: {
        ...neuronConstantsOf(own),
        height: factor * this.#setting(index).height,
        normalised: 0,
        frameBins: FRAME,
        ...ringsOf(own.constants),
      },
      grid: [groupsFor(places, kernel.workgroup), 1, 1],
    }, {
      largest: { buffer: plan.buffers.largest },
      chunk: { buffer: chunk },
      drives: this.#drives(index),
      u: { buffer: potentials },
      spikes: { buffer: plan.buffers.spikes[index + 1] },
      carried: { buffer: state },
      lastDrives: { buffer: lastDrives },
      lastSpikes: { buffer: lastSpikes },
    });
  }

  /** Packs the spikes of a layer whose own kernel would do it. */
  #pack(index: number): Promise<Dispatch> {
    const { spikes, neuronPacked } = this.#stepper.plan.buffers;
    const F = sizeOf(this.#model.layers[index].output);
    return this.#compile(
      launch({
        kernel: transposeForward,
        constants: { F },
        grid: [groupsFor(F, transposeForward.workgroup), 1, "samples"],
      }),
      {
        spikes: { buffer: spikes[index + 1] },
        neuronPacked: { buffer: neuronPacked },
      },
    );
  }

  /** Where a layer's synapse writes its drives. */
  #drives(index: number): GPUBufferBinding {
    const { sizes: { T, launches }, buffers } = this.#stepper.plan;
    const { floats } = layoutOf(this.#model.layers[index]);
    return {
      buffer: buffers.potentials[index],
      offset: 4 * (launches[index].rows - T) * floats,
    };
  }

  /** Sizes and constants of a layer in a frame. */
  #setting(index: number): LayerSetting {
    const { device, layers, description } = this.#model;
    const { Ts, coding } = description;
    const { sizes: { T, P } } = this.#stepper.plan;
    const layer = layers[index];
    const below = layers[index - 1];
    return {
      T,
      P: below ? 1 : P,
      height: below ? 1 / Ts : coding?.height ?? 1 / Ts,
      sampleRows: T,
      below: layoutOf(below ?? { ...layer, output: layer.input }),
      software: device.adapter.software,
      workgroupBytes: device.gpu.limits.maxComputeWorkgroupStorageSize,
      rule: 0,
      neurons: this.#own.settings[index],
      forwardConstants: {},
      packsNeurons: layers[index + 1]?.kind.reads === "neuron-packed" &&
        !layer.axon,
    };
  }

  #compile(
    launch: Launch,
    buffers: Readonly<Record<string, GPUBufferBinding>>,
  ): Promise<Dispatch> {
    return this.#model.planContext.compiler.compile(launch, buffers);
  }
}
