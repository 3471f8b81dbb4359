/// <reference lib="dom" />
/**
 * Shows charts whose data are updated in place.
 *
 * @module
 */

import type { ChartPart } from "../page_data.ts";
import { element } from "./elements.ts";

/** A view of Vega. */
interface View {
  change(name: string, changes: unknown): View;
  runAsync(): Promise<unknown>;
  finalize(): void;
}

/** Functions that `/vega.js` defines. */
declare const vega: {
  Error: number;
  truthy: unknown;
  changeset(): {
    remove(filter: unknown): { insert(rows: readonly unknown[]): unknown };
  };
};
declare const vegaEmbed: (
  place: HTMLElement,
  spec: unknown,
  options: Readonly<Record<string, unknown>>,
) => Promise<{ readonly view: View }>;

/** The Vega-Lite configuration of each theme. */
const themes = await (await fetch("/themes.json")).json();

/** Width below which the title of a legend is put above it, in pixels. */
const NARROW = 420;

const dark = matchMedia("(prefers-color-scheme: dark)");

/** A group of charts side by side. */
export class Charts {
  readonly #place: HTMLElement;
  readonly #drawn = new Map<string, Chart>();
  #parts: readonly ChartPart[] = [];

  /**
   * Watches the theme and the width; draws nothing yet.
   *
   * @param place Element to draw into.
   */
  constructor(place: HTMLElement) {
    this.#place = place;
    dark.addEventListener("change", () => this.show(this.#parts));
    addEventListener("resize", () => this.show(this.#parts));
  }

  /**
   * Shows charts in place of the earlier ones.
   *
   * @param parts The charts.
   */
  show(parts: readonly ChartPart[]): void {
    this.#parts = parts;
    for (const [name, chart] of this.#drawn) {
      if (parts.some((part) => part.name === name)) continue;
      chart.remove();
      this.#drawn.delete(name);
    }
    for (const part of parts) {
      const chart = this.#drawn.get(part.name) ?? new Chart(this.#place);
      this.#drawn.set(part.name, chart);
      chart.show(part);
    }
  }
}

/** A chart of the group. */
class Chart {
  readonly #title = element("h3");
  readonly #subtitle = element("p");
  /**
   * Vega's own texts for screen readers are hidden in favour of the summary.
   */
  readonly #drawing = element("div");
  readonly #image = element("div", this.#drawing);
  readonly #figure: HTMLElement;
  /** Theme, legend and specification of the drawn chart, without data. */
  #spec = "";
  #view: View | undefined;
  /** The chart to show next, since drawing is asynchronous. */
  #next: ChartPart | undefined;
  #busy = false;

  constructor(place: HTMLElement) {
    const caption = element("figcaption", this.#title, this.#subtitle);
    this.#subtitle.className = "quiet";
    this.#image.role = "img";
    this.#drawing.ariaHidden = "true";
    this.#figure = element("figure", caption, this.#image);
    place.append(this.#figure);
  }

  show(part: ChartPart): void {
    this.#next = part;
    this.#title.textContent = part.title;
    this.#subtitle.textContent = part.subtitle;
    this.#subtitle.hidden = part.subtitle === "";
    this.#image.ariaLabel = `${part.title}. ${part.summary}`;
    if (!this.#busy) this.#draw();
  }

  remove(): void {
    this.#figure.remove();
    this.#view?.finalize();
  }

  async #draw(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#next && this.#figure.isConnected) {
        const part = this.#next;
        this.#next = undefined;
        await this.#drawPart(part);
      }
    } finally {
      this.#busy = false;
    }
  }

  async #drawPart({ spec, values }: ChartPart): Promise<void> {
    const theme = dark.matches ? "dark" : "light";
    const legend = legendOf(this.#drawing.clientWidth);
    const form = JSON.stringify([theme, legend, spec]);
    if (this.#view && form === this.#spec) {
      if (!spec.data) return;
      const changes = vega.changeset().remove(vega.truthy).insert(values);
      await this.#view.change("rows", changes).runAsync();
      return;
    }
    this.#view?.finalize();
    const config = themes[theme];
    const { view } = await vegaEmbed(this.#drawing, {
      ...spec,
      ...(spec.data ? { data: { name: "rows", values } } : {}),
    }, {
      renderer: "svg",
      actions: false,
      tooltip: { theme },
      // Otherwise it warns that rows set their own height.
      logLevel: vega.Error,
      config: {
        ...config,
        aria: false,
        legend: { ...config.legend, ...legend },
      },
    });
    this.#view = view;
    this.#spec = form;
  }
}

/** Adapts legends to the width of a chart. */
function legendOf(width: number): Readonly<Record<string, unknown>> {
  return {
    titleOrient: width < NARROW ? "top" : "left",
    columns: Math.max(1, Math.floor(width / 110)),
  };
}
