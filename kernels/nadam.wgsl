// NADAM with AMSGrad as SLAYER's package has it: no momentum schedule, and v
// is not corrected on its own.
//
// step    g = clip·dw
//         m = beta1·m + (1 − beta1)·g;  v = beta2·v + (1 − beta2)·g²
//         vMax = max(vMax, v)
//         w −= rate · (beta1·m + (1 − beta1)·g) / (sqrt(vMax) + epsilon)
//              + decay · w
// rate = lr · sqrt(1 − beta2^t) / (1 − beta1^t) at step t, and
// decay = lr · weightDecay: it does not go through the moments.
//
// clip               [1]  how much of the gradient is used
// dw, w, m, v, vMax  [weights of all layers]; all but dw change in place
//
// One invocation owns every stride-th quad of weights.

struct Update {
  rate: f32,
  root: f32,
  decay: f32,
}

override size: u32;
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;

@group(0) @binding(0) var<uniform> update: Update;
@group(0) @binding(1) var<storage, read> clip: array<f32>;
@group(0) @binding(2) var<storage, read> dw: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> w: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> v: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> vMax: array<vec4<f32>>;

@compute @workgroup_size(64)
fn step(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let used = clip[0];
  for (var i = id.x; i < size / 4; i += groups.x * 64) {
    let g = used * dw[i];
    let first = beta1 * m[i] + (1 - beta1) * g;
    let second = beta2 * v[i] + (1 - beta2) * g * g;
    let most = max(vMax[i], second);
    let before = w[i];
    m[i] = first;
    v[i] = second;
    vMax[i] = most;
    let ahead = beta1 * first + (1 - beta1) * g;
    let change = update.rate * ahead / (sqrt(most) + epsilon);
    w[i] = before - (change + update.decay * before);
  }
}
