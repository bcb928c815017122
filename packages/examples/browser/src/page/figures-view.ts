/** What it costs: time and memory. */
import type { ModelCard, Reading } from "../protocol.js";
import { FrameTimes } from "./frame-times.js";
import { bytesText, timeText } from "./number-text.js";
import { part } from "./part.js";

export class FiguresView {
  readonly #times = new FrameTimes();
  readonly #networkTimes = new FrameTimes();

  /** Shows what is known of a model before it has run. */
  setModel({ weightsBytes, temporaryBytes }: ModelCard): void {
    this.#times.clear();
    this.#networkTimes.clear();
    part("time").textContent = "–";
    part("network-time").textContent = "–";
    part("weights").textContent = bytesText(weightsBytes);
    part("temporary").textContent = bytesText(temporaryBytes);
  }

  /** Takes the times of one more picture, unless there was nothing to recognise. */
  addTimes({ guesses, tookMs, networkMs }: Reading): void {
    if (guesses.length === 0) return;
    this.#times.add(tookMs);
    this.#networkTimes.add(networkMs);
    part("time").textContent = timeText(this.#times.median ?? tookMs);
    part("network-time").textContent = timeText(this.#networkTimes.median ?? networkMs);
  }
}
