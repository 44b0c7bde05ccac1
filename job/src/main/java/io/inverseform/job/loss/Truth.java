package io.inverseform.job.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.torch.Devices;
import io.inverseform.job.torch.LossOperators;
import io.inverseform.udf.label.LabelMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the outputs are compared with, and what terms derive from it alone, so that both outputs
 * share that.
 */
final class Truth implements AutoCloseable {
  private final NDArray target;
  private final NDArray edges;
  private final NDArray distances;
  private final Map<LossTerm, Derived> derived = new IdentityHashMap<>();
  private NDArray oneHot;

  /**
   * The truth of a batch, which stays the caller's.
   *
   * @param target train ids (N, H, W), int64; {@link LabelMap#IGNORE} is no class
   * @param edges (N, 1, H, W), of the type in which the losses are computed, float32 or float64: 1
   *     on edges, 0 elsewhere; any other value is left out
   */
  Truth(NDArray target, NDArray edges) {
    this(target, edges, null);
  }

  /**
   * The truth of a batch with signed distances, which stay the caller's.
   *
   * @param target train ids (N, H, W), int64; {@link LabelMap#IGNORE} is no class
   * @param edges (N, 1, H, W), of the type in which the losses are computed, float32 or float64: 1
   *     on edges, 0 elsewhere; any other value is left out
   * @param distances (N, C, H, W), float32, of the classes' boundaries, below 0 inside; or null
   */
  Truth(NDArray target, NDArray edges, NDArray distances) {
    Shape labels = target.getShape();
    Shape boundaries = edges.getShape();
    if (labels.dimension() != 3
        || !boundaries.equals(new Shape(labels.get(0), 1, labels.get(1), labels.get(2)))) {
      throw new IllegalArgumentException(
          "labels must be (N, H, W) and edges (N, 1, H, W), are " + labels + " and " + boundaries);
    }
    if (target.getDataType() != DataType.INT64
        || (edges.getDataType() != DataType.FLOAT32 && edges.getDataType() != DataType.FLOAT64)) {
      throw new IllegalArgumentException(
          "labels must be int64 and edges float32 or float64, are "
              + target.getDataType()
              + " and "
              + edges.getDataType());
    }
    this.target = target;
    this.edges = edges;
    this.distances = distances;
  }

  /**
   * Refuses labels that are neither a class nor ignored. Labels on a GPU are not read, which would
   * wait for it: they are checked before they get there.
   *
   * @throws IllegalArgumentException naming the label and its place
   */
  void requireClasses(int classes) {
    if (!Devices.isOnCpu(target)) {
      return;
    }
    try (NDArray known = LossOperators.classMask(target, classes);
        NDArray ignored = LossOperators.indicator(target, LabelMap.IGNORE);
        NDArray either = known.add(ignored);
        NDArray worst = either.min()) {
      if (worst.getFloat() == 0) {
        throw unknown(target.toLongArray(), classes);
      }
    }
  }

  private IllegalArgumentException unknown(long[] labels, int classes) {
    int at = 0;
    while (labels[at] == LabelMap.IGNORE || (labels[at] >= 0 && labels[at] < classes)) {
      at++;
    }
    long pixel = at % (height() * width());
    return new IllegalArgumentException(
        "label %d at row %d, column %d of image %d is no class: the network has %d, and %d is ignored"
            .formatted(
                labels[at],
                pixel / width(),
                pixel % width(),
                at / (height() * width()),
                classes,
                LabelMap.IGNORE));
  }

  /** Train ids (N, H, W), int64. */
  NDArray target() {
    return target;
  }

  /** The target as by {@link LossOperators#oneHot}, (N, classes, H, W), not to be closed. */
  NDArray oneHot(int classes) {
    if (oneHot == null) {
      oneHot = LossOperators.oneHot(target, classes);
      NDScope.unregister(oneHot);
    }
    return oneHot;
  }

  /** Edges (N, 1, H, W), float32 or float64. */
  NDArray edges() {
    return edges;
  }

  /** Type in which the losses are computed. */
  DataType type() {
    return edges.getDataType();
  }

  /**
   * Signed distances (N, classes, H, W), float32, not to be closed.
   *
   * @param term that needs them
   * @throws IllegalArgumentException if there are none, or not for these labels and classes
   */
  NDArray distances(String term, int classes) {
    Shape needed = new Shape(images(), classes, height(), width());
    if (distances == null || !distances.getShape().equals(needed)) {
      throw new IllegalArgumentException(
          "loss term %s needs signed distances %s and was given %s"
              .formatted(term, needed, distances == null ? "none" : distances.getShape()));
    }
    return distances;
  }

  /** What a term has computed from the truth alone. */
  interface Derived {
    /** All arrays of it. */
    NDList arrays();
  }

  /**
   * What a term computes from the truth alone, at its first use; not to be closed.
   *
   * @param owner the term that keeps it
   */
  <T extends Derived> T derived(LossTerm owner, Class<T> type, Supplier<T> compute) {
    return type.cast(derived.computeIfAbsent(owner, term -> kept(compute.get())));
  }

  private static Derived kept(Derived computed) {
    computed.arrays().forEach(NDScope::unregister);
    return computed;
  }

  /** Number of images. */
  long images() {
    return target.getShape().get(0);
  }

  /** Height of the labels. */
  long height() {
    return target.getShape().get(1);
  }

  /** Width of the labels. */
  long width() {
    return target.getShape().get(2);
  }

  /** Frees what was derived. */
  @Override
  public void close() {
    derived.values().forEach(kept -> kept.arrays().close());
    if (oneHot != null) {
      oneHot.close();
    }
  }
}
