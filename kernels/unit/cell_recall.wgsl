// What cell_adjoint.wgsl asks of a neuron whose adjoint needs no more than its
// potentials. Compiled after the text of such a neuron; a neuron that recalls
// defines these itself, and no stepBack.
//
// Recalled      type of what the way back needs of a bin beside the potential
// recall        that, of the states before a step, and after it and before the
//               reset
// stepBackFrom  stepBack of stepped_adjoint.wgsl, given this too

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
