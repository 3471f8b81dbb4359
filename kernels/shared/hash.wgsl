// Hash with full avalanche: each output bit depends on all input bits. Compiled
// in front of kernels that draw random numbers.
//
// Source: Jarzynski, Olano, Hash functions for GPU rendering, 2020: pcg.

fn hashed(value: u32) -> u32 {
  let state = value * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28) + 4)) ^ state) * 277803737u;
  return (word >> 22) ^ word;
}
