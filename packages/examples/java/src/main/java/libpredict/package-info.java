/** Runs trained Apache MXNet networks: models, predictors, arrays. */
package libpredict;
