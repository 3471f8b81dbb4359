// Refractory response, threshold, surrogate gradient.
//
// forward  for t = 0 … T − 1:  s[t] = u[t] >= theta;
//            where s[t]:       u[t + k] += nu[k] for k = 1 … R − 1
// adjoint  ds[n, t, f] *= scale · exp(−slope · |u[n, t, f] − theta|)
//
// u       [N, T, F]  the response on entry, the potential on return (forward)
// nu      [R]        refractory kernel, nu[0] = 0
// spikes  [N, B, F]  packed
// ds      [N, T, F]  gradient of the spikes, then of the potential, in place
//
// One invocation owns a neuron of a sample (forward), or every stride-th
// element of a time bin (adjoint). The refractory path is not differentiated.
//
// Source: SLAYER, arXiv:1810.08646, equations 2, 3 and 13, with
// scale = scaleRho / (tauRho·theta) and slope = 1 / (tauRho·theta).

override T: u32;
override F: u32;
override R: u32 = 1;
override theta: f32;
override scale: f32 = 0;
override slope: f32 = 0;

@group(0) @binding(0) var<storage, read> nu: array<f32>;
@group(0) @binding(1) var<storage, read> potential: array<f32>;
@group(0) @binding(2) var<storage, read_write> u: array<f32>;
@group(0) @binding(3) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(4) var<storage, read_write> ds: array<f32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let B = (T + 31) / 32;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let row = id.z * T * F + f;
    for (var b = 0u; b < B; b++) {
      var word = 0u;
      for (var t = b * 32; t < min(b * 32 + 32, T); t++) {
        if (u[row + t * F] >= theta) {
          word |= 1u << (t % 32);
          for (var k = 1u; k < min(R, T - t); k++) {
            u[row + (t + k) * F] += nu[k];
          }
        }
      }
      spikes[(id.z * B + b) * F + f] = word;
    }
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let row = (id.z * T + id.y) * F;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let distance = abs(potential[row + f] - theta);
    ds[row + f] *= scale * exp(-slope * distance);
  }
}
