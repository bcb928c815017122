/** Header text to all output texts: parse once, then every back end. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Backend, generatedBy, type HandWritten, type Output } from "./backend/backend.js";
import { cRestatement } from "./backend/c-restatement.js";
import { cppBinding } from "./backend/cpp-binding.js";
import { descriptionJson } from "./backend/description-json.js";
import { goBinding } from "./backend/go-binding.js";
import { javaBinding } from "./backend/java-binding.js";
import { pythonBinding } from "./backend/python-binding.js";
import { typescriptBinding } from "./backend/typescript-binding.js";
import { typescriptTypes } from "./backend/typescript-types.js";
import { parseHeader } from "./header-parser.js";
import { packagesFolder } from "./packages-folder.js";

/** The header, relative to `packages/`. */
export const headerPath = "c-api/include/c_predict_api.h";

/** Every back end; a new language adds one module and one entry. */
export const backends: readonly Backend[] = [
  descriptionJson,
  cRestatement,
  typescriptTypes,
  typescriptBinding,
  pythonBinding,
  goBinding,
  javaBinding,
  cppBinding,
];

/**
 * @param header text of the header
 * @param handWritten gives the hand-written parts of outputs; by default, those in this workspace
 * @throws GenerateError naming file and line
 */
export async function generateOutputs(
  header: string,
  handWritten: HandWritten = (path) => readFileSync(join(packagesFolder, path), "utf8"),
): Promise<Output[]> {
  const source = `packages/${headerPath}`;
  const api = await parseHeader({ text: header, file: source });
  api.generated = generatedBy(source);
  return backends.flatMap((b) => b.generate(api, handWritten));
}
