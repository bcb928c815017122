package native

// MonitorCount is how many callbacks are kept.
func MonitorCount() int {
	monitors.RLock()
	defer monitors.RUnlock()
	return len(monitors.byID)
}
