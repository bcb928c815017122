// Models, and what predictors are made for.

package libpredict

import (
	"maps"
	"math"
	"runtime"
	"slices"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
)

// Model is a trained network: graph and weights, immutable, shared by its predictors. Any number of
// goroutines may use it.
type Model struct {
	library *Library
	handle  *capi.LPModelHandle
	cleanup runtime.Cleanup
}

// NewModel makes a model of the content of its files. params may be nil for a model without
// parameters. Neither is kept.
func (l *Library) NewModel(symbol, params []byte) (*Model, error) {
	if symbol == nil {
		symbol = []byte{}
	}
	handle, err := l.binding.LPModelCreate(symbol, uint64(len(symbol)), params, uint64(len(params)))
	if err != nil {
		return nil, err
	}
	return l.modelOf(handle), nil
}

func (l *Library) modelOf(handle *capi.LPModelHandle) *Model {
	m := &Model{library: l, handle: handle}
	// The backstop for what nobody closes; Close takes it away.
	m.cleanup = runtime.AddCleanup(m, func(handle *capi.LPModelHandle) { _ = l.binding.LPModelFree(handle) }, handle)
	return m
}

// Close gives the native memory back, once the model's predictors are closed too. A second Close
// returns an error that errors.Is ErrDisposed.
func (m *Model) Close() error {
	m.cleanup.Stop()
	return m.library.binding.LPModelFree(m.handle)
}

// Inputs are the names of the inputs: variables without a parameter, labels excepted.
func (m *Model) Inputs() ([]string, error) {
	defer runtime.KeepAlive(m)
	return namesOf(m.handle, m.library.binding.LPModelGetInputCount, m.library.binding.LPModelGetInputName)
}

// Outputs are the names of the outputs, such as softmax_output.
func (m *Model) Outputs() ([]string, error) {
	defer runtime.KeepAlive(m)
	return namesOf(m.handle, m.library.binding.LPModelGetOutputCount, m.library.binding.LPModelGetOutputName)
}

func namesOf(model *capi.LPModelHandle, count func(*capi.LPModelHandle) (uint32, error),
	name func(*capi.LPModelHandle, uint32) (string, error)) ([]string, error) {
	number, err := count(model)
	if err != nil {
		return nil, err
	}
	names := make([]string, number)
	for i := range names {
		if names[i], err = name(model, uint32(i)); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// Options say what a predictor is made for.
type Options struct {
	// Shapes of the inputs, by name. A dimension 0 means: not known, to be inferred.
	Shapes map[string][]int
	// DTypes are element types of inputs that are not float32.
	DTypes map[string]DType
	// Outputs names the outputs to compute, internal ones too; empty: those of the graph.
	Outputs []string
	// Threads that one run may use. 0: as the library decides, see LPOptions.
	Threads int
	// DisabledPasses are bits of LPPass to switch off.
	DisabledPasses uint32
	// Memory is what to save, time or memory.
	Memory MemoryMode
}

// MemoryMode is what a predictor saves.
type MemoryMode uint32

const (
	// MemoryFast saves time: weights may be held in a second, faster form, up to four times as large.
	MemoryFast MemoryMode = constants.LP_MEMORY_FAST
	// MemoryLean saves memory: one copy of the weights. Convolutions of 3x3 take two to three times
	// as long.
	MemoryLean MemoryMode = constants.LP_MEMORY_LEAN
)

// NewPredictor makes a predictor: it plans memory and packs weights for the given shapes.
//
// Errors: ErrName for an unknown input or output, near ones are listed; ErrShape and ErrDType for
// contradictions; ErrArgument for a negative dimension or number of threads, or an unknown memory mode;
// ErrDisposed.
func (m *Model) NewPredictor(options Options) (*Predictor, error) {
	defer runtime.KeepAlive(m)
	names, starts, dims, err := shapeArguments(options.Shapes)
	if err != nil {
		return nil, err
	}
	if options.Threads < 0 || options.Threads > math.MaxInt32 {
		return nil, failure(ErrArgument, "Threads must not be negative")
	}
	typed := slices.Sorted(maps.Keys(options.DTypes))
	types := make([]int32, len(typed))
	for i, name := range typed {
		types[i] = int32(options.DTypes[name])
	}
	handle, err := m.library.binding.LPPredCreate(m.handle, uint32(len(names)), names, starts, dims,
		uint32(len(typed)), typed, types, uint32(len(options.Outputs)), options.Outputs,
		&capi.LPOptions{NumThreads: uint32(options.Threads), DisabledPasses: options.DisabledPasses,
			MemoryMode: uint32(options.Memory)})
	if err != nil {
		return nil, err
	}
	return newPredictor(m.library, handle)
}
