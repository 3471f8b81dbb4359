/**
 * Trains spiking neural networks on event-camera recordings: SLAYER as WebGPU
 * compute shaders, from recordings to accuracy.
 *
 * Custom neurons, losses and layers, plans, kernels and devices are exported by
 * `engine/mod.ts`; formats, transforms, batches and synthetic recordings by
 * `dataset/mod.ts`.
 *
 * @module
 */

// Networks.
export {
  Model,
  type ModelDescription,
  type ModelState,
} from "./engine/model.ts";
export type {
  AxonDescription,
  LearnedDelays,
} from "./engine/layers/describe_axon.ts";
export type { ConvDescription } from "./engine/layers/conv_shapes.ts";
export type { DenseDescription } from "./engine/layers/dense.ts";
export type {
  LayerDescription,
  LayerNeuron,
  OwnLayer,
  VoteDescription,
} from "./engine/layers/describe_layers.ts";
export type { Extent, Pair } from "./engine/network/network.ts";
export type {
  PoolingDescription,
  ResidualDescription,
  UnitDescription,
  UnitOptions,
} from "./engine/layerwise/units/unit_descriptions.ts";
export type { Norm } from "./engine/layerwise/units/units.ts";
export type {
  Augmentation,
  ChangeRange,
} from "./engine/network/augmentation.ts";
export type {
  EventBinning,
  StepChanges,
} from "./engine/plan/steps/step_runner.ts";
export type { NeuronDescription } from "./engine/neurons/describe_neuron.ts";
export type { FiringParameters, Surrogate } from "./engine/neurons/firing.ts";
export { leaky, type LeakyParameters } from "./engine/neurons/leaky.ts";
export type {
  OptimizerName,
  UpdateRule,
} from "./engine/plan/steps/optimizer.ts";
export type { InputCoding } from "./engine/plan/sizes.ts";
export { openDevice } from "./engine/device/device.ts";
export { DeviceError, ShapeError } from "./engine/device/errors.ts";
export type { NamedArray } from "./engine/network/weights.ts";
export { loadWeights, saveWeights } from "./engine/network/weights_file.ts";
export { type Weights, WeightsError } from "./engine/network/safetensors.ts";

// Losses.
export {
  numSpikes,
  type NumSpikesOptions,
} from "./engine/losses/num_spikes.ts";
export {
  probSpikes,
  type ProbSpikesOptions,
} from "./engine/losses/prob_spikes.ts";
export {
  crossEntropy,
  type ReadoutOptions,
  squaredRate,
} from "./engine/losses/readout.ts";
export type { Region } from "./engine/losses/region.ts";
export type { ResponseOptions } from "./engine/losses/response.ts";
export {
  spikeTime,
  type SpikeTimes,
  type SpikeTrains,
} from "./engine/losses/spike_time.ts";

// Training, tests and predictions.
export { fit } from "./engine/training/fit.ts";
export type {
  BestEpoch,
  EarlyStop,
  FitCheckpoints,
  FitEpoch,
  FitOptions,
  FitPosition,
  SavePoint,
} from "./engine/training/fit_options.ts";
export type { Schedule } from "./engine/training/learning_rate.ts";
export type { Samples } from "./engine/training/samples.ts";
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
} from "./engine/training/evaluate.ts";
export type { IncomingSpikes } from "./engine/training/pass.ts";
export type { LayerTrace } from "./engine/network/layer_trace.ts";
export { predict, type Prediction, type Trace, trace } from "./engine/trace.ts";
export {
  differentiateLayer,
  type LayerActivity,
  type LayerGradients,
  type LayerInput,
  runLayer,
} from "./engine/one_layer/run_layer.ts";
export {
  type Decision,
  type NetworkStream,
  stream,
  type StreamOptions,
  type StreamStep,
} from "./engine/stream/stream.ts";
export type { EventBatch } from "./engine/network/event_batch.ts";
export { packSpikes } from "./engine/network/pack_spikes.ts";

// Configuration files.
export {
  type ConfiguredPaths,
  loadConfiguration,
  type LoadedConfiguration,
} from "./scripts/configuration/load_configuration.ts";
export { ConfigurationError } from "./scripts/configuration/error.ts";
export type { ConfigurationOptions } from "./scripts/configuration/yaml_text.ts";

// Recordings and samples.
export { DatasetError, RecordingError } from "./dataset/files/errors.ts";
export type { Events, Sensor } from "./dataset/events.ts";
export type { FileSource } from "./dataset/files/file_source.ts";
export type {
  EventBlock,
  FileFaults,
  OpenOptions,
  OpenRecording,
  TimeUnit,
} from "./dataset/formats/reading/format.ts";
export { openNmnist } from "./dataset/formats/nmnist.ts";
export { openRecording } from "./dataset/formats/open_recording.ts";
export {
  openRecordings,
  type RecordingsOptions,
} from "./dataset/slicing/recordings.ts";
export {
  type RecordingFolders,
  type SlicedRecording,
  type SliceFolder,
  type SliceOptions,
  type SliceProgress,
  sliceRecordings,
  type SliceReport,
} from "./dataset/slicing/slice.ts";
export {
  type EventStore,
  openStore,
  type ReadOptions,
  type SliceInfo,
} from "./dataset/store/store.ts";
export {
  type BatchRequest,
  SampleSet,
  type SampleSetOptions,
} from "./dataset/samples/sample_set.ts";
export type { SampleInfo, SampleSource } from "./dataset/sample_source.ts";
export {
  openSamples,
  type OpenSamplesOptions,
} from "./dataset/samples/open_samples.ts";

// Charts, as Vega-Lite objects.
export {
  confusionMatrix,
  type Outcome,
} from "./scripts/views/charts/confusion_matrix.ts";
export {
  classAccuracy,
  personAccuracy,
  type PersonalOutcome,
  sessionAccuracy,
} from "./scripts/views/charts/group_accuracy.ts";
export {
  firingRates,
  gradientNorms,
  type LayerRow,
} from "./scripts/views/charts/layer_curves.ts";
export {
  accuracyCurves,
  type EpochRow,
  lossCurves,
} from "./scripts/views/charts/learning_curves.ts";
export { runningLogits } from "./scripts/views/charts/decisions/running_logits.ts";
export type { OutputSpikes } from "./scripts/views/charts/output_spikes.ts";
export {
  membranePotentials,
  type NeuronTrace,
  type PotentialOptions,
} from "./scripts/views/charts/potentials.ts";
export { type ChartSpec, themed } from "./scripts/views/charts/spec.ts";
export { spikeHistogram } from "./scripts/views/charts/spike_histogram.ts";
export { spikeRaster } from "./scripts/views/charts/spike_raster.ts";
export type { Theme } from "./scripts/views/charts/theme.ts";
export {
  type LayerWeights,
  type WeightFilterOptions,
  weightFilters,
} from "./scripts/views/charts/weights/weight_filters.ts";
