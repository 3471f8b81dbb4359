// Outputs of a residual layer: its own spikes and those of an earlier layer.
//
// add   count[n, t, f] = shortcut count + spike, in P bit planes
// gate  count[n, t, f] = shortcut spike, unless the neuron itself spikes
//
// arrived   [N, B, F]      its own spikes
// shortcut  [N, PS, B, F]  bit planes: plane p counts 2^p
// count     [N, P, B, F]
//
// One invocation owns a word.
//
// Source: Fang and others, Deep residual learning in spiking neural networks,
// arXiv:2102.04159, ADD and IAND.

override B: u32 = 1;
override F: u32;
override P: u32 = 1;
override PS: u32 = 1;

@group(0) @binding(0) var<storage, read> arrived: array<u32>;
@group(0) @binding(1) var<storage, read> shortcut: array<u32>;
@group(0) @binding(2) var<storage, read_write> count: array<u32>;

@compute @workgroup_size(64)
fn add(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < B * F; i += groups.x * 64) {
    var carry = arrived[id.z * B * F + i];
    for (var p = 0u; p < P; p++) {
      var plane = 0u;
      if (p < PS) {
        plane = shortcut[(id.z * PS + p) * B * F + i];
      }
      count[(id.z * P + p) * B * F + i] = plane ^ carry;
      carry &= plane;
    }
  }
}

@compute @workgroup_size(64)
fn gate(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < B * F; i += groups.x * 64) {
    let at = id.z * B * F + i;
    count[at] = shortcut[at] & ~arrived[at];
  }
}
