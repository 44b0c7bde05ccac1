package io.inverseform.job.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ConfigLoader;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SparkSessionsTest {
  private final JobConfig fiveWorkers = ConfigLoader.loadDemo(List.of("train.workers=5"));

  private SparkConf conf(SparkConf given) {
    return SparkSessions.conf(given, "train", fiveWorkers, 5);
  }

  @Test
  void theDefaultMasterHasASlotForEveryWorker() {
    int slots = Math.max(5, Runtime.getRuntime().availableProcessors());
    assertThat(conf(new SparkConf(false)).get("spark.master"))
        .isEqualTo("local[%d]".formatted(slots));
    assertThat(conf(new SparkConf(false).setMaster("local[*]")).get("spark.master"))
        .isEqualTo("local[%d]".formatted(slots));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"local | 1", "local[4] | 4", "local[2,3] | 2", "local-cluster[2,2,1024] | 4"})
  void aMasterWithTooFewSlotsIsRefused(String master, int slots) {
    assertThatThrownBy(() -> conf(new SparkConf(false).setMaster(master)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "'train.workers' must be at most %d, the slots of --master %s, is 5", slots, master);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"local[5]", "local-cluster[5,1,1024]", "spark://host:7077", "yarn"})
  void otherMastersAreLeftAsTheyAre(String master) {
    assertThat(conf(new SparkConf(false).setMaster(master)).get("spark.master")).isEqualTo(master);
  }

  @Test
  void whatDoesNotTrainNeedsNoSlotForEveryWorker() {
    SparkConf one = new SparkConf(false).setMaster("local[1]");
    assertThat(SparkSessions.conf(one, "preprocess", fiveWorkers, 1).get("spark.master"))
        .isEqualTo("local[1]");
  }

  @ParameterizedTest
  @CsvSource({"driver", "executor"})
  void aClassPathThatPutsTheUserFirstIsRefused(String side) {
    String key = "spark.%s.userClassPathFirst".formatted(side);
    assertThatThrownBy(() -> conf(new SparkConf(false).set(key, "true")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "%s=true would load PyTorch's natives in two class loaders, which fails: drop it", key);
  }

  @Test
  void theUsersSettingsStay() {
    SparkConf given =
        new SparkConf(false)
            .set("spark.plugins", "user.Plugin")
            .set("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "3");
    SparkConf conf = conf(given);
    assertThat(conf.get("spark.plugins")).isEqualTo("user.Plugin," + RunLog.class.getName());
    assertThat(conf.get("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures"))
        .isEqualTo("3");
    assertThat(conf.get("spark.scheduler.barrier.maxConcurrentTasksCheck.interval"))
        .isEqualTo("3s");
    assertThat(conf.get("spark.app.name")).isEqualTo("inverseform train");
  }

  @Test
  void metricsHaveTheSameNamesInEveryRunUnlessTheUserSaysOtherwise() {
    assertThat(conf(new SparkConf(false)).get("spark.metrics.namespace")).isEqualTo("inverseform");
    SparkConf given = new SparkConf(false).set("spark.metrics.namespace", "hr48");
    assertThat(conf(given).get("spark.metrics.namespace")).isEqualTo("hr48");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"spark://host:7077 | 6", "yarn | 60", "k8s://https://host | 60"})
  void containersHaveMoreTimeToCome(String master, String checks) {
    SparkConf conf = conf(new SparkConf(false).setMaster(master));
    assertThat(conf.get("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures"))
        .isEqualTo(checks);
  }

  @Test
  void executorsAreGivenTheEffectiveConfiguration() {
    String yaml = conf(new SparkConf(false)).get(ConfigYaml.SPARK_PROPERTY);
    assertThat(ConfigYaml.read(yaml, ConfigYaml.SPARK_PROPERTY)).isEqualTo(fiveWorkers);
  }
}
