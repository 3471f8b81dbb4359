/**
 * A spiking network on a device: its weights, and the plans that run it.
 *
 * @module
 */

import { Compiler } from "./device/compiler.ts";
import { type Device, openDevice } from "./device/device.ts";
import { DeviceError } from "./device/errors.ts";
import type { Ranks } from "./distributed/ranks.ts";
import { timeUnits } from "./layerwise/layerwise_plan.ts";
import type { LayerwiseStepper } from "./layerwise/layerwise_stepper.ts";
import type { Units } from "./layerwise/units/units.ts";
import { delayStep, requireDelays } from "./layers/describe_axon.ts";
import type { Layer } from "./layers/layer.ts";
import {
  compileModel,
  compileUnits,
  type ModelParts,
  planContextOf,
} from "./model/compile_model.ts";
import { ModelArrays, type ModelState } from "./model/model_arrays.ts";
import {
  type ModelDescription,
  requireInput,
  structureOf,
} from "./model/model_description.ts";
import { Random } from "./network/random.ts";
import type { NamedArray } from "./network/weights.ts";
import { binsOf, type PlanOptions } from "./plan/sizes.ts";
import type { PlanContext } from "./plan/step_bindings.ts";
import type { Stepper } from "./plan/stepper.ts";
import type { EventBinning, StepRunner } from "./plan/steps/step_runner.ts";
export type { ModelDescription, ModelState };

/**
 * A network on a device. Its owner destroys it, or declares it with `using`.
 */
export class Model implements Disposable {
  /** The device that holds the weights. */
  readonly device: Device;
  /** The layers with their shapes. */
  readonly layers: readonly Layer[];
  /** The description that the network was built from. */
  readonly description: ModelDescription;
  readonly #parts: ModelParts;
  #ownsDevice = false;
  #isDestroyed = false;

  private constructor(parts: ModelParts) {
    this.#parts = parts;
    this.device = parts.device;
    this.description = parts.description;
    this.layers = parts.structure.layers;
  }

  /**
   * Builds a network and draws its initial weights.
   *
   * @param description The network, and the device to build it on.
   * @returns The network.
   * @throws {RangeError} If Ts, a parameter of a neuron, the height of inputs,
   * a `weightScale` or `clip` is not positive, `weightDecay` is negative, or
   * the seed is not an integer.
   * @throws {TypeError} If the optimizer, the coding of inputs or a parameter of
   * a neuron is unknown.
   * @throws {ShapeError} If the layers do not fit one another or the device.
   * @throws {DeviceError} If the device has not enough memory.
   */
  static async create(description: ModelDescription): Promise<Model> {
    if (!description.device) {
      const device = await openDevice();
      try {
        const model = await Model.create({ ...description, device });
        model.#ownsDevice = true;
        return model;
      } catch (error) {
        device.destroy();
        throw error;
      }
    }
    const { device } = description;

    requireInput(description);
    const structure = structureOf(description);
    const compiler = Compiler.of(device);
    const arrays = await ModelArrays.create(
      device,
      compiler,
      description,
      structure,
    );
    const model = new Model({
      device,
      compiler,
      description,
      structure,
      arrays,
    });
    const random = typeof description.random === "number"
      ? new Random(description.random)
      : description.random;
    model.setWeights(Object.fromEntries(
      [...structure.slots, ...structure.running].map(({ name, weights }) => [
        name,
        { shape: weights.shape, data: weights.first(random) },
      ]),
    ));
    return model;
  }

  /**
   * Replaces all weights, and their averages.
   *
   * @param weights An array for each trainable layer, `conv1.weight`
   * `[out, in / groups, height, width, 1]`, `fc1.weight` `[out, C, H, W, 1]`,
   * and the learned delays of layers that have them, `conv1.delay` `[C, H, W]`
   * or `[C, 1, 1]`, in ms; the fixed weights of pools are ignored. Layers with
   * weight normalisation take the weights w = g · v / |v|, and the stretch |v|
   * / g of each output, `conv1.stretch` `[out]`; stretches of 1 reset g and v.
   * @throws {ShapeError} If an array is missing, of another shape, or unknown.
   * @throws {RangeError} If a weight is not finite.
   */
  setWeights(weights: Readonly<Record<string, NamedArray>>): void {
    this.#use().arrays.setWeights(weights);
  }

  /**
   * Restores the state of a network; training then continues with equal bits.
   * An accumulated gradient that awaits its update is discarded.
   *
   * @param state A state that {@linkcode Model.state} returned.
   * @throws {ShapeError} If an array is missing, of another shape, or unknown,
   * the moments are those of another optimizer, or averages are missing or
   * unexpected.
   * @throws {RangeError} If `steps` is not a nonnegative integer, or a value is
   * not finite.
   */
  setState(state: ModelState): void {
    this.#use().arrays.setState(state);
  }

  /**
   * Reads the trained state, without an accumulated gradient that awaits its
   * update.
   *
   * @returns Weights, their averages, number of updates and moments.
   * @throws {DeviceError} If the device was lost, or the network destroyed.
   */
  async state(): Promise<ModelState> {
    return await this.#use().arrays.state();
  }

  /**
   * Averages weights, moments, running statistics and moving averages over all
   * ranks, and takes the number of updates of the first rank.
   *
   * @internal
   * @param ranks The ranks.
   * @throws {DeviceError} If the device was lost, or the network destroyed.
   * @throws {Error} If another rank has gone.
   */
  async average(ranks: Ranks): Promise<void> {
    return await this.#use().arrays.average(ranks);
  }

  /**
   * Reads the weights that evaluation uses: all weights, or their moving
   * averages where the network keeps them.
   *
   * @returns An array for each trainable layer, with the names and shapes of
   * {@linkcode Model.setWeights}.
   * @throws {DeviceError} If the device was lost, or the network destroyed.
   */
  async weights(): Promise<Record<string, NamedArray>> {
    return await this.#use().arrays.weights();
  }

  /**
   * Reads the gradient of the last training step, or of the last trace.
   *
   * @returns An array for each trainable layer, summed over the batch and the
   * batches accumulated with it, before clipping. Gradients of stretches are 0:
   * updates compute the gradients of gains and directions from those of
   * weights.
   * @throws {DeviceError} If the device was lost, or the network destroyed.
   */
  async gradients(): Promise<Record<string, NamedArray>> {
    return await this.#use().arrays.gradients();
  }

  /**
   * Compiles a plan for samples of one length. The micro-batch is as large as
   * the device's limits and memory allow; results have equal bits for any size.
   *
   * @param options Sizes, loss, and whether to train.
   * @returns The plan, ready to run; it shares the network's weights.
   * @throws {ShapeError} If the sizes do not fit the device or one another.
   * @throws {DeviceError} If the device has not enough memory for one sample.
   * @throws {KernelError} If the device does not accept a kernel.
   */
  async compile(options: PlanOptions): Promise<Stepper> {
    return await compileModel(this.#use(), options);
  }

  /**
   * Layers, weights and device, for plans that share them.
   *
   * @internal
   */
  get planContext(): PlanContext {
    return planContextOf(this.#use());
  }

  /**
   * Compiles a plan as {@linkcode Model.compile} does, also for networks that
   * are computed layer by layer.
   *
   * @param options Sizes, loss, and whether to train.
   * @returns The plan in use; it shares the network's weights.
   * @throws {ShapeError} If the sizes do not fit the device or one another, or
   * a fixed delay is less than a bin, or as long as a sample.
   * @throws {DeviceError} If the device has not enough memory for one sample.
   * @throws {KernelError} If the device does not accept a kernel.
   */
  async prepare(options: PlanOptions): Promise<StepRunner> {
    const { Ts, slices } = this.description;
    const axons = this.units?.units.map(({ layer: { name }, axon }) => ({
      name,
      axon,
    }));
    requireDelays(axons ?? this.layers, {
      T: slices ?? binsOf(options.tSample, Ts),
      Ts: delayStep(this.description),
    });
    return this.isLayerwise
      ? await this.compileUnits(options)
      : await this.compile(options);
  }

  /**
   * Compiles a plan of a network that is computed layer by layer.
   *
   * @internal
   * @param options Sizes, loss, and whether to train.
   * @param cut Number of slices of a sample; without it, bins of Ts ms.
   * @returns The plan, ready to run.
   */
  async compileUnits(
    options: PlanOptions,
    cut: Pick<ModelDescription, "slices"> = this.description,
  ): Promise<LayerwiseStepper> {
    return await compileUnits(this.#use(), options, cut);
  }

  /** The layers that have neurons: all but a readout without neurons. */
  get spikingLayers(): readonly Layer[] {
    const { units } = this;
    if (!units) return this.layers;
    return units.units.filter(({ neuron }) => neuron).map(({ layer }) => layer);
  }

  /**
   * The units, where the network is computed layer by layer.
   *
   * @internal
   */
  get units(): Units | undefined {
    return this.#parts.structure.units;
  }

  /** Whether the network is computed layer by layer. */
  get isLayerwise(): boolean {
    return this.units !== undefined;
  }

  /**
   * Determines how events must be binned for the network.
   *
   * @param options Length of a sample in ms.
   * @returns Number of bins, and their length in ms; in a network that is
   * computed layer by layer they are finer than the network's own bins.
   * @throws {ShapeError} If a plan cannot have that many bins.
   *
   * @example
   * ```ts
   * import { Model } from "./model.ts";
   * import { packSpikes } from "./network/pack_spikes.ts";
   * import { predict } from "./trace.ts";
   * using network = await Model.create({
   *   input: { C: 1, H: 2, W: 2 },
   *   layers: [{ dense: 3, neuron: "none" }],
   *   Ts: 5,
   *   random: 0,
   * });
   * const silence = { shape: [1, 1, 2, 2, 20], data: new Float32Array(80) };
   * const tSample = 100;
   * const binning = network.eventBinning({ tSample });
   * const batch = packSpikes(silence, [0], binning);
   * const [{ scores }] = await predict(network, batch, { tSample });
   * if (scores.length !== 3) throw new Error("expected three scores");
   * ```
   */
  eventBinning({ tSample }: Pick<PlanOptions, "tSample">): EventBinning {
    const { Ts, slices, sensor } = this.description;
    const { units } = this;
    return units
      ? timeUnits({ units, Ts, slices, sensor }, tSample).eventBinning
      : { bins: binsOf(tSample, Ts), Ts };
  }

  /** Frees weights, gradients and moments. */
  destroy(): void {
    this.#isDestroyed = true;
    this.#parts.arrays.destroy();
    if (this.#ownsDevice) this.device.destroy();
  }

  #use(): ModelParts {
    if (!this.#isDestroyed) return this.#parts;
    throw new DeviceError("Cannot use the network: it was destroyed");
  }

  /** Frees weights, gradients and moments. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}
