/// <reference lib="dom" />
/**
 * The script of the report page: fills in texts and tables, and draws charts as
 * wide as the page allows.
 *
 * @module
 */

import type { Theme } from "../../charts/theme.ts";
import type { Figure } from "./figures.ts";
import type { Facts, ReportData } from "./report_data.ts";
import type { Table } from "./results_table.ts";

/** A view of Vega. */
interface View {
  width(): number;
  finalize(): void;
}

/** Functions that the scripts of `readPrograms()` define. */
declare const vega: { readonly Error: number };
declare const vegaEmbed: (
  place: HTMLElement,
  spec: unknown,
  options: Readonly<Record<string, unknown>>,
) => Promise<{ readonly view: View }>;

/** The size of a chart or of a part of it. */
interface Sized {
  readonly width?: number | "container" | { readonly step: number };
  readonly height?: number | { readonly step: number };
  /** Set only by charts of pixels, such as weights. */
  readonly view?: unknown;
  readonly vconcat?: readonly Sized[];
}

/** Width below which the title of a legend is put above it, in pixels. */
const NARROW = 420;

/** Width of a column of a legend, in pixels. */
const LEGEND_COLUMN = 110;

/** Smallest scale to which a chart of cells is shrunk. */
const SMALLEST = 0.8;

const find = <T extends HTMLElement = HTMLElement>(id: string) =>
  document.getElementById(id) as T;
const fold = find<HTMLSelectElement>("fold");
const theme = find<HTMLSelectElement>("theme");
const run: ReportData = JSON.parse(find("run").textContent!);

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  ...content: readonly (string | Node)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.append(...content);
  return made;
}

function quiet(text: string): HTMLElement {
  return Object.assign(element("p", text), { className: "quiet" });
}

function showFacts(list: HTMLElement, facts: Facts): void {
  for (const [name, value] of facts) {
    list.append(element("dt", name), element("dd", value));
  }
}

/** Makes a table, which the keyboard scrolls where it is too wide. */
function tableOf(rows: Table, name: string): HTMLElement {
  const table = element("table");
  rows.forEach((cells, index) => {
    const row = element("tr");
    for (const text of cells) {
      row.append(element(index === 0 ? "th" : "td", text));
    }
    table.append(row);
  });
  return Object.assign(element("div", table), {
    className: "scroll",
    role: "group",
    ariaLabel: name,
    tabIndex: 0,
  });
}

/** Creates the figure of a chart, with its title above. */
function placeOf({ name, spec: { title } }: Figure): HTMLElement {
  const caption = element("figcaption", element("h3", title.text));
  for (const line of [title.subtitle ?? []].flat()) caption.append(quiet(line));
  const drawing = Object.assign(element("div"), { className: "drawing" });
  const figure = element("figure", caption, drawing);
  figure.id = name;
  figure.ariaLabel = title.text;
  return figure;
}

/**
 * Draws a chart into its figure, as wide as the page allows. Charts of cells or
 * pixels are shrunk only a little, or get the full width of the page.
 */
async function drawIn(place: HTMLElement, figure: Figure): Promise<View> {
  const { title: _title, config: _config, ...chart } = figure.spec;
  const drawing = place.querySelector<HTMLElement>(".drawing")!;
  const draw = (size: Sized) => embed(drawing, { ...chart, ...size }, figure);
  const { width, height, view, vconcat } = chart as Sized;
  if (typeof width === "number" && !view) return draw({ width: "container" });
  const first = await draw({});
  const total = drawing.querySelector("svg.marks")!.clientWidth;
  const fits = () => SMALLEST * total <= drawing.clientWidth;
  const wide = !vconcat && !fits();
  place.classList.toggle("wide", wide);
  const room = drawing.clientWidth;
  const stretches = vconcat || (wide && !view && fits());
  const fittingWidth = stretches || (total > room && fits()) ? room : total;
  if (fittingWidth === total) return first;
  first.finalize();
  const inner = vconcat ? Number(vconcat[0].width) : first.width();
  const fitted = inner + fittingWidth - total;
  if (vconcat) {
    return draw({
      vconcat: vconcat.map((part) => ({ ...part, width: fitted })),
    });
  }
  return draw({
    width: fitted,
    height: view ? Number(height) * fitted / inner : height,
  });
}

/** Draws a chart. */
async function embed(
  drawing: HTMLElement,
  chart: unknown,
  { name }: Figure,
): Promise<View> {
  const width = drawing.clientWidth;
  const { legend, ...config } = run.configs[theme.value as Theme];
  const { view } = await vegaEmbed(drawing, chart, {
    renderer: "svg",
    downloadFileName: name,
    // Vega's editor is a website, and its source page would run HTML in class
    // names.
    actions: { export: true, source: false, compiled: false, editor: false },
    tooltip: { theme: theme.value },
    // Otherwise it warns that rows set their own height.
    logLevel: vega.Error,
    config: {
      ...config,
      legend: {
        ...legend as object,
        titleOrient: width < NARROW ? "top" : "left",
        columns: Math.max(1, Math.floor(width / LEGEND_COLUMN)),
      },
    },
  });
  drawing.querySelector("summary")!.ariaLabel = "Save the chart";
  return view;
}

/** Charts of all folds together, and those of a fold that differ from them. */
const ofAll = run.figures.filter(({ fold }) => fold === undefined);
const common = new Set(ofAll.map(({ spec }) => JSON.stringify(spec)));
const ofFold = (number: number) =>
  run.figures.filter(({ fold, spec }) =>
    fold === number && !common.has(JSON.stringify(spec))
  );
const folds = new Set(run.figures.flatMap(({ fold }) => fold ?? []));

const drawn: View[] = [];
async function draw(): Promise<void> {
  document.documentElement.style.colorScheme = theme.value;
  drawn.splice(0).forEach((view) => view.finalize());
  const own = ofFold(Number(fold.value));
  find("of-fold").hidden = own.length === 0;
  find("one-title").textContent = `Fold ${fold.value}`;
  const figures = [...ofAll, ...own];
  const places = figures.map(placeOf);
  find("all").replaceChildren(...places.slice(0, ofAll.length));
  find("one").replaceChildren(...places.slice(ofAll.length));
  for (const [index, figure] of figures.entries()) {
    if (!places[index].isConnected) return;
    const view = await drawIn(places[index], figure);
    if (places[index].isConnected) drawn.push(view);
    else view.finalize();
  }
}

document.title = `Run ${run.folder.split(/[\\/]/).pop()}`;
document.querySelector("h1")!.textContent = run.folder;
showFacts(find("facts"), run.facts);
if (run.results.length > 0) {
  find("results").append(
    element("h2", "Results"),
    tableOf(run.results, "Results"),
  );
}
if (run.optimistic) {
  find("results").append(quiet(
    "Test figures are the best over all epochs, each of the epoch beside it, " +
      "so they are optimistic.",
  ));
}
if (run.energy.length > 0) {
  find("energy").append(
    element("h2", "Energy"),
    tableOf(run.energy, "Energy"),
    quiet(run.energyNote),
  );
}
fold.append(...[...folds].map((fold) => new Option(String(fold))));
fold.parentElement!.hidden = folds.size < 2;
find("all-title").textContent = folds.size === 1
  ? "The run"
  : "All folds together";
find("configuration").textContent = run.configuration;
showFacts(find("data"), run.data);
if (run.recordings.length > 0) {
  find("recordings").append(tableOf(run.recordings, "Recordings"));
}
theme.value = matchMedia("(prefers-color-scheme: dark)").matches
  ? "dark"
  : "light";
// Charts measure texts: wait for the font.
await Promise.all([...document.fonts].map((face) => face.load()));
fold.onchange = draw;
theme.onchange = draw;
let shownWidth = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== shownWidth) draw();
  shownWidth = innerWidth;
});
draw();
