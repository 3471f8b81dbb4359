// The micro-batch that a dispatch computes, and its batch. Compiled in front of
// the kernels that read any of these.

@group(0) @binding(0) var<uniform> batch: Batch;

struct Batch {
  // Index of the first sample in the batch, and number of samples.
  first: u32,
  samples: u32,
  // Slot of the ring of records that this batch writes.
  slot: u32,
  // Not 0: add to the gradient of earlier micro-batches.
  accumulates: u32,
  // Not 0: this micro-batch completes the gradient, and the weights are updated
  // with these factors of optimizer_rules.wgsl.
  updates: u32,
  rate: f32,
  root: f32,
  decay: f32,
  // Samples of the whole batch.
  total: u32,
  // Not 0: batch statistics and dropout; else running statistics.
  trains: u32,
  // Seed of dropout, a new one for each batch.
  seed: u32,
}
