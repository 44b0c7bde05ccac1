package io.inverseform.job.torch;

import static io.inverseform.job.torch.OperatorModule.call;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.ModuleMethods;

/**
 * The PyTorch operators that DJL lacks, or has with other semantics, as ordinary methods with
 * autograd. A result belongs to the manager of the first argument, which is never a weight.
 *
 * <p>Behind it, and behind {@link LossOperators}, stands one TorchScript module, {@link
 * OperatorModule}.
 */
public final class Operators {

  private Operators() {}

  /**
   * Convolution, batch normalisation and, at wish, ReLU; keeps what backward needs and nothing
   * else.
   *
   * @param x (N, C, H, W)
   * @param weight (K, C, kernel, kernel)
   * @param bias (K), or null
   * @param training whether the batch's own statistics are used, and the running ones updated
   * @param momentum share of the batch in the running statistics
   * @return (N, K, H / stride, W / stride)
   */
  public static NDArray convolutionBatchNorm(
      NDArray x,
      NDArray weight,
      NDArray bias,
      NDArray scale,
      NDArray shift,
      NDArray mean,
      NDArray var,
      int stride,
      boolean training,
      double momentum,
      double epsilon,
      boolean relu) {
    return call(
        "convolution_batch_norm",
        x,
        weight,
        bias == null ? new NDList() : new NDList(bias),
        (long) stride,
        Devices.isOnCpu(x),
        OldMemory.isRead(x),
        scale,
        shift,
        mean,
        var,
        training,
        momentum,
        epsilon,
        relu);
  }

  /**
   * Convolution with zero padding of half the kernel; none where the kernel is 2x2.
   *
   * <p>On the CPU small images are unfolded: PyTorch would do that as well, but after trying
   * NNPACK, which on processors that it does not know writes a warning every time. 1x1 convolutions
   * of channels last are matrix products for PyTorch as long as there is one thread; with a
   * dilation, which moves nothing in a kernel of one element, they are oneDNN's, in a third to a
   * half of the time where MKL does not know the processor.
   *
   * @param x (N, C, H, W)
   * @param weight (K, C, kernel height, kernel width)
   * @param bias (K), or null
   */
  public static NDArray convolution(NDArray x, NDArray weight, NDArray bias, int stride) {
    return call(
        "convolution",
        x,
        weight,
        bias == null ? new NDList() : new NDList(bias),
        (long) stride,
        Devices.isOnCpu(x),
        OldMemory.isRead(x));
  }

  /**
   * Affine map: x times the transposed weight, plus the bias.
   *
   * @param x (N, C)
   * @param weight (K, C), may be a view
   * @param bias (K), or null
   * @return (N, K)
   */
  public static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
    return JniUtils.linear((PtNDArray) x, (PtNDArray) weight, (PtNDArray) bias);
  }

  /** Group normalisation (Wu and He, 2018) of (N, C, H, W), C a multiple of the groups. */
  public static NDArray groupNorm(
      NDArray x, int groups, NDArray scale, NDArray shift, double epsilon, boolean relu) {
    return call("group_norm", x, (long) groups, scale, shift, epsilon, relu);
  }

  /**
   * Mean and biased variance of every channel; needs no gradient.
   *
   * @param x (N, C, H, W)
   * @return (2, C)
   */
  static NDArray batchStatistics(NDArray x) {
    return call("batch_statistics", x);
  }

  /**
   * Moves running statistics (C) towards those of a batch.
   *
   * @param statistics as by {@link #batchStatistics}
   * @param momentum share of the new ones
   * @param unbiased what makes the batch's variance an unbiased one
   */
  static void moveStatistics(
      NDArray mean, NDArray variance, NDArray statistics, double momentum, double unbiased) {
    call("move_statistics", mean, variance, statistics, momentum, unbiased).close();
  }

  /**
   * Batch normalisation with given statistics.
   *
   * @param x (N, C, H, W)
   * @param statistics (2, C) as by {@link #batchStatistics}
   */
  static NDArray normalise(
      NDArray x, NDArray scale, NDArray shift, NDArray statistics, double epsilon) {
    return call("normalise", x, scale, shift, statistics, epsilon);
  }

  /**
   * What the backward pass of {@link #normalise} needs to know of all pixels: the sums over each
   * channel of dy and of dy times the normalised x, which are the gradients of shift and scale.
   *
   * @return (2, C)
   */
  static NDArray batchNormSums(NDArray dy, NDArray x, NDArray statistics, double epsilon) {
    return call("batch_norm_sums", dy, x, statistics, epsilon);
  }

  /**
   * The gradient of x through batch normalisation and through the statistics: scale / std * (dy -
   * (sum dy + xHat * sum dy xHat) / count).
   *
   * @param sums (2, C) as by {@link #batchNormSums}, over all that the statistics are of
   * @param count values of a channel in those
   */
  static NDArray batchNormGradient(
      NDArray dy,
      NDArray x,
      NDArray scale,
      NDArray statistics,
      NDArray sums,
      double count,
      double epsilon) {
    return call("batch_norm_gradient", dy, x, scale, statistics, sums, count, epsilon);
  }

  /** Adds y to x in place; not on a leaf of autograd. */
  public static void addInPlace(NDArray x, NDArray y) {
    call("add_", x, y).close();
  }

  /** Adds y to x and takes ReLU, in place; not on a leaf of autograd. */
  public static void addReluInPlace(NDArray x, NDArray y) {
    call("add_relu_", x, y).close();
  }

  /** ReLU in place; not on a leaf of autograd. */
  public static void reluInPlace(NDArray x) {
    call("relu_", x).close();
  }

  /**
   * Bilinear interpolation without antialiasing, PyTorch's {@code interpolate}.
   *
   * @param x (N, C, H, W)
   */
  public static NDArray bilinear(NDArray x, long height, long width, boolean alignCorners) {
    return call("bilinear", x, new long[] {height, width}, alignCorners);
  }

  /** Softmax along an axis; of bfloat16 computed in float32. */
  public static NDArray softmax(NDArray x, int axis) {
    return call("softmax", x, (long) axis);
  }

  /** x as float32 if it is bfloat16, with history; else x itself under another handle. */
  public static NDArray float32(NDArray x) {
    return call("float32", x);
  }

  /** x as bfloat16, with history. DJL does not know the type: only operators of this class do. */
  public static NDArray bfloat16(NDArray x) {
    return call("bfloat16", x);
  }

  /** x times y, y brought to x's type. */
  public static NDArray multiply(NDArray x, NDArray y) {
    return call("mul_as", x, y);
  }

  /**
   * x times a number, of x's type.
   *
   * <p>DJL's {@code mul(Number)} must not be used where a gradient is wanted: it makes a tensor on
   * memory of Java's and closes it, autograd keeps that tensor for the backward pass, and once the
   * collector has freed the memory the gradient is scaled by whatever lies there.
   */
  public static NDArray scale(NDArray x, double factor) {
    return call("scale", x, factor);
  }

  /**
   * (N, C, H, W) with the channels of a pixel side by side in memory: itself, or a copy. What
   * convolution, normalisation, interpolation and concatenation make of it is so as well.
   */
  public static NDArray channelsLast(NDArray x) {
    return call("channels_last", x);
  }

  /** x in row-major order: itself, or a copy. */
  static NDArray contiguous(NDArray x) {
    return call("contiguous", x);
  }

  /** Copies source's values into target's memory. */
  public static void copy(NDArray target, NDArray source) {
    call("copy_", target, source).close();
  }

  /** Copies each source's values into the memory of the target beside it; at least one. */
  static void copyAll(NDList targets, NDList sources) {
    call("copy_all_", targets.get(0), targets, sources).close();
  }

  /** Adds each source to the target beside it, in place; at least one. */
  static void addAll(NDList targets, NDList sources) {
    call("add_all_", targets.get(0), targets, sources).close();
  }

  /** Sets every element of target's memory. */
  static void fill(NDArray target, double value) {
    call("fill_", target, value).close();
  }

  /** Euclidean norm of all elements; a scalar. */
  static NDArray norm(NDArray x) {
    return call("norm", x);
  }

  /** Zeros of x's shape that share one element's memory: not to be written. */
  static NDArray zerosLike(NDArray x) {
    return call("zeros_like", x);
  }

  /** The same memory without history, owned by the given manager. */
  static NDArray detach(NDManager manager, NDArray x) {
    return ModuleMethods.detached((PtNDManager) manager, (PtNDArray) x);
  }

  /** Whether a gradient flows into x: a leaf that wants one, or a result with history. */
  static boolean requiresGradient(NDArray x) {
    return ModuleMethods.test(OperatorModule.HANDLE, "requires_grad", x);
  }

  /**
   * Negative log-likelihood of the softmax, a value a pixel.
   *
   * @param logits (N, C, H, W)
   * @param target (N, H, W), int64, 0 to C - 1 or ignore
   * @param ignore target that gives 0
   * @return (N, H, W)
   */
  public static NDArray crossEntropy(NDArray logits, NDArray target, int ignore) {
    return call("cross_entropy", logits, target, (long) ignore);
  }

  /** Weighted binary cross-entropy with logits, a value an element; shapes as the logits'. */
  public static NDArray binaryCrossEntropy(NDArray logits, NDArray target, NDArray weight) {
    return call("binary_cross_entropy", logits, target, weight);
  }

  /**
   * Pixels of each class in each image; other values than 0 to classes - 1 are not counted.
   *
   * @param target (N, H, W), int64
   * @return (N, classes), float32
   */
  public static NDArray classCounts(NDArray target, int classes) {
    return call("class_counts", target, (long) classes);
  }

  /**
   * Each pixel's value of its class; 0 where the target is none of the classes.
   *
   * @param values (N, C)
   * @param target (N, H, W), int64
   * @return (N, H, W)
   */
  public static NDArray pick(NDArray values, NDArray target) {
    return call("pick", values, target);
  }

  /** L2 norm of each row of (N, C), its gradient 0 where the norm is 0; (N). */
  public static NDArray rowNorms(NDArray x) {
    return call("row_norms", x);
  }

  /**
   * Row norms that are smooth at 0: sqrt(|row|^2 + epsilon^2) - epsilon, exactly 0 for a row of
   * zeros, with a gradient of 0 there.
   *
   * @param x (N, C)
   * @return (N)
   */
  public static NDArray smoothRowNorms(NDArray x, double epsilon) {
    return call("smooth_row_norms", x, epsilon);
  }

  /**
   * Where each pixel of the output comes from under an affine map, in the input's normalised
   * coordinates: -1 to 1 from border to border, PyTorch's {@code affine_grid}.
   *
   * @param theta (N, 2, 3) or (N, 6), row-major; maps output coordinates (x, y, 1) to the input's
   * @param height of the output
   * @param width of the output
   * @param alignCorners whether -1 and 1 are the centres of the outermost pixels, and not their
   *     outer borders
   * @return (N, height, width, 2), x before y
   */
  static NDArray affineGrid(NDArray theta, long height, long width, boolean alignCorners) {
    return call("affine_grid", theta, height, width, alignCorners);
  }

  /** A grid (N, h, w, 2) with its coordinates times x and y. */
  static NDArray scaleGrid(NDArray grid, double x, double y) {
    return call("scale_grid", grid, x, y);
  }

  /**
   * The same under a homography: [x' y' w'] = theta [x y 1], then x' / w' and y' / w'. A w' nearer
   * to 0 than 1e-6 is 1e-6.
   *
   * @param theta (N, 8), row-major (3, 3) without the last, which is 1
   * @return (N, height, width, 2), x before y
   */
  static NDArray homographyGrid(NDArray theta, long height, long width, boolean alignCorners) {
    return call("homography_grid", theta, height, width, alignCorners);
  }

  /**
   * Reads x at the places of a grid by bilinear interpolation; PyTorch's {@code grid_sample}.
   * Differentiable in both.
   *
   * @param x (N, C, H, W)
   * @param grid (N, h, w, 2), x before y, normalised as by {@link #affineGrid}
   * @param border whether x goes on beyond its border as it is there, and is not 0
   * @return (N, C, h, w)
   */
  static NDArray gridSample(NDArray x, NDArray grid, boolean border, boolean alignCorners) {
    return call("grid_sample", x, grid, border ? 1L : 0L, alignCorners);
  }

  /**
   * Puts borders of zeros around (N, C, H, W) so that it is at least that large and in the middle;
   * of an odd border's two sides the right or lower is the larger.
   */
  public static NDArray padTo(NDArray x, long height, long width) {
    long rows = Math.max(0, height - x.getShape().get(2));
    long columns = Math.max(0, width - x.getShape().get(3));
    long[] borders = {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2};
    return call("pad", x, borders);
  }

  /**
   * Cuts (N, 1, R * tile, C * tile) into square tiles.
   *
   * @return (R * C * N, 1, tile, tile); tile (i, j) of image n is (i * C + j) * N + n
   */
  public static NDArray tiles(NDArray x, int tile) {
    return call("tiles", x, (long) tile);
  }
}
