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
// counted[i] is bit i of the count in bin j.

override H: u32;
override W: u32;
override C: u32;
override P: u32 = 1;
override window: u32;
// Bits of the largest count.
override digits: u32;

@group(0) @binding(3) var<storage, read> inputs: array<u32>;

var<private> counted: array<u32, 32>;

// Adds 2^p in those bins whose bits are set.
fn count(word: u32, p: u32) {
  var carry = word;
  for (var i = p; carry != 0; i++) {
    let digit = counted[i];
    counted[i] = digit ^ carry;
    carry &= digit;
  }
}

// Digit i of the counts in four bins.
fn digitOf(digit: u32, i: u32, j: vec4<u32>) -> vec4<u32> {
  return ((vec4(digit) >> j) & vec4(1u)) << vec4(i);
}

@compute @workgroup_size(lanes)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let OW = (W + window - 1) / window;
  let n = group.z;
  var fired = 0u;
  for (var f = group.x * lanes + lane; f < F; f += groups.x * lanes) {
    let top = f / C / OW * window;
    let left = f / C % OW * window;
    var neuron = atRest(n, f, f, lane);
    for (var b = 0u; b < B; b++) {
      for (var i = 0u; i < digits; i++) {
        counted[i] = 0;
      }
      for (var p = 0u; p < P; p++) {
        let plane = ((n * P + p) * B + b) * H * W * C + f % C;
        for (var y = top; y < min(top + window, H); y++) {
          for (var x = left; x < min(left + window, W); x++) {
            count(inputs[plane + (y * W + x) * C], p);
          }
        }
      }
      let digit0 = counted[0];
      let digit1 = counted[1];
      let digit2 = counted[2];
      for (var t = b * 32; t < min(b * 32 + 32, T); t += 4) {
        let j = vec4(0u, 1u, 2u, 3u) + t % 32;
        var sum = digitOf(digit0, 0u, j) + digitOf(digit1, 1u, j) +
          digitOf(digit2, 2u, j);
        for (var i = 3u; i < digits; i++) {
          sum += digitOf(counted[i], i, j);
        }
        fired += advance(&neuron, vec4<f32>(sum), t);
      }
    }
  }
  addSpikes(fired, lane);
}
