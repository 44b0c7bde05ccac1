package io.inverseform.job.train;

import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.config.JobConfig;
import java.io.IOException;
import java.nio.FloatBuffer;
import org.apache.hadoop.conf.Configuration;

/** What the checkpoints of a run hold. */
final class SavedStates {
  private SavedStates() {}

  /** Weights, buffers and the optimiser's whole state as a rank of such a world is given them. */
  static Checkpoints.State of(JobConfig config, long step, int rank, int worldSize)
      throws IOException {
    return of(
        new RunFolder(config.run(), new Configuration()).checkpoints(), step, rank, worldSize);
  }

  static Checkpoints.State of(Checkpoints checkpoints, long step, int rank, int worldSize)
      throws IOException {
    Manifest manifest = checkpoints.read(step);
    Checkpoints.State state =
        new Checkpoints.State(
            rank,
            0,
            FloatBuffer.allocate(manifest.weights()),
            ShardState.of(manifest.optimizer(), manifest.weights()),
            FloatBuffer.allocate(manifest.buffers()),
            new float[manifest.optimizer().hasEma() ? manifest.buffers() : 0],
            Rounding.none());
    checkpoints.restore(manifest, worldSize, state);
    return state;
  }

  /** The whole momentum behind a step; behind the first it is the gradient. */
  static float[] momentum(JobConfig config, long step) throws IOException {
    return momentum(of(config, step, 0, 1));
  }

  static float[] momentum(Checkpoints.State state) {
    return state.optimizer().vector(Sgd.MOMENTUM);
  }
}
