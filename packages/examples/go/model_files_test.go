package libpredict_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"libpredict"
	"libpredict/internal/testkit"
)

// folderOf makes a folder of files; a model is relu's, its parameters are none.
func folderOf(t *testing.T, names ...string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range names {
		content := testkit.NDArrayFile(testkit.Array{Name: "arg:fc_weight", Shape: []int{2, 2}, Data: []float32{1, 2, 3, 4}},
			testkit.Array{Name: "arg:fc_bias", Shape: []int{2}, Data: []float32{float32(len(name)), float32(name[len(name)-8])}})
		if strings.HasSuffix(name, ".json") {
			content = []byte(testkit.DenseSymbol)
		}
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// epochOf runs a model with zeros: the second bias is the last digit of the parameter file's name.
func epochOf(t *testing.T, model *libpredict.Model, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	closing(t, model)
	return string(rune(run(t, newPredictor(t, model, shapes(1, 2)), 0, 0)[1]))
}

func TestPrefixes(t *testing.T) {
	folder := folderOf(t, "net-symbol.json", "net-0003.params", "net-0007.params", "net-0005.params", "net-best.params", "other-0009.params")
	library, prefix := open(t), filepath.Join(folder, "net")
	for _, location := range []string{prefix, prefix + "-symbol.json"} {
		if model, err := library.LoadModel(location); epochOf(t, model, err) != "7" {
			t.Errorf("%s is not the highest epoch", location)
		}
	}
	if model, err := library.LoadModelEpoch(prefix, 5); epochOf(t, model, err) != "5" {
		t.Error("not epoch 5")
	}
	if model, err := library.LoadModelFiles(prefix+"-symbol.json", prefix+"-0003.params"); epochOf(t, model, err) != "3" {
		t.Error("not the files")
	}
	_, err := library.LoadModelEpoch(prefix, -1)
	is(t, err, libpredict.ErrArgument)
}

func TestTheHighestEpochIsANumberNotAText(t *testing.T) {
	folder := folderOf(t, "net-symbol.json", "net-9999.params", "net-10000.params")
	if model, err := open(t).LoadModel(filepath.Join(folder, "net")); epochOf(t, model, err) != "0" {
		t.Error("not epoch 10000")
	}
}

func TestModelsThatAreNotThere(t *testing.T) {
	folder := folderOf(t, "net-symbol.json", "net-0003.params", "net-0007.params", "bare-symbol.json")
	library := open(t)
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, c := range []struct {
		load  func() (*libpredict.Model, error)
		texts []string
	}{
		{func() (*libpredict.Model, error) { return library.LoadModel(at("nett")) },
			[]string{`no model "` + at("nett") + `"; tried`, "symbol (" + at("nett-symbol.json") + "): no such file; the folder has ", `"` + at("net") + `"`, "nett-NNNN.params"}},
		{func() (*libpredict.Model, error) { return library.LoadModelEpoch(at("net"), 4) },
			[]string{"symbol (" + at("net-symbol.json") + "): found", "parameters (" + at("net-0004.params") + "): no such file; there are epochs 3 7"}},
		{func() (*libpredict.Model, error) { return library.LoadModel(at("bare")) },
			[]string{"bare-NNNN.params", "LoadModelFiles"}},
		{func() (*libpredict.Model, error) { return library.LoadModel(folder) }, []string{"the folder has "}},
		{func() (*libpredict.Model, error) { return library.LoadModelFiles(at("none.json"), "") }, []string{"symbol (" + at("none.json") + "): no such file"}},
		{func() (*libpredict.Model, error) { return library.LoadModelFiles(at("net-symbol.json"), at("none")) },
			[]string{"found", "parameters (" + at("none") + "): no such file"}},
	} {
		model, err := c.load()
		var load *libpredict.LoadError
		if model != nil || !errors.As(err, &load) || !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, libpredict.ErrLoad) {
			t.Errorf("not a LoadError: %v", err)
			continue
		}
		for _, text := range c.texts {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%v\ndoes not say %q", err, text)
			}
		}
	}
	_, err := library.LoadModelFiles(folder, "")
	if err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Error(err)
	}
}

func TestModelsWithoutParameters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "relu.json")
	if err := os.WriteFile(path, []byte(testkit.ReluSymbol), 0o644); err != nil {
		t.Fatal(err)
	}
	model, err := open(t).LoadModelFiles(path, "")
	if err != nil {
		t.Fatal(err)
	}
	closing(t, model)
	if got := run(t, newPredictor(t, model, shapes(2)), -1, 2); got[0] != 0 || got[1] != 2 {
		t.Error(got)
	}
}

func TestDamagedModels(t *testing.T) {
	symbol, err := os.ReadFile(testkit.DigitsPrefix() + "-symbol.json")
	params, err2 := os.ReadFile(testkit.DigitsPrefix() + "-0000.params")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	library := open(t)
	for size := 0; size < len(symbol)-10; size += 97 {
		if _, err := library.NewModel(symbol[:size], params); !errors.Is(err, libpredict.ErrSymbol) {
			t.Fatalf("symbol cut at %d: %v", size, err)
		}
	}
	for size := 0; size < len(params); size += 9973 {
		if _, err := library.NewModel(symbol, append([]byte{}, params[:size]...)); !errors.Is(err, libpredict.ErrParams) {
			t.Fatalf("parameters cut at %d: %v", size, err)
		}
	}
	// The library reads files itself, and says which one is damaged.
	cut := filepath.Join(t.TempDir(), "cut.params")
	if err := os.WriteFile(cut, params[:99], 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = library.LoadModelFiles(testkit.DigitsPrefix()+"-symbol.json", cut)
	if !errors.Is(err, libpredict.ErrParams) || !strings.Contains(err.Error(), cut+": ") {
		t.Errorf("not an error of the file: %v", err)
	}
}
