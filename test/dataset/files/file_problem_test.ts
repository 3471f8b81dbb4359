import assert from "node:assert/strict";
import { join } from "node:path";
import { fileProblem } from "../../../dataset/files/file_problem.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";

/** Message for the error that a failing operation throws. */
async function problemOf(failing: Promise<unknown>): Promise<string> {
  return await failing.then(() => "none", fileProblem);
}

Deno.test("fileProblem() has a phrase for each problem that a user can mend", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  const problems = [
    [
      () => Deno.readFile(join(folder.path, "none")),
      "there is no such file or folder",
    ],
    [() => Deno.readFile(folder.path), "it is a folder"],
    [
      () => Deno.readFile(join(file, "inside")),
      "a part of it is a file, not a folder",
    ],
    [() => Deno.writeTextFile("/dev/full", "text"), "the disk is full"],
  ] as const;
  for (const [failing, problem] of problems) {
    assert.equal(await problemOf(failing()), problem);
  }
  const readOnly = Object.assign(new Error("os error 30"), { code: "EROFS" });
  assert.equal(fileProblem(readOnly), "its disk is read-only");
});
