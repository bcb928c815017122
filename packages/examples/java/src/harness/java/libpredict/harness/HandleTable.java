package libpredict.harness;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import libpredict.ErrorCode;
import libpredict.PredictException;

/**
 * Handles by the numbers that the runner knows them under.
 *
 * @param <H> the kind of handle
 */
final class HandleTable<H> {
  private final Map<Integer, H> handles = new HashMap<>();
  private int last;

  int keep(H handle) {
    handles.put(++last, handle);
    return last;
  }

  H get(JsonObject request) {
    Integer number = number(request);
    H handle = number == null ? null : handles.get(number);
    if (handle == null) {
      throw new PredictException(ErrorCode.ARGUMENT, "there is no handle " + number);
    }
    return handle;
  }

  /** Takes a handle out; null for NULL. */
  H take(JsonObject request) {
    if (number(request) == null) {
      return null;
    }
    H handle = get(request);
    handles.remove(number(request));
    return handle;
  }

  List<H> drain() {
    List<H> all = new ArrayList<>(handles.values());
    handles.clear();
    return all;
  }

  private static Integer number(JsonObject request) {
    JsonElement number = request.get("handle");
    return number == null || number.isJsonNull() ? null : number.getAsInt();
  }
}
