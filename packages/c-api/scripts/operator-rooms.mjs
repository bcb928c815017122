// The lists src/op/ops_<room>.h of operators that belong together.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BuildError } from "./objects.mjs";

/**
 * @param {string} folder src/op.
 * @returns {{ room: string, macro: string, title: string }[]} In the order of their names; the title
 *   is what the file's comment says of the room.
 */
export function roomsOf(folder) {
  return readdirSync(folder)
    .flatMap((file) => /^ops_(\w+)\.h$/.exec(file)?.[1] ?? [])
    .sort()
    .map((room) => {
      const text = readFileSync(join(folder, `ops_${room}.h`), "utf8");
      const title = /operators of one room: (.*?)\. See op_table\.h/.exec(text)?.[1];
      if (title === undefined)
        throw new BuildError(`ops_${room}.h: its comment must say "operators of one room: ..."`);
      return { room, macro: `LP_OPS_${room.toUpperCase()}`, title };
    });
}
