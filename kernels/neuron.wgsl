// The spiking neuron: response, refractory response and threshold in one.
//
// forward  u[n, t, f]  = Σ_k epsilon[k] · x[n, t − k, f]
//                      + Σ_k nu[k] · s[n, t − k, f]
//          s[n, t, f]  = u[n, t, f] >= theta
// adjoint  dx[n, t, f] = Σ_k epsilon[k] · du[n, t + k, f]
//          du[n, t, f] = ds[n, t, f] · scale · exp(−slope · |u − theta|)
// Terms outside [0, T) are absent.
//
// epsilon  [11 + K]   at 7 + k the taps Ts·ε[k … k + 3], 0 outside [0, K)
// nu       [R]        refractory kernel, nu[0] = 0
// x, dx    [N, T, F]  drive and its gradient
// u        [N, T, F]  potential
// spikes   [N, B, F]  s, packed
// ds       [N, T, F]  gradient of the spikes
//
// One invocation owns a neuron of a sample (forward), or eight bins of one
// (adjoint). Both take eight bins at once, so that each value that is loaded
// serves up to eight sums, and taps come four at a time from where all
// invocations read the same. The refractory path is not differentiated.
//
// Source: SLAYER, arXiv:1810.08646, equations 1 to 3 and 13, with
// scale = scaleRho / (tauRho·theta) and slope = 1 / (tauRho·theta).

override T: u32;
override F: u32;
override K: u32;
override R: u32 = 1;
override theta: f32;
override scale: f32 = 0;
override slope: f32 = 0;

@group(0) @binding(0) var<uniform> epsilon: array<vec4<f32>, 4096>;
@group(0) @binding(1) var<storage, read> nu: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> potential: array<f32>;
@group(0) @binding(4) var<storage, read> ds: array<f32>;
@group(0) @binding(5) var<storage, read_write> u: array<f32>;
@group(0) @binding(6) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(7) var<storage, read_write> dx: array<f32>;

// Σ_k nu[k] over the spikes of the 32 bins before t; bit 31 is bin t − 1.
fn refractory(recent: u32) -> f32 {
  var sum = 0.0;
  var bits = recent;
  while (bits != 0) {
    let k = countLeadingZeros(bits) + 1;
    if (k >= R) {
      break;
    }
    sum += nu[k];
    bits &= ~(0x80000000u >> (k - 1));
  }
  return sum;
}

// The same over bins more than 32 before t, from a neuron's packed words.
fn farRefractory(t: u32, words: u32) -> f32 {
  var sum = 0.0;
  if (t < 33) {
    return sum;
  }
  let last = t - 33;
  for (var b = (t + 1 - min(R, t + 1)) / 32; b <= last / 32; b++) {
    var bits = spikes[words + b * F];
    if (b == last / 32) {
      bits &= 0xffffffffu >> (31 - last % 32);
    }
    while (bits != 0) {
      let k = t - b * 32 - countTrailingZeros(bits);
      if (k < R) {
        sum += nu[k];
      }
      bits &= bits - 1;
    }
  }
  return sum;
}

// x in bin s, 0 outside; bins before 0 wrap to large numbers.
fn drive(row: u32, s: u32) -> f32 {
  return select(0.0, x[row + min(s, T - 1) * F], s < T);
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let B = (T + 31) / 32;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let row = id.z * T * F + f;
    let words = id.z * B * F + f;
    // The spikes of the last 32 bins, the latest in bit 31.
    var recent = 0u;
    for (var t0 = 0u; t0 < T; t0 += 8) {
      var low = vec4<f32>();
      var high = vec4<f32>();
      // x[s] reaches bin t0 + i with tap t0 + i − s. Four are loaded before
      // any is used.
      for (var k = 0u; k < K + 7; k += 4) {
        let s = t0 + 7 - k;
        let x0 = drive(row, s);
        let x1 = drive(row, s - 1);
        let x2 = drive(row, s - 2);
        let x3 = drive(row, s - 3);
        low += x0 * epsilon[k] + x1 * epsilon[k + 1] +
          x2 * epsilon[k + 2] + x3 * epsilon[k + 3];
        high += x0 * epsilon[k + 4] + x1 * epsilon[k + 5] +
          x2 * epsilon[k + 6] + x3 * epsilon[k + 7];
      }
      for (var i = 0u; i < min(8u, T - t0); i++) {
        let t = t0 + i;
        var value = select(low[i & 3], high[i & 3], i > 3);
        if (recent != 0) {
          value += refractory(recent);
        }
        if (R > 33) {
          value += farRefractory(t, words);
        }
        u[row + t * F] = value;
        recent = (recent >> 1) | select(0u, 0x80000000u, value >= theta);
        if (t % 32 == 31) {
          spikes[words + t / 32 * F] = recent;
        }
      }
    }
    if (T % 32 != 0) {
      spikes[words + T / 32 * F] = recent >> (31 - (T - 1) % 32);
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
    // du[s − 1] reaches bin t0 + i with tap s − 1 − t0 − i.
    for (var s = min(t0 + 7 + K, T); s > t0; s--) {
      let at = row + (s - 1) * F;
      let rho = scale * exp(-slope * abs(potential[at] - theta));
      let value = ds[at] * rho;
      let k = s - 1 - t0;
      low += value * epsilon[k + 4].wzyx;
      high += value * epsilon[k].wzyx;
    }
    for (var i = 0u; i < min(8u, T - t0); i++) {
      dx[row + (t0 + i) * F] = select(low[i & 3], high[i & 3], i > 3);
    }
  }
}
