// Sum pooling with one fixed weight, and the neurons behind it.
//
// forward  x[n, t, oy, ox, c] = Σ bits of inputs in the k×k window; the
//          weight is in `height`; u, s as srm.wgsl has them
// Windows reach over the lower and right edge where k does not divide a side.
// The adjoint is read by neuron.wgsl on its way to the neurons below.
//
// inputs  [N, P, B, H, W, C]  packed, plane p counts 2^p
// F = ⌈H/k⌉ · ⌈W/k⌉ · C
//
// One invocation owns a neuron. It adds 32 bins at once, in binary: bit j of
// counted[i] is bit i of the count in bin j, and behind 32 digits come those of
// K bins before.

override H: u32;
override W: u32;
override C: u32;
override P: u32 = 1;
override window: u32;
// Bits of the largest count.
override digits: u32;

@group(0) @binding(3) var<storage, read> inputs: array<u32>;

var<private> counted: array<u32, 64>;

// Adds 2^p, from digit `first` on, in those bins whose bits are set.
fn count(word: u32, p: u32, first: u32) {
  var carry = word;
  for (var i = first + p; carry != 0; i++) {
    let digit = counted[i];
    counted[i] = digit ^ carry;
    carry &= digit;
  }
}

// Word b of the bits K bins before; `at` is where word 0 is.
fn gone(at: u32, b: u32) -> u32 {
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

// Counts word b of the window whose upper left corner is at row top and
// column left, in channel c.
fn countWindow(n: u32, b: u32, top: u32, left: u32, c: u32) {
  // Where K bins before are in the same word or the last, the same counts do.
  for (var i = 0u; i < digits; i++) {
    counted[32 + i] = select(0u, counted[i] >> ((32 - K % 32) % 32), K <= 32);
    counted[i] = 0;
  }
  for (var p = 0u; p < P; p++) {
    let plane = (n * P + p) * ((T + 31) / 32) * H * W * C + c;
    for (var y = top; y < min(top + window, H); y++) {
      for (var x = left; x < min(left + window, W); x++) {
        let at = plane + (y * W + x) * C;
        count(inputs[at + b * H * W * C], p, 0u);
        if (!exact && K > 32) {
          count(gone(at, b), p, 32u);
        }
      }
    }
  }
  if (K < 32) {
    for (var i = 0u; i < digits; i++) {
      counted[32 + i] |= counted[i] << (K % 32);
    }
  }
}

// Digit i of the counts in four bins.
fn digitOf(digit: u32, i: u32, j: vec4<u32>) -> vec4<u32> {
  return ((vec4(digit) >> j) & vec4(1u)) << vec4(i);
}

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let OW = (W + window - 1) / window;
  let n = group.z;
  var fired = 0u;
  for (var f = group.x * 64 + lane; f < F; f += groups.x * 64) {
    var neuron = atRest(n, f, f);
    for (var i = 0u; i < digits; i++) {
      counted[i] = 0;
    }
    for (var b = 0u; b < (T + 31) / 32; b++) {
      countWindow(n, b, f / C / OW * window, f / C % OW * window, f % C);
      // The lowest three in registers.
      let now0 = counted[0];
      let now1 = counted[1];
      let now2 = counted[2];
      let gone0 = counted[32];
      let gone1 = counted[33];
      let gone2 = counted[34];
      for (var t = b * 32; t < min(b * 32 + 32, T); t += 4) {
        let j = vec4(0u, 1u, 2u, 3u) + t % 32;
        var now = digitOf(now0, 0u, j) + digitOf(now1, 1u, j) +
          digitOf(now2, 2u, j);
        var past = digitOf(gone0, 0u, j) + digitOf(gone1, 1u, j) +
          digitOf(gone2, 2u, j);
        for (var i = 3u; i < digits; i++) {
          now += digitOf(counted[i], i, j);
          past += digitOf(counted[32 + i], i, j);
        }
        let x = vec4<f32>(now);
        if (exact) {
          leave(neuron.row + rowOf(lead) * 4 * Q, x, t);
        }
        fired += advance(&neuron, x, vec4<f32>(past), t);
      }
    }
  }
  addSpikes(fired, lane);
}
