package io.inverseform.job.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.inverseform.job.S3Server;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ConfigLoader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Places on S3 that cannot be used are refused before Spark starts, soon and in words. */
@Tag("s3")
@Timeout(60)
class S3LocationsTest {
  @TempDir private static Path folder;
  private static S3Server server;

  @BeforeAll
  static void start() throws Exception {
    server = new S3Server(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static SparkConf conf(int port) {
    return new SparkConf(false)
        .set("spark.hadoop.fs.s3a.endpoint", S3Server.endpoint(port))
        .set("spark.hadoop.fs.s3a.access.key", S3Server.ACCESS_KEY)
        .set("spark.hadoop.fs.s3a.secret.key", S3Server.SECRET_KEY);
  }

  /** What is set for one bucket counts more than what the first look sets. */
  private static SparkConf onlyOnce(SparkConf conf) {
    String bucket = "spark.hadoop.fs.s3a.bucket.%s.".formatted(server.bucket());
    return conf.set(bucket + "retry.limit", "0").set(bucket + "connection.timeout", "1000");
  }

  private static void assertRefused(SparkConf conf, String location, String reason) {
    assertThatThrownBy(() -> new Locations(conf).reach("data.table", location))
        .isInstanceOf(ConfigException.class)
        .hasMessage("'data.table' cannot be reached at %s: %s", location, reason)
        .hasCauseInstanceOf(IOException.class);
  }

  @Test
  void aPlaceThatIsNotThereIsTold() {
    Locations locations = new Locations(conf(server.port()));
    String location = server.address("pictures");
    locations.reach("data.source", location);
    assertThatThrownBy(() -> locations.require("data.source", location, "set it"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("'data.source': there is nothing at %s; set it", location);
  }

  @Test
  void tryingToWriteLeavesNothingBehind() throws IOException {
    Locations locations = new Locations(conf(server.port()));
    String location = server.address("tried/runs/one");
    assertThat(locations.tryWriting("run", location)).isEqualTo(Long.MAX_VALUE);
    assertThat(locations.exists("run", location)).isFalse();
    assertThat(locations.exists("run", server.address("tried"))).isFalse();
  }

  @Test
  void aWrongSecret() {
    assertRefused(
        conf(server.port()).set("spark.hadoop.fs.s3a.secret.key", "wrong"),
        server.address("table"),
        "the secret key is not that of the access key; check the credentials"
            + " (403 SignatureDoesNotMatch)");
  }

  @Test
  void anUnknownAccessKey() {
    assertRefused(
        conf(server.port()).set("spark.hadoop.fs.s3a.access.key", "OTHER"),
        server.address("table"),
        "the store does not know the access key; check the credentials, and that they are of the"
            + " store that spark.hadoop.fs.s3a.endpoint names (403 InvalidAccessKeyId)");
  }

  @Test
  void aMissingBucket() {
    assertRefused(
        conf(server.port()),
        "s3a://no-such-bucket/table",
        "there is no such bucket; check its name, and spark.hadoop.fs.s3a.endpoint"
            + " (404 NoSuchBucket)");
  }

  @Test
  void anEndpointWhereNobodyListens() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    assertRefused(
        conf(port),
        server.address("table"),
        ("no connection to 127.0.0.1:%d (Connection refused);"
                + " check spark.hadoop.fs.s3a.endpoint and the network")
            .formatted(port));
  }

  @Test
  void anEndpointThatNeverAnswers() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertRefused(
          onlyOnce(conf(silent.getLocalPort())),
          server.address("table"),
          "no answer (Read timed out); check spark.hadoop.fs.s3a.endpoint and the network");
    }
  }

  @Test
  void anEndpointWithoutItsScheme() {
    assertRefused(
        onlyOnce(conf(server.port()))
            .set("spark.hadoop.fs.s3a.endpoint", "127.0.0.1:" + server.port()),
        server.address("table"),
        "the store does not speak HTTPS; begin spark.hadoop.fs.s3a.endpoint with http://");
  }

  @Test
  void anotherRegion() throws IOException {
    byte[] answer =
        ("<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is"
                + " malformed; the region 'us-east-1' is wrong; expecting 'eu-north-1'</Message>"
                + "<Region>eu-north-1</Region></Error>")
            .getBytes(StandardCharsets.UTF_8);
    HttpServer store =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    store.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(400, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    store.start();
    try {
      assertRefused(
          conf(store.getAddress().getPort())
              .set("spark.hadoop.fs.s3a.endpoint.region", "us-east-1"),
          server.address("table"),
          "the bucket's region is another one; set"
              + " spark.hadoop.fs.s3a.endpoint.region=eu-north-1"
              + " (400 AuthorizationHeaderMalformed)");
    } finally {
      store.stop(0);
    }
  }

  @Test
  void aNameThatHadoopDoesNotTake() {
    Locations locations = new Locations(new SparkConf(false));
    assertThatThrownBy(
            () -> locations.absolute(ConfigLoader.loadDemo(List.of("run=s3a://my_bucket/run"))))
        .hasMessage(
            "'run' cannot be reached at s3a://my_bucket/run: Hadoop takes a bucket's name only of"
                + " letters, digits, dots and hyphens");
    assertThatThrownBy(
            () -> locations.absolute(ConfigLoader.loadDemo(List.of("run=s3://bucket/run"))))
        .hasMessage("'run' cannot be reached at s3://bucket/run: Hadoop's name for S3 is s3a://");
  }

  @Test
  void aFirstLookLeavesTheJobItsPatience() {
    Locations locations = new Locations(conf(server.port()));
    locations.reach("data.table", server.address("table"));
    assertThat(locations.hadoop().getInt("fs.s3a.attempts.maximum", 0)).isEqualTo(20);
  }
}
