package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.golden.Npz;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.SubmitScript.Result;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher as a process of its own, on the jars that this build has made. */
@Tag("cluster")
class SubmitScriptTest {
  @TempDir private Path folder;

  private Result submit(Map<String, String> environment, String arguments)
      throws IOException, InterruptedException {
    return new SubmitScript(folder).run(environment, arguments);
  }

  @Test
  void helpListsTheCommands() throws Exception {
    Result result = submit(Map.of(), "--help");
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("Usage: submit.sh", "  config  ");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void weightFilesAreLookedIntoWithoutSpark() throws Exception {
    String file = Npz.folder().resolve("model_ocrnet.pth").toString();
    Result result = submit(Map.of("SPARK_HOME", "/nowhere"), "weights inspect " + file);
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).startsWith(file + ": PyTorch zip archive, the tensors by themselves");
    assertThat(result.exitCode()).isZero();
  }

  @Test
  void aWrongCommandTakesOneLine() throws Exception {
    Result result = submit(Map.of(), "confg");
    assertThat(result.err()).isEqualTo("unknown command 'confg'; did you mean 'config'?\n");
    assertThat(result.out()).isEmpty();
    assertThat(result.exitCode()).isEqualTo(2);
  }

  @Test
  void driverAndExecutorsLogWhatTheyRun() throws Exception {
    writePicture("train");
    Result result =
        submit(
            Map.of(),
            "preprocess --set data.source=pictures --set data.table=table --set seed=77"
                + " -- --master local-cluster[2,1,1024]");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("1 samples, 1 prepared, 0 unchanged");
    assertThat(folder.resolve("table/samples")).isDirectory();
    String driver = read(folder, "inverseform-.*[.]log");
    assertThat(driver)
        .containsPattern(
            "driver on \\S+: InverseForm \\S+, commit \\w+, inverseform-job-\\S+jar \\w{12}")
        .contains("Effective configuration of driver:\nseed: 77\n");
    Matcher application = Pattern.compile("app-\\d{14}-\\d{4}").matcher(driver);
    assertThat(application.find()).isTrue();
    assertThat(
            read(
                SubmitScript.ROOT.resolve("udf/target/spark/work").resolve(application.group()),
                "stderr"))
        .containsPattern(
            "executor 0 on \\S+: InverseForm \\S+, commit \\w+, inverseform-job-\\S+jar \\w{12}")
        .contains("Effective configuration of executor 0:\nseed: 77\n")
        .contains("Effective configuration of executor 1:\nseed: 77\n");
  }

  @Test
  void aFailedRunTellsItsRootCauseAndWhereTheStackTraceIs() throws Exception {
    Files.createDirectories(folder.resolve("pictures/leftImg8bit"));
    Result result = submit(Map.of(), "preprocess --set data.source=pictures");
    assertThat(result.exitCode()).isEqualTo(1);
    // Spark warns of a port that another one on this host has.
    assertThat(result.err())
        .matches(
            "(\\S+ WARN  Service 'SparkUI' could not bind on port \\d+\\. .*\n)*submit.sh preprocess failed: no picture found under file:%s/pictures/.*\nFull stack trace: %s/inverseform-.*[.]log\n"
                .formatted(folder, folder));
    assertThat(read(folder, "inverseform-.*[.]log"))
        .contains("java.io.FileNotFoundException: no picture found", "\tat io.inverseform.job");
  }

  @Test
  void aWrongPathOrKeyOrOptionTakesOneLineBeforeSparkStarts() throws Exception {
    Result path = submit(Map.of(), "preprocess --set data.source=none");
    assertThat(path.err())
        .isEqualTo(
            "'data.source': there is nothing at file:%s/none; set it, or run synthesize first\n"
                .formatted(folder));
    assertThat(path.exitCode()).isEqualTo(2);
    Result key = submit(Map.of(), "preprocess --set train.worker=3");
    assertThat(key.err())
        .isEqualTo(
            "--set train.worker=3: unknown key 'train.worker'; did you mean 'train.workers'?\n");
    assertThat(key.exitCode()).isEqualTo(2);
    assertThat(folder.toFile().list((dir, name) -> name.endsWith(".log"))).isEmpty();
  }

  private void writePicture(String split) throws IOException {
    Path root = folder.resolve("pictures");
    Path image = root.resolve("leftImg8bit/" + split + "/town/town_000000_000000_leftImg8bit.png");
    Path label = root.resolve("gtFine/" + split + "/town/town_000000_000000_gtFine_labelIds.png");
    Files.createDirectories(image.getParent());
    Files.createDirectories(label.getParent());
    ImageIO.write(new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
    ImageIO.write(new BufferedImage(64, 32, BufferedImage.TYPE_BYTE_GRAY), "png", label.toFile());
  }

  /** All files below a folder whose name matches, one after the other. */
  private static String read(Path folder, String name) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.getFileName().toString().matches(name)).toList()) {
        text.append(Files.readString(file));
      }
    }
    return text.toString();
  }

  /** A Spark installation whose spark-submit prints what it is called with. */
  private Map<String, String> fakeSpark(String version) throws IOException {
    Path home = folder.resolve("spark");
    Files.createDirectories(home.resolve("jars"));
    Files.createFile(home.resolve("jars/spark-core_" + version + ".jar"));
    Path submit = Files.createDirectories(home.resolve("bin")).resolve("spark-submit");
    Files.writeString(submit, "#!/bin/sh\nprintf '%s\\n' \"$@\"\nenv\n");
    assertThat(submit.toFile().setExecutable(true)).isTrue();
    return Map.of("SPARK_HOME", home.toString());
  }

  @Test
  void anInstalledSparkIsUsed() throws Exception {
    Result result =
        submit(
            fakeSpark("2.12-3.5.1"),
            "train --set train.epochs=1 -- --master spark://host:7077 --jars a.jar --name x");
    assertThat(result.exitCode()).as(result.err()).isZero();
    List<String> lines = result.out().lines().toList();
    assertThat(lines)
        .startsWith("--class", "io.inverseform.job.cli.Main")
        .containsSequence("--conf", "spark.executorEnv.DJL_OFFLINE=true")
        .containsSequence("--conf", "spark.executorEnv.OMP_NUM_THREADS=1")
        .containsSequence("--conf", "spark.executorEnv.OMP_WAIT_POLICY=PASSIVE")
        .containsSequence("--conf", "spark.executorEnv.GOMP_SPINCOUNT=1000")
        .containsSequence("--conf", "spark.executorEnv.THP_MEM_ALLOC_ENABLE=1")
        .containsSequence("--master", "spark://host:7077", "--jars", "a.jar", "--name", "x")
        .containsSequence("train", "--set", "train.epochs=1")
        .contains("DJL_OFFLINE=true", "OPT_OUT_TRACKING=true", "OMP_NUM_THREADS=1")
        .doesNotContain("--driver-memory", "SPARK_LOCAL_IP=127.0.0.1");
    assertThat(lines.get(lines.lastIndexOf("--jars") + 1))
        .startsWith("a.jar,")
        .contains("/inverseform-udf-", "/pytorch-native-cpu-");
    assertThat(lines.get(lines.lastIndexOf("--jars") + 2)).contains("/inverseform-job-");
  }

  @Test
  void withoutAMasterItIsLocal() throws Exception {
    Result result = submit(fakeSpark("2.12-3.5.9"), "train");
    assertThat(result.out().lines())
        .contains("--driver-memory", "SPARK_LOCAL_IP=127.0.0.1")
        .doesNotContain("--master");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--conf spark.executor.resource.gpu.amount=1",
        "--conf=spark.executor.resource.gpu.amount=1"
      })
  void withGpusTheNativesForTheCpuStayBehind(String option) throws Exception {
    Result result = submit(fakeSpark("2.12-3.5.9"), "train -- --master yarn " + option);
    assertThat(result.out())
        .contains("/pytorch-engine-", "spark.executorEnv.PYTORCH_FLAVOR=cu128\n")
        .doesNotContain("/pytorch-native-cpu-");
  }

  @Test
  void jarsThatAreOnEveryHostAreNotSent() throws Exception {
    Map<String, String> environment = new HashMap<>(fakeSpark("2.12-3.5.9"));
    environment.put("INVERSEFORM_EVERYWHERE", "true");
    List<String> lines = submit(environment, "train -- --master yarn").out().lines().toList();
    int jars = lines.lastIndexOf("--jars") + 1;
    assertThat(lines.get(jars).split(","))
        .hasSizeGreaterThan(5)
        .allMatch(jar -> jar.startsWith("local://" + SubmitScript.ROOT + "/job/target/lib/"));
    assertThat(lines.get(jars + 1)).startsWith("local://" + SubmitScript.ROOT + "/job/target/inv");
  }

  @Test
  void theS3ClientIsTheJobsWhereTheUserBringsNone() throws Exception {
    assertThat(submit(fakeSpark("2.12-3.5.9"), "train -- --master yarn").out())
        .contains("/hadoop-aws-3.3.4.jar,", "/aws-java-sdk-s3-");
  }

  @Test
  void anS3ClientOfSparksOwnIsNotMixedWithTheJobs() throws Exception {
    Map<String, String> environment = fakeSpark("2.12-3.5.9");
    Files.createFile(folder.resolve("spark/jars/hadoop-aws-3.3.6.jar"));
    assertThat(submit(environment, "train -- --master yarn").out())
        .contains("/pytorch-engine-")
        .doesNotContain("/hadoop-aws-", "/aws-java-sdk-", "/jmespath-java-");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--packages org.apache.hadoop:hadoop-aws:3.3.6",
        "--conf spark.jars.packages=org.apache.hadoop:hadoop-aws:3.3.6",
        "--jars /opt/hadoop-aws-3.3.6.jar"
      })
  void anS3ClientOfTheUsersIsNotMixedWithTheJobs(String option) throws Exception {
    assertThat(submit(fakeSpark("2.12-3.5.9"), "train -- --master yarn " + option).out())
        .contains("/pytorch-engine-")
        .doesNotContain("/hadoop-aws-3.3.4.jar", "/aws-java-sdk-", "/jmespath-java-");
  }

  @Test
  void anotherSparkIsRefused() throws Exception {
    Result result = submit(fakeSpark("2.13-3.5.9"), "train");
    assertThat(result.err())
        .isEqualTo(
            "submit.sh: Spark 3.5 with Scala 2.12 is needed, SPARK_HOME=%s/spark is another one: change or unset it\n"
                .formatted(folder));
    assertThat(result.exitCode()).isEqualTo(2);
  }

  @Test
  void anotherJdkIsRefused() throws Exception {
    Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
    Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"21.0.1\" 2023-10-17' >&2\n");
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Result result = submit(Map.of("JAVA_HOME", folder.resolve("jdk").toString()), "config");
    assertThat(result.err())
        .isEqualTo(
            ("submit.sh: JDK 17 is needed (Spark 3.5 runs on no newer one), '%s' is:"
                    + " openjdk version \"21.0.1\" 2023-10-17; set JAVA_HOME\n")
                .formatted(java));
    assertThat(result.exitCode()).isEqualTo(2);
  }

  @Test
  void aMissingJdkIsRefused() throws Exception {
    Result result = submit(Map.of("JAVA_HOME", "/nowhere"), "config");
    assertThat(result.err())
        .isEqualTo(
            "submit.sh: JDK 17 is needed, '/nowhere/bin/java' cannot be run:"
                + " install it or set JAVA_HOME\n");
    assertThat(result.exitCode()).isEqualTo(2);
  }
}
