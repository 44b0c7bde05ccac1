package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.torch.Images;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import io.inverseform.udf.label.LabelMap;
import java.util.function.Function;

/** Segments whole pictures with a network's main outputs. */
public final class Segmenter {
  private final NDManager manager;
  private final SegmentationNetwork network;
  private final Images images;
  private final double scale;

  /**
   * A segmenter with the weights that the network has at each call.
   *
   * @param manager parent of each picture's arrays
   * @param scale factor on the picture's size before the network
   */
  public Segmenter(NDManager manager, SegmentationNetwork network, Images images, double scale) {
    this.manager = manager;
    this.network = network;
    this.images = images;
    this.scale = scale;
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
   */
  public LabelMap segment(byte[] rgb, int height, int width) {
    return forward(rgb, height, width, output -> labels(output, height, width));
  }

  /**
   * Labels and boundaries.
   *
   * @param rgb (H, W, 3) unsigned bytes
   */
  public Prediction predict(byte[] rgb, int height, int width) {
    return forward(
        rgb,
        height,
        width,
        output -> new Prediction(labels(output, height, width), boundary(output, height, width)));
  }

  private <T> T forward(byte[] rgb, int height, int width, Function<Output, T> read) {
    int networkHeight = Math.max(network.minSide(), (int) Math.round(height * scale));
    int networkWidth = Math.max(network.minSide(), (int) Math.round(width * scale));
    try (NDManager picture = manager.newSubManager();
        Tape tape = Tape.inference(picture)) {
      NDArray x = images.tensor(picture, rgb, height, width, networkHeight, networkWidth);
      return read.apply(network.outputs(tape, x).get(0));
    }
  }

  private static LabelMap labels(Output output, int height, int width) {
    NDArray full = Operators.bilinear(output.logits(), height, width, false);
    long[] classes = full.argMax(1).toLongArray();
    byte[] ids = new byte[classes.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (byte) classes[i];
    }
    return new LabelMap(width, height, ids);
  }

  private static float[] boundary(Output output, int height, int width) {
    if (output.boundary() == null) {
      return new float[0];
    }
    float[] values = Operators.bilinear(output.boundary(), height, width, false).toFloatArray();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (1 / (1 + Math.exp(-values[i])));
    }
    return values;
  }
}
