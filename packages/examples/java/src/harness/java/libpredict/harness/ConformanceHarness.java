package libpredict.harness;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import libpredict.capi.LibraryLoader;
import libpredict.capi.PredictLibrary;

/**
 * Answers framed messages on standard input by calling a library through {@link PredictLibrary}.
 *
 * <p>The argument is the library; without one it is looked up as the binding does.
 */
public final class ConformanceHarness {
  private ConformanceHarness() {}

  /**
   * Answers until the input ends.
   *
   * @param arguments path of the library; may be left out
   * @throws IOException if the runner goes away in the middle of a frame
   */
  public static void main(String[] arguments) throws IOException {
    // Libraries print on standard output. The frames leave by a descriptor of their own.
    OutputStream wire = PrivateOutput.takeStandardOutput();
    System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.err), true));
    PredictLibrary library =
        arguments.length > 0 ? LibraryLoader.load(Path.of(arguments[0])) : LibraryLoader.load();
    CallTable calls = new CallTable(library);
    DataInputStream input = new DataInputStream(System.in);
    Gson gson = new Gson();
    while (true) {
      byte[] head = new byte[8];
      try {
        input.readFully(head);
      } catch (EOFException end) {
        return;
      }
      ByteBuffer sizes = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
      String json = new String(input.readNBytes(sizes.getInt()), StandardCharsets.UTF_8);
      byte[] payload = input.readNBytes(sizes.getInt());
      JsonObject request = JsonParser.parseString(json).getAsJsonObject();
      Answer answer = calls.answer(request, payload);
      write(wire, gson.toJson(answer.fields()).getBytes(StandardCharsets.UTF_8), answer.payload());
    }
  }

  private static void write(OutputStream wire, byte[] json, byte[] payload) throws IOException {
    ByteBuffer frame =
        ByteBuffer.allocate(8 + json.length + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(json.length).putInt(payload.length).put(json).put(payload);
    wire.write(frame.array());
    wire.flush();
  }

  /**
   * What goes back to the runner.
   *
   * @param fields the JSON
   * @param payload the bytes behind it
   */
  record Answer(Map<String, Object> fields, byte[] payload) {}
}
