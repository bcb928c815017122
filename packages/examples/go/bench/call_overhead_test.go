package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"libpredict/internal/testkit"
)

func TestTheBenchPrintsOneLine(t *testing.T) {
	folder := t.TempDir()
	symbol, params := filepath.Join(folder, "symbol"), filepath.Join(folder, "params")
	const trivial = `{"nodes":[{"op":"null","name":"data","inputs":[]},{"op":"Activation","name":"act","attrs":{"act_type":"relu"},"inputs":[[0,0,0]]}],"arg_nodes":[0],"heads":[[1,0,0]]}`
	for path, content := range map[string][]byte{symbol: []byte(trivial), params: testkit.NDArrayFile()} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("go", "run", ".", symbol, params, testkit.LibraryPath(t))
	said, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var measured map[string]float64
	if err := json.Unmarshal(said, &measured); err != nil || bytes.Count(said, []byte("\n")) != 1 {
		t.Fatalf("%s: %v", said, err)
	}
	if len(measured) != 2 || measured["forward_ns"] <= 0 || measured["round_trip_ns"] <= measured["forward_ns"] {
		t.Error(measured)
	}
	if err := exec.Command("go", "run", ".").Run(); err == nil {
		t.Error("no arguments are no error")
	}
}
