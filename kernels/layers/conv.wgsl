// Convolution over rows and columns, without bias; a correlation, as in every
// neural-network library.
//
// forward  x[n, t, oy, ox, m] = Σ w[ky, kx, g, m] · s[n, t, iy, ix, c]
// Letters are those of conv_geometry.wgsl.
//
// raster  [N, P, B, 32·⌈H·W·C/32⌉]  s, neuron-packed, see
//                                   transpose_spikes.wgsl; plane p counts 2^p
// w       [KH, KW, CG, MQ]
// x       [N, sampleRows, OH, OW, MQ]  the first T rows
//
// One invocation owns four bins of two quads of maps of a pixel, both of one
// group. Inputs that lie beside one another are a run of bits in the raster; it
// visits the taps that spike in any of its bins, in order.

override T: u32;
override sampleRows: u32;
override P: u32 = 1;
// Whether the taps of a kernel's row are one run, and the runs of a row.
override joined: bool = dilationX == 1 && sets == 1;
override runs: u32 = select(KW, 1u, joined);
// Words of a bin.
override words: u32 = (H * W * C + 31) / 32;
// Quads of a group, and their pairs.
override quads: u32 = MQ / sets;
override pairs: u32 = (quads + 1) / 2;

// Bins of an invocation.
const ownedBins = 4u;

@group(0) @binding(0) var<storage, read> raster: array<vec4<u32>>;
@group(0) @binding(1) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4<f32>>;

// Inputs `first` to `last`, of which the first meets weight `tap`.
struct Run {
  first: u32,
  last: u32,
  tap: u32,
  isThere: bool,
}

// Run r of kernel row ky, of the output pixel whose first tap is at top, left.
fn runOf(top: u32, left: u32, ky: u32, r: u32, subset: u32) -> Run {
  let iy = top + ky * dilationY;
  if (joined) {
    // Columns to the left of the input wrap, and come to 0.
    let skipped = select(0u, 0 - left, left >= W);
    let end = min(left + KW, W);
    let first = (iy * W + left + skipped) * C;
    let there = iy < H && skipped < KW && left + skipped < end;
    return Run(first, (iy * W + end) * C - 1, (ky * KW + skipped) * C, there);
  }
  let ix = left + r * dilationX;
  let first = (iy * W + ix) * C + subset * CG;
  return Run(first, first + CG - 1, (ky * KW + r) * CG, isInside(iy, ix));
}

fn anyOf(bins: vec4<u32>) -> u32 {
  return bins.x | bins.y | bins.z | bins.w;
}

// Those bits of word q that belong to a run, none past its last.
fn within(run: Run, q: u32) -> u32 {
  if (q > run.last / 32) {
    return 0;
  }
  let low = select(0u, run.first % 32, q == run.first / 32);
  let high = select(31u, run.last % 32, q == run.last / 32);
  return (0xffffffffu << low) & (0xffffffffu >> (31 - high));
}

// Four bins of two quads; members, so that they stay in registers.
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

// Adds the weights of those taps of a run that words q and q + 1 of four bins
// have. One loop for both: a warp goes round it as often as its busiest pixel.
fn addWords(
  sums: ptr<function, Sums>,
  run: Run,
  q: u32,
  first: vec4<u32>,
  second: vec4<u32>,
  times: f32,
  quad: u32,
  high: u32,
) {
  var word = first;
  var row = (run.tap + q * 32 - run.first) * MQ + quad;
  var taps = anyOf(first) & within(run, q);
  var later = anyOf(second) & within(run, q + 1);
  while ((taps | later) != 0) {
    if (taps == 0) {
      word = second;
      row += 32 * MQ;
      taps = later;
      later = 0;
    }
    let at = row + countTrailingZeros(taps) * MQ;
    let bit = vec4(taps & (0 - taps));
    taps &= taps - 1;
    let lowWeights = times * w[at];
    let highWeights = times * w[at + high];
    let spikes = select(vec4<f32>(), vec4(1.0), (word & bit) != vec4());
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

// Stores bin t of two quads beside one another, whose bin 0 is at `place`.
fn store(place: u32, t: u32, low: vec4<f32>, high: vec4<f32>, both: bool) {
  if (t >= T) {
    return;
  }
  let at = place + t * OH * OW * MQ;
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
  // i counts pixels, then groups, then pairs of a group's quads.
  for (var i = id.x; i < OH * OW * sets * pairs; i += groups.x * 64) {
    let pixel = i / pairs / sets;
    let subset = i / pairs % sets;
    let quad = subset * quads + i % pairs * 2;
    let both = i % pairs * 2 + 1 < quads;
    let top = pixel / OW * strideY - padY;
    let left = pixel % OW * strideX - padX;
    var sums = Sums();
    for (var p = 0u; p < P; p++) {
      let bin = ((n * P + p) * B + t / 32) * words * 32 + t % 32;
      let times = select(f32(1u << p), 1.0, P == 1);
      for (var r = 0u; r < KH * runs; r++) {
        let run = runOf(top, left, r / runs, r % runs, subset);
        if (!run.isThere) {
          continue;
        }
        for (var q = run.first / 32; q <= run.last / 32; q += 2) {
          let first = raster[bin / 4 + q * 8];
          let second = raster[bin / 4 + min(q + 1, words - 1) * 8];
          addWords(&sums, run, q, first, second, times, quad, u32(both));
        }
      }
    }
    let place = n * sampleRows * OH * OW * MQ + pixel * MQ + quad;
    store(place, t, sums.low0, sums.high0, both);
    store(place, t + 1, sums.low1, sums.high1, both);
    store(place, t + 2, sums.low2, sums.high2, both);
    store(place, t + 3, sums.low3, sums.high3, both);
  }
}
