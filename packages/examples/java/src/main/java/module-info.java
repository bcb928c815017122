/** Runs trained Apache MXNet networks, through the C library libpredict. */
module libpredict {
  exports libpredict;
  exports libpredict.capi;
}
