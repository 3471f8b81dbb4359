// Defaults of cell_adjoint.wgsl for a neuron whose adjoint needs only its
// potentials. Compiled after the WGSL of such a neuron; a neuron with `recall`
// defines these itself, instead of stepBack.
//
// Recalled      state of a bin that the backward pass needs, in addition to the
//               potential
// recall        extracts it from the states before a step, and after the step
//               but before the reset
// stepBackFrom  stepBack of stepped_adjoint.wgsl with this state

alias Recalled = f32;

fn recall(before: State, after: State) -> Recalled {
  return 0;
}

fn stepBackFrom(
  back: ptr<function, Back>,
  recalled: Recalled,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  return stepBack(back, potential, fires, gradient);
}
