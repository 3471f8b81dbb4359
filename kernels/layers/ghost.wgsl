// The second half of a ghost convolution: a depth-wise convolution of the first
// half of its feature maps, without bias, with padding that keeps their size.
//
// forward  x[n, t, p, c] = first[n, t, p, c] for c < half
//          x[n, t, p, half + c] = Σ_k w[k, c] · first[n, t, p + k, c]
// adjoint  dfirst[n, t, p, c] = dy[n, t, p, c]
//                             + Σ_k w[k, c] · dy[n, t, p − k, half + c]
// strips   stripSum[n, row, k, c] = Σ first[n, t, p + k, c]
//                                     · dy[n, t, p, half + c]
//          over the bins and the pixels p of a row
// total    dw[k, c] += Σ_n Σ_row stripSums[n, row, k, c]
//
// first, dfirst        [N, T, H, W, ⌈half/4⌉·4]
// x, dy                [N, T, H, W, ⌈2·half/4⌉·4]
// ghostWeights, dw     [window², ⌈half/4⌉·4]  w
// stripSum, stripSums  [N, H, window², ⌈half/4⌉·4]  one buffer
//
// One invocation owns a value of x or of dfirst, a weight of a row (strips), or
// a weight (total). Sums run in a fixed order that does not depend on
// micro-batches.
//
// Source: Han and others, GhostNet, arXiv:1911.11907.

override T: u32;
override H: u32;
override W: u32;
override half: u32;
override window: u32 = 3;
override firstFloats: u32 = (half + 3) / 4 * 4;
override floats: u32 = (2 * half + 3) / 4 * 4;
override taps: u32 = window * window;

@group(0) @binding(1) var<storage, read> first: array<f32>;
@group(0) @binding(2) var<storage, read> ghostWeights: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read> stripSums: array<f32>;
@group(0) @binding(5) var<storage, read_write> x: array<f32>;
@group(0) @binding(6) var<storage, read_write> dfirst: array<f32>;
@group(0) @binding(7) var<storage, read_write> stripSum: array<f32>;
@group(0) @binding(8) var<storage, read_write> dw: array<f32>;

// The pixel that tap k sees from a row and column, if it is inside.
struct Seen {
  pixel: u32,
  isThere: bool,
}

fn seenBy(row: u32, column: u32, k: u32) -> Seen {
  let y = row + k / window - window / 2;
  let z = column + k % window - window / 2;
  return Seen(y * W + z, y < H && z < W);
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = T * H * W * floats;
  for (var i = id.x; i < size; i += groups.x * 64) {
    let c = i % floats;
    let pixel = i / floats % (H * W);
    let frame = (id.z * T + i / floats / (H * W)) * H * W;
    var sum = 0.0;
    if (c < half) {
      sum = first[(frame + pixel) * firstFloats + c];
    } else if (c < 2 * half) {
      for (var k = 0u; k < taps; k++) {
        let seen = seenBy(pixel / W, pixel % W, k);
        if (seen.isThere) {
          let at = (frame + seen.pixel) * firstFloats + c - half;
          sum = fma(ghostWeights[k * firstFloats + c - half], first[at], sum);
        }
      }
    }
    x[id.z * size + i] = sum;
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = T * H * W * firstFloats;
  for (var i = id.x; i < size; i += groups.x * 64) {
    let c = i % firstFloats;
    let pixel = i / firstFloats % (H * W);
    let frame = (id.z * T + i / firstFloats / (H * W)) * H * W;
    var sum = 0.0;
    if (c < half) {
      sum = dy[(frame + pixel) * floats + c];
      for (var k = 0u; k < taps; k++) {
        // The pixel that sees this one through tap k.
        let seen = seenBy(pixel / W, pixel % W, taps - 1 - k);
        if (seen.isThere) {
          let at = (frame + seen.pixel) * floats + half + c;
          sum = fma(ghostWeights[k * firstFloats + c], dy[at], sum);
        }
      }
    }
    dfirst[id.z * size + i] = sum;
  }
}

@compute @workgroup_size(64)
fn strips(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x;
  let n = group.z;
  for (var i = lane; i < taps * firstFloats; i += 64) {
    let k = i / firstFloats;
    let c = i % firstFloats;
    var sum = 0.0;
    for (var t = 0u; c < half && t < T; t++) {
      let frame = (n * T + t) * H * W;
      for (var column = 0u; column < W; column++) {
        let seen = seenBy(row, column, k);
        if (seen.isThere) {
          let gradient = dy[(frame + row * W + column) * floats + half + c];
          let at = (frame + seen.pixel) * firstFloats + c;
          sum = fma(first[at], gradient, sum);
        }
      }
    }
    stripSum[(n * H + row) * taps * firstFloats + i] = sum;
  }
}

@compute @workgroup_size(64)
fn total(@builtin(global_invocation_id) id: vec3<u32>) {
  let size = taps * firstFloats;
  if (id.x >= size) {
    return;
  }
  var sum = 0.0;
  if (batch.accumulates > 0) {
    sum = dw[id.x];
  }
  for (var strip = 0u; strip < batch.samples * H; strip++) {
    sum += stripSums[strip * size + id.x];
  }
  dw[id.x] = sum;
}
