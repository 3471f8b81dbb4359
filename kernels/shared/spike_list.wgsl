// Stream compaction of packed spikes into a list in workgroup memory, and sums
// over the rows of a matrix that the listed spikes select. This file is
// compiled in front of the kernels that use it, which define
//
//   Source, wordOf  where words of spikes are loaded from
//   spikeOf         the list entry of the lowest bit of a word; the entries of
//                   higher bits follow it in steps of one
//   rowOf           a quad of the row that a listed spike selects
//   add             how the quad is accumulated
//
// rankOf      exclusive prefix sum of the spike counts of the invocations; the
//             total is left in sh_total
// listSpikes  sh_list[rank − base] = spike, for ranks base … base + listed − 1
// spanOf      the range of sh_list that holds list i, where several lists
//             follow one another; sh_starts[i] is the rank of its first spike
// addListed   sum + Σ rows of every stride-th spike of a range of sh_list
//
// Spikes are listed in the order of their ranks, so sums have a fixed order.

// Invocations per workgroup.
const lanes = 128u;
// Capacity of the list: the less workgroup memory it takes, the higher the
// occupancy.
const listed = 512u;

// Eight words of spikes; struct members rather than an array, so that they stay
// in registers.
struct Words {
  low: vec4<u32>,
  high: vec4<u32>,
}

var<workgroup> sh_counts: array<u32, lanes>;
// Sums of four counts each.
var<workgroup> sh_sumsOfFour: array<vec4<u32>, lanes / 16>;
var<workgroup> sh_total: u32;
var<workgroup> sh_starts: array<u32, 16>;
var<workgroup> sh_list: array<u32, listed>;

// Word first + k of a source; 0 past the `count` words of an invocation.
fn wordAt(source: Source, first: u32, k: u32, count: u32) -> u32 {
  if (k >= count) {
    return 0;
  }
  return wordOf(source, first + k);
}

// Loads the `count` words of an invocation, up to eight, starting at word
// `first`.
fn wordsOf(source: Source, first: u32, count: u32) -> Words {
  var words = Words();
  words.low.x = wordAt(source, first, 0u, count);
  words.low.y = wordAt(source, first, 1u, count);
  words.low.z = wordAt(source, first, 2u, count);
  words.low.w = wordAt(source, first, 3u, count);
  words.high.x = wordAt(source, first, 4u, count);
  words.high.y = wordAt(source, first, 5u, count);
  words.high.z = wordAt(source, first, 6u, count);
  words.high.w = wordAt(source, first, 7u, count);
  return words;
}

// Number of spikes in eight words.
fn onesOf(words: Words) -> u32 {
  let ones = countOneBits(words.low) + countOneBits(words.high);
  return ones.x + ones.y + ones.z + ones.w;
}

fn sumOfFour(i: u32) -> u32 {
  return sh_counts[i] + sh_counts[i + 1] + sh_counts[i + 2] + sh_counts[i + 3];
}

// Rank of the first of the `own` spikes of an invocation. `order` is its
// position in the prefix sum, which may differ from its index in the workgroup.
fn rankOf(own: u32, order: u32) -> u32 {
  workgroupBarrier();
  sh_counts[order] = own;
  workgroupBarrier();
  if (order < lanes / 16) {
    let i = 16 * order;
    sh_sumsOfFour[order] =
      vec4(sumOfFour(i), sumOfFour(i + 4), sumOfFour(i + 8), sumOfFour(i + 12));
  }
  workgroupBarrier();
  // Adds earlier counts of the same group of four, then the sums of earlier
  // groups.
  let four = order & ~3u;
  let three =
    vec4(sh_counts[four], sh_counts[four + 1], sh_counts[four + 2], 0u);
  var before = select(vec4(), three, vec4(0u, 1u, 2u, 3u) < vec4(order % 4));
  for (var i = 0u; i < lanes / 16; i++) {
    let fours = vec4(4 * i) + vec4(0u, 1u, 2u, 3u);
    before += select(vec4(), sh_sumsOfFour[i], fours < vec4(order / 4));
  }
  let rank = before.x + before.y + before.z + before.w;
  if (order == lanes - 1) {
    sh_total = rank + own;
  }
  return rank;
}

// Lists the spikes of word `index` whose ranks fall within the list. Returns
// the rank that follows its last spike.
fn listWord(word: u32, index: u32, rank: u32, base: u32) -> u32 {
  if (word == 0) {
    return rank;
  }
  let next = rank + countOneBits(word);
  if (next <= base || rank >= base + listed) {
    return next;
  }
  let lowest = spikeOf(index);
  var bits = word;
  for (var k = rank; k < next; k++) {
    // Ranks below base wrap to large numbers, which are outside too.
    if (k - base < listed) {
      sh_list[k - base] = lowest + countTrailingZeros(bits);
    }
    bits &= bits - 1;
  }
  return next;
}

// Lists the spikes of eight words; the first word has index `index`, and its
// first spike has rank `firstRank`.
fn listSpikes(words: Words, index: u32, firstRank: u32, base: u32) {
  var rank = firstRank;
  rank = listWord(words.low.x, index, rank, base);
  rank = listWord(words.low.y, index + 1, rank, base);
  rank = listWord(words.low.z, index + 2, rank, base);
  rank = listWord(words.low.w, index + 3, rank, base);
  rank = listWord(words.high.x, index + 4, rank, base);
  rank = listWord(words.high.y, index + 5, rank, base);
  rank = listWord(words.high.z, index + 6, rank, base);
  rank = listWord(words.high.w, index + 7, rank, base);
}

// A range of sh_list, first to before end. `passed` spikes of the same list
// were in earlier ranges.
struct Span {
  first: u32,
  end: u32,
  passed: u32,
}

// The rank that follows the last spike of list i.
fn endOf(i: u32, lists: u32) -> u32 {
  if (i + 1 < lists) {
    return sh_starts[i + 1];
  }
  return sh_total;
}

fn spanOf(i: u32, lists: u32, base: u32) -> Span {
  let first = max(sh_starts[i], base);
  let end = min(max(endOf(i, lists), base) - base, listed);
  return Span(first - base, end, first - sh_starts[i]);
}

// Adds the rows of every stride-th listed spike, in order. Eight loads are
// issued before the first is used, so that their latencies overlap.
fn addListed(
  start: vec4<f32>,
  first: u32,
  end: u32,
  stride: u32,
  quad: u32,
) -> vec4<f32> {
  var sum = start;
  var at = first;
  for (; at + 7 * stride < end; at += 8 * stride) {
    let row0 = rowOf(sh_list[at], quad);
    let row1 = rowOf(sh_list[at + stride], quad);
    let row2 = rowOf(sh_list[at + 2 * stride], quad);
    let row3 = rowOf(sh_list[at + 3 * stride], quad);
    let row4 = rowOf(sh_list[at + 4 * stride], quad);
    let row5 = rowOf(sh_list[at + 5 * stride], quad);
    let row6 = rowOf(sh_list[at + 6 * stride], quad);
    let row7 = rowOf(sh_list[at + 7 * stride], quad);
    sum = add(sum, sh_list[at], row0);
    sum = add(sum, sh_list[at + stride], row1);
    sum = add(sum, sh_list[at + 2 * stride], row2);
    sum = add(sum, sh_list[at + 3 * stride], row3);
    sum = add(sum, sh_list[at + 4 * stride], row4);
    sum = add(sum, sh_list[at + 5 * stride], row5);
    sum = add(sum, sh_list[at + 6 * stride], row6);
    sum = add(sum, sh_list[at + 7 * stride], row7);
  }
  for (; at + stride < end; at += 2 * stride) {
    let row0 = rowOf(sh_list[at], quad);
    let row1 = rowOf(sh_list[at + stride], quad);
    sum = add(add(sum, sh_list[at], row0), sh_list[at + stride], row1);
  }
  if (at < end) {
    sum = add(sum, sh_list[at], rowOf(sh_list[at], quad));
  }
  return sum;
}
