// Pooling and dropout of spikes, or of counts in bit planes, without neurons.
//
// largest  out[n, t, oy, ox, c] = max over the window of count[n, t, y, x, c]
// sum      the sum over the window; the next layer divides it
//          both 0 for outputs that dropout silences for all of a sample
// routes   bit t is set where the gradient of out goes to count[n, t, y, x, c]:
//          for largest to the first of the window's maxima, else to all, and
//          not where dropout silences the output. Blocks of `inner` rows and
//          columns are searched one by one, so that one window stands for two
//          cascaded poolings
//
// count        [N, P, B, H, W, C]     bit planes: plane p counts 2^p
// out, pooled  [N, OP, B, OH, OW, C]  one buffer
// route        [N, B, H, W, C]
//
// One invocation owns a word of an output (largest, sum) or of an input
// (routes). Rows and columns after the last whole window are not pooled.

override B: u32 = 1;
override P: u32 = 1;
override OP: u32 = 1;
override H: u32;
override W: u32;
override C: u32;
override window: u32 = 1;
override inner: u32 = 1;
override OH: u32 = H / window;
override OW: u32 = W / window;
// Dropout silences an output where a hash is below this; 2^32 · the
// probability.
override threshold: u32 = 0;
// Index of the layer, so that each layer draws its own outputs.
override layer: u32 = 0;
// Whether `routes` belongs to `largest`.
override picks: bool = false;

@group(0) @binding(1) var<storage, read> count: array<u32>;
@group(0) @binding(2) var<storage, read> pooled: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<u32>;
@group(0) @binding(4) var<storage, read_write> route: array<u32>;

// Whether dropout silences output f in all bins of sample n.
fn isSilenced(n: u32, f: u32) -> bool {
  if (threshold == 0 || batch.trains == 0) {
    return false;
  }
  let key = hashed(batch.seed ^ hashed(batch.first + n + layer * 65536));
  return hashed(key ^ f) < threshold;
}

// Index of word b of plane p of a pixel's channel.
fn wordOf(n: u32, p: u32, b: u32, pixel: u32, c: u32) -> u32 {
  return (((n * P + p) * B + b) * H * W + pixel) * C + c;
}

@compute @workgroup_size(64)
fn largest(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = OH * OW * C;
  let n = id.z;
  let b = id.y;
  for (var f = id.x; f < size; f += groups.x * 64) {
    let c = f % C;
    let top = f / C / OW * window;
    let left = f / C % OW * window;
    let silenced = isSilenced(n, f);
    // The largest count so far, plane by plane.
    var best = array<u32, 8>();
    for (var k = 0u; k < window * window && !silenced; k++) {
      let pixel = (top + k / window) * W + left + k % window;
      // Bins where this count exceeds the best one. Goes from the highest plane
      // down: the first bit in which both differ decides.
      var equal = 0xffffffffu;
      var larger = 0u;
      for (var p = P; p > 0; p--) {
        let bits = count[wordOf(n, p - 1, b, pixel, c)];
        larger |= equal & bits & ~best[p - 1];
        equal &= ~(bits ^ best[p - 1]);
      }
      for (var p = 0u; p < P && larger != 0; p++) {
        let bits = count[wordOf(n, p, b, pixel, c)];
        best[p] = (best[p] & ~larger) | (bits & larger);
      }
    }
    for (var p = 0u; p < P; p++) {
      out[((n * P + p) * B + b) * size + f] = best[p];
    }
  }
}

@compute @workgroup_size(64)
fn sum(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = OH * OW * C;
  let n = id.z;
  let b = id.y;
  for (var f = id.x; f < size; f += groups.x * 64) {
    let c = f % C;
    let top = f / C / OW * window;
    let left = f / C % OW * window;
    let silenced = isSilenced(n, f);
    var total = array<u32, 16>();
    for (var k = 0u; k < window * window && !silenced; k++) {
      let pixel = (top + k / window) * W + left + k % window;
      for (var p = 0u; p < P; p++) {
        var carry = count[wordOf(n, p, b, pixel, c)];
        for (var digit = p; carry != 0 && digit < OP; digit++) {
          let both = total[digit] & carry;
          total[digit] ^= carry;
          carry = both;
        }
      }
    }
    for (var p = 0u; p < OP; p++) {
      out[((n * OP + p) * B + b) * size + f] = total[p];
    }
  }
}

// Bins in which a pixel's count equals the window's maximum.
fn equalTo(n: u32, b: u32, pixel: u32, c: u32, output: u32) -> u32 {
  var equal = 0xffffffffu;
  for (var p = 0u; p < P; p++) {
    let best = pooled[((n * P + p) * B + b) * OH * OW * C + output];
    equal &= ~(count[wordOf(n, p, b, pixel, c)] ^ best);
  }
  return equal;
}

// Position of a row and column in the search order of a window.
fn rankOf(row: u32, column: u32) -> u32 {
  let block = row / inner * (window / inner) + column / inner;
  return (block * inner + row % inner) * inner + column % inner;
}

// Offset of the k-th pixel in the search order from the window's first pixel.
fn pixelOf(k: u32) -> u32 {
  let block = k / (inner * inner);
  let row = block / (window / inner) * inner + k / inner % inner;
  return row * W + block % (window / inner) * inner + k % inner;
}

@compute @workgroup_size(64)
fn routes(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = H * W * C;
  let n = id.z;
  let b = id.y;
  for (var i = id.x; i < size; i += groups.x * 64) {
    let c = i % C;
    let y = i / C / W;
    let x = i / C % W;
    var open = 0u;
    if (y / window < OH && x / window < OW) {
      let output = (y / window * OW + x / window) * C + c;
      if (!isSilenced(n, output)) {
        open = 0xffffffffu;
        if (picks) {
          open = equalTo(n, b, y * W + x, c, output);
        }
      }
      let corner = y / window * window * W + x / window * window;
      let own = rankOf(y % window, x % window);
      for (var k = 0u; picks && k < own && open != 0; k++) {
        open &= ~equalTo(n, b, corner + pixelOf(k), c, output);
      }
    }
    route[((n * B + b) * H * W * C) + i] = open;
  }
}
