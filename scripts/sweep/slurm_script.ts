export async function saveSlurmScript(_: unknown): Promise<string> {
  await 0;
  return "";
}
