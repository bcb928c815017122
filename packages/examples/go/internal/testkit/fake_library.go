// Package testkit has what tests of several packages share: a fake library, small models, and the
// memory of the process.
package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// packagesFolder is packages/ of the workspace.
func packagesFolder() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "../../../..")
}

// LibraryPath is the workspace's build of the library.
func LibraryPath(t testing.TB) string {
	t.Helper()
	path := filepath.Join(packagesFolder(), "c-api/dist/lib/libpredict.so")
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("the library is not built: %v", err)
	}
	return path
}

// DigitsPrefix is the prefix of the digit network's files.
func DigitsPrefix() string { return filepath.Join(packagesFolder(), "examples/models/digits/digits") }

var fakes = struct {
	sync.Mutex
	folder string
	built  map[string]string
}{built: map[string]string{}}

// RemoveFakes deletes the compiled fakes; for TestMain.
func RemoveFakes() {
	if fakes.folder != "" {
		_ = os.RemoveAll(fakes.folder)
	}
}

// FakeLibrary compiles a library with the header's functions and no engine, once for each set of
// flags; -DPART_ONE leaves MXNet's part only, defects included. packages/ffi/test/fake says what
// it does. Without a C compiler the test is skipped.
func FakeLibrary(t testing.TB, flags ...string) string {
	t.Helper()
	compiler := strings.Fields(os.Getenv("CC"))
	if len(compiler) == 0 {
		compiler = []string{"cc"}
	}
	if _, err := exec.LookPath(compiler[0]); err != nil {
		t.Skipf("the fake library needs a C compiler: %v", err)
	}
	fakes.Lock()
	defer fakes.Unlock()
	key := strings.Join(flags, " ")
	if path, known := fakes.built[key]; known {
		return path
	}
	if fakes.folder == "" {
		folder, err := os.MkdirTemp("", "libpredict-go-")
		if err != nil {
			t.Fatal(err)
		}
		fakes.folder = folder
	}
	path := filepath.Join(fakes.folder, "fake"+strconv.Itoa(len(fakes.built))+".so")
	arguments := append(compiler[1:], "-std=gnu11", "-shared", "-fPIC", "-O1", "-pthread",
		"-I"+filepath.Join(packagesFolder(), "c-api/include"), "-o", path,
		filepath.Join(packagesFolder(), "ffi/test/fake/fake_predict.c"))
	if said, err := exec.Command(compiler[0], append(arguments, flags...)...).CombinedOutput(); err != nil {
		t.Fatalf("the fake library does not compile: %v\n%s", err, said)
	}
	fakes.built[key] = path
	return path
}
