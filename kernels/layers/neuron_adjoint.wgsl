// Neurons on their own, back in time: from the gradient of their spikes to that
// of their drive, which takes the drive's place.
//
// adjoint  dx of the neuron that this text is compiled after: for four bins at
//          a time, the last first, `gradientsOf` finds what `back` goes on from
// Below a pool, ds is the gradient of the pool's drive:
//          ds[n, t, f] = poolGain · above[n, t, window of f]
// Where `flat`, ds goes through the surrogate at the threshold instead of that
// at the potential, which may be gone by then; where `adds`, dx is added to the
// dx that an earlier dispatch left there.
// dx is for spikes of height one where inputs are normalised.
//
// ds  [N, T, 4·Q]  gradient of the spikes, or, below a pool,
//     [N, aboveRows, 4·⌈F above / 4⌉]  of its drive, in the first T rows
//
// One invocation owns a neuron.

// Rows of a sample's gradients.
override aboveRows: u32;
override pooled: bool = false;
override window: u32 = 1;
override W: u32 = 1;
override C: u32 = 1;
override poolGain: f32 = 1;
override flat: bool = false;
override adds: bool = false;
// Bins that are on their way while those after are used, 4 or 16, as in
// neuron.wgsl.
override ahead: u32 = 4;

@group(0) @binding(2) var<storage, read> ds: array<f32>;

// Where a neuron's potentials and the gradients of its spikes are, in bin 0.
struct Place {
  potentials: u32,
  gradients: u32,
  // Distance of a row of gradients from the next.
  rowSize: u32,
  isThere: bool,
}

// Gradients of the spikes of four bins from t on.
fn fourAbove(place: Place, t: u32) -> vec4<f32> {
  let size = place.rowSize;
  let at = place.gradients + t * size;
  return vec4(ds[at], ds[at + size], ds[at + 2 * size], ds[at + 3 * size]);
}

// Potentials of four bins, and gradients of their spikes.
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

// The first quad of `ahead` bins, and the others, if any.
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

// Stores gradients of drives of four bins from t on.
fn storeGradients(row: u32, dx: vec4<f32>, t: u32) {
  var value = dx;
  if (adds) {
    value += fourBins(row, t);
  }
  leave(row, value, t);
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
    let place = Place(row, n * aboveRows * above + source, above, f < F);
    var factor = gain;
    if (normalised) {
      factor /= f32(max(largest[n], 1u));
    }
    var neuron = startBack(row + lead * size, factor);
    var past = Past();
    let last = (T - 1) / ahead * ahead;
    var next = blockAt(place, last);
    for (var end = last + ahead; end > 0; end -= ahead) {
      let t = end - ahead;
      var fourth: Gradients;
      var third: Gradients;
      var second: Gradients;
      if (ahead > 4) {
        fourth = gradientsOf(&past, place, next.fourth, t + 12);
        third = gradientsOf(&past, place, next.third, t + 8);
        second = gradientsOf(&past, place, next.second, t + 4);
      }
      let first = gradientsOf(&past, place, next.first, t);
      if (t > 0) {
        next = blockAt(place, t - ahead);
      }
      if (ahead > 4) {
        backFour(&neuron, fourth, t + 12);
        backFour(&neuron, third, t + 8);
        backFour(&neuron, second, t + 4);
      }
      backFour(&neuron, first, t);
    }
  }
}
