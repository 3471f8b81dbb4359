// Neurons of a unit, from drive to spikes.
//
// forward  u[t] = step(state, y[n, t, p, c]), fires where u[t] >= theta
//          y = a[c] · x + b[c], see norm.wgsl; step() and reset() are those of
//          the neuron whose WGSL precedes this file, see stepped_neuron.wgsl
//
// x             [N, T, pixels, floats]  the drive
// coefficients  [floats]                a, b
// spikes        [N, B, pixels, C]       time-packed
// tally         [slots, stride]         spike count of each layer, accumulated
// fired         [pixels, C]             spike count of each neuron modulo 2^32,
//                                       accumulated
// potentials    [N, T, pixels, floats]  u, if `keep`
//
// One invocation owns one channel of every pixelLanes-th pixel of a strip.

override theta: f32 = 1;
override keep: bool = false;
override layer: u32 = 0;
override stride: u32 = 1;

@group(0) @binding(3) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(5) var<storage, read_write> tally: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> fired: array<atomic<u32>>;
@group(0) @binding(7) var<storage, read_write> potentials: array<f32>;

var<workgroup> sh_ones: atomic<u32>;

// Steps one bin of a word; returns its bit.
fn fireBin(
  neuron: ptr<function, State>,
  drive: f32,
  start: u32,
  t: u32,
) -> u32 {
  var state = *neuron;
  let u = step(&state, drive);
  let fires = u >= theta;
  reset(&state, fires);
  *neuron = state;
  if (keep && t < T) {
    potentials[start + t * pixels * floats] = u;
  }
  return select(0u, 1u << (t % 32), fires && t < T);
}

// Steps bins t to t + 3, which are a multiple of four; returns their bits.
fn fireFour(
  neuron: ptr<function, State>,
  coefficient: vec4<f32>,
  drives: vec4<f32>,
  start: u32,
  t: u32,
) -> u32 {
  var state = *neuron;
  let y = coefficient.x * drives + vec4(coefficient.y);
  let bits = fireBin(&state, y.x, start, t) |
    fireBin(&state, y.y, start, t + 1) |
    fireBin(&state, y.z, start, t + 2) |
    fireBin(&state, y.w, start, t + 3);
  *neuron = state;
  return bits;
}

// Integrates the bins of a word from `first` to before `end`; returns the word.
fn fireWord(
  neuron: ptr<function, State>,
  coefficient: vec4<f32>,
  start: u32,
  first: u32,
  end: u32,
) -> u32 {
  let drives = drivesOf(start, first, end);
  var state = *neuron;
  var word = fireFour(&state, coefficient, drives.q0, start, first);
  if (first + 4 < end) {
    word |= fireFour(&state, coefficient, drives.q1, start, first + 4);
  }
  if (first + 8 < end) {
    word |= fireFour(&state, coefficient, drives.q2, start, first + 8);
  }
  if (first + 12 < end) {
    word |= fireFour(&state, coefficient, drives.q3, start, first + 12);
  }
  if (first + 16 < end) {
    word |= fireFour(&state, coefficient, drives.q4, start, first + 16);
  }
  if (first + 20 < end) {
    word |= fireFour(&state, coefficient, drives.q5, start, first + 20);
  }
  if (first + 24 < end) {
    word |= fireFour(&state, coefficient, drives.q6, start, first + 24);
  }
  if (first + 28 < end) {
    word |= fireFour(&state, coefficient, drives.q7, start, first + 28);
  }
  *neuron = state;
  return word;
}

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let place = group.y * channelLanes + lane % channelLanes;
  let run = place / runFloats;
  let channel = run * runSize + place % runFloats;
  let n = group.z;
  let B = (T + 31) / 32;
  var ones = 0u;
  if (place < floats && place % runFloats < runSize) {
    let coefficient = coefficients[place];
    let last = pixelsOf(group.x);
    for (var p = lane / channelLanes; p < last; p += pixelLanes) {
      let pixel = group.x * stripPixels + p;
      let start = (n * T * pixels + pixel) * floats + place;
      var state = atRest();
      var count = 0u;
      for (var word = 0u; word < B; word++) {
        let end = min(word * 32 + 32, T);
        let bits = fireWord(&state, coefficient, start, word * 32, end);
        spikes[((n * B + word) * pixels + pixel) * C + channel] = bits;
        count += countOneBits(bits);
      }
      if (count > 0) {
        atomicAdd(&fired[pixel * C + channel], count);
        ones += count;
      }
    }
  }
  if (ones > 0) {
    atomicAdd(&sh_ones, ones);
  }
  workgroupBarrier();
  if (lane == 0) {
    atomicAdd(&tally[batch.slot * stride + layer], atomicLoad(&sh_ones));
  }
}
