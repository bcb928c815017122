/** The camera: what it sees, frame by frame, for as long as it is looked at. */
import { part } from "./part.js";

/** Which way a camera looks. */
export type Facing = "environment" | "user";

/** How many cameras there are that a page may ask for; at most one is told of before it was allowed. */
export async function countCameras(): Promise<number> {
  // Absent where the page did not come over https.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices?.getUserMedia) return 0;
  const all = await devices.enumerateDevices();
  return all.filter(({ kind }) => kind === "videoinput").length;
}

export class Camera {
  readonly #view = part<HTMLVideoElement>("camera-view");
  readonly #wanted: () => boolean;
  readonly #frame: (bitmap: ImageBitmap) => void;
  readonly #lost: () => void;
  #stream: MediaStream | undefined;
  /** Counts starts and stops, so that what was begun before one of them ends. */
  #turn = 0;
  #facing: Facing = "environment";

  /**
   * @param wanted - whether a frame would be looked at now; none is taken otherwise
   * @param frame - gets the middle square of each frame, to close
   * @param lost - called when the camera ends by itself
   */
  constructor(wanted: () => boolean, frame: (bitmap: ImageBitmap) => void, lost: () => void) {
    this.#wanted = wanted;
    this.#frame = frame;
    this.#lost = lost;
  }

  get facing(): Facing {
    return this.#facing;
  }

  /** Starts it, or again the other way. Rejects with the browser's DOMException. */
  async start(facing: Facing = this.#facing): Promise<void> {
    this.stop();
    const turn = this.#turn;
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: { ideal: facing }, width: { ideal: 640 }, height: { ideal: 480 } },
    });
    if (turn !== this.#turn) {
      endTracks(stream);
      return;
    }
    this.#stream = stream;
    this.#facing = facing;
    this.#view.classList.toggle("mirrored", facing === "user");
    // Ending it ourselves makes no such event.
    stream.getVideoTracks()[0]?.addEventListener("ended", this.#lost);
    this.#view.srcObject = stream;
    try {
      await this.#view.play();
    } catch (error) {
      // Stopped again before it began.
      if (turn !== this.#turn) return;
      throw error;
    }
    this.#next(turn);
  }

  /** Holds the picture, or goes on. */
  hold(held: boolean): void {
    if (held) this.#view.pause();
    // Stopping it meanwhile ends the promise.
    else this.#view.play().catch(() => {});
  }

  /** Stops it; its light goes out. */
  stop(): void {
    this.#turn++;
    if (this.#stream) endTracks(this.#stream);
    this.#stream = undefined;
    this.#view.srcObject = null;
  }

  #next(turn: number): void {
    const go = (): void => void this.#take(turn);
    if ("requestVideoFrameCallback" in this.#view) this.#view.requestVideoFrameCallback(go);
    else requestAnimationFrame(go);
  }

  async #take(turn: number): Promise<void> {
    const { videoWidth: width, videoHeight: height } = this.#view;
    if (turn === this.#turn && this.#wanted() && width > 0) {
      const side = Math.min(width, height);
      const x = (width - side) >> 1;
      const y = (height - side) >> 1;
      // A frame that is gone by now is no loss.
      const bitmap = await createImageBitmap(this.#view, x, y, side, side).catch(() => undefined);
      if (bitmap && turn === this.#turn) this.#frame(bitmap);
      else bitmap?.close();
    }
    if (turn === this.#turn) this.#next(turn);
  }
}

function endTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What to tell of a camera that did not start. */
export function cameraProblem(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError")
    return "The camera is blocked. Allow it for this page, by the sign beside its address or in the settings of the browser, then choose Camera again.";
  if (name === "NotFoundError" || name === "OverconstrainedError")
    return "There is no camera that could be used. Connect one, or choose a picture.";
  if (name === "NotReadableError" || name === "AbortError")
    return "Another program uses the camera. Close it, then choose Camera again.";
  return `The camera did not start: ${error instanceof Error ? error.message : error}`;
}
