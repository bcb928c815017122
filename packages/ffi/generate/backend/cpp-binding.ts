/** Back end: the C++ binding, one header of generated parts and of parts written by hand. */
import { type Backend, generatedBy, type Output } from "./backend.js";
import { functions } from "./cpp-functions.js";
import { partOrder, singleHeader } from "./cpp-single-header.js";
import { constants, errorCodes, functionTable, handles, structures } from "./cpp-types.js";

const folder = "examples/cpp";

export const cppBinding: Backend = {
  name: "cpp-binding",
  generate: (api, handWritten) => {
    const generated = generatedBy(api.source);
    const made: Readonly<Record<string, string>> = {
      "gen/error_codes.hpp": errorCodes(api),
      "gen/constants.hpp": constants(api),
      "gen/functions.hpp": functionTable(api),
      "gen/handles.hpp": handles(api),
      "gen/structs.hpp": structures(api),
      "gen/api.hpp": functions(api),
    };
    const outputs: Output[] = Object.entries(made).map(([file, text]) => ({
      path: `${folder}/${file}`,
      text: `// ${generated}\n${text}`,
    }));
    const parts = partOrder.map((file) => ({
      file,
      text: made[file] ?? handWritten(`${folder}/${file}`),
    }));
    return [
      ...outputs,
      { path: `${folder}/include/libpredict.hpp`, text: singleHeader(parts, generated) },
    ];
  },
};
