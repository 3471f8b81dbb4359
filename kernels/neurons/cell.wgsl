// Neurons of a unit: from its drive to its spikes.
//
// forward  u[t] = step(state, y[n, t, p, c]), fires where u[t] >= theta
//          y = a[c] · x + b[c], see norm.wgsl; step() and reset() are those of
//          the neuron whose text is compiled before this one, see
//          stepped_neuron.wgsl
//
// x             [N, T, pixels, floats]  the drive
// coefficients  [floats]                a, b
// spikes        [N, B, pixels, C]       time-packed
// tally         [slots, stride]         spikes of each layer, added to
// fired         [pixels, C]             spikes of each neuron modulo 2^32,
//                                       added to
// potentials    [N, T, pixels, floats]  u, if `keep`
//
// One invocation owns one channel of every pixelLanes-th pixel of a strip.

override theta: f32 = 1;
override keep: bool = false;
override layer: u32 = 0;
override stride: u32 = 1;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(4) var<storage, read_write> tally: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> fired: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> potentials: array<f32>;

var<workgroup> sh_ones: atomic<u32>;

// Integrates bins of a word, up to `end`; returns the word.
fn fireWord(
  neuron: ptr<function, State>,
  start: u32,
  first: u32,
  end: u32,
  a: f32,
  b: f32,
) -> u32 {
  let row = pixels * floats;
  var state = *neuron;
  var word = 0u;
  for (var t = first; t < end; t += 4) {
    // Four loads are issued before the first is used; those from T on load the
    // last bin again, and are not used.
    var drives: array<f32, 4>;
    for (var k = 0u; k < 4; k++) {
      drives[k] = x[start + min(t + k, end - 1) * row];
    }
    for (var k = 0u; k < 4 && t + k < end; k++) {
      let u = step(&state, fma(a, drives[k], b));
      let fires = u >= theta;
      reset(&state, fires);
      word |= select(0u, 1u << ((t + k) % 32), fires);
      if (keep) {
        potentials[start + (t + k) * row] = u;
      }
    }
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
    let end = pixelsOf(group.x);
    for (var p = lane / channelLanes; p < end; p += pixelLanes) {
      let pixel = group.x * stripPixels + p;
      let start = (n * T * pixels + pixel) * floats + place;
      var state = atRest();
      var count = 0u;
      for (var word = 0u; word < B; word++) {
        let bits = fireWord(
          &state,
          start,
          word * 32,
          min(word * 32 + 32, T),
          coefficient.x,
          coefficient.y,
        );
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
