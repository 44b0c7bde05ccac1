package io.inverseform.job.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class LocalFolderTest {
  private static String copies(SparkConf spark, Map<String, String> environment) {
    return LocalFolder.ofExecutors(spark, environment).toString();
  }

  @Test
  void copiesLieWhereSparkWritesOnThisHost() {
    SparkConf none = new SparkConf(false);
    SparkConf some = new SparkConf(false).set("spark.local.dir", "/disk1,/disk2");
    assertThat(copies(none, Map.of()))
        .isEqualTo(System.getProperty("java.io.tmpdir") + "/inverseform-samples");
    assertThat(copies(some, Map.of())).isEqualTo("/disk1/inverseform-samples");
    Map<String, String> ofManager =
        Map.of("SPARK_LOCAL_DIRS", "/nvme1,/nvme2", "LOCAL_DIRS", "/of/something/else");
    assertThat(copies(none, ofManager)).isEqualTo("/nvme1/inverseform-samples");
    assertThat(copies(some, ofManager)).isEqualTo("/nvme1/inverseform-samples");
    Map<String, String> ofYarn =
        Map.of("CONTAINER_ID", "container_1", "LOCAL_DIRS", "/yarn/app,/yarn2/app");
    assertThat(copies(some, ofYarn)).isEqualTo("/yarn/app/inverseform-samples");
  }

  @Test
  void whatAStandaloneWorkerMakesForOneApplicationHoldsNoCopies() {
    SparkConf spark = new SparkConf(false).set("spark.local.dir", "/disk1");
    assertThat(copies(spark, Map.of("SPARK_EXECUTOR_DIRS", "/tmp/spark-1/executor-2")))
        .isEqualTo("/disk1/inverseform-samples");
  }
}
