// The library as the system loads it: its name and its functions, on Unix.

//go:build unix

package native

import (
	"runtime"
	"strings"

	"github.com/ebitengine/purego"
)

// libraryFileName is what the library file is called on this system.
var libraryFileName = map[string]string{"darwin": "libpredict.dylib"}[runtime.GOOS]

func init() {
	if libraryFileName == "" {
		libraryFileName = "libpredict.so"
	}
}

// openImage stays on one thread, because the loader keeps the reason of a failure for the thread
// that failed, and purego asks for it in a second call.
func openImage(path string) (uintptr, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
}

// addressOf returns 0 for a function that the library lacks.
func addressOf(image uintptr, name string) uintptr {
	address, err := purego.Dlsym(image, name)
	if err != nil {
		return 0
	}
	return address
}

// isNotInstalled tells a library that is nowhere from one that does not load.
func isNotInstalled(reason string) bool {
	return strings.Contains(reason, libraryFileName+": cannot open shared object file: No such file") || // glibc
		strings.Contains(reason, "Error loading shared library "+libraryFileName+": No such file") || // musl
		runtime.GOOS == "darwin" && strings.Contains(reason, "no such file")
}
