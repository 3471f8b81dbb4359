// All-to-all synapses, without bias.
//
// forward   y[n, t, o]  = height · Σ_i w[i, o] · s[n, t, i]
// adjoint   dx[n, t, i] = Σ_o w[i, o] · dy[n, t, o]
// gradient  dw[i, o]   += height · Σ_n Σ_t s[n, t, i] · dy[n, t, o]
// s[n, t, i] is the spike, or the count, that spikes and list hold.
//
// list, length  as list.wgsl leaves them
// spikes  [N, P, B, I]  packed, plane p counts 2^p
// w, dw   [I, O]
// y, dy   [N, T, O]
// dx      [N, T, I]
//
// One invocation owns one output of one bin (forward), eight bins of eight
// inputs (adjoint), up to four weights of one input (gradient). Forward and
// gradient visit only the spikes. Sums run over samples, then words, then
// bits, so they do not depend on how a batch is cut; dw starts at 0 where
// batch.first is 0.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
}

override T: u32;
override I: u32;
override O: u32;
override P: u32 = 1;
override height: f32 = 1;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> spikes: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read> list: array<u32>;
@group(0) @binding(5) var<storage, read> length: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<f32>;
@group(0) @binding(7) var<storage, read_write> dx: array<f32>;
@group(0) @binding(8) var<storage, read_write> dw: array<f32>;

// What an entry of a list adds to an output, 0 behind its end.
fn listed(at: u32, end: u32, o: u32) -> f32 {
  if (at >= end) {
    return 0;
  }
  let s = list[at];
  if (P == 1) {
    return w[s * O + o];
  }
  return f32(1u << (s / I)) * w[s % I * O + o];
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < T * O; i += groups.x * 64) {
    let bin = id.z * T + i / O;
    let o = i % O;
    let begin = bin * P * I;
    let end = begin + length[bin];
    var sum = 0.0;
    for (var at = begin; at < end; at += 4) {
      let w0 = listed(at, end, o);
      let w1 = listed(at + 1, end, o);
      let w2 = listed(at + 2, end, o);
      let w3 = listed(at + 3, end, o);
      sum = sum + w0 + w1 + w2 + w3;
    }
    y[bin * O + o] = height * sum;
  }
}

// A tile of 64 inputs by 64 bins: weights and gradient of sixteen outputs.
var<workgroup> weights: array<array<vec4<f32>, 16>, 16>;
var<workgroup> errors: array<array<vec4<f32>, 16>, 16>;

@compute @workgroup_size(64)
fn adjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let t0 = group.y * 64;
  let row = group.z * T;
  let i4 = lane % 8;
  let t8 = lane / 8;
  for (var i0 = group.x * 64; i0 < I; i0 += groups.x * 64) {
    var left = array<vec4<f32>, 8>();
    var right = array<vec4<f32>, 8>();
    for (var o0 = 0u; o0 < O; o0 += 16) {
      workgroupBarrier();
      for (var at = lane; at < 1024; at += 64) {
        let o = o0 + at % 16;
        let i = i0 + at / 16;
        let t = t0 + at / 16;
        var weight = 0.0;
        var error = 0.0;
        if (o < O && i < I) {
          weight = w[i * O + o];
        }
        if (o < O && t < T) {
          error = dy[(row + t) * O + o];
        }
        weights[at % 16][at / 64][at / 16 % 4] = weight;
        errors[at % 16][at / 64][at / 16 % 4] = error;
      }
      workgroupBarrier();
      for (var o = 0u; o < 16; o++) {
        let low = weights[o][i4];
        let high = weights[o][i4 + 8];
        let early = errors[o][t8 * 2];
        let late = errors[o][t8 * 2 + 1];
        left[0] += early.x * low;
        left[1] += early.y * low;
        left[2] += early.z * low;
        left[3] += early.w * low;
        left[4] += late.x * low;
        left[5] += late.y * low;
        left[6] += late.z * low;
        left[7] += late.w * low;
        right[0] += early.x * high;
        right[1] += early.y * high;
        right[2] += early.z * high;
        right[3] += early.w * high;
        right[4] += late.x * high;
        right[5] += late.y * high;
        right[6] += late.z * high;
        right[7] += late.w * high;
      }
    }
    for (var j = 0u; j < 8; j++) {
      let t = t0 + t8 * 8 + j;
      for (var c = 0u; c < 4; c++) {
        let i = i0 + i4 * 4 + c;
        if (t < T && i < I) {
          dx[(row + t) * I + i] = left[j][c];
        }
        if (t < T && i + 32 < I) {
          dx[(row + t) * I + i + 32] = right[j][c];
        }
      }
    }
  }
}

@compute @workgroup_size(64)
fn gradient(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let o = group.y * 256 + lane;
  if (o >= O) {
    return;
  }
  let own = min(vec4(o, o + 64, o + 128, o + 192), vec4(O - 1));
  for (var i = group.x; i < I; i += groups.x) {
    let at = i * O + own;
    var total = vec4<f32>();
    if (batch.first > 0) {
      total = vec4(dw[at.x], dw[at.y], dw[at.z], dw[at.w]);
    }
    for (var n = 0u; n < batch.samples; n++) {
      for (var p = 0u; p < P; p++) {
        let factor = height * f32(1u << p);
        for (var b = 0u; b < B; b++) {
          var word = spikes[((n * P + p) * B + b) * I + i];
          while (word != 0) {
            let t = b * 32 + countTrailingZeros(word);
            let row = (n * T + t) * O + own;
            total += factor * vec4(dy[row.x], dy[row.y], dy[row.z], dy[row.w]);
            word &= word - 1;
          }
        }
      }
    }
    for (var k = 0u; k < 4 && o + k * 64 < O; k++) {
      dw[at[k]] = total[k];
    }
  }
}
