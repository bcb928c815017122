/** Writes a file in one step: readers see the old content or the new, never a part. */
import { randomBytes } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CommandError } from "../command-errors.js";

/**
 * Refuses a file that exists already.
 *
 * @throws {@link CommandError} `exists`
 */
export async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found) throw new CommandError("exists", `${path} exists already`, "--force writes over it.");
}

/**
 * Writes a file beside its place, then moves it there. On failure nothing is left behind.
 *
 * @throws the file system's error
 */
export async function writeAtomically(path: string, content: Uint8Array): Promise<void> {
  const temporary = join(
    dirname(path),
    `.${basename(path)}.${randomBytes(6).toString("hex")}.part`,
  );
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      // A crash of the machine must not leave the name with nothing behind it.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
