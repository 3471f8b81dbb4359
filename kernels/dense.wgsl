// All-to-all synapses, without bias.
//
// forward   y[n, t, o]  = height · Σ_i w[i, o] · spikes[n, t, i]
// adjoint   dx[n, t, i] = Σ_o w[i, o] · dy[n, t, o]
// gradient  dw[i, o]   += height · Σ_n Σ_t spikes[n, t, i] · dy[n, t, o]
//
// spikes  [N, P, B, I]  packed, plane p counts 2^p
// w, dw   [I, O]
// y, dy   [N, T, O]
// dx      [N, T, I]
//
// One invocation owns 32 bins of one output (forward), eight bins of one
// input (adjoint), one weight (gradient). Forward and gradient visit only the
// bits that are set. Sums run over samples, then words, then bits, so they do
// not depend on how a batch is cut; dw starts at 0 where batch.first is 0.

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
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>;
@group(0) @binding(5) var<storage, read_write> dx: array<f32>;
@group(0) @binding(6) var<storage, read_write> dw: array<f32>;

var<workgroup> drive: array<f32, 2048>;

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let b = group.y;
  for (var o = group.x * 64 + lane; o < O; o += groups.x * 64) {
    for (var j = 0u; j < 32; j++) {
      drive[j * 64 + lane] = 0;
    }
    for (var p = 0u; p < P; p++) {
      let row = ((group.z * P + p) * B + b) * I;
      for (var i = 0u; i < I; i++) {
        var word = spikes[row + i];
        if (word == 0) {
          continue;
        }
        let weight = w[i * O + o] * f32(1u << p);
        while (word != 0) {
          drive[countTrailingZeros(word) * 64 + lane] += weight;
          word &= word - 1;
        }
      }
    }
    for (var j = 0u; j < min(32u, T - b * 32); j++) {
      y[(group.z * T + b * 32 + j) * O + o] = height * drive[j * 64 + lane];
    }
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let t0 = id.y * 8;
  let bins = min(8u, T - t0);
  let row = id.z * T + t0;
  for (var i = id.x; i < I; i += groups.x * 64) {
    var sum: array<f32, 8>;
    for (var o = 0u; o < O; o++) {
      let weight = w[i * O + o];
      for (var j = 0u; j < 8; j++) {
        sum[j] += weight * dy[(row + min(j, bins - 1)) * O + o];
      }
    }
    for (var j = 0u; j < bins; j++) {
      dx[(row + j) * I + i] = sum[j];
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
  let o = group.y * 64 + lane;
  if (o >= O) {
    return;
  }
  for (var i = group.x; i < I; i += groups.x) {
    var total = select(dw[i * O + o], 0.0, batch.first == 0);
    for (var n = 0u; n < batch.samples; n++) {
      var sum = 0.0;
      for (var p = 0u; p < P; p++) {
        for (var b = 0u; b < B; b++) {
          var word = spikes[((n * P + p) * B + b) * I + i];
          while (word != 0) {
            let t = b * 32 + countTrailingZeros(word);
            sum += f32(1u << p) * dy[(n * T + t) * O + o];
            word &= word - 1;
          }
        }
      }
      total += height * sum;
    }
    dw[i * O + o] = total;
  }
}
