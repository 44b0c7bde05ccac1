package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.golden.Goldens;
import io.inverseform.job.HdfsServer;
import io.inverseform.job.S3Server;
import io.inverseform.job.config.JobConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Run folders on S3 and HDFS, servers of their own, left in the middle and taken up again. */
@Tag("s3")
class StoredCheckpointsTest {
  private static final String STOP = "train.max_steps=3";

  /** A norm and shares of two or more samples, whose gradients do not depend on the shares. */
  private static final String[] STEPS = {"model.norm.type=group", "train.batch=3"};

  @TempDir private static Path folder;
  private static SparkSession spark;
  private static SmallRun small;
  private static Training.Outcome whole;

  @BeforeAll
  static void prepare() throws Exception {
    spark = SmallRun.session("local[2]");
    small = new SmallRun(folder);
    small.prepare(spark);
    assertThat(small.config("whole").model().heads().toString()).contains("dropout=0.05");
    whole = run(config("whole"), false);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void onS3() throws Exception {
    try (S3Server server = new S3Server(folder)) {
      Configuration hadoop = spark.sparkContext().hadoopConfiguration();
      S3Server.hadoop(server.port())
          .getPropsWithPrefix("fs.s3a.")
          .forEach((key, value) -> hadoop.set("fs.s3a." + key, value));
      hadoop.set("fs.s3a.path.style.access", "true");
      hadoop.set("fs.s3a.endpoint.region", "us-east-1");
      leftAndTakenUp(server.address("run"));
    }
  }

  @Test
  void onHdfs() throws Exception {
    try (HdfsServer server = new HdfsServer(folder.resolve("hdfs"))) {
      leftAndTakenUp(server.address("/run"));
    }
  }

  private static void leftAndTakenUp(String address) throws IOException {
    String same = "run=" + address + "/same";
    run(config("-", same, STOP), false);
    Training.Outcome resumed = run(config("-", same), true);
    assertThat(resumed.step()).isEqualTo(whole.step());
    assertThat(resumed.weightsCrc()).as("the same number of workers").isEqualTo(whole.weightsCrc());

    // One worker with all samples of a step, after two with half of them each.
    String other = "run=" + address + "/other";
    run(config("-", other, STOP), false);
    JobConfig alone = config("-", other, "train.workers=1", "train.batch=6");
    Training.Outcome last = run(alone, true);
    assertThat(last.step()).isEqualTo(whole.step());
    assertThat(Goldens.relativeL2(weights(alone), weights(config("whole"))))
        .as("another number of workers")
        .isLessThan(1e-3);
  }

  private static JobConfig config(String run, String... more) {
    return small.config(run, Stream.of(STEPS, more).flatMap(Stream::of).toArray(String[]::new));
  }

  private static Training.Outcome run(JobConfig config, boolean resume) throws IOException {
    return Training.run(spark, config, new Segmentation.Factory(), resume);
  }

  private static float[] weights(JobConfig config) throws IOException {
    Checkpoints checkpoints =
        new RunFolder(config.run(), spark.sessionState().newHadoopConf()).checkpoints();
    return SavedStates.of(checkpoints, whole.step(), 0, 1).weights().array();
  }
}
