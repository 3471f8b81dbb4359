// The gradient of a convolution's weights, in the letters of conv_sizes.wgsl.
//
// partial  part[n, r, ky, kx, g, m] = height · Σ s[n, t, iy, ix, c] ·
//            dy[n, t, oy, ox, m]  over the pixels oy, ox of strip r and all t
// total    dw[w…] += Σ_n Σ_r part[n, r, w…]
//
// inputs  [N, P, B, H, W, C]  s, packed along time; plane p counts 2^p
// dy      [N, sampleRows, OH, OW, MQ]  the first T rows, as stored.wgsl has
//                                      them
// part, parts  [N, S, KH, KW, CG, MQ]  the same, to write and to read
// dw      [KH, KW, CG, 4·MQ]
//
// One invocation owns two quads of weights, or one where inputs are `busy`
// (partial), or some parts of one (total). Sums run over strips, then samples,
// so they do not depend on how a batch is cut; dw starts at 0 unless
// batch.begun.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
  begun: u32,
}

override T: u32;
override sampleRows: u32;
override P: u32 = 1;
// Whether many inputs spike.
override busy: bool = false;
// Quads of a group by as many as an invocation owns.
override owned: u32 = select(2u, 1u, busy);
override blocks: u32 = (MQ / sets + owned - 1) / owned;
override S: u32;
// Quads of weights whose parts a workgroup adds up, and invocations that share
// one.
override quads: u32;
override sharers: u32 = 64 / quads;
override height: f32 = 1;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> parts: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> part: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dw: array<f32>;

// Gradients of bin t of a quad whose bin 0 is at `at`.
fn gradientAt(at: u32, t: u32) -> vec4<f32> {
  return gradientOf(dy[at + rowOf(t) * OH * OW * MQ], t);
}

// Adds the gradients of those bins of word b whose bits are set.
fn addWord(sum: ptr<function, vec4<f32>>, word: u32, b: u32, at: u32) {
  let B = (T + 31) / 32;
  let times = select(f32(1u << (b / B)), 1.0, P == 1);
  let first = b % B * 32;
  if (countOneBits(word) <= 8) {
    for (var bits = word; bits != 0; bits &= bits - 1) {
      *sum += times * gradientAt(at, first + countTrailingZeros(bits));
    }
    return;
  }
  for (var j = 0u; j < 32; j += 8) {
    // Eight are on their way at once, whether they are set or not.
    let dy0 = gradientAt(at, first + j);
    let dy1 = gradientAt(at, first + j + 1);
    let dy2 = gradientAt(at, first + j + 2);
    let dy3 = gradientAt(at, first + j + 3);
    let dy4 = gradientAt(at, first + j + 4);
    let dy5 = gradientAt(at, first + j + 5);
    let dy6 = gradientAt(at, first + j + 6);
    let dy7 = gradientAt(at, first + j + 7);
    let bits = word >> j;
    *sum += select(vec4(), times * dy0, (bits & 1) != 0);
    *sum += select(vec4(), times * dy1, (bits & 2) != 0);
    *sum += select(vec4(), times * dy2, (bits & 4) != 0);
    *sum += select(vec4(), times * dy3, (bits & 8) != 0);
    *sum += select(vec4(), times * dy4, (bits & 16) != 0);
    *sum += select(vec4(), times * dy5, (bits & 32) != 0);
    *sum += select(vec4(), times * dy6, (bits & 64) != 0);
    *sum += select(vec4(), times * dy7, (bits & 128) != 0);
  }
}

// Adds the gradients of those bins of four words from b on whose bits are set,
// of two quads. One loop for all words: a warp goes round it as often as its
// busiest tap.
fn addWords(
  low: ptr<function, vec4<f32>>,
  high: ptr<function, vec4<f32>>,
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
      *low += times * gradientAt(at, t);
      *high += times * gradientAt(at + second, t);
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
  // i counts taps, then groups, then blocks of a group's quads.
  let owners = KH * KW * CG * sets * blocks;
  for (var i = id.x; i < owners; i += groups.x * 128) {
    let subset = i / blocks % sets;
    let own = i % blocks * owned;
    let quad = subset * (MQ / sets) + own;
    let second = select(0u, 1u, owned > 1 && own + 1 < MQ / sets);
    let tap = i / blocks / sets;
    let c = subset * CG + tap % CG;
    let kx = tap / CG % KW;
    let ky = tap / CG / KW;
    var low = vec4<f32>();
    var high = vec4<f32>();
    for (var o = id.y * long; o < min((id.y + 1) * long, OH * OW); o++) {
      let iy = o / OW * strideY + ky * dilationY - padY;
      let ix = o % OW * strideX + kx * dilationX - padX;
      if (!isInside(iy, ix)) {
        continue;
      }
      let at = n * rowOf(sampleRows) * OH * OW * MQ + o * MQ + quad;
      let first = (n * words * H * W + iy * W + ix) * C + c;
      for (var b = 0u; b < words; b += 4) {
        // Four words are on their way before the first is needed.
        let last = words - 1 - b;
        let word0 = inputs[first + b * H * W * C];
        let word1 = inputs[first + (b + min(1u, last)) * H * W * C];
        let word2 = inputs[first + (b + min(2u, last)) * H * W * C];
        let word3 = inputs[first + (b + min(3u, last)) * H * W * C];
        let there = vec4(true, last >= 1, last >= 2, last >= 3);
        let four = select(vec4(), vec4(word0, word1, word2, word3), there);
        if (busy) {
          addWord(&low, four.x, b, at);
          addWord(&low, four.y, b + 1, at);
          addWord(&low, four.z, b + 2, at);
          addWord(&low, four.w, b + 3, at);
        } else {
          addWords(&low, &high, four, b, at, second);
        }
      }
    }
    let place = (n * S + id.y) * size + tap * MQ + quad;
    part[place] = height * low;
    if (second > 0) {
      part[place + 1] = height * high;
    }
  }
}

// What each invocation has added up.
var<workgroup> sums: array<vec4<f32>, 64>;

@compute @workgroup_size(64)
fn total(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = KH * KW * CG * MQ;
  for (var first = group.x * quads; first < size; first += groups.x * quads) {
    // Loaded by quads, added by weights.
    let i = min(first + lane % quads, size - 1);
    let weight = 4 * first + lane;
    let owns = lane < 4 * quads && weight < 4 * size;
    var all = 0.0;
    if (owns && batch.begun > 0) {
      all = dw[weight];
    }
    for (var n = 0u; n < batch.samples; n++) {
      var sum = vec4<f32>();
      for (var r = lane / quads; r < S; r += 4 * sharers) {
        // Four are on their way at once; those past the end are the last.
        let at = n * S * size + i;
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
      workgroupBarrier();
      if (owns) {
        for (var sharer = 0u; sharer < sharers; sharer++) {
          all += sums[sharer * quads + lane / 4][lane % 4];
        }
      }
    }
    if (owns) {
      dw[weight] = all;
    }
  }
}
