package libpredict.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import libpredict.LoadException;
import libpredict.Model;
import libpredict.NDArray;
import libpredict.PredictException;
import libpredict.Predictor;

/**
 * A trained network reads handwritten digits in the terminal.
 *
 * <p>Argument: the folder of the network; by default that of the workspace. Exit code: 0 all well; 1
 * something cannot be used, or too few digits were read right.
 */
public final class DigitsDemo {
  private static final int[] SHOWN = {0, 3, 91};
  private static final double REQUIRED_ACCURACY = 0.98;
  private static final int TIMED_RUNS = 1000;
  private static final String SHADES = " .:-=+*#%@";

  private DigitsDemo() {}

  /**
   * Runs the demo.
   *
   * @param arguments see the class
   */
  public static void main(String[] arguments) {
    try {
      System.exit(show(folder(arguments)) ? 0 : 1);
    } catch (LoadException | IOException problem) {
      System.err.println("error: " + problem.getMessage());
    } catch (PredictException problem) {
      System.err.println("error (" + problem.code() + "): " + problem.getMessage());
    }
    System.exit(1);
  }

  /** The network's folder, seen from this project's or from the workspace's. */
  private static Path folder(String[] arguments) {
    Path nearby = Path.of("..", "models", "digits");
    Path fromRoot = Path.of("packages", "examples", "models", "digits");
    return arguments.length > 0
        ? Path.of(arguments[0])
        : Files.isDirectory(nearby) ? nearby : fromRoot;
  }

  private static boolean show(Path folder) throws IOException {
    HeldOutDigits images = HeldOutDigits.read(folder);
    try (Model model = Model.load(folder.resolve("digits"));
        Predictor predictor = model.predictor().input("data", 1, 1, 8, 8).build()) {
      for (int index : SHOWN) {
        float[] pixels = images.pixels(index, 1);
        float[] softmax = predictor.run("data", NDArray.of(pixels)).get("softmax").floats();
        print(index, images.label(index), pixels, softmax);
      }
      System.out.printf(
          Locale.ROOT, "time      %.0f us an image%n", medianUs(predictor, images.pixels(0, 1)));
      int right = countRight(predictor, images);
      double accuracy = (double) right / images.count();
      System.out.printf(
          Locale.ROOT,
          "accuracy  %d of %d held-out images: %.2f %%%n",
          right,
          images.count(),
          100 * accuracy);
      if (accuracy < REQUIRED_ACCURACY) {
        System.err.println("error: below 98 %, which this network must reach");
        return false;
      }
      return true;
    }
  }

  private static void print(int index, int label, float[] pixels, float[] softmax) {
    System.out.println("image " + index + ", a " + label);
    for (int row = 0; row < 8; row++) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < 8; column++) {
        int shade = Math.round(pixels[row * 8 + column] * (SHADES.length() - 1));
        line.append(SHADES.charAt(shade)).append(SHADES.charAt(shade));
      }
      System.out.println(line.toString().stripTrailing());
    }
    int best = argmax(softmax, 0);
    System.out.printf(Locale.ROOT, "read as a %d (%.2f %%)%n%n", best, 100 * softmax[best]);
  }

  /** Microseconds that one run takes: the median, after a tenth to warm up. */
  private static double medianUs(Predictor predictor, float[] pixels) {
    NDArray image = NDArray.of(pixels);
    double[] took = new double[TIMED_RUNS];
    for (int run = -TIMED_RUNS / 10; run < TIMED_RUNS; run++) {
      long began = System.nanoTime();
      predictor.run("data", image);
      if (run >= 0) {
        took[run] = (System.nanoTime() - began) / 1000.0;
      }
    }
    Arrays.sort(took);
    return took[TIMED_RUNS / 2];
  }

  private static int countRight(Predictor predictor, HeldOutDigits images) {
    int count = images.count();
    NDArray all = NDArray.of(images.pixels(0, count), count, 1, 8, 8);
    float[] softmax = predictor.run("data", all).get("softmax").floats();
    int right = 0;
    for (int index = 0; index < count; index++) {
      right += argmax(softmax, 10 * index) == images.label(index) ? 1 : 0;
    }
    return right;
  }

  /** The digit with the greatest of ten probabilities. */
  private static int argmax(float[] softmax, int first) {
    int best = 0;
    for (int digit = 1; digit < 10; digit++) {
      best = softmax[first + digit] > softmax[first + best] ? digit : best;
    }
    return best;
  }
}
