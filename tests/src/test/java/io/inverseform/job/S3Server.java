package io.inverseform.job;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;

/** An S3 server, S3Proxy, as a process of its own that keeps one bucket in a folder. */
public final class S3Server implements AutoCloseable {
  /** Whom it lets in. */
  public static final String ACCESS_KEY = "AKIDOFTHETESTS";

  /** With characters that a signature or an address would have to escape. */
  public static final String SECRET_KEY = "must/never+be=Shown";

  private static final Path HOME = SubmitScript.ROOT.resolve("tests/s3proxy");

  private static final Duration START = Duration.ofSeconds(60);

  // Hadoop caches a file system by the bucket's name, across the servers of several tests.
  private final String bucket = "bucket-" + UUID.randomUUID();
  private final Path folder;
  private final Process process;
  private final int port;

  /**
   * Starts it on a free port.
   *
   * @param folder for buckets, settings and log
   */
  public S3Server(Path folder) throws Exception {
    this.folder = folder;
    // Others may list and read a bucket whose folder they may read.
    Files.createDirectories(
        folder.resolve("buckets").resolve(bucket),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path settings =
        Files.write(
            folder.resolve("s3proxy.properties"),
            List.of(
                "s3proxy.endpoint=http://127.0.0.1:0",
                "s3proxy.authorization=aws-v2-or-v4",
                "s3proxy.identity=" + ACCESS_KEY,
                "s3proxy.credential=" + SECRET_KEY,
                "jclouds.provider=filesystem-nio2",
                "jclouds.identity=none",
                "jclouds.credential=none",
                "jclouds.filesystem.basedir=" + folder.resolve("buckets")));
    process =
        new ProcessBuilder(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=" + HOME.resolve("logback.xml"),
                "-cp",
                HOME.resolve("target/jars") + "/*",
                "org.gaul.s3proxy.Main",
                "--properties",
                settings.toString())
            .redirectErrorStream(true)
            .start();
    try {
      port =
          Integer.parseInt(
              new ProcessLog(process.getInputStream(), folder.resolve("s3proxy.log"))
                  .await("Started .*ServerConnector.*\\{127\\.0\\.0\\.1:(\\d+)}", START)
                  .group(1));
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  /** Where it listens. */
  public int port() {
    return port;
  }

  /** The name of its bucket. */
  public String bucket() {
    return bucket;
  }

  /** Where it keeps its bucket. */
  public Path folder() {
    return folder.resolve("buckets").resolve(bucket);
  }

  /** An address in its bucket. */
  public String address(String key) {
    return "s3a://" + bucket + "/" + key;
  }

  /** Reaches it, or what stands in front of it, with the right credentials. */
  public static Configuration hadoop(int port) {
    Configuration hadoop = new Configuration();
    hadoop.set("fs.s3a.endpoint", endpoint(port));
    hadoop.set("fs.s3a.access.key", ACCESS_KEY);
    hadoop.set("fs.s3a.secret.key", SECRET_KEY);
    return hadoop;
  }

  /** What {@code fs.s3a.endpoint} takes. */
  public static String endpoint(int port) {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
