// What a step leaves behind for its reader, in one slot of a ring of records.
//
// outcome   record[L + 2m]         = prediction of sample m
//           record[L + 2m + 1]     = bits of the loss of sample m
// m = batch.first + n. The prediction is the output with the most spikes, the
// first of them where several have as many, as when all are silent. The L
// words before hold each layer's spikes, which srm.wgsl adds up.
//
// counts   [N, O]      spikes of each output
// loss     [N, O]
// records  [slots, L + 2M]  M samples in a whole batch
//
// One invocation owns one sample.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
}

override layers: u32;
override stride: u32;
override O: u32;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> counts: array<u32>;
@group(0) @binding(2) var<storage, read> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> records: array<u32>;

@compute @workgroup_size(64)
fn outcome(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= batch.samples) {
    return;
  }
  var best = 0u;
  var total = 0.0;
  for (var o = 0u; o < O; o++) {
    total += loss[n * O + o];
    if (counts[n * O + o] > counts[n * O + best]) {
      best = o;
    }
  }
  let at = batch.slot * stride + layers + 2 * (batch.first + n);
  records[at] = best;
  records[at + 1] = bitcast<u32>(total);
}
