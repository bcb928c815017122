// The step into C.

package native

import (
	"runtime"

	"github.com/ebitengine/purego"
)

// Run4 runs a function of at most four arguments that returns 0 or -1, unless something failed
// before. C ignores arguments that its function does not have.
//
//go:uintptrescapes
func (c *Call) Run4(a0, a1, a2, a3 uintptr) bool {
	c.arguments[0], c.arguments[1], c.arguments[2], c.arguments[3] = a0, a1, a2, a3
	return c.run(4)
}

// Run16 runs a function of at most sixteen arguments.
//
//go:uintptrescapes
func (c *Call) Run16(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15 uintptr) bool {
	c.arguments = [maxArguments]uintptr{a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15}
	return c.run(maxArguments)
}

func (c *Call) run(count int) bool {
	if c.err != nil {
		return false
	}
	// The library keeps the reason of a failure on the thread that ran the call.
	runtime.LockOSThread()
	status, _, _ := purego.SyscallN(c.library.addresses[c.function], c.arguments[:count]...)
	if int32(status) != 0 {
		code, text := c.library.lastError()
		c.Fail(code, "%s", text)
	}
	runtime.UnlockOSThread()
	if c.handle != nil && c.use == Exclusive && c.handle.monitor != nil {
		c.failure = c.handle.monitor.takeFailure()
	}
	return c.err == nil && c.failure == nil
}

// RunCode runs a function that returns a code.
func (c *Call) RunCode(a0 uintptr) int32 {
	if c.err != nil {
		return 0
	}
	code, _, _ := purego.SyscallN(c.library.addresses[c.function], a0)
	return int32(code)
}

// RunText runs a function that returns text, and copies it.
func (c *Call) RunText(a0 uintptr) string {
	if c.err != nil {
		return ""
	}
	// The text may be the thread's own: nothing may move the goroutine before it is copied.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	text, _, _ := purego.SyscallN(c.library.addresses[c.function], a0)
	return copyText(cPointer(text))
}
