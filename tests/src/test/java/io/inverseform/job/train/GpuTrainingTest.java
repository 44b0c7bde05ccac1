package io.inverseform.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.inverseform.golden.Goldens;
import io.inverseform.job.SubmitScript;
import io.inverseform.job.config.ConfigYaml;
import io.inverseform.job.config.JobConfig;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings on GPUs that Spark hands out and the CPU stands in for: weights, gradient and buffers
 * are moved between memory of the device and of the host as they are on a GPU.
 */
@Tag("cluster")
class GpuTrainingTest {
  @TempDir private static Path folder;
  private static SmallRun small;

  @BeforeAll
  static void prepare() throws Exception {
    small = new SmallRun(folder);
    try (SparkSession spark = SmallRun.session("local[2]")) {
      small.prepare(spark);
    }
    Path script = folder.resolve("discovery.sh");
    Files.writeString(script, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"cpu0\"]}'\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
  }

  /** What a training came to. */
  private record Trained(JobConfig config, Checkpoints.State state, String err) {
    float[] weights() {
      return values(state.weights());
    }

    float[] buffers() {
      return values(state.buffers());
    }

    float[][] optimizer() {
      return state.optimizer().vectors().toArray(float[][]::new);
    }
  }

  private static float[] values(FloatBuffer buffer) {
    float[] values = new float[buffer.capacity()];
    buffer.get(0, values);
    return values;
  }

  private static Trained train(String run, int workers, int steps, String spark) throws Exception {
    JobConfig config =
        small.config(
            run,
            "optimizer.ema_decay=0.9",
            "optimizer.clip_norm=1",
            "train.checkpoint_every=2",
            "train.max_steps=" + steps,
            "train.workers=" + workers);
    Path file = folder.resolve(run + ".yaml");
    Files.writeString(file, ConfigYaml.write(config));
    SubmitScript.Result result =
        new SubmitScript(folder)
            .run(
                Map.of("PYTORCH_FLAVOR", "cpu"),
                "train --config " + file + " -- --conf spark.ui.enabled=false --master " + spark);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return new Trained(config, SavedState.of(config, steps, 0, workers), result.err());
  }

  private static String gpus(int executors) {
    return "local-cluster[%d,1,1024] --executor-memory 1g --conf %s=1"
            .formatted(executors, GpuTasks.AMOUNT)
        + " --conf spark.worker.resource.gpu.amount=1"
        + " --conf spark.worker.resource.gpu.discoveryScript="
        + folder.resolve("discovery.sh");
  }

  @Test
  void twoWorkersWithAGpuEachEndWithTheBitsOfTwoWithout() throws Exception {
    Trained host = train("host-2", 2, 6, "local[2]");
    Trained device = train("device-2", 2, 6, gpus(2));

    assertThat(device.weights()).isEqualTo(host.weights());
    assertThat(device.buffers()).isEqualTo(host.buffers());
    assertThat(device.optimizer()).isDeepEqualTo(host.optimizer());
    assertThat(device.err()).contains("with GPU cpu0, rank 1 is executor");
    assertThat(host.err()).doesNotContain("GPU");
  }

  @Test
  void aWorkerAloneUpdatesOnItsGpuWhatItWouldOnTheHost() throws Exception {
    Trained host = train("host-1", 1, 3, "local[1]");
    Trained device = train("device-1", 1, 3, gpus(1));

    float[] before = values(SavedState.of(host.config(), 2, 0, 1).weights());
    double moved = Goldens.relativeL2(before, host.weights());
    // In float32 in another order of operations, the gradient's norm above all.
    assertThat(Goldens.relativeL2(device.weights(), host.weights())).isLessThan(1e-4 * moved);
    assertThat(Goldens.relativeL2(device.buffers(), host.buffers())).isLessThan(1e-6);
    for (int i = 0; i < host.optimizer().length; i++) {
      assertThat(Goldens.relativeL2(device.optimizer()[i], host.optimizer()[i])).isLessThan(3e-5);
    }
  }
}
