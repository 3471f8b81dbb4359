/**
 * Low-level interface of the engine: custom neurons, losses and layers,
 * devices, kernels, plans, single passes and weights files. The `mod.ts` of the
 * project exports `Model`, `fit` and the other functions that most programs
 * need.
 *
 * @module
 */

// Devices and kernels.
export {
  type AdapterDescription,
  describeAdapter,
  Device,
} from "./device/device.ts";
export type { Dispatch } from "./device/compiler.ts";
export { KernelError } from "./device/errors.ts";
export {
  type Grid,
  type Groups,
  groupsFor,
  type Launch,
  launch,
  type Workload,
} from "./device/launch.ts";
export { type Ceilings, measureCeilings } from "./device/roofline.ts";
export { type KernelTime, profile } from "./training/profile.ts";
export type { BindingOf, ConstantOf, KernelSpec } from "../kernels/spec.ts";
export type { KernelText } from "../kernels/shared/neurons.ts";
export type { SteppedText } from "../kernels/shared/stepped.ts";
export {
  OPTIMIZER_RULES,
  UPDATE_BINDINGS,
  UPDATE_IN_PLACE,
} from "../kernels/shared/optimizer_rules.ts";

// Layers, losses and neurons.
export type { Axon } from "./layers/describe_axon.ts";
export { describeLayers } from "./layers/describe_layers.ts";
export type {
  Layer,
  LayerKind,
  LayerSetting,
  LayerShapes,
} from "./layers/layer.ts";
export type { Layout } from "./network/layout.ts";
export type { WeightLayout } from "./network/weights.ts";
export type {
  Loss,
  LossKernels,
  LossSample,
  ReadoutLoss,
  Tables,
} from "./losses/loss.ts";
export type {
  Neuron,
  NeuronKind,
  NeuronParameter,
  NeuronParameters,
  SampleTime,
  SlayerNeuronKind,
} from "./neurons/neuron_kind.ts";
export {
  ADAPTIVE_LEAKY,
  adaptiveLeaky,
  type AdaptiveParameters,
  PARAMETRIC_ADAPTIVE,
} from "./neurons/adaptive_leaky.ts";
export {
  CUBA_LEAKY,
  cubaLeaky,
  type CubaParameters,
  NORMALISED_CUBA,
  PARAMETRIC_CUBA,
} from "./neurons/cuba_leaky.ts";
export type { Sparsity } from "./losses/loss.ts";
export {
  spikeMax,
  spikeMoid,
  type SpikeMoidOptions,
  spikeRate,
  type SpikeRateOptions,
} from "./losses/readout.ts";
export {
  ADAPTIVE_RESONATOR,
  adaptiveResonator,
  type AdaptiveResonatorParameters,
  PARAMETRIC_ADAPTIVE_RESONATOR,
} from "./neurons/adaptive_resonator.ts";
export {
  FIXED_ADAPTIVE_RESONATOR,
  FIXED_ALIF,
  FIXED_CUBA,
  FIXED_RESONATOR,
  type FixedAdaptation,
  fixedAdaptiveResonator,
  type FixedAdaptiveResonatorParameters,
  fixedAlif,
  type FixedAlifParameters,
  fixedCuba,
  type FixedCubaParameters,
  fixedResonator,
  type FixedResonatorParameters,
} from "./neurons/fixed_point.ts";
export { LEAKY } from "./neurons/leaky.ts";
export { LOIHI, loihi, type LoihiParameters } from "./neurons/loihi.ts";
export {
  PARAMETRIC_LEAKY,
  parametricLeaky,
} from "./neurons/parametric_leaky.ts";
export type { LearnedResponse } from "./neurons/filter_launches.ts";
export {
  PARAMETRIC_RESONATOR,
  RESONATOR,
  resonator,
  type ResonatorParameters,
} from "./neurons/resonator.ts";
export {
  type Activation,
  SIGMA_DELTA,
  sigmaDelta,
  type SigmaDeltaParameters,
} from "./neurons/sigma_delta.ts";
export type { NeuronSetting } from "./neurons/neuron_launches.ts";
export {
  refractoryKernel,
  responseKernel,
  SRM_ALPHA,
  SRM_ALPHA_FULL,
  SRM_LEARNED,
  type SrmAlphaParameters,
} from "./neurons/srm_alpha.ts";
export { type SteppedNeuron, steppedNeuron } from "./neurons/stepped_neuron.ts";

// Training by several processes.
export type { Exchange } from "./distributed/exchange.ts";
export { type ExchangeTimes, Ranks } from "./distributed/ranks.ts";
export type { Division } from "./distributed/shares.ts";

// Networks for evaluation and export.
export {
  foldNorms,
  type NetworkLayers,
  type WeightedNetwork,
} from "./training/fold_norms.ts";

// Plans, passes and initial weights.
export { energyOf, type LayerEnergy } from "./training/energy.ts";
export {
  type RunningDecisions,
  runningDecisions,
} from "./training/running_decisions.ts";
export type { PlanOptions } from "./plan/sizes.ts";
export type { StepRecord } from "./plan/steps/step_results.ts";
export type { PlanRunner } from "./plan/steps/plan_runner.ts";
export type { NeuronActivity, StepRunner } from "./plan/steps/step_runner.ts";
export type { Stepper } from "./plan/stepper.ts";
export { learningRate, type RateSettings } from "./training/learning_rate.ts";
export { initLive, type LiveLayer } from "./training/live_init.ts";
export { classifyMoving } from "./training/moving_window.ts";
export {
  type PassOptions,
  type PassPause,
  type PassStatistics,
  type PassSums,
  runPass,
} from "./training/pass.ts";
export type {
  PassFacts,
  PassObserver,
  PassProgress,
  PassUse,
} from "./training/pass_observer.ts";
export { Random } from "./network/random.ts";

// Safetensors files.
export {
  ARRAYS,
  type Dtype,
  formatSafetensors,
  parseSafetensors,
  type Tensor,
} from "./network/safetensors.ts";
