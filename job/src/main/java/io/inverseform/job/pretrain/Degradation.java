package io.inverseform.job.pretrain;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.inverseform.job.config.PretrainConfig.DegradeConfig;
import io.inverseform.job.torch.Operators;
import io.inverseform.job.torch.Tensors;
import io.inverseform.udf.random.KeyedRandom;
import java.util.List;

/**
 * What makes warped edge maps look like predictions, as drawn for the tiles of one sample: blurred,
 * coarse, thin, pale, noisy, with gaps.
 *
 * @param strengths (count, {@link #KINDS})
 * @param noise (count, tile, tile), -128 to 127
 * @param kept (count, BLOCKS, BLOCKS), 0 where a block is lost
 */
record Degradation(int tile, float[] strengths, byte[] noise, byte[] kept) {
  /** Two of blur; coarse, thinning, lost from above, lost from below, noise. */
  static final int KINDS = 7;

  private static final int BLOCKS = 8;
  private static final int COARSE = 4;

  /** The binomial filter of 5x5 pixels: a Gaussian of one pixel. */
  private static final float[] BINOMIAL = {1, 4, 6, 4, 1};

  /**
   * Draws for the tiles of a sample.
   *
   * @param difficulty 0 to 1, by which all strengths are multiplied
   */
  static Degradation draw(
      DegradeConfig config, int tile, int count, double difficulty, KeyedRandom random) {
    float[] strengths = new float[count * KINDS];
    byte[] noise = new byte[count * tile * tile];
    byte[] kept = new byte[count * BLOCKS * BLOCKS];
    java.util.Arrays.fill(kept, (byte) 1);
    for (int i = 0; i < count; i++) {
      if (random.nextDouble() >= config.share()) {
        continue;
      }
      double contrast = strength(config.contrast(), difficulty, random);
      double fromAbove = random.nextDouble();
      double[] drawn = {
        strength(config.blur(), difficulty, random),
        strength(config.blur(), difficulty, random),
        strength(config.coarse(), difficulty, random),
        strength(config.thinning(), difficulty, random),
        contrast * fromAbove,
        contrast * (1 - fromAbove),
        strength(config.noise(), difficulty, random)
      };
      for (int kind = 0; kind < KINDS; kind++) {
        strengths[i * KINDS + kind] = (float) drawn[kind];
      }
      fill(noise, i * tile * tile, tile * tile, random);
      double lost = strength(config.dropout(), difficulty, random);
      for (int block = 0; block < BLOCKS * BLOCKS; block++) {
        kept[i * BLOCKS * BLOCKS + block] = (byte) (random.nextDouble() < lost ? 0 : 1);
      }
    }
    return new Degradation(tile, strengths, noise, kept);
  }

  private static double strength(double most, double difficulty, KeyedRandom random) {
    return difficulty * most * random.nextDouble();
  }

  private static void fill(byte[] noise, int from, int length, KeyedRandom random) {
    for (int i = 0; i < length; i += Long.BYTES) {
      long bits = random.nextLong();
      for (int k = i; k < Math.min(i + Long.BYTES, length); k++) {
        noise[from + k] = (byte) bits;
        bits >>>= Byte.SIZE;
      }
    }
  }

  /**
   * The maps as these were drawn for them, in order.
   *
   * @param maps (M, 1, tile, tile), 0 to 1; without a gradient
   */
  static NDArray applied(List<Degradation> drawn, NDArray maps) {
    NDManager manager = maps.getManager();
    int tile = drawn.get(0).tile;
    int count = Math.toIntExact(maps.getShape().get(0));
    NDArray x = maps;
    for (int pass = 0; pass < 2; pass++) {
      x = mixed(x, blurred(x), column(manager, drawn, pass, count));
    }
    x = mixed(x, coarse(x, tile), column(manager, drawn, 2, count));
    NDArray thinning = column(manager, drawn, 3, count);
    x = x.sub(thinning).maximum(0).div(thinning.neg().add(1));
    NDArray fromAbove = column(manager, drawn, 4, count);
    NDArray fromBelow = column(manager, drawn, 5, count);
    x = x.mul(fromAbove.add(fromBelow).neg().add(1)).add(fromBelow);
    NDArray amplitude = column(manager, drawn, 6, count).div(128);
    x = x.add(pixels(manager, drawn, Degradation::noise, tile, count).mul(amplitude));
    NDArray blocks = pixels(manager, drawn, Degradation::kept, BLOCKS, count);
    NDArray mask =
        Operators.bilinear(blocks, tile, tile, false).gt(0.5).toType(x.getDataType(), false);
    return x.mul(mask).clip(0, 1);
  }

  private static NDArray mixed(NDArray x, NDArray other, NDArray share) {
    return x.add(other.sub(x).mul(share));
  }

  /** (M, 1, H, W) under the binomial filter. */
  static NDArray blurred(NDArray maps) {
    float[] kernel = new float[BINOMIAL.length * BINOMIAL.length];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = BINOMIAL[i / BINOMIAL.length] * BINOMIAL[i % BINOMIAL.length] / 256;
    }
    NDArray weight =
        Tensors.of(maps.getManager(), kernel, new Shape(1, 1, BINOMIAL.length, BINOMIAL.length));
    return Operators.convolution(maps, weight, null, 1);
  }

  private static NDArray coarse(NDArray maps, int tile) {
    int side = Math.max(1, tile / COARSE);
    NDArray small = Operators.bilinear(blurred(blurred(maps)), side, side, false);
    return Operators.bilinear(small, tile, tile, false);
  }

  /** One strength of each tile, (M, 1, 1, 1). */
  private static NDArray column(NDManager manager, List<Degradation> drawn, int kind, int count) {
    float[] values = new float[count];
    int next = 0;
    for (Degradation one : drawn) {
      for (int i = kind; i < one.strengths.length; i += KINDS) {
        values[next++] = one.strengths[i];
      }
    }
    return Tensors.of(manager, values, new Shape(count, 1, 1, 1));
  }

  private static NDArray pixels(
      NDManager manager,
      List<Degradation> drawn,
      java.util.function.Function<Degradation, byte[]> of,
      int side,
      int count) {
    float[] values = new float[count * side * side];
    int next = 0;
    for (Degradation one : drawn) {
      for (byte value : of.apply(one)) {
        values[next++] = value;
      }
    }
    return Tensors.of(manager, values, new Shape(count, 1, side, side));
  }
}
