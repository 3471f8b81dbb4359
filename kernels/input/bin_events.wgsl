// Events to spikes.
//
// scatter   spikes[n, 0, b, f] |= 1 << j              for P = 1
//           count[n, t, f]     += 1, in P bit planes  for P > 1
//           and the same in raster, where `turned`
// peak      largest[n] = max over t and f of count[n, t, f]
//
// events   [E]           bin << addressBits | address, address = f
// offsets  [N, 2]        sample n owns events[offsets[n, 0] … offsets[n, 1])
// spikes   [N, P, B, F]  plane p holds bit p of the count; zero on entry
// raster   [N, P, B, 32·⌈F/32⌉]  see transpose_spikes.wgsl; zero on entry
// largest  [N]           zero on entry
//
// One invocation owns every stride-th event (scatter) or word (peak) of a
// sample. A count over 2^P - 1 wraps, and overflow tells how many did.
//
// Bit planes are ripple-carry counters: toggling a bit that was set carries
// into the next plane. Toggles commute, so the outcome does not depend on the
// order in which invocations come.

struct Batch {
  first: u32,
  samples: u32,
  slot: u32,
}

override T: u32;
override F: u32;
override P: u32 = 1;
override addressBits: u32;
override turned: bool = false;

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> events: array<u32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> counted: array<u32>;
@group(0) @binding(4) var<storage, read_write> spikes: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> raster: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> overflow: atomic<u32>;
@group(0) @binding(7) var<storage, read_write> largest: array<atomic<u32>>;

// Counts an event in the raster.
fn turn(n: u32, t: u32, f: u32) {
  let B = (T + 31) / 32;
  let whole = (F + 31) / 32 * 32;
  let word = (n * P * B + t / 32) * whole + f / 32 * 32 + t % 32;
  var carry = 1u << (f % 32);
  if (P == 1) {
    atomicOr(&raster[word], carry);
    return;
  }
  for (var p = 0u; p < P && carry != 0; p++) {
    carry &= atomicXor(&raster[word + p * B * whole], carry);
  }
}

@compute @workgroup_size(64)
fn scatter(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let B = (T + 31) / 32;
  let n = id.y;
  let at = 2 * (batch.first + n);
  let end = offsets[at + 1];
  for (var i = offsets[at] + id.x; i < end; i += groups.x * 64) {
    let t = events[i] >> addressBits;
    let f = events[i] & ((1u << addressBits) - 1);
    if (t >= T || f >= F) {
      continue;
    }
    if (turned) {
      turn(n, t, f);
    }
    let word = (n * P * B + t / 32) * F + f;
    var carry = 1u << (t % 32);
    if (P == 1) {
      atomicOr(&spikes[word], carry);
      continue;
    }
    for (var p = 0u; p < P && carry != 0; p++) {
      carry &= atomicXor(&spikes[word + p * B * F], carry);
    }
    if (carry != 0) {
      atomicAdd(&overflow, 1u);
    }
  }
}

@compute @workgroup_size(64)
fn peak(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let words = (T + 31) / 32 * F;
  let n = id.y;
  var most = 0u;
  for (var i = id.x; i < words; i += groups.x * 64) {
    // Of the 32 bins of a word, those that may have the largest count.
    var bins = 0xffffffffu;
    var count = 0u;
    for (var p = P; p > 0; p--) {
      let higher = bins & counted[(n * P + p - 1) * words + i];
      if (higher != 0) {
        bins = higher;
        count |= 1u << (p - 1);
      }
    }
    most = max(most, count);
  }
  if (most > 0) {
    atomicMax(&largest[n], most);
  }
}
