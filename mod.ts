/**
 * Trains spiking neural networks on event-camera recordings: SLAYER as WebGPU
 * compute shaders, from recordings to accuracy.
 *
 * @module
 */

export {
  type AedatOptions,
  type AedatSummary,
  type EventChunk,
  inspectAedat,
  readAedat,
} from "./dataset/formats/aedat2/aedat.ts";
export {
  encodeAedat,
  type EncodeOptions,
} from "./dataset/formats/aedat2/aedat_encode.ts";
export {
  augmentEvents,
  type AugmentOptions,
} from "./dataset/transforms/augment.ts";
export {
  batches,
  type BatchOptions,
  type PackedBatch,
  SampleCache,
} from "./dataset/batches.ts";
export { DatasetError, RecordingError } from "./dataset/files/errors.ts";
export {
  allocateEvents,
  DVS128,
  type Events,
  type Sensor,
} from "./dataset/events.ts";
export type { FileSource } from "./dataset/files/file_source.ts";
export {
  type FilterOptions,
  filterSamples,
} from "./dataset/transforms/filter.ts";
export type {
  EventBlock,
  FileFaults,
  OpenOptions,
  OpenRecording,
  TimeUnit,
} from "./dataset/formats/reading/format.ts";
export { openRecording } from "./dataset/formats/open_recording.ts";
export { encodeRecording } from "./dataset/formats/writing/encode_recording.ts";
export { openNmnist, readNmnist } from "./dataset/formats/nmnist.ts";
export {
  type Binning,
  type PackedSample,
  type PackOptions,
  packSample,
} from "./dataset/pack.ts";
export {
  openRecordings,
  type RecordingsOptions,
} from "./dataset/slicing/recordings.ts";
export {
  type BatchRequest,
  SampleSet,
  type SampleSetOptions,
} from "./dataset/sample_set.ts";
export type { SampleSource } from "./dataset/sample_source.ts";
export type { Timing } from "./dataset/events.ts";
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
export type { RecordingAttributes } from "./dataset/store/attributes.ts";
export { ReadThreads } from "./dataset/store/read_threads.ts";
export {
  type SyntheticDatasetOptions,
  writeSyntheticDataset,
  type WrittenRecording,
} from "./dataset/synth/write.ts";
export { kFold, type Split, trainTestSplit } from "./dataset/split.ts";
export {
  type AdapterDescription,
  describeAdapter,
  Device,
  openDevice,
} from "./engine/device/device.ts";
export {
  DeviceError,
  KernelError,
  ShapeError,
} from "./engine/device/errors.ts";
export {
  Model,
  type ModelDescription,
  type ModelState,
} from "./engine/model.ts";
export {
  type Grid,
  type Groups,
  groupsFor,
  type Launch,
  launch,
  type Workload,
} from "./engine/device/launch.ts";
export type { ConvDescription } from "./engine/layers/conv_shapes.ts";
export type { DenseDescription } from "./engine/layers/dense.ts";
export {
  describeLayers,
  type LayerDescription,
  type LayerNeuron,
  type OwnLayer,
} from "./engine/layers/describe_layers.ts";
export type {
  Layer,
  LayerKind,
  LayerSetting,
  LayerShapes,
} from "./engine/layers/layer.ts";
export type {
  Loss,
  LossKernels,
  LossSample,
  Tables,
} from "./engine/losses/loss.ts";
export {
  numSpikes,
  type NumSpikesOptions,
} from "./engine/losses/num_spikes.ts";
export {
  probSpikes,
  type ProbSpikesOptions,
} from "./engine/losses/prob_spikes.ts";
export type { Region } from "./engine/losses/region.ts";
export type { ResponseOptions } from "./engine/losses/response.ts";
export {
  spikeTime,
  type SpikeTimes,
  type SpikeTrains,
} from "./engine/losses/spike_time.ts";
export type { Layout } from "./engine/network/layout.ts";
export type { Extent, Pair } from "./engine/network/network.ts";
export type { NeuronDescription } from "./engine/neurons/describe_neuron.ts";
export type {
  Neuron,
  NeuronKind,
  NeuronParameter,
  NeuronParameters,
  SampleTime,
} from "./engine/neurons/neuron_kind.ts";
export type { NeuronSetting } from "./engine/neurons/neuron_launches.ts";
export {
  refractoryKernel,
  responseKernel,
  SRM_ALPHA,
  type SrmAlphaParameters,
} from "./engine/neurons/srm_alpha.ts";
export {
  type SteppedNeuron,
  steppedNeuron,
} from "./engine/neurons/stepped_neuron.ts";
export {
  type PassOptions,
  type PassPause,
  type PassStatistics,
  type PassSums,
  runPass,
} from "./engine/training/pass.ts";
export { type Ceilings, measureCeilings } from "./engine/device/roofline.ts";
export { type KernelTime, profile } from "./engine/profile.ts";
export { initLive, type LiveLayer } from "./engine/training/live_init.ts";
export type { OptimizerName, UpdateRule } from "./engine/plan/optimizer.ts";
export type { InputCoding, PlanOptions } from "./engine/plan/sizes.ts";
export { Random } from "./engine/network/random.ts";
export type { StepRecord } from "./engine/plan/step_results.ts";
export {
  ARRAYS,
  type Dtype,
  formatSafetensors,
  parseSafetensors,
  type Tensor,
  type Weights,
  WeightsError,
} from "./engine/network/safetensors.ts";
export { packSpikes } from "./engine/network/pack_spikes.ts";
export type { EventBatch } from "./engine/network/event_batch.ts";
export type { Stepper } from "./engine/plan/stepper.ts";
export {
  type LayerTrace,
  predict,
  type Prediction,
  type Trace,
  trace,
} from "./engine/trace.ts";
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
} from "./engine/training/evaluate.ts";
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
export {
  learningRate,
  type RateSettings,
  type Schedule,
} from "./engine/training/learning_rate.ts";
export type {
  PassFacts,
  PassObserver,
  PassProgress,
  PassUse,
} from "./engine/training/pass_observer.ts";
export type { Samples } from "./engine/training/samples.ts";
export { loadWeights, saveWeights } from "./engine/network/weights_file.ts";
export type { NamedArray, WeightLayout } from "./engine/network/weights.ts";
export type { KernelText } from "./kernels/shared/neurons.ts";
export {
  OPTIMIZER_RULES,
  UPDATE_BINDINGS,
  UPDATE_IN_PLACE,
} from "./kernels/shared/optimizer_rules.ts";
export type { BindingOf, ConstantOf, KernelSpec } from "./kernels/spec.ts";
export {
  confusionMatrix,
  type Outcome,
} from "./scripts/charts/confusion_matrix.ts";
export {
  classAccuracy,
  personAccuracy,
  type PersonalOutcome,
  sessionAccuracy,
} from "./scripts/charts/group_accuracy.ts";
export {
  firingRates,
  gradientNorms,
  type LayerRow,
} from "./scripts/charts/layer_curves.ts";
export {
  accuracyCurves,
  type EpochRow,
  lossCurves,
} from "./scripts/charts/learning_curves.ts";
export type { OutputSpikes } from "./scripts/charts/output_spikes.ts";
export {
  membranePotentials,
  type NeuronTrace,
  type PotentialOptions,
} from "./scripts/charts/potentials.ts";
export { type ChartSpec, themed } from "./scripts/charts/spec.ts";
export { spikeHistogram } from "./scripts/charts/spike_histogram.ts";
export { spikeRaster } from "./scripts/charts/spike_raster.ts";
export type { Theme } from "./scripts/charts/theme.ts";
export {
  type LayerWeights,
  type WeightFilterOptions,
  weightFilters,
} from "./scripts/charts/weights/weight_filters.ts";
