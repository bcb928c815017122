package native_test

import (
	"testing"

	"libpredict/gen/capi"
	"libpredict/internal/testkit"
)

func TestCallsOfTheHotPathAllocateNothing(t *testing.T) {
	if raceDetector {
		t.Skip("under the race detector sync.Pool drops what it is given")
	}
	b := realLibrary(t)
	p := newPredictor(t, b, testkit.ReluSymbol, noParams, 1)
	input, output := []float32{1}, []float32{0}
	for name, call := range map[string]func() error{
		"MXPredSetInput":  func() error { return b.MXPredSetInput(p, "x", capi.ElementsOf(input), 1) },
		"MXPredForward":   func() error { return b.MXPredForward(p) },
		"MXPredGetOutput": func() error { return b.MXPredGetOutput(p, 0, capi.ElementsOf(output), 1) },
	} {
		failed := b.MXPredForward(p)
		allocations := testing.AllocsPerRun(1000, func() {
			if err := call(); err != nil {
				failed = err
			}
		})
		if allocations != 0 || failed != nil {
			t.Errorf("%s: %v allocations, %v", name, allocations, failed)
		}
	}
}

func BenchmarkForward(b *testing.B) {
	binding := realLibrary(b)
	p := newPredictor(b, binding, testkit.ReluSymbol, noParams, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := binding.MXPredForward(p); err != nil {
			b.Fatal(err)
		}
	}
}
