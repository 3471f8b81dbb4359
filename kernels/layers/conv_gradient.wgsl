// The gradient of a convolution's weights, and the update of the weights.
//
// sparse  stripSum[n, strip, ky, kx, cg, oc] = height ·
//           Σ s[n, t, iy, ix, c] · dy[n, t, oy, ox, oc]
//         over the pixels oy, ox of a strip and all t with a spike
// dense   computes the equation of `sparse` over all t, for active inputs
// total   dw[w…] += Σ_n Σ_strip stripSums[n, strip, w…]
//         where w… stands for ky, kx, cg, oc
// iy, ix and c are those of conv_geometry.wgsl. s is the input's spike, or its
// count.
//
// inputs     [N, P, B, H, W, C]           incoming spikes, time-packed
// dy         [N, sampleRows, OH, OW, OQ]  gradient of the drive, in the first T
//                                         rows, see drive_gradient.wgsl
// stripSum   [N, S, KH, KW, CG, OQ]       partial sums, written
// stripSums  [N, S, KH, KW, CG, OQ]       the same buffer, read by total
// dw         [KH, KW, CG, OQ]             changed in place; it starts at 0 if
//                                         batch.accumulates is 0
// If batch.updates, then updateWeights() of optimizer_rules.wgsl with g = dw:
// weights, m, v and vMax change in place.
//
// One invocation owns 2 · ownedPairs quads of output channels and a tap, with
// one input channel (sparse) or four (dense, ownedPairs = 1), or every
// sharers-th partial sum of a quad of weights (total). Sums run over bins,
// pixels, strips, then samples, so they do not depend on how a batch is split.

// Input channels that one invocation of dense owns, and invocations of total
// for each sample.
const ownedChannels = 4u;
const sampleLanes = 64u;

override T: u32;
override sampleRows: u32;
override P: u32 = 1;
// See conv.wgsl.
override lastSign: f32 = 1;
override S: u32;
override stripPixels: u32 = (OH * OW + S - 1) / S;
override height: f32 = 1;
// Words of an input.
override words: u32 = P * ((T + 31) / 32);
// Pairs of quads that an invocation owns; 2 where loads dominate.
override ownedPairs: u32 = 1;
override ownedQuads: u32 = 2 * ownedPairs;
// Invocations that share a group's quads, and blocks of its input channels
// (dense).
override pairs: u32 = (OQ / G + ownedQuads - 1) / ownedQuads;
override channelBlocks: u32 = (CG + ownedChannels - 1) / ownedChannels;
// Quads of weights that a workgroup of total owns, a power of two, and
// invocations that share the strips of a sample for each of them.
override quads: u32;
override sharers: u32 = sampleLanes / quads;
// Samples that a workgroup of total sums at once.
override blockSamples: u32 = 1;
override totalLanes: u32 = sampleLanes * blockSamples;

@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(3) var<storage, read> stripSums: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> stripSum: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> dw: array<vec4<f32>>;

// Partial sums of a pair of quads, for one tap and one input channel.
struct Sums {
  low: vec4<f32>,
  high: vec4<f32>,
}

// The weights and the strip that one invocation owns. In its index `owner`,
// pairs of quads vary fastest, then groups, blocks of `size` input channels,
// taps, and strips.
struct Owned {
  strip: u32,
  ky: u32,
  kx: u32,
  // First input channel of the block: within its group, and of all.
  cg: u32,
  c: u32,
  // First quad of the pair, and the offset of the second, 0 if there is none.
  quad: u32,
  toHigh: u32,
}

// Gradients of a pair of quads: their coefficients, see drive_gradient.wgsl,
// the first quad, and the offset of the second.
struct Source {
  low: mat3x4<f32>,
  high: mat3x4<f32>,
  quad: u32,
  toHigh: u32,
}

fn sourceOf(quad: u32, toHigh: u32) -> Source {
  return Source(affineOf(quad), affineOf(quad + toHigh), quad, toHigh);
}

// The same weights with the second pair of quads, or the last quad again if the
// group has no other.
fn secondOf(owned: Owned) -> Owned {
  let left = OQ / G - owned.quad % (OQ / G) - 1;
  var second = owned;
  second.quad += min(2u, left);
  second.toHigh = min(3u, left) - min(2u, left);
  return second;
}

// Number of invocations per strip, with `blocks` blocks of input channels.
fn ownersOf(blocks: u32) -> u32 {
  return KH * KW * blocks * G * pairs;
}

fn ownedBy(owner: u32, size: u32, blocks: u32) -> Owned {
  let g = owner / pairs % G;
  let own = owner % pairs * ownedQuads;
  let tapBlock = owner % ownersOf(blocks) / pairs / G;
  let cg = tapBlock % blocks * size;
  return Owned(
    owner / ownersOf(blocks),
    tapBlock / blocks / KW,
    tapBlock / blocks % KW,
    cg,
    g * CG + cg,
    g * (OQ / G) + own,
    select(0u, 1u, own + 1 < OQ / G),
  );
}

// Value of a spike in a word of an input, by its plane.
fn scaleOf(word: u32) -> f32 {
  let p = word / ((T + 31) / 32);
  let sign = select(1.0, lastSign, p + 1 == P);
  return select(sign * f32(1u << p), 1.0, P == 1);
}

// Stores the sums of input channel cg, if its group has that many.
fn store(sums: Sums, owned: Owned, n: u32, cg: u32) {
  if (cg < CG) {
    let tap = (n * S + owned.strip) * KH * KW + owned.ky * KW + owned.kx;
    let at = (tap * CG + cg) * OQ + owned.quad;
    stripSum[at] = height * sums.low;
    if (owned.toHigh > 0) {
      stripSum[at + 1] = height * sums.high;
    }
  }
}

// Accumulates the gradients of a pixel, whose bin 0 is at `origin`, in the bins
// whose bits are set in four words of an input; its word 0 is at `inputAt`. One
// loop goes through all words, since a subgroup iterates as often as its input
// with the most spikes.
fn addSpikes(
  sums: ptr<function, Sums>,
  secondSums: ptr<function, Sums>,
  inputAt: u32,
  firstWord: u32,
  source: Source,
  second: Source,
  origin: u32,
) {
  let B = (T + 31) / 32;
  let size = H * W * C;
  // Up to four loads are issued before the first word is used, so that their
  // latencies overlap.
  let last = words - 1 - firstWord;
  var left = vec4(inputs[inputAt + firstWord * size], 0u, 0u, 0u);
  if (words > 1) {
    let word1 = inputs[inputAt + (firstWord + min(1u, last)) * size];
    let word2 = inputs[inputAt + (firstWord + min(2u, last)) * size];
    let word3 = inputs[inputAt + (firstWord + min(3u, last)) * size];
    let all = vec4(left.x, word1, word2, word3);
    left = select(vec4(), all, vec4(0u, 1u, 2u, 3u) <= vec4(last));
  }
  var word = firstWord;
  while ((left.x | left.y | left.z | left.w) != 0) {
    // Skips words without a bit, up to two per iteration.
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
      let scale = scaleOf(word);
      let low = origin + source.quad;
      (*sums).low += scale * gradientAt(source.low, low, t);
      (*sums).high += scale * gradientAt(source.high, low + source.toHigh, t);
      if (ownedPairs > 1) {
        let next = origin + second.quad;
        let further = next + second.toHigh;
        (*secondSums).low += scale * gradientAt(second.low, next, t);
        (*secondSums).high += scale * gradientAt(second.high, further, t);
      }
    }
  }
}

// Workgroups are large since their invocations load the same gradients, which
// then hit the cache.
@compute @workgroup_size(128)
fn sparse(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let owners = S * ownersOf(CG);
  for (var owner = id.x; owner < owners; owner += groups.x * 128) {
    let owned = ownedBy(owner, 1u, CG);
    let end = min((owned.strip + 1) * stripPixels, OH * OW);
    let second = secondOf(owned);
    let source = sourceOf(owned.quad, owned.toHigh);
    let other = sourceOf(second.quad, second.toHigh);
    var sums = Sums();
    var secondSums = Sums();
    for (var pixel = owned.strip * stripPixels; pixel < end; pixel++) {
      let iy = pixel / OW * strideY + owned.ky * dilationY - padY;
      let ix = pixel % OW * strideX + owned.kx * dilationX - padX;
      if (!isInside(iy, ix)) {
        continue;
      }
      let origin = (n * sampleRows * OH * OW + pixel) * OQ;
      let first = (n * words * H * W + iy * W + ix) * C + owned.c;
      if (words <= 4) {
        addSpikes(&sums, &secondSums, first, 0u, source, other, origin);
      } else {
        for (var word = 0u; word < words; word += 4) {
          addSpikes(&sums, &secondSums, first, word, source, other, origin);
        }
      }
    }
    store(sums, owned, n, owned.cg);
    if (ownedPairs > 1) {
      store(secondSums, second, n, owned.cg);
    }
  }
}

// Accumulates the gradients of a bin for those of four input channels whose
// lowest bit is set.
fn addBin(
  s0: ptr<function, Sums>,
  s1: ptr<function, Sums>,
  s2: ptr<function, Sums>,
  s3: ptr<function, Sums>,
  bits: vec4<u32>,
  scale: f32,
  low: vec4<f32>,
  high: vec4<f32>,
) {
  let factor = select(vec4(), vec4(scale), (bits & vec4(1u)) != vec4());
  (*s0).low = fma(vec4(factor.x), low, (*s0).low);
  (*s0).high = fma(vec4(factor.x), high, (*s0).high);
  (*s1).low = fma(vec4(factor.y), low, (*s1).low);
  (*s1).high = fma(vec4(factor.y), high, (*s1).high);
  (*s2).low = fma(vec4(factor.z), low, (*s2).low);
  (*s2).high = fma(vec4(factor.z), high, (*s2).high);
  (*s3).low = fma(vec4(factor.w), low, (*s3).low);
  (*s3).high = fma(vec4(factor.w), high, (*s3).high);
}

// Accumulates the gradients of all bins of a word, for four input channels.
fn addBins(
  s0: ptr<function, Sums>,
  s1: ptr<function, Sums>,
  s2: ptr<function, Sums>,
  s3: ptr<function, Sums>,
  spikes: vec4<u32>,
  word: u32,
  source: Source,
  origin: u32,
) {
  let B = (T + 31) / 32;
  let scale = scaleOf(word);
  let first = word % B * 32;
  let quad = origin + source.quad;
  let high = quad + source.toHigh;
  // Bins from T on have no spike; the last bin's gradient is loaded instead.
  for (var j = 0u; j < min(32u, T - first); j += 4) {
    let t1 = min(first + j + 1, T - 1);
    let t2 = min(first + j + 2, T - 1);
    let t3 = min(first + j + 3, T - 1);
    let low0 = gradientAt(source.low, quad, first + j);
    let low1 = gradientAt(source.low, quad, t1);
    let low2 = gradientAt(source.low, quad, t2);
    let low3 = gradientAt(source.low, quad, t3);
    let high0 = gradientAt(source.high, high, first + j);
    let high1 = gradientAt(source.high, high, t1);
    let high2 = gradientAt(source.high, high, t2);
    let high3 = gradientAt(source.high, high, t3);
    let bits = spikes >> vec4(j);
    addBin(s0, s1, s2, s3, bits, scale, low0, high0);
    addBin(s0, s1, s2, s3, bits >> vec4(1u), scale, low1, high1);
    addBin(s0, s1, s2, s3, bits >> vec4(2u), scale, low2, high2);
    addBin(s0, s1, s2, s3, bits >> vec4(3u), scale, low3, high3);
  }
}

@compute @workgroup_size(128)
fn dense(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let owners = S * ownersOf(channelBlocks);
  for (var owner = id.x; owner < owners; owner += groups.x * 128) {
    let owned = ownedBy(owner, ownedChannels, channelBlocks);
    let end = min((owned.strip + 1) * stripPixels, OH * OW);
    let source = sourceOf(owned.quad, owned.toHigh);
    // Channels past the end of the group load its last one, and are not stored.
    let channels =
      min(vec4(owned.cg) + vec4(0u, 1u, 2u, 3u), vec4(CG - 1)) - vec4(owned.cg);
    var s0 = Sums();
    var s1 = Sums();
    var s2 = Sums();
    var s3 = Sums();
    for (var pixel = owned.strip * stripPixels; pixel < end; pixel++) {
      let iy = pixel / OW * strideY + owned.ky * dilationY - padY;
      let ix = pixel % OW * strideX + owned.kx * dilationX - padX;
      if (!isInside(iy, ix)) {
        continue;
      }
      let origin = (n * sampleRows * OH * OW + pixel) * OQ;
      let first = (n * words * H * W + iy * W + ix) * C + owned.c;
      for (var word = 0u; word < words; word++) {
        let four = vec4(first + word * H * W * C) + channels;
        let spikes =
          vec4(inputs[four.x], inputs[four.y], inputs[four.z], inputs[four.w]);
        addBins(&s0, &s1, &s2, &s3, spikes, word, source, origin);
      }
    }
    store(s0, owned, n, owned.cg);
    store(s1, owned, n, owned.cg + 1);
    store(s2, owned, n, owned.cg + 2);
    store(s3, owned, n, owned.cg + 3);
  }
}

// Partial sums of the invocations of a workgroup.
var<workgroup> sh_sums: array<vec4<f32>, totalLanes>;

@compute @workgroup_size(totalLanes)
fn total(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = KH * KW * CG * OQ;
  let n = lane / sampleLanes;
  let own = lane % sampleLanes;
  for (var first = group.x * quads; first < size; first += groups.x * quads) {
    let i = min(first + own % quads, size - 1);
    let owns = lane < min(quads, size - first);
    var all = vec4<f32>();
    if (owns && batch.accumulates > 0) {
      all = dw[i];
    }
    for (var n0 = 0u; n0 < batch.samples; n0 += blockSamples) {
      let at = (n0 + n) * S * size + i;
      let end = select(0, S, n0 + n < batch.samples);
      var sum = vec4<f32>();
      for (var strip = own / quads; strip < end; strip += 4 * sharers) {
        // Four loads are issued at once, so that their latencies overlap; loads
        // past the last strip repeat it, and are not added.
        let sum0 = stripSums[at + strip * size];
        let sum1 = stripSums[at + min(strip + sharers, S - 1) * size];
        let sum2 = stripSums[at + min(strip + 2 * sharers, S - 1) * size];
        let sum3 = stripSums[at + min(strip + 3 * sharers, S - 1) * size];
        sum += sum0;
        sum += select(vec4(), sum1, strip + sharers < S);
        sum += select(vec4(), sum2, strip + 2 * sharers < S);
        sum += select(vec4(), sum3, strip + 3 * sharers < S);
      }
      // Tree reduction over the invocations that share a quad.
      workgroupBarrier();
      sh_sums[lane] = sum;
      for (var half = sampleLanes / 2; half >= quads; half /= 2) {
        workgroupBarrier();
        if (own < half) {
          sh_sums[lane] += sh_sums[lane + half];
        }
      }
      workgroupBarrier();
      let samples = min(blockSamples, batch.samples - n0);
      for (var k = 0u; owns && k < samples; k++) {
        all += sh_sums[k * sampleLanes + lane];
      }
    }
    if (owns) {
      dw[i] = all;
      if (batch.updates > 0) {
        updateWeights(i, all);
      }
    }
  }
}
