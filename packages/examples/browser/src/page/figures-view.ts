/** What it costs: time, memory, operations. */
import type { ModelCard } from "../protocol.js";
import { FrameTimes } from "./frame-times.js";
import { bytesText, countText, timeText } from "./number-text.js";
import { part } from "./part.js";

export class FiguresView {
  readonly #times = new FrameTimes();

  /** Shows what is known of a model before it has run. */
  setModel({ weightsBytes, temporaryBytes, layers }: ModelCard): void {
    this.#times.clear();
    part("time").textContent = "–";
    part("weights").textContent = bytesText(weightsBytes);
    part("temporary").textContent = bytesText(temporaryBytes);
    part("operations").textContent = countText(
      layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
    );
  }

  /** Takes the time of one more picture. */
  addTime(ms: number): void {
    this.#times.add(ms);
    part("time").textContent = timeText(this.#times.median ?? ms);
  }
}
