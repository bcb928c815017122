// A loaded library: the addresses of its functions, and the reason of its last failure.

package native

import (
	"unsafe"

	"github.com/ebitengine/purego"

	"libpredict/gen/constants"
)

// The binding is for 64-bit systems, as the layouts in the header's description are.
var _ [unsafe.Sizeof(uintptr(0)) - 8]struct{}

// Library is a loaded library. It does not change, and any number of goroutines may use it.
type Library struct {
	path      string
	addresses [constants.FunctionCount]uintptr // 0: the library lacks the function
	freeArray uintptr
}

func newLibrary(path string, image uintptr) *Library {
	library := &Library{path: path}
	for f, name := range constants.FunctionNames {
		library.addresses[f] = addressOf(image, name)
	}
	// The reference hands its monitor arrays that the callback has to free, by a function that is
	// not in the header.
	if !library.has(constants.FnLPArrayGetInfo) {
		library.freeArray = addressOf(image, "MXNDArrayFree")
	}
	return library
}

// Path is the file that was loaded, or its bare name if the system's loader found it.
func (l *Library) Path() string { return l.path }

// Has tells whether the library has a function of the header. One with part one only lacks those
// that begin with LP.
func (l *Library) Has(name string) bool {
	for f, known := range constants.FunctionNames {
		if known == name {
			return l.has(constants.Function(f))
		}
	}
	return false
}

func (l *Library) has(f constants.Function) bool { return l.addresses[f] != 0 }

// free gives an object back whose handle nobody uses.
func (l *Library) free(release int, address uintptr) {
	purego.SyscallN(l.addresses[release], address)
}

// lastError makes the error of a call that failed on this very thread.
func (l *Library) lastError() (constants.ErrorCode, string) {
	text := ""
	if address := l.addresses[constants.FnMXGetLastError]; address != 0 {
		result, _, _ := purego.SyscallN(address)
		text = copyText(cPointer(result))
	}
	if text == "" {
		text = "failed"
	}
	code := ErrUnknown
	if address := l.addresses[constants.FnLPGetErrorCode]; address != 0 {
		number, _, _ := purego.SyscallN(address)
		if word := constants.ErrorCodeOf(int32(number)); word != "" {
			code = word
		}
	}
	return code, text
}
