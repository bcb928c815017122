// Checks of arguments, and their form for C.

package native

import (
	"strings"
	"unsafe"

	"libpredict/gen/constants"
)

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

// OptionalString makes a NUL-terminated copy, or NULL of nil.
func (c *Call) OptionalString(name string, value *string) unsafe.Pointer {
	if value == nil {
		return nil
	}
	return c.String(name, *value)
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

// largestElementBytes is the size of a float64 or int64.
const largestElementBytes = 8

// Elements lends a slice of a tensor's elements, of the type that the tensor has. Where nobody knows
// the type, it counts as float32, and C gets a copy with room for elements of any.
func (c *Call) Elements(name string, elements Elements, length int64, dtype int32) unsafe.Pointer {
	unknown := dtype == unknownType
	if unknown {
		dtype = int32(constants.LP_FLOAT32)
	}
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
	if unknown {
		room := make([]byte, elements.count*largestElementBytes)
		copy(room, unsafe.Slice((*byte)(elements.pointer), elements.count*int(elements.size)))
		return unsafe.Pointer(unsafe.SliceData(room))
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
