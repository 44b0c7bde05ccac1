package io.inverseform.job.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.ModuleMethods;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/**
 * The PyTorch operators that DJL lacks, or has with other semantics, as ordinary methods with
 * autograd. A result belongs to the manager of the first argument, which is never a weight.
 *
 * <p>Behind it stands one TorchScript module, written at the first use.
 */
public final class Operators {
  private static final String METHODS =
      """
      def pixels(self: __torch__.Operators, x: Tensor, stride: int) -> Tensor:
        rows = torch.permute(x, [0, 2, 3, 1])
        if torch.eq(stride, 1):
          y = rows
        else:
          y = torch.slice(torch.slice(rows, 1, 0, 9223372036854775807, stride), 2, 0, 9223372036854775807, stride)
        return y
      def images(self: __torch__.Operators, flat: Tensor, rows: Tensor) -> Tensor:
        y = torch.reshape(flat, [torch.size(rows, 0), torch.size(rows, 1), torch.size(rows, 2), torch.size(flat, 1)])
        return torch.permute(y, [0, 3, 1, 2])
      def convolution(self: __torch__.Operators, x: Tensor, weight: Tensor, stride: int, padding: int, pointwise: bool) -> Tensor:
        w = torch.type_as(weight, x)
        if pointwise:
          rows = (self).pixels(x, stride)
          y = (self).images(torch.linear(torch.flatten(rows, 0, 2), torch.flatten(w, 1), None), rows)
        else:
          y = torch.conv2d(x, w, None, [stride, stride], [padding, padding])
        return y
      def convolution_bias(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int, pointwise: bool) -> Tensor:
        w = torch.type_as(weight, x)
        b = torch.type_as(bias, x)
        if pointwise:
          rows = (self).pixels(x, stride)
          y = (self).images(torch.linear(torch.flatten(rows, 0, 2), torch.flatten(w, 1), b), rows)
        else:
          y = torch.conv2d(x, w, b, [stride, stride], [padding, padding])
        return y
      def unfolded_convolution(self: __torch__.Operators, x: Tensor, weight: Tensor, kernel: int, stride: int, padding: int) -> Tensor:
        return torch.thnn_conv2d(torch.contiguous(x, memory_format=0), torch.type_as(weight, x), [kernel, kernel], None, [stride, stride], [padding, padding])
      def unfolded_convolution_bias(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, kernel: int, stride: int, padding: int) -> Tensor:
        return torch.thnn_conv2d(torch.contiguous(x, memory_format=0), torch.type_as(weight, x), [kernel, kernel], torch.type_as(bias, x), [stride, stride], [padding, padding])
      def convolution_batch_norm(self: __torch__.Operators, x: Tensor, weight: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, var: Tensor, stride: int, padding: int, pointwise: bool, training: bool, momentum: float, eps: float, relu: bool) -> Tensor:
        y = (self).convolution(x, weight, stride, padding, pointwise)
        return (self).batch_norm(y, scale, shift, mean, var, training, momentum, eps, relu)
      def convolution_bias_batch_norm(self: __torch__.Operators, x: Tensor, weight: Tensor, bias: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, var: Tensor, stride: int, padding: int, pointwise: bool, training: bool, momentum: float, eps: float, relu: bool) -> Tensor:
        y = (self).convolution_bias(x, weight, bias, stride, padding, pointwise)
        return (self).batch_norm(y, scale, shift, mean, var, training, momentum, eps, relu)
      def batch_norm(self: __torch__.Operators, x: Tensor, scale: Tensor, shift: Tensor, mean: Tensor, var: Tensor, training: bool, momentum: float, eps: float, relu: bool) -> Tensor:
        y = torch.batch_norm(x, scale, shift, mean, var, training, momentum, eps, True)
        if relu:
          z = torch.relu_(y)
        else:
          z = y
        return z
      def group_norm(self: __torch__.Operators, x: Tensor, groups: int, scale: Tensor, shift: Tensor, eps: float, relu: bool) -> Tensor:
        y = torch.group_norm(x, groups, scale, shift, eps, True)
        if relu:
          z = torch.relu_(y)
        else:
          z = y
        return z
      def batch_statistics(self: __torch__.Operators, x: Tensor) -> Tensor:
        mean = torch.mean(x, [0, 2, 3], True, dtype=None)
        centred = torch.sub(x, mean)
        var = torch.mean(torch.mul_(centred, centred), [0, 2, 3], False, dtype=None)
        return torch.stack([torch.flatten(mean), var], 0)
      def move_statistics(self: __torch__.Operators, mean: Tensor, var: Tensor, statistics: Tensor, momentum: float, unbiased: float) -> Tensor:
        kept = torch.sub(1., momentum)
        moved = torch.add_(torch.mul_(mean, kept), torch.select(statistics, 0, 0), alpha=momentum)
        return torch.add_(torch.mul_(var, kept), torch.select(statistics, 0, 1), alpha=torch.mul(momentum, unbiased))
      def normalise(self: __torch__.Operators, x: Tensor, scale: Tensor, shift: Tensor, statistics: Tensor, eps: float) -> Tensor:
        mean = torch.select(statistics, 0, 0)
        var = torch.select(statistics, 0, 1)
        return torch.batch_norm(x, scale, shift, mean, var, False, 0., eps, True)
      def batch_norm_sums(self: __torch__.Operators, dy: Tensor, x: Tensor, statistics: Tensor, eps: float) -> Tensor:
        mean = torch.select(statistics, 0, 0)
        var = torch.select(statistics, 0, 1)
        dx, scale, shift, = torch.native_batch_norm_backward(dy, x, None, mean, var, None, None, False, eps, [False, True, True])
        return torch.stack([shift, scale], 0)
      def batch_norm_gradient(self: __torch__.Operators, dy: Tensor, x: Tensor, scale: Tensor, statistics: Tensor, sums: Tensor, count: float, eps: float) -> Tensor:
        mean = torch.select(statistics, 0, 0)
        var = torch.select(statistics, 0, 1)
        factor = torch.div(scale, torch.sqrt(torch.add(var, eps)))
        means = torch.mul(torch.div(sums, torch.neg(count)), factor)
        dx = torch.batch_norm(x, torch.select(means, 0, 1), torch.select(means, 0, 0), mean, var, False, 0., eps, True)
        return torch.addcmul_(dx, dy, torch.view(factor, [1, -1, 1, 1]))
      def add_(self: __torch__.Operators, x: Tensor, y: Tensor) -> Tensor:
        return torch.add_(x, y)
      def relu_(self: __torch__.Operators, x: Tensor) -> Tensor:
        return torch.relu_(x)
      def bilinear(self: __torch__.Operators, x: Tensor, size: List[int], align_corners: bool) -> Tensor:
        return torch.upsample_bilinear2d(x, size, align_corners, None)
      def softmax(self: __torch__.Operators, x: Tensor, dim: int) -> Tensor:
        if torch.eq(ops.prim.dtype(x), 15):
          y = torch.type_as(torch.softmax(x, dim, 6), x)
        else:
          y = torch.softmax(x, dim, None)
        return y
      def float32(self: __torch__.Operators, x: Tensor) -> Tensor:
        if torch.eq(ops.prim.dtype(x), 15):
          y = torch.to(x, 6, False, False, None)
        else:
          y = x
        return y
      def bfloat16(self: __torch__.Operators, x: Tensor) -> Tensor:
        return torch.to(x, 15, False, False, None)
      def mul_as(self: __torch__.Operators, x: Tensor, y: Tensor) -> Tensor:
        return torch.mul(x, torch.type_as(y, x))
      def contiguous(self: __torch__.Operators, x: Tensor) -> Tensor:
        return torch.contiguous(x, memory_format=0)
      def scale(self: __torch__.Operators, x: Tensor, factor: float) -> Tensor:
        return torch.mul(x, factor)
      def copy_(self: __torch__.Operators, target: Tensor, source: Tensor) -> Tensor:
        return torch.copy_(target, source)
      def fill_(self: __torch__.Operators, target: Tensor, value: float) -> Tensor:
        return torch.fill_(target, value)
      def zeros_like(self: __torch__.Operators, x: Tensor) -> Tensor:
        zero = torch.new_zeros(x, [1], dtype=None, layout=None, device=None, pin_memory=None)
        return torch.expand(zero, torch.size(x))
      def detach(self: __torch__.Operators, x: Tensor) -> Tensor:
        return torch.detach(x)
      def requires_grad(self: __torch__.Operators, x: Tensor) -> bool:
        return ops.prim.requires_grad(x)
      def cross_entropy(self: __torch__.Operators, logits: Tensor, target: Tensor, ignore: int) -> Tensor:
        return torch.cross_entropy_loss(logits, target, None, 0, ignore, 0.)
      def binary_cross_entropy(self: __torch__.Operators, logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return torch.binary_cross_entropy_with_logits(logits, target, weight, None, 0)
      def class_counts(self: __torch__.Operators, target: Tensor, classes: int) -> Tensor:
        flat = torch.flatten(target, 1)
        index = torch.clamp(flat, 0, torch.sub(classes, 1))
        valid = torch.to(torch.eq(flat, index), 6, False, False, None)
        counts = torch.new_zeros(valid, [torch.size(flat, 0), classes], dtype=6, layout=None, device=None, pin_memory=None)
        return torch.scatter_add_(counts, 1, index, valid)
      def pick(self: __torch__.Operators, values: Tensor, target: Tensor) -> Tensor:
        flat = torch.flatten(target, 1)
        index = torch.clamp(flat, 0, torch.sub(torch.size(values, 1), 1))
        picked = torch.mul(torch.gather(values, 1, index), torch.eq(flat, index))
        return torch.reshape(picked, torch.size(target))
      def row_norms(self: __torch__.Operators, x: Tensor) -> Tensor:
        return torch.linalg_vector_norm(x, 2, [1], False, dtype=None)
      def smooth_row_norms(self: __torch__.Operators, x: Tensor, eps: float) -> Tensor:
        squares = torch.sum(torch.mul(x, x), [1], False, dtype=None)
        root = torch.sqrt(torch.add(squares, torch.mul(eps, eps)))
        return torch.div(squares, torch.add(root, eps))
      def affine_grid(self: __torch__.Operators, theta: Tensor, height: int, width: int, align_corners: bool) -> Tensor:
        maps = torch.reshape(theta, [-1, 2, 3])
        return torch.affine_grid_generator(maps, [torch.size(maps, 0), 1, height, width], align_corners)
      def scale_grid(self: __torch__.Operators, grid: Tensor, x: float, y: float) -> Tensor:
        columns = torch.mul(torch.select(grid, 3, 0), x)
        rows = torch.mul(torch.select(grid, 3, 1), y)
        return torch.stack([columns, rows], 3)
      def grid_sample(self: __torch__.Operators, x: Tensor, grid: Tensor, align_corners: bool) -> Tensor:
        return torch.grid_sampler(x, grid, 0, 0, align_corners)
      def pad(self: __torch__.Operators, x: Tensor, borders: List[int]) -> Tensor:
        return torch.constant_pad_nd(x, borders, 0.)
      def channels_last(self: __torch__.Operators, x: Tensor) -> Tensor:
        return torch.permute(torch.contiguous(torch.permute(x, [0, 2, 3, 1]), memory_format=0), [0, 3, 1, 2])
      def is_channels_last(self: __torch__.Operators, x: Tensor) -> bool:
        return torch.eq(torch.stride(x, 1), 1)
      def tiles(self: __torch__.Operators, x: Tensor, tile: int) -> Tensor:
        grid = torch.unfold(torch.unfold(x, 2, tile, tile), 3, tile, tile)
        order = torch.permute(grid, [2, 3, 0, 1, 4, 5])
        return torch.reshape(order, [-1, 1, tile, tile])
      """;

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
    long padding = (weight.getShape().get(2) - 1) / 2;
    boolean pointwise = isPointwise(x, weight);
    if (OldMemory.isRead(x) && (OldMemory.isReadInAnyLayout(x, weight) || !isChannelsLast(x))) {
      try (NDArray y = convolution(x, weight, bias, stride)) {
        return call("batch_norm", y, scale, shift, mean, var, training, momentum, epsilon, relu);
      }
    }
    if (bias == null) {
      return call(
          "convolution_batch_norm",
          x,
          weight,
          scale,
          shift,
          mean,
          var,
          (long) stride,
          padding,
          pointwise,
          training,
          momentum,
          epsilon,
          relu);
    }
    return call(
        "convolution_bias_batch_norm",
        x,
        weight,
        bias,
        scale,
        shift,
        mean,
        var,
        (long) stride,
        padding,
        pointwise,
        training,
        momentum,
        epsilon,
        relu);
  }

  /**
   * Convolution with zero padding of half the kernel; none where the kernel is 2x2.
   *
   * @param x (N, C, H, W)
   * @param weight (K, C, kernel, kernel)
   * @param bias (K), or null
   */
  public static NDArray convolution(NDArray x, NDArray weight, NDArray bias, int stride) {
    if (OldMemory.isRead(x)) {
      if (OldMemory.isReadInAnyLayout(x, weight)) {
        return unfoldedConvolution(x, weight, bias, stride);
      } else if (!isChannelsLast(x)) {
        try (NDArray channelsLast = channelsLast(x)) {
          return plainConvolution(channelsLast, weight, bias, stride);
        }
      }
    }
    return plainConvolution(x, weight, bias, stride);
  }

  /** As a product of matrices of all windows: as many copies of x as the kernel has places. */
  private static NDArray unfoldedConvolution(NDArray x, NDArray weight, NDArray bias, int stride) {
    long kernel = weight.getShape().get(2);
    long padding = (kernel - 1) / 2;
    return bias == null
        ? call("unfolded_convolution", x, weight, kernel, (long) stride, padding)
        : call("unfolded_convolution_bias", x, weight, bias, kernel, (long) stride, padding);
  }

  private static NDArray plainConvolution(NDArray x, NDArray weight, NDArray bias, int stride) {
    long padding = (weight.getShape().get(2) - 1) / 2;
    boolean pointwise = isPointwise(x, weight);
    return bias == null
        ? call("convolution", x, weight, (long) stride, padding, pointwise)
        : call("convolution_bias", x, weight, bias, (long) stride, padding, pointwise);
  }

  private static boolean isPointwise(NDArray x, NDArray weight) {
    return weight.getShape().get(2) == 1 && !x.getDevice().isGpu() && isChannelsLast(x);
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

  private static boolean isChannelsLast(NDArray x) {
    return ModuleMethods.test(Module.HANDLE, "is_channels_last", x);
  }

  /** x in row-major order: itself, or a copy. */
  static NDArray contiguous(NDArray x) {
    return call("contiguous", x);
  }

  /** Copies source's values into target's memory. */
  public static void copy(NDArray target, NDArray source) {
    call("copy_", target, source).close();
  }

  /** Sets every element of target's memory. */
  static void fill(NDArray target, double value) {
    call("fill_", target, value).close();
  }

  /** Zeros of x's shape that share one element's memory: not to be written. */
  static NDArray zerosLike(NDArray x) {
    return call("zeros_like", x);
  }

  /** The same memory without history, owned by the given manager. */
  static NDArray detach(NDManager manager, NDArray x) {
    return ModuleMethods.call(Module.HANDLE, (PtNDManager) manager, "detach", x);
  }

  /** Whether a gradient flows into x: a leaf that wants one, or a result with history. */
  static boolean requiresGradient(NDArray x) {
    return ModuleMethods.test(Module.HANDLE, "requires_grad", x);
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
   * Reads x at the places of a grid by bilinear interpolation, 0 outside of x; PyTorch's {@code
   * grid_sample}. Differentiable in both.
   *
   * @param x (N, C, H, W)
   * @param grid (N, h, w, 2), x before y, normalised as by {@link #affineGrid}
   * @return (N, C, h, w)
   */
  static NDArray gridSample(NDArray x, NDArray grid, boolean alignCorners) {
    return call("grid_sample", x, grid, alignCorners);
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

  private static NDArray call(String method, NDArray x, Object... others) {
    Object[] arguments = new Object[others.length + 1];
    arguments[0] = x;
    System.arraycopy(others, 0, arguments, 1, others.length);
    return ModuleMethods.call(Module.HANDLE, (PtNDManager) x.getManager(), method, arguments);
  }

  private static final class Module {
    static final long HANDLE = load();

    private static long load() {
      try {
        return JniUtils.loadModuleHandle(
            new ByteArrayInputStream(OperatorArchive.of(METHODS)), Device.cpu(), false, false);
      } catch (IOException e) {
        throw new IllegalStateException("cannot load the operator module", e);
      }
    }
  }
}
