package libpredict_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goBlocks = regexp.MustCompile("(?s)```go\n(.*?)```")
var printed = regexp.MustCompile(`// prints: (.*)`)

// Every Go block of the README is a program that runs at the root of the project, in a module that
// was made as the README says, and prints what it says.
func TestReadmePrograms(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	blocks := goBlocks.FindAllSubmatch(readme, -1)
	if len(blocks) == 0 {
		t.Fatal("no programs")
	}
	for i, block := range blocks {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			module := t.TempDir()
			goMod := fmt.Sprintf("module program\n\ngo 1.25.0\n\nrequire libpredict v0.0.0\n\nreplace libpredict => %s\n", here)
			for name, content := range map[string]string{"go.mod": goMod, "main.go": string(block[1])} {
				if err := os.WriteFile(filepath.Join(module, name), []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			program := filepath.Join(module, "program")
			for _, step := range [][]string{{"go", "mod", "tidy"}, {"go", "vet", "."}, {"go", "build", "-o", program, "."}} {
				command := exec.Command(step[0], step[1:]...)
				command.Dir = module
				if said, err := command.CombinedOutput(); err != nil {
					t.Fatalf("%v: %v\n%s", step, err, said)
				}
			}
			command := exec.Command(program)
			command.Dir = filepath.Join(here, "../../..")
			said, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			for _, line := range printed.FindAllSubmatch(block[1], -1) {
				if !strings.Contains(string(said), string(line[1])+"\n") {
					t.Errorf("it printed %q, not %q", said, line[1])
				}
			}
		})
	}
}
