// The synaptic response: a truncated causal filter along time.
//
// forward  y[n, t, f]  = Σ_k epsilon[k] · x[n, t − k, f]
// adjoint  dx[n, t, f] = Σ_k epsilon[k] · dy[n, t + k, f]
// Terms outside [0, T) are absent.
//
// epsilon  [11 + K]  at 7 + k the taps Ts·ε[k … k + 3], 0 outside [0, K)
// x, dx, y, dy  [N, T, F]
//
// One invocation owns eight consecutive bins of one neuron, so that each
// value it loads serves up to eight sums, and taps come four at a time from
// where all invocations read the same. Terms are added from the largest
// |t − s| on.
//
// Source: SLAYER, arXiv:1810.08646, equation 1 and its adjoint.

override T: u32;
override F: u32;
override K: u32;

@group(0) @binding(0) var<uniform> epsilon: array<vec4<f32>, 4096>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let t0 = id.y * 8;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let row = id.z * T * F + f;
    var low = vec4<f32>();
    var high = vec4<f32>();
    // x[s] reaches y[t0 + i] with tap t0 + i − s.
    let begin = select(0u, t0 + 1 - K, t0 + 1 > K);
    for (var s = begin; s < min(t0 + 8, T); s++) {
      let value = x[row + s * F];
      let k = t0 + 7 - s;
      low += value * epsilon[k];
      high += value * epsilon[k + 4];
    }
    for (var i = 0u; i < min(8u, T - t0); i++) {
      y[row + (t0 + i) * F] = select(low[i & 3], high[i & 3], i > 3);
    }
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let t0 = id.y * 8;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let row = id.z * T * F + f;
    var low = vec4<f32>();
    var high = vec4<f32>();
    // dy[s − 1] reaches dx[t0 + i] with tap s − 1 − t0 − i.
    for (var s = min(t0 + 7 + K, T); s > t0; s--) {
      let value = dy[row + (s - 1) * F];
      let k = s - 1 - t0;
      low += value * epsilon[k + 4].wzyx;
      high += value * epsilon[k].wzyx;
    }
    for (var i = 0u; i < min(8u, T - t0); i++) {
      dx[row + (t0 + i) * F] = select(low[i & 3], high[i & 3], i > 3);
    }
  }
}
