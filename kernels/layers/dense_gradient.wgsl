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
// over, every sharers-th spike of one and of a sample. Sums run over the spikes
// of all samples, or of one, and then over samples, so they do not depend on
// how a batch is cut; dw starts at 0 unless batch.begun. If batch.learns, the
// weights learn from dw as optimizer_rules.wgsl has it.

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
// Samples whose spikes are listed one after the other then; near times together
// is a power of two up to sixteen.
override together: u32 = 1;
override Q: u32 = (O + 3) / 4;
// Quads of a workgroup, and how often they fit it.
override share: u32 = min(Q, lanes);
override parts: u32 = lanes / share;
override step: u32 = parts / sharers;

@group(0) @binding(1) var<storage, read> inputs: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> dw: array<vec4<f32>>;

// What the invocations of a quad have added up of each of these samples.
override sharing: u32 = select(1u, lanes * together, sharers > 1);
var<workgroup> sums: array<vec4<f32>, sharing>;

// The errors of a spike, which is listed as p << 28 | row.
fn rowOf(spike: u32, quad: u32) -> vec4<f32> {
  return dy[(spike & 0x0fffffff) * Q + quad];
}

// Adds them 2^p times.
fn add(sum: vec4<f32>, spike: u32, row: vec4<f32>) -> vec4<f32> {
  var times = height;
  if (P > 1) {
    times *= f32(1u << (spike >> 28));
  }
  return fma(vec4(times), row, sum);
}

// Words of an input, samples one after the other, up to `end`.
struct Source {
  input: u32,
  end: u32,
}

fn wordOf(source: Source, m: u32) -> u32 {
  if (source.input >= I || m >= source.end) {
    return 0;
  }
  return inputs[m * I + source.input];
}

// As what the first bin of a word is listed.
fn spikeOf(m: u32) -> u32 {
  let B = (T + 31) / 32;
  return ((m / B % P) << 28) | (m / B / P * sampleRows + m % B * 32);
}

// Keeps the gradient of a quad of weights, from which they may learn.
fn keep(i: u32, total: vec4<f32>, isComplete: bool) {
  dw[i] = total;
  if (isComplete && batch.learns > 0) {
    learn(i, total);
  }
}

@compute @workgroup_size(lanes)
fn sum(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let quad = group.y * share + lane % share;
  let sharer = lane / share % sharers;
  let start = lane / share / sharers;
  let isThere = quad < Q && start < min(step, near);
  // Words of a list: of all samples, or of one.
  let words = P * ((T + 31) / 32);
  let all = batch.samples * words;
  let unit = select(words, all, sharers == 1);
  // Invocations of a list, and words that each looks through at once.
  let lists = near * together;
  let chunks = lanes / lists;
  let each = clamp((unit + chunks - 1) / chunks, 1u, 8u);
  for (var first = group.x * near; first < I; first += groups.x * near) {
    let left = min(near, I - first);
    // Of one input, where it is shared.
    let isFirst = sharer == 0 && start < left;
    var total = vec4<f32>();
    if (sharers > 1 && isThere && isFirst && batch.begun > 0) {
      total = dw[(first + start) * Q + quad];
    }
    for (var m0 = 0u; m0 < all; m0 += together * unit) {
      for (var m1 = 0u; m1 < unit; m1 += each * chunks) {
        let seen = lane % lists;
        let begin = m0 + seen / near * unit;
        let m = begin + m1 + lane / lists * each;
        let source = Source(first + seen % near, min(begin + unit, all));
        let words = wordsOf(source, m, each);
        let rank = rankOf(onesOf(words), seen * chunks + lane / lists);
        if (lane < lists) {
          starts[lane] = rank;
        }
        let last = workgroupUniformLoad(&spikes);
        // Gradients of silence are kept, too.
        for (var base = 0u; base == 0 || base < last; base += listed) {
          if (base > 0) {
            workgroupBarrier();
          }
          list(words, m, rank, base);
          workgroupBarrier();
          let isNew = m1 == 0 && base == 0;
          for (var j = start; sharers == 1 && isThere && j < left; j += step) {
            let span = spanOf(j, lists, base);
            let i = (first + j) * Q + quad;
            var before = vec4<f32>();
            if (batch.begun > 0 || !isNew) {
              before = dw[i];
            }
            let after = addListed(before, span.first, span.end, 1u, quad);
            let isLast = m1 + each * chunks >= unit && base + listed >= last;
            keep(i, after, isLast);
          }
          for (var n = 0u; sharers > 1 && isThere && n < together; n++) {
            let span = spanOf(n * near + start, lists, base);
            // Its turn comes as if all had been listed at once.
            let turn = (sharer + sharers - span.passed % sharers) % sharers;
            let at = span.first + turn;
            let before = select(sums[n * lanes + lane], vec4<f32>(), isNew);
            sums[n * lanes + lane] =
              addListed(before, at, span.end, sharers, quad);
          }
        }
      }
      if (sharers > 1) {
        workgroupBarrier();
        let samples = min(together, (all - m0) / unit);
        for (var n = 0u; isThere && isFirst && n < samples; n++) {
          for (var k = 0u; k < sharers; k++) {
            total += sums[n * lanes + lane + k * share];
          }
        }
      }
    }
    if (sharers > 1 && isThere && isFirst) {
      keep((first + start) * Q + quad, total, true);
    }
  }
}
