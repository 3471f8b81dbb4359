// Integration of neurons: from their drive, in memory, to their spikes.
//
// forward  u[n, t, f] and spikes[n, b, f], see neurons.wgsl, of the neuron
//          whose WGSL precedes this file
//
// The drive is in u too, from row `lead` on.
//
// One invocation owns a neuron.

// Bins whose drives are loaded while earlier ones are integrated, 4 or 16: more
// where occupancy is too low to hide the latency of loads.
override ahead: u32 = 4;

// The drives K bins before bins t to t + 3, 0 before bin 0. For K up to sixteen
// they are still in registers and not loaded.
fn drivesGone(row: u32, t: u32) -> vec4<f32> {
  if (K <= 16) {
    return vec4();
  }
  let drives = fourBins(row, lead - K + t);
  return select(vec4(), drives, vec4(t, t + 1, t + 2, t + 3) >= vec4(K));
}

// Drives of four bins, and of the four K bins before.
struct Drives {
  now: vec4<f32>,
  gone: vec4<f32>,
}

// Drives of bins t to t + 3. No stored value depends on those from T on.
fn drivesAt(row: u32, t: u32) -> Drives {
  return Drives(fourBins(row, lead + t), drivesGone(row, t));
}

// Drives of `ahead` bins; struct members rather than an array, so that they
// stay in registers.
struct DriveBlock {
  first: Drives,
  second: Drives,
  third: Drives,
  fourth: Drives,
}

fn driveBlockAt(row: u32, t: u32) -> DriveBlock {
  var block: DriveBlock;
  block.first = drivesAt(row, t);
  if (ahead > 4) {
    block.second = drivesAt(row, t + 4);
    block.third = drivesAt(row, t + 8);
    block.fourth = drivesAt(row, t + 12);
  }
  return block;
}

// Integrates bins t to t + 3. Returns the result of `advance`.
fn fire(
  neuron: ptr<function, Neuron>,
  past: ptr<function, Past>,
  drives: Drives,
  t: u32,
) -> u32 {
  if (K <= 16) {
    return advance(neuron, drives.now, exchange(past, drives.now), t);
  }
  return advance(neuron, drives.now, drives.gone, t);
}

@compute @workgroup_size(64)
fn forward(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let size = 4 * Q;
  for (var i = group.x * 64 + lane; i < size; i += groups.x * 64) {
    let f = neuronAt(i);
    if (f == F) {
      continue;
    }
    var count = 0u;
    var neuron = startNeuron(group.z, i, f);
    var past = Past();
    var next = driveBlockAt(neuron.row, 0u);
    for (var t = 0u; t < T; t += ahead) {
      let now = next;
      next = driveBlockAt(neuron.row, t + ahead);
      count += fire(&neuron, &past, now.first, t);
      if (ahead > 4 && t + 4 < T) {
        count += fire(&neuron, &past, now.second, t + 4);
      }
      if (ahead > 4 && t + 8 < T) {
        count += fire(&neuron, &past, now.third, t + 8);
      }
      if (ahead > 4 && t + 12 < T) {
        count += fire(&neuron, &past, now.fourth, t + 12);
      }
    }
    countSpikes(count, group.z, neuron.words);
  }
  addSpikes(lane);
}
