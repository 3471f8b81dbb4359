/**
 * Plays a sample: keeps the time and updates the controls.
 *
 * @module
 */

/// <reference lib="dom" />

/** Elements that control the player. */
export interface PlayerControls {
  readonly play: HTMLButtonElement;
  readonly time: HTMLInputElement;
  readonly speed: HTMLSelectElement;
  readonly clock: HTMLElement;
}

/** Plays a duration in a loop. */
export class Player {
  readonly #controls: PlayerControls;
  readonly #onTime: (time: number) => void;
  #duration = 0;
  #time = 0;
  #playing = false;
  #last = 0;

  /**
   * Listens to the controls.
   *
   * @param controls The elements.
   * @param onTime Called with the time in ms whenever it changes.
   */
  constructor(controls: PlayerControls, onTime: (time: number) => void) {
    this.#controls = controls;
    this.#onTime = onTime;
    controls.play.addEventListener("click", () => this.toggle());
    controls.time.addEventListener("input", () => {
      this.pause();
      this.seek(controls.time.valueAsNumber);
    });
  }

  /** The time in ms. */
  get time(): number {
    return this.#time;
  }

  /**
   * Starts another sample from its beginning.
   *
   * @param duration Duration of the sample in ms.
   */
  load(duration: number): void {
    this.#duration = duration;
    const { play, time } = this.#controls;
    play.disabled = time.disabled = false;
    time.max = String(duration);
    this.seek(0);
    this.#set(true);
  }

  /**
   * Seeks to a time.
   *
   * @param time The time in ms; it is limited to the duration.
   */
  seek(time: number): void {
    this.#time = Math.min(Math.max(time, 0), this.#duration);
    const { time: slider, clock } = this.#controls;
    slider.value = String(this.#time);
    const [now, all] = [this.#time, this.#duration].map((ms) =>
      (ms / 1000).toFixed(2)
    );
    clock.textContent = `${now} of ${all} s`;
    slider.setAttribute("aria-valuetext", clock.textContent);
    this.#onTime(this.#time);
  }

  /** Switches between playing and pausing. */
  toggle(): void {
    if (this.#duration > 0) this.#set(!this.#playing);
  }

  /** Pauses. */
  pause(): void {
    this.#set(false);
  }

  /**
   * Plays faster or slower.
   *
   * @param by Number of entries to move down the list of speeds.
   */
  changeSpeed(by: number): void {
    const { speed } = this.#controls;
    const last = speed.options.length - 1;
    speed.selectedIndex = Math.min(Math.max(speed.selectedIndex + by, 0), last);
  }

  #set(playing: boolean): void {
    if (playing === this.#playing) return;
    this.#playing = playing;
    this.#controls.play.textContent = playing ? "Pause" : "Play";
    if (!playing) return;
    this.#last = performance.now();
    requestAnimationFrame((now) => this.#frame(now));
  }

  #frame(now: number): void {
    if (!this.#playing) return;
    const speed = Number(this.#controls.speed.value);
    const time = this.#time + speed * Math.max(0, now - this.#last);
    this.#last = now;
    this.seek(this.#time === this.#duration ? 0 : time);
    requestAnimationFrame((now) => this.#frame(now));
  }
}
