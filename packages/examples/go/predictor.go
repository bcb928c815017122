// Predictors: setting inputs, running, reading outputs.

package libpredict

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
)

// Predictor is a model bound to input shapes, with memory of its own for inputs, activations and
// outputs. One goroutine at a time uses it.
type Predictor struct {
	library *Library
	handle  *capi.PredictorHandle
	inputs  []TensorInfo
	outputs []TensorInfo
	// Methods keep the predictor alive until they end, or the cleanup could free what they use.
	cleanup runtime.Cleanup
}

func newPredictor(library *Library, handle *capi.PredictorHandle) (*Predictor, error) {
	b := library.binding
	inputs, err := infosOf(handle, b.LPPredGetInputCount, b.LPPredGetInputInfo)
	var outputs []TensorInfo
	if err == nil {
		outputs, err = infosOf(handle, b.LPPredGetOutputCount, b.LPPredGetOutputInfo)
	}
	if err != nil {
		return nil, errors.Join(err, b.MXPredFree(handle))
	}
	p := &Predictor{library: library, handle: handle, inputs: inputs, outputs: outputs}
	// The backstop for what nobody closes; Close takes it away.
	p.cleanup = runtime.AddCleanup(p, func(handle *capi.PredictorHandle) { _ = b.MXPredFree(handle) }, handle)
	return p, nil
}

// Close gives the native memory back; at the end of the call that is running, if one is. A second
// Close returns an error that errors.Is ErrDisposed.
func (p *Predictor) Close() error {
	p.cleanup.Stop()
	return p.library.binding.MXPredFree(p.handle)
}

// Inputs tells name, element type and shape of each input.
func (p *Predictor) Inputs() []TensorInfo { return cloneInfos(p.inputs) }

// Outputs tells name, element type and shape of each output.
func (p *Predictor) Outputs() []TensorInfo { return cloneInfos(p.outputs) }

// OutputIndex finds an output by its name; softmax means softmax_output too. The error is ErrName.
func (p *Predictor) OutputIndex(name string) (int, error) {
	names := make([]string, len(p.outputs))
	for i, output := range p.outputs {
		if output.Name == name || output.Name == name+"_output" {
			return i, nil
		}
		names[i] = output.Name
	}
	return 0, failure(ErrName, fmt.Sprintf("no output %q; there are %s", name, strings.Join(names, ", ")))
}

// SetInput copies data, row by row, into an input. They stay until they are set again; inputs that
// are never set are zeros. A weight may be set by its name too, and becomes this predictor's own.
//
// Errors: ErrName, ErrDType, ErrSize if there is no such input or data do not fit it; nothing is
// converted. ErrBusy, ErrDisposed.
func SetInput[T Element](p *Predictor, name string, data []T) error {
	defer runtime.KeepAlive(p)
	dtype := dtypeOf[T]()
	for i := range p.inputs {
		// []uint8 holds bools, too.
		if p.inputs[i].Name == name && fits[T](p.inputs[i].DType) {
			dtype = p.inputs[i].DType
		}
	}
	bytes := bytesOf(data)
	return p.library.binding.LPPredSetInput(p.handle, name, int32(dtype), bytes, uint64(len(bytes)))
}

// Run computes the outputs from the inputs.
//
// When the context ends, so does the run, before the next node of the network; the context's error is
// wrapped and returned. The outputs are undefined then, and the predictor can be used again: the next
// Run computes everything anew. A run that was through already is no error.
//
// Errors: ErrMissing for a weight that is neither in the parameters nor was set; ErrUnsupported for
// values that an operator cannot take; ErrUnavailable for a context that can end with a library that
// cannot be stopped; ErrBusy, ErrDisposed.
func (p *Predictor) Run(ctx context.Context) error {
	defer runtime.KeepAlive(p)
	if ctx.Done() == nil {
		return p.library.binding.MXPredForward(p.handle)
	}
	if err := ctx.Err(); err != nil {
		return stopped(ctx, err)
	}
	err := p.library.binding.MXPredForwardContext(ctx, p.handle)
	if errors.Is(err, constants.ErrCancelled) {
		return stopped(ctx, ctx.Err())
	}
	return err
}

func stopped(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != err {
		return fmt.Errorf("the run was stopped: %w: %w", err, cause)
	}
	return fmt.Errorf("the run was stopped: %w", err)
}

// Output copies an output.
//
// Errors: ErrIndex; ErrDType if []T does not hold its elements; ErrState before the first Run;
// ErrBusy, ErrDisposed.
func Output[T Element](p *Predictor, index int) ([]T, error) {
	defer runtime.KeepAlive(p)
	if err := p.checkIndex(index); err != nil {
		return nil, err
	}
	data := make([]T, p.outputs[index].Len())
	if err := OutputInto(p, index, data); err != nil {
		return nil, err
	}
	return data, nil
}

// OutputInto is Output into a slice of exactly the output's length. It allocates nothing.
func OutputInto[T Element](p *Predictor, index int, data []T) error {
	defer runtime.KeepAlive(p)
	if err := p.checkIndex(index); err != nil {
		return err
	}
	if len(data) > math.MaxUint32 {
		return failure(ErrSize, "the output has more elements than MXPredGetOutput can copy: use WithOutput")
	}
	return p.library.binding.MXPredGetOutput(p.handle, uint32(index), capi.ElementsOf(data), uint32(len(data)))
}

// WithOutput lends an output to a function without copying it; the predictor is busy meanwhile.
// The tensor, and slices of its data, must not be kept: the next Run overwrites them, Close frees
// them. What use returns is returned. Errors as of Output.
func (p *Predictor) WithOutput(index int, use func(Tensor) error) error {
	defer runtime.KeepAlive(p)
	if err := p.checkIndex(index); err != nil {
		return err
	}
	return p.library.binding.LPPredGetOutputDataLent(p.handle, uint32(index), func(data []byte) error {
		return use(Tensor{cloneInfo(p.outputs[index]), data})
	})
}

func (p *Predictor) checkIndex(index int) error {
	if index < 0 || index >= len(p.outputs) {
		return failure(ErrIndex, fmt.Sprintf("no output %d: there are %d", index, len(p.outputs)))
	}
	return nil
}

// Reshape makes a new predictor with other input shapes, which shares the weights. Inputs that are
// not named keep their shapes; their content is not carried over. The old one stays usable, and
// each is closed on its own. Element types, chosen outputs and options are kept; a monitor is not.
//
// Errors: ErrName for what is no input; ErrShape; ErrArgument for a negative dimension; ErrBusy,
// ErrDisposed.
func (p *Predictor) Reshape(shapes map[string][]int) (*Predictor, error) {
	defer runtime.KeepAlive(p)
	names, starts, dims, err := shapeArguments(shapes)
	if err != nil {
		return nil, err
	}
	for _, name := range names { // the library would ignore it
		if !slices.ContainsFunc(p.inputs, func(i TensorInfo) bool { return i.Name == name }) {
			return nil, failure(ErrName, fmt.Sprintf("no input %q", name))
		}
	}
	handle, err := p.library.binding.MXPredReshape(uint32(len(names)), names, starts, dims, p.handle)
	if err != nil {
		return nil, err
	}
	return newPredictor(p.library, handle)
}

// SetMonitor has a function called with every tensor of each later Run, in the order of execution,
// on the goroutine of Run; with inputs also before each node with what goes into it. nil takes it
// away. A run with a monitor is slower. The tensors may be kept.
//
// The function must not use the predictor: that gives ErrBusy. If it panics, Run goes on without it
// and panics with a *CallbackPanic at its end. It must not end the goroutine (runtime.Goexit,
// t.FailNow): the predictor would stay busy for ever.
func (p *Predictor) SetMonitor(inputs bool, watch func(Tensor)) error {
	defer runtime.KeepAlive(p)
	if watch == nil {
		return p.library.binding.MXPredSetMonitorCallback(p.handle, nil, inputs)
	}
	b := p.library.binding
	return b.MXPredSetMonitorCallback(p.handle, func(name string, array *capi.NDArrayHandle) {
		dtype, dims, _, data, _, err := b.LPArrayGetInfo(array)
		if err != nil {
			panic(err) // becomes a CallbackPanic
		}
		watch(Tensor{TensorInfo{name, DType(dtype), shapeOf(dims)}, data})
	}, inputs)
}

// Stats is what a predictor and its model occupy, in bytes, and how many nodes are left to run.
type Stats = capi.LPStats

// Stats tells what the predictor occupies.
func (p *Predictor) Stats() (Stats, error) {
	defer runtime.KeepAlive(p)
	return p.library.binding.LPPredGetStats(p.handle)
}

// Describe describes the predictor's graph as JSON: nodes, shapes, parameters, costs. The generated
// package says what is in it, at LPPredDescribe.
func (p *Predictor) Describe() ([]byte, error) {
	defer runtime.KeepAlive(p)
	return report(func(memory []byte, capacity uint64) (uint64, error) {
		return p.library.binding.LPPredDescribe(p.handle, memory, capacity)
	})
}

// shapeArguments are names, where each shape begins, and all dimensions, in the order of the names.
func shapeArguments(shapes map[string][]int) (names []string, starts, dims []uint32, err error) {
	names = slices.Sorted(maps.Keys(shapes))
	starts = []uint32{0}
	for _, name := range names {
		for _, dim := range shapes[name] {
			if dim < 0 || dim > math.MaxUint32 {
				return nil, nil, nil, failure(ErrArgument, fmt.Sprintf("shape of %q: %d is no dimension", name, dim))
			}
			dims = append(dims, uint32(dim))
		}
		starts = append(starts, uint32(len(dims)))
	}
	return names, starts, dims, nil
}
