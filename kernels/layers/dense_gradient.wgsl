// The gradient of all-to-all weights, and the update of the weights.
//
// whole  dw[i, o] += height · Σ_n Σ_t s[n, t, i] · dy[n, t, o]
// split  computes the equation of `whole`; `splits` invocations share the
//        spikes of an input, for layers with too few weights to occupy a GPU
// direct computes the equation of `whole`, for devices on which workgroup
//        memory is slow
// s[n, t, i] is the input's spike, or its count.
//
// inputs   [N, P, B, I]        incoming spikes, time-packed
// dy       [N, sampleRows, Q]  gradient of the drive, in the first T rows;
//                              outputs by quads, Q = ⌈O/4⌉
// dw       [I, Q]              changed in place; it starts at 0 if
//                              batch.accumulates is 0
// If batch.updates, then updateWeights() of optimizer_rules.wgsl with g = dw:
// weights, m, v and vMax change in place.
//
// A workgroup lists the spikes of `blockInputs` inputs in workgroup memory
// (whole, split). One invocation owns a quad of outputs, for every rows-th of
// these inputs (whole), or for every splits-th spike of one of them (split); or
// four quads of outputs, for one input (direct). Sums run over the spikes
// of one sample after the other (whole), or over the spikes of an invocation,
// then invocations, then samples (split), so they do not depend on how a batch
// is split into micro-batches.

override T: u32;
override sampleRows: u32;
override I: u32;
override O: u32;
override P: u32 = 1;
// See dense.wgsl.
override lastSign: f32 = 1;
override height: f32 = 1;
// Inputs per workgroup, a power of two up to sixteen.
override blockInputs: u32;
override splits: u32 = 1;
// Samples whose spikes `split` lists at once, in a list each; blockInputs ·
// blockSamples is a power of two up to sixteen.
override blockSamples: u32 = 1;
override Q: u32 = (O + 3) / 4;
// Quads that a workgroup owns, and rows of groupQuads invocations.
override groupQuads: u32 = min(Q, lanes);
override rows: u32 = lanes / groupQuads;
override splitRows: u32 = rows / splits;

@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> dw: array<vec4<f32>>;

// A quad of the gradient in the bin of a spike; list entries are p << 28 | row
// of dy.
fn rowOf(spike: u32, quad: u32) -> vec4<f32> {
  return dy[(spike & 0x0fffffff) * Q + quad];
}

// A spike of plane p counts 2^p, with the sign lastSign in the last plane.
fn add(sum: vec4<f32>, spike: u32, row: vec4<f32>) -> vec4<f32> {
  var scale = height;
  if (P > 1) {
    scale *= f32(1u << (spike >> 28));
    scale *= select(1.0, lastSign, (spike >> 28) + 1 == P);
  }
  return fma(vec4(scale), row, sum);
}

// The words of an input, sample after sample, up to `end`.
struct Source {
  input: u32,
  end: u32,
}

fn wordOf(source: Source, index: u32) -> u32 {
  if (source.input >= I || index >= source.end) {
    return 0;
  }
  return inputs[index * I + source.input];
}

// List entry of the lowest bit of a word: its plane and its row of dy.
fn spikeOf(index: u32) -> u32 {
  let B = (T + 31) / 32;
  let row = index / B / P * sampleRows + index % B * 32;
  return ((index / B % P) << 28) | row;
}

// Stores a quad of the gradient; updates the weights if it is complete.
fn store(i: u32, total: vec4<f32>, isComplete: bool) {
  dw[i] = total;
  if (isComplete && batch.updates > 0) {
    updateWeights(i, total);
  }
}

@compute @workgroup_size(lanes)
fn whole(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let quad = group.y * groupQuads + lane % groupQuads;
  let row = lane / groupQuads;
  let isThere = quad < Q && row < min(rows, blockInputs);
  // Words of an input, invocations that share them while listing, and words
  // that each of them scans at once.
  let words = batch.samples * P * ((T + 31) / 32);
  let scanners = lanes / blockInputs;
  let each = clamp((words + scanners - 1) / scanners, 1u, 8u);
  for (
    var first = group.x * blockInputs;
    first < I;
    first += groups.x * blockInputs
  ) {
    let count = min(blockInputs, I - first);
    for (var start = 0u; start < words; start += each * scanners) {
      let scanned = lane % blockInputs;
      let index = start + lane / blockInputs * each;
      let source = Source(first + scanned, words);
      let spikeWords = wordsOf(source, index, each);
      let order = scanned * scanners + lane / blockInputs;
      let rank = rankOf(onesOf(spikeWords), order);
      if (lane < blockInputs) {
        sh_starts[lane] = rank;
      }
      let end = workgroupUniformLoad(&sh_total);
      // At least one iteration, so that a gradient of 0 is stored too.
      for (var base = 0u; base == 0 || base < end; base += listed) {
        if (base > 0) {
          workgroupBarrier();
        }
        listSpikes(spikeWords, index, rank, base);
        workgroupBarrier();
        let isFirst = start == 0 && base == 0;
        let isLast = start + each * scanners >= words && base + listed >= end;
        for (var j = row; isThere && j < count; j += rows) {
          let span = spanOf(j, blockInputs, base);
          let i = (first + j) * Q + quad;
          var before = vec4<f32>();
          if (batch.accumulates > 0 || !isFirst) {
            before = dw[i];
          }
          let total = addListed(before, span.first, span.end, 1u, quad);
          store(i, total, isLast);
        }
      }
    }
  }
}

// Partial sums of the invocations, for each of the samples listed at once.
override sumsSize: u32 = lanes * blockSamples;
var<workgroup> sh_sums: array<vec4<f32>, sumsSize>;

@compute @workgroup_size(lanes)
fn split(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let quad = group.y * groupQuads + lane % groupQuads;
  let turn = lane / groupQuads % splits;
  let row = lane / groupQuads / splits;
  let isThere = quad < Q && row < min(splitRows, blockInputs);
  // Words of an input in one sample and in all, number of lists, invocations
  // that share a list while listing, and words that each of them scans at once.
  let sampleWords = P * ((T + 31) / 32);
  let words = batch.samples * sampleWords;
  let lists = blockInputs * blockSamples;
  let scanners = lanes / lists;
  let each = clamp((sampleWords + scanners - 1) / scanners, 1u, 8u);
  for (
    var first = group.x * blockInputs;
    first < I;
    first += groups.x * blockInputs
  ) {
    let owns = isThere && turn == 0 && row < min(blockInputs, I - first);
    let i = (first + row) * Q + quad;
    var total = vec4<f32>();
    if (owns && batch.accumulates > 0) {
      total = dw[i];
    }
    for (var block = 0u; block < words; block += blockSamples * sampleWords) {
      for (var start = 0u; start < sampleWords; start += each * scanners) {
        let scanned = lane % lists;
        let sample = block + scanned / blockInputs * sampleWords;
        let index = sample + start + lane / lists * each;
        let end = min(sample + sampleWords, words);
        let source = Source(first + scanned % blockInputs, end);
        let spikeWords = wordsOf(source, index, each);
        let order = scanned * scanners + lane / lists;
        let rank = rankOf(onesOf(spikeWords), order);
        if (lane < lists) {
          sh_starts[lane] = rank;
        }
        let ranks = workgroupUniformLoad(&sh_total);
        // At least one iteration, so that sums start at 0.
        for (var base = 0u; base == 0 || base < ranks; base += listed) {
          if (base > 0) {
            workgroupBarrier();
          }
          listSpikes(spikeWords, index, rank, base);
          workgroupBarrier();
          let isFirst = start == 0 && base == 0;
          for (var n = 0u; isThere && n < blockSamples; n++) {
            let span = spanOf(n * blockInputs + row, lists, base);
            // Assigns the spikes of a sample to invocations in turn, as if all
            // were listed at once.
            let wait = (turn + splits - span.passed % splits) % splits;
            let begin = span.first + wait;
            let own = n * lanes + lane;
            let before = select(sh_sums[own], vec4<f32>(), isFirst);
            sh_sums[own] = addListed(before, begin, span.end, splits, quad);
          }
        }
      }
      workgroupBarrier();
      let samples = min(blockSamples, (words - block) / sampleWords);
      for (var n = 0u; owns && n < samples; n++) {
        for (var k = 0u; k < splits; k++) {
          total += sh_sums[n * lanes + lane + k * groupQuads];
        }
      }
    }
    if (owns) {
      store(i, total, true);
    }
  }
}

// Quads that one invocation of `direct` owns.
const directQuads = 4u;

@compute @workgroup_size(64)
fn direct(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let words = batch.samples * P * ((T + 31) / 32);
  let blocks = (Q + directQuads - 1) / directQuads;
  // In k, blocks of quads vary fastest, then inputs.
  for (var k = id.x; k < I * blocks; k += groups.x * 64) {
    let quad = k % blocks * directQuads;
    let i = k / blocks;
    // Quads past the last one repeat it, and are not stored.
    let own = vec4(quad) + min(vec4(0u, 1u, 2u, 3u), vec4(Q - 1 - quad));
    let at = vec4(i * Q) + own;
    var sum0 = vec4<f32>();
    var sum1 = vec4<f32>();
    var sum2 = vec4<f32>();
    var sum3 = vec4<f32>();
    if (batch.accumulates > 0) {
      sum0 = dw[at.x];
      sum1 = dw[at.y];
      sum2 = dw[at.z];
      sum3 = dw[at.w];
    }
    for (var index = 0u; index < words; index++) {
      let first = spikeOf(index);
      var bits = inputs[index * I + i];
      while (bits != 0) {
        let spike = first + countTrailingZeros(bits);
        bits &= bits - 1;
        sum0 = add(sum0, spike, rowOf(spike, own.x));
        sum1 = add(sum1, spike, rowOf(spike, own.y));
        sum2 = add(sum2, spike, rowOf(spike, own.z));
        sum3 = add(sum3, spike, rowOf(spike, own.w));
      }
    }
    store(at.x, sum0, true);
    if (quad + 1 < Q) {
      store(at.y, sum1, true);
    }
    if (quad + 2 < Q) {
      store(at.z, sum2, true);
    }
    if (quad + 3 < Q) {
      store(at.w, sum3, true);
    }
  }
}
