package native_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
	"libpredict/internal/testkit"
)

// fakePredictor has an input data of one element, and forwards that take a while.
func fakePredictor(t testing.TB, b *capi.Binding, forwardMilliseconds float32) *capi.PredictorHandle {
	t.Helper()
	p, err := b.MXPredCreate("", []byte{0}, 1, 1, 0, 1, []string{"data"}, []uint32{0, 1}, []uint32{1})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.MXPredSetInput(p, "delay_ms", capi.ElementsOf([]float32{forwardMilliseconds}), 1); err != nil {
		t.Fatal(err)
	}
	return p
}

// liveObjects counts what the fake library has not got back.
func liveObjects(t testing.TB, b *capi.Binding) int {
	t.Helper()
	text, err := b.LPGetBuildInfo()
	if err != nil {
		t.Fatal(err)
	}
	var live, peak int
	if _, err := fmt.Sscanf(text, "live=%d peak=%d", &live, &peak); err != nil {
		t.Fatal(text, err)
	}
	return live
}

func waitForState(t testing.TB, state func() capi.HandleState, want capi.HandleState) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); state() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the handle never became %s", want)
		}
	}
}

func TestAHandleThatACallUsesIsBusy(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	p := fakePredictor(t, b, 500)
	ended := make(chan error)
	go func() { ended <- b.MXPredForward(p) }()
	waitForState(t, p.State, capi.Busy)
	wants(t, b.MXPredForward(p), capi.ErrBusy, "MXPredForward: a running call uses the predictor handle")
	wants(t, b.MXPredSetInput(p, "data", capi.ElementsOf([]float32{1}), 1), capi.ErrBusy)
	_, err := b.MXPredReshape(1, []string{"data"}, []uint32{0, 1}, []uint32{1}, p)
	wants(t, err, capi.ErrBusy)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := b.MXPredForward(p); err != nil || p.State() != capi.Alive {
		t.Error("it is still busy", err)
	}
	if err := b.MXPredFree(p); err != nil {
		t.Error(err)
	}
}

func TestFreeingABusyHandleWaitsForTheCall(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	before := liveObjects(t, b)
	p := fakePredictor(t, b, 500)
	ended := make(chan error)
	go func() { ended <- b.MXPredForward(p) }()
	waitForState(t, p.State, capi.Busy)
	if err := b.MXPredFree(p); err != nil {
		t.Fatal(err)
	}
	if p.State() != capi.Freed || liveObjects(t, b) != before+1 {
		t.Error("the object did not wait for the call:", p.State(), liveObjects(t, b)-before)
	}
	wants(t, b.MXPredFree(p), capi.ErrDisposed)
	wants(t, b.MXPredForward(p), capi.ErrDisposed)
	if err := <-ended; err != nil {
		t.Error("the running call failed:", err)
	}
	if live := liveObjects(t, b); live != before {
		t.Errorf("%d objects leaked", live-before)
	}
}

func TestAModelMayBeSharedByThreads(t *testing.T) {
	b := realLibrary(t)
	m := newModel(t, b, testkit.DenseSymbol, testkit.DenseParams())
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 50 {
				p, err := b.LPPredCreate(m, 1, []string{"x"}, []uint32{0, 2}, []uint32{1, 2}, 0, nil, nil, 0, nil, &capi.LPOptions{NumThreads: 1})
				if err != nil {
					t.Error(err)
					return
				}
				got := make([]float32, 2)
				err = errors.Join(b.MXPredSetInput(p, "x", capi.ElementsOf([]float32{10, 20}), 2), b.MXPredForward(p),
					b.MXPredGetOutput(p, 0, capi.ElementsOf(got), 2), b.MXPredFree(p))
				if err != nil || got[0] != 50.5 {
					t.Error(got, err)
					return
				}
			}
		}()
	}
	group.Wait()
}

// Any mix of calls and frees from many goroutines: each call works, or says busy or disposed; each
// object is given back once.
func TestManyThreadsOnOneHandle(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	before := liveObjects(t, b)
	for range 200 {
		p := fakePredictor(t, b, 0)
		var frees atomic.Int32
		var group sync.WaitGroup
		for worker := range 4 {
			group.Add(1)
			go func() {
				defer group.Done()
				for i := range 5 {
					err := b.MXPredForward(p)
					if err != nil && !errors.Is(err, capi.ErrBusy) && !errors.Is(err, capi.ErrDisposed) {
						t.Error(err)
					}
					if worker > 1 && i == 3 && b.MXPredFree(p) == nil {
						frees.Add(1)
					}
				}
			}()
		}
		group.Wait()
		if frees.Load() != 1 {
			t.Fatalf("freed %d times", frees.Load())
		}
	}
	if live := liveObjects(t, b); live != before {
		t.Errorf("%d objects leaked", live-before)
	}
}

// The reason of a failure is kept on the thread of the call: goroutines must not read each other's.
func TestErrorsOfManyThreadsDoNotMix(t *testing.T) {
	b := realLibrary(t)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			p := newPredictor(t, b, testkit.ReluSymbol, noParams, 1)
			key := fmt.Sprintf("wrong%d", worker)
			for range 500 {
				err := b.MXPredSetInput(p, key, capi.ElementsOf([]float32{1}), 1)
				var failure *capi.Error
				if !errors.As(err, &failure) || failure.Code != constants.ErrName || !strings.Contains(failure.Text, key) {
					t.Errorf("%s: %v", key, err)
					return
				}
			}
		}()
	}
	group.Wait()
}

func TestLentMemoryKeepsTheHandleBusy(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	before := liveObjects(t, b)
	p := fakePredictor(t, b, 0)
	if err := errors.Join(b.MXPredSetInput(p, "data", capi.ElementsOf([]float32{21}), 1), b.MXPredForward(p)); err != nil {
		t.Fatal(err)
	}
	own := errors.New("own")
	err := b.LPPredGetOutputDataLent(p, 0, func(data []byte) error {
		if len(data) != 4 || data[3] != 0x42 || data[2] != 0x28 { // 42
			t.Errorf("lent %v", data)
		}
		wants(t, b.MXPredForward(p), capi.ErrBusy)
		if err := b.MXPredFree(p); err != nil { // when this function has returned
			t.Error(err)
		}
		if data[3] != 0x42 || liveObjects(t, b) != before+1 {
			t.Error("the memory is gone")
		}
		return own
	})
	if !errors.Is(err, own) || liveObjects(t, b) != before {
		t.Error(err, liveObjects(t, b)-before)
	}
}

func TestAPanicWhileMemoryIsLentLeavesTheHandleUsable(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	p := fakePredictor(t, b, 0)
	func() {
		defer func() {
			if recover() != "mine" {
				t.Error("the panic was lost")
			}
		}()
		_ = b.LPPredGetOutputDataLent(p, 0, func([]byte) error { panic("mine") })
	}()
	if err := errors.Join(b.MXPredForward(p), b.MXPredFree(p)); err != nil {
		t.Error(err)
	}
}
