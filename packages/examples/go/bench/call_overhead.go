// Command bench measures what a call costs beyond the work that it asks for.
//
//	go run ./bench SYMBOL PARAMS LIBRARY
//
// The model is the smallest there is: input data of shape (1), one float32 output. Prints one line
// of JSON: nanoseconds of MXPredForward alone, and of setting the input, forward, and reading the
// output; of each the least mean of a few batches.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"libpredict/gen/capi"
)

const (
	batches        = 7
	callsPerBatch  = 20_000
	warmUpCalls    = 5_000
	cpuDevice      = 1
	exitFailed     = 1
	exitWrongUsage = 2
)

// leastMean is in nanoseconds a call.
func leastMean(call func() error) (float64, error) {
	least := 0.0
	for batch := -1; batch < batches; batch++ {
		calls := callsPerBatch
		if batch < 0 {
			calls = warmUpCalls
		}
		began := time.Now()
		for range calls {
			if err := call(); err != nil {
				return 0, err
			}
		}
		mean := float64(time.Since(began).Nanoseconds()) / float64(calls)
		if batch == 0 || batch > 0 && mean < least {
			least = mean
		}
	}
	return least, nil
}

func measure(symbolPath, paramsPath, libraryPath string) error {
	symbol, err := os.ReadFile(symbolPath)
	if err != nil {
		return err
	}
	params, err := os.ReadFile(paramsPath)
	if err != nil {
		return err
	}
	b, err := capi.Load(capi.LoadOptions{Path: libraryPath})
	if err != nil {
		return err
	}
	predictor, err := b.MXPredCreate(string(symbol), params, int32(len(params)), cpuDevice, 0,
		1, []string{"data"}, []uint32{0, 1}, []uint32{1})
	if err != nil {
		return err
	}
	input, output := []float32{0.5}, []float32{0}
	forward, err := leastMean(func() error { return b.MXPredForward(predictor) })
	if err != nil {
		return err
	}
	roundTrip, err := leastMean(func() error {
		if err := b.MXPredSetInput(predictor, "data", capi.ElementsOf(input), 1); err != nil {
			return err
		}
		if err := b.MXPredForward(predictor); err != nil {
			return err
		}
		return b.MXPredGetOutput(predictor, 0, capi.ElementsOf(output), 1)
	})
	if err != nil {
		return err
	}
	if output[0] != input[0] {
		return fmt.Errorf("relu(%v) was %v", input[0], output[0])
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]float64{"forward_ns": forward, "round_trip_ns": roundTrip}); err != nil {
		return err
	}
	return b.MXPredFree(predictor)
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: bench SYMBOL PARAMS LIBRARY")
		os.Exit(exitWrongUsage)
	}
	if err := measure(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(exitFailed)
	}
}
