// Models from files: prefixes, epochs, and what to say when there is none.

package libpredict

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

const symbolEnding = "-symbol.json"

// LoadModel loads prefix-symbol.json and the prefix-NNNN.params with the highest number. The path
// of the symbol file means the same as its prefix.
//
// A file that is not there gives a *LoadError, which lists what was looked for; errors.Is
// fs.ErrNotExist is true of it. Damaged files give ErrSymbol or ErrParams, operators that the
// library lacks ErrUnsupported.
func (l *Library) LoadModel(prefix string) (*Model, error) { return l.loadPrefix(prefix, -1) }

// LoadModelEpoch is as LoadModel, with the parameters of one epoch: 5 means prefix-0005.params.
func (l *Library) LoadModelEpoch(prefix string, epoch int) (*Model, error) {
	if epoch < 0 {
		return nil, failure(ErrArgument, fmt.Sprintf("epoch must not be negative: %d", epoch))
	}
	return l.loadPrefix(prefix, epoch)
}

// LoadModelFiles loads files of any name. An empty paramsFile means a model without parameters.
func (l *Library) LoadModelFiles(symbolFile, paramsFile string) (*Model, error) {
	return l.loadFiles(symbolFile, symbolFile, paramsFile)
}

func (l *Library) loadPrefix(location string, epoch int) (*Model, error) {
	prefix := strings.TrimSuffix(location, symbolEnding)
	symbolFile := prefix + symbolEnding
	pattern, paramsFile, reason := findParams(prefix, epoch)
	_, symbolErr := os.Stat(symbolFile)
	if symbolErr == nil && reason == "" {
		return l.loadFiles(location, symbolFile, paramsFile)
	}
	tried := []LoadAttempt{{Source: "symbol", Path: symbolFile, Reason: "found"},
		{Source: "parameters", Path: paramsFile, Reason: "found"}}
	if symbolErr != nil {
		tried[0].Reason = reasonOf(symbolErr) + symbolHint(prefix)
	}
	if reason != "" {
		tried[1].Path, tried[1].Reason = pattern, reason
	}
	cause := symbolErr
	if cause == nil {
		cause = fs.ErrNotExist
	}
	return nil, &LoadError{What: fmt.Sprintf("no model %q", location), Tried: tried, Cause: cause}
}

func (l *Library) loadFiles(location, symbolFile, paramsFile string) (*Model, error) {
	if l.binding.Has("LPModelCreateFromFiles") && isPlain(symbolFile) && (paramsFile == "" || isPlain(paramsFile)) {
		// The library reads each array straight to where it is kept.
		var params *string
		if paramsFile != "" {
			params = &paramsFile
		}
		handle, err := l.binding.LPModelCreateFromFiles(symbolFile, params)
		if err == nil {
			return l.modelOf(handle), nil
		}
		// What it cannot read is read below, for an error that lists what was tried.
		if !errors.Is(err, ErrFile) {
			return nil, err
		}
	}
	var tried []LoadAttempt
	var content [2][]byte
	for i, part := range []struct{ source, path string }{{"symbol", symbolFile}, {"parameters", paramsFile}} {
		if part.path == "" && i == 1 {
			continue
		}
		bytes, err := os.ReadFile(part.path)
		if err != nil {
			tried = append(tried, LoadAttempt{Source: part.source, Path: part.path, Reason: reasonOf(err)})
			return nil, &LoadError{What: fmt.Sprintf("no model %q", location), Tried: tried, Cause: err}
		}
		tried = append(tried, LoadAttempt{Source: part.source, Path: part.path, Reason: "found"})
		content[i] = bytes
	}
	return l.NewModel(content[0], content[1])
}

// isPlain tells files that have a size from folders, pipes and what is not there.
func isPlain(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

var epochEnding = regexp.MustCompile(`^(\d{4,})\.params$`)

// findParams finds the parameters of an epoch, or with -1 of the highest one; reason: why not.
func findParams(prefix string, epoch int) (pattern, path, reason string) {
	pattern = prefix + "-NNNN.params"
	if epoch >= 0 {
		pattern = fmt.Sprintf("%s-%04d.params", prefix, epoch)
		_, err := os.Stat(pattern)
		if err == nil {
			return pattern, pattern, ""
		}
		reason = reasonOf(err)
	}
	entries, err := os.ReadDir(filepath.Dir(prefix))
	if err != nil {
		return pattern, "", reasonOf(err)
	}
	start := filepath.Base(prefix) + "-"
	names := map[int]string{}
	var epochs []int
	for _, entry := range entries {
		rest, found := strings.CutPrefix(entry.Name(), start)
		match := epochEnding.FindStringSubmatch(rest)
		if !found || match == nil {
			continue
		}
		if number, err := strconv.Atoi(match[1]); err == nil {
			names[number] = entry.Name()
			epochs = append(epochs, number)
		}
	}
	sort.Ints(epochs)
	switch {
	case len(epochs) == 0:
		return pattern, "", "no such file; files of other names, and models without parameters, are loaded with LoadModelFiles"
	case epoch < 0:
		return pattern, filepath.Join(filepath.Dir(prefix), names[epochs[len(epochs)-1]]), ""
	}
	return pattern, "", reason + "; there are epochs " + strings.Trim(fmt.Sprint(epochs), "[]")
}

// symbolHint says which models there are instead.
func symbolHint(prefix string) string {
	folder := filepath.Dir(prefix)
	if status, err := os.Stat(prefix); err == nil && status.IsDir() {
		folder = prefix
	}
	found, err := filepath.Glob(filepath.Join(folder, "*"+symbolEnding))
	if err != nil || len(found) == 0 {
		return ""
	}
	for i, file := range found {
		found[i] = strconv.Quote(strings.TrimSuffix(file, symbolEnding))
	}
	if len(found) > 5 {
		found = append(found[:5], "...")
	}
	return "; the folder has " + strings.Join(found, ", ")
}

func reasonOf(err error) string {
	var path *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "no such file"
	case errors.As(err, &path):
		return path.Err.Error()
	}
	return err.Error()
}
