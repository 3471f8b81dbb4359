// Plain gradient descent.
//
// step  w −= rate · (clip·dw + decay·w)
// rate = lr, and decay = weightDecay.
//
// clip   [1]  how much of the gradient is used
// dw, w  [weights of all layers]; w changes in place
//
// One invocation owns every stride-th quad of weights.

struct Update {
  rate: f32,
  root: f32,
  decay: f32,
}

override size: u32;

@group(0) @binding(0) var<uniform> update: Update;
@group(0) @binding(1) var<storage, read> clip: array<f32>;
@group(0) @binding(2) var<storage, read> dw: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> w: array<vec4<f32>>;

@compute @workgroup_size(64)
fn step(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let used = clip[0];
  for (var i = id.x; i < size / 4; i += groups.x * 64) {
    w[i] -= update.rate * (used * dw[i] + update.decay * w[i]);
  }
}
