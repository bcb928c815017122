package libpredict_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"libpredict"
	"libpredict/internal/testkit"
)

func TestACancelledRunStopsBetweenNodes(t *testing.T) {
	// 400 sigmoids of a million numbers: far longer than the test waits.
	p := newPredictor(t, newModel(t, testkit.ChainSymbol(400), nil), shapes(1<<20))
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := p.Run(ctx)
	stopped := time.Since(began)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v after %v", err, stopped)
	}
	began = time.Now()
	if err := p.Run(context.Background()); err != nil { // it can be used again
		t.Fatal(err)
	}
	if whole := time.Since(began); stopped > whole/2 {
		t.Errorf("stopped after %v, a whole run takes %v", stopped, whole)
	}
}

func TestACancelledRunLeavesNothingBehind(t *testing.T) {
	const length = 400
	p := newPredictor(t, newModel(t, testkit.ChainSymbol(length), nil), shapes(2))
	want := run(t, p, 0.25, -3)
	own := errors.New("own")
	nodes := 0
	ctx, cancel := context.WithCancelCause(t.Context())
	err := p.SetMonitor(false, func(libpredict.Tensor) {
		if nodes++; nodes >= 2 {
			cancel(own)
			time.Sleep(time.Millisecond) // until it has come through
		}
	})
	if err := errors.Join(err, libpredict.SetInput(p, "x", []float32{0.25, -3})); err != nil {
		t.Fatal(err)
	}
	err = p.Run(ctx)
	if !errors.Is(err, context.Canceled) || !errors.Is(err, own) || nodes == length {
		t.Fatalf("%v after %d nodes", err, nodes)
	}
	if err := p.SetMonitor(false, nil); err != nil {
		t.Fatal(err)
	}
	for _, ctx := range []context.Context{t.Context(), context.Background()} {
		if err := p.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if got, err := libpredict.Output[float32](p, 0); err != nil || !slices.Equal(got, want) {
			t.Error(got, want, err)
		}
	}
}

func TestAContextThatIsOverStartsNothing(t *testing.T) {
	p := dense(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	_, err := libpredict.Output[float32](p, 0)
	is(t, err, libpredict.ErrState)
}

func TestARunThatCanBeStoppedReportsWhatAnyRunReports(t *testing.T) {
	p := newPredictor(t, newModel(t, testkit.DenseSymbol, testkit.NDArrayFile(testkit.Array{Name: "arg:fc_bias", Shape: []int{2}, Data: []float32{1, 2}})), shapes(1, 2))
	is(t, p.Run(context.Background()), libpredict.ErrMissing)
	is(t, p.Run(t.Context()), libpredict.ErrMissing)
	if err := libpredict.SetInput(p, "fc_weight", []float32{1, 0, 0, 1}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(libpredict.SetInput(p, "x", []float32{5, 6}), p.Run(t.Context())); err != nil {
		t.Fatal(err)
	}
	if got, err := libpredict.Output[float32](p, 0); err != nil || !slices.Equal(got, []float32{6, 8}) {
		t.Error(got, err)
	}
}

func TestCloseDuringARun(t *testing.T) {
	library, err := libpredict.Open(testkit.FakeLibrary(t))
	if err != nil {
		t.Fatal(err)
	}
	model, err := library.NewModel([]byte("{}"), nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := model.NewPredictor(libpredict.Options{Shapes: map[string][]int{"data": {1}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.SetMonitor(false, func(tensor libpredict.Tensor) {
		if tensor.Name == "first" {
			if err := errors.Join(p.Close(), model.Close()); err != nil {
				t.Error(err)
			}
			is(t, p.Close(), libpredict.ErrDisposed)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background()); err != nil {
		t.Error("the run that was going on failed:", err)
	}
	if info, err := library.BuildInfo(); err != nil || info[:6] != "live=0" {
		t.Error(info, err)
	}
}

func BenchmarkRun(b *testing.B) {
	model, err := open(b).LoadModel(testkit.DigitsPrefix())
	if err != nil {
		b.Fatal(err)
	}
	closing(b, model)
	p := newPredictor(b, model, libpredict.Options{Shapes: map[string][]int{"data": {1, 1, 8, 8}}})
	for name, ctx := range map[string]context.Context{"for ever": context.Background(), "until": b.Context()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Run(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
