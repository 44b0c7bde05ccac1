package io.inverseform.job.train;

import io.inverseform.job.dataset.LocalSamples;
import java.io.IOException;

/** This host's copies of the splits that a training reads: one to learn from, one held out. */
public record Splits(LocalSamples train, LocalSamples held) implements AutoCloseable {
  @Override
  public void close() throws IOException {
    try (train) {
      held.close();
    }
  }
}
