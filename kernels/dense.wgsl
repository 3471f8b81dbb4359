// All-to-all synapses, without bias.
//
// forward   x[n, t, o]  = Σ_i w[i, o] · s[n, t, i]
// adjoint   dx[n, t, i] = Σ_o w[i, o] · dy[n, t, o]
// s[n, t, i] is the spike, or the count, that raster holds.
//
// raster   [N, P, B, 32·⌈I/32⌉]  as transpose.wgsl leaves them, plane p counts
//                                2^p
// w        [I, Q]                outputs by quads, the last filled up with 0
// x, dy    [N, sampleRows, Q]    the first T rows
// dx       [N, T, inRow]         neuron i of the layer below in place
//                                i / inRun · ⌈inRun / 4⌉ · 4 + i % inRun
//
// A workgroup lists the spikes of a bin; one invocation owns a quad of outputs
// and every `parts`-th spike (forward), or eight bins of eight inputs
// (adjoint).

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
// Quads of a workgroup, and how often they fit it.
override share: u32 = min(Q, 128u);
override parts: u32 = 128 / share;

@group(0) @binding(0) var<storage, read> raster: array<u32>;
@group(0) @binding(1) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// What the invocations of a quad have added up.
var<workgroup> sums: array<vec4<f32>, 128>;

// The weights of a spike, which is listed as p << 28 | i, times 2^p.
fn weightsOf(spike: u32, quad: u32) -> vec4<f32> {
  if (P == 1) {
    return w[spike * Q + quad];
  }
  let i = spike & 0x0fffffff;
  return f32(1u << (spike >> 28)) * w[i * Q + quad];
}

// Adds the weights of every parts-th spike of those listed, up to eight of them
// on their way at once.
fn addListed(start: vec4<f32>, part: u32, end: u32, quad: u32) -> vec4<f32> {
  var sum = start;
  var at = part;
  for (; at + 7 * parts < end; at += 8 * parts) {
    let w0 = weightsOf(found[at], quad);
    let w1 = weightsOf(found[at + parts], quad);
    let w2 = weightsOf(found[at + 2 * parts], quad);
    let w3 = weightsOf(found[at + 3 * parts], quad);
    let w4 = weightsOf(found[at + 4 * parts], quad);
    let w5 = weightsOf(found[at + 5 * parts], quad);
    let w6 = weightsOf(found[at + 6 * parts], quad);
    let w7 = weightsOf(found[at + 7 * parts], quad);
    sum = sum + w0 + w1 + w2 + w3 + w4 + w5 + w6 + w7;
  }
  for (; at + parts < end; at += 2 * parts) {
    let w0 = weightsOf(found[at], quad);
    let w1 = weightsOf(found[at + parts], quad);
    sum = sum + w0 + w1;
  }
  if (at < end) {
    sum += weightsOf(found[at], quad);
  }
  return sum;
}

// Where a word of inputs in a bin is among those of all planes.
struct Bin {
  // Where its first word is, and how far it is to the next plane.
  first: u32,
  plane: u32,
}

// Word m of a bin, planes one after the other.
fn wordOf(bin: Bin, m: u32) -> u32 {
  let whole = (I + 31) / 32;
  if (m >= P * whole) {
    return 0;
  }
  return raster[bin.first + m / whole * bin.plane + m % whole * 32];
}

// Words of a bin from m on, as many as an invocation has.
fn wordsOf(bin: Bin, m: u32) -> Words {
  var words = Words();
  words.low.x = wordOf(bin, m);
  if (each > 1) {
    words.low.y = wordOf(bin, m + 1);
  }
  if (each > 2) {
    words.low.z = wordOf(bin, m + 2);
  }
  if (each > 3) {
    words.low.w = wordOf(bin, m + 3);
  }
  if (each > 4) {
    words.high.x = wordOf(bin, m + 4);
  }
  if (each > 5) {
    words.high.y = wordOf(bin, m + 5);
  }
  if (each > 6) {
    words.high.z = wordOf(bin, m + 6);
  }
  if (each > 7) {
    words.high.w = wordOf(bin, m + 7);
  }
  return words;
}

// As what the first input of a word is listed.
fn spikeOf(m: u32) -> u32 {
  let whole = (I + 31) / 32;
  return ((m / whole) << 28) | (m % whole * 32);
}

// Lists the spikes in words from m on, the first of which has that rank.
fn list(words: Words, m: u32, first: u32, base: u32) {
  var rank = first;
  rank = listWord(words.low.x, spikeOf(m), rank, base);
  if (each > 1) {
    rank = listWord(words.low.y, spikeOf(m + 1), rank, base);
  }
  if (each > 2) {
    rank = listWord(words.low.z, spikeOf(m + 2), rank, base);
  }
  if (each > 3) {
    rank = listWord(words.low.w, spikeOf(m + 3), rank, base);
  }
  if (each > 4) {
    rank = listWord(words.high.x, spikeOf(m + 4), rank, base);
  }
  if (each > 5) {
    rank = listWord(words.high.y, spikeOf(m + 5), rank, base);
  }
  if (each > 6) {
    rank = listWord(words.high.z, spikeOf(m + 6), rank, base);
  }
  if (each > 7) {
    rank = listWord(words.high.w, spikeOf(m + 7), rank, base);
  }
}

@compute @workgroup_size(128)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let t = group.x;
  let quad = group.y * share + lane % share;
  let part = lane / share;
  let plane = B * ((I + 31) / 32) * 32;
  let block = group.z * P * plane + t / 32 * ((I + 31) / 32) * 32;
  let bin = Bin(block + t % 32, plane);
  var sum = vec4<f32>();
  for (var m0 = 0u; m0 < P * ((I + 31) / 32); m0 += each * lanes) {
    let m = m0 + lane * each;
    let words = wordsOf(bin, m);
    let rank = rankOf(onesOf(words), lane);
    let end = workgroupUniformLoad(&spikes);
    for (var base = 0u; base < end; base += listed) {
      if (base > 0) {
        workgroupBarrier();
      }
      list(words, m, rank, base);
      workgroupBarrier();
      if (quad < Q && part < parts) {
        sum = addListed(sum, part, min(end - base, listed), quad);
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
