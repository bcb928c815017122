// Monitor callbacks: one C function for all Go functions.

package native

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Monitor receives the name and the array of a tensor. The handle is freed when it returns.
type Monitor func(name string, array *Handle)

// CallbackPanic is what a forward panics with after its monitor callback panicked: the panic must
// not unwind through C, so it waits until the forward is over.
type CallbackPanic struct {
	// Value is what the callback panicked with.
	Value any
	// Stack is the callback's stack at that moment.
	Stack []byte
}

// Error returns the value and the stack of the callback.
func (p *CallbackPanic) Error() string {
	return fmt.Sprintf("panic in a monitor callback: %v\n\n%s", p.Value, p.Stack)
}

// Unwrap returns the value if it is an error.
func (p *CallbackPanic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// monitor is one callback that was set. Only the thread that runs the forward uses it.
type monitor struct {
	id      uintptr
	library *Library
	kind    string
	call    Monitor
	failure *CallbackPanic
}

// monitors finds the callback by the user pointer that C passes on: a process can make a limited
// number of C function pointers and never give one back, so there is one for all.
var monitors = struct {
	sync.RWMutex
	byID map[uintptr]*monitor
	last uintptr
}{byID: map[uintptr]*monitor{}}

var monitorEntry = sync.OnceValue(func() uintptr { return purego.NewCallback(onTensor) })

func registerMonitor(library *Library, kind string, call Monitor) *monitor {
	monitors.Lock()
	defer monitors.Unlock()
	monitors.last++
	m := &monitor{id: monitors.last, library: library, kind: kind, call: call}
	monitors.byID[m.id] = m
	return m
}

func (m *monitor) forget() {
	monitors.Lock()
	defer monitors.Unlock()
	delete(monitors.byID, m.id)
}

func (h *Handle) forgetMonitor() {
	if h.monitor != nil {
		h.monitor.forget()
		h.monitor = nil
	}
}

// onTensor is what C calls.
func onTensor(name unsafe.Pointer, array, user uintptr) uintptr {
	monitors.RLock()
	m := monitors.byID[user]
	monitors.RUnlock()
	if m == nil {
		return 0
	}
	if m.failure == nil {
		m.show(copyText(name), array)
	}
	if m.library.freeArray != 0 {
		purego.SyscallN(m.library.freeArray, array)
	}
	return 0
}

func (m *monitor) show(name string, array uintptr) {
	lent := &Handle{library: m.library, kind: m.kind, address: array, release: -1}
	defer func() {
		if value := recover(); value != nil {
			m.failure = &CallbackPanic{value, debug.Stack()}
		}
		// Should another goroutine read the array still, the memory must wait for it.
		for _, idle := lent.markFreed(); !idle; idle = lent.state.Load() == freedBit {
			runtime.Gosched()
		}
	}()
	m.call(name, lent)
}

// takeFailure takes the panic out that happened during the call that just ended.
func (m *monitor) takeFailure() *CallbackPanic {
	failure := m.failure
	m.failure = nil
	return failure
}
