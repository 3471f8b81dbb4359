// Packed spikes to lists: who spikes in each bin.
//
// forward  list[n, t, 0 … length[n, t])  = the p·I + i, ascending, for which
//            bit t of spikes[n, p, i] is set
//
// spikes  [N, P, B, I]   packed
// list    [N, T, P·I]    filled to length only
// length  [N, T]
//
// One workgroup owns the 32 bins of a word, each of its invocations a stretch
// of the inputs: they count, add up where each one's stretch begins in every
// list, and write.

override T: u32;
override I: u32;
override P: u32 = 1;

@group(0) @binding(0) var<storage, read> spikes: array<u32>;
@group(0) @binding(1) var<storage, read_write> list: array<u32>;
@group(0) @binding(2) var<storage, read_write> length: array<u32>;

// Of each bin and invocation: how many, then where the next one goes.
var<workgroup> places: array<u32, 2048>;

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let B = (T + 31) / 32;
  let b = group.x;
  let n = group.z;
  let stretch = (P * I + 63) / 64;
  let begin = lane * stretch;
  let end = min(begin + stretch, P * I);
  for (var j = 0u; j < 32; j++) {
    places[j * 64 + lane] = 0;
  }
  for (var at = begin; at < end; at++) {
    var word = spikes[((n * P + at / I) * B + b) * I + at % I];
    while (word != 0) {
      places[countTrailingZeros(word) * 64 + lane]++;
      word &= word - 1;
    }
  }
  workgroupBarrier();
  let t = b * 32 + lane;
  if (lane < 32 && t < T) {
    var next = 0u;
    for (var other = 0u; other < 64; other++) {
      let count = places[lane * 64 + other];
      places[lane * 64 + other] = next;
      next += count;
    }
    length[n * T + t] = next;
  }
  workgroupBarrier();
  for (var at = begin; at < end; at++) {
    var word = spikes[((n * P + at / I) * B + b) * I + at % I];
    while (word != 0) {
      let j = countTrailingZeros(word);
      let place = places[j * 64 + lane];
      list[(n * T + b * 32 + j) * P * I + place] = at;
      places[j * 64 + lane] = place + 1;
      word &= word - 1;
    }
  }
}
