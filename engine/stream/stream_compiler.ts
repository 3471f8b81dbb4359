/**
 * Compiles a network that is computed as a whole for a stream: with the kernels
 * for whole samples, except where a layer has state from earlier bins.
 *
 * @module
 */

import { axonForward } from "../../kernels/axons/axon.ts";
import { transposeForward } from "../../kernels/input/transpose_spikes.ts";
import { convForward, convForwardWide } from "../../kernels/layers/conv.ts";
import { denseForward } from "../../kernels/layers/dense.ts";
import { filterForward } from "../../kernels/neurons/filter.ts";
import { filterStream } from "../../kernels/stream/filter_stream.ts";
import { neuronStream } from "../../kernels/stream/neuron_stream.ts";
import { quantizeWeights } from "../../kernels/update/quantize.ts";
import { convTransposeForward } from "../../kernels/upsampling/conv_transpose.ts";
import { unpoolForward } from "../../kernels/upsampling/unpool.ts";
import type { Dispatch } from "../device/compiler.ts";
import { ShapeError } from "../device/errors.ts";
import { groupsFor, type Launch, launch } from "../device/launch.ts";
import { changesSpikes } from "../layers/axon_launches.ts";
import type { Layer, LayerSetting } from "../layers/layer.ts";
import type { Model } from "../model.ts";
import { inQuads, layoutOf } from "../network/layout.ts";
import { sizeOf } from "../network/network.ts";
import type { SlayerNeuronKind } from "../neurons/neuron_kind.ts";
import {
  neuronConstantsOf,
  type NeuronSetting,
} from "../neurons/neuron_launches.ts";
import type { Stepper } from "../plan/stepper.ts";
import { arrayOf, type Carried, ringsOf } from "./carried_layers.ts";
import { launchDelays } from "./delayed_spikes.ts";
import { FRAME } from "./stream_plan.ts";

/**
 * Stateless kernels, which compute each bin from the spikes of that bin alone.
 */
const FORGETFUL: ReadonlySet<string> = new Set(
  [
    transposeForward,
    convForward,
    convForwardWide,
    convTransposeForward,
    denseForward,
    unpoolForward,
    quantizeWeights,
  ].map(({ name }) => name),
);

/** Stream-specific sizes and buffers. */
interface StreamState {
  /** The neurons of each layer. */
  readonly settings: readonly NeuronSetting[];
  /** Longest delay of the axons of each layer, in bins. */
  readonly longest: readonly number[];
  /** First bin of the chunk that runs, and bins in it. */
  readonly chunk: GPUBuffer;
  /** State that each layer carries between chunks. */
  readonly carried: readonly Carried[];
}

/** Replaces kernels for whole samples by kernels that carry their state. */
export class StreamCompiler {
  readonly #model: Model;
  readonly #stepper: Stepper;
  readonly #own: StreamState;

  /**
   * @param model The network.
   * @param stepper The plan of a frame.
   * @param own Stream-specific sizes and buffers.
   */
  constructor(model: Model, stepper: Stepper, own: StreamState) {
    this.#model = model;
    this.#stepper = stepper;
    this.#own = own;
  }

  /**
   * Compiles the dispatches of a frame.
   *
   * @returns The dispatches, from the input's spikes to the last layer.
   * @throws {ShapeError} If a kernel may depend on earlier bins.
   */
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

  /** Compiles the dispatches that replace one of a layer. */
  async #carry(
    dispatch: Dispatch,
    layer: Layer,
    index: number,
  ): Promise<Dispatch[]> {
    const { kind } = layer;
    if (FORGETFUL.has(dispatch.name)) return [dispatch];
    switch (dispatch.name) {
      case "neuron forward":
        return [await this.#neurons(index)];
      case filterForward.name:
        return [await this.#filter(index)];
      case axonForward.name:
        return [await this.#axons(index)];
    }
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
    const { arrived, spikes } = this.#stepper.plan.buffers;
    const below = this.#model.layers[index - 1];
    const inputs = {
      buffer: (changesSpikes(below?.axon, false) ? arrived : spikes)[index],
    };
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

  /** The learned response of a layer, from the drives of its synapse. */
  #filter(index: number): Promise<Dispatch> {
    const { chunk, carried, settings } = this.#own;
    const { name, response } = this.#model.layers[index];
    const { F, runSize } = settings[index];
    const { K, filters } = response!;
    return this.#compile({
      kernel: filterStream,
      constants: { F, K, filters, runSize, frameBins: FRAME },
      grid: [groupsFor(F, filterStream.workgroup), 1, 1],
    }, {
      chunk: { buffer: chunk },
      response: arrayOf(this.#model, `${name}.response`),
      x: { buffer: this.#stepper.plan.buffers.drives[index] },
      y: this.#drives(index),
      lastDrives: { buffer: carried[index].filtered },
    });
  }

  #axons(index: number): Promise<Dispatch> {
    const { chunk, carried, longest } = this.#own;
    const { spikes, arrived } = this.#stepper.plan.buffers;
    const { layers, description: { Ts } } = this.#model;
    const { delays, onTheWay } = carried[index];
    return this.#compile(
      launchDelays(layers[index], { Ts, longest: longest[index] }),
      {
        chunk: { buffer: chunk },
        delays: { buffer: delays },
        spikes: { buffer: spikes[index + 1] },
        arrived: { buffer: arrived[index + 1] },
        onTheWay: { buffer: onTheWay },
      },
    );
  }

  /**
   * Packs the spikes of a layer whose kernel for whole samples does so itself.
   */
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

  /** Buffer to which a layer's synapse writes its drives. */
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
        !changesSpikes(layer.axon, false),
    };
  }

  #compile(
    launch: Launch,
    buffers: Readonly<Record<string, GPUBufferBinding>>,
  ): Promise<Dispatch> {
    return this.#model.planContext.compiler.compile(launch, buffers);
  }
}
