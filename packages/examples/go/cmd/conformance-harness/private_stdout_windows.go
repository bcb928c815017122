package main

import "os"

// privateStdout is standard output: on Windows the library, which prints nothing, is the only one.
func privateStdout() (*os.File, error) { return os.Stdout, nil }
