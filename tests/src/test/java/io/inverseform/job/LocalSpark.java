package io.inverseform.job;

import org.apache.spark.sql.SparkSession;

/** One embedded Spark with two task slots, shared by all tests of the JVM. */
public final class LocalSpark {
  private LocalSpark() {}

  /** The session; started at first use. */
  public static SparkSession session() {
    return SparkSession.builder()
        .master("local[2]")
        .appName("tests")
        .config("spark.ui.enabled", "false")
        .getOrCreate();
  }
}
