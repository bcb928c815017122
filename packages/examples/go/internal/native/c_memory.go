// Reading of memory that the library owns.

package native

import (
	"fmt"
	"unsafe"

	"libpredict/gen/constants"
)

// maxCopyBytes is beyond what any process can copy: a length above it is damage.
const maxCopyBytes = 1 << 46

// cPointer takes an address that C gave for a pointer. It does not point into Go's memory.
func cPointer(address uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&address))
}

// copyText copies a NUL-terminated string; "" for NULL.
func copyText(text unsafe.Pointer) string {
	if text == nil {
		return ""
	}
	length := 0
	for *(*byte)(unsafe.Add(text, length)) != 0 {
		length++
	}
	return string(unsafe.Slice((*byte)(text), length))
}

// viewOf checks memory that the library owns and makes a slice of it, which must not outlive it.
func viewOf[T any](pointer unsafe.Pointer, count uint64) ([]T, *Error) {
	var zero T
	switch {
	case count == 0:
		return []T{}, nil
	case pointer == nil:
		text := fmt.Sprintf("the library gave a NULL pointer for %d elements", count)
		return nil, &Error{Code: constants.ErrInternal, Text: text}
	case count > maxCopyBytes/uint64(unsafe.Sizeof(zero)):
		return nil, &Error{Code: constants.ErrMemory, Text: fmt.Sprintf("cannot copy %d elements", count)}
	}
	return unsafe.Slice((*T)(pointer), count), nil
}
