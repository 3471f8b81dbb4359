// How often each neuron fires while its network trains.
//
// count  fired[f] += Σ_n Σ_t s[n, t, f]
//
// spikes  [N, B, F]  s, packed
// fired   [F]        changes in place, up to 2^32 spikes
//
// One invocation owns a neuron in a sample.

override T: u32;
override F: u32;

@group(0) @binding(0) var<storage, read> spikes: array<u32>;
@group(0) @binding(1) var<storage, read_write> fired: array<atomic<u32>>;

@compute @workgroup_size(64)
fn count(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let B = (T + 31) / 32;
  for (var f = id.x; f < F; f += groups.x * 64) {
    var sum = 0u;
    for (var b = 0u; b < B; b++) {
      sum += countOneBits(spikes[(id.z * B + b) * F + f]);
    }
    atomicAdd(&fired[f], sum);
  }
}
