// Adjoint of the spike response model. Compiled after neurons.wgsl.
//
// gradientsOf  du[n, t, f] = ds[n, t, f] · scale · exp(−slope · |u − theta|)
// backFour     dx[n, t, f] = factor · Σ_k epsilon[k] · du[n, t + k, f]
// Terms outside [0, T) are absent; epsilon is that of srm.wgsl, also if
// `direct`. The refractory path is differentiated only for reach > 0:
//   du[n, t, f] = scale · exp(−slope · |u − theta|) · (ds[n, t, f]
//                 + refFactor · Σ_k k · refDecay^k · du[n, t + k, f])
// over k < reach, the last bin first, by two leaky sums like those of srm.wgsl.
// Later values of du are read from u, where they overwrote the potentials.
//
// Source: SLAYER, arXiv:1810.08646, equation 13, with
// scale = scaleRho / (tauRho·theta) and slope = 1 / (tauRho·theta); the
// refractory path after EXODUS, Bauer and others, arXiv:2205.10242, which sums
// over all pairs of bins.

// See srm.wgsl.
override direct: bool = false;
override decay: f32 = 0;
override lastA: f32 = 0;
override lastB: f32 = 0;
override scale: f32 = 0;
override slope: f32 = 0;
// Taps of nu, R of srm.wgsl, if the refractory path is differentiated, else 0.
override reach: u32 = 0;
override refDecay: f32 = 0;
override refLastA: f32 = 0;
override refLastB: f32 = 0;
// Ts · refGain of srm.wgsl: a spike of height one stands for Ts spikes there.
override refFactor: f32 = 0;

// Silent neurons that get a gradient by `flat` have no refractory response.
override refracts: bool = reach > 0 && !flat;

// The surrogate derivative of the threshold at four potentials.
fn surrogate(potential: vec4<f32>) -> vec4<f32> {
  if (flat || slope == 0) {
    return vec4(scale);
  }
  return scale * exp(-slope * abs(potential - vec4(theta)));
}

// Masks the values of bins t to t + 3: memory from T on, and of padding, is
// undefined and set to 0.
fn present(values: vec4<f32>, t: u32, isThere: bool) -> vec4<f32> {
  let counts = (vec4(t, t + 1, t + 2, t + 3) < vec4(T)) & vec4(isThere);
  return select(vec4(), values, counts);
}

// Gradients of the potentials of bins t to t + 3.
fn potentialGradients(four: Four, t: u32, isThere: bool) -> vec4<f32> {
  let du = poolGain * four.above * surrogate(four.potential);
  return present(du, t, isThere);
}

// Gradients of the potentials of four bins, and of those K bins later; or, if
// the refractory path is differentiated, gradients of the spikes of four bins,
// and their surrogate derivatives.
struct Gradients {
  now: vec4<f32>,
  gone: vec4<f32>,
  slopes: vec4<f32>,
}

// Gradients of bins t to t + 3. For K up to sixteen the later ones are still in
// registers, else they are recomputed.
fn gradientsOf(
  past: ptr<function, Past>,
  place: Place,
  fours: Fours,
  t: u32,
) -> Gradients {
  if (refracts) {
    let above = present(poolGain * fours.now.above, t, place.isThere);
    let slopes = present(surrogate(fours.now.potential), t, place.isThere);
    return Gradients(above, vec4(), slopes);
  }
  let du = potentialGradients(fours.now, t, place.isThere);
  if (K <= 16) {
    return Gradients(du, exchange(past, du.wzyx).wzyx, vec4());
  }
  let gone = potentialGradients(fours.gone, t + K, place.isThere);
  return Gradients(du, gone, vec4());
}

// Adjoint state of one neuron.
struct Back {
  // Index of the gradient of its drive in bin 0.
  row: u32,
  factor: f32,
  // Leaky sums of gradients of potentials, by epsilon and by nu.
  a: f32,
  b: f32,
  refA: f32,
  refB: f32,
}

// The adjoint state after the last bin.
fn startBack(row: u32, factor: f32) -> Back {
  return Back(row, factor, 0.0, 0.0, 0.0, 0.0);
}

// The gradient of the potential of a later bin.
fn laterGradient(first: u32, t: u32) -> f32 {
  if (t >= T) {
    return 0;
  }
  return u[first + t * 4 * Q];
}

// Steps bin t backward through both responses; returns the gradient of its
// drive, before it is multiplied by factor. `lead` is at least K and reach, so
// that later gradients of potentials are not yet overwritten.
fn stepRefractory(
  neuron: ptr<function, Back>,
  gradient: f32,
  rho: f32,
  t: u32,
) -> f32 {
  let own = *neuron;
  let first = own.row - lead * 4 * Q;
  let gone = laterGradient(first, t + K);
  let faded = laterGradient(first, t + reach);
  let refB = refDecay * (own.refB + own.refA) - refLastB * faded;
  let du = rho * fma(refFactor, refB, gradient);
  let b = decay * (own.b + own.a) - lastB * gone;
  let a = decay * own.a + du - lastA * gone;
  let refA = refDecay * own.refA + du - refLastA * faded;
  *neuron = Back(own.row, own.factor, a, b, refA, refB);
  u[first + t * 4 * Q] = du;
  return select(b, du, direct);
}

// Steps bins t + 3 to t backward through both responses; skips bins from T on.
fn refractoryBack(
  neuron: ptr<function, Back>,
  gradients: Gradients,
  t: u32,
) -> vec4<f32> {
  let spike = gradients.now;
  let rho = gradients.slopes;
  var own = *neuron;
  var dx = vec4<f32>();
  if (t + 3 < T) {
    dx.w = stepRefractory(&own, spike.w, rho.w, t + 3);
  }
  if (t + 2 < T) {
    dx.z = stepRefractory(&own, spike.z, rho.z, t + 2);
  }
  if (t + 1 < T) {
    dx.y = stepRefractory(&own, spike.y, rho.y, t + 1);
  }
  dx.x = stepRefractory(&own, spike.x, rho.x, t);
  *neuron = own;
  return dx;
}

// Integrates bins t + 3 to t backward and stores the gradients of their drives;
// skips bins from T on.
fn backFour(neuron: ptr<function, Back>, gradients: Gradients, t: u32) {
  if (t >= T) {
    return;
  }
  if (refracts) {
    let gradient = refractoryBack(neuron, gradients, t);
    storeGradients((*neuron).row, (*neuron).factor * gradient, t);
    return;
  }
  let du = gradients.now;
  let gone = gradients.gone;
  var a = (*neuron).a;
  var b = (*neuron).b;
  var dx: vec4<f32>;
  b = decay * (b + a) - lastB * gone.w;
  a = decay * a + du.w - lastA * gone.w;
  dx.w = b;
  b = decay * (b + a) - lastB * gone.z;
  a = decay * a + du.z - lastA * gone.z;
  dx.z = b;
  b = decay * (b + a) - lastB * gone.y;
  a = decay * a + du.y - lastA * gone.y;
  dx.y = b;
  b = decay * (b + a) - lastB * gone.x;
  a = decay * a + du.x - lastA * gone.x;
  dx.x = b;
  (*neuron).a = a;
  (*neuron).b = b;
  dx = select(dx, du, direct);
  storeGradients((*neuron).row, (*neuron).factor * dx, t);
}
