// Events to spikes.
//
// scatter   spikes[n, 0, b, f] |= 1 << j              for P = 1
//           count[n, t, f]     += 1, in P bit planes  for P > 1
// amplitude factor[n] = 1 / max(1, max over t and f of count[n, t, f])
//
// events   [E]           bin << addressBits | address, address = f
// offsets  [N + 1]       sample n owns events[offsets[n] … offsets[n + 1])
// spikes   [N, P, B, F]  plane p holds bit p of the count; zero on entry
// factor   [N]
//
// One invocation owns every stride-th event of a sample (scatter), or one
// workgroup a sample (amplitude). A count over 2^P - 1 wraps and is told by
// overflow, the number of events that did not fit.
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

@group(0) @binding(0) var<uniform> batch: Batch;
@group(0) @binding(1) var<storage, read> events: array<u32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> counted: array<u32>;
@group(0) @binding(4) var<storage, read_write> spikes: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> overflow: atomic<u32>;
@group(0) @binding(6) var<storage, read_write> factor: array<f32>;

@compute @workgroup_size(64)
fn scatter(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let B = (T + 31) / 32;
  let n = id.y;
  let end = offsets[batch.first + n + 1];
  for (var i = offsets[batch.first + n] + id.x; i < end; i += groups.x * 64) {
    let t = events[i] >> addressBits;
    let f = events[i] & ((1u << addressBits) - 1);
    if (t >= T || f >= F) {
      continue;
    }
    let at = (n * P * B + t / 32) * F + f;
    var carry = 1u << (t % 32);
    if (P == 1) {
      atomicOr(&spikes[at], carry);
      continue;
    }
    for (var p = 0u; p < P && carry != 0; p++) {
      carry &= atomicXor(&spikes[at + p * B * F], carry);
    }
    if (carry != 0) {
      atomicAdd(&overflow, 1u);
    }
  }
}

var<workgroup> largest: atomic<u32>;

@compute @workgroup_size(64)
fn amplitude(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let words = (T + 31) / 32 * F;
  let n = group.x;
  for (var i = lane; i < words; i += 64) {
    for (var j = 0u; j < 32; j++) {
      var count = 0u;
      for (var p = 0u; p < P; p++) {
        count |= ((counted[(n * P + p) * words + i] >> j) & 1) << p;
      }
      if (count > 0) {
        atomicMax(&largest, count);
      }
    }
  }
  workgroupBarrier();
  if (lane == 0) {
    factor[n] = 1 / f32(max(atomicLoad(&largest), 1u));
  }
}
