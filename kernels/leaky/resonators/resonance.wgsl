// Damped oscillation in the complex plane, spike condition and surrogate
// gradient of resonate-and-fire neurons. Compiled in front of their WGSL.
//
// z      = (1 − 1/τ) · exp(2πi / period) · z + drive, real part first
// spike  by phase: real part ≥ theta + rise, where the imaginary part crosses
//        from below 0 to 0 or more; else: imaginary part ≥ theta + rise
//
// The surrogate gradient of a spike is the derivative of
//   by phase: height · S(real − theta − rise) · S'(imaginary)
//   else:     height · S(imaginary − theta − rise)
// where S' = exp(−|v| / width) / (2 · width). No gradient flows through a reset
// or the rise of a threshold.
//
// Source: Izhikevich, Resonate-and-fire neurons, Neural Networks 14, 2001;
// spikes by phase and their derivative after lava-dl, SLAYER 2.0.

// Real and imaginary part of the factor that multiplies z in each bin.
override cosDecay: f32 = 0;
override sinDecay: f32 = 0;
// Not 0: neurons spike by phase.
override byPhase: f32 = 1;
override width: f32 = 0.5;
override height: f32 = 10;

// State that the backward pass needs of each bin: the distance from the
// threshold, and the imaginary part.
alias Recalled = vec2<f32>;

fn rotated(z: vec2<f32>) -> vec2<f32> {
  // Period 8: compilers factor these out in some kernels only, which then
  // round differently.
  if (cosDecay == sinDecay) {
    return cosDecay * vec2(z.x - z.y, z.x + z.y);
  }
  return vec2(
    fma(cosDecay, z.x, -sinDecay * z.y),
    fma(sinDecay, z.x, cosDecay * z.y),
  );
}

fn rotatedBack(dz: vec2<f32>) -> vec2<f32> {
  return vec2(
    fma(cosDecay, dz.x, sinDecay * dz.y),
    fma(cosDecay, dz.y, -sinDecay * dz.x),
  );
}

// The value compared with theta: the spiking part of z less the rise of the
// threshold. At most 0 where the phase does not permit a spike.
fn potentialOf(before: vec2<f32>, z: vec2<f32>, rise: f32) -> f32 {
  if (byPhase == 0) {
    return z.y - rise;
  }
  let isPhase = before.y < 0 && z.y >= 0;
  return select(min(z.x - rise, 0), z.x - rise, isPhase);
}

fn recalledOf(z: vec2<f32>, rise: f32) -> Recalled {
  return vec2(select(z.y, z.x, byPhase != 0) - rise - theta, z.y);
}

// Derivatives of a spike by the real and the imaginary part of z.
fn slopesAt(recalled: Recalled) -> vec2<f32> {
  let tails = exp(-abs(recalled) / width);
  let bumps = tails / (2 * width);
  if (byPhase == 0) {
    return vec2(0, height * bumps.x);
  }
  let share = select(0.5 * tails.x, 1 - 0.5 * tails.x, recalled.x > 0);
  let falls = -sign(recalled.y) / width * bumps.y;
  return height * vec2(bumps.x * bumps.y, share * falls);
}
