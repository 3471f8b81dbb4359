// Neurons on their own: from a drive in memory to spikes, and back.
//
// forward  u, s as srm.wgsl has them, from the drive x that lies behind them
// adjoint  dx[n, t, f] = factor · Σ_k epsilon[k] · du[n, t + k, f]
//          du[n, t, f] = ds[n, t, f] · scale · exp(−slope · |u − theta|)
// Behind a pool, ds is the gradient of the drive of what is above:
//          ds[n, t, f] = poolGain · above[n, t, window of f]
// Terms outside [0, T) are absent; the refractory path is not differentiated.
// dx takes the place of x; it is for spikes of height one where inputs are
// normalised.
//
// ds  [N, dsRows, 4·Q]  gradient of the spikes, or that of the pool, in the
//                       first T rows
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
override dsRows: u32;

@group(0) @binding(3) var<storage, read> ds: array<f32>;

// Four rows of a neuron from `at` on.
fn fourRows(at: u32) -> vec4<f32> {
  let size = 4 * Q;
  return vec4(u[at], u[at + size], u[at + 2 * size], u[at + 3 * size]);
}

// The drives K bins before those of t to t + 3, 0 where there was none, and
// where they are not to be looked up.
fn drivesGone(row: u32, t: u32) -> vec4<f32> {
  if (exact || K <= 16) {
    return vec4();
  }
  let drives = fourRows(row + (lead - K + t) * 4 * Q);
  return select(vec4(), drives, vec4(t, t + 1, t + 2, t + 3) >= vec4(K));
}

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = 4 * Q;
  var count = 0u;
  for (var i = group.x * 64 + lane; i < size; i += groups.x * 64) {
    let f = neuronAt(i);
    if (f == F) {
      continue;
    }
    var neuron = atRest(group.z, i, f);
    let drives = neuron.row + lead * size;
    // Four drives are on their way while the four before are used. Bins from
    // T on are not looked at.
    var next = fourRows(drives);
    var nextGone = drivesGone(neuron.row, 0u);
    var q1 = vec4<f32>();
    var q2 = vec4<f32>();
    var q3 = vec4<f32>();
    var q4 = vec4<f32>();
    for (var t = 0u; t < T; t += 4) {
      let now = next;
      var gone = nextGone;
      if (K <= 16) {
        gone = ago(now, q1, q2, q3, q4);
        q4 = q3;
        q3 = q2;
        q2 = q1;
        q1 = now;
      }
      next = fourRows(drives + (t + 4) * size);
      nextGone = drivesGone(neuron.row, t + 4);
      count += advance(&neuron, now, gone, t);
    }
  }
  addSpikes(count, lane);
}

// Where a neuron's potentials and the gradients of its spikes are, in bin 0.
struct Place {
  potentials: u32,
  gradients: u32,
  // From a row of gradients to the next.
  step: u32,
  isThere: bool,
}

fn surrogate(potential: vec4<f32>) -> vec4<f32> {
  if (slope == 0) {
    return vec4(scale);
  }
  return scale * exp(-slope * abs(potential - vec4(theta)));
}

// Gradients of the potentials of four bins from t on, 0 from T on.
fn gradientsOf(place: Place, t: u32) -> vec4<f32> {
  let bins = vec4(t, t + 1, t + 2, t + 3);
  let near = min(bins, vec4(T - 1));
  let at = place.potentials + near * 4 * Q;
  let above = place.gradients + near * place.step;
  let potential = vec4(u[at.x], u[at.y], u[at.z], u[at.w]);
  let s = vec4(ds[above.x], ds[above.y], ds[above.z], ds[above.w]);
  // What is over of a quad stays 0, whatever lies there above.
  let counts = (bins < vec4(T)) & vec4(place.isThere);
  return select(vec4(), poolGain * s * surrogate(potential), counts);
}

// Σ_k epsilon[k] · du[t + k], of four bins from t on.
fn filteredBack(place: Place, t: u32) -> vec4<f32> {
  var sum = vec4<f32>();
  for (var k = 0u; k < min(K, T - t); k++) {
    sum += taps[k / 4][k & 3] * gradientsOf(place, t + k);
  }
  return sum;
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.z;
  let size = 4 * Q;
  for (var i = group.x * 64 + lane; i < size; i += groups.x * 64) {
    let f = neuronAt(i);
    // Without a pool above, the same neuron, in the same place.
    var above = size;
    var source = i;
    if (pooled) {
      let OW = (W + window - 1) / window;
      above = ((F / C / W + window - 1) / window * OW * C + 3) / 4 * 4;
      source = (f / C / W / window * OW + f / C % W / window) * C + f % C;
    }
    let row = n * sampleRows * size + i;
    let place = Place(row, n * dsRows * above + source, above, f < F);
    var factor = gain;
    if (normalised) {
      factor /= f32(max(largest[n], 1u));
    }
    var a = 0.0;
    var b = 0.0;
    let last = (T - 1) / 4 * 4;
    var next = gradientsOf(place, last);
    var q1 = vec4<f32>();
    var q2 = vec4<f32>();
    var q3 = vec4<f32>();
    var q4 = vec4<f32>();
    for (var end = last + 4; end > 0; end -= 4) {
      let t = end - 4;
      let du = next;
      // Of a few bins they have been kept, else they are computed again.
      var gone = vec4<f32>();
      if (K <= 16) {
        gone = ago(du.wzyx, q1, q2, q3, q4).wzyx;
        q4 = q3;
        q3 = q2;
        q2 = q1;
        q1 = du.wzyx;
      } else if (!exact && t + K < T) {
        gone = gradientsOf(place, t + K);
      }
      // Four bins are on their way while the four behind them are used.
      if (t > 0) {
        next = gradientsOf(place, t - 4);
      }
      var dx: vec4<f32>;
      if (exact) {
        dx = filteredBack(place, t);
      } else {
        b = decay * (b + a) - lastB * gone.w;
        a = decay * a + du.w - lastA * gone.w;
        dx.w = b;
        b = decay * (b + a) - lastB * gone.z;
        a = decay * a + du.z - lastA * gone.z;
        dx.z = b;
        b = decay * (b + a) - lastB * gone.y;
        a = decay * a + du.y - lastA * gone.y;
        dx.y = b;
        b = decay * (b + a) - lastB * gone.x;
        a = decay * a + du.x - lastA * gone.x;
        dx.x = b;
      }
      leave(row + lead * size, factor * dx, t);
    }
  }
}
