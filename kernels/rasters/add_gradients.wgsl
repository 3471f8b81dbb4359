// Sum of the gradients of spikes that two layers read.
//
// forward  total[i] += other[i]
//
// total, other  [N, T, pixels, floats]
//
// One invocation owns every stride-th value.

override size: u32;

@group(0) @binding(0) var<storage, read> other: array<f32>;
@group(0) @binding(1) var<storage, read_write> total: array<f32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < size; i += groups.x * 64) {
    total[id.z * size + i] += other[id.z * size + i];
  }
}
