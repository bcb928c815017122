package libpredict.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Images that training never saw, with what they show; checked against their recorded hash. */
final class HeldOutDigits {
  private static final int PIXELS = 64;
  private static final float INK = 16;

  private final byte[] bytes;
  private final int count;

  private HeldOutDigits(byte[] bytes) {
    this.bytes = bytes;
    count = bytes.length / (PIXELS + 1);
  }

  /** Reads the images: an accuracy over others would mean nothing. */
  static HeldOutDigits read(Path folder) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve("digits-heldout.bin"));
    String recorded =
        Files.readString(folder.resolve("digits-heldout.sha256")).strip().split("\\s+")[0];
    String found = HexFormat.of().formatHex(sha256(bytes));
    if (!found.equals(recorded)) {
      throw new IOException(
          "digits-heldout.bin: SHA-256 " + found + ", expected " + recorded);
    }
    return new HeldOutDigits(bytes);
  }

  int count() {
    return count;
  }

  /** The digit that an image shows, 0 to 9. */
  int label(int index) {
    return bytes[count * PIXELS + index];
  }

  /** Images as the network takes them: 64 floats each, 0 (paper) to 1 (ink). */
  float[] pixels(int first, int images) {
    float[] pixels = new float[images * PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = bytes[first * PIXELS + i] / INK;
    }
    return pixels;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
