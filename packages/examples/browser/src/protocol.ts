/** What the page and its worker say to each other: calls by name, each answered once. */

/** A way to make a network's input of a picture, and to run it. */
export interface Preparation {
  /** Of the network's input, in pixels. */
  readonly width: number;
  readonly height: number;
  readonly colours: "rgb" | "bgr" | "gray";
  readonly fit: "short-side" | "cover" | "stretch" | "pad";
  /** Factor on the values 0 to 255, before the mean is subtracted. */
  readonly scale: number;
  /** One number, or one for each channel, as are deviations. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /** Whether dark becomes light, for networks that know light strokes on dark. */
  readonly invert: boolean;
  /** Whether to save memory, for time. */
  readonly lean: boolean;
}

/** A user's model. Blobs are handed over by reference; the worker reads them. */
export interface ModelFiles {
  readonly name: string;
  readonly symbol: Blob;
  readonly params: Blob;
  readonly labels?: Blob | undefined;
}

/** One layer that multiplies, in the order of execution. */
export interface LayerCost {
  readonly name: string;
  readonly operator: string;
  readonly shape: readonly number[];
  /** In one run. */
  readonly multiplyAdds: number;
  readonly parameters: number;
}

/** What the page shows of a model. */
export interface ModelCard {
  readonly name: string;
  readonly classes: number;
  readonly inputShape: readonly number[];
  /** How pictures are prepared; undefined for the digit network, which has a way of its own. */
  readonly preparation: Preparation | undefined;
  readonly weightsBytes: number;
  /** Everything besides one copy of the weights. */
  readonly temporaryBytes: number;
  readonly layers: readonly LayerCost[];
}

/** Something to recognise. A bitmap belongs to the worker, which closes it. */
export type Picture =
  | {
      readonly kind: "strokes";
      /** x and y of each point in turn, 0 to 1 of the pad's side. */
      readonly strokes: readonly Float32Array[];
    }
  | { readonly kind: "bitmap"; readonly bitmap: ImageBitmap };

/** One class and its probability, 0 to 1. */
export interface Guess {
  readonly label: string;
  readonly score: number;
}

/** What the network made of a picture. */
export interface Reading {
  /** The best five, the best first; none where there was nothing to recognise. */
  readonly guesses: readonly Guess[];
  /** From pixels to probabilities, in milliseconds. */
  readonly tookMs: number;
  /** What the network took of it; 0 where there was nothing to recognise. */
  readonly networkMs: number;
  /** 8 × 8 pixels, 0 to 16, as the digit network saw them. */
  readonly seen?: Uint8Array<ArrayBuffer> | undefined;
}

/** Every call: what it takes, what it answers. */
export interface Calls {
  /** Opens a model; the one before stays if that fails. `digits` is the one built in. */
  readonly open: {
    readonly ask: {
      readonly model: "digits" | ModelFiles;
      /** Without it, the worker finds out what fits. */
      readonly preparation?: Preparation | undefined;
    };
    readonly answer: ModelCard;
  };
  /** Prepares pictures for the open model in another way; the old one stays if that fails. */
  readonly prepare: { readonly ask: Preparation; readonly answer: ModelCard };
  readonly read: { readonly ask: Picture; readonly answer: Reading };
}

export type CallName = keyof Calls;

/** A call, on its way to the worker. */
export type Call = {
  readonly [Name in CallName]: {
    readonly id: number;
    readonly name: Name;
    readonly ask: Calls[Name]["ask"];
  };
}[CallName];

/** What went wrong in a call that was answered. */
export interface CallFailure {
  /** The library's code, or `size` where no usual input size fits. */
  readonly code: string;
  readonly message: string;
}

/** An answer, on its way to the page; without an id, the worker is broken. */
export type Answer =
  | { readonly id: number; readonly answer: Calls[CallName]["answer"] }
  | { readonly id: number; readonly failure: CallFailure }
  | { readonly broken: string };
