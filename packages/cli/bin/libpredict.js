#!/usr/bin/env node
// Committed, so that package managers find it to link before anything is built.
import "../dist/main.js";
