// The gradient of a learned response, and its update.
//
// sums   stripSum[n, strip, i, k] =
//          height · Σ dy[n, t, f] · x[n, t − k, f · filters + i]
//          over t and the neurons f of a strip
// total  dw[i, k] += Σ_n Σ_strip stripSums[n, strip, i, k]
//
// x                    [N, T, inRow]         the drives, as in filter.wgsl
// dy                   [N, sampleRows, 4·Q]  gradient of the responses, in the
//                                            first T rows
// stripSum, stripSums  [N, S, taps]          one buffer, written and then read
// dw                   [⌈taps/4⌉]            changed in place; it starts at 0
//                                            if batch.accumulates is 0
// `taps` is the number of taps of all tables, filters · K.
//
// If batch.updates, then updateWeights() of optimizer_rules.wgsl with g = dw.
//
// One workgroup owns a tap of a strip of a sample (sums), one invocation a quad
// of taps (total). Sums run over bins, neurons, strips, then samples, so they
// do not depend on how a batch is split into micro-batches.

// Invocations that reduce the neurons of a strip.
const lanes = 64u;

override T: u32;
override sampleRows: u32;
override F: u32;
override K: u32;
override filters: u32 = 1;
override taps: u32 = filters * K;
override S: u32;
override runSize: u32 = 1;
override height: f32 = 1;
// See filter.wgsl.
override run: u32 = (runSize + 3) / 4 * 4;
override inRun: u32 = (runSize * filters + 3) / 4 * 4;
override row: u32 = F / runSize * run;
override inRow: u32 = F / runSize * inRun;
override stripSize: u32 = (F + S - 1) / S;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> stripSums: array<f32>;
@group(0) @binding(4) var<storage, read_write> stripSum: array<f32>;
@group(0) @binding(5) var<storage, read_write> dw: array<vec4<f32>>;

// Partial sums of the invocations.
var<workgroup> sh_sums: array<f32, lanes>;

@compute @workgroup_size(lanes)
fn sums(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.z;
  let i = group.x / K;
  let k = group.x % K;
  let strip = group.y;
  let end = min((strip + 1) * stripSize, F);
  var sum = 0.0;
  for (var f = strip * stripSize + lane; f < end; f += lanes) {
    let above = n * sampleRows * row + f / runSize * run + f % runSize;
    let below = n * T * inRow + f / runSize * inRun + f % runSize * filters + i;
    for (var t = k; t < T; t++) {
      sum += dy[above + t * row] * x[below + (t - k) * inRow];
    }
  }
  sh_sums[lane] = sum;
  for (var half = lanes / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      sh_sums[lane] += sh_sums[lane + half];
    }
  }
  if (lane == 0) {
    stripSum[(n * S + strip) * taps + group.x] = height * sh_sums[0];
  }
}

@compute @workgroup_size(64)
fn total(@builtin(global_invocation_id) id: vec3<u32>) {
  let quad = id.x;
  if (quad >= (taps + 3) / 4) {
    return;
  }
  // Taps past the end load the last one; their sums stay 0.
  let wanted = vec4(4 * quad) + vec4(0u, 1u, 2u, 3u);
  let loaded = min(wanted, vec4(taps - 1));
  var all = vec4<f32>();
  if (batch.accumulates > 0) {
    all = dw[quad];
  }
  for (var n = 0u; n < batch.samples; n++) {
    var sum = vec4<f32>();
    for (var strip = 0u; strip < S; strip++) {
      let at = vec4((n * S + strip) * taps) + loaded;
      sum += vec4(
        stripSums[at.x],
        stripSums[at.y],
        stripSums[at.z],
        stripSums[at.w],
      );
    }
    all += select(vec4(), sum, wanted < vec4(taps));
  }
  dw[quad] = all;
  if (batch.updates > 0) {
    updateWeights(quad, all);
  }
}
