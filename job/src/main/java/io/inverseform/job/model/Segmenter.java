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
    return forward(rgb, height, width, output -> labels(output.logits(), height, width));
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
        output ->
            new Prediction(
                labels(output.logits(), height, width), boundary(output, height, width)));
  }

  private <T> T forward(byte[] rgb, int height, int width, Function<Output, T> read) {
    try (NDManager picture = manager.newSubManager();
        Tape tape = Tape.inference(picture)) {
      return read.apply(network.outputs(tape, input(picture, rgb, height, width)).get(0));
    }
  }

  /**
   * A picture as the network takes it.
   *
   * @param owner of the tensor
   * @param rgb (H, W, 3) unsigned bytes
   * @return (1, 3, H * scale, W * scale), no side shorter than the network's least
   */
  public NDArray input(NDManager owner, byte[] rgb, int height, int width) {
    int networkHeight = Math.max(network.minSide(), (int) Math.round(height * scale));
    int networkWidth = Math.max(network.minSide(), (int) Math.round(width * scale));
    return images.tensor(owner, rgb, height, width, networkHeight, networkWidth);
  }

  /**
   * The most probable train id of every pixel of a picture.
   *
   * @param logits (1, classes, h, w), as the network gives them for the picture
   */
  public static LabelMap labels(NDArray logits, int height, int width) {
    NDArray full = Operators.bilinear(logits, height, width, false);
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
