package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.ModelConfig;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Tape;

/**
 * OCRNet on HRNet, with a boundary head on the object-contextual features and another on the
 * backbone's. All outputs are logits at a quarter of the input's resolution.
 */
public final class OcrNet extends Layer {
  private final HrNet backbone;
  private final OcrHead ocr;
  private final Chain auxiliaryBoundary = new Chain();
  private final Convolution boundary;

  /** A network of the given number of classes. */
  public OcrNet(ModelConfig config, int classes) {
    NormConfig norm = config.norm();
    backbone = add("backbone", new HrNet(config.backbone(), norm));
    int features = backbone.channels();
    ocr = add("ocr", new OcrHead(features, classes, config.ocr(), norm));
    add("edge_head.last_layer", auxiliaryBoundary);
    auxiliaryBoundary.then(
        "", new ConvolutionNorm(Shape.of("0", "1", features, features, 1, 1).withBias(), norm));
    auxiliaryBoundary.then("3", new Convolution(features, 1, 1));
    boundary = add("edgeocr_cls_head", new Convolution(config.ocr().mid(), 1, 1));
  }

  /**
   * What the network gives, at a quarter of the input's resolution.
   *
   * @param logits (N, classes, h, w)
   * @param boundary boundary logits (N, 1, h, w)
   * @param auxiliaryLogits (N, classes, h, w)
   * @param auxiliaryBoundary boundary logits (N, 1, h, w)
   */
  public record Outputs(
      NDArray logits, NDArray boundary, NDArray auxiliaryLogits, NDArray auxiliaryBoundary) {}

  /** Images (N, 3, H, W), H and W at least 32, to the four {@link Outputs}. */
  public Outputs outputs(Tape tape, NDArray images) {
    NDList list = forward(tape, new NDList(images));
    return new Outputs(list.get(0), list.get(1), list.get(2), list.get(3));
  }

  /** As {@link #outputs}, in that order. */
  @Override
  public NDList forward(Tape tape, NDList images) {
    NDArray features = tape.cut(backbone.forward(tape, images).singletonOrThrow());
    NDList heads = ocr.forward(tape, new NDList(features));
    NDArray fused = heads.get(1);
    NDArray boundaryLogits = boundary.forward(tape, fused);
    tape.endCut(fused);
    NDArray auxiliary = auxiliaryBoundary.forward(tape, features);
    tape.endCut(features);
    return new NDList(heads.get(0), boundaryLogits, heads.get(2), auxiliary);
  }
}
