package io.inverseform.job.storage;

import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;

/**
 * How this job reaches file systems, S3 above all: one set of properties for the driver before
 * Spark starts, and for Spark. What the user has set stays.
 */
public final class ObjectStores {
  private static final String HADOOP = "spark.hadoop.";
  private static final String PROVIDERS = "fs.s3a.aws.credentials.provider";
  private static final String REDACTED = "spark.redaction.regex";

  /** Environment, profile, web identity, container, instance. */
  private static final String AWS_CHAIN = "com.amazonaws.auth.DefaultAWSCredentialsProviderChain";

  private static final String KEYS = "org.apache.hadoop.fs.s3a.%sAWSCredentialsProvider";

  private ObjectStores() {}

  /** Hadoop's configuration as Spark makes it from the same settings. */
  static Configuration hadoop(SparkConf conf) {
    return SparkHadoopUtil.get().newConfiguration(addTo(conf.clone()));
  }

  /** Adds what makes Spark reach the same places, and keeps their secrets to itself. */
  public static SparkConf addTo(SparkConf conf) {
    Configuration given = SparkHadoopUtil.get().newConfiguration(conf);
    // A Hadoop of the user's own may be built on another AWS library, with a chain of its own.
    if (isHadoopsDefault(PROVIDERS, given) && given.getClassByNameOrNull(AWS_CHAIN) != null) {
      conf.set(
          HADOOP + PROVIDERS,
          String.join(",", KEYS.formatted("Temporary"), KEYS.formatted("Simple"), AWS_CHAIN));
    }
    // Spark's default and the key of server-side encryption.
    return conf.setIfMissing(REDACTED, "(?i)secret|password|token|access[.]?key|encryption[.]?key");
  }

  private static boolean isHadoopsDefault(String key, Configuration hadoop) {
    String[] sources = hadoop.getPropertySources(key);
    return sources == null || List.of(sources).equals(List.of("core-default.xml"));
  }

  /**
   * For a first look at a place: gives up within half a minute, where a job goes on trying for
   * minutes.
   */
  static Configuration impatient(Configuration hadoop) {
    Configuration impatient = new Configuration(hadoop);
    impatient.setInt("fs.s3a.attempts.maximum", 0);
    impatient.setInt("fs.s3a.retry.limit", 3);
    impatient.setInt("fs.s3a.retry.throttle.limit", 5);
    impatient.setInt("fs.s3a.connection.establish.timeout", 5_000);
    impatient.setInt("fs.s3a.connection.timeout", 5_000);
    return impatient;
  }
}
