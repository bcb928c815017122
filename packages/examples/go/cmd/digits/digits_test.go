package main

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestTheDemoReadsDigits(t *testing.T) {
	var out strings.Builder
	if err := show(context.Background(), nil, &out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, pattern := range []string{
		`(?m)^      ::%%\*\*      image 0$`, `(?m)2 #{10} 100\.0 %$`, `wrong: it is a 5`,
		`(?m)^time      \d+ us an image`, `(?m)^accuracy  359 of 360 held-out images: 99\.72 %$`,
	} {
		if !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("no %s in\n%s", pattern, text)
		}
	}
	if right := strings.Count(text, "right\n"); right != len(imagesToShow)-1 {
		t.Errorf("%d are right", right)
	}
}

func TestTheDemoShowsTheImagesThatAreAskedFor(t *testing.T) {
	var out strings.Builder
	if err := show(context.Background(), []string{"359", "7"}, &out); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); !strings.Contains(text, "image 359") || !strings.Contains(text, "image 7\n") || strings.Contains(text, "image 0\n") {
		t.Error(text)
	}
}

func TestWrongArguments(t *testing.T) {
	for _, arg := range []string{"360", "-1", "two", ""} {
		if err := show(context.Background(), []string{arg}, new(strings.Builder)); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v", arg, err)
		}
	}
}

func TestTheDemoStopsWhenItIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := show(ctx, nil, new(strings.Builder)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestImagesOtherThanTheRecordedOnesAreRefused(t *testing.T) {
	folder, err := digitsFolder()
	if err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	metadata, err := os.ReadFile(folder + "/digits.json")
	images, err2 := os.ReadFile(folder + "/digits-heldout.bin")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	images[100]++
	err = errors.Join(os.WriteFile(other+"/digits.json", metadata, 0o644), os.WriteFile(other+"/digits-heldout.bin", images, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readHeldOut(other); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Error(err)
	}
}
