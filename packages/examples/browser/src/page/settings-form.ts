/** How pictures are prepared, as a form. */
import type { Preparation } from "../protocol.js";
import { part } from "./part.js";

const largestSide = 4096;

export class SettingsForm {
  /** @param apply - gets what was entered, once it makes sense */
  constructor(apply: (preparation: Preparation) => void) {
    part<HTMLFormElement>("settings").addEventListener("submit", (event) => {
      event.preventDefault();
      const found = this.#read();
      part("settings-problem").textContent = typeof found === "string" ? found : "";
      if (typeof found !== "string") apply(found);
    });
  }

  /** Shows a preparation; undefined if there is nothing to set. */
  show(preparation: Preparation | undefined): void {
    part("settings-none").hidden = preparation !== undefined;
    part("settings-fields").hidden = preparation === undefined;
    part("settings-problem").textContent = "";
    if (!preparation) return;
    const { width, height, colours, fit, scale, mean, deviation, invert, lean } = preparation;
    const texts = {
      "set-width": String(width),
      "set-height": String(height),
      "set-colours": colours,
      "set-fit": fit,
      "set-scale": scale === 1 / 255 ? "1/255" : String(scale),
      "set-mean": mean.join(", "),
      "set-deviation": deviation.join(", "),
    };
    for (const [id, text] of Object.entries(texts))
      part<HTMLInputElement | HTMLSelectElement>(id).value = text;
    part<HTMLInputElement>("set-invert").checked = invert;
    part<HTMLInputElement>("set-lean").checked = lean;
  }

  /** What was entered, or what is wrong with it. */
  #read(): Preparation | string {
    const text = (id: string): string => part<HTMLInputElement>(id).value.trim();
    const colours = text("set-colours") as Preparation["colours"];
    const channels = colours === "gray" ? 1 : 3;
    const [width, height] = [Number(text("set-width")), Number(text("set-height"))];
    const isSide = (side: number): boolean =>
      Number.isInteger(side) && side >= 1 && side <= largestSide;
    if (!isSide(width) || !isSide(height))
      return `Width and height are whole numbers from 1 to ${largestSide}.`;
    const scale = numberIn(text("set-scale"));
    if (!Number.isFinite(scale)) return "The factor is a number, such as 1/255 or 0.0078.";
    const lists = [text("set-mean"), text("set-deviation")].map((list) =>
      list.split(/[\s,;]+/).map(numberIn),
    );
    if (lists.some((list) => !list.every(Number.isFinite) || ![1, channels].includes(list.length)))
      return `Mean and deviation are one number each, or ${channels} for ${channels === 1 ? "one channel" : "three channels"}.`;
    const [mean = [], deviation = []] = lists;
    if (deviation.includes(0)) return "A deviation must not be 0.";
    return {
      width,
      height,
      colours,
      fit: text("set-fit") as Preparation["fit"],
      scale,
      mean,
      deviation,
      invert: part<HTMLInputElement>("set-invert").checked,
      lean: part<HTMLInputElement>("set-lean").checked,
    };
  }
}

/** `0.5`, `1/255`; NaN for anything else. */
function numberIn(text: string): number {
  const [over = "", under = "1", ...more] = text.split("/");
  if (over.trim() === "" || under.trim() === "" || more.length > 0) return Number.NaN;
  return Number(over) / Number(under);
}
