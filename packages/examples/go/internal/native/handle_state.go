// Handles: who may use one, and when it is given back.

package native

import (
	"fmt"
	"sync/atomic"

	"libpredict/gen/constants"
)

// HandleState says whether a handle may be used.
type HandleState string

const (
	// Alive: it may be used.
	Alive HandleState = "alive"
	// Busy: a call is running on it.
	Busy HandleState = "busy"
	// Freed: it was given back, or will be when the running call ends.
	Freed HandleState = "freed"
)

// Use is what a call that uses a handle lets others do with it meanwhile.
type Use int

const (
	// Shared: other calls may share it.
	Shared Use = iota
	// Exclusive: no other call may use it, but for those alongside.
	Exclusive
	// Alongside: any other call may use it, an exclusive one too.
	Alongside
)

// Bits of Handle.state. The lowest count the calls that share the handle, or are alone with it;
// those above, the calls alongside.
const (
	freedBit     uint64 = 1 << 63
	exclusiveBit uint64 = 1 << 62
	oneAlongside uint64 = 1 << 31
	inTheWayBits        = exclusiveBit | (oneAlongside - 1)
)

// Handle is an object of the library. Its address never leaves this package but for C.
//
// Invariants: the address is handed to C only between enter and leave; the object is released
// exactly once, when it was freed and no call uses it; after that nobody enters.
type Handle struct {
	library *Library
	kind    string
	address uintptr
	// release is the index of the C function that gives the object back; -1: it is never owned.
	release int
	state   atomic.Uint64

	// What follows is read and written only while the handle is held exclusively.
	types   tensorTypes
	monitor *monitor
}

// State tells whether the handle may be used now.
func (h *Handle) State() HandleState {
	switch s := h.state.Load(); {
	case s&freedBit != 0:
		return Freed
	case s&inTheWayBits != 0:
		return Busy
	}
	return Alive
}

// Kind tells which kind of object it is.
func (h *Handle) Kind() string { return h.kind }

// enter begins a use. Without success it says why.
func (h *Handle) enter(use Use) (code constants.ErrorCode, text string) {
	inTheWay := exclusiveBit
	switch use {
	case Exclusive:
		inTheWay = inTheWayBits
	case Alongside:
		inTheWay = 0
	}
	for {
		s := h.state.Load()
		switch {
		case s&freedBit != 0:
			return ErrDisposed, fmt.Sprintf("the %s handle was freed", h.kind)
		case s&inTheWay != 0:
			return ErrBusy, fmt.Sprintf("a running call uses the %s handle", h.kind)
		case h.state.CompareAndSwap(s, s+use.mark()):
			return "", ""
		}
	}
}

// mark is what a call adds to the state while it uses a handle.
func (use Use) mark() uint64 {
	switch use {
	case Exclusive:
		return exclusiveBit + 1
	case Alongside:
		return oneAlongside
	}
	return 1
}

// leave ends a use, and releases the object if it was freed meanwhile and this was the last use.
func (h *Handle) leave(use Use) {
	if h.state.Add(-use.mark()) == freedBit {
		h.giveBack()
	}
}

// markFreed keeps everybody else out. idle: no call uses the object, so the caller must release it.
func (h *Handle) markFreed() (first, idle bool) {
	for {
		s := h.state.Load()
		if s&freedBit != 0 {
			return false, false
		}
		if h.state.CompareAndSwap(s, s|freedBit) {
			return true, s == 0
		}
	}
}

// giveBack releases the object for someone who waits for no outcome: a valid handle's release
// does not fail.
func (h *Handle) giveBack() {
	h.forgetMonitor()
	if h.release >= 0 {
		h.library.free(h.release, h.address)
	}
}
