// The life of a call: what it holds, the handle that it claims, how it ends.

package native

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"libpredict/gen/constants"
)

const (
	maxArguments = 16
	maxCells     = 4
	keyBytes     = 128
)

// Call is one call of one C function. The generated method checks and converts each argument with
// it, runs it, reads the results and ends it, in this order. The first failure is kept: what comes
// after does nothing, and End returns it.
//
// C writes to the cells of the call and reads strings from it. A Call is on the heap, where Go does
// not move it, and Run's caller keeps what the arguments point to alive.
type Call struct {
	library  *Library
	function constants.Function
	err      error
	handle   *Handle // held
	use      Use     // of the handle
	failure  *CallbackPanic

	arguments [maxArguments]uintptr
	values    [maxCells]uint64
	pointers  [maxCells]unsafe.Pointer
	key       [keyBytes]byte
	keyUsed   bool
	pointing  bool
	pinned    bool
	pinner    runtime.Pinner

	sets       bool // the call sets a monitor
	newMonitor *monitor
}

var calls = sync.Pool{New: func() any { return new(Call) }}

// emptyMemory stands in for an empty array, so that C never sees NULL where it expects none.
var emptyMemory = new(uint64)

// Begin makes a call of a function.
func (l *Library) Begin(function constants.Function) *Call {
	c := calls.Get().(*Call)
	c.library, c.function = l, function
	if l.addresses[function] == 0 {
		only := ""
		if constants.FunctionParts[function] == 2 {
			only = " (it has only MXNet's part of the header)"
		}
		c.Fail(ErrUnavailable, "%s does not have this function%s", l.path, only)
	}
	return c
}

// Fail keeps a failure, if it is the first.
func (c *Call) Fail(code constants.ErrorCode, format string, values ...any) {
	if c.err == nil {
		c.err = &Error{code, constants.FunctionNames[c.function], fmt.Sprintf(format, values...)}
	}
}

func (c *Call) checkHandle(name string, h *Handle, kind string) bool {
	switch {
	case c.err != nil:
	case h == nil:
		c.Fail(constants.ErrHandle, "%s must not be nil: it must be a handle of kind %q that the library made", name, kind)
	case h.kind != kind:
		c.Fail(constants.ErrHandle, "%s must be a handle of kind %q, not of kind %q", name, kind, h.kind)
	case h.library != c.library:
		c.Fail(constants.ErrHandle, "%s belongs to another library", name)
	}
	return c.err == nil
}

// Hold claims the handle that the call works on, until End.
func (c *Call) Hold(name string, h *Handle, kind string, use Use) uintptr {
	if !c.checkHandle(name, h, kind) {
		return 0
	}
	if code, text := h.enter(use); code != "" {
		c.Fail(code, "%s", text)
		return 0
	}
	c.handle, c.use = h, use
	return h.address
}

// Release gives a handle back: now, or when the call that uses it has ended. It ends the call.
func (c *Call) Release(name string, h *Handle, kind string, isNil bool) error {
	if isNil {
		c.Run4(0, 0, 0, 0)
		return c.End()
	}
	if !c.checkHandle(name, h, kind) {
		return c.End()
	}
	switch first, idle := h.markFreed(); {
	case !first:
		c.Fail(ErrDisposed, "the %s handle was freed", h.kind)
	case idle && c.Run4(h.address, 0, 0, 0):
		h.forgetMonitor()
	case idle:
		h.state.Store(0) // the library refused: nothing was freed
	}
	return c.End()
}

// NewHandle makes the handle of an object that the library just made.
func (c *Call) NewHandle(address uintptr, kind string, release constants.Function) *Handle {
	if address == 0 {
		c.Fail(constants.ErrInternal, "the library gave a NULL handle")
		return nil
	}
	return &Handle{library: c.library, kind: kind, address: address, release: int(release)}
}

// End ends the call and returns the failure, if there was one. The Call must not be used after it.
func (c *Call) End() error {
	err, failure := c.err, c.failure
	if c.sets {
		c.settleMonitor()
	}
	if c.handle != nil {
		c.handle.leave(c.use)
	}
	if c.pinned {
		c.pinner.Unpin()
	}
	if c.pointing {
		// What C has freed may become Go's: the collector must not find old pointers to it.
		c.pointers, c.pointing = [maxCells]unsafe.Pointer{}, false
	}
	c.library, c.handle, c.err, c.failure = nil, nil, nil, nil
	c.keyUsed, c.pinned, c.sets, c.newMonitor = false, false, false, nil
	calls.Put(c)
	if failure != nil {
		panic(failure)
	}
	return err
}

// settleMonitor ends a call that sets a callback: the new one takes the place of the old, or goes.
func (c *Call) settleMonitor() {
	if c.err != nil {
		if c.newMonitor != nil {
			c.newMonitor.forget()
		}
		return
	}
	c.handle.forgetMonitor()
	c.handle.monitor = c.newMonitor
}
