// All-to-all synapses, without bias.
//
// forward   x[n, t, o]  = Σ_i w[i, o] · s[n, t, i]
// adjoint   dx[n, t, i] = Σ_o w[i, o] · dy[n, t, o]
// s[n, t, i] is the spike, or the count, that raster holds.
//
// raster   [N, P, B, 32·⌈I/32⌉]  neuron-packed, see transpose_spikes.wgsl;
//                                plane p counts 2^p
// w        [I, Q]                outputs by quads, the last filled up with 0
// x, dy    [N, sampleRows, Q]    the first T rows
// dx       [N, T, inRow]         neuron i of the layer below in place
//                                i / inRun · ⌈inRun / 4⌉ · 4 + i % inRun
//
// A workgroup lists the spikes of a bin, or of several; one invocation owns a
// quad of outputs and every `parts`-th spike of a bin (forward), or eight bins
// of eight inputs (adjoint).

override T: u32;
override sampleRows: u32;
override I: u32;
override O: u32;
override P: u32 = 1;
override inRun: u32 = 1;
override inRow: u32 = 1;
override Q: u32 = (O + 3) / 4;
// Words of a bin that an invocation looks through at once, up to eight.
override each: u32 = 8;
// Bins of a workgroup, a power of two up to sixteen.
override bins: u32 = 1;
// Quads of a workgroup, and how often they fit it for each bin.
override share: u32 = min(Q, lanes);
override parts: u32 = lanes / share / bins;

// Bins and inputs of an adjoint's tile.
const tileSize = 64u;

@group(0) @binding(0) var<storage, read> raster: array<u32>;
@group(0) @binding(1) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// What the invocations of a quad have added up.
var<workgroup> sums: array<vec4<f32>, lanes>;

// The weights of a spike, which is listed as p << 28 | i.
fn rowOf(spike: u32, quad: u32) -> vec4<f32> {
  return w[(spike & 0x0fffffff) * Q + quad];
}

// Adds them 2^p times.
fn add(sum: vec4<f32>, spike: u32, row: vec4<f32>) -> vec4<f32> {
  if (P == 1) {
    return sum + row;
  }
  return fma(vec4(f32(1u << (spike >> 28))), row, sum);
}

// The words of a bin: where the first is, how far it is to the next plane, and
// how many there are.
struct Source {
  first: u32,
  plane: u32,
  words: u32,
}

// Word m of a bin, planes one after the other.
fn wordOf(bin: Source, m: u32) -> u32 {
  let whole = (I + 31) / 32;
  if (m >= bin.words) {
    return 0;
  }
  return raster[bin.first + m / whole * bin.plane + m % whole * 32];
}

// As what the first input of a word is listed.
fn spikeOf(m: u32) -> u32 {
  let whole = (I + 31) / 32;
  return ((m / whole) << 28) | (m % whole * 32);
}

@compute @workgroup_size(lanes)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let whole = (I + 31) / 32;
  let plane = B * whole * 32;
  // Invocations that look through the words of a bin.
  let chunks = lanes / bins;
  let seen = group.x * bins + lane / chunks;
  let block = group.z * P * plane + seen / 32 * whole * 32;
  let source =
    Source(block + seen % 32, plane, select(0u, P * whole, seen < T));
  let quad = group.y * share + lane % share;
  let part = lane / share % parts;
  let bin = lane / share / parts;
  let isThere = quad < Q && bin < bins;
  var sum = vec4<f32>();
  for (var m0 = 0u; m0 < P * whole; m0 += each * chunks) {
    let m = m0 + lane % chunks * each;
    let words = wordsOf(source, m, each);
    let rank = rankOf(onesOf(words), lane);
    if (lane % chunks == 0) {
      starts[lane / chunks] = rank;
    }
    let end = workgroupUniformLoad(&spikes);
    for (var base = 0u; base < end; base += listed) {
      if (base > 0) {
        workgroupBarrier();
      }
      list(words, m, rank, base);
      workgroupBarrier();
      if (isThere) {
        let span = spanOf(bin, bins, base);
        sum = addListed(sum, span.first + part, span.end, parts, quad);
      }
    }
  }
  sums[lane] = sum;
  workgroupBarrier();
  let t = group.x * bins + bin;
  if (isThere && part == 0 && t < T) {
    for (var other = 1u; other < parts; other++) {
      sum += sums[other * share + lane];
    }
    x[(group.z * sampleRows + t) * Q + quad] = sum;
  }
}

// A tile of 64 inputs by 64 bins, eight outputs of each; rows of three vectors,
// so that eight invocations beside one another meet no bank twice.
var<workgroup> rows: array<vec4<f32>, 192>;
var<workgroup> errors: array<vec4<f32>, 192>;

// Eight inputs of one bin; members, so that they stay in registers.
struct Sums {
  low: vec4<f32>,
  high: vec4<f32>,
}

// Adds what four outputs make of eight inputs.
fn addOutputs(
  sum: ptr<function, Sums>,
  e: vec4<f32>,
  x: mat4x4<f32>,
  y: mat4x4<f32>,
) {
  let left = transpose(x);
  let right = transpose(y);
  (*sum).low = fma(vec4(e.x), left[0], (*sum).low);
  (*sum).low = fma(vec4(e.y), left[1], (*sum).low);
  (*sum).low = fma(vec4(e.z), left[2], (*sum).low);
  (*sum).low = fma(vec4(e.w), left[3], (*sum).low);
  (*sum).high = fma(vec4(e.x), right[0], (*sum).high);
  (*sum).high = fma(vec4(e.y), right[1], (*sum).high);
  (*sum).high = fma(vec4(e.z), right[2], (*sum).high);
  (*sum).high = fma(vec4(e.w), right[3], (*sum).high);
}

fn put(value: f32, row: u32, i: u32) {
  if (i < I) {
    let place = i / inRun * ((inRun + 3) / 4) * 4 + i % inRun;
    dx[row + place] = value;
  }
}

fn store(sum: Sums, n: u32, t: u32, i: u32) {
  let row = (n * T + t) * inRow;
  if (t < T) {
    put(sum.low.x, row, i);
    put(sum.low.y, row, i + 8);
    put(sum.low.z, row, i + 16);
    put(sum.low.w, row, i + 24);
    put(sum.high.x, row, i + 32);
    put(sum.high.y, row, i + 40);
    put(sum.high.z, row, i + 48);
    put(sum.high.w, row, i + 56);
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.z;
  let t0 = group.y * tileSize;
  let left = lane % 8;
  let top = lane / 8;
  for (var i0 = group.x * tileSize; i0 < I; i0 += groups.x * tileSize) {
    var s0 = Sums();
    var s1 = Sums();
    var s2 = Sums();
    var s3 = Sums();
    var s4 = Sums();
    var s5 = Sums();
    var s6 = Sums();
    var s7 = Sums();
    for (var q0 = 0u; q0 < Q; q0 += 2) {
      workgroupBarrier();
      for (var at = lane; at < 128; at += 64) {
        let quad = q0 + at % 2;
        var row = vec4<f32>();
        var error = vec4<f32>();
        if (quad < Q) {
          row = w[min(i0 + at / 2, I - 1) * Q + quad];
          error = dy[(n * sampleRows + min(t0 + at / 2, T - 1)) * Q + quad];
        }
        rows[at / 2 * 3 + at % 2] = row;
        errors[at / 2 * 3 + at % 2] = error;
      }
      workgroupBarrier();
      for (var o = 0u; o < 2; o++) {
        let i = left * 3 + o;
        let x = mat4x4(rows[i], rows[i + 24], rows[i + 48], rows[i + 72]);
        let y =
          mat4x4(rows[i + 96], rows[i + 120], rows[i + 144], rows[i + 168]);
        let e = top * 24 + o;
        addOutputs(&s0, errors[e], x, y);
        addOutputs(&s1, errors[e + 3], x, y);
        addOutputs(&s2, errors[e + 6], x, y);
        addOutputs(&s3, errors[e + 9], x, y);
        addOutputs(&s4, errors[e + 12], x, y);
        addOutputs(&s5, errors[e + 15], x, y);
        addOutputs(&s6, errors[e + 18], x, y);
        addOutputs(&s7, errors[e + 21], x, y);
      }
    }
    let t = t0 + top * 8;
    store(s0, n, t, i0 + left);
    store(s1, n, t + 1, i0 + left);
    store(s2, n, t + 2, i0 + left);
    store(s3, n, t + 3, i0 + left);
    store(s4, n, t + 4, i0 + left);
    store(s5, n, t + 5, i0 + left);
    store(s6, n, t + 6, i0 + left);
    store(s7, n, t + 7, i0 + left);
  }
}
