package io.inverseform.job.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Counts the activations that a backward pass needs: all that are kept, and the largest segment.
 */
final class Kept {
  private final Set<NDArray> counted = Collections.newSetFromMap(new IdentityHashMap<>());
  private long bytes;

  /** Of the checkpoints, one at a time is computed again. */
  private long largest;

  void add(NDArray x) {
    if (counted.add(x)) {
      more(x);
    }
  }

  void more(NDArray x) {
    bytes += x.size() * elementBytes(x);
  }

  private static long elementBytes(NDArray x) {
    // DJL has no name for bfloat16.
    return switch (x.getDataType()) {
      case FLOAT32 -> 4;
      case FLOAT64 -> 8;
      default -> 2;
    };
  }

  /** What runs inside counts as a segment, only its inputs are kept. */
  NDList checkpoint(NDList inputs, Supplier<NDList> layer) {
    inputs.forEach(this::add);
    long before = bytes;
    NDList y = layer.get();
    largest = Math.max(largest, bytes - before);
    bytes = before;
    return y;
  }

  long bytes() {
    return bytes + largest;
  }
}
