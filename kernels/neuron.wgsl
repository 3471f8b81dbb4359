// Neurons on their own: from a drive in memory to spikes, and back.
//
// forward  u, s as srm.wgsl has them, from the drive x that lies in u
// adjoint  u[n, t, f] = factor · Σ_k epsilon[k] · du[n, t + k, f], in place
//          du[n, t, f] = ds[n, t, f] · scale · exp(−slope · |u − theta|)
// Behind a pool, ds is the pool's gradient of what its window reaches:
//          ds[n, t, f] = poolGain · above[n, t, window of f]
// Terms outside [0, T) are absent; the refractory path is not differentiated.
// What adjoint leaves in u is the gradient of the drive, for spikes of height
// one where inputs are normalised.
//
// ds  [N, T, 4·Q]  gradient of the spikes, or [N, T, 4·Q of the pool]
//
// One invocation owns a neuron.
//
// Source: SLAYER, arXiv:1810.08646, equation 13, with
// scale = scaleRho / (tauRho·theta) and slope = 1 / (tauRho·theta).

override scale: f32 = 0;
override slope: f32 = 0;
override pooled: bool = false;
override window: u32 = 1;
override W: u32 = 1;
override C: u32 = 1;
override poolGain: f32 = 1;
override laterSize: u32 = K * lanes;

@group(0) @binding(3) var<storage, read> ds: array<f32>;

fn drives(at: u32, size: u32) -> vec4<f32> {
  return vec4(u[at], u[at + size], u[at + 2 * size], u[at + 3 * size]);
}

@compute @workgroup_size(lanes)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = 4 * Q;
  var count = 0u;
  for (var i = group.x * lanes + lane; i < size; i += groups.x * lanes) {
    let f = neuronAt(i);
    if (f == F) {
      continue;
    }
    var neuron = atRest(group.z, i, f, lane);
    // Four drives are on their way while the four before are used. Bins from
    // T on are not looked at.
    var next = drives(neuron.row, size);
    for (var t = 0u; t < T; t += 4) {
      let now = next;
      next = drives(neuron.row + (t + 4) * size, size);
      count += advance(&neuron, now, t);
    }
  }
  addSpikes(count, lane);
}

// The gradients of the last K potentials, a column an invocation.
var<workgroup> later: array<f32, laterSize>;

struct Gradient {
  a: f32,
  b: f32,
  // Row of `later` that the next one goes to.
  row: u32,
}

// Gradient of the potential to that of the drive, one bin further back.
fn recede(gradient: ptr<function, Gradient>, lane: u32, du: f32) -> f32 {
  let row = (*gradient).row;
  let gone = later[row * lanes + lane];
  later[row * lanes + lane] = du;
  (*gradient).row = select(row - 1, K - 1, row == 0);
  if (exact) {
    var sum = 0.0;
    var at = row;
    for (var k = 0u; k < K; k++) {
      sum += taps[k / 4][k & 3] * later[at * lanes + lane];
      at = select(at + 1, 0u, at + 1 == K);
    }
    return sum;
  }
  (*gradient).b = decay * ((*gradient).b + (*gradient).a) - lastB * gone;
  (*gradient).a = decay * (*gradient).a + du - lastA * gone;
  return (*gradient).b;
}

fn surrogate(potentials: vec4<f32>) -> vec4<f32> {
  if (slope == 0) {
    return vec4(scale);
  }
  return scale * exp(-slope * abs(potentials - vec4(theta)));
}

// Potentials of four bins from t on; the last stands for those from T on.
fn binsOf(row: u32, t: u32, size: u32, i: u32) -> vec4<f32> {
  let last = T - 1 - t;
  let at = (row + t) * size + i;
  return vec4(
    u[at],
    u[at + min(1u, last) * size],
    u[at + min(2u, last) * size],
    u[at + min(3u, last) * size],
  );
}

// The same of ds.
fn gradientsOf(row: u32, t: u32, size: u32, i: u32) -> vec4<f32> {
  let last = T - 1 - t;
  let at = (row + t) * size + i;
  return vec4(
    ds[at],
    ds[at + min(1u, last) * size],
    ds[at + min(2u, last) * size],
    ds[at + min(3u, last) * size],
  );
}

@compute @workgroup_size(lanes)
fn adjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.z;
  let size = 4 * Q;
  for (var i = group.x * lanes + lane; i < size; i += groups.x * lanes) {
    let f = neuronAt(i);
    // Without a pool above, the same neuron, in the same place.
    var above = size;
    var source = i;
    if (pooled) {
      let OW = (W + window - 1) / window;
      above = ((F / C / W + window - 1) / window * OW * C + 3) / 4 * 4;
      source = (f / C / W / window * OW + f / C % W / window) * C + f % C;
    }
    var factor = gain;
    if (normalised) {
      factor /= f32(max(largest[n], 1u));
    }
    for (var row = 0u; row < K; row++) {
      later[row * lanes + lane] = 0;
    }
    var gradient = Gradient(0, 0, K - 1);
    let row = n * T;
    let last = (T - 1) / 4 * 4;
    var nextU = binsOf(row, last, size, i);
    var nextS = gradientsOf(row, last, above, source);
    for (var end = last + 4; end > 0; end -= 4) {
      let t = end - 4;
      let potentials = nextU;
      // What is over of a quad stays 0, whatever lies there above.
      let s = select(vec4(), poolGain * nextS, f < F);
      // Four bins are on their way while the four behind them are used.
      if (t > 0) {
        nextU = binsOf(row, t - 4, size, i);
        nextS = gradientsOf(row, t - 4, above, source);
      }
      let du = s * surrogate(potentials);
      let at = (row + t) * size + i;
      if (t + 3 < T) {
        u[at + 3 * size] = factor * recede(&gradient, lane, du.w);
      }
      if (t + 2 < T) {
        u[at + 2 * size] = factor * recede(&gradient, lane, du.z);
      }
      if (t + 1 < T) {
        u[at + size] = factor * recede(&gradient, lane, du.y);
      }
      u[at] = factor * recede(&gradient, lane, du.x);
    }
  }
}
