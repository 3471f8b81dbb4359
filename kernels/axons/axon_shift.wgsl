// Axonal delay in bins. Compiled in front of the kernels of axons.
//
// shiftOf  `shift`, the same for all neurons, unless delays are `learned`: then
//          ⌊delays[i] / Ts⌋, clamped to [0, T], where i is the neuron or, if
//          `perChannel`, its channel
//
// delays  [D]  in ms

override T: u32;
override C: u32;
override Ts: f32 = 1;
override learned: bool = false;
override perChannel: bool = false;
override shift: u32 = 0;

@group(0) @binding(1) var<storage, read> delays: array<f32>;

// Delay of the spikes of neuron f in bins, at most T.
fn shiftOf(f: u32) -> u32 {
  if (!learned) {
    return min(shift, T);
  }
  let delay = delays[select(f, f % C, perChannel)];
  // Tolerates a quotient that rounding leaves just below a whole number.
  return u32(clamp(delay / Ts + 1e-4, 0.0, f32(T)));
}
