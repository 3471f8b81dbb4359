// All-to-all synapses, without bias.
//
// forward   x[n, t, o]  = Σ_i w[i, o] · s[n, t, i]
// adjoint   dx[n, t, i] = Σ_o w[i, o] · dy[n, t, o]
// gradient  dw[i, o]   += height · Σ_n Σ_t s[n, t, i] · dy[n, t, o]
// s[n, t, i] is the spike, or the count, that raster and inputs hold.
//
// raster   [N, P, B, 32·⌈I/32⌉]  as transpose.wgsl leaves them
// inputs   [N, P, B, I]          packed along time, plane p counts 2^p
// w, dw    [I, Q]                outputs by quads, the last filled up with 0
// x, dy    [N, sampleRows, Q]    the first T rows
// dx       [N, T, inRow]         neuron i of the layer below in place
//                                i / inRun · ⌈inRun / 4⌉ · 4 + i % inRun
//
// A workgroup lists the spikes of a bin, 64 words at a time; one invocation
// owns a quad of outputs and every `parts`-th spike (forward), eight bins of
// eight inputs (adjoint), or every `sharers`-th word of a quad of an input's
// weights (gradient). Sums run over samples, then sharers, words and bits, so
// they do not depend on how a batch is cut; dw starts at 0 unless batch.begun.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
  begun: u32,
}

override T: u32;
override sampleRows: u32;
override I: u32;
override O: u32;
override P: u32 = 1;
// Whether many inputs spike.
override busy: bool = false;
override height: f32 = 1;
override inRun: u32 = 1;
override inRow: u32 = 1;
override Q: u32 = (O + 3) / 4;
// Quads of a workgroup, and how often they fit it.
override share: u32 = min(Q, 64u);
override parts: u32 = 64 / share;
// Invocations that share an input's gradient, word by word.
override sharers: u32 = 1;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> raster: array<u32>;
@group(0) @binding(2) var<storage, read> inputs: array<u32>;
@group(0) @binding(3) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;
@group(0) @binding(7) var<storage, read_write> dw: array<vec4<f32>>;

// How many bits are set in each of 64 words, and which.
var<workgroup> counts: array<vec4<u32>, 16>;
var<workgroup> found: array<u32, 2048>;

fn sumOf(four: vec4<u32>) -> u32 {
  return four.x + four.y + four.z + four.w;
}

// Lists the bits of a word an invocation: base + j for bit j. Returns how
// many there are in all.
fn list(word: u32, base: u32, lane: u32) -> u32 {
  workgroupBarrier();
  counts[lane / 4][lane % 4] = countOneBits(word);
  workgroupBarrier();
  let before = lane / 4;
  var at = 0u;
  var all = 0u;
  for (var i = 0u; i < 16; i += 4) {
    let c0 = sumOf(counts[i]);
    let c1 = sumOf(counts[i + 1]);
    let c2 = sumOf(counts[i + 2]);
    let c3 = sumOf(counts[i + 3]);
    all += c0 + c1 + c2 + c3;
    at += select(0u, c0, i < before) + select(0u, c1, i + 1 < before) +
      select(0u, c2, i + 2 < before) + select(0u, c3, i + 3 < before);
  }
  let lower = vec4(0u, 1u, 2u, 3u) < vec4(lane % 4);
  at += sumOf(select(vec4(), counts[before], lower));
  var bits = word;
  while (bits != 0) {
    found[at] = base + countTrailingZeros(bits);
    at++;
    bits &= bits - 1;
  }
  workgroupBarrier();
  return all;
}

// What the invocations of a quad have added up.
var<workgroup> sums: array<vec4<f32>, 64>;

// Adds every parts-th row of w that is listed, up to eight of them on their way
// at once.
fn addListed(
  start: vec4<f32>,
  part: u32,
  all: u32,
  quad: u32,
  times: f32,
) -> vec4<f32> {
  var sum = start;
  var at = part;
  for (; at + 7 * parts < all; at += 8 * parts) {
    let w0 = w[found[at] * Q + quad];
    let w1 = w[found[at + parts] * Q + quad];
    let w2 = w[found[at + 2 * parts] * Q + quad];
    let w3 = w[found[at + 3 * parts] * Q + quad];
    let w4 = w[found[at + 4 * parts] * Q + quad];
    let w5 = w[found[at + 5 * parts] * Q + quad];
    let w6 = w[found[at + 6 * parts] * Q + quad];
    let w7 = w[found[at + 7 * parts] * Q + quad];
    sum = sum + times * w0 + times * w1 + times * w2 + times * w3;
    sum = sum + times * w4 + times * w5 + times * w6 + times * w7;
  }
  for (; at + parts < all; at += 2 * parts) {
    let w0 = w[found[at] * Q + quad];
    let w1 = w[found[at + parts] * Q + quad];
    sum = sum + times * w0 + times * w1;
  }
  if (at < all) {
    sum += times * w[found[at] * Q + quad];
  }
  return sum;
}

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let t = group.x;
  let quad = group.y * share + lane % share;
  let part = lane / share;
  let whole = (I + 31) / 32;
  var sum = vec4<f32>();
  for (var p = 0u; p < P; p++) {
    let row = ((group.z * P + p) * B + t / 32) * whole * 32 + t % 32;
    let times = f32(1u << p);
    for (var q0 = 0u; q0 < whole; q0 += 64) {
      let q = q0 + lane;
      var word = 0u;
      if (q < whole) {
        word = raster[row + q * 32];
      }
      let all = list(word, q * 32, lane);
      if (quad < Q && part < parts) {
        sum = addListed(sum, part, all, quad, times);
      }
    }
  }
  sums[lane] = sum;
  workgroupBarrier();
  if (quad < Q && part == 0) {
    for (var other = 1u; other < parts; other++) {
      sum += sums[other * share + lane];
    }
    x[(group.z * sampleRows + t) * Q + quad] = sum;
  }
}

// Rounds once, so that either way of adding rows up has the same bits.
fn addIf(
  isSet: bool,
  total: ptr<function, vec4<f32>>,
  times: f32,
  row: vec4<f32>,
) {
  *total = select(*total, fma(vec4(times), row, *total), isSet);
}

// Adds the rows of dy in whose bins an input spikes: word m counts words, then
// planes, then samples.
fn addRows(total: ptr<function, vec4<f32>>, word: u32, m: u32, quad: u32) {
  let B = (T + 31) / 32;
  let row = m / B / P * sampleRows + m % B * 32;
  let times = height * f32(1u << (m / B % P));
  if (busy && countOneBits(word) > 8) {
    for (var j = 0u; j < 32; j += 8) {
      // Eight are on their way at once, whether they are set or not.
      let dy0 = dy[(row + j) * Q + quad];
      let dy1 = dy[(row + j + 1) * Q + quad];
      let dy2 = dy[(row + j + 2) * Q + quad];
      let dy3 = dy[(row + j + 3) * Q + quad];
      let dy4 = dy[(row + j + 4) * Q + quad];
      let dy5 = dy[(row + j + 5) * Q + quad];
      let dy6 = dy[(row + j + 6) * Q + quad];
      let dy7 = dy[(row + j + 7) * Q + quad];
      let bits = word >> j;
      addIf((bits & 1) != 0, total, times, dy0);
      addIf((bits & 2) != 0, total, times, dy1);
      addIf((bits & 4) != 0, total, times, dy2);
      addIf((bits & 8) != 0, total, times, dy3);
      addIf((bits & 16) != 0, total, times, dy4);
      addIf((bits & 32) != 0, total, times, dy5);
      addIf((bits & 64) != 0, total, times, dy6);
      addIf((bits & 128) != 0, total, times, dy7);
    }
    return;
  }
  var bits = word;
  while (bits != 0) {
    let t = countTrailingZeros(bits);
    bits &= bits - 1;
    addIf(true, total, times, dy[(row + t) * Q + quad]);
    if (bits != 0) {
      let t = countTrailingZeros(bits);
      bits &= bits - 1;
      addIf(true, total, times, dy[(row + t) * Q + quad]);
    }
  }
}

// The rows of words `first` to before `end`, every sharers-th of them, added to
// `start`.
fn rowsOf(
  start: vec4<f32>,
  first: u32,
  end: u32,
  i: u32,
  quad: u32,
) -> vec4<f32> {
  var total = start;
  for (var m = first; m < end; m += 4 * sharers) {
    // Four words are on their way before the first is needed.
    let last = end - 1;
    let m1 = m + sharers;
    let m2 = m + 2 * sharers;
    let m3 = m + 3 * sharers;
    let word0 = inputs[m * I + i];
    let word1 = inputs[min(m1, last) * I + i];
    let word2 = inputs[min(m2, last) * I + i];
    let word3 = inputs[min(m3, last) * I + i];
    addRows(&total, word0, m, quad);
    addRows(&total, select(0u, word1, m1 < end), m1, quad);
    addRows(&total, select(0u, word2, m2 < end), m2, quad);
    addRows(&total, select(0u, word3, m3 < end), m3, quad);
  }
  return total;
}

@compute @workgroup_size(64)
fn gradient(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let quad = group.y * share + lane % share;
  let own = lane / share % sharers;
  let near = parts / sharers;
  let words = P * ((T + 31) / 32);
  for (var first = group.x * near; first < I; first += groups.x * near) {
    let i = first + lane / share / sharers;
    let isThere = quad < Q && lane / share < near * sharers && i < I;
    var total = vec4<f32>();
    if (isThere && own == 0 && batch.begun > 0) {
      total = dw[i * Q + quad];
    }
    if (sharers == 1) {
      if (isThere) {
        total = rowsOf(total, 0u, batch.samples * words, i, quad);
      }
    } else {
      for (var n = 0u; n < batch.samples; n++) {
        var sum = vec4<f32>();
        if (isThere) {
          let start = n * words;
          sum = rowsOf(sum, start + own, start + words, i, quad);
        }
        workgroupBarrier();
        sums[lane] = sum;
        workgroupBarrier();
        for (var sharer = 0u; own == 0 && sharer < sharers; sharer++) {
          total += sums[min(lane + sharer * share, 63u)];
        }
      }
    }
    if (isThere && own == 0) {
      dw[i * Q + quad] = total;
    }
  }
}

// A tile of 64 inputs by 64 bins, sixteen outputs of each; rows of five
// vectors, so that eight invocations beside one another meet no bank twice.
var<workgroup> rows: array<vec4<f32>, 320>;
var<workgroup> errors: array<vec4<f32>, 320>;

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
  (*sum).low += e * x;
  (*sum).high += e * y;
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
  let t0 = group.y * 64;
  let left = lane % 8;
  let top = lane / 8;
  for (var i0 = group.x * 64; i0 < I; i0 += groups.x * 64) {
    var s0 = Sums();
    var s1 = Sums();
    var s2 = Sums();
    var s3 = Sums();
    var s4 = Sums();
    var s5 = Sums();
    var s6 = Sums();
    var s7 = Sums();
    for (var q0 = 0u; q0 < Q; q0 += 4) {
      workgroupBarrier();
      for (var at = lane; at < 256; at += 64) {
        let quad = q0 + at % 4;
        var row = vec4<f32>();
        var error = vec4<f32>();
        if (quad < Q) {
          row = w[min(i0 + at / 4, I - 1) * Q + quad];
          error = dy[(n * sampleRows + min(t0 + at / 4, T - 1)) * Q + quad];
        }
        rows[at / 4 * 5 + at % 4] = row;
        errors[at / 4 * 5 + at % 4] = error;
      }
      workgroupBarrier();
      for (var o = 0u; o < 4; o++) {
        let i = left * 5 + o;
        let x = mat4x4(rows[i], rows[i + 40], rows[i + 80], rows[i + 120]);
        let y =
          mat4x4(rows[i + 160], rows[i + 200], rows[i + 240], rows[i + 280]);
        let e = top * 40 + o;
        addOutputs(&s0, errors[e], x, y);
        addOutputs(&s1, errors[e + 5], x, y);
        addOutputs(&s2, errors[e + 10], x, y);
        addOutputs(&s3, errors[e + 15], x, y);
        addOutputs(&s4, errors[e + 20], x, y);
        addOutputs(&s5, errors[e + 25], x, y);
        addOutputs(&s6, errors[e + 30], x, y);
        addOutputs(&s7, errors[e + 35], x, y);
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
