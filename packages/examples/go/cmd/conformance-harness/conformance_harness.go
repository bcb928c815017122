// Command conformance-harness answers framed messages by calling a library through package capi.
//
//	conformance-harness [library]
//
// Without an argument the library is looked up as the binding does. The binding refuses stray
// pointers before C sees them, so this harness does not declare the feature pointers. The protocol
// is described in packages/conformance/README.md.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
)

type named struct {
	Name  string   `json:"name"`
	Shape []uint32 `json:"shape"`
	Code  int32    `json:"code"`
}

// request has the fields of every call.
type request struct {
	Call    string
	Handle  *int
	Symbol  string
	Keys    []named
	DTypes  []named
	Outputs []string
	Key     string
	DType   int32
	Size    uint32
	Index   uint32
	Step    int32
	Threads int32
	DevType *int32
	DevID   int32
	All     bool
	Remove  bool
}

type answer = map[string]any

const outputTypeSlots = 8

// table has handles by the numbers that the runner knows them under.
type table[T any] struct {
	handles map[int]*T
	next    int
}

func (t *table[T]) keep(handle *T) int {
	if t.handles == nil {
		t.handles = map[int]*T{}
	}
	t.next++
	t.handles[t.next] = handle
	return t.next
}

// get is nil, NULL, for a number that does not exist.
func (t *table[T]) get(number *int) *T {
	if number == nil {
		return nil
	}
	return t.handles[*number]
}

func (t *table[T]) take(number *int) *T {
	handle := t.get(number)
	if number != nil {
		delete(t.handles, *number)
	}
	return handle
}

func (t *table[T]) drain(free func(*T) error) error {
	var all []error
	for number, handle := range t.handles {
		delete(t.handles, number)
		all = append(all, free(handle))
	}
	return errors.Join(all...)
}

type harness struct {
	*capi.Binding
	predictors table[capi.PredictorHandle]
	lists      table[capi.NDListHandle]
	models     table[capi.LPModelHandle]
	seen       map[*capi.PredictorHandle][]string
}

func (h *harness) answer(m *request, payload []byte) (answer, []byte, error) {
	switch m.Call {
	case "hello":
		features := []string{"types", "partial-output", "multithread", "reshape", "partial-forward", "monitor", "ndlist"}
		if h.Has("LPGetVersion") {
			features = append(features, "lp")
		}
		return answer{"protocol": 1, "name": "go", "library": h.Path(), "features": features}, nil, nil
	case "begin":
		h.seen = map[*capi.PredictorHandle][]string{}
		return answer{}, nil, errors.Join(h.predictors.drain(h.MXPredFree), h.lists.drain(h.MXNDListFree), h.models.drain(h.LPModelFree))
	}
	call := calls[m.Call]
	if call == nil || m.Call[:2] == "LP" && !h.Has("LPGetVersion") {
		return answer{"unsupported": m.Call}, nil, nil
	}
	result, data, err := call(h, m, payload)
	if failure := (*capi.Error)(nil); errors.As(err, &failure) {
		result = answer{"rc": -1, "error": failure.Error()}
		for number := int32(1); constants.ErrorCodeOf(number) != ""; number++ {
			if constants.ErrorCodeOf(number) == failure.Code {
				result["code"] = number
			}
		}
		return result, nil, nil
	}
	if result == nil {
		result = answer{}
	}
	result["rc"] = 0
	return result, data, err
}

var calls map[string]func(h *harness, m *request, payload []byte) (answer, []byte, error)

func init() { // not a literal: the functions of the table use the table's own harness
	calls = map[string]func(h *harness, m *request, payload []byte) (answer, []byte, error){
		"MXGetLastError": func(h *harness, m *request, _ []byte) (answer, []byte, error) { return text(h.MXGetLastError()) },
		"MXPredCreate": func(h *harness, m *request, params []byte) (answer, []byte, error) {
			num, keys, starts, dims := m.shapes()
			return h.predictor(h.MXPredCreate(m.Symbol, params, int32(len(params)), m.devType(), m.DevID, num, keys, starts, dims))
		},
		"MXPredCreateEx": func(h *harness, m *request, params []byte) (answer, []byte, error) {
			num, keys, starts, dims := m.shapes()
			var names []string
			var codes []int32
			for _, d := range m.DTypes {
				names, codes = append(names, d.Name), append(codes, d.Code)
			}
			return h.predictor(h.MXPredCreateEx(m.Symbol, params, int32(len(params)), m.devType(), m.DevID, num, keys, starts, dims,
				uint32(len(names)), names, codes))
		},
		"MXPredCreatePartialOut": func(h *harness, m *request, params []byte) (answer, []byte, error) {
			num, keys, starts, dims := m.shapes()
			return h.predictor(h.MXPredCreatePartialOut(m.Symbol, params, int32(len(params)), m.devType(), m.DevID, num, keys, starts, dims,
				uint32(len(m.Outputs)), m.Outputs))
		},
		"MXPredCreateMultiThread": func(h *harness, m *request, params []byte) (answer, []byte, error) {
			num, keys, starts, dims := m.shapes()
			made, err := h.MXPredCreateMultiThread(m.Symbol, params, int32(len(params)), m.devType(), m.DevID, num, keys, starts, dims, m.Threads)
			numbers := []int{}
			for _, handle := range made {
				numbers = append(numbers, h.predictors.keep(handle))
			}
			return answer{"handles": numbers}, nil, err
		},
		"MXPredReshape": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			num, keys, starts, dims := m.shapes()
			return h.predictor(h.MXPredReshape(num, keys, starts, dims, h.predictors.get(m.Handle)))
		},
		"MXPredGetOutputShape": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			shape, _, err := h.MXPredGetOutputShape(h.predictors.get(m.Handle), m.Index)
			return answer{"shape": shape}, nil, err
		},
		"MXPredGetOutputType": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			dtype, err := h.MXPredGetOutputType(h.predictors.get(m.Handle), m.Index)
			slots := []int32{dtype}
			for len(slots) < outputTypeSlots {
				slots = append(slots, -1)
			}
			return answer{"slots": slots}, nil, err
		},
		"MXPredSetInput": func(h *harness, m *request, payload []byte) (answer, []byte, error) {
			elements, _, err := elementsOf(m.DType, payload)
			if err != nil {
				return nil, nil, err
			}
			return nil, nil, h.MXPredSetInput(h.predictors.get(m.Handle), m.Key, elements, m.Size)
		},
		"MXPredForward": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			err := h.MXPredForward(h.predictors.get(m.Handle))
			return h.monitored(m, answer{}), nil, err
		},
		"MXPredPartialForward": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			left, err := h.MXPredPartialForward(h.predictors.get(m.Handle), m.Step)
			return h.monitored(m, answer{"left": left}), nil, err
		},
		"MXPredGetOutput": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			elements, memory, err := elementsOf(m.DType, make([]byte, int(m.Size)*elementBytes(m.DType)))
			if err != nil {
				return nil, nil, err
			}
			return nil, memory, h.MXPredGetOutput(h.predictors.get(m.Handle), m.Index, elements, m.Size)
		},
		"MXPredFree": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			return nil, nil, h.MXPredFree(h.predictors.take(m.Handle))
		},
		"MXPredSetMonitorCallback": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			handle := h.predictors.get(m.Handle)
			note := func(name string, _ *capi.NDArrayHandle) { h.seen[handle] = append(h.seen[handle], name) }
			if m.Remove {
				note = nil
			}
			err := h.MXPredSetMonitorCallback(handle, note, m.All)
			if err == nil {
				h.seen[handle] = []string{}
			}
			return nil, nil, err
		},
		"MXNDListCreate": func(h *harness, m *request, file []byte) (answer, []byte, error) {
			list, length, err := h.MXNDListCreate(file, int32(len(file)))
			if err != nil {
				return nil, nil, err
			}
			return answer{"handle": h.lists.keep(list), "length": length}, nil, nil
		},
		"MXNDListGet": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			key, data, shape, _, err := h.MXNDListGet(h.lists.get(m.Handle), m.Index)
			return answer{"key": key, "shape": shape}, bytesOf(data), err
		},
		"MXNDListFree": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			return nil, nil, h.MXNDListFree(h.lists.take(m.Handle))
		},
		"LPGetVersion":   func(h *harness, _ *request, _ []byte) (answer, []byte, error) { return text(h.LPGetVersion()) },
		"LPGetBuildInfo": func(h *harness, _ *request, _ []byte) (answer, []byte, error) { return text(h.LPGetBuildInfo()) },
		"LPModelCreate": func(h *harness, m *request, params []byte) (answer, []byte, error) {
			model, err := h.LPModelCreate([]byte(m.Symbol), uint64(len(m.Symbol)), params, uint64(len(params)))
			if err != nil {
				return nil, nil, err
			}
			return answer{"handle": h.models.keep(model)}, nil, nil
		},
		"LPModelFree": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			return nil, nil, h.LPModelFree(h.models.take(m.Handle))
		},
		"LPModelGetInputNames": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			return h.names(m, h.LPModelGetInputCount, h.LPModelGetInputName)
		},
		"LPModelGetOutputNames": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			return h.names(m, h.LPModelGetOutputCount, h.LPModelGetOutputName)
		},
		"LPPredCreate": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			num, keys, starts, dims := m.shapes()
			return h.predictor(h.LPPredCreate(h.models.get(m.Handle), num, keys, starts, dims, 0, nil, nil,
				uint32(len(m.Outputs)), m.Outputs, nil))
		},
		"LPPredGetInputInfo": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			name, dtype, dims, _, err := h.LPPredGetInputInfo(h.predictors.get(m.Handle), m.Index)
			return answer{"name": name, "dtype": dtype, "shape": dims}, nil, err
		},
		"LPPredGetOutputInfo": func(h *harness, m *request, _ []byte) (answer, []byte, error) {
			name, dtype, dims, _, err := h.LPPredGetOutputInfo(h.predictors.get(m.Handle), m.Index)
			return answer{"name": name, "dtype": dtype, "shape": dims}, nil, err
		},
		"LPPredSetInput": func(h *harness, m *request, payload []byte) (answer, []byte, error) {
			return nil, nil, h.LPPredSetInput(h.predictors.get(m.Handle), m.Key, m.DType, payload, uint64(len(payload)))
		},
		"LPCheckModel": (*harness).checkModel,
	}
}

func text(result string, err error) (answer, []byte, error) { return answer{"text": result}, nil, err }

func (h *harness) predictor(made *capi.PredictorHandle, err error) (answer, []byte, error) {
	if err != nil {
		return nil, nil, err
	}
	return answer{"handle": h.predictors.keep(made)}, nil, nil
}

// monitored adds what the callback saw since the last forward, if there is one.
func (h *harness) monitored(m *request, result answer) answer {
	handle := h.predictors.get(m.Handle)
	if names, set := h.seen[handle]; set {
		result["monitor"] = names
		h.seen[handle] = []string{}
	}
	return result
}

func (h *harness) names(m *request, count func(*capi.LPModelHandle) (uint32, error), name func(*capi.LPModelHandle, uint32) (string, error)) (answer, []byte, error) {
	number, err := count(h.models.get(m.Handle))
	names := make([]string, number)
	for i := range names {
		if err == nil {
			names[i], err = name(h.models.get(m.Handle), uint32(i))
		}
	}
	return answer{"names": names}, nil, err
}

func (h *harness) checkModel(m *request, _ []byte) (answer, []byte, error) {
	symbol := []byte(m.Symbol)
	size, _, err := h.LPCheckModel(symbol, uint64(len(symbol)), nil, 0)
	report := make([]byte, size)
	if err == nil {
		_, _, err = h.LPCheckModel(symbol, uint64(len(symbol)), report, size)
	}
	if err != nil {
		return nil, nil, err
	}
	var found struct{ Errors, Warnings []struct{ Node string } }
	if err := json.Unmarshal(report[:size-1], &found); err != nil {
		return nil, nil, err
	}
	errorNodes, warningNodes := []string{}, []string{}
	for _, entry := range found.Errors {
		errorNodes = append(errorNodes, entry.Node)
	}
	for _, entry := range found.Warnings {
		warningNodes = append(warningNodes, entry.Node)
	}
	return answer{"errors": errorNodes, "warnings": warningNodes}, nil, nil
}

func (m *request) devType() int32 {
	if m.DevType == nil {
		return 1
	}
	return *m.DevType
}

// shapes gives number, names, where each shape begins, and all dimensions.
func (m *request) shapes() (uint32, []string, []uint32, []uint32) {
	if m.Keys == nil {
		return 0, nil, nil, nil
	}
	names, starts, dims := []string{}, []uint32{0}, []uint32{}
	for _, key := range m.Keys {
		names, dims = append(names, key.Name), append(dims, key.Shape...)
		starts = append(starts, uint32(len(dims)))
	}
	return uint32(len(names)), names, starts, dims
}

func serve() error {
	out, err := privateStdout()
	if err != nil {
		return err
	}
	options := capi.LoadOptions{}
	if len(os.Args) > 1 {
		options.Path = os.Args[1]
	}
	binding, err := capi.Load(options)
	if err != nil {
		return err
	}
	h := &harness{Binding: binding}
	for {
		m, payload, err := readFrame(os.Stdin)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		result, data, err := h.answer(m, payload)
		if err == nil {
			err = writeFrame(out, result, data)
		}
		if err != nil {
			return err
		}
	}
}

func main() {
	runtime.LockOSThread() // MXGetLastError speaks of the thread's last error
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
