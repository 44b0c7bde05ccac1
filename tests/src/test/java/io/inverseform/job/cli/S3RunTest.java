package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.FlakyProxy;
import io.inverseform.job.LocalSpark;
import io.inverseform.job.S3Server;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.SubmitScript.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures and tables on S3, by the launcher. */
@Tag("s3")
class S3RunTest {
  private static final String SMALL =
      " --set synthesize.width=128 --set synthesize.height=64"
          + " --set synthesize.train=24 --set synthesize.val=8";
  private static final Map<String, String> KEYS =
      Map.of(
          "AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY);

  @TempDir private static Path shared;
  @TempDir private Path folder;

  private static S3Server server;
  private static List<Row> expected;

  /** The same scenes in a local folder, with their table, and on S3. */
  @BeforeAll
  static void start() throws Exception {
    server = new S3Server(shared);
    Path pictures = shared.resolve("pictures");
    Path table = shared.resolve("table");
    execute("synthesize" + SMALL + " --set data.source=" + pictures);
    execute("preprocess --set data.source=%s --set data.table=%s".formatted(pictures, table));
    expected = samples(table.toString(), server.port());
    assertThat(expected).hasSize(32);
    try (FileSystem store =
        FileSystem.newInstance(
            new org.apache.hadoop.fs.Path(server.address("")).toUri(),
            S3Server.hadoop(server.port()))) {
      FileUtil.copy(
          pictures.toFile(),
          store,
          new org.apache.hadoop.fs.Path(server.address("pictures")),
          false,
          store.getConf());
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static void execute(String line) {
    StringWriter err = new StringWriter();
    int exitCode =
        Main.execute(new PrintWriter(new StringWriter()), new PrintWriter(err), line.split(" "));
    assertThat(exitCode).as(err.toString()).isZero();
  }

  /** All but where the pictures came from, and what follows from it. */
  private static List<Row> samples(String table, int port) {
    return LocalSpark.session()
        .read()
        .option("fs.s3a.endpoint", S3Server.endpoint(port))
        .option("fs.s3a.access.key", S3Server.ACCESS_KEY)
        .option("fs.s3a.secret.key", S3Server.SECRET_KEY)
        .parquet(table + "/samples")
        .drop("source", "fingerprint")
        .orderBy("split", "sample_id")
        .collectAsList();
  }

  private Result submit(Map<String, String> environment, String command, int port, String options)
      throws IOException, InterruptedException {
    return new SubmitScript(folder)
        .run(
            environment,
            "%s -- --conf spark.hadoop.fs.s3a.endpoint=%s%s"
                .formatted(command, S3Server.endpoint(port), options));
  }

  private static String preprocess(String table) {
    return "preprocess --set data.source=%s --set data.table=%s"
        .formatted(server.address("pictures"), server.address(table));
  }

  @Test
  void credentialsAmongSparksPropertiesAreUsedAndNotShown() throws Exception {
    Path events = Files.createDirectory(folder.resolve("events"));
    Result result =
        submit(
            Map.of(),
            preprocess("table"),
            server.port(),
            " --master local[2] --conf spark.hadoop.fs.s3a.access.key=%s"
                    .formatted(S3Server.ACCESS_KEY)
                + " --conf spark.hadoop.fs.s3a.secret.key=%s".formatted(S3Server.SECRET_KEY)
                + " --conf spark.eventLog.enabled=true --conf spark.logConf=true"
                + " --conf spark.eventLog.dir=file:"
                + events);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(samples(server.address("table"), server.port())).isEqualTo(expected);
    assertThat(events).isNotEmptyDirectory();
    assertNoSecret(folder);
  }

  @Test
  void credentialsOfTheEnvironmentReachExecutorsThroughABadNetwork() throws Exception {
    try (FlakyProxy proxy = new FlakyProxy(server.port(), 3, 2_000_000)) {
      Result result =
          submit(
              KEYS,
              preprocess("flaky"),
              proxy.port(),
              " --master local-cluster[2,1,1024]"
                  + " --conf spark.hadoop.fs.s3a.retry.interval=50ms"
                  + " --conf spark.hadoop.fs.s3a.retry.throttle.interval=50ms");
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(proxy.busy()).as("requests refused").isPositive();
      assertThat(proxy.cut()).as("connections cut").isGreaterThan(3);
    }
    assertThat(samples(server.address("flaky"), server.port())).isEqualTo(expected);
    assertNoSecret(folder);
    Matcher application = Pattern.compile("app-\\d{14}-\\d{4}").matcher(logs(folder));
    assertThat(application.find()).isTrue();
    assertNoSecret(SubmitScript.ROOT.resolve("udf/target/spark/work").resolve(application.group()));
  }

  @Test
  void credentialsOfAProfile() throws Exception {
    Path profiles =
        Files.write(
            folder.resolve("credentials"),
            List.of(
                "[tests]",
                "aws_access_key_id = " + S3Server.ACCESS_KEY,
                "aws_secret_access_key = " + S3Server.SECRET_KEY));
    Result result =
        submit(
            Map.of("AWS_CREDENTIAL_PROFILES_FILE", profiles.toString(), "AWS_PROFILE", "tests"),
            "synthesize --set synthesize.width=64 --set synthesize.height=32"
                + " --set synthesize.train=1 --set synthesize.val=1 --set data.source="
                + server.address("two"),
            server.port(),
            "");
    assertThat(result.out())
        .as(result.err())
        .isEqualTo("2 scenes written to %s\n".formatted(server.address("two")));
  }

  @Test
  void withoutCredentialsOneLineSaysWhereToPutThem() throws Exception {
    Result result =
        submit(
            Map.of("AWS_CREDENTIAL_PROFILES_FILE", "/nowhere", "AWS_EC2_METADATA_DISABLED", "true"),
            preprocess("table"),
            server.port(),
            "");
    assertThat(result.err())
        .isEqualTo(
            ("'data.source' cannot be reached at %s: there are no credentials; set AWS_ACCESS_KEY_ID"
                    + " and AWS_SECRET_ACCESS_KEY, or write a profile to ~/.aws/credentials\n")
                .formatted(server.address("pictures")));
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(folder.toFile().list((dir, name) -> name.endsWith(".log"))).isEmpty();
  }

  private static void assertNoSecret(Path folder) throws IOException {
    assertThat(logs(folder)).isNotEmpty().doesNotContain(S3Server.SECRET_KEY);
  }

  private static String logs(Path folder) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        text.append(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return text.toString();
  }
}
