/**
 * A neuron as a user of the library brings it.
 *
 * @module
 */

import { type NeuronKind, steppedNeuron } from "../../../engine/mod.ts";

/** A leaky neuron that is set back to 0 when it fires. */
export const leaky: NeuronKind = steppedNeuron({
  name: "leaky",
  parameters: {
    theta: { default: 1, positive: true },
    tau: { default: 20, positive: true },
    width: { default: 0.5, positive: true },
  },
  constants: ({ tau, width }, { Ts }) => ({
    leak: Math.exp(-Ts / tau),
    width,
  }),
  code: `
    override leak: f32;
    override width: f32 = 1;

    struct State { v: f32 }

    fn atRest() -> State { return State(0); }

    fn step(state: ptr<function, State>, drive: f32) -> f32 {
      (*state).v = fma(leak, (*state).v, drive);
      return (*state).v;
    }

    fn reset(state: ptr<function, State>, fires: bool) {
      if (fires) { (*state).v = 0; }
    }

    struct Back { dv: f32 }

    fn surrogate(potential: f32) -> f32 {
      let far = 1 + abs(potential - theta) / width;
      return 1 / (far * far);
    }

    fn stepBack(
      back: ptr<function, Back>,
      potential: f32,
      fires: bool,
      gradient: f32,
    ) -> f32 {
      let du = gradient * surrogate(potential) + select((*back).dv, 0, fires);
      (*back).dv = leak * du;
      return du;
    }
  `,
});
