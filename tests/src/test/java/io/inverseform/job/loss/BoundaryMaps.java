package io.inverseform.job.loss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.model.Output;
import io.inverseform.job.torch.Differentiable;
import io.inverseform.job.torch.Tensors;
import io.inverseform.udf.random.KeyedRandom;

/** Random boundary logits and edges, and what a term makes of them. */
record BoundaryMaps(NDManager manager) {
  NDArray gaussian(long seed, long... shape) {
    KeyedRandom random = new KeyedRandom(seed);
    float[] values = new float[Math.toIntExact(new Shape(shape).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.of(manager, values, new Shape(shape));
  }

  NDArray edges(long seed, long... shape) {
    KeyedRandom random = new KeyedRandom(seed);
    float[] values = new float[Math.toIntExact(new Shape(shape).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(5) == 0 ? 1 : 0;
    }
    return Tensors.of(manager, values, new Shape(shape));
  }

  /** A term's sum over the images and the gradient of the boundary logits. */
  record Outcome(float sum, float[] gradient) {}

  Outcome run(InverseForm term, NDArray logits, NDArray edges) {
    Differentiable boundary = new Differentiable(logits.duplicate());
    Shape shape = edges.getShape();
    Shape labels = new Shape(shape.get(0), shape.get(2), shape.get(3));
    try (Truth truth = new Truth(manager.zeros(labels, DataType.INT64), edges);
        Prediction prediction =
            new Prediction(new Output("main", boundary.leaf(), boundary.leaf()), 1, truth)) {
      NDArray sum = term.sumOverImages(prediction, truth);
      Differentiable.backward(sum);
      return new Outcome(sum.getFloat(), boundary.gradient());
    }
  }

  static void assertFinite(Outcome outcome) {
    assertThat(outcome.sum()).isFinite();
    for (float value : outcome.gradient()) {
      assertThat(value).isFinite();
    }
  }
}
