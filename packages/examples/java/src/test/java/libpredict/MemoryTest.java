package libpredict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Resident memory, in a process of its own whose Java heap does not grow. */
class MemoryTest {
  private static final long ALLOWED_KIB = 2 << 10;

  private static long growthKib(int cycles, String what) {
    List<String> fixed =
        List.of(
            "-XX:+UseSerialGC",
            "-Xms48m",
            "-Xmx48m",
            "-XX:+AlwaysPreTouch",
            // The second compiler takes megabytes, at a time of its own choice.
            "-XX:TieredStopAtLevel=1");
    TestFiles.Ended ended =
        TestFiles.java(fixed, "libpredict.MemoryCycles", String.valueOf(cycles), what);
    assertEquals(0, ended.code(), ended.text());
    return Long.parseLong(ended.text().strip());
  }

  @Test
  void tenThousandPredictorsLeaveNothingBehind() {
    long growth = growthKib(10_000, "run");
    assertTrue(growth < ALLOWED_KIB, growth + " KiB");
  }

  @Test
  void tenThousandDamagedModelsLeaveNothingBehind() {
    long growth = growthKib(10_000, "fail");
    assertTrue(growth < ALLOWED_KIB, growth + " KiB");
  }

  @Test
  void aLeakWouldBeSeen() {
    long growth = growthKib(2_000, "leak");
    assertTrue(growth > ALLOWED_KIB, growth + " KiB");
  }
}
