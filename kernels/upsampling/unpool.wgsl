// Unpooling: repeats each pixel over a window, with one fixed weight.
//
// forward  x[n, t, oy, ox, c] = gain · s[n, t, oy / window, ox / window, c]
// adjoint  dx[n, t, iy, ix, c] = gain · Σ dy[n, t, oy, ox, c] over the window
// s is the input's spike, or its count.
//
// inputs  [N, P, B, H, W, C]      incoming spikes, time-packed
// dy      [N, sampleRows, outRow]  gradient of the drive, in the first T rows
// x       [N, sampleRows, outRow]  the drive, in the first T rows
// dx      [N, T, inRow]           as in conv_adjoint.wgsl
// A row of outputs is padded to whole quads.
//
// One invocation owns eight bins of a neuron of the output (forward) or of the
// input (adjoint).

override T: u32;
override sampleRows: u32;
override P: u32 = 1;
override H: u32;
override W: u32;
override C: u32;
override window: u32;
override gain: f32 = 1;
override inRun: u32;
override inRow: u32;
override outRow: u32 = (H * W * C * window * window + 3) / 4 * 4;

// Bins that one invocation owns.
const ownedBins = 8u;

@group(0) @binding(0) var<storage, read> inputs: array<u32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let B = (T + 31) / 32;
  let t0 = id.y * ownedBins;
  let F = H * W * C * window * window;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let iy = f / C / (W * window) / window;
    let ix = f / C % (W * window) / window;
    let neuron = (iy * W + ix) * C + f % C;
    var counts = array<u32, ownedBins>();
    for (var p = 0u; p < P; p++) {
      let word = inputs[((n * P + p) * B + t0 / 32) * H * W * C + neuron];
      for (var j = 0u; j < ownedBins; j++) {
        counts[j] += ((word >> (t0 % 32 + j)) & 1) << p;
      }
    }
    for (var j = 0u; j < min(ownedBins, T - t0); j++) {
      x[(n * sampleRows + t0 + j) * outRow + f] = gain * f32(counts[j]);
    }
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let t0 = id.y * ownedBins;
  for (var f = id.x; f < H * W * C; f += groups.x * 64) {
    let top = f / C / W * window;
    let left = f / C % W * window;
    let place = f / inRun * ((inRun + 3) / 4) * 4 + f % inRun;
    for (var t = t0; t < min(t0 + ownedBins, T); t++) {
      var sum = 0.0;
      for (var i = 0u; i < window * window; i++) {
        let pixel = (top + i / window) * W * window + left + i % window;
        sum += dy[(n * sampleRows + t) * outRow + pixel * C + f % C];
      }
      dx[(n * T + t) * inRow + place] = gain * sum;
    }
  }
}
