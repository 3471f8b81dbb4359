// Binning of events into packed spikes, or packed counts of events.
//
// scatter   spikes[n, 0, b, f] |= 1 << j             for P = 1
//           count[n, t, f]     += 1, in P bit planes for P > 1
//           also in neuronPacked, if packsNeurons
// peak      largest[n] = max over t and f of count[n, t, f]
//
// events   [E]           bin << addressBits | address, address = f
// offsets  [samples of the batch, 2]
//                        sample n owns events[offsets[n, 0] … offsets[n, 1])
// spikes   [N, P, B, F]  time-packed; zero on entry
// counted  [N, P, B, F]  the same buffer, read by peak
// neuronPacked  [N, P, B, 32·⌈F/32⌉]  zero on entry
// overflow [1]           number of counts that wrapped, added to
// largest  [N]           zero on entry
//
// One invocation owns every stride-th event (scatter) or word (peak) of a
// sample. A count over 2^P − 1 wraps to 0.
//
// Bit planes are ripple-carry counters: toggling a bit that was set carries
// into the next plane. Toggles commute, so the result does not depend on the
// order in which the atomics are executed.

override T: u32;
override F: u32;
override P: u32 = 1;
override addressBits: u32;
// Whether to write neuronPacked too, for a layer that reads it.
override packsNeurons: bool = false;

@group(0) @binding(1) var<storage, read> events: array<u32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read> counted: array<u32>;
@group(0) @binding(4) var<storage, read_write> spikes: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> neuronPacked: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> overflow: atomic<u32>;
@group(0) @binding(7) var<storage, read_write> largest: array<atomic<u32>>;

// Counts an event in neuronPacked.
fn addNeuronPacked(n: u32, t: u32, f: u32) {
  let B = (T + 31) / 32;
  let rowWords = (F + 31) / 32 * 32;
  let word = (n * P * B + t / 32) * rowWords + f / 32 * 32 + t % 32;
  var carry = 1u << (f % 32);
  if (P == 1) {
    atomicOr(&neuronPacked[word], carry);
    return;
  }
  for (var p = 0u; p < P && carry != 0; p++) {
    carry &= atomicXor(&neuronPacked[word + p * B * rowWords], carry);
  }
}

@compute @workgroup_size(64)
fn scatter(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let B = (T + 31) / 32;
  let n = id.y;
  let own = 2 * (batch.first + n);
  let end = offsets[own + 1];
  for (var i = offsets[own] + id.x; i < end; i += groups.x * 64) {
    let t = events[i] >> addressBits;
    let f = events[i] & ((1u << addressBits) - 1);
    if (t >= T || f >= F) {
      continue;
    }
    if (packsNeurons) {
      addNeuronPacked(n, t, f);
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
    // Goes from the highest plane down: `bins` are the bins of the word whose
    // higher bits are those of its largest count.
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
