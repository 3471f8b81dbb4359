/**
 * A plan of one layer: its forward and backward pass, from incoming spikes to
 * their gradient.
 *
 * @module
 */

import { type Dispatch, record } from "../device/compiler.ts";
import { ShapeError } from "../device/errors.ts";
import { readBytes, readFloats } from "../device/readback.ts";
import type { Layer, LayerKind } from "../layers/layer.ts";
import type { Loss } from "../losses/loss.ts";
import type { Model } from "../model.ts";
import {
  type ActivityPlace,
  floatsToKernel,
  floatsToUser,
  spikesToKernel,
  spikesToUser,
} from "../network/activity_order.ts";
import { layoutOf } from "../network/layout.ts";
import { type Extent, sizeOf } from "../network/network.ts";
import type { NamedArray } from "../network/weights.ts";
import type { NeuronKind } from "../neurons/neuron_kind.ts";
import { steppedNeuron } from "../neurons/stepped_neuron.ts";
import { allocatePlan, freePlan, type PlanBuffers } from "../plan/buffers.ts";
import { type Compiling, StepCompiler } from "../plan/compile_step.ts";
import { type PlanSizes, sizePlan } from "../plan/sizes.ts";
import type { PlanContext } from "../plan/step_bindings.ts";
import { layOutStep } from "../plan/steps/step_words.ts";

/**
 * A neuron whose adjoint passes gradients on unchanged. It stands below a pool,
 * which has no adjoint of its own: the adjoint of neurons gathers the gradients
 * of the pool's outputs.
 */
const RELAY: NeuronKind = {
  ...steppedNeuron({
    name: "relay",
    parameters: { theta: { default: 1, positive: true } },
    constants: () => ({}),
    code: `
      struct State { unused: f32 }
      fn atRest() -> State { return State(); }
      fn step(state: ptr<function, State>, drive: f32) -> f32 { return drive; }
      fn reset(state: ptr<function, State>, fires: bool) {}
      struct Back { unused: f32 }
      fn stepBack(
        back: ptr<function, Back>,
        potential: f32,
        fires: bool,
        gradient: f32,
      ) -> f32 {
        return gradient;
      }
    `,
  }),
  constants: () => ({ gain: 1 }),
};

/** Kind of the layer below, whose spikes are uploaded. */
const INPUT: LayerKind = {
  name: "input",
  reads: "time-packed",
  describe: (_, { input }) => ({ output: input, runSize: sizeOf(input) }),
  forward: () => [],
};

/**
 * Placeholder for a loss, since the gradient of the layer's spikes is uploaded.
 */
const NO_LOSS: Loss = {
  name: "none",
  settle: () => ({ forward: [], backward: [] }),
};

/** The largest float32, as a threshold that no potential reaches. */
const UNREACHED = 3.4028234663852886e38;

/** Indices of the input and of the layer among the layers of the plan. */
const [BELOW, OWN] = [0, 1];

/** Buffers and kernels of a layer above an uploaded input. */
export class LayerPlan implements Disposable {
  readonly #context: PlanContext;
  readonly #spikes: NamedArray;
  readonly #sizes: PlanSizes;
  readonly #buffers: PlanBuffers;

  private constructor(
    context: PlanContext,
    spikes: NamedArray,
    sizes: PlanSizes,
    buffers: PlanBuffers,
  ) {
    this.#context = context;
    this.#spikes = spikes;
    this.#sizes = sizes;
    this.#buffers = buffers;
  }

  /**
   * Checks the incoming spikes and allocates the buffers.
   *
   * @param network The network; the plan shares its weights.
   * @param name Name of the layer.
   * @param spikes Incoming spikes, [N, C, H, W, T].
   * @returns The plan.
   * @throws {RangeError} If the network has no such layer.
   * @throws {ShapeError} If the spikes do not fit the layer or the device.
   * @throws {DeviceError} If the device has not enough memory.
   */
  static async create(
    network: Model,
    name: string,
    spikes: NamedArray,
  ): Promise<LayerPlan> {
    const found = network.layers.find((layer) => layer.name === name);
    if (found === undefined) {
      throw new RangeError(
        `Cannot run layer "${name}": the network has ` +
          network.layers.map(({ name }) => name).join(", "),
      );
    }
    const { input } = found;
    // The layer's spikes are read before its axons.
    const own = { ...found, axon: undefined };
    requireShape("spikes", spikes, input);
    const [N, , , , T] = spikes.shape;
    const below: Layer = {
      kind: INPUT,
      name: INPUT.name,
      input,
      ...INPUT.describe({}, { name: INPUT.name, input }),
      neuron: { kind: RELAY, parameters: { theta: 1 } },
    };
    const { weights, evaluated, ...shared } = network.planContext;
    const context = {
      ...shared,
      weights: { ...weights, w: evaluated },
      evaluated,
      layers: [below, own],
    };
    const { device, layers, optimizer, Ts } = context;
    const options = { batch: N, tSample: T * Ts, train: true, keep: true };
    const planned = sizePlan(device, {
      layers,
      Ts,
      coding: { mode: "OR", height: 1 / Ts },
      rule: optimizer.rule,
    }, { ...options, loss: NO_LOSS });
    const { floats } = planned;
    // Unlike in a network, the gradient continues below the lowest weights.
    const gradient = Math.max(floats.gradient, T * layoutOf(below).floats);
    const sizes = { ...planned, floats: { ...floats, gradient } };
    const buffers = await allocatePlan(device, layers, sizes, options);
    return new LayerPlan(context, spikes, sizes, buffers);
  }

  /**
   * Runs the layer forward.
   *
   * @param options Whether to keep neurons silent, with a threshold that they
   * never reach.
   * @returns Potentials, and spikes of height 1/Ts, [N, C, H, W, T].
   * @throws {DeviceError} If the device was lost.
   */
  async forward(
    { silent }: { readonly silent: boolean },
  ): Promise<{ potentials: NamedArray; spikes: NamedArray }> {
    const { device, Ts } = this.#context;
    const dispatches = await this.#compile(
      (compiler) => compiler.forward(OWN),
      silent ? neverFiring(this.#sizes) : this.#sizes,
    );
    const [potentials, spikes] = [this.#zeros(OWN), this.#zeros(OWN)];
    await this.#run(dispatches, async (place) => {
      const u = await readFloats(device, this.#buffers.potentials[OWN]);
      floatsToUser(u, potentials.data, place(OWN));
      const words = await readBytes(device, this.#buffers.spikes[OWN + 1]);
      spikesToUser(new Uint32Array(words), spikes.data, {
        ...place(OWN),
        height: 1 / Ts,
      });
    });
    return { potentials, spikes };
  }

  /**
   * Runs the layer forward and backward. The gradient of its weights replaces
   * that of the network.
   *
   * @param gradient Gradient of the layer's spikes, [N, C, H, W, T].
   * @returns Gradient of the incoming spikes, [N, C, H, W, T].
   * @throws {ShapeError} If the gradient does not fit the layer.
   * @throws {DeviceError} If the device was lost.
   */
  async differentiate(gradient: NamedArray): Promise<NamedArray> {
    const { device, layers } = this.#context;
    const { T, batch, launches } = this.#sizes;
    requireShape("a gradient", gradient, layers[OWN].output, [batch, T]);
    const dispatches = await this.#compile((compiler) => [
      ...compiler.forward(OWN),
      ...compiler.backward(OWN, { lowest: false }),
      ...compiler.backward(BELOW, { lowest: true }),
    ]);
    const found = this.#zeros(BELOW);
    // Gradients of drives are in the last T rows of a sample's potentials.
    const lead = (launches[BELOW].rows - T) * layoutOf(layers[BELOW]).floats;
    await this.#run(dispatches, async (place) => {
      const u = await readFloats(device, this.#buffers.potentials[BELOW]);
      floatsToUser(u.subarray(lead), found.data, place(BELOW));
    }, gradient);
    return found;
  }

  /** Frees the buffers. */
  [Symbol.dispose](): void {
    freePlan(this.#buffers);
  }

  async #compile(
    choose: (compiler: StepCompiler) => Compiling,
    sizes = this.#sizes,
  ): Promise<Dispatch[]> {
    const compiler = new StepCompiler(this.#context, sizes, this.#buffers);
    return await Promise.all(choose(compiler));
  }

  /** Runs dispatches micro-batch by micro-batch, and reads after each. */
  async #run(
    dispatches: readonly Dispatch[],
    read: (place: (layer: number) => ActivityPlace) => Promise<void>,
    gradient?: NamedArray,
  ): Promise<void> {
    const { device, layers } = this.#context;
    const { T, M, batch, launches } = this.#sizes;
    const { step, spikes, gradient: ds } = this.#buffers;
    const { queue } = device.gpu;
    for (let first = 0; first < batch; first += M) {
      device.check();
      const samples = Math.min(M, batch - first);
      const place = (index: number) => ({
        extent: layers[index].output,
        layout: layoutOf(layers[index]),
        T,
        rows: launches[index].rows,
        first,
        samples,
      });
      const words = spikesToKernel(this.#spikes.data, place(BELOW));
      queue.writeBuffer(spikes[OWN], 0, words);
      const isLater = Number(first > 0);
      const facts = Uint32Array.of(first, samples, 0, isLater);
      queue.writeBuffer(step, 4 * layOutStep(batch).microBatch, facts);
      if (gradient) {
        const own = { ...place(OWN), rows: T };
        queue.writeBuffer(ds, 0, floatsToKernel(gradient.data, own));
      }
      const encoder = device.gpu.createCommandEncoder();
      const pass = encoder.beginComputePass();
      record(pass, dispatches, samples);
      pass.end();
      queue.submit([encoder.finish()]);
      await read(place);
    }
  }

  /** An array of zeros for the output of a layer. */
  #zeros(index: number): NamedArray {
    const { C, H, W } = this.#context.layers[index].output;
    const { batch, T } = this.#sizes;
    const shape = [batch, C, H, W, T];
    return { shape, data: new Float32Array(batch * C * H * W * T) };
  }
}

/** Replaces the threshold of all launches by one that neurons never reach. */
function neverFiring(sizes: PlanSizes): PlanSizes {
  return {
    ...sizes,
    launches: sizes.launches.map((own) => ({
      ...own,
      forward: own.forward.map((launch) => ({
        ...launch,
        constants: { ...launch.constants, theta: UNREACHED },
      })),
    })),
  };
}

/** Requires an array of N samples and T bins with the given extent. */
function requireShape(
  name: string,
  { shape, data }: NamedArray,
  { C, H, W }: Extent,
  [N, T] = [shape[0], shape[4]],
): void {
  const fits = shape.join() === [N, C, H, W, T].join() && N >= 1 && T >= 1 &&
    data.length === N * C * H * W * T;
  if (fits) return;
  throw new ShapeError(
    `Cannot run a layer on ${name} of shape [${shape}] with ${data.length} ` +
      `values: expected [${[N || "N", C, H, W, T || "T"].join(", ")}]`,
  );
}
