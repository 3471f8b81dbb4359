// The adjoint of the spike response model; compiled after neurons.wgsl.
//
// gradientsOf  du[n, t, f] = ds[n, t, f] · scale · exp(−slope · |u − theta|)
// back         dx[n, t, f] = factor · Σ_k epsilon[k] · du[n, t + k, f]
// Terms outside [0, T) are absent; the refractory path is not differentiated.
// epsilon is that of srm.wgsl.
//
// Source: SLAYER, arXiv:1810.08646, equation 13, with
// scale = scaleRho / (tauRho·theta) and slope = 1 / (tauRho·theta).

override decay: f32 = 0;
override lastA: f32 = 0;
override lastB: f32 = 0;
override scale: f32 = 0;
override slope: f32 = 0;

fn surrogate(potential: vec4<f32>) -> vec4<f32> {
  if (flat || slope == 0) {
    return vec4(scale);
  }
  return scale * exp(-slope * abs(potential - vec4(theta)));
}

// Gradients of the potentials of four bins from t on; 0 from T on, and where
// there is no neuron, whatever lies there.
fn potentialGradients(four: Four, t: u32, isThere: bool) -> vec4<f32> {
  let du = poolGain * four.above * surrogate(four.potential);
  let counts = (vec4(t, t + 1, t + 2, t + 3) < vec4(T)) & vec4(isThere);
  return select(vec4(), du, counts);
}

// Gradients of the potentials of four bins, and of those K bins after them.
struct Gradients {
  now: vec4<f32>,
  gone: vec4<f32>,
}

// Those of four bins from t on. The gradients after them have been kept, if
// they are of a few bins, else they are computed again.
fn gradientsOf(
  past: ptr<function, Past>,
  place: Place,
  fours: Fours,
  t: u32,
) -> Gradients {
  let du = potentialGradients(fours.now, t, place.isThere);
  if (K <= 16) {
    return Gradients(du, exchange(past, du.wzyx).wzyx);
  }
  return Gradients(du, potentialGradients(fours.gone, t + K, place.isThere));
}

// A neuron on its way back.
struct Back {
  // Where its gradients go, in bin 0.
  row: u32,
  factor: f32,
  a: f32,
  b: f32,
}

// A neuron after its last bin; the gradients of its drive go to `row`.
fn startBack(row: u32, factor: f32) -> Back {
  return Back(row, factor, 0.0, 0.0);
}

// Takes a neuron back over four bins from t on, unless there are none.
fn backFour(neuron: ptr<function, Back>, gradients: Gradients, t: u32) {
  if (t >= T) {
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
  storeGradients((*neuron).row, (*neuron).factor * dx, t);
}
