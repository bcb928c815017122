/**
 * The C header in Java: one method for each function, made from the header.
 *
 * <p>For models and predictors take the package {@code libpredict}; this is what it stands on.
 */
package libpredict.capi;
