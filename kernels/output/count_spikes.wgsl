// Spike counts of a layer's inputs.
//
// count  counts[f] += number of bins of all samples in which neuron f spikes,
//        or in which its count is not 0
//
// spikes  [N, P, B, F]  time-packed
// counts  [F]           modulo 2^32
//
// One invocation owns a neuron of a sample.

override B: u32 = 1;
override F: u32;
override P: u32 = 1;

@group(0) @binding(0) var<storage, read> spikes: array<u32>;
@group(0) @binding(1) var<storage, read_write> counts: array<atomic<u32>>;

@compute @workgroup_size(64)
fn count(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var f = id.x; f < F; f += groups.x * 64) {
    var ones = 0u;
    for (var b = 0u; b < B; b++) {
      var bins = 0u;
      for (var p = 0u; p < P; p++) {
        bins |= spikes[((id.z * P + p) * B + b) * F + f];
      }
      ones += countOneBits(bins);
    }
    if (ones > 0) {
      atomicAdd(&counts[f], ones);
    }
  }
}
