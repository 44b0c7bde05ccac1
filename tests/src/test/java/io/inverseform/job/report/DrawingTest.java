package io.inverseform.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.train.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Drawing in a process of its own, as on a machine without fonts. */
class DrawingTest {
  @TempDir private Path folder;

  /** What runs there: draws the curves of a run folder. */
  static final class Draw {
    public static void main(String[] args) throws IOException {
      try {
        System.out.println(LossCurves.write(new RunFolder(args[0], new Configuration())));
      } catch (DrawingException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private String draw(Path fonts) throws Exception {
    Path metrics = Files.createDirectories(folder.resolve("metrics"));
    Files.writeString(metrics.resolve("attempt-00001.jsonl"), "{\"step\":1,\"loss\":1}\n");
    Path out = folder.resolve("out");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djava.awt.headless=true",
                    // Java keeps a list of fonts there.
                    "-Duser.home=" + folder,
                    "-cp",
                    System.getProperty("java.class.path"),
                    Draw.class.getName(),
                    folder.toString()))
            .redirectOutput(out.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("FONTCONFIG_FILE", fonts.toString());
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("drawing ends in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readString(out);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aMachineWithoutFontsIsToldWhatToInstall() throws Exception {
    Path fonts = Files.writeString(folder.resolve("fonts.conf"), "<fontconfig/>");
    assertThat(draw(fonts))
        .startsWith("this machine cannot draw text (")
        .contains("): install fontconfig and a font, on Debian fonts-dejavu-core");
  }
}
