package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.LocalSpark;
import io.inverseform.job.config.ConfigException;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;

class PreflightTest {
  private static SparkConf on(String master) {
    return new SparkConf(false).setMaster(master);
  }

  @Test
  void dynamicAllocationIsRefusedWhereItWouldBeUsed() {
    String key = "spark.dynamicAllocation.enabled";
    assertThatThrownBy(() -> Preflight.requireFit(on("yarn").set(key, "true")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            key
                + "=true gives executors task by task, and the workers of a training must all be there"
                + " at once: set it to false and say how many executors with --num-executors or"
                + " --total-executor-cores");
    assertThatCode(() -> Preflight.requireFit(on("local[2]").set(key, "true")))
        .doesNotThrowAnyException();
  }

  @Test
  void gpusAreRefusedWhereTasksWouldGetNone() {
    assertThatThrownBy(() -> Preflight.requireFit(on("local[2]").set(GpuTasks.AMOUNT, "2")))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            GpuTasks.AMOUNT + "=2, but --master local[2] gives tasks no GPU: start a standalone");
    assertThatCode(() -> Preflight.requireFit(on("spark://h:7077").set(GpuTasks.AMOUNT, "2")))
        .doesNotThrowAnyException();
  }

  @Test
  void oneProcessHasNoMoreSlotsHoweverLongOneWaits() {
    SparkContext spark = LocalSpark.session().sparkContext();
    assertThatCode(() -> Preflight.await(spark, 2)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Preflight.await(spark, 3))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith(
            "train.workers asks for 3 workers, the cluster offers 2: --master local[2] has no more slots");
  }
}
