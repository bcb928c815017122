// The loaded library, and what it tells without a model.

package libpredict

import (
	"encoding/json"
	"strings"

	"libpredict/gen/capi"
)

// Library is the loaded native library. It stays loaded until the process ends, so there is nothing
// to close.
type Library struct{ binding *capi.Binding }

// Open finds and loads the native library; one that is loaded already is not loaded again.
//
// With a path it loads that file, or the library in that folder, and nothing else. Without one ("")
// it tries, in order: the environment variable LIBPREDICT_PATH; an installed library, as the
// system's loader finds it; the folder of the program; the workspace build, beside the sources that
// the program was compiled from. A failure is a *LoadError, which lists all of them.
func Open(path string) (*Library, error) {
	binding, err := capi.Load(capi.LoadOptions{Path: path})
	if err != nil {
		return nil, err
	}
	return &Library{binding}, nil
}

// Path is the file that was loaded, or its bare name if the system's loader found it.
func (l *Library) Path() string { return l.binding.Path() }

// Version of the library, such as "0.1.0".
func (l *Library) Version() (string, error) { return l.binding.LPGetVersion() }

// BuildInfo tells how the library was built and what it uses on this machine, as pairs key=value.
func (l *Library) BuildInfo() (string, error) { return l.binding.LPGetBuildInfo() }

// Operators lists the names of all operators that the library has, aliases included.
func (l *Library) Operators() ([]string, error) {
	text, err := report(l.binding.LPListOperators)
	return strings.Fields(string(text)), err
}

// Finding is something that stands in the way of a model, or is ignored in it.
type Finding struct {
	// Code is a number of LPErrorCode.
	Code int
	// Node and Op are where it is.
	Node, Op string
	Text     string
	// Remedy: what to do, where something is known.
	Remedy string
}

// Findings is what CheckModel reports.
type Findings struct {
	// Errors: operators and modes that are not supported, bad attributes. None: the model can be run.
	Errors []Finding
	// Warnings: attributes that are not known and are ignored.
	Warnings []Finding
	// Weights: variables that a parameter file must give.
	Weights []string
}

// CheckModel says all at once what stands in the way of running a model.
func (l *Library) CheckModel(symbol []byte) (Findings, error) {
	var found Findings
	if symbol == nil {
		symbol = []byte{}
	}
	text, err := report(func(memory []byte, capacity uint64) (uint64, error) {
		size, _, err := l.binding.LPCheckModel(symbol, uint64(len(symbol)), memory, capacity)
		return size, err
	})
	if err == nil {
		err = json.Unmarshal(text, &found)
	}
	return found, err
}

// report asks for a text's size, then for the text. The NUL at its end is taken off.
func report(ask func(memory []byte, capacity uint64) (uint64, error)) ([]byte, error) {
	size, err := ask(nil, 0)
	if err != nil {
		return nil, err
	}
	memory := make([]byte, size)
	if _, err := ask(memory, size); err != nil {
		return nil, err
	}
	return memory[:size-1], nil
}
