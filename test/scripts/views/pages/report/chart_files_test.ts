import assert from "node:assert/strict";
import { join } from "node:path";
import { listChartFiles } from "../../../../../scripts/views/pages/report/chart_files.ts";
import { temporaryFolder } from "../../../../fixtures/temporary_folder.ts";

Deno.test("listChartFiles() names no file outside, and none of a strange page", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "report.html");
  const pages: [string, number][] = [
    ["<h1>Mine</h1>", 0],
    ['<script id="run">{"figures":3}</script>', 0],
    ['<script id="run">{"figures":[{"name":"../a"},{"name":"b"}]}</script>', 6],
  ];
  assert.deepEqual(await listChartFiles(folder.path), []);
  for (const [page, files] of pages) {
    await Deno.writeTextFile(path, page);
    const names = await listChartFiles(folder.path);
    assert.equal(names.length, files);
    assert(names.every((name) => name.startsWith("b")), names.join());
  }
});
