/** Draws with a finger: touches of the browser, which become pointer events in the page. */
import type { Phone } from "./phone-page.js";

/** Draws strokes on the pad; x and y of each point, 0 to 100 of its side. */
export async function drawByFinger(
  { page, cdp }: Phone,
  strokes: readonly (readonly number[])[],
): Promise<void> {
  const box = await page.locator("#pad").boundingBox();
  if (!box) throw new Error("there is no pad");
  const at = (stroke: readonly number[], i: number) => ({
    x: box.x + ((stroke[i] ?? 0) / 100) * box.width,
    y: box.y + ((stroke[i + 1] ?? 0) / 100) * box.height,
  });
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i += 2)
      await cdp.send("Input.dispatchTouchEvent", {
        type: i === 0 ? "touchStart" : "touchMove",
        touchPoints: [at(stroke, i)],
      });
    await cdp.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  }
}
