package io.inverseform.job.train;

import io.inverseform.job.config.JobConfig;
import java.io.IOException;
import java.nio.FloatBuffer;
import org.apache.hadoop.conf.Configuration;

/** What the checkpoints of a run hold. */
final class SavedStates {
  private SavedStates() {}

  /** Weights, momentum and buffers as a rank of a world of that size is given them. */
  static Checkpoints.State of(JobConfig config, long step, int rank, int worldSize)
      throws IOException {
    Checkpoints checkpoints = new RunFolder(config.run(), new Configuration()).checkpoints();
    Manifest manifest = checkpoints.read(step);
    Checkpoints.State state =
        new Checkpoints.State(
            rank,
            0,
            FloatBuffer.allocate(manifest.weights()),
            new float[manifest.weights()],
            FloatBuffer.allocate(manifest.buffers()));
    checkpoints.restore(manifest, worldSize, state);
    return state;
  }

  /** The whole momentum behind a step; behind the first it is the gradient. */
  static float[] momentum(JobConfig config, long step) throws IOException {
    return of(config, step, 0, 1).momentum();
  }
}
