package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"testing"

	"libpredict/internal/testkit"
)

// talk sends requests to the built program and gives its answers.
func talk(t *testing.T, library string, requests ...map[string]any) []map[string]any {
	t.Helper()
	program := filepath.Join(t.TempDir(), "harness")
	if said, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var in bytes.Buffer
	for _, r := range requests {
		if err := writeFrame(&in, r, testkit.NDArrayFile()); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command(program, library)
	command.Stdin = &in
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []map[string]any
	for reader := bytes.NewReader(out); ; {
		var sizes [2]uint32
		if err := binary.Read(reader, binary.LittleEndian, &sizes); err == io.EOF {
			return answers
		}
		text := make([]byte, sizes[0]+sizes[1])
		answer := map[string]any{}
		if _, err := io.ReadFull(reader, text); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text[:sizes[0]], &answer); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, answer)
	}
}

func TestFrames(t *testing.T) {
	create := map[string]any{"call": "MXPredCreate", "symbol": testkit.ReluSymbol,
		"keys": []map[string]any{{"name": "x", "shape": []int{1}}}}
	answers := talk(t, testkit.LibraryPath(t), map[string]any{"call": "hello", "protocol": 1}, map[string]any{"call": "begin", "id": "one"},
		create, map[string]any{"call": "MXPredForward", "handle": 1}, map[string]any{"call": "MXPredForward", "handle": nil},
		map[string]any{"call": "NoSuchCall"})
	if len(answers) != 6 || answers[0]["name"] != "go" || answers[2]["handle"] != 1.0 || answers[3]["rc"] != 0.0 {
		t.Fatal(answers)
	}
	if answers[4]["rc"] != -1.0 || answers[4]["code"] != 2.0 || answers[5]["unsupported"] != "NoSuchCall" {
		t.Error(answers[4:])
	}
	features, _ := json.Marshal(answers[0]["features"])
	if string(features) != `["types","partial-output","multithread","reshape","partial-forward","monitor","ndlist","lp"]` {
		t.Errorf("%s", features)
	}
	answers = talk(t, testkit.FakeLibrary(t, "-DPART_ONE"), map[string]any{"call": "hello"}, map[string]any{"call": "LPGetVersion"})
	features, _ = json.Marshal(answers[0]["features"])
	if bytes.Contains(features, []byte(`"lp"`)) || answers[1]["unsupported"] != "LPGetVersion" {
		t.Error(answers)
	}
}
