package native

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"

	"libpredict/gen/constants"
)

const (
	maxArguments = 16
	maxCells     = 4
	keyBytes     = 128
	// maxHandles is more than any process can hold; a count above it is a mistake.
	maxHandles = 1 << 24
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

// --- handles ---

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
func (c *Call) Hold(name string, h *Handle, kind string, exclusive bool) uintptr {
	if !c.checkHandle(name, h, kind) {
		return 0
	}
	if code, text := h.enter(exclusive); code != "" {
		c.Fail(code, "%s", text)
		return 0
	}
	c.handle = h
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

// --- arguments ---

// Length is a count that the caller gave, for comparison with the length of a slice.
func Length[T int32 | uint32 | uint64](count T) int64 {
	if number := int64(count); number >= 0 || count < 0 {
		return number
	}
	return 1<<63 - 1
}

// String makes a NUL-terminated copy.
func (c *Call) String(name, value string) unsafe.Pointer {
	if nul := strings.IndexByte(value, 0); nul >= 0 {
		c.Fail(constants.ErrArgument, "%s has a NUL character at %d, where C would end it", name, nul)
	}
	if c.err != nil {
		return nil
	}
	text := c.key[:]
	if c.keyUsed || len(value) >= keyBytes {
		text = make([]byte, len(value)+1)
	} else {
		c.keyUsed = true
	}
	text[copy(text, value)] = 0
	return unsafe.Pointer(unsafe.SliceData(text))
}

// Strings makes NUL-terminated copies and an array of pointers to them, all pinned until End.
// none: the header says that there are none to point to.
func (c *Call) Strings(name string, values []string, length int64, none bool) unsafe.Pointer {
	if values == nil || len(values) != int(length) {
		return c.nothing(name, values == nil, none, len(values), "strings", length)
	}
	size := 0
	for i, value := range values {
		if nul := strings.IndexByte(value, 0); nul >= 0 {
			c.Fail(constants.ErrArgument, "%s[%d] has a NUL character at %d, where C would end it", name, i, nul)
		}
		size += len(value) + 1
	}
	if c.err != nil || len(values) == 0 {
		return unsafe.Pointer(emptyMemory)
	}
	texts := make([]byte, 0, size)
	table := make([]unsafe.Pointer, len(values))
	c.pinner.Pin(unsafe.SliceData(texts))
	c.pinner.Pin(unsafe.SliceData(table))
	c.pinned = true
	for i, value := range values {
		table[i] = unsafe.Add(unsafe.Pointer(unsafe.SliceData(texts)), len(texts))
		texts = append(append(texts, value...), 0)
	}
	return unsafe.Pointer(unsafe.SliceData(table))
}

// nothing deals with a nil slice, which stands for NULL, and with one of the wrong length.
func (c *Call) nothing(name string, isNil, none bool, count int, what string, length int64) unsafe.Pointer {
	switch {
	case isNil && none:
	case isNil:
		c.Fail(constants.ErrArgument, "%s is nil but not empty", name)
	case length < 0:
		c.Fail(constants.ErrArgument, "%s would have a negative length: %d", name, length)
	case int64(count) != length:
		c.Fail(constants.ErrSize, "%s has %d %s, expected %d", name, count, what, length)
	}
	return unsafe.Pointer(emptyMemory)
}

// Array lends a slice that may be nil where the header says that there is none to point to.
func Array[T any](c *Call, name string, slice []T, length int64, none bool) unsafe.Pointer {
	if len(slice) == 0 || int64(len(slice)) != length {
		return c.nothing(name, slice == nil, none, len(slice), "elements", length)
	}
	return unsafe.Pointer(unsafe.SliceData(slice))
}

// At is element index of an array of lengths; 0 if the array is nil.
func At(array []uint32, index uint32) int64 {
	if int64(index) >= int64(len(array)) {
		return 0
	}
	return int64(array[index])
}

// Bytes lends memory. nil stands for NULL.
func (c *Call) Bytes(name string, memory []byte, length int64, nullable bool) unsafe.Pointer {
	switch {
	case memory == nil && !nullable:
		c.Fail(constants.ErrArgument, "%s must not be nil", name)
	case length < 0:
		c.Fail(constants.ErrArgument, "%s would have a negative length: %d", name, length)
	case int64(len(memory)) != length && memory == nil:
		c.Fail(constants.ErrArgument, "%s is nil but not empty", name)
	case int64(len(memory)) != length:
		c.Fail(constants.ErrSize, "%s has %d bytes, expected %d", name, len(memory), length)
	case memory == nil:
		return nil
	}
	if len(memory) == 0 {
		return unsafe.Pointer(emptyMemory)
	}
	return unsafe.Pointer(unsafe.SliceData(memory))
}

// Elements lends a slice of a tensor's elements, of the type that the tensor has.
func (c *Call) Elements(name string, elements Elements, length int64, dtype int32) unsafe.Pointer {
	switch {
	case c.err != nil:
	case elements.name == "":
		c.Fail(constants.ErrArgument, "%s holds nothing: make it with ElementsOf", name)
	case sliceNames[dtype] == "":
		c.Fail(constants.ErrDType, "%s: no slice holds elements of type %d", name, dtype)
	case elements.fits>>dtype&1 == 0:
		c.Fail(constants.ErrDType, "%s must be a %s, not a %s", name, sliceNames[dtype], elements.name)
	case int64(elements.count) != length:
		c.Fail(constants.ErrSize, "%s has %d elements, expected %d", name, elements.count, length)
	}
	if c.err != nil || elements.count == 0 {
		return unsafe.Pointer(emptyMemory)
	}
	return elements.pointer
}

// Written makes a slice that C filled fit for Go.
func (c *Call) Written(elements Elements) {
	elements.normalizeBools()
}

// Callback makes a C function pointer and a user pointer of a function; both 0 for none.
func (c *Call) Callback(kind string, call Monitor) (entry, user uintptr) {
	if c.err != nil {
		return 0, 0
	}
	c.sets = true
	if call == nil {
		return 0, 0
	}
	c.newMonitor = registerMonitor(c.library, kind, call)
	return monitorEntry(), c.newMonitor.id
}

// --- results ---

// Value is the cell that C writes number i to.
func (c *Call) Value(i int) unsafe.Pointer {
	c.values[i] = 0
	return unsafe.Pointer(&c.values[i])
}

// Int32, Uint32 and Uint64 read a cell after the call.
func (c *Call) Int32(i int) int32 { return *(*int32)(unsafe.Pointer(&c.values[i])) }

// Uint32 reads a cell.
func (c *Call) Uint32(i int) uint32 { return *(*uint32)(unsafe.Pointer(&c.values[i])) }

// Uint64 reads a cell.
func (c *Call) Uint64(i int) uint64 { return c.values[i] }

// Pointer is the cell that C writes pointer i to: of its own memory, never of Go's.
func (c *Call) Pointer(i int) unsafe.Pointer {
	c.pointing = true
	return unsafe.Pointer(&c.pointers[i])
}

// Text copies the string behind a pointer that C wrote.
func (c *Call) Text(i int) string { return copyText(c.pointers[i]) }

// View copies what stands behind a pointer that C wrote.
func View[T any](c *Call, i int, count uint64) []T {
	view, err := viewOf[T](c.pointers[i], count)
	if err != nil {
		c.Fail(err.Code, "%s", err.Text)
		return nil
	}
	return append([]T{}, view...)
}

// Product multiplies dimensions; what does not fit becomes more than can be copied.
func Product(dims []uint32) uint64 {
	product := uint64(1)
	for _, dim := range dims {
		if dim == 0 {
			return 0
		}
		if product > maxCopyBytes/uint64(dim) {
			product = maxCopyBytes + 1
		} else {
			product *= uint64(dim)
		}
	}
	return product
}

// Lend shows the memory behind a pointer that C wrote to a function, while the handle is held.
func (c *Call) Lend(i int, size uint64, use func(data []byte) error) {
	view, failed := viewOf[byte](c.pointers[i], size)
	if failed != nil {
		c.Fail(failed.Code, "%s", failed.Text)
		return
	}
	c.Ask(func() error { return use(view[:len(view):len(view)]) })
}

// Ask calls a function of the caller's in the middle of the call. Its error is the call's.
func (c *Call) Ask(question func() error) {
	returned := false
	defer func() {
		if !returned { // it panicked, or ended the goroutine
			_ = c.End()
		}
	}()
	c.err = question()
	returned = true
}

// OutputTypeCells is the memory for what MXPredGetOutputType writes.
func (c *Call) OutputTypeCells(index uint32) []int32 {
	if index > maxOutputIndex {
		c.Fail(constants.ErrIndex, "out_index %d is beyond %d", index, maxOutputIndex)
		return make([]int32, 1)
	}
	return make([]int32, outputTypeCells(index))
}

// LastOf reads what was written into such memory.
func LastOf(cells []int32) int32 { return typeOfCells(cells) }

// HandleCells is the memory for handles that the call makes.
func (c *Call) HandleCells(name string, count int64) []uintptr {
	switch {
	case count < 0:
		c.Fail(constants.ErrArgument, "%s would have a negative length: %d", name, count)
	case count > maxHandles:
		c.Fail(constants.ErrMemory, "cannot make room for %d handles", count)
	default:
		return make([]uintptr, max(1, count))
	}
	return make([]uintptr, 1)
}

// --- running ---

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
	if c.handle != nil && c.handle.monitor != nil {
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

// End ends the call and returns the failure, if there was one. The Call must not be used after it.
func (c *Call) End() error {
	err, failure := c.err, c.failure
	if c.sets {
		c.settleMonitor()
	}
	if c.handle != nil {
		c.handle.leave()
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
