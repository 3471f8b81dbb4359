/**
 * Data sets for experts: readers and writers of single formats, transforms,
 * batches, splits and synthetic recordings. The root `mod.ts` has
 * `openRecording`, `SampleSet` and what else most programs need.
 *
 * @module
 */

// Events.
export { allocateEvents, DVS128, type Timing } from "./events.ts";

// Formats.
export {
  type AedatOptions,
  type AedatSummary,
  type EventChunk,
  inspectAedat,
  readAedat,
} from "./formats/aedat2/aedat.ts";
export {
  encodeAedat,
  type EncodeOptions,
} from "./formats/aedat2/aedat_encode.ts";
export { readNmnist } from "./formats/nmnist.ts";
export { encodeRecording } from "./formats/writing/encode_recording.ts";

// Stores.
export type {
  RecordingAttributes,
  SourceFile,
  StoredAxes,
  StoreSource,
} from "./store/attributes.ts";
export type { RecordingSummary } from "./formats/reading/recording_summary.ts";
export { ReadThreads } from "./store/read_threads.ts";

// Samples, batches and splits.
export {
  batches,
  type BatchOptions,
  type PackedBatch,
  SampleCache,
} from "./batches.ts";
export {
  type Binning,
  type PackedSample,
  type PackOptions,
  packSample,
} from "./pack.ts";
export { kFold, type Split, trainTestSplit } from "./division/split.ts";
export { augmentEvents, type AugmentOptions } from "./transforms/augment.ts";
export { type FilterOptions, filterSamples } from "./transforms/filter.ts";

// Synthetic recordings.
export {
  type SyntheticDatasetOptions,
  writeSyntheticDataset,
  type WrittenRecording,
} from "./synth/write.ts";

// Labelled samples of any folder.
export type {
  GuessedNames,
  LayoutName,
  OtherClasses,
  SetName,
} from "./layouts/layout.ts";
export {
  type DivideOptions,
  divideSamples,
  type Division,
} from "./division/divide_samples.ts";
export type {
  LabelledSample,
  LabelledSamples,
  RecordingFacts,
  SourceRecording,
} from "./samples/labelled_samples.ts";
