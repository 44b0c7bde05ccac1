package io.inverseform.job.train;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.allreduce.Rounding;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.SampleTable;
import io.inverseform.job.dataset.WholeFile;
import io.inverseform.job.model.SegmentationNetwork;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Torch;
import io.inverseform.udf.label.ClassCatalogue;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** A kept checkpoint as the run's model file, as the training would have written it. */
public final class CheckpointModel {
  private CheckpointModel() {}

  /**
   * Replaces the model file of the configured run.
   *
   * @param step of a kept checkpoint; empty for the best, that with the highest first score
   * @return the step
   * @throws ConfigException if there is no such checkpoint, naming those that there are
   * @throws IOException if it is damaged
   */
  public static long write(JobConfig config, Optional<Long> step, Configuration hadoop)
      throws IOException {
    RunFolder run = new RunFolder(config.run(), hadoop);
    long chosen = choose(run, step);
    Manifest manifest = run.checkpoints().read(chosen);
    ClassCatalogue classes = SampleTable.open(config.data().table(), hadoop).catalogue();
    Torch.start(1);
    try (NDManager manager = Torch.manager(Device.cpu());
        FlatParameters parameters =
            new FlatParameters(
                manager, SegmentationNetwork.of(config.model(), classes.size()), config.seed())) {
      restore(run.checkpoints(), manifest, parameters);
      Map<String, String> metadata =
          Map.of(
              Segmentation.CLASSES, classes.names().toString(),
              RunFolder.STEP, Long.toString(chosen));
      WholeFile.write(run.fileSystem(), run.model(), out -> parameters.write(out, metadata));
    }
    return chosen;
  }

  private static long choose(RunFolder run, Optional<Long> step) throws IOException {
    List<Long> kept = run.checkpoints().kept();
    if (kept.isEmpty()) {
      throw new ConfigException(
          "'run': %s has no checkpoints: set it, or run train first".formatted(run.path()));
    }
    if (step.isPresent()) {
      if (!kept.contains(step.get())) {
        throw new ConfigException(
            "'--step': %s has no checkpoint of step %d, but of %s: choose one of these"
                .formatted(run.path(), step.get(), kept));
      }
      return step.get();
    }
    return run.checkpoints()
        .best()
        .orElseThrow(
            () ->
                new ConfigException(
                    "no checkpoint of %s has a score (train.keep_best keeps those that have): choose one of the steps %s by --step"
                        .formatted(run.path(), kept)));
  }

  private static void restore(Checkpoints checkpoints, Manifest manifest, FlatParameters parameters)
      throws IOException {
    FloatBuffer weights = parameters.weights().host();
    FloatBuffer buffers = parameters.buffers().host();
    boolean averaged = manifest.optimizer().hasEma();
    Checkpoints.State state =
        new Checkpoints.State(
            0,
            0,
            weights,
            ShardState.of(manifest.optimizer(), parameters.weights().length()),
            buffers,
            new float[averaged ? parameters.buffers().length() : 0],
            Rounding.none());
    checkpoints.restore(manifest, 1, state);
    if (averaged) {
      weights.put(0, state.optimizer().vector(ShardState.EMA));
      buffers.put(0, state.bufferEma());
    }
  }
}
