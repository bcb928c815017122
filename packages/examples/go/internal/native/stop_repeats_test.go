package native

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ebitengine/purego"

	"libpredict/gen/constants"
)

// A call that has not begun in C when it is stopped does not notice: it is stopped again.
func TestAStopIsRepeatedUntilTheCallHasEnded(t *testing.T) {
	var stops atomic.Int32
	noticed := make(chan struct{})
	library := &Library{}
	library.addresses[constants.FnMXPredForward] = purego.NewCallback(func(uintptr) uintptr {
		select {
		case <-noticed:
		case <-time.After(10 * time.Second):
			t.Error("it was not stopped again")
		}
		return 0
	})
	library.addresses[constants.FnLPPredCancel] = purego.NewCallback(func(address uintptr) uintptr {
		if stops.Add(1) == 3 && address == 7 {
			close(noticed)
		}
		return 0
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c := library.Begin(constants.FnMXPredForward)
	c.RunUntil(ctx, constants.FnLPPredCancel, 7)
	if err := c.End(); err != nil {
		t.Error(err)
	}
	after := stops.Load()
	time.Sleep(5 * stopAgain)
	if stops.Load() != after {
		t.Error("it was stopped after it had ended")
	}
}
