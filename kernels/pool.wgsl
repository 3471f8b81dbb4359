// Sum pooling with one fixed weight.
//
// forward  y[n, t, oy, ox, c]  = scale · Σ bits of spikes in the k×k window
// adjoint  dx[n, t, iy, ix, c] = gain · dy[n, t, iy / k, ix / k, c]
// Windows reach over the lower and right edge where k does not divide a side.
//
// spikes  [N, P, B, H, W, C]  packed, plane p counts 2^p
// y, dy   [N, T, OH, OW, C]   OH = ⌈H/k⌉, OW = ⌈W/k⌉
// dx      [N, T, H, W, C]
//
// One invocation owns 32 bins of one output (forward), or eight of one input
// (adjoint).

override T: u32;
override H: u32;
override W: u32;
override C: u32;
override P: u32 = 1;
override window: u32;
override scale: f32 = 0;
override gain: f32 = 0;

@group(0) @binding(0) var<storage, read> spikes: array<u32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let B = (T + 31) / 32;
  let OW = (W + window - 1) / window;
  let F = (H + window - 1) / window * OW * C;
  let b = id.y;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let top = f / C / OW * window;
    let left = f / C % OW * window;
    var counts = array<u32, 32>();
    for (var p = 0u; p < P; p++) {
      for (var iy = top; iy < min(top + window, H); iy++) {
        for (var ix = left; ix < min(left + window, W); ix++) {
          let word =
            spikes[((id.z * P + p) * B + b) * H * W * C +
              (iy * W + ix) * C + f % C];
          if (word != 0) {
            for (var j = 0u; j < 32; j++) {
              counts[j] += ((word >> j) & 1) << p;
            }
          }
        }
      }
    }
    for (var j = 0u; j < min(32u, T - b * 32); j++) {
      y[(id.z * T + b * 32 + j) * F + f] = scale * f32(counts[j]);
    }
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let F = H * W * C;
  let OH = (H + window - 1) / window;
  let OW = (W + window - 1) / window;
  let FO = OH * OW * C;
  let row = id.z * T;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let oy = f / C / W / window;
    let ox = f / C % W / window;
    let o = (oy * OW + ox) * C + f % C;
    for (var t = id.y * 8; t < min(id.y * 8 + 8, T); t++) {
      dx[(row + t) * F + f] = gain * dy[(row + t) * FO + o];
    }
  }
}
