/// <reference lib="dom" />
/**
 * The section of the page that shows test samples and the output spikes for
 * them.
 *
 * @module
 */

import type { SamplesPart, SampleView } from "../page_data.ts";
import { Charts } from "./charts.ts";
import { element, find } from "./elements.ts";

/** Controls the section of samples. */
export class Samples {
  readonly #section = find("#samples");
  readonly #words = find("#sample");
  readonly #look = find<HTMLButtonElement>("#look");
  readonly #steps = [
    find<HTMLButtonElement>("#previous"),
    find<HTMLButtonElement>("#next"),
  ];
  readonly #charts = new Charts(find("#samples .charts"));
  #part: SamplesPart | null = null;
  #place = 0;
  #shown = false;
  #busy = false;

  /**
   * Listens to the buttons; the section stays hidden until there are weights.
   */
  constructor() {
    this.#look.onclick = () => this.#load();
    this.#steps.forEach((button, index) => {
      button.onclick = () => {
        this.#place += index === 0 ? -1 : 1;
        this.#load();
      };
    });
  }

  /**
   * Updates the section for new weights, and shows a sample at once if no
   * training runs.
   *
   * @param part Fold and weights; `null` if there are none.
   */
  show(part: SamplesPart | null): void {
    const before = this.#part;
    this.#part = part;
    this.#section.hidden = part === null;
    if (part === null) return;
    const other = part.fold !== before?.fold;
    if (other) this.#clear();
    if (
      part.free && (other || !this.#shown || part.weights !== before.weights)
    ) {
      this.#load();
    } else if (!this.#shown) {
      this.#words.textContent =
        "Computed when you ask for it, with the best weights so far: for a " +
        "moment it shares the device with training.";
    } else if (part.weights !== before?.weights) {
      this.#look.textContent = "Look again, with better weights";
      this.#look.hidden = false;
    }
  }

  #clear(): void {
    this.#shown = false;
    this.#charts.show([]);
    find("#events").replaceChildren();
    this.#look.hidden = false;
    this.#look.textContent = "Look at a sample";
    this.#steps.forEach((button) => button.hidden = true);
  }

  async #load(): Promise<void> {
    if (this.#busy || this.#part === null) return;
    this.#busy = true;
    const { fold, weights } = this.#part;
    this.#words.textContent = "Computing …";
    try {
      const query = new URLSearchParams({
        fold: String(fold),
        place: String(this.#place),
      });
      const response = await fetch(`/sample?${query}`);
      if (!response.ok) throw new Error(await response.text());
      if (this.#part?.fold === fold) this.#draw(await response.json(), weights);
    } catch (error) {
      this.#words.textContent = (error as Error).message;
    } finally {
      this.#busy = false;
    }
  }

  #draw(sample: SampleView, weights: string): void {
    const { place, total, name, label, prediction, events, charts } = sample;
    this.#place = place;
    this.#shown = true;
    const seen = label === prediction
      ? `${prediction}, predicted right`
      : `${label}, predicted as ${prediction}`;
    this.#words.textContent =
      `${name}, test sample ${place + 1} of ${total}: ` +
      `${seen} by the weights of epoch ${weights}`;
    find("#events").replaceChildren(...events.map(({ time, url }) => {
      const image = element("img");
      image.src = url;
      image.alt = "";
      return element("li", image, element("span", time));
    }));
    this.#charts.show(charts);
    // Keeps the keyboard focus on the page when the focused button is hidden.
    if (document.activeElement === this.#look) this.#steps[1].hidden = false;
    this.#steps.forEach((button) => button.hidden = false);
    if (document.activeElement === this.#look) this.#steps[1].focus();
    this.#look.hidden = true;
  }
}
