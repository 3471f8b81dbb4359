// Real values that wait in memory from one kernel to the next, in words.
//
// A word is a float32, or, where they are stored by halves, two bins, the
// earlier one in its low bits: drives and potentials as float16, gradients,
// which may be tiny, as the upper half of a float32.

override half: bool = false;

// Rows before that of bin t.
fn rowOf(t: u32) -> u32 {
  return select(t, t / 2, half);
}

// Gradients of bin t, from the words of its row.
fn gradientOf(words: vec4<u32>, t: u32) -> vec4<f32> {
  if (half && t % 2 == 0) {
    return bitcast<vec4<f32>>(words << vec4(16u));
  }
  if (half) {
    return bitcast<vec4<f32>>(words & vec4(0xffff0000u));
  }
  return bitcast<vec4<f32>>(words);
}
