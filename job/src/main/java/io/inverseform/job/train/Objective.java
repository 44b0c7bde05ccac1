package io.inverseform.job.train;

import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.JobConfig;
import io.inverseform.job.dataset.Draw;
import io.inverseform.job.dataset.Epochs;
import io.inverseform.job.loss.StepLoss;
import io.inverseform.job.torch.FlatParameters;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What a worker trains: a network, its examples, its loss and its scores. Loop, exchange,
 * checkpoints and recovery are the same for all.
 *
 * @param <E> an example: a sample of the training split, augmented, before it meets the device
 */
public interface Objective<E> extends AutoCloseable {
  /** Split that examples come from. */
  String TRAIN = "train";

  /** Split that {@link #validate} scores. */
  String VALIDATION = "val";

  /** Makes a worker's objective; shipped from the driver to the workers. */
  interface Factory extends Serializable {
    /**
     * Opens data and builds the network, whose parameters have no memory yet.
     *
     * @throws IOException if data or weights cannot be read, saying which
     */
    Objective<?> open(JobConfig config, Site site) throws IOException;
  }

  /** The network to train. */
  Layer network();

  /**
   * Gives the network other weights than random ones to start from, if so configured; not called
   * where training goes on from a checkpoint.
   *
   * @throws ConfigException if a file does not fit the network
   * @throws IOException if a file cannot be read
   */
  void initialise(FlatParameters parameters) throws IOException;

  /** What a step of a worker with a full batch needs. */
  default MemoryEstimate memory(NDManager device, FlatParameters parameters, int batch) {
    return MemoryEstimate.of(parameters);
  }

  /** What the training draws in every epoch. */
  Epochs epochs();

  /** What all workers must agree on beyond code, configuration and samples, by name. */
  Map<String, String> fingerprint();

  /**
   * An example; depends on the arguments and the configured seed alone. Called on several threads.
   *
   * @param draw of a sample of the training split
   * @param epoch from 0
   * @throws IOException naming the sample, if it cannot be read
   */
  E example(Draw draw, int epoch) throws IOException;

  /**
   * What users call a sample.
   *
   * @param sample index in the training split
   * @throws IOException if it cannot be read
   */
  String sampleId(int sample) throws IOException;

  /** Names of the loss terms. */
  List<String> terms();

  /**
   * The loss of a worker's examples, summed over them and divided by the global batch, so that the
   * workers' losses and gradients add up to those of one worker with all examples.
   *
   * @param examples at least one
   * @param globalBatch examples of the step over all workers
   */
  StepLoss loss(Tape tape, List<E> examples, int globalBatch);

  /**
   * Scores the validation split; every rank a share of it, the same scores on all ranks.
   *
   * @return by name, what matters most first
   * @throws IOException naming the sample, if one cannot be read
   */
  Map<String, Double> validate(Share share) throws IOException;

  /** What is to be read in the file of the trained weights, by key. */
  Map<String, String> metadata();

  @Override
  void close() throws IOException;
}
