package native_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"libpredict/gen/capi"
	"libpredict/gen/constants"
	"libpredict/internal/native"
	"libpredict/internal/testkit"
)

func TestMonitorSeesTensorsInOrder(t *testing.T) {
	b := realLibrary(t)
	p := newPredictor(t, b, testkit.DenseSymbol, testkit.DenseParams(), 1, 2)
	seen := map[string]string{}
	var order []string
	var kept *capi.NDArrayHandle
	err := b.MXPredSetMonitorCallback(p, func(name string, array *capi.NDArrayHandle) {
		dtype, dims, _, data, _, err := b.LPArrayGetInfo(array)
		order = append(order, name)
		seen[name] = fmt.Sprint(dtype, dims, len(data), err)
		kept = array
	}, false)
	if err := errors.Join(err, b.MXPredForward(p)); err != nil {
		t.Fatal(err)
	}
	if strings.Join(order, " ") != "fc_output act_output" || seen["fc_output"] != "0 [1 2] 8 <nil>" {
		t.Error(order, seen)
	}
	_, _, _, _, _, err = b.LPArrayGetInfo(kept)
	wants(t, err, capi.ErrDisposed, "the ndarray handle was freed")
	if err := errors.Join(b.MXPredSetMonitorCallback(p, nil, false), b.MXPredForward(p)); err != nil || len(order) != 2 {
		t.Error("it was called after it was taken away", order, err)
	}
}

func TestMonitorReplacesAndAFailedSetKeepsTheOld(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	p := fakePredictor(t, b, 0)
	counts, before := make([]int, 3), native.MonitorCount()
	count := func(i int) capi.PredMonitorCallback { return func(string, *capi.NDArrayHandle) { counts[i]++ } }
	err := errors.Join(b.MXPredSetMonitorCallback(p, count(0), false), b.MXPredForward(p),
		b.MXPredSetMonitorCallback(p, count(1), false), b.MXPredForward(p))
	if err != nil || counts[0] != 2 || counts[1] != 2 {
		t.Fatal(counts, err)
	}
	wants(t, b.MXPredSetMonitorCallback(p, count(2), true), constants.ErrUnsupported) // the fake refuses
	if native.MonitorCount() != before+1 {
		t.Error("callbacks that nobody calls are kept:", native.MonitorCount()-before)
	}
	if err := errors.Join(b.MXPredForward(p), b.MXPredFree(p)); err != nil || counts[1] != 4 || counts[2] != 0 {
		t.Error(counts, err)
	}
}

// A process can make about 2,000 C function pointers; there is one for all callbacks here.
func TestAnyNumberOfMonitors(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	calls, before := 0, native.MonitorCount()
	for range 3000 {
		p := fakePredictor(t, b, 0)
		err := errors.Join(b.MXPredSetMonitorCallback(p, func(string, *capi.NDArrayHandle) { calls++ }, false),
			b.MXPredForward(p), b.MXPredFree(p))
		if err != nil {
			t.Fatal(err)
		}
	}
	if calls != 6000 || native.MonitorCount() != before {
		t.Error(calls, native.MonitorCount()-before)
	}
}

func TestMonitorsOfManyThreads(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			p, calls := fakePredictor(t, b, 0), 0
			err := b.MXPredSetMonitorCallback(p, func(name string, array *capi.NDArrayHandle) {
				runtime.GC()
				if _, _, _, data, _, err := b.LPArrayGetInfo(array); err != nil || len(data) != 8 {
					t.Error(name, err)
				}
				calls++
			}, false)
			for range 20 {
				err = errors.Join(err, b.MXPredForward(p))
			}
			if err := errors.Join(err, b.MXPredFree(p)); err != nil || calls != 40 {
				t.Error(calls, err)
			}
		}()
	}
	group.Wait()
}

func TestAPanicInAMonitorWaitsForTheEndOfTheForward(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	p := fakePredictor(t, b, 0)
	calls, own := 0, errors.New("own")
	err := errors.Join(b.MXPredSetInput(p, "data", capi.ElementsOf([]float32{21}), 1),
		b.MXPredSetMonitorCallback(p, func(string, *capi.NDArrayHandle) { calls++; panic(own) }, false))
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			failure, _ := recover().(*capi.CallbackPanic)
			if failure == nil || !errors.Is(failure, own) || !strings.Contains(failure.Error(), "monitor_callbacks_test.go") {
				t.Errorf("not the callback's panic with its stack: %v", failure)
			}
		}()
		_ = b.MXPredForward(p)
		t.Error("no panic")
	}()
	if calls != 1 {
		t.Errorf("it was called %d times, also after it had panicked", calls)
	}
	// The forward went on to its end, and the predictor can be used.
	got := []float32{0}
	if err := b.MXPredGetOutput(p, 0, capi.ElementsOf(got), 1); err != nil || got[0] != 42 {
		t.Error(got, err)
	}
	if err := errors.Join(b.MXPredSetMonitorCallback(p, nil, false), b.MXPredForward(p), b.MXPredFree(p)); err != nil {
		t.Error(err)
	}
}

func TestThePredictorIsBusyForItsMonitor(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	before, callbacks := liveObjects(t, b), native.MonitorCount()
	p := fakePredictor(t, b, 0)
	calls := 0
	err := b.MXPredSetMonitorCallback(p, func(string, *capi.NDArrayHandle) {
		if calls++; calls == 1 {
			if err := b.MXPredForward(p); !errors.Is(err, capi.ErrBusy) {
				t.Error(err)
			}
			if err := b.MXPredFree(p); err != nil { // when the forward has ended
				t.Error(err)
			}
		}
		if liveObjects(t, b) != before+1 {
			t.Error("the predictor was freed under its own forward")
		}
	}, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.MXPredForward(p); err != nil || calls != 2 {
		t.Error(calls, err)
	}
	if live := liveObjects(t, b); live != before || native.MonitorCount() != callbacks {
		t.Errorf("%d objects leaked, %d callbacks", live-before, native.MonitorCount()-callbacks)
	}
}

func TestGoexitInAMonitorLeavesThePredictorBusy(t *testing.T) {
	b := load(t, testkit.FakeLibrary(t))
	p, other := fakePredictor(t, b, 0), fakePredictor(t, b, 0)
	if err := b.MXPredSetMonitorCallback(p, func(string, *capi.NDArrayHandle) { runtime.Goexit() }, false); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = b.MXPredForward(p)
	}()
	<-ended
	wants(t, b.MXPredForward(p), capi.ErrBusy)
	if err := errors.Join(b.MXPredForward(other), b.MXPredFree(other)); err != nil {
		t.Error("another predictor suffers:", err)
	}
}
