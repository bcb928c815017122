// What C writes during a call, and its form for Go.

package native

import (
	"unsafe"

	"libpredict/gen/constants"
)

// maxHandles is more than any process can hold; a count above it is a mistake.
const maxHandles = 1 << 24

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
	returned := false
	defer func() {
		if !returned { // it panicked, or ended the goroutine
			_ = c.End()
		}
	}()
	c.err = use(view[:len(view):len(view)])
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
