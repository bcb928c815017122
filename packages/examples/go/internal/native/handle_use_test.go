package native

import (
	"testing"

	"github.com/ebitengine/purego"

	"libpredict/gen/constants"
)

// countedHandle is a handle whose release is counted.
func countedHandle(released *int) *Handle {
	library := &Library{}
	library.addresses[constants.FnMXPredFree] = purego.NewCallback(func(address uintptr) uintptr {
		if address != 7 {
			*released += 1000
		}
		*released++
		return 0
	})
	return &Handle{library: library, kind: "predictor", address: 7, release: int(constants.FnMXPredFree)}
}

func TestWhoMayUseAHandleTogether(t *testing.T) {
	for _, pair := range []struct {
		inside, enters Use
		refused        constants.ErrorCode
		state          HandleState
	}{
		{Shared, Shared, "", Busy},
		{Shared, Exclusive, ErrBusy, Busy},
		{Shared, Alongside, "", Busy},
		{Exclusive, Shared, ErrBusy, Busy},
		{Exclusive, Exclusive, ErrBusy, Busy},
		{Exclusive, Alongside, "", Busy},
		{Alongside, Shared, "", Alive},
		{Alongside, Exclusive, "", Alive},
		{Alongside, Alongside, "", Alive},
	} {
		h := &Handle{kind: "predictor", release: -1}
		if code, text := h.enter(pair.inside); code != "" || h.State() != pair.state {
			t.Error(pair, code, text, h.State())
		}
		if code, _ := h.enter(pair.enters); code != pair.refused {
			t.Error(pair, code)
		} else if code == "" {
			h.leave(pair.enters)
		}
		// The one that came first is as it was.
		if h.State() != pair.state {
			t.Error(pair, h.State())
		}
		h.leave(pair.inside)
		if h.state.Load() != 0 {
			t.Error(pair, h.state.Load())
		}
	}
}

func TestLeavingAlongsideDoesNotLetOthersIn(t *testing.T) {
	h := &Handle{kind: "predictor", release: -1}
	h.enter(Exclusive)
	h.enter(Alongside)
	h.leave(Alongside)
	if code, _ := h.enter(Exclusive); code != ErrBusy {
		t.Error("the mark of the running call is gone:", code)
	}
	h.enter(Alongside)
	h.leave(Exclusive)
	if code, _ := h.enter(Exclusive); code != "" {
		t.Error("a call alongside is in the way:", code)
	}
}

func TestTheReleaseWaitsForCallsAlongside(t *testing.T) {
	for _, last := range []Use{Alongside, Exclusive} {
		released := 0
		h := countedHandle(&released)
		h.enter(Exclusive)
		h.enter(Alongside)
		if first, idle := h.markFreed(); !first || idle {
			t.Error(first, idle)
		}
		if code, _ := h.enter(Alongside); code != ErrDisposed {
			t.Error("a freed handle was entered:", code)
		}
		h.leave(Alongside + Exclusive - last)
		if released != 0 || h.State() != Freed {
			t.Error("the release did not wait for use", last)
		}
		h.leave(last)
		if released != 1 {
			t.Error(last, released)
		}
	}
	h := countedHandle(new(int))
	h.enter(Alongside)
	if _, idle := h.markFreed(); idle {
		t.Error("a handle that is used alongside is idle")
	}
}
