// Adjoint of neurons: from the gradient of their spikes to the gradient of
// their drive, which overwrites the drive.
//
// adjoint  dx[n, t, f] of the neuron whose WGSL precedes this file. It defines
//          gradientsOf, which prepares four bins, and backFour, which
//          integrates them, the last bins first.
//          Where a pool reads the spikes (pooled)
//            ds[n, t, f] = poolGain · ds[n, t, output of the pool that sums f]
//          with the gradient of the pool's drive on the right.
// dx lies where neurons.wgsl has the drive. If `normalised`, it is the gradient
// for spikes of height one.
//
// ds  [N, aboveRows, 4·Q]  gradient of the spikes, in the first T rows; with
//                          `pooled`, of the pool's drive, outputs by quads
//
// One invocation owns a neuron.

// Rows of a sample in ds.
override aboveRows: u32;
// Whether a pool reads the spikes; its window, and columns and channels of its
// input.
override pooled: bool = false;
override window: u32 = 1;
override W: u32 = 1;
override C: u32 = 1;
override poolGain: f32 = 1;
// Whether the surrogate is constant, rho(theta), for gradients that have to
// reach neurons far from threshold. The potentials are then not used, and may
// have been overwritten.
override flat: bool = false;
// Whether to add dx to that of an earlier dispatch.
override adds: bool = false;
// Bins that are loaded ahead, 4 or 16, as in neuron.wgsl.
override ahead: u32 = 4;

@group(0) @binding(2) var<storage, read> ds: array<f32>;

// Indices of a neuron in bin 0: its potential, and the gradient of its spike.
struct Place {
  potentials: u32,
  gradients: u32,
  // Distance between rows of gradients.
  rowSize: u32,
  isThere: bool,
}

// Gradients of the spikes of bins t to t + 3.
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

// Loads bins t to t + 3.
fn load(place: Place, t: u32) -> Four {
  return Four(fourBins(place.potentials, t), fourAbove(place, t));
}

// Four bins, and the four bins that follow them by K.
struct Fours {
  now: Four,
  gone: Four,
}

// Loads bins t to t + 3, and those K bins later if K exceeds sixteen: otherwise
// their gradients are still in registers.
fn foursAt(place: Place, t: u32) -> Fours {
  var fours: Fours;
  fours.now = load(place, t);
  if (K > 16 && t + K < T) {
    fours.gone = load(place, t + K);
  }
  return fours;
}

// `ahead` bins; struct members rather than an array, so that they stay in
// registers.
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

// Stores the gradients of the drives of bins t to t + 3.
fn storeGradients(row: u32, dx: vec4<f32>, t: u32) {
  var value = dx;
  if (adds) {
    value += fourBins(row, t);
  }
  storeBins(row, value, t);
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
    // Width of a row of ds, and index of the neuron in it.
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
