// The library as the system loads it: its name and its functions, on Windows.

package native

import (
	"strings"
	"syscall"
)

// libraryFileName is what the library file is called on this system.
const libraryFileName = "predict.dll"

func openImage(path string) (uintptr, error) {
	image, err := syscall.LoadLibrary(path)
	return uintptr(image), err
}

// addressOf returns 0 for a function that the library lacks.
func addressOf(image uintptr, name string) uintptr {
	address, err := syscall.GetProcAddress(syscall.Handle(image), name)
	if err != nil {
		return 0
	}
	return address
}

// isNotInstalled tells a library that is nowhere from one that does not load.
func isNotInstalled(reason string) bool {
	return strings.Contains(reason, syscall.ERROR_MOD_NOT_FOUND.Error())
}
