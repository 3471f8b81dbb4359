// Spikes as lists, and sums of the rows that they stand for. The kernels that
// add such rows up are compiled behind this text; they find out which words
// spikes are in (`Source`, `wordOf`), as what the first bit of a word is
// listed (`spikeOf`), which row that is (`rowOf`), and how it is added (`add`).
//
// rankOf     how many spikes the invocations before one have, in their order;
//            how many all have is in `spikes` then
// list       found[k − base] = the spike of rank k, for `listed` ranks from
//            base on
// spanOf     where those of one of several lists, which have followed one
//            another, are found; `starts` has the rank of each list's first
// addListed  sum + Σ rows of every stride-th of the spikes that are listed

// Invocations of a workgroup.
const lanes = 128u;
// Spikes that are listed at once: the less memory a workgroup takes, the more
// of them a GPU has in hand.
const listed = 512u;

// Eight words of spikes.
struct Words {
  low: vec4<u32>,
  high: vec4<u32>,
}

var<workgroup> counts: array<u32, lanes>;
var<workgroup> fours: array<vec4<u32>, lanes / 16>;
var<workgroup> spikes: u32;
var<workgroup> starts: array<u32, 16>;
var<workgroup> found: array<u32, listed>;

// Word m + k of a source, if an invocation has so many.
fn wordAt(source: Source, m: u32, k: u32, each: u32) -> u32 {
  if (k >= each) {
    return 0;
  }
  return wordOf(source, m + k);
}

// Words of a source from m on, as many as an invocation has.
fn wordsOf(source: Source, m: u32, each: u32) -> Words {
  var words = Words();
  words.low.x = wordAt(source, m, 0u, each);
  words.low.y = wordAt(source, m, 1u, each);
  words.low.z = wordAt(source, m, 2u, each);
  words.low.w = wordAt(source, m, 3u, each);
  words.high.x = wordAt(source, m, 4u, each);
  words.high.y = wordAt(source, m, 5u, each);
  words.high.z = wordAt(source, m, 6u, each);
  words.high.w = wordAt(source, m, 7u, each);
  return words;
}

// How many spikes are in eight words.
fn onesOf(words: Words) -> u32 {
  let ones = countOneBits(words.low) + countOneBits(words.high);
  return ones.x + ones.y + ones.z + ones.w;
}

fn fourFrom(i: u32) -> u32 {
  return counts[i] + counts[i + 1] + counts[i + 2] + counts[i + 3];
}

fn rankOf(own: u32, order: u32) -> u32 {
  workgroupBarrier();
  counts[order] = own;
  workgroupBarrier();
  if (order < lanes / 16) {
    let i = 16 * order;
    fours[order] =
      vec4(fourFrom(i), fourFrom(i + 4), fourFrom(i + 8), fourFrom(i + 12));
  }
  workgroupBarrier();
  let last = order & ~3u;
  let three = vec4(counts[last], counts[last + 1], counts[last + 2], 0u);
  var before = select(vec4(), three, vec4(0u, 1u, 2u, 3u) < vec4(order % 4));
  for (var i = 0u; i < lanes / 16; i++) {
    let at = vec4(4 * i) + vec4(0u, 1u, 2u, 3u);
    before += select(vec4(), fours[i], at < vec4(order / 4));
  }
  let rank = before.x + before.y + before.z + before.w;
  if (order == lanes - 1) {
    spikes = rank + own;
  }
  return rank;
}

// Lists those spikes of word m whose turn it is. Returns the rank of the next
// word's first.
fn listWord(word: u32, m: u32, rank: u32, base: u32) -> u32 {
  if (word == 0) {
    return rank;
  }
  let next = rank + countOneBits(word);
  if (next <= base || rank >= base + listed) {
    return next;
  }
  let first = spikeOf(m);
  var bits = word;
  for (var k = rank; k < next; k++) {
    // Of those before the base, k − base is large.
    if (k - base < listed) {
      found[k - base] = first + countTrailingZeros(bits);
    }
    bits &= bits - 1;
  }
  return next;
}

// Lists the spikes in words from m on, the first of which has that rank.
fn list(words: Words, m: u32, first: u32, base: u32) {
  var rank = first;
  rank = listWord(words.low.x, m, rank, base);
  rank = listWord(words.low.y, m + 1, rank, base);
  rank = listWord(words.low.z, m + 2, rank, base);
  rank = listWord(words.low.w, m + 3, rank, base);
  rank = listWord(words.high.x, m + 4, rank, base);
  rank = listWord(words.high.y, m + 5, rank, base);
  rank = listWord(words.high.z, m + 6, rank, base);
  rank = listWord(words.high.w, m + 7, rank, base);
}

// From one place of those that are listed up to another, and how many of the
// same list have passed before.
struct Span {
  first: u32,
  end: u32,
  passed: u32,
}

fn endOf(i: u32, lists: u32) -> u32 {
  if (i + 1 < lists) {
    return starts[i + 1];
  }
  return spikes;
}

fn spanOf(i: u32, lists: u32, base: u32) -> Span {
  let first = max(starts[i], base);
  let end = min(max(endOf(i, lists), base) - base, listed);
  return Span(first - base, end, first - starts[i]);
}

// Adds the rows of every stride-th spike of those listed from `first` on, up to
// eight of them on their way at once.
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
    let row0 = rowOf(found[at], quad);
    let row1 = rowOf(found[at + stride], quad);
    let row2 = rowOf(found[at + 2 * stride], quad);
    let row3 = rowOf(found[at + 3 * stride], quad);
    let row4 = rowOf(found[at + 4 * stride], quad);
    let row5 = rowOf(found[at + 5 * stride], quad);
    let row6 = rowOf(found[at + 6 * stride], quad);
    let row7 = rowOf(found[at + 7 * stride], quad);
    sum = add(sum, found[at], row0);
    sum = add(sum, found[at + stride], row1);
    sum = add(sum, found[at + 2 * stride], row2);
    sum = add(sum, found[at + 3 * stride], row3);
    sum = add(sum, found[at + 4 * stride], row4);
    sum = add(sum, found[at + 5 * stride], row5);
    sum = add(sum, found[at + 6 * stride], row6);
    sum = add(sum, found[at + 7 * stride], row7);
  }
  for (; at + stride < end; at += 2 * stride) {
    let row0 = rowOf(found[at], quad);
    let row1 = rowOf(found[at + stride], quad);
    sum = add(add(sum, found[at], row0), found[at + stride], row1);
  }
  if (at < end) {
    sum = add(sum, found[at], rowOf(found[at], quad));
  }
  return sum;
}
