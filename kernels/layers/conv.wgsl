// Convolution over rows and columns, without bias; a cross-correlation, as in
// all neural-network libraries.
//
// forward  x[n, t, oy, ox, oc] = Σ w[ky, kx, cg, oc] · s[n, t, iy, ix, c]
//          over the taps ky, kx and the channels cg of the group of oc
// wide     computes the equation of `forward`, for devices on which loads
//          dominate
// iy, ix and c are those of conv_geometry.wgsl, s is the spike, or the count,
// in neuronPacked.
//
// neuronPacked  [N, P, B, 32·⌈H·W·C/32⌉]  incoming spikes, see
//                                         transpose_spikes.wgsl
// w             [KH, KW, CG, OQ]
// x             [N, sampleRows, OH, OW, OQ]  the drive, in the first T rows
//
// One invocation owns four bins of two (forward) or four (wide) quads of output
// channels of a pixel, all of one group. Adjacent inputs are a run of bits in
// neuronPacked; the invocation visits the set bits of all four bins, in order.

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
// Quads of a group, pairs of quads, and fours.
override quads: u32 = OQ / G;
override pairs: u32 = (quads + ownedQuads - 1) / ownedQuads;
override fours: u32 = (quads + wideQuads - 1) / wideQuads;
// Words that a run touches at most, by pairs.
override runBits: u32 = select(CG, KW * CG, joined);
override wordPairs: u32 = (runBits + 30) / 64 + 1;

// Bins that one invocation owns, and quads, of `forward` and of `wide`.
const ownedBins = 4u;
const ownedQuads = 2u;
const wideQuads = 4u;

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

// The inputs of a run that are still to be visited, in two words of four bins:
// those of the word at hand, then those of the later one. Row `row` of the
// weights is that of the lowest bit of the word at hand.
struct Visit {
  bits: vec4<u32>,
  laterBits: vec4<u32>,
  inputs: u32,
  laterInputs: u32,
  row: u32,
}

// Visits the inputs of a run in words `word` and word + 1. One loop goes
// through the bits of both, since a subgroup iterates as often as its pixel
// with the most spikes.
fn visitOf(
  run: Run,
  word: u32,
  firstBits: vec4<u32>,
  secondBits: vec4<u32>,
) -> Visit {
  return Visit(
    firstBits,
    secondBits,
    anyOf(firstBits) & maskOf(run, word),
    anyOf(secondBits) & maskOf(run, word + 1),
    run.tap + word * 32 - run.first,
  );
}

// An input: its row of the weights, and the bins in which it spikes.
struct Input {
  row: u32,
  spikes: vec4<f32>,
}

// The next input of a visit that has one.
fn next(visit: ptr<function, Visit>) -> Input {
  var left = *visit;
  if (left.inputs == 0) {
    left.bits = left.laterBits;
    left.row += 32;
    left.inputs = left.laterInputs;
    left.laterInputs = 0;
  }
  let row = left.row + countTrailingZeros(left.inputs);
  let lowest = vec4(left.inputs & (0 - left.inputs));
  left.inputs &= left.inputs - 1;
  *visit = left;
  let fires = (left.bits & lowest) != vec4();
  return Input(row, select(vec4<f32>(), vec4(1.0), fires));
}

// Adds the weights of an input that spikes in some of four bins.
fn addInput(
  sums: ptr<function, Sums>,
  spikes: vec4<f32>,
  lowWeights: vec4<f32>,
  highWeights: vec4<f32>,
) {
  (*sums).low0 += spikes.x * lowWeights;
  (*sums).low1 += spikes.y * lowWeights;
  (*sums).low2 += spikes.z * lowWeights;
  (*sums).low3 += spikes.w * lowWeights;
  (*sums).high0 += spikes.x * highWeights;
  (*sums).high1 += spikes.y * highWeights;
  (*sums).high2 += spikes.z * highWeights;
  (*sums).high3 += spikes.w * highWeights;
}

// Value of a spike of plane p.
fn scaleOf(p: u32) -> f32 {
  let sign = select(1.0, lastSign, p + 1 == P);
  return select(sign * f32(1u << p), 1.0, P == 1);
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

// Stores bins t to t + 3 of a pair of quads.
fn storeSums(sums: Sums, origin: u32, t: u32, both: bool) {
  store(origin, t, sums.low0, sums.high0, both);
  store(origin, t + 1, sums.low1, sums.high1, both);
  store(origin, t + 2, sums.low2, sums.high2, both);
  store(origin, t + 3, sums.low3, sums.high3, both);
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
    let own = i % pairs * ownedQuads;
    let quad = g * quads + own;
    let both = own + 1 < quads;
    let top = pixel / OW * strideY - padY;
    let left = pixel % OW * strideX - padX;
    var sums = Sums();
    for (var p = 0u; p < P; p++) {
      let bin = ((n * P + p) * B + t / 32) * words * 32 + t % 32;
      let scale = scaleOf(p);
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
          var visit = visitOf(run, word, first, second);
          while ((visit.inputs | visit.laterInputs) != 0) {
            let input = next(&visit);
            let at = input.row * OQ + quad;
            let lowWeights = scale * w[at];
            let highWeights = scale * w[at + u32(both)];
            addInput(&sums, input.spikes, lowWeights, highWeights);
          }
        }
      }
    }
    let origin = n * sampleRows * OH * OW * OQ + pixel * OQ + quad;
    storeSums(sums, origin, t, both);
  }
}

@compute @workgroup_size(64)
fn wide(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let t = id.y * ownedBins;
  let B = (T + 31) / 32;
  // In i, fours of a group's quads vary fastest, then groups, then pixels.
  for (var i = id.x; i < OH * OW * G * fours; i += groups.x * 64) {
    let pixel = i / fours / G;
    let g = i / fours % G;
    let own = i % fours * wideQuads;
    let quad = g * quads + own;
    // Quads past the end of the group load its last one, and are not stored.
    let to = min(vec4(0u, 1u, 2u, 3u), vec4(quads - own - 1));
    let top = pixel / OW * strideY - padY;
    let left = pixel % OW * strideX - padX;
    var near = Sums();
    var far = Sums();
    // One loop, since each level of a nest copies all sums.
    for (var k = 0u; k < P * KH * runs * wordPairs; k++) {
      let p = k / wordPairs / runs / KH;
      let r = k / wordPairs % (KH * runs);
      let run = runOf(top, left, r / runs, r % runs, g);
      let word = run.first / 32 + k % wordPairs * 2;
      if (run.isThere && word <= run.last / 32) {
        let bin = ((n * P + p) * B + t / 32) * words * 32 + t % 32;
        let first = neuronPacked[bin / 4 + word * 8];
        var second = vec4<u32>();
        if (word < run.last / 32) {
          second = neuronPacked[bin / 4 + (word + 1) * 8];
        }
        let scale = scaleOf(p);
        var visit = visitOf(run, word, first, second);
        while ((visit.inputs | visit.laterInputs) != 0) {
          let input = next(&visit);
          let spikes = scale * input.spikes;
          let at = input.row * OQ + quad;
          addInput(&near, spikes, w[at], w[at + to.y]);
          addInput(&far, spikes, w[at + to.z], w[at + to.w]);
        }
      }
    }
    let origin = n * sampleRows * OH * OW * OQ + pixel * OQ + quad;
    storeSums(near, origin, t, own + 1 < quads);
    if (own + 2 < quads) {
      storeSums(far, origin + 2, t, own + 3 < quads);
    }
  }
}
