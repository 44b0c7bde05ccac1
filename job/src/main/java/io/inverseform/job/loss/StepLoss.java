package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A step's loss.
 *
 * @param total a scalar with history
 * @param terms scalars without their weights, by name
 */
public record StepLoss(NDArray total, Map<String, NDArray> terms) {
  /** All terms' values; waits for the device, once. */
  public Map<String, Float> values() {
    NDList scalars = new NDList(terms.values());
    try (NDArray stacked = NDArrays.stack(scalars)) {
      float[] values = stacked.toFloatArray();
      Map<String, Float> byName = new LinkedHashMap<>();
      int next = 0;
      for (String name : terms.keySet()) {
        byName.put(name, values[next++]);
      }
      return byName;
    }
  }
}
