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
//                       first T rows, the latter as stored.wgsl has it
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

@group(0) @binding(3) var<storage, read> ds: array<u32>;

// The drives K bins before those of t to t + 3, 0 where there was none, and
// where they are not to be looked up.
fn drivesGone(row: u32, t: u32) -> vec4<f32> {
  if (exact || K <= 16) {
    return vec4();
  }
  let drives = fourBins(row, lead - K + t, K % 2 == 0);
  return select(vec4(), drives, vec4(t, t + 1, t + 2, t + 3) >= vec4(K));
}

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = 4 * Q;
  for (var i = group.x * 64 + lane; i < size; i += groups.x * 64) {
    let f = neuronAt(i);
    if (f == F) {
      continue;
    }
    var count = 0u;
    var neuron = atRest(group.z, i, f);
    // Four drives are on their way while the four before are used. Bins from
    // T on are not looked at.
    var next = fourBins(neuron.row, lead, true);
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
      next = fourBins(neuron.row, lead + t + 4, true);
      nextGone = drivesGone(neuron.row, t + 4);
      count += advance(&neuron, now, gone, t);
    }
    countSpikes(count, group.z, neuron.words);
  }
  addSpikes(lane);
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

// Gradients of the spikes of four bins from t on, which is even or not.
fn fourAbove(place: Place, t: u32, isEven: bool) -> vec4<f32> {
  let step = place.step;
  let halved = half && pooled;
  let at = place.gradients + select(t, t / 2, halved) * step;
  let first = ds[at];
  let second = ds[at + step];
  if (halved && isEven) {
    let words = vec4(first << 16, first, second << 16, second);
    return bitcast<vec4<f32>>(words & vec4(0xffff0000u));
  }
  let third = ds[at + 2 * step];
  if (halved) {
    let words = vec4(first, second << 16, second, third << 16);
    return bitcast<vec4<f32>>(words & vec4(0xffff0000u));
  }
  return bitcast<vec4<f32>>(vec4(first, second, third, ds[at + 3 * step]));
}

// What the gradients of four potentials come from.
struct Four {
  potential: vec4<f32>,
  above: vec4<f32>,
}

// Loads four bins from t on, which is even or not.
fn load(place: Place, t: u32, isEven: bool) -> Four {
  let potential = fourBins(place.potentials, t, isEven);
  return Four(potential, fourAbove(place, t, isEven));
}

// Gradients of the potentials of four bins from t on; 0 from T on, and where
// there is no neuron, whatever lies there.
fn gradientsOf(four: Four, t: u32, isThere: bool) -> vec4<f32> {
  let du = poolGain * four.above * surrogate(four.potential);
  let counts = (vec4(t, t + 1, t + 2, t + 3) < vec4(T)) & vec4(isThere);
  return select(vec4(), du, counts);
}

// Stores gradients of four bins from t on.
fn leaveGradients(row: u32, value: vec4<f32>, t: u32) {
  var words = bitcast<vec4<u32>>(value);
  if (half) {
    // Rounded to the nearest.
    words = (words + vec4(0x8000u)) & vec4(0xffff0000u);
    words.x = (words.x >> 16) | words.y;
    words.y = (words.z >> 16) | words.w;
  }
  leaveWords(row, words, t);
}

// Σ_k epsilon[k] · du[t + k], of four bins from t on.
fn filteredBack(place: Place, t: u32) -> vec4<f32> {
  var sum = vec4<f32>();
  for (var k = 0u; k < min(K, T - t); k++) {
    let four = load(place, t + k, k % 2 == 0);
    sum += taps[k / 4][k & 3] * gradientsOf(four, t + k, place.isThere);
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
    let row = n * rowOf(sampleRows) * size + i;
    let rows = select(dsRows, rowOf(dsRows), pooled);
    let place = Place(row, n * rows * above + source, above, f < F);
    var factor = gain;
    if (normalised) {
      factor /= f32(max(largest[n], 1u));
    }
    var a = 0.0;
    var b = 0.0;
    let last = (T - 1) / 4 * 4;
    var next = load(place, last, true);
    var q1 = vec4<f32>();
    var q2 = vec4<f32>();
    var q3 = vec4<f32>();
    var q4 = vec4<f32>();
    for (var end = last + 4; end > 0; end -= 4) {
      let t = end - 4;
      let du = gradientsOf(next, t, place.isThere);
      // Of a few bins they have been kept, else they are computed again.
      var gone = vec4<f32>();
      if (K <= 16) {
        gone = ago(du.wzyx, q1, q2, q3, q4).wzyx;
        q4 = q3;
        q3 = q2;
        q2 = q1;
        q1 = du.wzyx;
      } else if (!exact && t + K < T) {
        let four = load(place, t + K, K % 2 == 0);
        gone = gradientsOf(four, t + K, place.isThere);
      }
      // Four bins are on their way while the four behind them are used.
      if (t > 0) {
        next = load(place, t - 4, true);
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
      leaveGradients(row + rowOf(lead) * size, factor * dx, t);
    }
  }
}
