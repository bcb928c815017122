/** The option `--input`: `name=1,3,224,224` states a shape, `name=file.npy` gives an array. */
import { InvalidArgumentError } from "commander";

/** One `--input`. */
export type InputArgument =
  | { readonly name: string; readonly shape: readonly number[] }
  | { readonly name: string; readonly file: string };

/** Reads one `--input`, adding it to those before it. */
export function collectInputArgument(
  text: string,
  before: readonly InputArgument[] = [],
): readonly InputArgument[] {
  const equals = text.indexOf("=");
  const name = text.slice(0, Math.max(equals, 0));
  const value = text.slice(equals + 1);
  if (name === "" || value === "")
    throw new InvalidArgumentError("Write name=shape, such as data=1,3,224,224, or name=file.npy.");
  if (before.some((argument) => argument.name === name))
    throw new InvalidArgumentError(`Input ${name} is given twice.`);
  const shape = parseShape(value);
  return [...before, shape ? { name, shape } : { name, file: value }];
}

/** `1,3,224,224`, `1x3x224x224` or `(1, 3, 224, 224)` as numbers; undefined for anything else. */
export function parseShape(text: string): readonly number[] | undefined {
  const inner = text.trim().replace(/^[([]\s*(.*?)\s*,?\s*[)\]]$/, "$1");
  if (!/^\d+(\s*[,x×]\s*\d+)*$/.test(inner)) return undefined;
  return inner.split(/[,x×]/).map(Number);
}
