// The look-up: which places are tried for the library, in which order.

package native

import (
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// LoadOptions say where to look for the library.
type LoadOptions struct {
	// Path is a library file, or the folder that holds it. If it is not empty, nothing else is tried.
	Path string
}

// Search is what a search for the library came to.
type Search struct {
	// Library is nil if no place had one.
	Library *Library
	// Source is the rule of the look-up that found it.
	Source string
	// Tried has the places before it, in the order of the look-up, and why each gave none.
	Tried []LoadAttempt
}

// Load finds and loads the library; a file that is loaded already is not loaded again.
//
// The places, in order: the path that is given; the environment variable LIBPREDICT_PATH; an
// installed library, as the system's loader finds it; beside the program; the workspace build.
// A path that is named and fails is an error: the search does not go on.
func Load(options LoadOptions) (*Library, error) {
	search := Find(options)
	if search.Library == nil {
		return nil, &LoadError{What: "no predict library could be loaded", Tried: search.Tried}
	}
	return search.Library, nil
}

// Find is as Load, and tells where the library was found and where it was not.
func Find(options LoadOptions) Search {
	var found Search
	attempt := func(source, path string) bool {
		library, reason := openFile(path)
		if library == nil {
			found.Tried = append(found.Tried, LoadAttempt{source, path, reason})
			return false
		}
		found.Library, found.Source = library, source
		return true
	}
	skip := func(source, reason string) {
		found.Tried = append(found.Tried, LoadAttempt{Source: source, Reason: reason})
	}
	if options.Path != "" {
		attempt("path", absolute(options.Path))
		return found
	}
	skip("path", "not given")
	if named := os.Getenv("LIBPREDICT_PATH"); named != "" {
		attempt("LIBPREDICT_PATH", absolute(named))
		return found
	}
	skip("LIBPREDICT_PATH", "not set")
	library, reason := openInstalled()
	if library != nil {
		found.Library, found.Source = library, "installed library"
		return found
	}
	skip("installed library", reason)
	if program, err := os.Executable(); err != nil {
		skip("beside the program", err.Error())
	} else if attempt("beside the program", filepath.Join(filepath.Dir(program), libraryFileName)) {
		return found
	}
	if source := sourceFolder(); source == "" {
		skip("workspace build", "not at hand: the program was built with -trimpath")
	} else {
		attempt("workspace build", filepath.Join(source, "../../../../c-api/dist/lib", libraryFileName))
	}
	return found
}

// sourceFolder is where this file was compiled; empty if the program does not know.
func sourceFolder() string {
	_, file, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(file) {
		return ""
	}
	return filepath.Dir(file)
}

func absolute(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

var loaded = struct {
	sync.Mutex
	libraries map[uintptr]*Library
}{libraries: map[uintptr]*Library{}}

// openFile opens one file; a text tells why not.
func openFile(given string) (*Library, string) {
	status, err := os.Stat(given)
	if err != nil {
		return nil, reasonOf(err)
	}
	file := given
	if status.IsDir() {
		file = filepath.Join(given, libraryFileName)
		if _, err := os.Stat(file); err != nil {
			return nil, "a folder without " + libraryFileName
		}
	}
	path, err := filepath.EvalSymlinks(file)
	if err != nil {
		return nil, reasonOf(err)
	}
	return open(path)
}

func reasonOf(err error) string {
	if os.IsNotExist(err) {
		return "no such file"
	}
	return err.Error()
}

// openInstalled asks the system's loader for the library by its bare name.
func openInstalled() (*Library, string) {
	library, reason := open(libraryFileName)
	if library == nil && isNotInstalled(reason) {
		reason = "not installed"
	}
	return library, reason
}

// open loads a path. A library stays loaded until the process ends: objects of it may be anywhere.
func open(path string) (*Library, string) {
	loaded.Lock()
	defer loaded.Unlock()
	image, err := openImage(path)
	if err != nil {
		return nil, err.Error()
	}
	if known := loaded.libraries[image]; known != nil {
		return known, ""
	}
	library := newLibrary(path, image)
	if !library.Has("MXPredCreate") {
		return nil, "loads, but has no MXPredCreate: it is not a predict library"
	}
	loaded.libraries[image] = library
	return library, ""
}
