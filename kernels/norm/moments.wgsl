// Mean and squared deviations of sets of values, merged without losing digits
// to the mean. Source: Chan, Golub, LeVeque, 1983.

// Lanes of the workgroups that reduce strips or samples.
const totalLanes = 256u;

// Number of values, their mean, and the sum of their squared deviations.
struct Moments {
  count: f32,
  mean: f32,
  squares: f32,
}

fn merged(a: Moments, b: Moments) -> Moments {
  if (b.count == 0) {
    return a;
  }
  let count = a.count + b.count;
  let difference = b.mean - a.mean;
  let share = b.count / count;
  return Moments(
    count,
    a.mean + difference * share,
    a.squares + b.squares + difference * difference * a.count * share,
  );
}
