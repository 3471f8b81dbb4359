// The micro-batch that a dispatch computes, and the batch that it belongs to.
// Compiled in front of the kernels that ask for any of it.

@group(0) @binding(0) var<uniform> batch: Batch;

struct Batch {
  // Index of its first sample in the batch, and number of its samples.
  first: u32,
  samples: u32,
  // Slot of the ring of records that the step writes.
  slot: u32,
  // Not 0: add to the gradient of earlier micro-batches.
  accumulates: u32,
  // Not 0: the gradient is then complete, and the weights are updated, with
  // these factors of optimizer_rules.wgsl.
  updates: u32,
  rate: f32,
  root: f32,
  decay: f32,
  // Samples of the whole batch.
  total: u32,
  // Not 0: batch statistics, dropout; else running statistics.
  trains: u32,
  // Seed of dropout, another one each step.
  seed: u32,
}
