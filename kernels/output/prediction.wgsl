// Prediction and loss of each sample, written into one slot of a ring of
// records, which the host reads later.
//
// record  records[slot, L + 2i]     = argmax_o counts[n, o]
//         records[slot, L + 2i + 1] = bits of Σ_o loss[n, o]
// where i = batch.first + n is the sample's index in the batch. Of outputs with
// equal counts the first is predicted, also where all are silent. The first L
// words of a slot are the spike counts of the layers, see srm.wgsl.
//
// counts   [N, O]  spikes of each output
// loss     [N, O]
// records  [slots, stride]  stride = L + 2 · samples of the batch
//
// One invocation owns a sample.

// Number of layers, L.
override layers: u32;
override stride: u32;
override O: u32;

@group(0) @binding(1) var<storage, read> counts: array<u32>;
@group(0) @binding(2) var<storage, read> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> records: array<u32>;

@compute @workgroup_size(64)
fn record(@builtin(global_invocation_id) id: vec3<u32>) {
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
  let own = batch.slot * stride + layers + 2 * (batch.first + n);
  records[own] = best;
  records[own + 1] = bitcast<u32>(total);
}
