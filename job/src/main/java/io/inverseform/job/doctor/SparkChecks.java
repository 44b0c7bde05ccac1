package io.inverseform.job.doctor;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.hadoop.util.VersionInfo;
import org.apache.spark.SparkContext;

/** The Spark and the Hadoop that run the job, against those it was built for. */
final class SparkChecks {
  private static final String S3A = "org.apache.hadoop.fs.s3a.S3AFileSystem";

  private SparkChecks() {}

  static Verdict version() throws IOException {
    return version(
        org.apache.spark.package$.MODULE$.SPARK_VERSION(),
        scala.util.Properties.versionNumberString());
  }

  static Verdict version(String spark, String scala) throws IOException {
    String builtFor = BuiltFor.version("spark");
    String found = "%s, Scala %s".formatted(spark, scala);
    String remedy =
        "this job is built for Spark %s with Scala %s: set SPARK_HOME to such a one, or unset it"
            .formatted(builtFor, BuiltFor.version("scala"));
    if (!minor(spark).equals(minor(builtFor)) || !minor(scala).equals(BuiltFor.version("scala"))) {
      return Verdict.problem(found, remedy);
    }
    return spark.equals(builtFor) ? Verdict.ok(found) : Verdict.warning(found, remedy);
  }

  private static String minor(String version) {
    return version.replaceFirst("^(\\d+\\.\\d+).*", "$1");
  }

  /** Whether Spark's jars come from where the user says. */
  static Verdict home(Subject subject) throws IOException, URISyntaxException {
    Path jars = jar(SparkContext.class).toRealPath().getParent();
    String home = subject.variable("INVERSEFORM_SPARK_HOME", "");
    if (home.isEmpty()) {
      return Verdict.ok("SPARK_HOME is not set, Maven's Spark in " + jars);
    }
    return Files.isDirectory(Path.of(home)) && jars.startsWith(Path.of(home).toRealPath())
        ? Verdict.ok(jars.toString())
        : Verdict.problem(
            "SPARK_HOME=%s is not used, Spark is that in %s".formatted(home, jars),
            "set it to a folder with bin/spark-submit, or unset it");
  }

  static Verdict hadoop(Subject subject) throws URISyntaxException {
    String hadoop = VersionInfo.getVersion();
    Class<?> client;
    try {
      client = Class.forName(S3A, false, Thread.currentThread().getContextClassLoader());
    } catch (ClassNotFoundException e) {
      String found = hadoop + " without hadoop-aws";
      String remedy = "for s3a:// places add --packages org.apache.hadoop:hadoop-aws:" + hadoop;
      boolean needed =
          Stream.of(
                  subject.config().run(),
                  subject.config().pretrain().run(),
                  subject.config().data().source(),
                  subject.config().data().table())
              .anyMatch(place -> place.startsWith("s3a:"));
      return needed ? Verdict.problem(found, remedy) : Verdict.warning(found, remedy);
    }
    return hadoop(hadoop, jar(client).getFileName().toString());
  }

  /**
   * The verdict on a pair.
   *
   * @param s3 name of the jar that has the file system of S3
   */
  static Verdict hadoop(String hadoop, String s3) {
    String found = "%s with %s".formatted(hadoop, s3);
    return s3.equals("hadoop-aws-%s.jar".formatted(hadoop))
        ? Verdict.ok(found)
        : Verdict.warning(
            found, "s3a:// fails where the two do not match: bring hadoop-aws " + hadoop);
  }

  private static Path jar(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
