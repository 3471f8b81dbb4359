// Convolution over rows and columns, without bias; a cross-correlation, as in
// all neural-network libraries.
//
// forward  x[n, t, oy, ox, oc] = Σ w[ky, kx, cg, oc] · s[n, t, iy, ix, c]
//          over the taps ky, kx and the channels cg of the group of oc
// iy, ix and c are those of conv_geometry.wgsl, s is the spike, or the count,
// in neuronPacked.
//
// neuronPacked  [N, P, B, 32·⌈H·W·C/32⌉]  incoming spikes, see
//                                         transpose_spikes.wgsl
// w             [KH, KW, CG, OQ]
// x             [N, sampleRows, OH, OW, OQ]  the drive, in the first T rows
//
// One invocation owns four bins of two quads of output channels of a pixel,
// both of one group. Adjacent inputs are a run of bits in neuronPacked; the
// invocation visits the set bits of all four bins, in order.

override T: u32;
override sampleRows: u32;
override P: u32 = 1;
// Sign of the last plane: −1 for signed numbers in two's complement.
override lastSign: f32 = 1;
// Whether the inputs that a row of the kernel sees are adjacent, and the number
// of runs of adjacent inputs per row.
override joined: bool = dilationX == 1 && G == 1;
override runs: u32 = select(KW, 1u, joined);
// Words of a bin.
override words: u32 = (H * W * C + 31) / 32;
// Quads of a group, and pairs of quads.
override quads: u32 = OQ / G;
override pairs: u32 = (quads + 1) / 2;

// Bins that one invocation owns.
const ownedBins = 4u;

@group(0) @binding(0) var<storage, read> neuronPacked: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4<f32>>;

// Adjacent inputs, first to last; the first one meets row `tap` of the weights.
struct Run {
  first: u32,
  last: u32,
  tap: u32,
  isThere: bool,
}

// Run r of kernel row ky, for the output whose tap (0, 0) is at top, left.
fn runOf(top: u32, left: u32, ky: u32, r: u32, g: u32) -> Run {
  let iy = top + ky * dilationY;
  if (joined) {
    // Columns left of the input wrap to large numbers and are skipped.
    let skipped = select(0u, 0 - left, left >= W);
    let end = min(left + KW, W);
    let first = (iy * W + left + skipped) * C;
    let isThere = iy < H && skipped < KW && left + skipped < end;
    return Run(first, (iy * W + end) * C - 1, (ky * KW + skipped) * C, isThere);
  }
  let ix = left + r * dilationX;
  let first = (iy * W + ix) * C + g * CG;
  return Run(first, first + CG - 1, (ky * KW + r) * CG, isInside(iy, ix));
}

fn anyOf(bins: vec4<u32>) -> u32 {
  return bins.x | bins.y | bins.z | bins.w;
}

// Mask of the bits of a word of a bin that belong to a run; 0 past its end.
fn maskOf(run: Run, word: u32) -> u32 {
  if (word > run.last / 32) {
    return 0;
  }
  let low = select(0u, run.first % 32, word == run.first / 32);
  let high = select(31u, run.last % 32, word == run.last / 32);
  return (0xffffffffu << low) & (0xffffffffu >> (31 - high));
}

// Four bins of two quads; struct members rather than an array, so that they
// stay in registers.
struct Sums {
  low0: vec4<f32>,
  low1: vec4<f32>,
  low2: vec4<f32>,
  low3: vec4<f32>,
  high0: vec4<f32>,
  high1: vec4<f32>,
  high2: vec4<f32>,
  high3: vec4<f32>,
}

// Accumulates the weights of the inputs of a run whose bits are set in words
// `word` and word + 1 of four bins. One loop goes through the bits of both,
// since a subgroup iterates as often as its pixel with the most spikes.
fn addWords(
  sums: ptr<function, Sums>,
  run: Run,
  word: u32,
  firstBits: vec4<u32>,
  secondBits: vec4<u32>,
  scale: f32,
  quad: u32,
  toHigh: u32,
) {
  var bits = firstBits;
  var row = (run.tap + word * 32 - run.first) * OQ + quad;
  var inputs = anyOf(firstBits) & maskOf(run, word);
  var laterInputs = anyOf(secondBits) & maskOf(run, word + 1);
  while ((inputs | laterInputs) != 0) {
    if (inputs == 0) {
      bits = secondBits;
      row += 32 * OQ;
      inputs = laterInputs;
      laterInputs = 0;
    }
    let at = row + countTrailingZeros(inputs) * OQ;
    let lowest = vec4(inputs & (0 - inputs));
    inputs &= inputs - 1;
    let lowWeights = scale * w[at];
    let highWeights = scale * w[at + toHigh];
    let spikes = select(vec4<f32>(), vec4(1.0), (bits & lowest) != vec4());
    (*sums).low0 += spikes.x * lowWeights;
    (*sums).low1 += spikes.y * lowWeights;
    (*sums).low2 += spikes.z * lowWeights;
    (*sums).low3 += spikes.w * lowWeights;
    (*sums).high0 += spikes.x * highWeights;
    (*sums).high1 += spikes.y * highWeights;
    (*sums).high2 += spikes.z * highWeights;
    (*sums).high3 += spikes.w * highWeights;
  }
}

// Stores bin t of a pair of quads; bin 0 is at `origin`.
fn store(origin: u32, t: u32, low: vec4<f32>, high: vec4<f32>, both: bool) {
  if (t >= T) {
    return;
  }
  let at = origin + t * OH * OW * OQ;
  x[at] = low;
  if (both) {
    x[at + 1] = high;
  }
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let t = id.y * ownedBins;
  let B = (T + 31) / 32;
  // In i, pairs of a group's quads vary fastest, then groups, then pixels.
  for (var i = id.x; i < OH * OW * G * pairs; i += groups.x * 64) {
    let pixel = i / pairs / G;
    let g = i / pairs % G;
    let quad = g * quads + i % pairs * 2;
    let both = i % pairs * 2 + 1 < quads;
    let top = pixel / OW * strideY - padY;
    let left = pixel % OW * strideX - padX;
    var sums = Sums();
    for (var p = 0u; p < P; p++) {
      let bin = ((n * P + p) * B + t / 32) * words * 32 + t % 32;
      let sign = select(1.0, lastSign, p + 1 == P);
      let scale = select(sign * f32(1u << p), 1.0, P == 1);
      for (var r = 0u; r < KH * runs; r++) {
        let run = runOf(top, left, r / runs, r % runs, g);
        if (!run.isThere) {
          continue;
        }
        for (var word = run.first / 32; word <= run.last / 32; word += 2) {
          let first = neuronPacked[bin / 4 + word * 8];
          var second = vec4<u32>();
          if (word < run.last / 32) {
            second = neuronPacked[bin / 4 + (word + 1) * 8];
          }
          addWords(&sums, run, word, first, second, scale, quad, u32(both));
        }
      }
    }
    let origin = n * sampleRows * OH * OW * OQ + pixel * OQ + quad;
    store(origin, t, sums.low0, sums.high0, both);
    store(origin, t + 1, sums.low1, sums.high1, both);
    store(origin, t + 2, sums.low2, sums.high2, both);
    store(origin, t + 3, sums.low3, sums.high3, both);
  }
}
