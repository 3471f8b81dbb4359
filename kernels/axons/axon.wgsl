// The axons of a layer, which delay its spikes on their way to the layer above
// and drop those of neurons that dropout silences.
//
// forward  arrived[n, t, f] = kept(n, f) · s[n, t − shift(f), f]
// adjoint  ds[n, t, f] = scale · kept(n, f) · dy[n, t + shift(f), f]
//          Where a pool reads the spikes (pooled), dy of a neuron is poolGain
//          times that of the pool that sums it.
// Terms outside [0, T) are absent. kept is 0 or 1, drawn once per neuron and
// sample: 0 with probability p = threshold / 2^32; scale = 1 / (1 − p).
// shift(f) is shiftOf() of axon_shift.wgsl, which is compiled before this file.
//
// spikes   [N, P, B, F]         time-packed; a message of several planes is
//                               delayed as a whole
// dy       [N, aboveRows, 4·Q]  gradient of the arriving spikes, in the first T
//                               rows; with `pooled`, of the drive of the pool
// arrived  [N, P, B, F]         time-packed
// ds       [N, T, 4·Q]          gradient of the spikes
//
// One invocation owns a word of a neuron (forward), or eight bins (adjoint).

// Bins that an invocation owns in the adjoint.
const ownedBins = 8u;

override F: u32;
override P: u32 = 1;
override runSize: u32;
override threshold: u32 = 0;
override scale: f32 = 1;
// Index of the layer.
override layer: u32 = 0;
// See neuron_adjoint.wgsl; W is the width of the layer's own output.
override aboveRows: u32;
override pooled: bool = false;
override window: u32 = 1;
override W: u32 = 1;
override poolGain: f32 = 1;
// Quads of a run, and floats of a bin.
override run: u32 = (runSize + 3) / 4;
override row: u32 = F / runSize * run * 4;

@group(0) @binding(2) var<storage, read> spikes: array<u32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> arrived: array<u32>;
@group(0) @binding(5) var<storage, read_write> ds: array<f32>;

// Whether dropout silences neuron f in all bins of sample n.
fn isSilenced(n: u32, f: u32) -> bool {
  if (threshold == 0) {
    return false;
  }
  let key = hashed(batch.seed ^ hashed(batch.first + n + layer * 65536));
  return hashed(key ^ f) < threshold;
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let B = (T + 31) / 32;
  let plane = id.y / B;
  let b = id.y % B;
  for (var f = id.x; f < F; f += groups.x * 64) {
    let at = (id.z * P + plane) * B * F + f;
    let back = shiftOf(f) / 32;
    let bits = shiftOf(f) % 32;
    var word = 0u;
    if (b >= back) {
      word = spikes[at + (b - back) * F] << bits;
    }
    if (bits > 0 && b > back) {
      word |= spikes[at + (b - back - 1) * F] >> (32 - bits);
    }
    // Spikes that would arrive after the last bin are masked.
    let over = 32 * (b + 1) - min(T, 32 * (b + 1));
    word &= 0xffffffffu >> over;
    arrived[at + b * F] = select(word, 0u, isSilenced(id.z, f));
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let t0 = id.y * ownedBins;
  for (var i = id.x; i < row; i += groups.x * 64) {
    let inRun = i % (4 * run);
    if (inRun >= runSize) {
      continue;
    }
    let f = i / (4 * run) * runSize + inRun;
    // Width of a row of dy, and index of the neuron in it.
    var above = row;
    var source = i;
    if (pooled) {
      let OW = (W + window - 1) / window;
      above = ((F / C / W + window - 1) / window * OW * C + 3) / 4 * 4;
      source = (f / C / W / window * OW + f / C % W / window) * C + f % C;
    }
    let ahead = shiftOf(f);
    let factor = select(scale * poolGain, 0.0, isSilenced(n, f));
    for (var t = t0; t < min(t0 + ownedBins, T); t++) {
      var value = 0.0;
      if (t + ahead < T) {
        value = factor * dy[(n * aboveRows + t + ahead) * above + source];
      }
      ds[(n * T + t) * row + i] = value;
    }
  }
}
