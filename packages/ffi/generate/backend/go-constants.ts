/** Back end: what the header names and numbers, for the Go binding: constants, error codes, functions. */
import type { Api } from "../api-description.js";
import { errorCodeName } from "./api-index.js";
import { generatedBy, type Output } from "./backend.js";
import { goDoc } from "./go-doc.js";
import { exportedName } from "./go-names.js";

/** The head of a generated file. The second line is the one that Go's tools know. */
export function goFile(api: Api, packageLine: string): string {
  return `// ${generatedBy(api.source)}\n// Code generated from the header. DO NOT EDIT.\n\n${packageLine}\n`;
}

export function goConstants(api: Api): Output[] {
  const at = (name: string): string => `examples/go/gen/constants/${name}.go`;
  return [
    {
      path: at("header_constants"),
      text: goFile(
        api,
        `// Package constants has what the header of libpredict names and numbers.\npackage constants`,
      ).concat(enums(api)),
    },
    { path: at("error_codes"), text: goFile(api, "package constants") + errorCodes(api) },
    { path: at("function_table"), text: goFile(api, "package constants") + functions(api) },
  ];
}

function enums(api: Api): string {
  return api.enums
    .map(
      (e) => `
${goDoc([`${e.name}: ${e.doc}`])}
const (
${e.members.map((m) => `${goDoc([`${m.name}: ${m.doc}`], "\t")}\n\t${m.name} = ${m.value}`).join("\n")}
)
`,
    )
    .join("");
}

function errorCodes(api: Api): string {
  const codes = api.enums
    .flatMap((e) => e.members)
    .flatMap((m) => {
      const word = errorCodeName(m.name);
      return word ? [{ ...m, word, go: `Err${exportedName(word)}` }] : [];
    });
  return `
// ErrorCode is what went wrong, as a word. It is an error, so that errors.Is can ask for it.
type ErrorCode string

// Error returns the word.
func (c ErrorCode) Error() string { return string(c) }

// The library's error codes.
const (
${codes.map((c) => `${goDoc([`${c.go} (${c.name}): ${c.doc}`], "\t")}\n\t${c.go} ErrorCode = "${c.word}"`).join("\n")}
)

// ErrorCodeOf gives the word for a number of LPErrorCode; "" for one that is no error.
func ErrorCodeOf(number int32) ErrorCode {
	switch number {
${codes.map((c) => `\tcase ${c.name}:\n\t\treturn ${c.go}`).join("\n")}
	}
	return ""
}
`;
}

function functions(api: Api): string {
  const list = api.functions;
  return `
// Function is a function of the header, by its position in it.
type Function int

// The functions of the header.
const (
${list.map((f, i) => `\tFn${f.name}${i === 0 ? " Function = iota" : ""}`).join("\n")}
	// FunctionCount is how many there are.
	FunctionCount
)

// FunctionNames are their names in C.
var FunctionNames = [FunctionCount]string{
${list.map((f) => `\t"${f.name}",`).join("\n")}
}

// FunctionParts tells the part of the header that each is in. 1: MXNet's predict API. 2: additions
// of libpredict, which a library may lack.
var FunctionParts = [FunctionCount]uint8{
${list.map((f) => `\t${f.part}, // ${f.name}`).join("\n")}
}
`;
}
