package io.inverseform.job.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import io.inverseform.job.config.HeadConfig.ObjectContext;
import io.inverseform.job.config.ModelConfig.NormConfig;
import io.inverseform.job.model.ConvolutionNorm.Shape;
import io.inverseform.job.torch.Layer;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tape;
import java.util.List;

/**
 * Object-contextual representations (Yuan, Chen, Wang: "Object-Contextual Representations for
 * Semantic Segmentation", 2020). Soft object regions from auxiliary logits gather region features;
 * every pixel attends to them.
 */
final class OcrHead extends Layer {
  private static final String ATTENTION = "ocr_distri_head.object_context_block.";

  private final Chain pixels = new Chain();
  private final Chain query;
  private final Chain key;
  private final Chain value;
  private final Chain up;
  private final Chain fuse = new Chain();
  private final Convolution classify;
  private final Chain auxiliary = new Chain();
  private final ObjectContext config;

  OcrHead(int in, int classes, ObjectContext config, NormConfig norm) {
    this.config = config;
    int mid = config.mid();
    add("conv3x3_ocr", pixels);
    pixels.then("", new ConvolutionNorm(Shape.of("0", "1.0", in, mid, 3, 1).withBias(), norm));
    query = add(ATTENTION + "f_pixel", projection(mid, config.key(), 2, norm));
    key = add(ATTENTION + "f_object", projection(mid, config.key(), 2, norm));
    value = add(ATTENTION + "f_down", projection(mid, config.key(), 1, norm));
    up = add(ATTENTION + "f_up", projection(config.key(), mid, 1, norm));
    add("ocr_distri_head.conv_bn_dropout", fuse);
    fuse.then("", new ConvolutionNorm(Shape.of("0", "1.0", 2 * mid, mid, 1, 1), norm));
    classify = add("cls_head", Convolution.last(mid, classes, true));
    add("aux_head", auxiliary);
    auxiliary.then("", new ConvolutionNorm(Shape.of("0", "1.0", in, in, 1, 1).withBias(), norm));
    auxiliary.then("2", Convolution.last(in, classes, true));
  }

  private static Chain projection(int in, int out, int depth, NormConfig norm) {
    Chain chain = new Chain();
    for (int k = 0; k < depth; k++) {
      String convolution = "" + 2 * k;
      String normalisation = (2 * k + 1) + ".0";
      chain.then(
          "",
          new ConvolutionNorm(
              Shape.of(convolution, normalisation, k == 0 ? in : out, out, 1, 1), norm));
    }
    return chain;
  }

  /**
   * Backbone features (N, in, h, w), a cut's tensor that stays the caller's, to logits (N, classes,
   * h, w), features (N, mid, h, w) as a cut's tensor, and auxiliary logits (N, classes, h, w).
   */
  @Override
  public NDList forward(Tape tape, NDList inputs) {
    NDArray features = inputs.singletonOrThrow();
    NDList read =
        Chain.sideBySide(tape, List.of(auxiliary, pixels), new NDList(features, features));
    NDArray auxiliaryLogits = tape.cut(read.get(0));
    NDArray x = tape.cut(read.get(1));
    NDArray regions = tape.cut(gather(x, auxiliaryLogits));
    NDArray context = attend(tape, x, regions);
    tape.endCut(regions);
    NDArray both = NDArrays.concat(new NDList(context, x), 1);
    context.close();
    tape.endCut(x);
    NDArray fused = tape.cut(dropout(tape, fuse.forward(tape, both)));
    return new NDList(classify.forward(tape, fused), fused, auxiliaryLogits);
  }

  /**
   * Region features (N, mid, classes, 1): the mean of the pixels, weighted by softmax of logits.
   */
  private static NDArray gather(NDArray x, NDArray logits) {
    long n = x.getShape().get(0);
    long classes = logits.getShape().get(1);
    try (NDArray flat = logits.reshape(n, classes, -1);
        NDArray weights = Operators.softmax(flat, 2);
        NDArray pixels = x.reshape(n, x.getShape().get(1), -1);
        NDArray transposed = pixels.transpose(0, 2, 1);
        NDArray regions = weights.matMul(transposed);
        NDArray channelsFirst = regions.transpose(0, 2, 1)) {
      return channelsFirst.expandDims(3);
    }
  }

  private NDArray attend(Tape tape, NDArray x, NDArray regions) {
    long n = x.getShape().get(0);
    long height = x.getShape().get(2);
    long width = x.getShape().get(3);
    NDArray context;
    NDList projected =
        Chain.sideBySide(tape, List.of(query, key, value), new NDList(x, regions, regions));
    try (NDArray q = projected.get(0);
        NDArray k = projected.get(1);
        NDArray v = projected.get(2);
        NDArray flatQ = q.reshape(n, config.key(), -1);
        NDArray pixelsFirst = flatQ.transpose(0, 2, 1);
        NDArray flatK = k.reshape(n, config.key(), -1);
        NDArray similarity = pixelsFirst.matMul(flatK);
        NDArray scaled = Operators.scale(similarity, 1 / Math.sqrt(config.key()));
        NDArray attention = Operators.softmax(scaled, 2);
        NDArray flatV = v.reshape(n, config.key(), -1);
        NDArray regionsFirst = flatV.transpose(0, 2, 1);
        NDArray attended = attention.matMul(regionsFirst);
        // Reshaped as (N, H, W, key): of a single image, the other order's strides are none that
        // PyTorch takes for channels last.
        NDArray channelsLast = attended.reshape(n, height, width, config.key())) {
      context = channelsLast.transpose(0, 3, 1, 2);
    }
    return up.forward(tape, context);
  }

  private NDArray dropout(Tape tape, NDArray x) {
    if (!tape.training() || config.dropout() == 0) {
      return x;
    }
    try (x;
        NDArray mask = tape.channelMask("ocr.dropout", x, config.dropout())) {
      return Operators.multiply(x, mask);
    }
  }
}
