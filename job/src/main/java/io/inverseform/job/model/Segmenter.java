package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.config.ConfigException;
import io.inverseform.job.config.ViewsConfig;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Operators;
import io.inverseform.udf.label.LabelMap;

/** Segments whole pictures with a network's main output, of one view of each or of several. */
public final class Segmenter {
  private final NDManager manager;
  private final Images images;
  private final Views views;

  /**
   * A segmenter with the weights that the network has at each call.
   *
   * @param manager parent of each picture's arrays
   * @throws ConfigException if windows are smaller than the network takes
   */
  public Segmenter(
      NDManager manager, SegmentationNetwork network, Images images, ViewsConfig views) {
    this.manager = manager;
    this.images = images;
    this.views = new Views(network, views);
  }

  /**
   * What a network says of a picture.
   *
   * @param labels the most probable train id of every pixel
   * @param boundary probability that a pixel lies on a boundary (H, W), 0..1; empty if the network
   *     has no boundary head
   */
  public record Prediction(LabelMap labels, float[] boundary) {}

  /**
   * The most probable train id of every pixel.
   *
   * @param rgb (H, W, 3) unsigned bytes
   * @throws IllegalArgumentException if the picture is smaller than a window
   */
  public LabelMap segment(byte[] rgb, int height, int width) {
    try (NDManager picture = manager.newSubManager()) {
      return largest(scores(input(picture, rgb, height, width)));
    }
  }

  /**
   * Labels and boundaries.
   *
   * @param rgb (H, W, 3) unsigned bytes
   * @throws IllegalArgumentException if the picture is smaller than a window
   */
  public Prediction predict(byte[] rgb, int height, int width) {
    try (NDManager picture = manager.newSubManager()) {
      NDList maps = views.mean(input(picture, rgb, height, width), Segmenter::classesAndBoundary);
      return new Prediction(
          largest(maps.get(0)), maps.size() > 1 ? maps.get(1).toFloatArray() : new float[0]);
    }
  }

  /**
   * A picture as {@link #scores} takes it.
   *
   * @param owner of the tensor
   * @param rgb (H, W, 3) unsigned bytes
   * @return (1, 3, H, W), normalised
   */
  public NDArray input(NDManager owner, byte[] rgb, int height, int width) {
    return images.tensor(owner, rgb, height, width, height, width);
  }

  /**
   * How each class scores at every pixel: the largest score is that of the most probable class. Of
   * a single view these are the logits; of several, probabilities, averaged over the views.
   * Probabilities and not logits, since the latter have no common measure: one view that is very
   * sure would outvote all others.
   *
   * @param pictures (N, 3, H, W), normalised; the caller keeps them
   * @return (N, classes, H, W)
   * @throws IllegalArgumentException if the pictures are smaller than a window
   */
  public NDArray scores(NDArray pictures) {
    return views.mean(pictures, Segmenter::classes).singletonOrThrow();
  }

  private static NDList classes(Output output, long height, long width, boolean alone) {
    NDArray logits = Operators.bilinear(output.logits(), height, width, false);
    if (alone) {
      return new NDList(logits);
    }
    try (logits) {
      return new NDList(Operators.softmax(logits, 1));
    }
  }

  private static NDList classesAndBoundary(Output output, long height, long width, boolean alone) {
    NDList maps = classes(output, height, width, alone);
    if (output.boundary() != null) {
      try (NDArray logits = Operators.bilinear(output.boundary(), height, width, false)) {
        maps.add(logits.getNDArrayInternal().sigmoid());
      }
    }
    return maps;
  }

  /**
   * Train ids as a label map.
   *
   * @param trainIds (1, H, W), int64
   */
  public static LabelMap labelMap(NDArray trainIds) {
    long[] classes = trainIds.toLongArray();
    byte[] ids = new byte[classes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) classes[i];
    }
    return new LabelMap(
        Math.toIntExact(trainIds.getShape().get(2)),
        Math.toIntExact(trainIds.getShape().get(1)),
        ids);
  }

  private static LabelMap largest(NDArray scores) {
    try (NDArray trainIds = scores.argMax(1)) {
      return labelMap(trainIds);
    }
  }
}
