// Recomputation of a unit's potentials for the backward pass: 32 bins at a
// time, from the state before them. Compiled after unit_drives.wgsl and the
// WGSL of a stepped neuron.
//
// integrate  u[t] = step(state, a * x[t] + b), and the recalled state of each
//            step, see cell_recall.wgsl; a and b are the neuron's coefficients

// Recalled state of four bins.
struct RecalledFour {
  x: Recalled,
  y: Recalled,
  z: Recalled,
  w: Recalled,
}

// Potentials and recalled state of four bins.
struct Past {
  u: vec4<f32>,
  recalled: RecalledFour,
}

// Potentials and recalled state of 32 bins.
struct WordPast {
  q0: Past,
  q1: Past,
  q2: Past,
  q3: Past,
  q4: Past,
  q5: Past,
  q6: Past,
  q7: Past,
}

// Potential and recalled state of one bin.
struct PastBin {
  u: f32,
  recalled: Recalled,
}

fn stepBin(neuron: ptr<function, State>, drive: f32) -> PastBin {
  let before = *neuron;
  var state = before;
  let u = step(&state, drive);
  let recalled = recall(before, state);
  reset(&state, u >= theta);
  *neuron = state;
  return PastBin(u, recalled);
}

fn stepFour(
  neuron: ptr<function, State>,
  coefficient: vec4<f32>,
  drives: vec4<f32>,
) -> Past {
  var state = *neuron;
  let y = coefficient.x * drives + vec4(coefficient.y);
  let first = stepBin(&state, y.x);
  let second = stepBin(&state, y.y);
  let third = stepBin(&state, y.z);
  let fourth = stepBin(&state, y.w);
  *neuron = state;
  return Past(
    vec4(first.u, second.u, third.u, fourth.u),
    RecalledFour(
      first.recalled,
      second.recalled,
      third.recalled,
      fourth.recalled,
    ),
  );
}

// Integrates the first `count` bins of a word.
fn integrate(
  neuron: ptr<function, State>,
  coefficient: vec4<f32>,
  drives: Word,
  count: u32,
) -> WordPast {
  var state = *neuron;
  var past = WordPast();
  past.q0 = stepFour(&state, coefficient, drives.q0);
  if (count > 4) {
    past.q1 = stepFour(&state, coefficient, drives.q1);
  }
  if (count > 8) {
    past.q2 = stepFour(&state, coefficient, drives.q2);
  }
  if (count > 12) {
    past.q3 = stepFour(&state, coefficient, drives.q3);
  }
  if (count > 16) {
    past.q4 = stepFour(&state, coefficient, drives.q4);
  }
  if (count > 20) {
    past.q5 = stepFour(&state, coefficient, drives.q5);
  }
  if (count > 24) {
    past.q6 = stepFour(&state, coefficient, drives.q6);
  }
  if (count > 28) {
    past.q7 = stepFour(&state, coefficient, drives.q7);
  }
  *neuron = state;
  return past;
}
