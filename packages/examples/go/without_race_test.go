//go:build !race

package libpredict_test

const raceDetector = false
