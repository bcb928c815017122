package native_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
	"libpredict/internal/testkit"
)

func load(t testing.TB, path string) *capi.Binding {
	t.Helper()
	b, err := capi.Load(capi.LoadOptions{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func realLibrary(t testing.TB) *capi.Binding {
	t.Helper()
	return load(t, testkit.LibraryPath(t))
}

// wants checks the code of an error, and that the text names the C function and what is said.
func wants(t *testing.T, err error, code constants.ErrorCode, texts ...string) {
	t.Helper()
	if !errors.Is(err, code) {
		t.Fatalf("got %v, want code %s", err, code)
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("%q does not say %q", err, text)
		}
	}
}

var noParams = testkit.NDArrayFile()

// newPredictor makes a predictor of a symbol whose only input is x, of one dimension.
func newPredictor(t testing.TB, b *capi.Binding, symbol string, params []byte, shape ...uint32) *capi.PredictorHandle {
	t.Helper()
	p, err := b.MXPredCreate(symbol, params, int32(len(params)), 1, 0, 1, []string{"x"}, []uint32{0, uint32(len(shape))}, shape)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.State() == capi.Alive {
			_ = b.MXPredFree(p)
		}
	})
	return p
}

func newModel(t testing.TB, b *capi.Binding, symbol string, params []byte) *capi.LPModelHandle {
	t.Helper()
	m, err := b.LPModelCreate([]byte(symbol), uint64(len(symbol)), params, uint64(len(params)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if m.State() == capi.Alive {
			_ = b.LPModelFree(m)
		}
	})
	return m
}

func newList(t testing.TB, b *capi.Binding) *capi.NDListHandle {
	t.Helper()
	file := testkit.NDArrayFile(testkit.Array{Name: "mean", Shape: []int{2, 3}, Data: []float32{1, 2, 3, 4, 5, 6}})
	list, count, err := b.MXNDListCreate(file, int32(len(file)))
	if err != nil || count != 1 {
		t.Fatal(count, err)
	}
	t.Cleanup(func() {
		if list.State() == capi.Alive {
			_ = b.MXNDListFree(list)
		}
	})
	return list
}

func TestCallsGiveTheNumbersOfHandArithmetic(t *testing.T) {
	b := realLibrary(t)
	p := newPredictor(t, b, testkit.DenseSymbol, testkit.DenseParams(), 1, 2)
	if err := b.MXPredSetInput(p, "x", capi.ElementsOf([]float32{10, 20}), 2); err != nil {
		t.Fatal(err)
	}
	if err := b.MXPredForward(p); err != nil {
		t.Fatal(err)
	}
	got := make([]float32, 2)
	if err := b.MXPredGetOutput(p, 0, capi.ElementsOf(got), 2); err != nil {
		t.Fatal(err)
	}
	// [1*10 + 2*20 + 0.5, 3*10 + 4*20 - 100]
	if got[0] != 50.5 || got[1] != 10 {
		t.Errorf("got %v, want [50.5 10]", got)
	}
	shape, ndim, err := b.MXPredGetOutputShape(p, 0)
	if err != nil || ndim != 2 || len(shape) != 2 || shape[0] != 1 || shape[1] != 2 {
		t.Error(shape, ndim, err)
	}
	key, data, dims, _, err := b.MXNDListGet(newList(t, b), 0)
	if err != nil || key != "mean" || len(data) != 6 || data[5] != 6 || dims[1] != 3 {
		t.Error(key, data, dims, err)
	}
}

func TestNilHandles(t *testing.T) {
	b := realLibrary(t)
	for name, call := range map[string]func() error{
		"MXPredForward":        func() error { return b.MXPredForward(nil) },
		"MXPredSetInput":       func() error { return b.MXPredSetInput(nil, "x", capi.ElementsOf([]float32{1}), 1) },
		"MXPredGetOutputShape": func() error { _, _, err := b.MXPredGetOutputShape(nil, 0); return err },
		"LPModelGetInputCount": func() error { _, err := b.LPModelGetInputCount(nil); return err },
		"LPPredCreate": func() error {
			_, err := b.LPPredCreate(nil, 0, nil, nil, nil, 0, nil, nil, 0, nil, nil)
			return err
		},
		"MXNDListGet":        func() error { _, _, _, _, err := b.MXNDListGet(nil, 0); return err },
		"LPArrayGetInfo":     func() error { _, _, _, _, _, err := b.LPArrayGetInfo(nil); return err },
		"LPPredGetLastError": func() error { _, err := b.LPPredGetLastError(nil); return err },
		"LPPredGetErrorCode": func() error { _, err := b.LPPredGetErrorCode(nil); return err },
		"MXPredReshape":      func() error { _, err := b.MXPredReshape(0, nil, nil, nil, nil); return err },
	} {
		t.Run(name, func(t *testing.T) { wants(t, call(), constants.ErrHandle, name+": ", "must not be nil") })
	}
	// Freeing NULL does nothing.
	if err := errors.Join(b.MXPredFree(nil), b.MXNDListFree(nil), b.LPModelFree(nil)); err != nil {
		t.Error(err)
	}
}

func TestHandlesThatTheLibraryDidNotMake(t *testing.T) {
	b := realLibrary(t)
	wants(t, b.MXPredForward(new(capi.PredictorHandle)), constants.ErrHandle)
	wants(t, b.MXPredFree(new(capi.PredictorHandle)), constants.ErrHandle)
	wants(t, b.MXNDListFree(new(capi.NDListHandle)), constants.ErrHandle)
	wants(t, b.LPModelFree(new(capi.LPModelHandle)), constants.ErrHandle)
	if new(capi.PredictorHandle).State() != capi.Freed {
		t.Error("a handle that nobody made is not freed")
	}
}

func TestHandlesOfAnotherLibrary(t *testing.T) {
	b, other := realLibrary(t), load(t, testkit.FakeLibrary(t))
	wants(t, other.MXPredForward(newPredictor(t, b, testkit.ReluSymbol, noParams, 1)), constants.ErrHandle, "another library")
	wants(t, other.MXPredFree(newPredictor(t, b, testkit.ReluSymbol, noParams, 1)), constants.ErrHandle, "another library")
	wants(t, other.LPModelFree(newModel(t, b, testkit.ReluSymbol, nil)), constants.ErrHandle, "another library")
	wants(t, other.MXNDListFree(newList(t, b)), constants.ErrHandle, "another library")
}

func TestUseAfterFreeAndSecondFree(t *testing.T) {
	b := realLibrary(t)
	p, m, l := newPredictor(t, b, testkit.ReluSymbol, noParams, 1), newModel(t, b, testkit.ReluSymbol, nil), newList(t, b)
	if err := errors.Join(b.MXPredFree(p), b.LPModelFree(m), b.MXNDListFree(l)); err != nil {
		t.Fatal(err)
	}
	if p.State() != capi.Freed || m.State() != capi.Freed || l.State() != capi.Freed {
		t.Error("a state is not freed")
	}
	wants(t, b.MXPredFree(p), capi.ErrDisposed, "MXPredFree: ")
	wants(t, b.LPModelFree(m), capi.ErrDisposed)
	wants(t, b.MXNDListFree(l), capi.ErrDisposed)
	wants(t, b.MXPredForward(p), capi.ErrDisposed, "MXPredForward: the predictor handle was freed")
	_, err := b.LPModelGetInputCount(m)
	wants(t, err, capi.ErrDisposed, "the model handle was freed")
	_, err = b.LPPredCreate(m, 0, nil, nil, nil, 0, nil, nil, 0, nil, nil)
	wants(t, err, capi.ErrDisposed)
	_, _, _, _, err = b.MXNDListGet(l, 0)
	wants(t, err, capi.ErrDisposed, "the ndlist handle was freed")
}

func TestSlicesOfAnotherTypeOrLength(t *testing.T) {
	b := realLibrary(t)
	p := newPredictor(t, b, testkit.CastSymbol("float64"), noParams, 2)
	wants(t, b.MXPredSetInput(p, "x", capi.ElementsOf([]float64{1, 2}), 2), constants.ErrDType, "data must be a []float32, not a []float64")
	wants(t, b.MXPredSetInput(p, "x", capi.ElementsOf([]float32{1}), 2), constants.ErrSize, "data has 1 elements, expected 2")
	wants(t, b.MXPredSetInput(p, "x", capi.ElementsOf([]float32{1, 2, 3}), 2), constants.ErrSize, "data has 3 elements")
	wants(t, b.MXPredSetInput(p, "x", capi.Elements{}, 2), constants.ErrArgument, "ElementsOf")
	// Of the right length by its own count, but not by the tensor's: the library says so.
	wants(t, b.MXPredSetInput(p, "x", capi.ElementsOf([]float32{1, 2, 3}), 3), constants.ErrSize)
	if err := errors.Join(b.MXPredSetInput(p, "x", capi.ElementsOf([]float32{1.5, 2}), 2), b.MXPredForward(p)); err != nil {
		t.Fatal(err)
	}
	wants(t, b.MXPredGetOutput(p, 0, capi.ElementsOf(make([]float32, 2)), 2), constants.ErrDType, "data must be a []float64")
	wants(t, b.MXPredGetOutput(p, 0, capi.ElementsOf(make([]float64, 1)), 2), constants.ErrSize)
	got := make([]float64, 2)
	if err := b.MXPredGetOutput(p, 0, capi.ElementsOf(got), 2); err != nil || got[0] != 1.5 || got[1] != 2 {
		t.Error(got, err)
	}
	wants(t, b.LPPredSetInput(p, "x", constants.LP_FLOAT32, make([]byte, 4), 8), constants.ErrSize, "data has 4 bytes, expected 8")
	wants(t, b.LPPredSetInput(p, "x", constants.LP_FLOAT32, nil, 8), constants.ErrArgument, "nil but not empty")
	wants(t, b.LPPredSetInput(p, "x", constants.LP_FLOAT32, nil, math.MaxUint64), constants.ErrArgument)
}

func TestWeightsAreTakenInTheirOwnType(t *testing.T) {
	b := realLibrary(t)
	params := testkit.NDArrayFile64("arg:w", []float64{1, 2})
	p, err := b.MXPredCreateEx(testkit.SumSymbol, params, int32(len(params)), 1, 0, 1, []string{"x"}, []uint32{0, 1},
		[]uint32{2}, 1, []string{"x"}, []int32{constants.LP_FLOAT64})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.MXPredFree(p) }()
	wants(t, b.MXPredSetInput(p, "w", capi.ElementsOf([]float32{1, 2}), 2), constants.ErrDType, "data must be a []float64, not a []float32")
	got := make([]float64, 2)
	err = errors.Join(b.MXPredSetInput(p, "w", capi.ElementsOf([]float64{10, 20}), 2),
		b.MXPredSetInput(p, "x", capi.ElementsOf([]float64{1, 2}), 2), b.MXPredForward(p),
		b.MXPredGetOutput(p, 0, capi.ElementsOf(got), 2))
	if err != nil || got[0] != 11 || got[1] != 22 {
		t.Error(got, err)
	}
	wants(t, b.MXPredSetInput(p, "v", capi.ElementsOf([]float32{1, 2}), 2), constants.ErrName)
}

func TestElementTypes(t *testing.T) {
	b := realLibrary(t)
	check := func(dtype string, elements capi.Elements, read func() bool) {
		t.Helper()
		p := newPredictor(t, b, testkit.CastSymbol(dtype), noParams, 2)
		err := errors.Join(b.MXPredSetInput(p, "x", capi.ElementsOf([]float32{0, 3}), 2), b.MXPredForward(p),
			b.MXPredGetOutput(p, 0, elements, 2))
		if err != nil || !read() {
			t.Error(dtype, err)
		}
	}
	f16, u16, u8, i32, i8, i64 := make([]capi.Float16, 2), make([]uint16, 2), make([]uint8, 2), make([]int32, 2), make([]int8, 2), make([]int64, 2)
	check("float16", capi.ElementsOf(f16), func() bool { return f16[1].Float32() == 3 })
	check("float16", capi.ElementsOf(u16), func() bool { return u16[1] == 0x4200 })
	check("uint8", capi.ElementsOf(u8), func() bool { return u8[1] == 3 })
	check("int32", capi.ElementsOf(i32), func() bool { return i32[1] == 3 })
	check("int8", capi.ElementsOf(i8), func() bool { return i8[1] == 3 })
	check("int64", capi.ElementsOf(i64), func() bool { return i64[1] == 3 })
	p := newPredictor(t, b, testkit.CastSymbol("uint8"), noParams, 2)
	wants(t, b.MXPredGetOutput(p, 0, capi.ElementsOf(make([]int8, 2)), 2), constants.ErrDType)
}

// A byte that is neither 0 nor 1 must not become a Go bool.
func TestBoolsAreMadeBools(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	p, err := b.MXPredCreateEx("", []byte{0}, 1, 1, 0, 1, []string{"data"}, []uint32{0, 1}, []uint32{3},
		1, []string{"data"}, []int32{constants.LP_BOOL})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.MXPredFree(p) }()
	got, bytes := make([]bool, 3), make([]uint8, 3)
	err = errors.Join(b.MXPredSetInput(p, "data", capi.ElementsOf([]uint8{0, 1, 200}), 3),
		b.MXPredGetOutput(p, 0, capi.ElementsOf(got), 3), b.MXPredGetOutput(p, 0, capi.ElementsOf(bytes), 3))
	if err != nil {
		t.Fatal(err)
	}
	asBytes := unsafe.Slice((*uint8)(unsafe.Pointer(&got[0])), 3)
	if !slices.Equal(asBytes, []uint8{0, 1, 1}) || !slices.Equal(bytes, []uint8{0, 1, 200}) {
		t.Error(asBytes, bytes)
	}
}

func TestStringsAndArrays(t *testing.T) {
	b := realLibrary(t)
	create := func(symbol string, params []byte, size int32, num uint32, keys []string, starts, dims []uint32) error {
		p, err := b.MXPredCreate(symbol, params, size, 1, 0, num, keys, starts, dims)
		if err == nil {
			_ = b.MXPredFree(p)
		}
		return err
	}
	x, starts, dims := []string{"x"}, []uint32{0, 1}, []uint32{1}
	const size = 32
	wants(t, create("{}\x00", noParams, size, 1, x, starts, dims), constants.ErrArgument, "symbol_json_str has a NUL character at 2")
	wants(t, create(testkit.ReluSymbol, noParams, size, 1, []string{"x\x00y"}, starts, dims), constants.ErrArgument, "input_keys[0] has a NUL")
	wants(t, create(testkit.ReluSymbol, nil, 0, 1, x, starts, dims), constants.ErrArgument, "param_bytes must not be nil")
	wants(t, create(testkit.ReluSymbol, noParams, size+1, 1, x, starts, dims), constants.ErrSize, "param_bytes has 32 bytes, expected 33")
	wants(t, create(testkit.ReluSymbol, noParams, -1, 1, x, starts, dims), constants.ErrArgument, "negative length: -1")
	wants(t, create(testkit.ReluSymbol, noParams, size, 2, x, starts, dims), constants.ErrSize, "input_keys has 1 strings, expected 2")
	wants(t, create(testkit.ReluSymbol, noParams, size, 1, nil, starts, dims), constants.ErrArgument, "input_keys is nil but not empty")
	wants(t, create(testkit.ReluSymbol, noParams, size, 1, x, []uint32{0}, dims), constants.ErrSize, "input_shape_indptr has 1 elements, expected 2")
	wants(t, create(testkit.ReluSymbol, noParams, size, 1, x, nil, dims), constants.ErrArgument, "input_shape_indptr is nil")
	wants(t, create(testkit.ReluSymbol, noParams, size, 1, x, []uint32{0, 2}, dims), constants.ErrSize, "input_shape_data has 1 elements, expected 2")
	wants(t, create(testkit.ReluSymbol, noParams, size, 1, x, []uint32{0, math.MaxUint32}, dims), constants.ErrSize)
	wants(t, create(testkit.ReluSymbol, noParams, size, 1, x, []uint32{0, 1}, nil), constants.ErrArgument, "input_shape_data is nil")
	_, err := b.MXPredCreateMultiThread(testkit.ReluSymbol, noParams, size, 1, 0, 1, x, starts, dims, -3)
	wants(t, err, constants.ErrArgument, "negative length: -3")
	_, err = b.MXPredCreateMultiThread(testkit.ReluSymbol, noParams, size, 1, 0, 1, x, starts, dims, math.MaxInt32)
	wants(t, err, constants.ErrMemory)
	_, err = b.MXPredCreateMultiThread(testkit.ReluSymbol, noParams, size, 1, 0, 1, x, starts, dims, 0)
	wants(t, err, constants.ErrArgument)
	p := newPredictor(t, b, testkit.ReluSymbol, noParams, 1)
	_, err = b.MXPredGetOutputType(p, math.MaxUint32)
	wants(t, err, constants.ErrIndex)
	wants(t, b.MXPredSetInput(p, strings.Repeat("long", 1000)+"\x00", capi.ElementsOf([]float32{1}), 1), constants.ErrArgument, "NUL character at 4000")
	wants(t, b.MXPredSetInput(p, strings.Repeat("long", 1000), capi.ElementsOf([]float32{1}), 1), constants.ErrName)
}

// One error for each code that a healthy library can be brought to.
func TestErrorCodes(t *testing.T) {
	b := realLibrary(t)
	dense := newModel(t, b, testkit.DenseSymbol, testkit.DenseParams())
	x := []string{"x"}
	make1 := func(symbol string, params []byte, device int32, shape ...uint32) error {
		p, err := b.MXPredCreate(symbol, params, int32(len(params)), device, 0, 1, x, []uint32{0, uint32(len(shape))}, shape)
		if err == nil {
			err = errors.Join(b.MXPredForward(p), b.MXPredFree(p))
		}
		return err
	}
	relu := newPredictor(t, b, testkit.ReluSymbol, noParams, 1)
	one := capi.ElementsOf([]float32{1})
	for code, call := range map[constants.ErrorCode]func() error{
		constants.ErrArgument: func() error {
			_, err := b.LPPredCreate(dense, 1, x, []uint32{0, 2}, []uint32{1, 2}, 0, nil, nil, 0, nil, &capi.LPOptions{NumThreads: 257})
			return err
		},
		constants.ErrMemory: func() error { return make1(testkit.ReluSymbol, noParams, 1, 65535, 65535, 65535) },
		constants.ErrSymbol: func() error { return make1("{\"nodes\": [", noParams, 1, 1) },
		constants.ErrParams: func() error { return make1(testkit.DenseSymbol, testkit.DenseParams()[:50], 1, 1, 2) },
		constants.ErrUnsupported: func() error {
			return make1(strings.Replace(testkit.ReluSymbol, `"Activation"`, `"Custom"`, 1), noParams, 1, 1)
		},
		constants.ErrAttribute: func() error {
			return make1(strings.Replace(testkit.ReluSymbol, `"relu"}`, `"no such"}`, 1), noParams, 1, 1)
		},
		constants.ErrShape:   func() error { return make1(testkit.DenseSymbol, testkit.DenseParams(), 1, 1, 3) },
		constants.ErrDType:   func() error { return b.LPPredSetInput(relu, "x", constants.LP_FLOAT64, make([]byte, 8), 8) },
		constants.ErrName:    func() error { return b.MXPredSetInput(relu, "y", one, 1) },
		constants.ErrSize:    func() error { return b.LPPredSetInput(relu, "x", constants.LP_FLOAT32, make([]byte, 8), 8) },
		constants.ErrIndex:   func() error { return b.MXPredGetOutput(relu, 1, one, 1) },
		constants.ErrState:   func() error { return b.MXPredGetOutput(relu, 0, one, 1) },
		constants.ErrMissing: func() error { return make1(testkit.DenseSymbol, noParams, 1, 1, 2) },
		constants.ErrDevice:  func() error { return make1(testkit.ReluSymbol, noParams, 2, 1) },
		constants.ErrFile: func() error {
			folder := t.TempDir()
			_, err := b.LPModelCreateFromFiles(folder, &folder)
			return err
		},
	} {
		t.Run(string(code), func(t *testing.T) {
			err := call()
			wants(t, err, code)
			var failure *capi.Error
			if !errors.As(err, &failure) || failure.Code != code || failure.Text == "" || failure.Error() != failure.Function+": "+failure.Text {
				t.Errorf("not an Error with function, code and text: %#v", err)
			}
		})
	}
}

func TestCreatingCallsTellTheirReason(t *testing.T) {
	b := realLibrary(t)
	_, err := b.LPModelCreate([]byte("nonsense"), 8, nil, 0)
	wants(t, err, constants.ErrSymbol, "LPModelCreate: ")
	if text, _ := strings.CutPrefix(err.Error(), "LPModelCreate: "); text == "failed" || text == "" {
		t.Errorf("no text: %q", err)
	}
}
