// Neurons on their own: from a drive in memory to spikes, and back.
//
// forward  u, s as srm.wgsl has them, from the drive x that lies after them
// adjoint  dx[n, t, f] = factor · Σ_k epsilon[k] · du[n, t + k, f]
//          du[n, t, f] = ds[n, t, f] · scale · exp(−slope · |u − theta|)
// Below a pool, ds is the gradient of the pool's drive:
//          ds[n, t, f] = poolGain · above[n, t, window of f]
// Terms outside [0, T) are absent; the refractory path is not differentiated.
// dx takes the place of x or, where `adds`, is added to the dx that lies there;
// it is for spikes of height one where inputs are normalised.
//
// ds  [N, T, 4·Q]  gradient of the spikes, or, below a pool,
//     [N, sampleRows, 4·⌈F above / 4⌉]  of its drive, in the first T rows
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
override adds: bool = false;
// Bins that are on their way while those before are used, 4 or 16: more where
// neurons are so few that a device has nothing else to do meanwhile.
override ahead: u32 = 4;

@group(0) @binding(2) var<storage, read> ds: array<f32>;

// The drives K bins before those of t to t + 3, 0 where there was none, and
// where they are not to be looked up.
fn drivesGone(row: u32, t: u32) -> vec4<f32> {
  if (K <= 16) {
    return vec4();
  }
  let drives = fourBins(row, lead - K + t);
  return select(vec4(), drives, vec4(t, t + 1, t + 2, t + 3) >= vec4(K));
}

// What drives four bins, and what drove those K bins before.
struct Drives {
  now: vec4<f32>,
  gone: vec4<f32>,
}

// Bins from T on are not looked at.
fn drivesAt(row: u32, t: u32) -> Drives {
  return Drives(fourBins(row, lead + t), drivesGone(row, t));
}

// The first quad of `ahead` bins, and the others, if any.
struct DriveBlock {
  first: Drives,
  second: Drives,
  third: Drives,
  fourth: Drives,
}

fn driveBlockAt(row: u32, t: u32) -> DriveBlock {
  var block: DriveBlock;
  block.first = drivesAt(row, t);
  if (ahead > 4) {
    block.second = drivesAt(row, t + 4);
    block.third = drivesAt(row, t + 8);
    block.fourth = drivesAt(row, t + 12);
  }
  return block;
}

// The sixteen values before those in hand, four at a time, the latest first.
struct Past {
  q1: vec4<f32>,
  q2: vec4<f32>,
  q3: vec4<f32>,
  q4: vec4<f32>,
}

// The values K before those of `now`, which join them; K is at most sixteen.
fn exchange(past: ptr<function, Past>, now: vec4<f32>) -> vec4<f32> {
  let old = *past;
  *past = Past(now, old.q1, old.q2, old.q3);
  return ago(now, old.q1, old.q2, old.q3, old.q4);
}

// Takes a neuron four bins on; returns how often it fired, as `advance` does.
fn fire(
  neuron: ptr<function, Neuron>,
  past: ptr<function, Past>,
  drives: Drives,
  t: u32,
) -> u32 {
  if (K <= 16) {
    return advance(neuron, drives.now, exchange(past, drives.now), t);
  }
  return advance(neuron, drives.now, drives.gone, t);
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
    var past = Past();
    var next = driveBlockAt(neuron.row, 0u);
    for (var t = 0u; t < T; t += ahead) {
      let now = next;
      next = driveBlockAt(neuron.row, t + ahead);
      count += fire(&neuron, &past, now.first, t);
      if (ahead > 4 && t + 4 < T) {
        count += fire(&neuron, &past, now.second, t + 4);
      }
      if (ahead > 4 && t + 8 < T) {
        count += fire(&neuron, &past, now.third, t + 8);
      }
      if (ahead > 4 && t + 12 < T) {
        count += fire(&neuron, &past, now.fourth, t + 12);
      }
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

// Gradients of the spikes of four bins from t on.
fn fourAbove(place: Place, t: u32) -> vec4<f32> {
  let step = place.step;
  let at = place.gradients + t * step;
  return vec4(ds[at], ds[at + step], ds[at + 2 * step], ds[at + 3 * step]);
}

// What the gradients of four potentials come from.
struct Four {
  potential: vec4<f32>,
  above: vec4<f32>,
}

// Loads four bins from t on.
fn load(place: Place, t: u32) -> Four {
  return Four(fourBins(place.potentials, t), fourAbove(place, t));
}

// Four bins from t on, a multiple of four, and the four K bins after them.
struct Fours {
  now: Four,
  gone: Four,
}

// Loads them; those after only where they are neither kept nor computed.
fn foursAt(place: Place, t: u32) -> Fours {
  var fours: Fours;
  fours.now = load(place, t);
  if (K > 16 && t + K < T) {
    fours.gone = load(place, t + K);
  }
  return fours;
}

// As DriveBlock is.
struct Block {
  first: Fours,
  second: Fours,
  third: Fours,
  fourth: Fours,
}

fn blockAt(place: Place, t: u32) -> Block {
  var block: Block;
  block.first = foursAt(place, t);
  if (ahead > 4) {
    block.second = foursAt(place, t + 4);
    block.third = foursAt(place, t + 8);
    block.fourth = foursAt(place, t + 12);
  }
  return block;
}

// Gradients of the potentials of four bins from t on; 0 from T on, and where
// there is no neuron, whatever lies there.
fn gradientsOf(four: Four, t: u32, isThere: bool) -> vec4<f32> {
  let du = poolGain * four.above * surrogate(four.potential);
  let counts = (vec4(t, t + 1, t + 2, t + 3) < vec4(T)) & vec4(isThere);
  return select(vec4(), du, counts);
}

// Stores gradients of four bins from t on; where `adds`, added to those that an
// earlier dispatch left there.
fn storeGradients(row: u32, dx: vec4<f32>, t: u32) {
  var value = dx;
  if (adds) {
    value += fourBins(row, t);
  }
  leave(row, value, t);
}

// Gradients of the potentials of four bins, and of those K bins after them.
struct Slopes {
  now: vec4<f32>,
  gone: vec4<f32>,
}

// Those of four bins from t on. The gradients after them have been kept, if
// they are of a few bins, else they are computed again.
fn slopesOf(
  past: ptr<function, Past>,
  place: Place,
  fours: Fours,
  t: u32,
) -> Slopes {
  let du = gradientsOf(fours.now, t, place.isThere);
  if (K <= 16) {
    return Slopes(du, exchange(past, du.wzyx).wzyx);
  }
  return Slopes(du, gradientsOf(fours.gone, t + K, place.isThere));
}

// A neuron on its way back.
struct Back {
  // Where its gradients go, in bin 0.
  row: u32,
  factor: f32,
  a: f32,
  b: f32,
}

// Takes a neuron back over four bins from t on, unless there are none.
fn back(neuron: ptr<function, Back>, slopes: Slopes, t: u32) {
  if (t >= T) {
    return;
  }
  let du = slopes.now;
  let gone = slopes.gone;
  var a = (*neuron).a;
  var b = (*neuron).b;
  var dx: vec4<f32>;
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
  (*neuron).a = a;
  (*neuron).b = b;
  storeGradients((*neuron).row, (*neuron).factor * dx, t);
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
    let rows = select(T, sampleRows, pooled);
    let place = Place(row, n * rows * above + source, above, f < F);
    var factor = gain;
    if (normalised) {
      factor /= f32(max(largest[n], 1u));
    }
    var neuron = Back(row + lead * size, factor, 0.0, 0.0);
    var past = Past();
    let last = (T - 1) / ahead * ahead;
    var next = blockAt(place, last);
    for (var end = last + ahead; end > 0; end -= ahead) {
      let t = end - ahead;
      var fourth: Slopes;
      var third: Slopes;
      var second: Slopes;
      if (ahead > 4) {
        fourth = slopesOf(&past, place, next.fourth, t + 12);
        third = slopesOf(&past, place, next.third, t + 8);
        second = slopesOf(&past, place, next.second, t + 4);
      }
      let first = slopesOf(&past, place, next.first, t);
      if (t > 0) {
        next = blockAt(place, t - ahead);
      }
      if (ahead > 4) {
        back(&neuron, fourth, t + 12);
        back(&neuron, third, t + 8);
        back(&neuron, second, t + 4);
      }
      back(&neuron, first, t);
    }
  }
}
