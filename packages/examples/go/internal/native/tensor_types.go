// Element types of the tensors behind functions whose C type says float.

package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"github.com/ebitengine/purego"

	"libpredict/gen/constants"
)

// tensorTypes knows the element type of the tensors behind MXPredSetInput and MXPredGetOutput,
// whose C type says float whatever they are. Without it a slice of another type would be read or
// written past its end.
//
// Outputs are asked of the library. Inputs and weights are asked of it where it can tell; a library
// with part one only cannot, so the types given to MXPredCreateEx are remembered, and of anything
// else nothing is known.
type tensorTypes struct {
	inputs  map[string]int32
	weights map[string]int32 // asked for when one is set
	outputs []int32          // by index; unknownType where nobody asked yet
}

const (
	unknownType    int32 = -1
	maxOutputIndex       = 1 << 16
)

// outputTypeCells is how many integers MXPredGetOutputType may write: the reference writes element
// out_index of what should be one integer.
func outputTypeCells(index uint32) int { return int(index) + 1 }

// typeOfCells reads what either of them wrote into zeros.
func typeOfCells(cells []int32) int32 {
	if last := cells[len(cells)-1]; last != 0 {
		return last
	}
	return cells[0]
}

// InputType is the element type of an input or weight of the handle that the call holds; unknownType
// where the library cannot tell, float32 for a name that it will refuse.
func (c *Call) InputType(key string) int32 {
	if c.err != nil {
		return unknownType
	}
	types := &c.handle.types
	if types.inputs == nil && c.library.has(constants.FnLPPredGetInputInfo) {
		types.inputs = c.library.inputTypes(c.handle.address)
	}
	if dtype, known := types.inputs[key]; known {
		return dtype
	}
	if !c.library.has(constants.FnLPPredDescribe) {
		return unknownType
	}
	if types.weights == nil {
		weights, err := c.library.variableTypes(c.handle.address)
		if err != nil {
			c.Fail(constants.ErrInternal, "the library's description of the predictor: %v", err)
			return unknownType
		}
		types.weights = weights
	}
	return types.weights[key] // 0 is float32
}

// dtypeWords are the types of LPDType in its order, as descriptions call them.
var dtypeWords = []string{"float32", "float64", "float16", "uint8", "int32", "int8", "int64", "bool"}

// variableTypes reads the types of all variables out of the description of a predictor.
func (l *Library) variableTypes(predictor uintptr) (map[string]int32, error) {
	describe := l.addresses[constants.FnLPPredDescribe]
	size := new(uint64)
	report := []byte{0}
	for range 2 { // the first tells the size
		status, _, _ := purego.SyscallN(describe, predictor, uintptr(unsafe.Pointer(unsafe.SliceData(report))),
			uintptr(len(report)), uintptr(unsafe.Pointer(size)))
		if int32(status) != 0 {
			_, text := l.lastError()
			return nil, errors.New(text)
		}
		if uint64(len(report)) < *size {
			report = make([]byte, *size)
		}
	}
	var description struct {
		Nodes []struct {
			Name, Op string
			Outputs  []struct{ Dtype string }
		}
	}
	if err := json.Unmarshal(report[:*size-1], &description); err != nil {
		return nil, err
	}
	known := map[string]int32{}
	for _, node := range description.Nodes {
		if node.Op != "null" || len(node.Outputs) != 1 {
			continue
		}
		dtype := slices.Index(dtypeWords, node.Outputs[0].Dtype)
		if dtype < 0 {
			return nil, fmt.Errorf("an element type %q", node.Outputs[0].Dtype)
		}
		known[node.Name] = int32(dtype)
	}
	return known, nil
}

func (l *Library) inputTypes(predictor uintptr) map[string]int32 {
	cells := new(struct {
		name, dims         unsafe.Pointer
		count, dtype, ndim uint32
	})
	known := map[string]int32{}
	if status, _, _ := purego.SyscallN(l.addresses[constants.FnLPPredGetInputCount], predictor,
		uintptr(unsafe.Pointer(&cells.count))); int32(status) != 0 {
		return known
	}
	for i := range cells.count {
		status, _, _ := purego.SyscallN(l.addresses[constants.FnLPPredGetInputInfo], predictor, uintptr(i),
			uintptr(unsafe.Pointer(&cells.name)), uintptr(unsafe.Pointer(&cells.dtype)),
			uintptr(unsafe.Pointer(&cells.dims)), uintptr(unsafe.Pointer(&cells.ndim)))
		if int32(status) == 0 {
			known[copyText(cells.name)] = int32(cells.dtype)
		}
	}
	return known
}

// OutputType is the element type of an output of the handle that the call holds; float32 for an
// index that the library refuses: the call itself will say so.
func (c *Call) OutputType(index uint32) int32 {
	if c.err != nil || index > maxOutputIndex {
		return int32(constants.LP_FLOAT32)
	}
	types := &c.handle.types
	if int(index) < len(types.outputs) && types.outputs[index] != unknownType {
		return types.outputs[index]
	}
	cells := make([]int32, outputTypeCells(index))
	status, _, _ := purego.SyscallN(c.library.addresses[constants.FnMXPredGetOutputType], c.handle.address,
		uintptr(index), uintptr(unsafe.Pointer(unsafe.SliceData(cells))))
	if int32(status) != 0 {
		return int32(constants.LP_FLOAT32)
	}
	for len(types.outputs) <= int(index) {
		types.outputs = append(types.outputs, unknownType)
	}
	types.outputs[index] = typeOfCells(cells)
	return types.outputs[index]
}

// RememberTypes keeps the types given at the creation of a predictor, where the library cannot tell.
func (c *Call) RememberTypes(made *Handle, names []string, types []int32) {
	if made == nil || c.library.has(constants.FnLPPredGetInputInfo) {
		return
	}
	made.types.inputs = map[string]int32{}
	for i, name := range names {
		made.types.inputs[name] = types[i]
	}
}

// InheritTypes gives a reshaped predictor the types of the old one, which the call holds.
func (c *Call) InheritTypes(made *Handle) {
	if made != nil {
		made.types.inputs = c.handle.types.inputs // never written to again
	}
}
