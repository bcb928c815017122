package libpredict_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"libpredict"
	"libpredict/internal/testkit"
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.RemoveFakes()
	os.Exit(code)
}

func open(t testing.TB) *libpredict.Library {
	t.Helper()
	library, err := libpredict.Open(testkit.LibraryPath(t))
	if err != nil {
		t.Fatal(err)
	}
	return library
}

// closing closes at the end of the test what was not closed in it.
func closing(t testing.TB, what interface{ Close() error }) {
	t.Helper()
	t.Cleanup(func() {
		if err := what.Close(); err != nil && !errors.Is(err, libpredict.ErrDisposed) {
			t.Error(err)
		}
	})
}

func newModel(t testing.TB, symbol string, params []byte) *libpredict.Model {
	t.Helper()
	model, err := open(t).NewModel([]byte(symbol), params)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, model)
	return model
}

func newPredictor(t testing.TB, model *libpredict.Model, options libpredict.Options) *libpredict.Predictor {
	t.Helper()
	p, err := model.NewPredictor(options)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, p)
	return p
}

func shapes(x ...int) libpredict.Options {
	return libpredict.Options{Shapes: map[string][]int{"x": x}}
}

func dense(t testing.TB) *libpredict.Predictor {
	t.Helper()
	return newPredictor(t, newModel(t, testkit.DenseSymbol, testkit.DenseParams()), shapes(1, 2))
}

func is(t *testing.T, err error, code libpredict.ErrorCode) {
	t.Helper()
	if !errors.Is(err, code) {
		t.Errorf("got %v, want code %s", err, code)
	}
}

func run(t testing.TB, p *libpredict.Predictor, x ...float32) []float32 {
	t.Helper()
	if err := errors.Join(libpredict.SetInput(p, "x", x), p.Run(context.Background())); err != nil {
		t.Fatal(err)
	}
	got, err := libpredict.Output[float32](p, 0)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTheNumbersOfHandArithmetic(t *testing.T) {
	p := dense(t)
	// [1*10 + 2*20 + 0.5, 3*10 + 4*20 - 100], then relu
	if got := run(t, p, 10, 20); !slices.Equal(got, []float32{50.5, 10}) {
		t.Error(got)
	}
	if got := run(t, p, 1, -1); !slices.Equal(got, []float32{0, 0}) {
		t.Error(got)
	}
}

func TestIntrospection(t *testing.T) {
	model := newModel(t, testkit.DenseSymbol, testkit.DenseParams())
	inputs, err := model.Inputs()
	outputs, err2 := model.Outputs()
	if err := errors.Join(err, err2); err != nil || !slices.Equal(inputs, []string{"x"}) || !slices.Equal(outputs, []string{"act_output"}) {
		t.Error(inputs, outputs, err)
	}
	p := newPredictor(t, model, shapes(3, 2))
	want := []libpredict.TensorInfo{{Name: "x", DType: libpredict.DTypeFloat32, Shape: []int{3, 2}}}
	if got := p.Inputs(); !reflect.DeepEqual(got, want) || got[0].Len() != 6 {
		t.Error(got)
	}
	p.Inputs()[0].Shape[0] = 99 // a copy
	want[0].Name = "act_output"
	if got := p.Outputs(); !reflect.DeepEqual(got, want) || p.Inputs()[0].Shape[0] != 3 {
		t.Error(got, p.Inputs())
	}
	for _, name := range []string{"act", "act_output"} {
		if i, err := p.OutputIndex(name); i != 0 || err != nil {
			t.Error(name, i, err)
		}
	}
	_, err = p.OutputIndex("fc")
	is(t, err, libpredict.ErrName)
}

func TestDigitsGiveTheReferencesNumbers(t *testing.T) {
	prefix := testkit.DigitsPrefix()
	text, err := os.ReadFile(prefix + "-golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		LogitsNode string
		Images     []struct {
			Index, Label    int
			Logits, Softmax []float64
		}
	}
	images, err := os.ReadFile(prefix + "-heldout.bin")
	if err := errors.Join(err, json.Unmarshal(text, &golden)); err != nil {
		t.Fatal(err)
	}
	model, err := open(t).LoadModel(prefix)
	if err != nil {
		t.Fatal(err)
	}
	closing(t, model)
	p := newPredictor(t, model, libpredict.Options{
		Shapes:  map[string][]int{"data": {1, 1, 8, 8}},
		Outputs: []string{golden.LogitsNode, "softmax"},
	})
	if len(golden.Images) != 20 {
		t.Fatal(len(golden.Images))
	}
	background, cancellable := context.Background(), t.Context()
	for _, image := range golden.Images {
		input := make([]float32, 64)
		for i := range input {
			input[i] = float32(images[image.Index*64+i]) / 16
		}
		for _, ctx := range []context.Context{background, cancellable} {
			if err := errors.Join(libpredict.SetInput(p, "data", input), p.Run(ctx)); err != nil {
				t.Fatal(err)
			}
			logits, err := libpredict.Output[float32](p, 0)
			softmax, err2 := libpredict.Output[float32](p, 1)
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			for i := range 10 {
				if math.Abs(float64(logits[i])-image.Logits[i]) > 1e-4*20 || math.Abs(float64(softmax[i])-image.Softmax[i]) > 1e-5 {
					t.Errorf("image %d, digit %d: %v %v, want %v %v", image.Index, i, logits[i], softmax[i], image.Logits[i], image.Softmax[i])
				}
			}
		}
	}
}

func TestMisuse(t *testing.T) {
	p := dense(t)
	_, err := libpredict.Output[float32](p, 0)
	is(t, err, libpredict.ErrState)
	is(t, libpredict.SetInput(p, "y", []float32{1, 2}), libpredict.ErrName)
	is(t, libpredict.SetInput(p, "x", []float64{1, 2}), libpredict.ErrDType)
	is(t, libpredict.SetInput(p, "x", []uint8{1, 2}), libpredict.ErrDType)
	is(t, libpredict.SetInput(p, "x", []float32{1, 2, 3}), libpredict.ErrSize)
	is(t, libpredict.SetInput(p, "x", []float32(nil)), libpredict.ErrSize)
	is(t, libpredict.SetInput(p, "x\x00", []float32{1, 2}), libpredict.ErrArgument)
	run(t, p, 1, 2)
	for _, index := range []int{-1, 1, math.MaxInt} {
		_, err := libpredict.Output[float32](p, index)
		is(t, err, libpredict.ErrIndex)
		is(t, libpredict.OutputInto(p, index, make([]float32, 2)), libpredict.ErrIndex)
		is(t, p.WithOutput(index, func(libpredict.Tensor) error { return nil }), libpredict.ErrIndex)
	}
	_, err = libpredict.Output[float64](p, 0)
	is(t, err, libpredict.ErrDType)
	is(t, libpredict.OutputInto(p, 0, make([]float32, 1)), libpredict.ErrSize)
	model := newModel(t, testkit.DenseSymbol, testkit.DenseParams())
	for _, c := range []struct {
		options libpredict.Options
		code    libpredict.ErrorCode
	}{
		{shapes(1, -2), libpredict.ErrArgument},
		{shapes(1, math.MaxInt), libpredict.ErrArgument},
		{shapes(1, 3), libpredict.ErrShape},
		{libpredict.Options{}, libpredict.ErrShape},
		{libpredict.Options{Shapes: map[string][]int{"X": {1, 2}}}, libpredict.ErrName},
		{libpredict.Options{Shapes: map[string][]int{"x": {1, 2}}, Outputs: []string{"softmax"}}, libpredict.ErrName},
		{libpredict.Options{Shapes: map[string][]int{"x": {1, 2}}, Threads: -1}, libpredict.ErrArgument},
		{libpredict.Options{Shapes: map[string][]int{"x": {1, 2}}, Threads: 1000}, libpredict.ErrArgument},
		{libpredict.Options{Shapes: map[string][]int{"x": {1, 2}}, DTypes: map[string]libpredict.DType{"x": 9}}, libpredict.ErrArgument},
		{libpredict.Options{Shapes: map[string][]int{"x": {1, 2}}, DTypes: map[string]libpredict.DType{"x": libpredict.DTypeInt32}}, libpredict.ErrDType},
	} {
		made, err := model.NewPredictor(c.options)
		if !errors.Is(err, c.code) || made != nil {
			t.Errorf("%+v: %v, want %s", c.options, err, c.code)
		}
	}
}

func TestOptions(t *testing.T) {
	model := newModel(t, testkit.DenseSymbol, testkit.DenseParams())
	options := shapes(1, 2)
	options.Outputs, options.Threads = []string{"act", "fc"}, 2
	p := newPredictor(t, model, options)
	if err := errors.Join(libpredict.SetInput(p, "x", []float32{1, -1}), p.Run(context.Background())); err != nil {
		t.Fatal(err)
	}
	fc, err := libpredict.Output[float32](p, 1)
	if err != nil || !slices.Equal(fc, []float32{-0.5, -101}) { // before relu
		t.Error(fc, err)
	}
	stats, err := p.Stats()
	if err != nil || stats.NumThreads != 2 || stats.GraphNodes != 2 || stats.WeightsBytes != 4*6 {
		t.Errorf("%+v %v", stats, err)
	}
	text, err := p.Describe()
	var described struct{ Nodes []struct{ Name, Op string } }
	if err := errors.Join(err, json.Unmarshal(text, &described)); err != nil || len(described.Nodes) != 5 || described.Nodes[3].Op != "FullyConnected" {
		t.Errorf("%s %v", text, err)
	}
}

func TestEveryElementType(t *testing.T) {
	typed := func(dtype libpredict.DType) *libpredict.Predictor {
		options := shapes(2)
		options.DTypes = map[string]libpredict.DType{"x": dtype}
		return newPredictor(t, newModel(t, testkit.CastSymbol(dtype.String()), nil), options)
	}
	roundTrip(t, typed(libpredict.DTypeFloat32), []float32{-1.5, 3})
	roundTrip(t, typed(libpredict.DTypeFloat64), []float64{-1.5, 1e300})
	roundTrip(t, typed(libpredict.DTypeFloat16), []libpredict.Float16{libpredict.ToFloat16(-1.5), 0x3c00})
	roundTrip(t, typed(libpredict.DTypeFloat16), []uint16{0xbe00, 0x3c00})
	roundTrip(t, typed(libpredict.DTypeUint8), []uint8{0, 255})
	roundTrip(t, typed(libpredict.DTypeInt32), []int32{math.MinInt32, 7})
	roundTrip(t, typed(libpredict.DTypeInt8), []int8{-128, 127})
	roundTrip(t, typed(libpredict.DTypeInt64), []int64{math.MinInt64, math.MaxInt64})
	roundTrip(t, typed(libpredict.DTypeBool), []bool{true, false})
	roundTrip(t, typed(libpredict.DTypeBool), []uint8{1, 0})
	if libpredict.DType(99).String() != "unknown" {
		t.Error(libpredict.DType(99))
	}
}

func roundTrip[T libpredict.Element](t *testing.T, p *libpredict.Predictor, data []T) {
	t.Helper()
	if err := errors.Join(libpredict.SetInput(p, "x", data), p.Run(context.Background())); err != nil {
		t.Fatal(err)
	}
	copied, err := libpredict.Output[T](p, 0)
	var lent []T
	err2 := p.WithOutput(0, func(tensor libpredict.Tensor) error {
		slice, err := libpredict.Data[T](tensor)
		lent = slices.Clone(slice)
		return err
	})
	if err := errors.Join(err, err2); err != nil || !slices.Equal(copied, data) || !slices.Equal(lent, data) {
		t.Errorf("%T: %v %v, want %v: %v", data, copied, lent, data, err)
	}
}

func TestALentOutputIsTheLibrarysOwnMemory(t *testing.T) {
	p := dense(t)
	run(t, p, 10, 20)
	own := errors.New("own")
	err := p.WithOutput(0, func(tensor libpredict.Tensor) error {
		if tensor.Name != "act_output" || !slices.Equal(tensor.Shape, []int{1, 2}) {
			t.Error(tensor.TensorInfo)
		}
		data, err := libpredict.Data[float32](tensor)
		if err != nil || !slices.Equal(data, []float32{50.5, 10}) {
			t.Error(data, err)
		}
		_, err = libpredict.Data[int32](tensor)
		is(t, err, libpredict.ErrDType)
		is(t, p.Run(context.Background()), libpredict.ErrBusy)
		return own
	})
	if !errors.Is(err, own) {
		t.Error(err)
	}
	if allocations := testing.AllocsPerRun(100, func() { err = libpredict.OutputInto(p, 0, []float32{0, 0}) }); allocations > 1 || err != nil {
		t.Error(allocations, err)
	}
}

func TestReshape(t *testing.T) {
	p := dense(t)
	wide, err := p.Reshape(map[string][]int{"x": {2, 2}})
	if err != nil {
		t.Fatal(err)
	}
	closing(t, wide)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if got := run(t, wide, 10, 20, 1, 2); !slices.Equal(got, []float32{50.5, 10, 5.5, 0}) {
		t.Error(got)
	}
	_, err = wide.Reshape(map[string][]int{"y": {2, 2}})
	is(t, err, libpredict.ErrName)
	_, err = wide.Reshape(map[string][]int{"x": {2, 3}})
	is(t, err, libpredict.ErrShape)
	_, err = p.Reshape(map[string][]int{"x": {2, 2}})
	is(t, err, libpredict.ErrDisposed)
}

func TestAWeightThatIsSetIsThePredictorsOwn(t *testing.T) {
	model := newModel(t, testkit.DenseSymbol, testkit.DenseParams())
	p, other := newPredictor(t, model, shapes(1, 2)), newPredictor(t, model, shapes(1, 2))
	if err := libpredict.SetInput(p, "fc_bias", []float32{1, 2}); err != nil {
		t.Fatal(err)
	}
	if got := run(t, p, 0, 0); !slices.Equal(got, []float32{1, 2}) {
		t.Error(got)
	}
	if got := run(t, other, 0, 0); !slices.Equal(got, []float32{0.5, 0}) {
		t.Error(got)
	}
	is(t, libpredict.SetInput(p, "fc_bias", []float64{1, 2}), libpredict.ErrDType)
}

func TestClose(t *testing.T) {
	model := newModel(t, testkit.DenseSymbol, testkit.DenseParams())
	p := newPredictor(t, model, shapes(1, 2))
	if err := model.Close(); err != nil {
		t.Fatal(err)
	}
	is(t, model.Close(), libpredict.ErrDisposed)
	_, err := model.Inputs()
	is(t, err, libpredict.ErrDisposed)
	_, err = model.NewPredictor(shapes(1, 2))
	is(t, err, libpredict.ErrDisposed)
	if got := run(t, p, 10, 20); got[0] != 50.5 { // the model lives on in its predictors
		t.Error(got)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	is(t, p.Close(), libpredict.ErrDisposed)
	is(t, p.Run(context.Background()), libpredict.ErrDisposed)
	is(t, p.Run(t.Context()), libpredict.ErrDisposed)
	is(t, libpredict.SetInput(p, "x", []float32{1, 2}), libpredict.ErrDisposed)
	_, err = libpredict.Output[float32](p, 0)
	is(t, err, libpredict.ErrDisposed)
	_, err = p.Stats()
	is(t, err, libpredict.ErrDisposed)
	is(t, p.SetMonitor(false, nil), libpredict.ErrDisposed)
}

func TestMonitor(t *testing.T) {
	p := dense(t)
	var seen []libpredict.Tensor
	if err := p.SetMonitor(true, func(tensor libpredict.Tensor) { seen = append(seen, tensor) }); err != nil {
		t.Fatal(err)
	}
	run(t, p, 10, 20)
	found := map[string][]float32{}
	for _, tensor := range seen { // they may be kept
		data, err := libpredict.Data[float32](tensor)
		if err != nil {
			t.Fatal(err)
		}
		found[tensor.Name] = data
	}
	if !slices.Equal(found["x"], []float32{10, 20}) || !slices.Equal(found["fc_output"], []float32{50.5, 10}) || !slices.Equal(found["fc_weight"], []float32{1, 2, 3, 4}) {
		t.Error(found)
	}
	if err := p.SetMonitor(false, func(libpredict.Tensor) { panic("mine") }); err != nil {
		t.Fatal(err)
	}
	for _, ctx := range []context.Context{context.Background(), t.Context()} {
		func() {
			defer func() {
				if failure, _ := recover().(*libpredict.CallbackPanic); failure == nil || failure.Value != "mine" {
					t.Error(failure)
				}
			}()
			_ = p.Run(ctx)
			t.Error("no panic")
		}()
	}
	if err := p.SetMonitor(false, nil); err != nil {
		t.Fatal(err)
	}
	if got := run(t, p, 10, 20); got[0] != 50.5 {
		t.Error(got)
	}
}

func TestPredictorsOfOneModelRunAtTheSameTime(t *testing.T) {
	model := newModel(t, testkit.DenseSymbol, testkit.DenseParams())
	var group sync.WaitGroup
	for worker := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			options := shapes(1, 2)
			options.Threads = 1
			p, err := model.NewPredictor(options)
			if err != nil {
				t.Error(err)
				return
			}
			for i := range 200 {
				x := float32(worker*1000 + i)
				err := errors.Join(libpredict.SetInput(p, "x", []float32{x, 0}), p.Run(context.Background()))
				got, err2 := libpredict.Output[float32](p, 0)
				if err := errors.Join(err, err2); err != nil || got[0] != x+0.5 {
					t.Error(x, got, err)
					return
				}
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}()
	}
	group.Wait()
}

func TestLibrary(t *testing.T) {
	library := open(t)
	version, err := library.Version()
	info, err2 := library.BuildInfo()
	operators, err3 := library.Operators()
	if err := errors.Join(err, err2, err3); err != nil || !strings.HasPrefix(info, "version="+version+" ") ||
		!slices.Contains(operators, "Convolution") || !filepath.IsAbs(library.Path()) {
		t.Error(version, info, len(operators), err)
	}
	found, err := library.CheckModel([]byte(strings.Replace(testkit.ReluSymbol, `"Activation"`, `"Custom"`, 1)))
	if err != nil || len(found.Errors) != 1 || found.Errors[0].Node != "act" || found.Errors[0].Op != "Custom" || found.Errors[0].Code != 6 || found.Errors[0].Remedy == "" || len(found.Weights) != 0 {
		t.Errorf("%+v %v", found, err)
	}
	_, err = library.CheckModel(nil)
	is(t, err, libpredict.ErrSymbol)
	_, err = library.NewModel(nil, nil)
	is(t, err, libpredict.ErrSymbol)
}

func TestNDArrayFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mean.nd")
	file := testkit.NDArrayFile(testkit.Array{Name: "mean", Shape: []int{2, 1}, Data: []float32{1, 2}}, testkit.Array{Name: "std", Shape: []int{1}, Data: []float32{3}})
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	arrays, err := open(t).ReadNDArrays(path)
	want := []libpredict.NDArray{{Name: "mean", Shape: []int{2, 1}, Data: []float32{1, 2}}, {Name: "std", Shape: []int{1}, Data: []float32{3}}}
	if err != nil || !reflect.DeepEqual(arrays, want) {
		t.Error(arrays, err)
	}
	_, err = open(t).DecodeNDArrays(file[:20])
	is(t, err, libpredict.ErrParams)
	_, err = open(t).DecodeNDArrays(nil)
	is(t, err, libpredict.ErrParams)
	if _, err := open(t).ReadNDArrays(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestALibraryWithPartOneOnlyIsUnavailable(t *testing.T) {
	library, err := libpredict.Open(testkit.FakeLibrary(t, "-DPART_ONE"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = library.NewModel([]byte("{}"), nil)
	is(t, err, libpredict.ErrUnavailable)
	if arrays, err := library.DecodeNDArrays([]byte("abc")); err != nil || arrays[0].Name != "abc" {
		t.Error(arrays, err)
	}
}

func TestLeanHoldsOneCopyOfTheWeights(t *testing.T) {
	const channels = 64
	model := newModel(t, testkit.ConvolutionSymbol(channels), testkit.ConvolutionParams(channels))
	x := make([]float32, channels*28*28)
	for i := range x {
		x[i] = 1
	}
	packed := map[libpredict.MemoryMode]uint64{}
	for _, mode := range []libpredict.MemoryMode{libpredict.MemoryFast, libpredict.MemoryLean} {
		options := shapes(1, channels, 28, 28)
		options.Memory = mode
		p := newPredictor(t, model, options)
		got := run(t, p, x...)
		// In a corner four of the nine weights of each channel meet a pixel.
		if math.Abs(float64(got[0])-4*channels) > 1e-2 || math.Abs(float64(got[29])-9*channels) > 1e-2 {
			t.Error(mode, got[0], got[29])
		}
		stats, err := p.Stats()
		if err := errors.Join(err, p.Close()); err != nil {
			t.Fatal(err)
		}
		packed[mode] = stats.PackedBytes
	}
	if packed[libpredict.MemoryLean] >= packed[libpredict.MemoryFast]/2 {
		t.Error(packed)
	}
	options := shapes(1, channels, 28, 28)
	options.Memory = 2
	_, err := model.NewPredictor(options)
	is(t, err, libpredict.ErrArgument)
}
