/** Back end: the low-level layer of the Go binding, one method per C function. */
import type { Api } from "../api-description.js";
import type { Backend } from "./backend.js";
import { goConstants, goFile } from "./go-constants.js";
import { checkExposure } from "./go-exposure.js";
import { GoMethods } from "./go-methods.js";
import { goTypes } from "./go-types.js";

export const goBinding: Backend = {
  name: "go-binding",
  generate: (api) => {
    checkExposure(api);
    return [
      ...goConstants(api),
      ...goTypes(api),
      { path: "examples/go/gen/capi/binding.go", text: goFile(api, packageDoc) + binding(api) },
      {
        path: "examples/go/gen/capi/binding_functions.go",
        text: goFile(api, "package capi") + new GoMethods(api).text(),
      },
    ];
  },
};

const packageDoc = `// Package capi has the functions of c_predict_api.h, one method each, under their C names.
//
// Arguments stand in C's order. What a function writes is returned. Memory that the library owns is
// copied out. nil stands for NULL. A failure is an *Error; error parameters and user pointers are
// supplied by the binding. Besides the errors named at each method, every method can give argument
// (a string with a NUL, a negative length, nil where there must be something), dtype (a slice of
// another element type), size (a slice of another length), handle (nil, or a handle of another
// library), disposed (a handle that was freed), busy (a handle that a running call uses) and
// unavailable (the library does not have the function). None of these reaches C.
//
// A handle that is given back while a call uses it is freed when that call ends. Handles that are
// forgotten leak: this layer has no policy. Package libpredict has a backstop.
package capi`;

function binding(api: Api): string {
  const own = {
    Disposed: "a handle was used after it was freed.",
    Busy: "a running call uses the handle.",
    Unavailable: "the library does not have the function.",
    Load: "no library could be loaded.",
    Unknown: "the call failed, and the library gives no code (it has only part one of the header).",
  };
  return `
import "libpredict/internal/native"

// Types of the runtime that methods take and return.
type (
	// Error is a call that failed, in the library or before it got there.
	Error = native.Error
	// LoadError says that no library was found. It lists every place and why it failed.
	LoadError = native.LoadError
	// LoadAttempt is one place where a library was looked for.
	LoadAttempt = native.LoadAttempt
	// LoadOptions say where to look for the library.
	LoadOptions = native.LoadOptions
	// Element is what a slice of a tensor's elements may hold.
	Element = native.Element
	// Elements is a slice of any element type; ElementsOf makes one.
	Elements = native.Elements
	// Float16 is a 16-bit IEEE float, as its bits.
	Float16 = native.Float16
	// HandleState says whether a handle may be used.
	HandleState = native.HandleState
	// CallbackPanic is what a forward panics with after its monitor callback panicked.
	CallbackPanic = native.CallbackPanic
)

// The states of a handle.
const (
	// Alive: it may be used.
	Alive = native.Alive
	// Busy: a call is running on it.
	Busy = native.Busy
	// Freed: it was given back, or will be when the running call ends.
	Freed = native.Freed
)

// The words that only a binding has, besides the library's error codes in package constants.
const (
${Object.entries(own)
  .map(([word, doc]) => `\t// Err${word}: ${doc}\n\tErr${word} = native.Err${word}`)
  .join("\n")}
)

// ElementsOf lends a slice to a call.
func ElementsOf[T Element](slice []T) Elements { return native.ElementsOf(slice) }

// Binding has the functions of ${api.source} of one loaded library. It does not change, and any
// number of goroutines may use it.
type Binding struct{ library *native.Library }

// Load finds and loads the library; see LoadOptions. Without a path the places are, in order: the
// environment variable LIBPREDICT_PATH, an installed library as the system's loader finds it,
// beside the program, the workspace build. A failure is a *LoadError.
func Load(options LoadOptions) (*Binding, error) {
	library, err := native.Load(options)
	if err != nil {
		return nil, err
	}
	return &Binding{library}, nil
}

// Path is the file that was loaded, or its bare name if the system's loader found it.
func (b *Binding) Path() string { return b.library.Path() }

// Has tells whether the library has a function. One with part one of the header only lacks those
// that begin with LP.
func (b *Binding) Has(name string) bool { return b.library.Has(name) }
`;
}
