package libpredict_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"libpredict"
	"libpredict/internal/testkit"
)

const relu = `{"nodes": [
	{"op": "null", "name": "x", "inputs": []},
	{"op": "Activation", "name": "act", "attrs": {"act_type": "relu"}, "inputs": [[0, 0, 0]]}],
	"arg_nodes": [0], "heads": [[1, 0, 0]]}`

// Most programs look like this one: load, bind to shapes, set, run, read.
func Example() {
	library, err := libpredict.Open("")
	if err != nil {
		log.Fatal(err)
	}
	model, err := library.LoadModel("../models/digits/digits")
	if err != nil {
		log.Fatal(err)
	}
	defer model.Close()
	predictor, err := model.NewPredictor(libpredict.Options{Shapes: map[string][]int{"data": {1, 1, 8, 8}}})
	if err != nil {
		log.Fatal(err)
	}
	defer predictor.Close()

	images, err := os.ReadFile("../models/digits/digits-heldout.bin")
	if err != nil {
		log.Fatal(err)
	}
	pixels := make([]float32, 64) // of the first image, which shows a 2
	for i := range pixels {
		pixels[i] = float32(images[i]) / 16
	}
	if err := libpredict.SetInput(predictor, "data", pixels); err != nil {
		log.Fatal(err)
	}
	if err := predictor.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	probabilities, err := libpredict.Output[float32](predictor, 0)
	if err != nil {
		log.Fatal(err)
	}
	for digit, probability := range probabilities {
		if probability > 0.5 {
			fmt.Printf("a %d, %.2f\n", digit, probability)
		}
	}
	// Output: a 2, 1.00
}

// reluOf makes a predictor of relu for three numbers.
func reluOf() (*libpredict.Predictor, error) {
	library, err := libpredict.Open("")
	if err != nil {
		return nil, err
	}
	model, err := library.NewModel([]byte(relu), nil)
	if err != nil {
		return nil, err
	}
	defer model.Close() // it lives on in its predictors
	return model.NewPredictor(libpredict.Options{Shapes: map[string][]int{"x": {3}}})
}

func ExamplePredictor_WithOutput() {
	predictor, err := reluOf()
	if err != nil {
		log.Fatal(err)
	}
	defer predictor.Close()
	if err := libpredict.SetInput(predictor, "x", []float32{-1, 0, 2}); err != nil {
		log.Fatal(err)
	}
	if err := predictor.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	err = predictor.WithOutput(0, func(act libpredict.Tensor) error {
		data, err := libpredict.Data[float32](act) // no copy; must not be kept
		fmt.Println(act.Name, act.Shape, data)
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output: act_output [3] [0 0 2]
}

func ExamplePredictor_Run_timeout() {
	predictor, err := reluOf()
	if err != nil {
		log.Fatal(err)
	}
	defer predictor.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	err = predictor.Run(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

func ExampleError() {
	predictor, err := reluOf()
	if err != nil {
		log.Fatal(err)
	}
	defer predictor.Close()
	err = libpredict.SetInput(predictor, "x", []float32{1, 2})
	var failure *libpredict.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Code, failure.Function, errors.Is(err, libpredict.ErrSize))
	}
	// Output: size LPPredSetInput true
}

func ExampleLoadError() {
	_, err := libpredict.Open("no/such/libpredict.so")
	var load *libpredict.LoadError
	if errors.As(err, &load) {
		for _, place := range load.Tried {
			fmt.Println(place.Source, "-", place.Reason)
		}
	}
	// Output: path - no such file
}

func ExamplePredictor_SetMonitor() {
	predictor, err := reluOf()
	if err != nil {
		log.Fatal(err)
	}
	defer predictor.Close()
	err = predictor.SetMonitor(true, func(tensor libpredict.Tensor) { fmt.Println(tensor.Name, tensor.Shape) })
	if err != nil {
		log.Fatal(err)
	}
	if err := predictor.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	// Output:
	// x [3]
	// act_input0 [3]
	// act_output [3]
}

func ExampleLibrary_DecodeNDArrays() {
	library, err := libpredict.Open("")
	if err != nil {
		log.Fatal(err)
	}
	file := testkit.NDArrayFile(testkit.Array{Name: "mean_img", Shape: []int{2, 1}, Data: []float32{104, 117}})
	arrays, err := library.DecodeNDArrays(file) // ReadNDArrays takes a path
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(arrays[0].Name, arrays[0].Shape, arrays[0].Data)
	// Output: mean_img [2 1] [104 117]
}
