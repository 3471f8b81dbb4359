// By how many bins the axons of a layer delay its spikes. Compiled in front of
// the kernels of axons.
//
// shiftOf  ⌊delays[i] / Ts⌋ bins, from 0 to T, where i is the neuron or, if
//          `perChannel`, its channel; or else `shift`, if delays are not
//          `learned`
//
// delays  [D]  in ms

override T: u32;
override C: u32;
override Ts: f32 = 1;
override learned: bool = false;
override perChannel: bool = false;
override shift: u32 = 0;

@group(0) @binding(1) var<storage, read> delays: array<f32>;

// Bins by which the spikes of neuron f are delayed, at most T.
fn shiftOf(f: u32) -> u32 {
  if (!learned) {
    return min(shift, T);
  }
  let delay = delays[select(f, f % C, perChannel)];
  // A quotient that rounding left just below a whole number counts as that.
  return u32(clamp(delay / Ts + 1e-4, 0.0, f32(T)));
}
