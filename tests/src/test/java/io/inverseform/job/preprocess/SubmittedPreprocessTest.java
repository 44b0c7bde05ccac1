package io.inverseform.job.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.SubmitScript;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The preprocessing job through the launcher, killed and not. */
@Tag("cluster")
class SubmittedPreprocessTest {
  private static final int PICTURES = 200;
  private static final String SOURCE =
      " --set data.source=pictures --set synthesize.width=256 --set synthesize.height=128"
          + " --set synthesize.train=180 --set synthesize.val=20";
  private static final Pattern DONE =
      Pattern.compile("200 samples, (\\d+) prepared, (\\d+) unchanged, 0 removed; ");

  @TempDir private Path folder;

  @Test
  void aKilledRunGoesOnWhereItWasAndTheTableIsThatOfAnUndisturbedOne() throws Exception {
    SubmitScript script = new SubmitScript(folder);
    run(script, "synthesize" + SOURCE);
    String undisturbed =
        run(
            script,
            "preprocess" + SOURCE + " --set data.table=a -- --master local-cluster[2,1,1024]");
    assertThat(done(undisturbed).group(1)).isEqualTo("200");

    Path unpublished = Files.createDirectories(folder.resolve("b/_unpublished"));
    String preprocess = "preprocess" + SOURCE + " --set data.table=b";
    try (WatchService watch = FileSystems.getDefault().newWatchService()) {
      unpublished.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
      try (SubmitScript.Running running = script.start(Map.of(), preprocess)) {
        awaitFiles(watch, 4);
        running.process().destroyForcibly();
        assertThat(running.end().exitCode()).isEqualTo(137);
      }
    }
    assertThat(folder.resolve("b/manifest.json")).doesNotExist();
    assertThat(folder.resolve("b/samples")).doesNotExist();

    Matcher resumed = done(run(script, preprocess));
    int prepared = Integer.parseInt(resumed.group(1));
    assertThat(prepared).isBetween(1, PICTURES - 1);
    assertThat(Integer.parseInt(resumed.group(2))).isEqualTo(PICTURES - prepared);
    assertThat(contents(folder.resolve("b"))).isEqualTo(contents(folder.resolve("a")));
  }

  /** Of two slots, two files are being written: as many less are whole. */
  private static void awaitFiles(WatchService watch, int files) throws InterruptedException {
    int created = 0;
    while (created < files) {
      WatchKey key = watch.poll(120, TimeUnit.SECONDS);
      assertThat(key).as("preprocess begins to write in time").isNotNull();
      created +=
          (int)
              key.pollEvents().stream()
                  .filter(event -> event.context().toString().matches("[^.].*\\.parquet"))
                  .count();
      key.reset();
    }
  }

  private static String run(SubmitScript script, String arguments) throws Exception {
    SubmitScript.Result result = script.run(Map.of(), arguments);
    assertThat(result.exitCode()).as(arguments + "\n" + result.err()).isZero();
    return result.out();
  }

  private static Matcher done(String out) {
    Matcher line = DONE.matcher(out);
    assertThat(line.find()).as(out).isTrue();
    return line;
  }

  private static Map<String, String> contents(Path table) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.walk(table)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith("summary.json") && !file.toString().endsWith(".crc")) {
          byte[] bytes = Files.readAllBytes(file);
          contents.put(
              table.relativize(file).toString(),
              bytes.length + " bytes, hash " + Arrays.hashCode(bytes));
        }
      }
    }
    return contents;
  }
}
