/** Back end: error codes, constants, function table, handle and structure types for C++. */
import type { Api, ApiCallback, ApiEnum, ApiStruct } from "../api-description.js";
import { formatCType } from "../api-description.js";
import { errorCodeName, parameterRole } from "./api-index.js";
import { cppOwnErrorCodes } from "./cpp-decisions.js";
import { doxygen, escapeDoxygen } from "./cpp-doc.js";
import { CppNames, enumerator } from "./cpp-names.js";

/** `unsupported` of `LP_ERROR_UNSUPPORTED`; undefined for what is no error. */
function codeIdentifier(constant: string): string | undefined {
  return errorCodeName(constant)?.replaceAll("-", "_");
}

/** The enumeration of error codes, and their words. */
export function errorCodes(api: Api): string {
  const members = errorEnum(api).members.map((m) => ({
    name: m.value === 0 ? "ok" : codeIdentifier(m.name),
    word: m.value === 0 ? "ok" : errorCodeName(m.name),
    value: m.value,
    doc: m.doc,
  }));
  const own = cppOwnErrorCodes.map(([name, value, doc]) => ({ name, word: name, value, doc }));
  for (const { name } of own)
    if (members.some((m) => m.name === name))
      throw new Error(`the header has the code ${name}, which the C++ binding has too`);
  const all = [...members, ...own];
  for (const m of all) if (!m.name) throw new Error("LPErrorCode has a member that is no error");
  return `#pragma once

namespace libpredict {

/** What went wrong: the library's codes, and those below 0, which only the binding gives. */
enum class ErrorCode : int {
${all.map((m) => `${doxygen([escapeDoxygen(m.doc)], "    ")}\n    ${m.name} = ${m.value},`).join("\n")}
};

/** The word for a code, such as "shape". */
constexpr const char *to_string(ErrorCode code) noexcept {
    switch (code) {
${all.map((m) => `    case ErrorCode::${m.name}: return "${m.word}";`).join("\n")}
    }
    return "unknown";
}

namespace detail {

/** The code that the library means by a number. */
constexpr ErrorCode error_code_of(int number) noexcept {
    return number >= 0 && number <= ${Math.max(...members.map((m) => m.value))} ? static_cast<ErrorCode>(number) : ErrorCode::unknown;
}

} // namespace detail
} // namespace libpredict
`;
}

function errorEnum(api: Api): ApiEnum {
  const found = api.enums.find((e) => e.members.some((m) => errorCodeName(m.name)));
  if (!found) throw new Error("the header has no error codes");
  const gap = found.members.some((m, i) => m.value !== i);
  if (gap) throw new Error(`${found.name} has gaps, which error_code_of() does not know`);
  return found;
}

/** The other enumerations, without the prefix of their C names. */
export function constants(api: Api): string {
  const errors = errorEnum(api);
  const parts = api.enums
    .filter((e) => e !== errors)
    .map((e) => {
      const first = e.members[0]?.name ?? "";
      let prefix = first.slice(0, first.lastIndexOf("_") + 1);
      while (!e.members.every((m) => m.name.startsWith(prefix)))
        prefix = prefix.slice(0, prefix.lastIndexOf("_", prefix.length - 2) + 1);
      const members = e.members.map(
        (m) =>
          `${doxygen([escapeDoxygen(m.doc)], "    ")}\n    ${enumerator(m.name, prefix)} = ::${m.name},`,
      );
      return `
${doxygen([escapeDoxygen(e.doc)])}
enum class ${e.name.replace(/^LP/, "")} : int {
${members.join("\n")}
};
`;
    });
  return `#pragma once

#include "c_predict_api.h"

namespace libpredict {
${parts.join("")}
} // namespace libpredict
`;
}

/** The table of function pointers, typed by the header itself. */
export function functionTable(api: Api): string {
  return `#pragma once

#include <string_view>

#include "c_predict_api.h"

/** Every function of the header. */
#define LIBPREDICT_FUNCTIONS(X) \\
${api.functions.map((f) => `    X(${f.name})`).join(" \\\n")}

namespace libpredict::detail {

/** The functions of a library; NULL where it does not have one. */
struct Functions {
#define LIBPREDICT_MEMBER(name) decltype(&::name) name = nullptr;
    LIBPREDICT_FUNCTIONS(LIBPREDICT_MEMBER)
#undef LIBPREDICT_MEMBER

    /** Fills the table. @param find - gives the address of a name, or NULL */
    template <class Find>
    void look_up(Find &&find) {
#define LIBPREDICT_LOOK_UP(name) name = reinterpret_cast<decltype(&::name)>(find(#name));
        LIBPREDICT_FUNCTIONS(LIBPREDICT_LOOK_UP)
#undef LIBPREDICT_LOOK_UP
    }

    /** Whether there is a function of that name. */
    [[nodiscard]] bool has(std::string_view function) const noexcept {
#define LIBPREDICT_HAS(name) \\
    if (function == #name) return name != nullptr;
        LIBPREDICT_FUNCTIONS(LIBPREDICT_HAS)
#undef LIBPREDICT_HAS
        return false;
    }

#if defined(LIBPREDICT_LINKED)
    /** The functions that this program is linked with. */
    static Functions linked() noexcept {
        Functions functions;
#define LIBPREDICT_LINK(name) functions.name = &::name;
        LIBPREDICT_FUNCTIONS(LIBPREDICT_LINK)
#undef LIBPREDICT_LINK
        return functions;
    }
#endif
};

} // namespace libpredict::detail

#undef LIBPREDICT_FUNCTIONS
`;
}

/** Handle kinds and callback types. */
export function handles(api: Api): string {
  const names = new CppNames(api);
  const parts = api.handles.map((h) => {
    const kind = names.kind(h.kind);
    const end = h.release
      ? `\`${h.release}\` gives it back; so does the destructor.`
      : "Never owned by the caller; valid during the call that hands it over.";
    return `
/** Marks handles of the kind "${h.kind}". */
struct ${kind} {
    static constexpr const char *name = "${h.kind}";
};
${doxygen([`${escapeDoxygen(h.doc)} ${end}`])}
using ${h.name} = Handle<${kind}>;
`;
  });
  return `#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "../src/handle.hpp"

namespace libpredict::capi {
${parts.join("")}${api.callbacks.map((c) => callback(c, names, api)).join("")}
} // namespace libpredict::capi
`;
}

/** Whether a callback is wrapped as a C++ function: it is given handles, which are objects here. */
export function isWrapped(c: ApiCallback, api: Api): boolean {
  return c.parameters.some((p) => api.handles.some((h) => h.name === p.type.base));
}

function callback(c: ApiCallback, names: CppNames, api: Api): string {
  if (!isWrapped(c, api)) {
    const list = c.parameters.map((p) => formatCType(p.type, p.name)).join(", ");
    return `
${doxygen([escapeDoxygen(c.doc), "Called by C, on any thread: a plain function that does not throw."])}
using ${c.name} = ${formatCType(c.returns)}(*)(${list}) noexcept;
`;
  }
  if (c.returns.base !== "void" || c.returns.pointers)
    throw new Error(`${c.name}: the C++ binding cannot wrap a callback with a result`);
  const shown = c.parameters.flatMap((p) => {
    const handle = api.handles.find((h) => h.name === p.type.base);
    if (handle) return [`const ${names.handle(handle.kind)} &${p.name}`];
    if (p.type.base === "char") return [`std::string_view ${p.name}`];
    if (p.type.base === "void") return []; // the user pointer, which the binding needs
    throw new Error(`${c.name}: the C++ binding cannot pass ${p.name} on`);
  });
  return `
${doxygen([
  escapeDoxygen(c.doc),
  "An exception ends the watching; it is thrown when the forward is over.",
])}
using ${c.name} = std::function<void(${shown.join(", ")})>;
`;
}

/** Structures that callers see, without the members that the binding fills in. */
export function structures(api: Api): string {
  const roles = new Map<string, Set<string>>();
  for (const p of api.functions.flatMap((f) => f.parameters)) {
    const role = parameterRole(p);
    if (p.struct && role !== "supplied")
      roles.set(p.struct, (roles.get(p.struct) ?? new Set()).add(role));
  }
  const parts = api.structs.flatMap((s) => {
    const used = roles.get(s.name);
    return used ? [structure(s, used)] : [];
  });
  return `#pragma once

#include "c_predict_api.h"

namespace libpredict {
${parts.join("")}
} // namespace libpredict
`;
}

function structure(s: ApiStruct, roles: ReadonlySet<string>): string {
  const members = s.members.filter((m) => m.name !== "struct_size" && m.name !== "reserved");
  const array = members.find((m) => m.count !== undefined);
  if (array) throw new Error(`${s.name}.${array.name}: the C++ binding has no form for an array`);
  const fields = members.map(
    (m) => `${doxygen([escapeDoxygen(m.doc)], "    ")}\n    ${m.type} ${m.name} = 0;`,
  );
  const sized = s.members.some((m) => m.name === "struct_size");
  const conversions = `
namespace detail {
${
  roles.has("argument") || sized
    ? `
/** As C takes it${sized ? ", with its size" : ""}. */
inline ::${s.name} to_c(const capi::${s.name} &from) noexcept {
    ::${s.name} to = {};
${sized ? "    to.struct_size = sizeof to;\n" : ""}${members.map((m) => `    to.${m.name} = from.${m.name};`).join("\n")}
    return to;
}
`
    : ""
}${
  roles.has("result")
    ? `
/** As C gave it. */
inline capi::${s.name} from_c(const ::${s.name} &from) noexcept {
    capi::${s.name} to;
${members.map((m) => `    to.${m.name} = from.${m.name};`).join("\n")}
    return to;
}
`
    : ""
}
} // namespace detail
`;
  return `
namespace capi {

${doxygen([escapeDoxygen(s.doc)])}
struct ${s.name} {
${fields.join("\n")}
};

} // namespace capi
${conversions}`;
}
