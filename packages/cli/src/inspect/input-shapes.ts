/** Shapes of a model's inputs: as the command line gives them, or as the graph's file says. */
import type { Tensor } from "@libpredict/core";
import { UsageError } from "../command-errors.js";
import type { InputArgument } from "../predict/input-argument.js";
import { readOneArray } from "../predict/read-arrays.js";

/** Shapes by name. */
export type InputShapes = Readonly<Record<string, readonly number[]>>;

/** Inputs that the command line gives. */
export interface GivenInputs {
  readonly shapes: InputShapes;
  /** Arrays of those that come with one, by name. */
  readonly arrays: Readonly<Record<string, Tensor>>;
}

/**
 * Reads what `--input` options say: shapes, and arrays, whose shapes count too.
 *
 * @throws CommandError `file`: an array cannot be read; PredictError as the readers of arrays
 */
export async function readGivenInputs(given: readonly InputArgument[]): Promise<GivenInputs> {
  const shapes: Record<string, readonly number[]> = {};
  const arrays: Record<string, Tensor> = {};
  for (const argument of given)
    if ("shape" in argument) shapes[argument.name] = argument.shape;
    else {
      const tensor = await readOneArray(argument.file);
      arrays[argument.name] = tensor;
      shapes[argument.name] = tensor.shape;
    }
  return { shapes, arrays };
}

interface SymbolText {
  readonly nodes?: readonly {
    readonly op?: string;
    readonly name?: string;
    readonly attrs?: Readonly<Record<string, string>>;
    readonly attr?: Readonly<Record<string, string>>;
    readonly param?: Readonly<Record<string, string>>;
  }[];
}

/**
 * What the graph's file says of shapes: the attribute `__shape__` of its variables. A batch that
 * it leaves open, the first dimension 0 or -1, becomes 1; any other open dimension makes the
 * shape unknown.
 *
 * @param symbol - content of a `*-symbol.json` that has been loaded, so it is one
 */
export function statedShapes(symbol: Uint8Array): InputShapes {
  const { nodes = [] } = JSON.parse(new TextDecoder().decode(symbol)) as SymbolText;
  const shapes: Record<string, readonly number[]> = Object.create(null);
  for (const { op, name, attrs, attr, param } of nodes) {
    const text = (attrs ?? attr ?? param)?.["__shape__"];
    if (op !== "null" || name === undefined || text === undefined) continue;
    const dims = text
      .replace(/[()[\]\sL]/g, "")
      .split(",")
      .filter((dim) => dim !== "")
      .map(Number);
    if (dims[0] === 0 || dims[0] === -1) dims[0] = 1;
    if (dims.length > 0 && dims.every((dim) => Number.isInteger(dim) && dim > 0))
      shapes[name] = dims;
  }
  return shapes;
}

/** Endings of names that parameters have: where there is no file of parameters, that is how to tell. */
const parameterName =
  /_(weight|bias|gamma|beta|moving_mean|moving_var|running_mean|running_var|label|parameters|state|state_cell)$|label$/;

/**
 * The shapes to make a predictor for.
 *
 * @param command - the command without inputs, for the message
 * @param names - the model's inputs
 * @param given - from the command line; they win
 * @param stated - from the graph's file
 * @param hasParameters - without them, the inputs among `names` are told by their names
 * @throws {@link UsageError} shapes are lacking; it says the command to use
 */
export function chooseShapes(
  command: string,
  names: readonly string[],
  given: InputShapes,
  stated: InputShapes,
  hasParameters: boolean,
): InputShapes {
  const inputs = hasParameters ? names : names.filter((name) => !parameterName.test(name));
  const shapes: Record<string, readonly number[]> = { ...given };
  const lacking: string[] = [];
  for (const name of inputs) {
    if (Object.hasOwn(given, name)) continue;
    if (Object.hasOwn(stated, name)) shapes[name] = stated[name] as readonly number[];
    else if (!/label$/.test(name)) lacking.push(name);
  }
  // The engine works some inputs out, such as states; once something is given it may say so itself.
  if (lacking.length === 0 || Object.keys(given).length > 0) return shapes;
  const known = Object.entries(shapes);
  const options = [
    ...known.map(([name, shape]) => `--input ${name}=${shape.join(",")}`),
    ...lacking.map((name) => `--input ${name}=1,3,224,224`),
  ];
  const many = lacking.length > 1;
  throw new UsageError(
    `the model does not say the ${many ? "shapes of its inputs" : "shape of its input"} ${lacking.map((name) => `"${name}"`).join(", ")}`,
    `Give ${many ? "them" : "it"}, with the sizes of your model (images: batch, channels, height, width):\n  ${command} ${options.join(" ")}`,
  );
}
