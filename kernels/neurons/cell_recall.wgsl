// What cell_adjoint.wgsl asks of a neuron whose adjoint needs no more than its
// potentials. Compiled after the text of such a neuron; a neuron that recalls
// defines these itself, and no stepBack.
//
// recall        a number of the state before a step, for the way back
// stepBackFrom  stepBack of stepped_adjoint.wgsl, given this number too

fn recall(state: State) -> f32 {
  return 0;
}

fn stepBackFrom(
  back: ptr<function, Back>,
  recalled: f32,
  potential: f32,
  fires: bool,
  gradient: f32,
) -> f32 {
  return stepBack(back, potential, fires, gradient);
}
