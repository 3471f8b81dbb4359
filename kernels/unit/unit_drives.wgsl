// Drives of a unit's neurons, 32 bins at a time. Compiled after unit.wgsl.
//
// x  [N, T, pixels, floats]  the drive

@group(0) @binding(2) var<storage, read> x: array<f32>;

// Values of 32 bins, four in a vector; struct members rather than an array, so
// that they stay in registers.
struct Word {
  q0: vec4<f32>,
  q1: vec4<f32>,
  q2: vec4<f32>,
  q3: vec4<f32>,
  q4: vec4<f32>,
  q5: vec4<f32>,
  q6: vec4<f32>,
  q7: vec4<f32>,
}

// Drives of bins t to t + 3; those from T on are not used.
fn fourDrives(start: u32, t: u32) -> vec4<f32> {
  let row = pixels * floats;
  let at = start + t * row;
  return vec4(x[at], x[at + row], x[at + 2 * row], x[at + 3 * row]);
}

// Drives of bins from `first` to before `end`. All loads are issued before the
// first is used.
fn drivesOf(start: u32, first: u32, end: u32) -> Word {
  var drives = Word();
  drives.q0 = fourDrives(start, first);
  if (first + 4 < end) {
    drives.q1 = fourDrives(start, first + 4);
  }
  if (first + 8 < end) {
    drives.q2 = fourDrives(start, first + 8);
  }
  if (first + 12 < end) {
    drives.q3 = fourDrives(start, first + 12);
  }
  if (first + 16 < end) {
    drives.q4 = fourDrives(start, first + 16);
  }
  if (first + 20 < end) {
    drives.q5 = fourDrives(start, first + 20);
  }
  if (first + 24 < end) {
    drives.q6 = fourDrives(start, first + 24);
  }
  if (first + 28 < end) {
    drives.q7 = fourDrives(start, first + 28);
  }
  return drives;
}
