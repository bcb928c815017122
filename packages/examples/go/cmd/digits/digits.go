// Command digits shows handwritten digits to a trained network.
//
//	go run ./cmd/digits [NUMBER ...]
//
// NUMBER is a held-out image that comes with the network, 0 to 359; without any, a few are shown.
// Exit codes: 0 all well; 1 the library or the model cannot be used, or too few digits were read
// right; 2 wrong arguments; 130 after Ctrl-C.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"libpredict"
)

const (
	pixelsPerImage   = 64
	rowLength        = 8
	inkLevel         = 16 // the largest stored pixel; 0 is paper
	digitCount       = 10
	timedRuns        = 1000
	requiredAccuracy = 0.98
	shades           = " .:-=+*#%@"
)

// imagesToShow: the last of them is the one that the network takes for another digit.
var imagesToShow = []int{0, 3, 5, 13, 20, 91}

var errUsage = errors.New("usage: digits [NUMBER ...]")

// heldOut has the images that training never saw, with what they show.
type heldOut struct {
	pixels []byte
	labels []byte
}

// digitsFolder is examples/models/digits: below the working directory, or beside these sources.
func digitsFolder() (string, error) {
	candidates := []string{"packages/examples/models/digits", "../models/digits"}
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		candidates = append(candidates, filepath.Join(filepath.Dir(file), "../../../models/digits"))
	}
	for _, folder := range candidates {
		if _, err := os.Stat(filepath.Join(folder, "digits.json")); err == nil {
			return folder, nil
		}
	}
	return "", fmt.Errorf("the network is not there: no digits.json in %s", strings.Join(candidates, ", "))
}

// readHeldOut checks the images against their recorded hash: an accuracy over others would mean nothing.
func readHeldOut(folder string) (*heldOut, error) {
	text, err := os.ReadFile(filepath.Join(folder, "digits.json"))
	if err != nil {
		return nil, err
	}
	var metadata struct{ HeldOut struct{ File, SHA256 string } }
	if err := json.Unmarshal(text, &metadata); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(filepath.Join(folder, metadata.HeldOut.File))
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(content)
	if found := hex.EncodeToString(hash[:]); found != metadata.HeldOut.SHA256 {
		return nil, fmt.Errorf("%s has SHA-256 %s, expected %s", metadata.HeldOut.File, found, metadata.HeldOut.SHA256)
	}
	count := len(content) / (pixelsPerImage + 1)
	return &heldOut{content[:count*pixelsPerImage], content[count*pixelsPerImage:]}, nil
}

func (h *heldOut) count() int { return len(h.labels) }

func (h *heldOut) image(index int) []byte {
	return h.pixels[index*pixelsPerImage : (index+1)*pixelsPerImage]
}

// toInput makes of stored pixels what the network takes: 0 for paper to 1 for ink.
func toInput(pixels []byte) []float32 {
	input := make([]float32, len(pixels))
	for i, pixel := range pixels {
		input[i] = float32(pixel) / inkLevel
	}
	return input
}

func argmax(values []float32) int {
	return slices.Index(values, slices.Max(values))
}

// draw writes an image beside the network's three best guesses.
func draw(out io.Writer, index int, pixels []byte, probabilities []float32, label byte) {
	order := make([]int, digitCount)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(1e6 * (probabilities[b] - probabilities[a])) })
	verdict := "right"
	if order[0] != int(label) {
		verdict = fmt.Sprintf("wrong: it is a %d", label)
	}
	beside := map[int]string{0: fmt.Sprintf("image %d", index), 6: verdict}
	for i, digit := range order[:3] {
		bar := strings.Repeat("#", int(probabilities[digit]*10+0.5))
		beside[2+i] = fmt.Sprintf("%d %-10s%6.1f %%", digit, bar, 100*probabilities[digit])
	}
	for row := range rowLength {
		var line strings.Builder
		for _, pixel := range pixels[row*rowLength : (row+1)*rowLength] {
			shade := shades[int(pixel)*(len(shades)-1)/inkLevel]
			line.Write([]byte{shade, shade})
		}
		fmt.Fprintln(out, strings.TrimRight(fmt.Sprintf("%s  %s", line.String(), beside[row]), " "))
	}
	fmt.Fprintln(out)
}

func imageNumbers(args []string, count int) ([]int, error) {
	if len(args) == 0 {
		return imagesToShow, nil
	}
	numbers := make([]int, len(args))
	for i, arg := range args {
		number, err := strconv.Atoi(arg)
		if err != nil || number < 0 || number >= count {
			return nil, fmt.Errorf("%q is no held-out image: they are numbered 0 to %d\n%w", arg, count-1, errUsage)
		}
		numbers[i] = number
	}
	return numbers, nil
}

func show(ctx context.Context, args []string, stdout io.Writer) (err error) {
	folder, err := digitsFolder()
	if err != nil {
		return err
	}
	images, err := readHeldOut(folder)
	if err != nil {
		return err
	}
	numbers, err := imageNumbers(args, images.count())
	if err != nil {
		return err
	}
	library, err := libpredict.Open("")
	if err != nil {
		return err
	}
	model, err := library.LoadModel(filepath.Join(folder, "digits"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, model.Close()) }()
	predictor, err := model.NewPredictor(libpredict.Options{Shapes: map[string][]int{"data": {1, 1, rowLength, rowLength}}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, predictor.Close()) }()

	out := bufio.NewWriter(stdout)
	defer func() { err = errors.Join(err, out.Flush()) }()
	fmt.Fprintln(out, "A network reads digits that it has never seen:")
	fmt.Fprintln(out)
	probabilities := make([]float32, digitCount)
	read := func(ctx context.Context, input []float32) error {
		if err := libpredict.SetInput(predictor, "data", input); err != nil {
			return err
		}
		if err := predictor.Run(ctx); err != nil {
			return err
		}
		return libpredict.OutputInto(predictor, 0, probabilities)
	}
	for _, number := range numbers {
		if err := read(ctx, toInput(images.image(number))); err != nil {
			return err
		}
		draw(out, number, images.image(number), probabilities, images.labels[number])
	}
	took, err := medianTime(ctx, toInput(images.image(0)), read)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "time      %d us an image (median of %d)\n", took.Microseconds(), timedRuns)
	right, err := countRight(ctx, model, images)
	if err != nil {
		return err
	}
	accuracy := float64(right) / float64(images.count())
	fmt.Fprintf(out, "accuracy  %d of %d held-out images: %.2f %%\n", right, images.count(), 100*accuracy)
	if accuracy < requiredAccuracy {
		return fmt.Errorf("below %.0f %%, which this network must reach", 100*requiredAccuracy)
	}
	return nil
}

func medianTime(ctx context.Context, input []float32, read func(context.Context, []float32) error) (time.Duration, error) {
	times := make([]time.Duration, 0, timedRuns)
	for run := -timedRuns / 10; run < timedRuns; run++ {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		began := time.Now()
		if err := read(context.Background(), input); err != nil {
			return 0, err
		}
		if run >= 0 {
			times = append(times, time.Since(began))
		}
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

// countRight reads all images as one batch.
func countRight(ctx context.Context, model *libpredict.Model, images *heldOut) (right int, err error) {
	shape := []int{images.count(), 1, rowLength, rowLength}
	whole, err := model.NewPredictor(libpredict.Options{Shapes: map[string][]int{"data": shape}})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, whole.Close()) }()
	if err := libpredict.SetInput(whole, "data", toInput(images.pixels)); err != nil {
		return 0, err
	}
	if err := whole.Run(ctx); err != nil {
		return 0, err
	}
	err = whole.WithOutput(0, func(softmax libpredict.Tensor) error {
		rows, err := libpredict.Data[float32](softmax)
		for i, label := range images.labels {
			if err == nil && argmax(rows[i*digitCount:(i+1)*digitCount]) == int(label) {
				right++
			}
		}
		return err
	})
	return right, err
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := show(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case err == nil:
		return
	case errors.Is(err, context.Canceled):
		os.Exit(130)
	}
	fmt.Fprintln(os.Stderr, "error:", err)
	if errors.Is(err, errUsage) {
		os.Exit(2)
	}
	os.Exit(1)
}
