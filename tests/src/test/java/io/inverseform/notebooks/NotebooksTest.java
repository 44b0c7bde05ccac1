package io.inverseform.notebooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.SubmitScript;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notebooks, as a user runs them, and as they are stored. */
@Tag("notebook")
class NotebooksTest {
  private static final Path FOLDER = SubmitScript.ROOT.resolve("notebooks");
  private static final int LARGEST_BYTES = 2_000_000;

  @TempDir Path temporary;

  @Test
  void allCellsRun() throws IOException, InterruptedException {
    assumeTrue(
        isOnPath("jupyter-nbconvert"),
        "notebooks are not run: there is no jupyter-nbconvert; Debian has a package of that name");
    Path log = temporary.resolve("log");

    assertThat(start(log, "--execute", "--output", temporary.resolve("out").toString()))
        .as(() -> text(log))
        .isZero();

    for (Path notebook : notebooks()) {
      JsonNode ran = read(temporary.resolve("out").resolve(notebook.getFileName()));
      assertThat(sources(ran)).as("sources of %s", notebook).isEqualTo(sources(read(notebook)));
      requireResults(ran, notebook);
    }
  }

  @Test
  void storedOutputsAreThoseOfARun() throws IOException {
    assertThat(notebooks()).isNotEmpty();
    for (Path notebook : notebooks()) {
      requireResults(read(notebook), notebook);
      assertThat(Files.size(notebook)).as("bytes of %s", notebook).isLessThan(LARGEST_BYTES);
      assertThat(Files.readString(notebook)).doesNotContain(SubmitScript.ROOT.toString(), "file:/");
    }
  }

  @Test
  void refusesWhatIsNoNotebook() throws IOException, InterruptedException {
    assumeTrue(isOnPath("jupyter-nbconvert"), "there is no jupyter-nbconvert");
    Path log = temporary.resolve("log");

    assertThat(start(log, "--execute", "no-such.ipynb")).isEqualTo(2);
    assertThat(text(log)).isEqualTo("start.sh: there is no notebook 'no-such.ipynb'\n");
  }

  private static List<Path> notebooks() throws IOException {
    try (var files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".ipynb")).sorted().toList();
    }
  }

  private static boolean isOnPath(String command) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
  }

  private int start(Path log, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(FOLDER.resolve("start.sh").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(temporary.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // What this build sets for its own tests.
    builder.environment().keySet().removeIf(name -> name.matches("(SPARK|DJL|OMP|OPT_OUT)_.*"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("start.sh ends in time").isTrue();
      return process.exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
    }
  }

  private static String text(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static JsonNode read(Path notebook) throws IOException {
    return new ObjectMapper().readTree(notebook.toFile());
  }

  private static List<String> sources(JsonNode notebook) {
    List<String> sources = new ArrayList<>();
    notebook.get("cells").forEach(cell -> sources.add(joined(cell.get("source"))));
    return sources;
  }

  /** Text is stored whole or as a list of lines. */
  private static String joined(JsonNode text) {
    StringBuilder whole = new StringBuilder();
    text.forEach(line -> whole.append(line.asText()));
    return text.isTextual() ? text.asText() : whole.toString();
  }

  private static void requireResults(JsonNode notebook, Path file) throws IOException {
    int pictures = 0;
    int number = 0;
    for (JsonNode cell : notebook.get("cells")) {
      if (!cell.get("cell_type").asText().equals("code")) {
        continue;
      }
      number++;
      assertThat(cell.get("execution_count").asInt())
          .as("number of a cell of %s: all have run, in their order", file)
          .isEqualTo(number);
      for (JsonNode output : cell.get("outputs")) {
        assertThat(output.get("output_type").asText())
            .as("output of cell %d of %s", number, file)
            .isNotEqualTo("error");
        JsonNode png = output.path("data").path("image/png");
        if (!png.isMissingNode()) {
          pictures++;
          requirePicture(joined(png), "picture of cell %d of %s".formatted(number, file));
        }
      }
    }
    assertThat(pictures).as("pictures of %s", file).isGreaterThan(4);
  }

  private static void requirePicture(String base64, String what) throws IOException {
    byte[] png = Base64.getMimeDecoder().decode(base64);
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).as("width of the %s", what).isBetween(500, 1200);
    assertThat(image.getHeight()).as("height of the %s", what).isBetween(200, 1500);
    int[] pixels =
        image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
    int background = pixels[pixels.length - 1];
    assertThat(Arrays.stream(pixels).filter(pixel -> pixel != background).count())
        .as("pixels drawn on the %s", what)
        .isGreaterThan(pixels.length / 50);
  }
}
