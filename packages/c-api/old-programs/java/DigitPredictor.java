import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;

/**
 * A classifier in the Java of 2016: native methods over a small C file, loaded by name.
 * Usage: DigitPredictor SYMBOL PARAMS IMAGE...
 */
public class DigitPredictor {
    static {
        System.loadLibrary("digitpredictor");
    }

    private long handle;

    private static native long create(String symbol, byte[] params, String key, int[] shape);

    private static native float[] forward(long handle, String key, float[] data);

    private static native void free(long handle);

    public DigitPredictor(String symbol, byte[] params) {
        handle = create(symbol, params, "data", new int[] {1, 1, 8, 8});
    }

    public float[] classify(float[] image) {
        return forward(handle, "data", image);
    }

    public void dispose() {
        free(handle);
        handle = 0;
    }

    static float[] readImage(String path) throws IOException {
        byte[] file = Files.readAllBytes(Paths.get(path));
        String[] head = new String(file, StandardCharsets.ISO_8859_1).split("\\s+", 5);
        int size = Integer.parseInt(head[1]) * Integer.parseInt(head[2]);
        float[] image = new float[size];
        for (int i = 0; i < size; i++) {
            image[i] = (file[file.length - size + i] & 0xff) / (float) Integer.parseInt(head[3]);
        }
        return image;
    }

    public static void main(String[] args) throws Exception {
        String symbol = new String(Files.readAllBytes(Paths.get(args[0])), StandardCharsets.UTF_8);
        byte[] params = Files.readAllBytes(Paths.get(args[1]));
        // Made on this thread, used and freed on another: the garbage collector's way of life.
        final DigitPredictor predictor = new DigitPredictor(symbol, params);
        final String[] lines = new String[args.length - 2];
        Thread worker = new Thread(() -> {
            try {
                for (int k = 2; k < args.length; k++) {
                    float[] scores = predictor.classify(readImage(args[k]));
                    int best = 0;
                    for (int i = 1; i < scores.length; i++) {
                        if (scores[i] > scores[best]) best = i;
                    }
                    lines[k - 2] = String.format(java.util.Locale.ROOT,
                        "image %d: %d scores, class %d, %.6f", k - 2, scores.length, best, scores[best]);
                }
                predictor.classify(new float[3]);
            } catch (IllegalStateException error) {
                lines[0] += error.getMessage().contains("Memory size do not match")
                    ? ", a short image fails" : error.getMessage();
            } catch (IOException error) {
                throw new RuntimeException(error);
            } finally {
                predictor.dispose();
            }
        });
        worker.start();
        worker.join();
        for (String line : lines) System.out.println(line);
    }
}
