package native_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"libpredict/gen/capi"
	"libpredict/internal/native"
	"libpredict/internal/testkit"
)

func TestMain(m *testing.M) {
	if os.Getenv("LIBPREDICT_TEST_REPORT") != "" {
		reportSearch()
		return
	}
	code := m.Run()
	testkit.RemoveFakes()
	os.Exit(code)
}

// reportSearch is what this test program does when a test runs it in another place.
func reportSearch() {
	found := native.Find(native.LoadOptions{})
	if found.Library == nil || os.Getenv("LIBPREDICT_TEST_TRIED") != "" {
		fmt.Print((&native.LoadError{What: "nothing", Tried: found.Tried}).Error())
		return
	}
	fmt.Printf("%s: %s", found.Source, found.Library.Path())
}

// runCopy runs this program from another folder, with more environment.
func runCopy(t *testing.T, folder string, environment ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(folder, "program")
	if err := os.WriteFile(program, content, 0o755); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), "LIBPREDICT_PATH=", "LIBPREDICT_TEST_REPORT=1")
	command.Env = append(command.Env, environment...)
	said, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return string(said)
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func TestPathIsTheOnlyPlace(t *testing.T) {
	t.Setenv("LIBPREDICT_PATH", testkit.LibraryPath(t))
	_, err := capi.Load(capi.LoadOptions{Path: "/no/such/library.so"})
	const want = "no predict library could be loaded; tried\n  path (/no/such/library.so): no such file"
	if err == nil || err.Error() != want {
		t.Fatalf("got %v, want %s", err, want)
	}
	var load *capi.LoadError
	if !errors.As(err, &load) || len(load.Tried) != 1 || load.Tried[0].Source != "path" || !errors.Is(err, capi.ErrLoad) {
		t.Errorf("not a LoadError with one place and the code load: %#v", err)
	}
}

func TestPathMayBeTheFolder(t *testing.T) {
	library := testkit.LibraryPath(t)
	for _, path := range []string{library, filepath.Dir(library)} {
		b, err := capi.Load(capi.LoadOptions{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if b.Path() != library {
			t.Errorf("Path() = %s, want %s", b.Path(), library)
		}
	}
	empty := t.TempDir()
	_, err := capi.Load(capi.LoadOptions{Path: empty})
	if want := "path (" + empty + "): a folder without libpredict.so"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestRelativePathIsOfTheWorkingDirectory(t *testing.T) {
	t.Chdir(filepath.Dir(testkit.LibraryPath(t)))
	if _, err := capi.Load(capi.LoadOptions{Path: "libpredict.so"}); err != nil {
		t.Error(err)
	}
}

func TestWhatIsNoPredictLibraryIsRefused(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text.so")
	if err := os.WriteFile(text, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := capi.Load(capi.LoadOptions{Path: text})
	if err == nil || !strings.Contains(err.Error(), "text.so: ") || strings.Contains(err.Error(), "no such file") {
		t.Errorf("the loader's own words are missing: %v", err)
	}
}

func TestALibraryOfAnotherKindIsRefused(t *testing.T) {
	var candidates []string
	for _, pattern := range []string{"/lib/*/libm.so.6", "/usr/lib/*/libm.so.6", "/lib64/libm.so.6", "/usr/lib/libm.so.6"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		candidates = append(candidates, found...)
	}
	if len(candidates) == 0 {
		t.Skip("this system has no libm.so.6 where it usually is")
	}
	_, err := capi.Load(capi.LoadOptions{Path: candidates[0]})
	const want = "loads, but has no MXPredCreate: it is not a predict library"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestEnvironmentIsTheOnlyPlaceWhenSet(t *testing.T) {
	t.Setenv("LIBPREDICT_PATH", "/no/such/library.so")
	_, err := capi.Load(capi.LoadOptions{})
	const want = "no predict library could be loaded; tried\n  path: not given\n  LIBPREDICT_PATH (/no/such/library.so): no such file"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	t.Setenv("LIBPREDICT_PATH", testkit.LibraryPath(t))
	if found := native.Find(native.LoadOptions{}); found.Source != "LIBPREDICT_PATH" {
		t.Errorf("found by %q: %+v", found.Source, found.Tried)
	}
}

func TestInstalledLibraryComesBeforeTheProgramsFolder(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("LD_LIBRARY_PATH is Linux's")
	}
	installed, beside := t.TempDir(), t.TempDir()
	link(t, testkit.LibraryPath(t), filepath.Join(installed, "libpredict.so"))
	link(t, testkit.LibraryPath(t), filepath.Join(beside, "libpredict.so"))
	said := runCopy(t, beside, "LD_LIBRARY_PATH="+installed)
	if said != "installed library: libpredict.so" {
		t.Errorf("got %s", said)
	}
}

func TestABrokenInstalledLibraryIsSaidToBeBroken(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("LD_LIBRARY_PATH is Linux's")
	}
	installed := t.TempDir()
	if err := os.WriteFile(filepath.Join(installed, "libpredict.so"), []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	// The search goes on: nobody named this one.
	if said := runCopy(t, t.TempDir(), "LD_LIBRARY_PATH="+installed); !strings.HasPrefix(said, "workspace build: ") {
		t.Errorf("got %s", said)
	}
	t.Setenv("LIBPREDICT_TEST_TRIED", "1")
	if said := runCopy(t, t.TempDir(), "LD_LIBRARY_PATH="+installed); !strings.Contains(said, "installed library: ") || strings.Contains(said, "not installed") {
		t.Errorf("the loader's own words are missing: %s", said)
	}
}

func TestBesideTheProgramComesBeforeTheWorkspace(t *testing.T) {
	beside := t.TempDir()
	link(t, testkit.LibraryPath(t), filepath.Join(beside, "libpredict.so"))
	said := runCopy(t, beside)
	if !strings.HasPrefix(said, "beside the program: ") {
		t.Errorf("got %s", said)
	}
}

func TestTheWorkspaceBuildIsTheLastPlace(t *testing.T) {
	alone := t.TempDir()
	said := runCopy(t, alone)
	if said != "workspace build: "+testkit.LibraryPath(t) {
		t.Errorf("got %s", said)
	}
}

func TestAProgramWithoutPathsDoesNotKnowTheWorkspace(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	if said, err := exec.Command("go", "test", "-c", "-trimpath", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	command := exec.Command(program)
	command.Env = append(os.Environ(), "LIBPREDICT_PATH=", "LIBPREDICT_TEST_REPORT=1")
	said, err := command.CombinedOutput()
	beside := filepath.Join(filepath.Dir(program), "libpredict.so")
	want := "nothing; tried\n  path: not given\n  LIBPREDICT_PATH: not set\n  installed library: not installed\n" +
		"  beside the program (" + beside + "): no such file\n" +
		"  workspace build: not at hand: the program was built with -trimpath"
	if err != nil || string(said) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, said, want)
	}
}

func TestALibraryIsLoadedOnce(t *testing.T) {
	alias := filepath.Join(t.TempDir(), "alias.so")
	link(t, testkit.LibraryPath(t), alias)
	first, again := native.Find(native.LoadOptions{Path: testkit.LibraryPath(t)}), native.Find(native.LoadOptions{Path: alias})
	if first.Library == nil || first.Library != again.Library {
		t.Errorf("two libraries: %+v %+v", first, again)
	}
}

func TestPartOneAloneLoads(t *testing.T) {
	b, err := capi.Load(capi.LoadOptions{Path: testkit.FakeLibrary(t, "-DPART_ONE")})
	if err != nil {
		t.Fatal(err)
	}
	if b.Has("LPGetVersion") || !b.Has("MXPredForward") || b.Has("NoSuchFunction") {
		t.Error("Has does not tell what there is")
	}
	_, err = b.LPGetVersion()
	if !errors.Is(err, capi.ErrUnavailable) || !strings.HasPrefix(err.Error(), "LPGetVersion: ") {
		t.Errorf("got %v, want unavailable", err)
	}
	if err := b.LPModelFree(nil); !errors.Is(err, capi.ErrUnavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
}
