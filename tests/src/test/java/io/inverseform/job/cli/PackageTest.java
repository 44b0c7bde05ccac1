package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.SubmitScript.Result;
import io.inverseform.job.SubmitScript.Running;
import io.inverseform.job.config.BuildInfo;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What submit.sh package makes, on a machine with a JDK: no Maven, no sources, no network. */
@Tag("cluster")
class PackageTest {
  private static final String NAME = "inverseform-" + BuildInfo.current().version();
  private static final Pattern COPY = Pattern.compile("(?m)^COPY (?!--from)(.+) (\\S+)$");

  @TempDir private static Path folder;

  private static Result packing;

  /** Every program that tests find, but Maven. */
  private static Path programs;

  /** Runs what follows where there is no network but the loopback; empty where nobody may. */
  private static List<String> offline;

  /** What the machine said to that. */
  private static String refused;

  @BeforeAll
  static void packAndUnpack() throws Exception {
    packing = new SubmitScript(folder).run(Map.of(), "package moved.tar");
    assertThat(packing.exitCode()).as(packing.err()).isZero();
    Path site = Files.createDirectories(folder.resolve("site"));
    assertThat(run(Map.of(), "tar", "-xf", folder + "/moved.tar", "-C", site.toString()).exitCode())
        .isZero();
    programs = Files.createDirectories(folder.resolve("programs"));
    for (String place : System.getenv("PATH").split(File.pathSeparator)) {
      linkPrograms(Path.of(place));
    }
    offline = List.of("unshare", "-rn", "sh", "-c", "ip link set lo up && exec \"$@\"", "offline");
    List<String> attempt = new ArrayList<>(offline);
    attempt.add("true");
    Result allowed = run(Map.of(), attempt.toArray(String[]::new));
    refused = allowed.err();
    if (allowed.exitCode() != 0) {
      offline = List.of();
    }
  }

  private static void linkPrograms(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      return;
    }
    try (Stream<Path> files = Files.list(place)) {
      for (Path file : files.toList()) {
        Path link = programs.resolve(file.getFileName());
        if (!file.getFileName().toString().startsWith("mvn") && !Files.exists(link)) {
          Files.createSymbolicLink(link, file);
        }
      }
    }
  }

  private static Path root() {
    return folder.resolve("site").resolve(NAME);
  }

  private static Result run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    if (!environment.isEmpty()) {
      builder.environment().clear();
      builder.environment().putAll(environment);
    }
    try (Running running = Running.start(builder, folder)) {
      return running.end();
    }
  }

  /** The unpacked launcher with next to no environment. */
  private static Result submit(Path launcher, Map<String, String> more, String arguments)
      throws IOException, InterruptedException {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "PATH", programs.toString(),
                "JAVA_HOME", System.getProperty("java.home"),
                "HOME", Files.createDirectories(folder.resolve("home")).toString(),
                "TMPDIR", folder.toString(),
                "DJL_CACHE_DIR", folder.resolve("djl").toString()));
    environment.putAll(more);
    List<String> command = new ArrayList<>(offline);
    command.add(launcher.toString());
    command.addAll(List.of(arguments.split(" ")));
    return run(environment, command.toArray(String[]::new));
  }

  @Test
  void theLastLineSaysWhatThereIsAndWhatToDo() {
    assertThat(packing.out())
        .matches(
            "moved\\.tar: \\d{3} MB for \\S+ \\S+\\. Where there is a JDK 17: "
                + "tar -xf moved\\.tar && "
                + Pattern.quote(NAME)
                + "/submit\\.sh doctor\n");
    assertThat(packing.err()).matches("submit\\.sh: packing \\d{3} jars into moved\\.tar\n");
    assertThat(folder.resolve("moved.tar.part")).doesNotExist();
  }

  /** The other tests run in any case, then with the network of this machine. */
  @Test
  void whatRunsHereHasNoNetwork() throws Exception {
    assumeThat(offline).as("the right to leave the network: %s", refused).isNotEmpty();
    List<String> command = new ArrayList<>(offline);
    command.addAll(List.of("cat", "/proc/net/dev"));
    assertThat(run(Map.of(), command.toArray(String[]::new)).out().lines().skip(2))
        .singleElement()
        .asString()
        .contains(" lo:");
  }

  @Test
  void aStepRunsOnNativesThatItUnpacks() throws Exception {
    Result result =
        submit(
            root().resolve("submit.sh"),
            Map.of(),
            "bench step --width 4 --modules 1,1,1 --blocks 1 --stage1 1 --classes 7 --size 64x96"
                + " --threads 1 --steps 1 --no-inverse-form");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(new ObjectMapper().readTree(result.out()).get("wall_s").asDouble()).isPositive();
    try (Stream<Path> files = Files.walk(folder.resolve("djl"), FileVisitOption.FOLLOW_LINKS)) {
      assertThat(files).anyMatch(file -> file.endsWith("libtorch.so"));
    }
  }

  /** The executor is a process of its own, which reads the jars in their place. */
  @Test
  void itsSparkMakesATable() throws Exception {
    Path launcher = root().resolve("submit.sh");
    String source = " --set data.source=pictures --set data.table=table";
    Result scenes =
        submit(
            launcher,
            Map.of(),
            "synthesize --set synthesize.train=2 --set synthesize.val=1 --set synthesize.width=64"
                + " --set synthesize.height=32"
                + source);
    assertThat(scenes.exitCode()).as(scenes.err()).isZero();
    Result table =
        submit(
            launcher,
            Map.of("INVERSEFORM_EVERYWHERE", "true"),
            "preprocess" + source + " -- --master local-cluster[1,1,1024]");
    assertThat(table.exitCode()).as(table.err()).isZero();
    assertThat(table.out()).contains("3 samples, 3 prepared");
    assertThat(folder.resolve("table/manifest.json")).exists();
    Path executors = root().resolve("udf/target/spark/work");
    assertThat(run(Map.of(), "grep", "-rh", "Fetching", executors.toString()).out())
        .contains("Fetching file:")
        .doesNotContain("Fetching spark:");
  }

  @Test
  void withoutSparkItRunsOnTheUsers() throws Exception {
    Result packed = new SubmitScript(folder).run(Map.of(), "package --without-spark light.tar");
    assertThat(packed.out()).contains("Where there is Spark 3.5 and a JDK 17");
    Path site = Files.createDirectories(folder.resolve("light"));
    run(Map.of(), "tar", "-xf", folder + "/light.tar", "-C", site.toString());
    Path launcher = site.resolve(NAME).resolve("submit.sh");
    assertThat(submit(launcher, Map.of(), "config").err())
        .isEqualTo(
            "submit.sh: this package holds no Spark: set SPARK_HOME to a Spark 3.5 with Scala 2.12\n");
    Result config =
        submit(
            launcher, Map.of("SPARK_HOME", root() + "/udf/target/spark"), "config --set seed=77");
    assertThat(config.exitCode()).as(config.err()).isZero();
    assertThat(config.out()).startsWith("seed: 77\n");
    Files.move(site.resolve(NAME).resolve("job/target/lib"), site.resolve("elsewhere"));
    assertThat(submit(launcher, Map.of(), "config").err())
        .isEqualTo(
            "submit.sh: %s is incomplete, and has no sources to build from: unpack the package again\n"
                .formatted(site.resolve(NAME)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--fast | package takes --without-spark and a file ending in .tar, not '--fast'",
        "a.zip | package takes --without-spark and a file ending in .tar, not 'a.zip'",
        "a.tar b.tar | package writes one file, not 'a.tar' and 'b.tar'",
        "none/a.tar | package cannot write 'none/a.tar': there is no folder 'none'"
      })
  void wrongArgumentsAreRefused(String arguments, String message) throws Exception {
    Result result = new SubmitScript(folder).run(Map.of(), "package " + arguments);
    assertThat(result.err()).isEqualTo("submit.sh: " + message + "\n");
    assertThat(result.out()).isEmpty();
    assertThat(result.exitCode()).isEqualTo(2);
  }

  /** The image itself is built where there is Docker. */
  @Test
  void theImageTakesWhatThePackageHoldsAndMakesItsPlaces() throws IOException {
    String dockerfile = Files.readString(root().resolve("configs/kubernetes/Dockerfile"));
    List<String> made = new ArrayList<>();
    COPY.matcher(dockerfile)
        .results()
        .forEach(
            copy -> {
              made.add(copy.group(2).replaceAll("/$", ""));
              assertThat(copy.group(1).split(" "))
                  .allSatisfy(source -> assertThat(root().resolve(source)).exists());
            });
    assertThat(made).isNotEmpty();
    Pattern.compile("mkdir -p ((?:/\\S+ ?)+)")
        .matcher(dockerfile)
        .results()
        .forEach(mkdir -> made.addAll(Arrays.asList(mkdir.group(1).strip().split(" "))));
    // In Spark's own image.
    made.add("/opt/spark");
    List<String> places =
        Pattern.compile("(?m)(?:^ENV| {4})[A-Z_ ]+=(/\\S+)")
            .matcher(dockerfile)
            .results()
            .map(place -> place.group(1))
            .toList();
    assertThat(places).hasSizeGreaterThan(3);
    assertThat(places)
        .allSatisfy(
            place -> assertThat(made).anyMatch(m -> place.equals(m) || place.startsWith(m + "/")));
    assertThat(dockerfile).contains("\nUSER 185\n");
  }
}
