/** Back end: handles, structures, callbacks and the binding's own type, for Go. */
import type { Api, ApiCallback, ApiStruct } from "../api-description.js";
import { parameterRole } from "./api-index.js";
import type { Output } from "./backend.js";
import { goFile } from "./go-constants.js";
import { goDoc } from "./go-doc.js";
import { notExposed } from "./go-exposure.js";
import { exportedName, GoNames } from "./go-names.js";

export function goTypes(api: Api): Output[] {
  const at = (name: string): string => `examples/go/gen/capi/${name}.go`;
  return [
    { path: at("handle_types"), text: goFile(api, "package capi") + handles(api) },
    { path: at("struct_types"), text: goFile(api, "package capi") + structs(api) },
    { path: at("callback_types"), text: goFile(api, "package capi") + callbacks(api) },
  ];
}

function handles(api: Api): string {
  const types = api.handles.map((h) => {
    const owner = h.release
      ? `Give it back with ${h.release}.`
      : "Never owned by the caller; valid during the call that hands it over.";
    return `
${goDoc([`${h.name}: ${h.doc}`, owner])}
type ${h.name} struct{ native *native.Handle }

// State tells whether the handle may be used now.
func (h *${h.name}) State() HandleState {
	if raw := h.raw(); raw != nil {
		return raw.State()
	}
	return native.Freed
}

// raw is nil for nil, and for a handle that the library did not make.
func (h *${h.name}) raw() *native.Handle {
	if h == nil {
		return nil
	}
	return h.native
}

func new${h.name}(raw *native.Handle) *${h.name} {
	if raw == nil {
		return nil
	}
	return &${h.name}{raw}
}
`;
  });
  return `
import "libpredict/internal/native"
${types.join("")}`;
}

// --- structures ---

/** The structures that a caller sees; an LPError becomes the error of the call. */
function shownStructs(api: Api): ApiStruct[] {
  const shown = new Set(
    api.functions
      .filter((f) => !(f.name in notExposed))
      .flatMap((f) => f.parameters)
      .filter((p) => p.kind === "struct" && parameterRole(p) !== "supplied")
      .map((p) => p.struct),
  );
  return api.structs.filter((s) => shown.has(s.name));
}

function structs(api: Api): string {
  const names = new GoNames(api);
  const types = shownStructs(api).map((s) => {
    const members = s.members.map((m) => {
      if (m.count !== undefined) throw new Error(`${s.name}.${m.name}: Go has no array members`);
      const type = names.member(m.type);
      const field = fieldName(m.name);
      return `${goDoc([`${field} (${m.name}): ${m.doc}`], "\t")}\n\t${field} ${type}`;
    });
    const checks = s.members
      .filter((m) => m.name !== "reserved")
      .map(
        (m) =>
          `var _ [unsafe.Offsetof(${s.name}{}.${fieldName(m.name)})]struct{} = [${m.offset}]struct{}{}`,
      );
    return `
${goDoc([`${s.name}: ${s.doc}`])}
type ${s.name} struct {
${members.join("\n")}
}

// Size and offsets are those of C.
var _ [unsafe.Sizeof(${s.name}{})]struct{} = [${s.sizeBytes}]struct{}{}
${checks.join("\n")}
`;
  });
  return `
import "unsafe"
${types.join("")}`;
}

/** What the binding fills in, or nobody, is not exported. */
function fieldName(member: string): string {
  if (member === "struct_size") return "structSize";
  return member === "reserved" ? "_" : exportedName(member);
}

// --- callbacks ---

/** The callbacks that a caller passes. @throws Error for one of a form that the binding cannot call */
function callbacks(api: Api): string {
  const used = new Set(
    api.functions
      .filter((f) => !(f.name in notExposed))
      .flatMap((f) => f.parameters)
      .filter((p) => p.kind === "callback")
      .map((p) => p.type.base),
  );
  const types = api.callbacks
    .filter((c) => used.has(c.name))
    .map((c) => {
      const handle = lentHandle(api, c);
      return `
${goDoc([`${c.name}: ${c.doc}`, "If it panics, it is not called again during the forward, and the forward panics with a CallbackPanic when it is over. It must not end the goroutine (runtime.Goexit, t.FailNow): the predictor would stay busy for ever."])}
type ${c.name} func(name string, array *${handle})

func (f ${c.name}) native() native.Monitor {
	if f == nil {
		return nil
	}
	return func(name string, array *native.Handle) { f(name, new${handle}(array)) }
}
`;
    });
  return `
import "libpredict/internal/native"
${types.join("")}`;
}

/** The handle that a monitor callback is lent. */
export function lentHandle(api: Api, callback: ApiCallback): string {
  const [name, array, user] = callback.parameters;
  const handle = api.handles.find((h) => h.name === array?.type.base)?.name;
  const fits =
    callback.parameters.length === 3 &&
    callback.returns.base === "void" &&
    callback.returns.pointers === 0 &&
    name?.type.base === "char" &&
    name.type.pointers === 1 &&
    user?.type.base === "void" &&
    user.type.pointers === 1;
  if (!fits || handle === undefined)
    throw new Error(`${callback.name}: Go can make callbacks (name, handle, user) only`);
  return handle;
}
