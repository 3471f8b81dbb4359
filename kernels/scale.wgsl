// Counts over the largest of their sample.
//
// forward  x[n, t, f] /= max(largest[n], 1)
//
// x        [N, T, F]  in place
// largest  [N]
//
// One invocation owns every stride-th element of a sample. Its own adjoint.

override T: u32;
override F: u32;

@group(0) @binding(0) var<storage, read> largest: array<u32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = T * F;
  let factor = 1 / f32(max(largest[id.z], 1u));
  for (var i = id.x; i < size; i += groups.x * 64) {
    x[id.z * size + i] *= factor;
  }
}
