// The gradient of axonal delays, and their update.
//
// sums   stripSum[n, f] = height · Σ k · (ds[n, t + 1, f] − ds[n, t, f]) over
//          the bins t in which neuron f sends k, 1 for a spike; ds[n, T, f] = 0
// total  ddelays[i] += Σ_n Σ stripSums[n, f] over the neurons f of delay i: one
//          neuron or, with one delay per channel, all pixels of the channel
// ds is the gradient of the spikes before they are delayed, from axon.wgsl. A
// delay that is longer by Ts shifts each spike by one bin, so the sum is Ts
// times the derivative, as in SLAYER's package.
//
// spikes               [N, P, B, F]  k, time-packed: plane p counts 2^p, with
//                                    the sign lastSign in the last plane
// ds                   [N, T, 4·Q]   gradient of the spikes
// stripSum, stripSums  [N, F]        one buffer, written and then read
// dw                   [⌈D/4⌉]       ddelays, changed in place; it starts at 0
//                                    if batch.accumulates is 0
// If batch.updates, then updateBounded() of optimizer_rules.wgsl with g = dw.
//
// One invocation owns a neuron of a sample (sums), a workgroup a quad of delays
// (total). Sums run over bins, pixels, then samples, so they do not depend on
// how a batch is split into micro-batches.

// Invocations that reduce the pixels of a quad of delays.
const lanes = 64u;

override T: u32;
override F: u32;
override runSize: u32 = 1;
override height: f32 = 1;
override P: u32 = 1;
override lastSign: f32 = 1;
// Number of delays; neuron f has the delay f % D.
override D: u32;
override run: u32 = (runSize + 3) / 4;
override row: u32 = F / runSize * run * 4;

@group(0) @binding(1) var<storage, read> spikes: array<u32>;
@group(0) @binding(2) var<storage, read> ds: array<f32>;
@group(0) @binding(3) var<storage, read> stripSums: array<f32>;
@group(0) @binding(4) var<storage, read_write> stripSum: array<f32>;
@group(0) @binding(5) var<storage, read_write> dw: array<vec4<f32>>;

@compute @workgroup_size(64)
fn sums(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let B = (T + 31) / 32;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let origin = n * T * row + f / runSize * run * 4 + f % runSize;
    var sum = 0.0;
    for (var word = 0u; word < P * B; word++) {
      let p = word / B;
      let k = f32(1u << p) * select(1, lastSign, p + 1 == P);
      var bits = spikes[(n * P * B + word) * F + f];
      while (bits != 0) {
        let t = word % B * 32 + countTrailingZeros(bits);
        bits &= bits - 1;
        sum -= k * ds[origin + t * row];
        if (t + 1 < T) {
          sum += k * ds[origin + (t + 1) * row];
        }
      }
    }
    stripSum[n * F + f] = height * sum;
  }
}

// Partial sums of the invocations.
var<workgroup> sh_sums: array<vec4<f32>, lanes>;

@compute @workgroup_size(lanes)
fn total(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var i = group.x; i < (D + 3) / 4; i += groups.x) {
    // Delays past the end load the last one; their sums stay 0.
    let delays = min(vec4(4 * i) + vec4(0u, 1u, 2u, 3u), vec4(D - 1));
    let isThere = vec4(4 * i) + vec4(0u, 1u, 2u, 3u) < vec4(D);
    var all = vec4<f32>();
    if (lane == 0 && batch.accumulates > 0) {
      all = dw[i];
    }
    for (var n = 0u; n < batch.samples; n++) {
      var sum = vec4<f32>();
      for (var first = lane * D; first < F; first += lanes * D) {
        let at = vec4(n * F + first) + delays;
        sum += vec4(
          stripSums[at.x],
          stripSums[at.y],
          stripSums[at.z],
          stripSums[at.w],
        );
      }
      workgroupBarrier();
      sh_sums[lane] = sum;
      for (var half = lanes / 2; half > 0; half /= 2) {
        workgroupBarrier();
        if (lane < half) {
          sh_sums[lane] += sh_sums[lane + half];
        }
      }
      if (lane == 0) {
        all += select(vec4(), sh_sums[0], isThere);
      }
    }
    if (lane == 0) {
      dw[i] = all;
      if (batch.updates > 0) {
        updateBounded(i, all);
      }
    }
  }
}
