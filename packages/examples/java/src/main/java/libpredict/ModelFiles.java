package libpredict;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The two files of a model.
 *
 * @param symbol the graph
 * @param params the parameters
 */
record ModelFiles(Path symbol, Path params) {
  /** Stands for the highest epoch there is. */
  static final int HIGHEST = -1;

  private static final String SYMBOL_ENDING = "-symbol.json";
  private static final int PIECE_BYTES = 1 << 24;

  /** Finds {@code prefix-symbol.json} and {@code prefix-NNNN.params}. */
  static ModelFiles find(Path given, int epoch) {
    String name = String.valueOf(given.getFileName());
    String stem =
        name.endsWith(SYMBOL_ENDING) ? name.substring(0, name.length() - SYMBOL_ENDING.length()) : name;
    Path folder = given.toAbsolutePath().normalize().getParent();
    if (folder == null) {
      throw new PredictException(ErrorCode.ARGUMENT, "\"" + given + "\" is no prefix of files");
    }
    Path symbol = folder.resolve(stem + SYMBOL_ENDING);
    TreeMap<Integer, Path> epochs = epochs(folder, stem);
    Path params;
    String paramsName;
    if (epoch == HIGHEST) {
      params = epochs.isEmpty() ? null : epochs.lastEntry().getValue();
      paramsName = stem + "-NNNN.params";
    } else {
      params = epochs.get(epoch);
      paramsName = String.format("%s-%04d.params", stem, epoch);
    }
    if (Files.isRegularFile(symbol) && params != null) {
      return new ModelFiles(symbol, params);
    }
    LoadAttempt triedSymbol =
        new LoadAttempt(
            "symbol",
            symbol.toString(),
            Files.isRegularFile(symbol) ? "found" : "no such file" + models(folder));
    String there = epochs.isEmpty() ? "" : "; there are epochs " + epochs.keySet();
    LoadAttempt triedParams =
        params != null
            ? new LoadAttempt("parameters", params.toString(), "found")
            : new LoadAttempt(
                "parameters",
                folder.resolve(paramsName).toString(),
                "no such file"
                    + there
                    + "; files of other names, and models without parameters, are loaded with"
                    + " loadFiles");
    throw new LoadException("no model \"" + given + "\"", List.of(triedSymbol, triedParams));
  }

  private static TreeMap<Integer, Path> epochs(Path folder, String stem) {
    Pattern pattern = Pattern.compile(Pattern.quote(stem) + "-(\\d{4,9})\\.params");
    TreeMap<Integer, Path> epochs = new TreeMap<>();
    for (Path file : filesIn(folder)) {
      Matcher match = pattern.matcher(file.getFileName().toString());
      if (match.matches()) {
        epochs.put(Integer.parseInt(match.group(1)), file);
      }
    }
    return epochs;
  }

  /** What models a folder has instead. */
  private static String models(Path folder) {
    List<String> prefixes =
        filesIn(folder).stream()
            .map(file -> file.getFileName().toString())
            .filter(name -> name.endsWith(SYMBOL_ENDING))
            .map(name -> name.substring(0, name.length() - SYMBOL_ENDING.length()))
            .sorted()
            .limit(10)
            .toList();
    return prefixes.isEmpty() ? "" : "; the folder has " + prefixes;
  }

  private static List<Path> filesIn(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    } catch (IOException unreadable) {
      return List.of();
    }
  }

  /**
   * Reads a file of any size. It is not mapped: the process would end if somebody cut it off while
   * the library reads it.
   */
  static MemorySegment read(String what, Path file, Arena arena) {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      MemorySegment content = allocate(file, size, arena);
      long at = 0;
      while (at < size) {
        MemorySegment piece = content.asSlice(at, Math.min(PIECE_BYTES, size - at));
        int read = channel.read(piece.asByteBuffer());
        if (read < 0) {
          throw new IOException("the file ended after " + at + " of " + size + " bytes");
        }
        at += read;
      }
      return content;
    } catch (IOException problem) {
      throw new LoadException(
          "a model's file could not be read",
          List.of(new LoadAttempt(what, file.toString(), reasonOf(problem))));
    }
  }

  private static MemorySegment allocate(Path file, long size, Arena arena) {
    try {
      return arena.allocate(size, 8);
    } catch (OutOfMemoryError cause) {
      throw new PredictException(
          ErrorCode.MEMORY, "no room for the " + size + " bytes of " + file, null, cause);
    }
  }

  private static String reasonOf(IOException problem) {
    return switch (problem) {
      case NoSuchFileException none -> "no such file";
      case NotDirectoryException none -> "no such file";
      case AccessDeniedException denied -> "no permission to read it";
      default -> problem.getMessage() == null ? problem.toString() : problem.getMessage();
    };
  }
}
