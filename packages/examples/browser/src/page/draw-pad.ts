/** The pad: strokes by finger, pen or mouse. */
import { part } from "./part.js";

/** Width of the pen, as a part of the pad's side. */
const pen = 0.07;

export class DrawPad {
  readonly canvas = part<HTMLCanvasElement>("pad");
  readonly #context: CanvasRenderingContext2D;
  readonly #changed: () => void;
  readonly #active = new Map<number, number[]>();
  #strokes: number[][] = [];
  #drawing = 0;

  /** @param changed - called behind each change, at most once a frame */
  constructor(changed: () => void) {
    this.#changed = changed;
    this.#context = this.canvas.getContext("2d") as CanvasRenderingContext2D;
    this.canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.#go(event));
    for (const end of ["pointerup", "pointercancel"] as const)
      this.canvas.addEventListener(end, (event) => this.#active.delete(event.pointerId));
    // A stroke is no scrolling, no fling and no long press, whatever the browser makes of touch-action.
    this.canvas.addEventListener("touchstart", (event) => event.preventDefault(), {
      passive: false,
    });
    new ResizeObserver(() => this.#fit()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  /** x and y of each point in turn, 0 to 1 of the side. */
  get strokes(): Float32Array[] {
    return this.#strokes.map((stroke) => Float32Array.from(stroke));
  }

  get empty(): boolean {
    return this.#strokes.length === 0;
  }

  /** Shows other strokes. */
  show(strokes: readonly (readonly number[])[]): void {
    this.#active.clear();
    this.#strokes = strokes.map((stroke) => [...stroke]);
    this.#soon();
  }

  /** Takes the last stroke away. */
  undo(): void {
    this.show(this.#strokes.slice(0, -1));
  }

  #begin(event: PointerEvent): void {
    if (event.button !== 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    const stroke: number[] = [];
    this.#active.set(event.pointerId, stroke);
    this.#strokes.push(stroke);
    this.#add(stroke, event);
  }

  #go(event: PointerEvent): void {
    const stroke = this.#active.get(event.pointerId);
    if (!stroke) return;
    // Where the browser reports them, those between two frames too; Safari does since 18.2.
    const between = event.getCoalescedEvents?.() ?? [];
    for (const each of between.length > 0 ? between : [event]) this.#add(stroke, each);
  }

  #add(stroke: number[], { clientX, clientY }: PointerEvent): void {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    stroke.push((clientX - left) / width, (clientY - top) / height);
    this.#soon();
  }

  #fit(): void {
    const side = Math.round(this.canvas.clientWidth * Math.min(devicePixelRatio, 3));
    if (side === 0 || side === this.canvas.width) return;
    this.canvas.width = side;
    this.canvas.height = side;
    this.#draw();
  }

  #soon(): void {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#draw();
      this.#changed();
    });
  }

  #draw(): void {
    const { width: side } = this.canvas;
    const context = this.#context;
    context.clearRect(0, 0, side, side);
    context.strokeStyle = getComputedStyle(this.canvas).color;
    context.lineWidth = pen * side;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.beginPath();
    for (const stroke of this.#strokes) trace(context, stroke, side);
    context.stroke();
  }
}

/** A smooth line: through the middles between points, bent by the points. */
function trace(context: CanvasRenderingContext2D, stroke: readonly number[], side: number): void {
  const at = (i: number): readonly [number, number] => [
    (stroke[i] as number) * side,
    (stroke[i + 1] as number) * side,
  ];
  context.moveTo(...at(0));
  for (let i = 2; i + 2 < stroke.length; i += 2) {
    const [x, y] = at(i);
    const [nextX, nextY] = at(i + 2);
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo(...at(stroke.length - 2));
}
