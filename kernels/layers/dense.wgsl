// All-to-all synapses, without bias.
//
// forward       x[n, t, o]  = Σ_i w[i, o] · s[n, t, i]
// adjoint       dx[n, t, i] = Σ_o w[i, o] · dy[n, t, o]
// adjointBlock  computes the equation of `adjoint`, for devices on which
//               workgroup memory is slow
// s[n, t, i] is the spike, or the count, in neuronPacked.
//
// neuronPacked  [N, P, B, 32·⌈I/32⌉]  incoming spikes, see
//                                     transpose_spikes.wgsl
// w             [I, Q]                outputs by quads, Q = ⌈O/4⌉
// x, dy         [N, sampleRows, Q]    the drive and its gradient, in the first
//                                     T rows
// dx            [N, T, inRow]         gradient of the spikes; neurons of the
//                                     layer below lie in runs of inRun, each
//                                     padded to whole quads: input i is at
//                                     i / inRun · ⌈inRun / 4⌉ · 4 + i % inRun
//
// forward: a workgroup lists the spikes of `bins` bins in workgroup memory; one
// invocation owns a quad of outputs and every `splits`-th spike of a bin, and
// the partial sums are then added in order.
// adjoint: a matrix product in tiles of 8·columns inputs by 512 / columns bins;
// one invocation owns eight bins of eight inputs.
// adjointBlock: one invocation owns eight bins of 16 inputs.

override T: u32;
override sampleRows: u32;
override I: u32;
override O: u32;
override P: u32 = 1;
// Sign of the last plane: −1 for signed numbers in two's complement.
override lastSign: f32 = 1;
override inRun: u32 = 1;
override inRow: u32 = 1;
override Q: u32 = (O + 3) / 4;
// Words of a bin that an invocation scans at once, up to eight.
override each: u32 = 8;
// Bins per workgroup, a power of two up to sixteen.
override bins: u32 = 1;
// Quads that a workgroup owns, and invocations that share the spikes of a bin
// for each quad.
override groupQuads: u32 = min(Q, lanes);
override splits: u32 = lanes / groupQuads / bins;

// Invocations of `adjoint` along the inputs of a tile, 8 or 16; the other
// factor of 64 is along the bins.
override columns: u32 = 8;
override tileInputs: u32 = owned * columns;
override tileBins: u32 = owned * (64 / columns);
// Bins, and inputs, that one invocation of `adjoint` owns.
const owned = 8u;

@group(0) @binding(0) var<storage, read> neuronPacked: array<u32>;
@group(0) @binding(1) var<storage, read> w: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// Partial sums of the invocations.
var<workgroup> sh_sums: array<vec4<f32>, lanes>;

// The row of weights of a spike, one quad; list entries are p << 28 | i.
fn rowOf(spike: u32, quad: u32) -> vec4<f32> {
  return w[(spike & 0x0fffffff) * Q + quad];
}

// A spike of plane p counts 2^p, with the sign lastSign in the last plane.
fn add(sum: vec4<f32>, spike: u32, row: vec4<f32>) -> vec4<f32> {
  if (P == 1) {
    return sum + row;
  }
  let scale = f32(1u << (spike >> 28));
  let sign = select(1.0, lastSign, (spike >> 28) + 1 == P);
  return fma(vec4(sign * scale), row, sum);
}

// The words of a bin: index of the first, distance between planes, and the
// number of words of all planes.
struct Source {
  first: u32,
  plane: u32,
  words: u32,
}

// Word `index` of a bin; planes follow one another.
fn wordOf(source: Source, index: u32) -> u32 {
  let planeWords = (I + 31) / 32;
  if (index >= source.words) {
    return 0;
  }
  let plane = index / planeWords * source.plane;
  return neuronPacked[source.first + plane + index % planeWords * 32];
}

// List entry of the lowest bit of a word: its plane and its first input.
fn spikeOf(index: u32) -> u32 {
  let planeWords = (I + 31) / 32;
  return ((index / planeWords) << 28) | (index % planeWords * 32);
}

@compute @workgroup_size(lanes)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let planeWords = (I + 31) / 32;
  let plane = B * planeWords * 32;
  // `scanners` invocations share the words of a bin while listing.
  let scanners = lanes / bins;
  let scanned = group.x * bins + lane / scanners;
  let block = group.z * P * plane + scanned / 32 * planeWords * 32;
  let words = select(0u, P * planeWords, scanned < T);
  let source = Source(block + scanned % 32, plane, words);
  // `splits` invocations share a quad of a bin while summing.
  let quad = group.y * groupQuads + lane % groupQuads;
  let split = lane / groupQuads % splits;
  let bin = lane / groupQuads / splits;
  let isThere = quad < Q && bin < bins;
  var sum = vec4<f32>();
  for (var start = 0u; start < P * planeWords; start += each * scanners) {
    let index = start + lane % scanners * each;
    let spikeWords = wordsOf(source, index, each);
    let rank = rankOf(onesOf(spikeWords), lane);
    if (lane % scanners == 0) {
      sh_starts[lane / scanners] = rank;
    }
    let end = workgroupUniformLoad(&sh_total);
    for (var base = 0u; base < end; base += listed) {
      if (base > 0) {
        workgroupBarrier();
      }
      listSpikes(spikeWords, index, rank, base);
      workgroupBarrier();
      if (isThere) {
        let span = spanOf(bin, bins, base);
        sum = addListed(sum, span.first + split, span.end, splits, quad);
      }
    }
  }
  sh_sums[lane] = sum;
  workgroupBarrier();
  let t = group.x * bins + bin;
  if (isThere && split == 0 && t < T) {
    for (var other = 1u; other < splits; other++) {
      sum += sh_sums[other * groupQuads + lane];
    }
    x[(group.z * sampleRows + t) * Q + quad] = sum;
  }
}

// Weights of a tile's inputs, and gradients of its bins, for eight outputs.
// Rows are padded to three vectors, so that eight adjacent invocations use
// different banks.
override weightsSize: u32 = 3 * tileInputs;
override gradientsSize: u32 = 3 * tileBins;
var<workgroup> sh_w: array<vec4<f32>, weightsSize>;
var<workgroup> sh_dy: array<vec4<f32>, gradientsSize>;

// One bin of eight inputs; struct members rather than an array, so that they
// stay in registers.
struct Sums {
  low: vec4<f32>,
  high: vec4<f32>,
}

// Accumulates the products of the gradients of four outputs with their weights:
// lowRows of the first four inputs, highRows of the other four.
fn addOutputs(
  sum: ptr<function, Sums>,
  gradients: vec4<f32>,
  lowRows: mat4x4<f32>,
  highRows: mat4x4<f32>,
) {
  let low = transpose(lowRows);
  let high = transpose(highRows);
  (*sum).low = fma(vec4(gradients.x), low[0], (*sum).low);
  (*sum).low = fma(vec4(gradients.y), low[1], (*sum).low);
  (*sum).low = fma(vec4(gradients.z), low[2], (*sum).low);
  (*sum).low = fma(vec4(gradients.w), low[3], (*sum).low);
  (*sum).high = fma(vec4(gradients.x), high[0], (*sum).high);
  (*sum).high = fma(vec4(gradients.y), high[1], (*sum).high);
  (*sum).high = fma(vec4(gradients.z), high[2], (*sum).high);
  (*sum).high = fma(vec4(gradients.w), high[3], (*sum).high);
}

// Stores the gradient of input i; its row begins at index `row`.
fn put(value: f32, row: u32, i: u32) {
  if (i < I) {
    let place = i / inRun * ((inRun + 3) / 4) * 4 + i % inRun;
    dx[row + place] = value;
  }
}

// Stores eight inputs of bin t: input i and every `columns`-th after it.
fn store(sum: Sums, n: u32, t: u32, i: u32) {
  let row = (n * T + t) * inRow;
  if (t < T) {
    put(sum.low.x, row, i);
    put(sum.low.y, row, i + columns);
    put(sum.low.z, row, i + 2 * columns);
    put(sum.low.w, row, i + 3 * columns);
    put(sum.high.x, row, i + 4 * columns);
    put(sum.high.y, row, i + 5 * columns);
    put(sum.high.z, row, i + 6 * columns);
    put(sum.high.w, row, i + 7 * columns);
  }
}

// Weights of the k-th input of a tile that begins with i0; 0 outside.
fn weightsOf(i0: u32, k: u32, quad: u32) -> vec4<f32> {
  if (k >= tileInputs || i0 + k >= I || quad >= Q) {
    return vec4<f32>();
  }
  return w[(i0 + k) * Q + quad];
}

// Stages the weights of the k-th input of a tile.
fn stageWeights(weights: vec4<f32>, k: u32, quad: u32) {
  if (k < tileInputs) {
    sh_w[k * 3 + quad % 2] = weights;
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = group.z;
  let t0 = group.y * tileBins;
  let column = lane % columns;
  let row = lane / columns;
  for (var i0 = group.x * tileInputs; i0 < I; i0 += groups.x * tileInputs) {
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
      let quad = q0 + lane % 2;
      // All loads are issued before the first is used, so that their latencies
      // overlap.
      let k = lane / 2;
      let w0 = weightsOf(i0, k, quad);
      let w1 = weightsOf(i0, k + 32, quad);
      let w2 = weightsOf(i0, k + 64, quad);
      let w3 = weightsOf(i0, k + 96, quad);
      stageWeights(w0, k, quad);
      stageWeights(w1, k + 32, quad);
      stageWeights(w2, k + 64, quad);
      stageWeights(w3, k + 96, quad);
      for (var bin = k; bin < tileBins; bin += 32) {
        let start = (n * sampleRows + min(t0 + bin, T - 1)) * Q;
        let gradients = dy[start + min(quad, Q - 1)];
        sh_dy[bin * 3 + lane % 2] = select(vec4(), gradients, quad < Q);
      }
      workgroupBarrier();
      for (var q = 0u; q < 2; q++) {
        let a = column * 3 + q;
        let next = 3 * columns;
        let low = mat4x4(
          sh_w[a],
          sh_w[a + next],
          sh_w[a + 2 * next],
          sh_w[a + 3 * next],
        );
        let high = mat4x4(
          sh_w[a + 4 * next],
          sh_w[a + 5 * next],
          sh_w[a + 6 * next],
          sh_w[a + 7 * next],
        );
        let b = row * 3 * owned + q;
        addOutputs(&s0, sh_dy[b], low, high);
        addOutputs(&s1, sh_dy[b + 3], low, high);
        addOutputs(&s2, sh_dy[b + 6], low, high);
        addOutputs(&s3, sh_dy[b + 9], low, high);
        addOutputs(&s4, sh_dy[b + 12], low, high);
        addOutputs(&s5, sh_dy[b + 15], low, high);
        addOutputs(&s6, sh_dy[b + 18], low, high);
        addOutputs(&s7, sh_dy[b + 21], low, high);
      }
    }
    let t = t0 + row * owned;
    store(s0, n, t, i0 + column);
    store(s1, n, t + 1, i0 + column);
    store(s2, n, t + 2, i0 + column);
    store(s3, n, t + 3, i0 + column);
    store(s4, n, t + 4, i0 + column);
    store(s5, n, t + 5, i0 + column);
    store(s6, n, t + 6, i0 + column);
    store(s7, n, t + 7, i0 + column);
  }
}

// Bins and inputs that one invocation of `adjointBlock` owns.
const blockBins = 8u;
const blockInputs = 16u;

// Sums of eight inputs, four bins in a column; struct members rather than an
// array, so that they stay in registers.
struct Eight {
  i0: mat2x4<f32>,
  i1: mat2x4<f32>,
  i2: mat2x4<f32>,
  i3: mat2x4<f32>,
  i4: mat2x4<f32>,
  i5: mat2x4<f32>,
  i6: mat2x4<f32>,
  i7: mat2x4<f32>,
}

// Gradients of a quad of outputs in eight bins, one in a column.
struct QuadBins {
  early: mat4x4<f32>,
  late: mat4x4<f32>,
}

// Gradients of a quad in bins from t on; bin 0 is at `origin`. Bins after the
// last one repeat it, and are not stored.
fn quadBins(origin: u32, t: u32) -> QuadBins {
  let early = origin + min(vec4(t) + vec4(0, 1, 2, 3), vec4(T - 1)) * Q;
  let late = origin + min(vec4(t) + vec4(4, 5, 6, 7), vec4(T - 1)) * Q;
  return QuadBins(
    mat4x4(dy[early.x], dy[early.y], dy[early.z], dy[early.w]),
    mat4x4(dy[late.x], dy[late.y], dy[late.z], dy[late.w]),
  );
}

// Two quads of outputs: their gradients, the index of the first, and whether
// there is a second.
struct Pair {
  first: QuadBins,
  second: QuadBins,
  quad: u32,
  both: bool,
}

// Contribution of two quads to the sums of input i. Inputs after the last one
// repeat it, and are not stored.
fn contribution(pair: Pair, i: u32) -> mat2x4<f32> {
  let at = min(i, I - 1) * Q + pair.quad;
  let first = w[at];
  let second = select(vec4(), w[at + u32(pair.both)], pair.both);
  return mat2x4(
    first * pair.first.early + second * pair.second.early,
    first * pair.first.late + second * pair.second.late,
  );
}

// Adds the contribution of two quads to the sums of inputs from i on.
fn addPair(sums: ptr<function, Eight>, pair: Pair, i: u32) {
  (*sums).i0 += contribution(pair, i);
  (*sums).i1 += contribution(pair, i + 1);
  (*sums).i2 += contribution(pair, i + 2);
  (*sums).i3 += contribution(pair, i + 3);
  (*sums).i4 += contribution(pair, i + 4);
  (*sums).i5 += contribution(pair, i + 5);
  (*sums).i6 += contribution(pair, i + 6);
  (*sums).i7 += contribution(pair, i + 7);
}

// Stores bins t to t + 7 of eight inputs, from i on.
fn storeEight(sums: Eight, n: u32, t: u32, i: u32) {
  for (var j = 0u; j < min(blockBins, T - t); j++) {
    let row = (n * T + t + j) * inRow;
    let column = j / 4;
    let bin = j % 4;
    put(sums.i0[column][bin], row, i);
    put(sums.i1[column][bin], row, i + 1);
    put(sums.i2[column][bin], row, i + 2);
    put(sums.i3[column][bin], row, i + 3);
    put(sums.i4[column][bin], row, i + 4);
    put(sums.i5[column][bin], row, i + 5);
    put(sums.i6[column][bin], row, i + 6);
    put(sums.i7[column][bin], row, i + 7);
  }
}

@compute @workgroup_size(64)
fn adjointBlock(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let t = id.y * blockBins;
  for (var i = id.x * blockInputs; i < I; i += groups.x * 64 * blockInputs) {
    var low = Eight();
    var high = Eight();
    for (var quad = 0u; quad < Q; quad += 2) {
      let both = quad + 1 < Q;
      let origin = n * sampleRows * Q + quad;
      let pair = Pair(
        quadBins(origin, t),
        quadBins(origin + u32(both), t),
        quad,
        both,
      );
      addPair(&low, pair, i);
      addPair(&high, pair, i + 8);
    }
    storeEight(low, n, t, i);
    storeEight(high, n, t, i + 8);
  }
}
