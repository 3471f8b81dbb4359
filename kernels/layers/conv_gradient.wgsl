// The gradient of a convolution's weights, from which they may learn at once;
// the letters are those of conv_geometry.wgsl.
//
// partial  part[n, r, ky, kx, g, m] = height · Σ s[n, t, iy, ix, c] ·
//            dy[n, t, oy, ox, m]  over the pixels oy, ox of strip r and all t
// total    dw[w…] += Σ_n Σ_r part[n, r, w…]
//
// inputs  [N, P, B, H, W, C]  s, packed along time; plane p counts 2^p
// dy      [N, sampleRows, OH, OW, MQ]  the first T rows
// part, parts  [N, S, KH, KW, CG, MQ]  the same, to write and to read
// dw      [KH, KW, CG, MQ]
//
// One invocation owns two quads of weights, of one channel or, where inputs are
// `busy`, of four (partial), or some parts of one quad (total). Sums run over
// strips, then samples, so they do not depend on how a batch is cut; dw starts
// at 0 unless batch.begun. If batch.learns, the weights learn from dw as
// optimizer_rules.wgsl has it.

// Channels of an invocation where inputs are busy, and invocations that add up
// the parts of one sample.
const busyChannels = 4u;
const sampleAdders = 64u;

override T: u32;
override sampleRows: u32;
override P: u32 = 1;
// Whether many inputs spike.
override busy: bool = false;
// Channels beside one another that an invocation owns, and how many times a
// group has them, and two quads of maps.
override channels: u32 = select(1u, busyChannels, busy);
override chunks: u32 = (CG + channels - 1) / channels;
override blocks: u32 = (MQ / sets + 1) / 2;
override S: u32;
// Quads of weights whose parts a workgroup adds up, a power of two, and
// invocations that share one of a sample.
override quads: u32;
override sharers: u32 = sampleAdders / quads;
// Samples whose parts a workgroup adds up at once.
override together: u32 = 1;
override adders: u32 = sampleAdders * together;
override height: f32 = 1;

@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> parts: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> part: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dw: array<vec4<f32>>;

// Gradients of bin t of a quad whose bin 0 is at `at`.
fn gradientAt(at: u32, t: u32) -> vec4<f32> {
  return dy[at + t * OH * OW * MQ];
}

// What an invocation adds up of a tap, or of four channels of one.
struct Sums {
  low: vec4<f32>,
  high: vec4<f32>,
}

// Adds the gradients of a bin to the sums of those channels whose bits are set.
fn addBin(
  s0: ptr<function, Sums>,
  s1: ptr<function, Sums>,
  s2: ptr<function, Sums>,
  s3: ptr<function, Sums>,
  bits: vec4<u32>,
  times: f32,
  low: vec4<f32>,
  high: vec4<f32>,
) {
  let on = select(vec4(), vec4(times), (bits & vec4(1u)) != vec4());
  (*s0).low = fma(vec4(on.x), low, (*s0).low);
  (*s0).high = fma(vec4(on.x), high, (*s0).high);
  (*s1).low = fma(vec4(on.y), low, (*s1).low);
  (*s1).high = fma(vec4(on.y), high, (*s1).high);
  (*s2).low = fma(vec4(on.z), low, (*s2).low);
  (*s2).high = fma(vec4(on.z), high, (*s2).high);
  (*s3).low = fma(vec4(on.w), low, (*s3).low);
  (*s3).high = fma(vec4(on.w), high, (*s3).high);
}

// Adds the gradients of all bins of word b of four channels.
fn addChannels(
  s0: ptr<function, Sums>,
  s1: ptr<function, Sums>,
  s2: ptr<function, Sums>,
  s3: ptr<function, Sums>,
  words: vec4<u32>,
  b: u32,
  at: u32,
  second: u32,
) {
  let B = (T + 31) / 32;
  let times = select(f32(1u << (b / B)), 1.0, P == 1);
  let first = b % B * 32;
  // Bins from T on have no spike; the last stands in for them.
  for (var j = 0u; j < min(32u, T - first); j += 4) {
    let t1 = min(first + j + 1, T - 1);
    let t2 = min(first + j + 2, T - 1);
    let t3 = min(first + j + 3, T - 1);
    let low0 = gradientAt(at, first + j);
    let low1 = gradientAt(at, t1);
    let low2 = gradientAt(at, t2);
    let low3 = gradientAt(at, t3);
    let high0 = gradientAt(at + second, first + j);
    let high1 = gradientAt(at + second, t1);
    let high2 = gradientAt(at + second, t2);
    let high3 = gradientAt(at + second, t3);
    let bits = words >> vec4(j);
    addBin(s0, s1, s2, s3, bits, times, low0, high0);
    addBin(s0, s1, s2, s3, bits >> vec4(1u), times, low1, high1);
    addBin(s0, s1, s2, s3, bits >> vec4(2u), times, low2, high2);
    addBin(s0, s1, s2, s3, bits >> vec4(3u), times, low3, high3);
  }
}

// Adds the gradients of those bins of four words from b on whose bits are set,
// of two quads. One loop for all words: a warp goes round it as often as its
// busiest tap.
fn addWords(
  sums: ptr<function, Sums>,
  words: vec4<u32>,
  b: u32,
  at: u32,
  second: u32,
) {
  let B = (T + 31) / 32;
  var left = words;
  var word = b;
  while ((left.x | left.y | left.z | left.w) != 0) {
    // Past words without a bit, two at a time.
    if (left.x == 0) {
      left = vec4(left.yzw, 0u);
      word++;
    }
    if (left.x == 0) {
      left = vec4(left.yzw, 0u);
      word++;
    }
    if (left.x != 0) {
      let t = word % B * 32 + countTrailingZeros(left.x);
      left.x &= left.x - 1;
      let times = select(f32(1u << (word / B)), 1.0, P == 1);
      (*sums).low += times * gradientAt(at, t);
      (*sums).high += times * gradientAt(at + second, t);
    }
  }
}

// Stores the sums of channel g of tap (ky, kx).
fn keepSums(sums: Sums, place: u32, g: u32, second: u32) {
  if (g < CG) {
    part[place + g * MQ] = height * sums.low;
    if (second > 0) {
      part[place + g * MQ + 1] = height * sums.high;
    }
  }
}

// A large workgroup, since its invocations load the same gradients.
@compute @workgroup_size(128)
fn partial(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let words = P * ((T + 31) / 32);
  let n = id.z;
  let long = (OH * OW + S - 1) / S;
  let size = KH * KW * CG * MQ;
  // i counts strips, then taps, then channels by as many as are owned, then
  // groups, then blocks of a group's quads.
  let owners = KH * KW * chunks * sets * blocks;
  for (var i = id.x; i < S * owners; i += groups.x * 128) {
    let strip = i / owners;
    let subset = i / blocks % sets;
    let own = i % blocks * 2;
    let quad = subset * (MQ / sets) + own;
    let second = select(0u, 1u, own + 1 < MQ / sets);
    let tap = i % owners / blocks / sets;
    let g = tap % chunks * channels;
    let kx = tap / chunks % KW;
    let ky = tap / chunks / KW;
    // Channels past the last are the last, and are not stored.
    let beside = min(vec4(g) + vec4(0u, 1u, 2u, 3u), vec4(CG - 1)) - vec4(g);
    var s0 = Sums();
    var s1 = Sums();
    var s2 = Sums();
    var s3 = Sums();
    for (var o = strip * long; o < min((strip + 1) * long, OH * OW); o++) {
      let iy = o / OW * strideY + ky * dilationY - padY;
      let ix = o % OW * strideX + kx * dilationX - padX;
      if (!isInside(iy, ix)) {
        continue;
      }
      let at = n * sampleRows * OH * OW * MQ + o * MQ + quad;
      let first = (n * words * H * W + iy * W + ix) * C + subset * CG + g;
      for (var b = 0u; busy && b < words; b++) {
        let place = vec4(first + b * H * W * C) + beside;
        let word0 = inputs[place.x];
        let word1 = inputs[place.y];
        let word2 = inputs[place.z];
        let word3 = inputs[place.w];
        let four = vec4(word0, word1, word2, word3);
        addChannels(&s0, &s1, &s2, &s3, four, b, at, second);
      }
      for (var b = 0u; !busy && b < words; b += 4) {
        // Four words are on their way before the first is needed.
        let last = words - 1 - b;
        let word0 = inputs[first + b * H * W * C];
        let word1 = inputs[first + (b + min(1u, last)) * H * W * C];
        let word2 = inputs[first + (b + min(2u, last)) * H * W * C];
        let word3 = inputs[first + (b + min(3u, last)) * H * W * C];
        let there = vec4(true, last >= 1, last >= 2, last >= 3);
        let four = select(vec4(), vec4(word0, word1, word2, word3), there);
        addWords(&s0, four, b, at, second);
      }
    }
    let place = (n * S + strip) * size + (ky * KW + kx) * CG * MQ + quad;
    keepSums(s0, place, g, second);
    if (busy) {
      keepSums(s1, place, g + 1, second);
      keepSums(s2, place, g + 2, second);
      keepSums(s3, place, g + 3, second);
    }
  }
}

// What each invocation has added up.
var<workgroup> sums: array<vec4<f32>, adders>;

@compute @workgroup_size(adders)
fn total(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = KH * KW * CG * MQ;
  let n = lane / sampleAdders;
  let own = lane % sampleAdders;
  for (var first = group.x * quads; first < size; first += groups.x * quads) {
    let i = min(first + own % quads, size - 1);
    let owns = lane < min(quads, size - first);
    var all = vec4<f32>();
    if (owns && batch.begun > 0) {
      all = dw[i];
    }
    for (var n0 = 0u; n0 < batch.samples; n0 += together) {
      let at = (n0 + n) * S * size + i;
      let end = select(0, S, n0 + n < batch.samples);
      var sum = vec4<f32>();
      for (var r = own / quads; r < end; r += 4 * sharers) {
        // Four are on their way at once; those past the end are the last.
        let part0 = parts[at + r * size];
        let part1 = parts[at + min(r + sharers, S - 1) * size];
        let part2 = parts[at + min(r + 2 * sharers, S - 1) * size];
        let part3 = parts[at + min(r + 3 * sharers, S - 1) * size];
        sum += part0;
        sum += select(vec4(), part1, r + sharers < S);
        sum += select(vec4(), part2, r + 2 * sharers < S);
        sum += select(vec4(), part3, r + 3 * sharers < S);
      }
      workgroupBarrier();
      sums[lane] = sum;
      for (var half = sampleAdders / 2; half >= quads; half /= 2) {
        workgroupBarrier();
        if (own < half) {
          sums[lane] += sums[lane + half];
        }
      }
      workgroupBarrier();
      let there = min(together, batch.samples - n0);
      for (var k = 0u; owns && k < there; k++) {
        all += sums[k * sampleAdders + lane];
      }
    }
    if (owns) {
      dw[i] = all;
      if (batch.learns > 0) {
        learn(i, all);
      }
    }
  }
}
