// Spike condition and surrogate gradient of resonate-and-fire neurons. Compiled
// in front of their WGSL, with constant_factor.wgsl or learned_factor.wgsl.
//
// z      = factor · z + drive, real part first, where
//        factor = cosDecay + i · sinDecay = (1 − 1/τ) · exp(2πi / period)
// spike  by phase: real part ≥ theta + rise, where the imaginary part crosses
//        from below 0 to 0 or more; else: imaginary part ≥ theta + rise
//
// The surrogate gradient of a spike is the derivative of
//   by phase: height · S(real − theta − rise) · S'(imaginary)
//   else:     height · S(imaginary − theta − rise)
// where S' = exp(−|v| / width) / (2 · width). No gradient flows from the rise
// of a threshold to the spikes that caused it.
//
// Source: Izhikevich, Resonate-and-fire neurons, Neural Networks 14, 2001;
// spikes by phase and their derivative after lava-dl, SLAYER 2.0.

// Not 0: neurons spike by phase.
override byPhase: f32 = 1;
override width: f32 = 0.5;
override height: f32 = 10;

// The value compared with theta, from the spiking part of z less the rise of
// the threshold: at most 0 where the phase does not permit a spike.
fn permitted(value: f32, isPhase: bool) -> f32 {
  return select(min(value, 0), value, isPhase || byPhase == 0);
}

// Derivatives of a spike by the real and the imaginary part of z, from the
// distance from the threshold and the imaginary part.
fn slopesAt(distances: vec2<f32>) -> vec2<f32> {
  let tails = exp(-abs(distances) / width);
  let bumps = tails / (2 * width);
  if (byPhase == 0) {
    return vec2(0, height * bumps.x);
  }
  let share = select(0.5 * tails.x, 1 - 0.5 * tails.x, distances.x > 0);
  let falls = -sign(distances.y) / width * bumps.y;
  return height * vec2(bumps.x * bumps.y, share * falls);
}

// The gradient of z before the rotation from that after it.
fn turnedBack(dz: vec2<f32>) -> vec2<f32> {
  return vec2(
    fma(cosDecay, dz.x, sinDecay * dz.y),
    fma(cosDecay, dz.y, -sinDecay * dz.x),
  );
}
