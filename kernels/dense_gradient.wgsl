// The gradient of all-to-all weights, from which they may learn at once.
//
// sum  dw[i, o] += height · Σ_n Σ_t s[n, t, i] · dy[n, t, o]
// s[n, t, i] is the spike, or the count, that inputs hold.
//
// inputs   [N, P, B, I]        packed along time, plane p counts 2^p
// dy       [N, sampleRows, Q]  outputs by quads, the first T rows
// dw       [I, Q]              outputs by quads, the last filled up with 0
//
// A workgroup lists the spikes of `near` inputs; one invocation owns a quad of
// outputs and every step-th of these inputs, or, where invocations are left
// over, every sharers-th spike of one. Sums run over the spikes of all samples,
// or of one, and then over samples, so they do not depend on how a batch is
// cut; dw starts at 0 unless batch.begun. If batch.learns, the weights learn
// from dw as learn.wgsl has it.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
  begun: u32,
  // Whether the gradient is complete behind this part, and learnt from.
  learns: u32,
  rate: f32,
  root: f32,
  decay: f32,
}

override T: u32;
override sampleRows: u32;
override I: u32;
override O: u32;
override P: u32 = 1;
override height: f32 = 1;
// Inputs of a workgroup, a power of two up to sixteen.
override near: u32;
// Invocations that share an input's spikes; then there is one for each input.
override sharers: u32 = 1;
override Q: u32 = (O + 3) / 4;
// Quads of a workgroup, and how often they fit it.
override share: u32 = min(Q, 128u);
override parts: u32 = 128 / share;
override step: u32 = parts / sharers;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> dw: array<vec4<f32>>;

// The rank of the first spike of each input.
var<workgroup> starts: array<u32, 16>;

// What the invocations of a quad have added up.
var<workgroup> sums: array<vec4<f32>, 128>;

// Adds the errors of a spike, which is listed as p << 28 | row, times 2^p.
fn add(sum: vec4<f32>, spike: u32, error: vec4<f32>) -> vec4<f32> {
  var times = height;
  if (P > 1) {
    times *= f32(1u << (spike >> 28));
  }
  return fma(vec4(times), error, sum);
}

fn errorOf(spike: u32, quad: u32) -> vec4<f32> {
  return dy[(spike & 0x0fffffff) * Q + quad];
}

// Adds the errors of every sharers-th spike of those listed from `first` on, up
// to eight of them on their way at once.
fn addListed(start: vec4<f32>, first: u32, end: u32, quad: u32) -> vec4<f32> {
  var sum = start;
  var at = first;
  for (; at + 7 * sharers < end; at += 8 * sharers) {
    let e0 = errorOf(found[at], quad);
    let e1 = errorOf(found[at + sharers], quad);
    let e2 = errorOf(found[at + 2 * sharers], quad);
    let e3 = errorOf(found[at + 3 * sharers], quad);
    let e4 = errorOf(found[at + 4 * sharers], quad);
    let e5 = errorOf(found[at + 5 * sharers], quad);
    let e6 = errorOf(found[at + 6 * sharers], quad);
    let e7 = errorOf(found[at + 7 * sharers], quad);
    sum = add(sum, found[at], e0);
    sum = add(sum, found[at + sharers], e1);
    sum = add(sum, found[at + 2 * sharers], e2);
    sum = add(sum, found[at + 3 * sharers], e3);
    sum = add(sum, found[at + 4 * sharers], e4);
    sum = add(sum, found[at + 5 * sharers], e5);
    sum = add(sum, found[at + 6 * sharers], e6);
    sum = add(sum, found[at + 7 * sharers], e7);
  }
  for (; at + sharers < end; at += 2 * sharers) {
    let e0 = errorOf(found[at], quad);
    let e1 = errorOf(found[at + sharers], quad);
    sum = add(add(sum, found[at], e0), found[at + sharers], e1);
  }
  if (at < end) {
    sum = add(sum, found[at], errorOf(found[at], quad));
  }
  return sum;
}

// Word m of an input, samples one after the other, and planes in them.
fn wordOf(i: u32, m: u32, end: u32) -> u32 {
  if (i >= I || m >= end) {
    return 0;
  }
  return inputs[m * I + i];
}

// Words of an input from m on, as many as an invocation has.
fn wordsOf(i: u32, m: u32, end: u32, each: u32) -> Words {
  var words = Words();
  words.low.x = wordOf(i, m, end);
  if (each > 1) {
    words.low.y = wordOf(i, m + 1, end);
  }
  if (each > 2) {
    words.low.z = wordOf(i, m + 2, end);
  }
  if (each > 3) {
    words.low.w = wordOf(i, m + 3, end);
  }
  if (each > 4) {
    words.high.x = wordOf(i, m + 4, end);
  }
  if (each > 5) {
    words.high.y = wordOf(i, m + 5, end);
  }
  if (each > 6) {
    words.high.z = wordOf(i, m + 6, end);
  }
  if (each > 7) {
    words.high.w = wordOf(i, m + 7, end);
  }
  return words;
}

// As what the first bin of a word is listed.
fn spikeOf(m: u32) -> u32 {
  let B = (T + 31) / 32;
  return ((m / B % P) << 28) | (m / B / P * sampleRows + m % B * 32);
}

// Lists the spikes in words from m on, the first of which has that rank.
fn list(words: Words, m: u32, first: u32, base: u32, each: u32) {
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

// Keeps the gradient of a quad of weights, from which they may learn.
fn keep(i: u32, total: vec4<f32>, isComplete: bool) {
  dw[i] = total;
  if (isComplete && batch.learns > 0) {
    learn(i, total, Update(batch.rate, batch.root, batch.decay));
  }
}

@compute @workgroup_size(128)
fn sum(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let quad = group.y * share + lane % share;
  let sharer = lane / share % sharers;
  let start = lane / share / sharers;
  let isThere = quad < Q && start < min(step, near);
  // Words that are listed one after the other: of all samples, or of one.
  let words = P * ((T + 31) / 32);
  let all = batch.samples * words;
  let unit = select(words, all, sharers == 1);
  // Invocations of an input, and words that each looks through at once.
  let chunks = lanes / near;
  let each = clamp((unit + chunks - 1) / chunks, 1u, 8u);
  for (var first = group.x * near; first < I; first += groups.x * near) {
    let left = min(near, I - first);
    // Of one input, where it is shared.
    let isFirst = sharer == 0 && start < left;
    var total = vec4<f32>();
    if (sharers > 1 && isThere && isFirst && batch.begun > 0) {
      total = dw[(first + start) * Q + quad];
    }
    for (var m0 = 0u; m0 < all; m0 += unit) {
      var own = vec4<f32>();
      for (var m1 = m0; m1 < m0 + unit; m1 += each * chunks) {
        let m = m1 + lane / near * each;
        let words = wordsOf(first + lane % near, m, m0 + unit, each);
        let rank = rankOf(onesOf(words), lane % near * chunks + lane / near);
        if (lane < near) {
          starts[lane] = rank;
        }
        let last = workgroupUniformLoad(&spikes);
        // Gradients of silence are kept, too.
        for (var base = 0u; base == 0 || base < last; base += listed) {
          if (base > 0) {
            workgroupBarrier();
          }
          list(words, m, rank, base, each);
          workgroupBarrier();
          let begun = batch.begun > 0 || m1 > 0 || base > 0;
          let ends = m1 + each * chunks >= all && base + listed >= last;
          for (var j = start; isThere && j < left; j += step) {
            let at = max(starts[j], base) - base;
            var end = last;
            if (j + 1 < near) {
              end = starts[j + 1];
            }
            end = min(max(end, base) - base, listed);
            if (sharers > 1) {
              own = addListed(own, at + sharer, end, quad);
              continue;
            }
            let i = (first + j) * Q + quad;
            var before = vec4<f32>();
            if (begun) {
              before = dw[i];
            }
            keep(i, addListed(before, at, end, quad), ends);
          }
        }
      }
      if (sharers > 1) {
        sums[lane] = own;
        workgroupBarrier();
        for (var k = 0u; isThere && isFirst && k < sharers; k++) {
          total += sums[lane + k * share];
        }
      }
    }
    if (sharers > 1 && isThere && isFirst) {
      keep((first + start) * Q + quad, total, true);
    }
  }
}
