// Spikes as lists. The kernels that add rows up, one a spike, are compiled
// behind this text; they find out where spikes are, eight words an invocation,
// and whose come first.
//
// rankOf  how many spikes the invocations before one have, in their order; how
//         many all have is in `spikes` then
// list    found[k − base] = the spike of rank k, for `listed` ranks from base
//         on

// Invocations of a workgroup.
const lanes = 128u;
// Spikes that are listed at once.
const listed = 2048u;

// Eight words of spikes.
struct Words {
  low: vec4<u32>,
  high: vec4<u32>,
}

var<workgroup> counts: array<u32, 128>;
var<workgroup> fours: array<vec4<u32>, 8>;
var<workgroup> spikes: u32;
var<workgroup> found: array<u32, 2048>;

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

// Lists those spikes of a word whose turn it is; bit j is spike first + j.
// Returns the rank of the next word's first.
fn listWord(word: u32, first: u32, rank: u32, base: u32) -> u32 {
  let next = rank + countOneBits(word);
  if (next <= base || rank >= base + listed) {
    return next;
  }
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
