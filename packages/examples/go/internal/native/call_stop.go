// Calls that a context ends.

package native

import (
	"context"
	"time"

	"github.com/ebitengine/purego"

	"libpredict/gen/constants"
)

// stopAgain is how long a call that was told to stop is left alone: it may not have begun in C yet,
// where nothing is told to it.
const stopAgain = time.Millisecond

// RunUntil runs a function of a handle alone. Once ctx is over it calls stop with the same handle,
// from another thread, until the function has returned. When RunUntil returns, no such call is
// running, and none will: so stop reaches nobody's next call.
func (c *Call) RunUntil(ctx context.Context, stop constants.Function, handle uintptr) bool {
	address := c.library.addresses[stop]
	if address == 0 {
		c.Fail(ErrUnavailable, "%s does not have %s, which a context needs", c.library.path, constants.FunctionNames[stop])
	}
	if c.err != nil {
		return false
	}
	ended, gone := make(chan struct{}), make(chan struct{})
	forget := context.AfterFunc(ctx, func() {
		defer close(gone)
		for {
			purego.SyscallN(address, handle)
			select {
			case <-ended:
				return
			case <-time.After(stopAgain):
			}
		}
	})
	// Deferred for a monitor callback that ends the goroutine.
	defer func() {
		close(ended)
		if !forget() {
			<-gone
		}
	}()
	return c.Run4(handle, 0, 0, 0)
}
