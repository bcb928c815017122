package libpredict.capi;

import java.util.List;
import libpredict.LoadAttempt;

/**
 * What a search for the library came to.
 *
 * @param library the library; null if no place had one
 * @param source which rule of the look-up found it; null if none did
 * @param tried the places before it, in the order of the look-up, and why each gave none
 */
public record LibrarySearch(PredictLibrary library, String source, List<LoadAttempt> tried) {
  /**
   * Makes one.
   *
   * @param library see the record
   * @param source see the record
   * @param tried see the record; copied
   */
  public LibrarySearch {
    tried = List.copyOf(tried);
  }
}
