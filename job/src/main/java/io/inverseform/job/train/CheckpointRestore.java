package io.inverseform.job.train;

import io.inverseform.job.allreduce.UnrecoverableException;
import java.io.IOException;
import java.util.function.Function;
import org.apache.hadoop.fs.Path;

/** Fills a rank's state from a checkpoint; see {@link Checkpoints#restore}. */
record CheckpointRestore(Manifest manifest, Path folder, Checkpoints.State state) {
  /** Reads all ranks' files, given where they are. */
  void run(int worldSize, Function<Checkpoints.Part, CheckpointFile> files) throws IOException {
    requireNetwork();
    requireOptimizer();
    state.rounding().drop();
    state.optimizer().restoreUpdates(manifest.optimizer().updates());
    boolean sameWorld = manifest.parts().size() == worldSize;
    double[] buffers = new double[manifest.buffers() * (manifest.optimizer().hasEma() ? 2 : 1)];
    for (Checkpoints.Part part : manifest.parts()) {
      boolean own = sameWorld && part.rank() == state.rank();
      float[] ofPart = new float[buffers.length];
      CheckpointFile file = files.apply(part);
      file.read(part, state, ofPart);
      if (own) {
        file.readResidual(part, state.rounding());
      }
      for (int i = 0; i < buffers.length; i++) {
        if (own) {
          buffers[i] = ofPart[i];
        } else if (!sameWorld) {
          buffers[i] += ofPart[i] / (double) manifest.parts().size();
        }
      }
    }
    fill(buffers);
  }

  /** The buffers, and their moving averages behind them. */
  private void fill(double[] buffers) {
    int count = manifest.buffers();
    for (int i = 0; i < count; i++) {
      state.buffers().put(i, (float) buffers[i]);
    }
    if (manifest.optimizer().hasEma()) {
      for (int i = 0; i < state.bufferEma().length; i++) {
        state.bufferEma()[i] = (float) buffers[count + i];
      }
    } else {
      state.beginEma();
    }
  }

  private void requireNetwork() {
    if (manifest.weights() != state.weights().capacity()
        || manifest.buffers() != state.buffers().capacity()) {
      throw new UnrecoverableException(
          "checkpoint %s holds %d weights and %d buffer values, the configured network has %d and %d"
              .formatted(
                  folder,
                  manifest.weights(),
                  manifest.buffers(),
                  state.weights().capacity(),
                  state.buffers().capacity()));
    }
  }

  private void requireOptimizer() {
    String held = manifest.optimizer().rule();
    String configured = state.optimizer().layout().rule();
    if (!held.equals(configured)) {
      throw new UnrecoverableException(
          ("checkpoint %s holds the state of the optimiser %s, optimizer.rule.type is %s: set it to %s,"
                  + " or run to another folder")
              .formatted(folder, held, configured, held));
    }
  }
}
