// The numSpikes loss: how far each output's spike count is from its target.
//
// forward  inside the region [start, stop):
//            e[t] = (Σ region s − target) / (stop − start), a constant
//          added everywhere, from the spikes outside the region:
//            e[t] += Σ_k epsilon[k] · s[t − k] / Ts
//          error[n, t, o] = Ts · e[t]
//          loss[n, o]     = ½ · Ts · Σ_t e[t]²
//          counts[n, o]   = Σ_t s[t]
// target is `wanted` for the sample's class and `unwanted` for the others.
// dL/ds is the response's adjoint of error: the count itself is detached.
//
// taps    as in srm.wgsl
// labels  [N of the whole batch]
// spikes  [N, B, O]  packed
// error   [N, T, 4·⌈O/4⌉]
// loss, counts  [N, O]
//
// One workgroup owns one output of a sample, each invocation every 64th bin.
//
// Source: SLAYER's numSpikes error, arXiv:1810.08646, section 3.4.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
}

override T: u32;
override O: u32;
override K: u32;
override Ts: f32;
override start: u32;
override stop: u32;
override wanted: f32;
override unwanted: f32;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<uniform> taps: array<vec4<f32>, 4096>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read> spikes: array<u32>;
@group(0) @binding(4) var<storage, read_write> error: array<f32>;
@group(0) @binding(5) var<storage, read_write> loss: array<f32>;
@group(0) @binding(6) var<storage, read_write> counts: array<u32>;

var<workgroup> squares: array<f32, 64>;

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let n = group.y;
  for (var o = group.x; o < O; o += groups.x) {
    var all = 0u;
    var within = 0u;
    for (var b = 0u; b < B; b++) {
      let word = spikes[(n * B + b) * O + o];
      let low = clamp(start, b * 32, b * 32 + 32) - b * 32;
      let high = clamp(stop, b * 32, b * 32 + 32) - b * 32;
      all += countOneBits(word);
      within += countOneBits(extractBits(word, low, max(high, low) - low));
    }
    let isTarget = labels[batch.first + n] == o;
    let goal = select(unwanted, wanted, isTarget);
    var sum = 0.0;
    for (var t = lane; t < T; t += 64) {
      var e = 0.0;
      if (t >= start && t < stop) {
        e = (f32(within) - goal) / f32(stop - start);
      }
      if (all > within) {
        for (var k = 0u; k < min(K, t + 1); k++) {
          let s = t - k;
          let bit = (spikes[(n * B + s / 32) * O + o] >> (s % 32)) & 1;
          if (bit == 1 && (s < start || s >= stop)) {
            e += taps[k / 4][k & 3] / Ts;
          }
        }
      }
      error[(n * T + t) * ((O + 3) / 4) * 4 + o] = Ts * e;
      sum += e * e;
    }
    workgroupBarrier();
    squares[lane] = sum;
    workgroupBarrier();
    if (lane == 0) {
      var total = 0.0;
      for (var i = 0u; i < 64; i++) {
        total += squares[i];
      }
      loss[n * O + o] = 0.5 * Ts * total;
      counts[n * O + o] = all;
    }
  }
}
