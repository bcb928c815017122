package native_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
	"libpredict/internal/testkit"
)

// longChain is a predictor of 400 sigmoids of 2^20 numbers, which take a second or so.
func longChain(t testing.TB, b *capi.Binding) *capi.PredictorHandle {
	t.Helper()
	return newPredictor(t, b, testkit.ChainSymbol(400), noParams, 1<<20)
}

// endsIn checks the first number of the output of a chain of so many sigmoids of 0.
func endsIn(t *testing.T, b *capi.Binding, p *capi.PredictorHandle, sigmoids, count int) {
	t.Helper()
	want := 0.0
	for range sigmoids {
		want = 1 / (1 + math.Exp(-want))
	}
	got := make([]float32, count)
	err := errors.Join(b.MXPredForward(p), b.MXPredGetOutput(p, 0, capi.ElementsOf(got), uint32(count)))
	if err != nil || math.Abs(float64(got[count-1])-want) > 1e-5 {
		t.Errorf("%v instead of %v, %v", got[count-1], want, err)
	}
}

func TestACancelReachesTheForwardThatRuns(t *testing.T) {
	b := realLibrary(t)
	p := newPredictor(t, b, testkit.ChainSymbol(10), noParams, 2)
	nodes := 0
	if err := b.MXPredSetMonitorCallback(p, func(string, *capi.NDArrayHandle) {
		if nodes++; nodes != 3 {
			return
		}
		if err := b.LPPredCancel(p); err != nil {
			t.Error(err)
		}
		// It did not let others in.
		wants(t, b.MXPredForward(p), capi.ErrBusy)
		if p.State() != capi.Busy {
			t.Error(p.State())
		}
	}, false); err != nil {
		t.Fatal(err)
	}
	wants(t, b.MXPredForward(p), constants.ErrCancelled, "MXPredForward: ")
	if nodes != 3 || p.State() != capi.Alive {
		t.Error(nodes, p.State())
	}
	if err := errors.Join(b.LPPredCancel(p), b.MXPredSetMonitorCallback(p, nil, false)); err != nil {
		t.Error(err)
	}
	endsIn(t, b, p, 10, 2) // the cancel of before came while nothing ran
}

func TestAFreedPredictorIsNotCancelled(t *testing.T) {
	b := realLibrary(t)
	p := newPredictor(t, b, testkit.ChainSymbol(10), noParams, 2)
	if err := b.MXPredSetMonitorCallback(p, func(string, *capi.NDArrayHandle) {
		if p.State() != capi.Freed {
			if err := errors.Join(b.LPPredCancel(p), b.MXPredFree(p)); err != nil {
				t.Error(err)
			}
		}
		wants(t, b.LPPredCancel(p), capi.ErrDisposed)
	}, false); err != nil {
		t.Fatal(err)
	}
	wants(t, b.MXPredForward(p), constants.ErrCancelled)
	wants(t, b.LPPredCancel(p), capi.ErrDisposed)
}

func TestACancelDoesNotTakeThePanicOfTheForward(t *testing.T) {
	b := realLibrary(t)
	p := longChain(t, b)
	panics := make(chan struct{})
	cancelled := make(chan any)
	if err := b.MXPredSetMonitorCallback(p, func(string, *capi.NDArrayHandle) {
		defer close(panics)
		panic("mine")
	}, false); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer func() { cancelled <- recover() }()
		<-panics
		time.Sleep(5 * time.Millisecond) // until the callback has been left
		if err := b.LPPredCancel(p); err != nil {
			t.Error(err)
		}
	}()
	func() {
		defer func() {
			if failure, ok := recover().(*capi.CallbackPanic); !ok || failure.Value != "mine" {
				t.Error("the panic was lost:", failure)
			}
		}()
		_ = b.MXPredForward(p)
	}()
	if got := <-cancelled; got != nil {
		t.Error("LPPredCancel panicked:", got)
	}
}

func TestAContextEndsAForward(t *testing.T) {
	b := realLibrary(t)
	p := longChain(t, b)
	began := time.Now()
	endsIn(t, b, p, 400, 1<<20)
	whole := time.Since(began)
	began = time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), whole/8)
	defer cancel()
	wants(t, b.MXPredForwardContext(ctx, p), constants.ErrCancelled)
	if took := time.Since(began); took > whole/2 {
		t.Errorf("stopped after %v, a whole forward takes %v", took, whole)
	}
	endsIn(t, b, p, 400, 1<<20)
	// One that is over already stops it too.
	wants(t, b.MXPredForwardContext(ctx, p), constants.ErrCancelled)
	ctx, cancel = context.WithCancel(t.Context())
	if err := b.MXPredForwardContext(ctx, p); err != nil {
		t.Error(err)
	}
	cancel()
	endsIn(t, b, p, 400, 1<<20)
}

// A context that ends about when the forward does must not stop the forward after it.
func TestAContextEndsNobodysNextForward(t *testing.T) {
	b := realLibrary(t)
	p := newPredictor(t, b, testkit.ChainSymbol(40), noParams, 50_000)
	began := time.Now()
	endsIn(t, b, p, 40, 50_000)
	whole := time.Since(began)
	stopped := 0
	for i := range 400 {
		ctx, cancel := context.WithTimeout(t.Context(), whole*time.Duration(i%20)/10)
		switch err := b.MXPredForwardContext(ctx, p); {
		case errors.Is(err, constants.ErrCancelled):
			stopped++
		case err != nil:
			t.Error(err)
		}
		if err := b.MXPredForward(p); err != nil {
			t.Fatalf("the forward after number %d: %v", i, err)
		}
		cancel()
	}
	if stopped == 0 {
		t.Error("no forward was stopped")
	}
}

// Any mix of forwards, cancels and frees: nothing is used after it was freed.
func TestManyThreadsCancelOnePredictor(t *testing.T) {
	b := realLibrary(t)
	for range 50 {
		p := newPredictor(t, b, testkit.ChainSymbol(20), noParams, 1000)
		var frees atomic.Int32
		var group sync.WaitGroup
		for worker := range 4 {
			group.Add(1)
			go func() {
				defer group.Done()
				for i := range 20 {
					err := b.LPPredCancel(p)
					if worker < 2 {
						err = b.MXPredForward(p)
					}
					if err != nil && !errors.Is(err, capi.ErrBusy) && !errors.Is(err, capi.ErrDisposed) && !errors.Is(err, constants.ErrCancelled) {
						t.Error(err)
					}
					if worker >= 2 && errors.Is(err, capi.ErrBusy) {
						t.Error("a cancel was refused:", err)
					}
					if worker == 3 && i == 15 && b.MXPredFree(p) == nil {
						frees.Add(1)
					}
				}
			}()
		}
		group.Wait()
		if frees.Load() != 1 || p.State() != capi.Freed {
			t.Fatal(frees.Load(), p.State())
		}
	}
}

func TestAContextNeedsALibraryThatCanBeStopped(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t, "-DPART_ONE"))
	p := fakePredictor(t, b, 0)
	wants(t, b.MXPredForwardContext(t.Context(), p), capi.ErrUnavailable, "MXPredForward: ", "does not have LPPredCancel")
	if err := errors.Join(b.MXPredForward(p), b.MXPredFree(p)); err != nil {
		t.Error(err)
	}
}
