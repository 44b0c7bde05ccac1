package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.job.config.JobConfig;
import io.inverseform.job.evaluate.Evaluation;
import io.inverseform.job.evaluate.PositionPrior;
import io.inverseform.job.evaluate.Scores;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
  private static SparkSession spark;
  private static SmallRun small;

  @BeforeAll
  static void prepare(@TempDir Path folder) throws Exception {
    spark = SmallRun.session("local[2]");
    small = new SmallRun(folder);
    small.prepare(spark);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void aRunLeavesAModelThatCanBeScored() throws Exception {
    JobConfig config = small.config("whole");

    Training.Outcome outcome = Training.run(spark, config, false);

    assertThat(outcome.step()).isEqualTo(9);
    Scores scores = Evaluation.run(spark, config);
    assertThat(scores.images()).isEqualTo(3);
    assertThat(scores.meanIou()).isEqualTo(outcome.meanIou());
    System.out.println(outcome + "\n" + scores + PositionPrior.run(spark, config));
  }

  @Test
  void aStoppedAndResumedRunEndsWithTheBitsOfAnUndisturbedOne() throws Exception {
    Training.Outcome whole = Training.run(spark, small.config("undisturbed"), false);
    Training.run(spark, small.config("stopped", "train.max_steps=4"), false);

    Training.Outcome resumed = Training.run(spark, small.config("stopped"), true);

    assertThat(resumed.step()).isEqualTo(whole.step());
    assertThat(resumed.weightsCrc()).isEqualTo(whole.weightsCrc());
  }
}
