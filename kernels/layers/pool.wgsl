// Sum pooling with one fixed weight, and the neurons that it drives.
//
// forward  x[n, t, oy, ox, c] = Σ of the spikes, or counts, in bin t of channel
//            c in a window of `window` × `window` pixels
//          u[n, t, f] and spikes[n, b, f], see neurons.wgsl, of the neuron
//            whose WGSL precedes this file
// gather   u[n, t, f] = x[n, t, f], for neurons that a stream integrates
// `height` includes the weight of the pool. Windows extend past the lower and
// the right edge where `window` does not divide a side. The adjoint is part of
// neuron_adjoint.wgsl, for the neurons below.
//
// inputs        [N, P, B, H, W, C]  incoming spikes, time-packed
// neuronPacked  [N, B, 32·⌈F/32⌉]   the spikes of the pool, neuron-packed, see
//                                   transpose_spikes.wgsl; if `packsNeurons`
// F = OH · OW · C with OH = ⌈H/window⌉ and OW = ⌈W/window⌉
//
// One invocation owns a neuron. It counts in 32 bins at once with bitwise
// ripple-carry adders: bit j of digit i is bit i of the count in bin j.

override H: u32;
override W: u32;
override C: u32;
override P: u32 = 1;
override window: u32;
// Bits of the largest count.
override digits: u32;
// Whether to store the spikes in neuronPacked too, for a layer that reads it.
override packsNeurons: bool = false;

@group(0) @binding(2) var<storage, read> inputs: array<u32>;
@group(0) @binding(3) var<storage, read_write> neuronPacked: array<u32>;

// The three lowest digits; struct members rather than an array, so that they
// stay in registers.
struct Digits {
  d0: u32,
  d1: u32,
  d2: u32,
}

// The other digits: 0 to 31 for the current bins, 32 to 63 for those K bins
// before.
var<private> higher: array<u32, 64>;

// Adds 2^p in the bins whose bits are set; higher digits begin at `first`.
fn add(digit: ptr<function, Digits>, word: u32, p: u32, first: u32) {
  let before = *digit;
  var carry = word;
  if (p == 0) {
    (*digit).d0 = before.d0 ^ carry;
    carry &= before.d0;
  }
  if (p <= 1) {
    (*digit).d1 = before.d1 ^ carry;
    carry &= before.d1;
  }
  if (p <= 2) {
    (*digit).d2 = before.d2 ^ carry;
    carry &= before.d2;
  }
  for (var i = max(p, 3u); i < digits && carry != 0; i++) {
    let value = higher[first + i];
    higher[first + i] = value ^ carry;
    carry &= value;
  }
}

// The input word shifted by K bins; bit j is bin 32b + j − K. Word 0 is at
// index `at`.
fn goneWord(at: u32, b: u32) -> u32 {
  let size = H * W * C;
  let back = K / 32;
  var word = 0u;
  if (b >= back) {
    word = inputs[at + (b - back) * size] << (K % 32);
  }
  if (K % 32 > 0 && b > back) {
    word |= inputs[at + (b - back - 1) * size] >> ((32 - K % 32) % 32);
  }
  return word;
}

// Counts the spikes of word b in channel c of a window, whose upper left pixel
// is at row `top` and column `left`, and those K bins before.
fn countWindow(
  now: ptr<function, Digits>,
  past: ptr<function, Digits>,
  n: u32,
  b: u32,
  top: u32,
  left: u32,
  c: u32,
) {
  // For K up to 32, the bins K before are in this word or the previous one,
  // whose counts are shifted; otherwise they are counted from the inputs.
  let old = *now;
  let back = (32 - K % 32) % 32;
  *past = Digits();
  if (K <= 32) {
    *past = Digits(old.d0 >> back, old.d1 >> back, old.d2 >> back);
  }
  *now = Digits();
  for (var i = 3u; i < digits; i++) {
    higher[32 + i] = select(0u, higher[i] >> back, K <= 32);
    higher[i] = 0;
  }
  for (var p = 0u; p < P; p++) {
    let plane = (n * P + p) * ((T + 31) / 32) * H * W * C + c;
    for (var y = top; y < min(top + window, H); y++) {
      for (var x = left; x < min(left + window, W); x++) {
        let at = plane + (y * W + x) * C;
        add(now, inputs[at + b * H * W * C], p, 0u);
        if (K > 32) {
          add(past, goneWord(at, b), p, 32u);
        }
      }
    }
  }
  if (K < 32) {
    (*past).d0 |= (*now).d0 << (K % 32);
    (*past).d1 |= (*now).d1 << (K % 32);
    (*past).d2 |= (*now).d2 << (K % 32);
    for (var i = 3u; i < digits; i++) {
      higher[32 + i] |= higher[i] << (K % 32);
    }
  }
}

// The counts in bins j to j + 3 of a word. Higher digits begin at `first`.
fn countsAt(digit: Digits, j: u32, first: u32) -> vec4<f32> {
  let bins = vec4(j) + vec4(0u, 1u, 2u, 3u);
  var sum = (vec4(digit.d0) >> bins) & vec4(1u);
  sum |= ((vec4(digit.d1) >> bins) & vec4(1u)) << vec4(1u);
  sum |= ((vec4(digit.d2) >> bins) & vec4(1u)) << vec4(2u);
  for (var i = 3u; i < digits; i++) {
    sum |= ((vec4(higher[first + i]) >> bins) & vec4(1u)) << vec4(i);
  }
  if (digits > 23) {
    return vec4<f32>(sum);
  }
  // A count below 2^23 is placed in the mantissa of the float32 2^23, which is
  // then subtracted: faster than a conversion.
  return bitcast<vec4<f32>>(sum | vec4(0x4b000000u)) - vec4(8388608.0);
}

// Workgroup memory for the bit transpose of 32 bins of 64 neurons.
var<workgroup> sh_words: array<atomic<u32>, 64>;

// Stores word b of 64 neurons, starting at neuron `first`, in neuronPacked.
fn packNeurons(word: u32, n: u32, b: u32, first: u32, lane: u32) {
  let column = lane / 32 * 32;
  atomicStore(&sh_words[lane], 0u);
  workgroupBarrier();
  for (var bits = word; bits != 0; bits &= bits - 1) {
    atomicOr(&sh_words[column + countTrailingZeros(bits)], 1u << (lane % 32));
  }
  workgroupBarrier();
  if (first + column < F) {
    let at = (n * ((T + 31) / 32) + b) * ((F + 31) / 32) * 32 + first;
    neuronPacked[at + lane] = atomicLoad(&sh_words[lane]);
  }
  workgroupBarrier();
}

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let OW = (W + window - 1) / window;
  let n = group.z;
  for (var first = group.x * 64; first < F; first += groups.x * 64) {
    let f = first + lane;
    let isThere = f < F;
    var neuron = startNeuron(n, f, f);
    var count = 0u;
    var now = Digits();
    var past = Digits();
    for (var i = 3u; i < digits; i++) {
      higher[i] = 0;
    }
    var q1 = vec4<f32>();
    var q2 = vec4<f32>();
    var q3 = vec4<f32>();
    var q4 = vec4<f32>();
    let top = f / C / OW * window;
    let left = f / C % OW * window;
    for (var b = 0u; b < (T + 31) / 32; b++) {
      if (isThere) {
        countWindow(&now, &past, n, b, top, left, f % C);
      }
      let end = min(b * 32 + 32, T);
      for (var t = b * 32; isThere && t < end; t += 4) {
        let x = countsAt(now, t % 32, 0u);
        var gone: vec4<f32>;
        if (K <= 16) {
          gone = delayed(x, q1, q2, q3, q4);
          q4 = q3;
          q3 = q2;
          q2 = q1;
          q1 = x;
        } else {
          gone = countsAt(past, t % 32, 32u);
        }
        count += advance(&neuron, x, gone, t);
      }
      if (packsNeurons) {
        let word = neuron.recent >> (28 - (end - 1) % 32 / 4 * 4);
        packNeurons(word, n, b, first, lane);
      }
    }
    if (isThere) {
      countSpikes(count, n, neuron.words);
    }
  }
  addSpikes(lane);
}

@compute @workgroup_size(64)
fn gather(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let OW = (W + window - 1) / window;
  for (var f = id.x; f < F; f += groups.x * 64) {
    var now = Digits();
    var past = Digits();
    for (var i = 3u; i < digits; i++) {
      higher[i] = 0;
    }
    let top = f / C / OW * window;
    let left = f / C % OW * window;
    for (var t = 0u; t < T; t += 4) {
      if (t % 32 == 0) {
        countWindow(&now, &past, id.z, t / 32, top, left, f % C);
      }
      let row = id.z * sampleRows * 4 * Q + f;
      storeBins(row, countsAt(now, t % 32, 0u), t);
    }
  }
}
