package io.inverseform.job.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guards against convolutions that compute with old memory. PyTorch 2.7.1's CPU kernels (oneDNN)
 * work on channels by the width of a vector; on some processors they read what lies in memory
 * behind the last channel, so that finite inputs give other values every time, or NaN. Kernels for
 * channels that lie side by side (channels last) are right there too, but for single channels and
 * for images no larger than the kernel. Where a trial at the first convolution shows the fault,
 * inputs are brought to that layout, and the others are unfolded.
 */
final class OldMemory {
  private static final Logger LOG = LoggerFactory.getLogger(OldMemory.class);

  /** Numbers of channels that were right wherever others were wrong are multiples of it. */
  private static final int MULTIPLE = 16;

  /** Images, channels in and out, side: sizes that were wrong in every trial where any was. */
  private static final int[][] TRIALS = {{2, 18, 18, 32}, {32, 24, 48, 16}};

  private static final int REPEATS = 3;
  private static final int LARGEST_BITS = 21;

  private OldMemory() {}

  private static final class Trial {
    static final boolean FAILS = fails();

    private static boolean fails() {
      try (NDManager manager = Torch.manager(Device.cpu())) {
        for (int[] sizes : TRIALS) {
          for (int i = 0; i < REPEATS; i++) {
            if (!isRight(manager, sizes[0], sizes[1], sizes[2], sizes[3])) {
              LOG.warn(
                  "PyTorch {} computes wrong convolutions on this processor unless channels come"
                      + " last in memory: inputs are brought to that layout",
                  Torch.version());
              return true;
            }
          }
        }
        return false;
      }
    }

    /** Of ones, every value is a whole number up to that of all products. */
    private static boolean isRight(NDManager manager, int images, int in, int out, int side) {
      try (NDManager trial = manager.newSubManager()) {
        NDArray x = trial.ones(new Shape(images, in, side, side));
        NDArray weight = trial.ones(new Shape(out, in, 3, 3));
        for (int bits = 10; bits <= LARGEST_BITS; bits++) {
          trial.full(new Shape(1L << bits), Float.NaN).close();
        }
        for (int channels = MULTIPLE; channels <= 4 * MULTIPLE; channels += MULTIPLE / 2) {
          trial.full(new Shape((long) images * side * side * channels), Float.NaN).close();
          trial.full(new Shape(9L * out * channels), Float.NaN).close();
        }
        NDArray y =
            JniUtils.convolution(
                (PtNDArray) x,
                (PtNDArray) weight,
                null,
                new Shape(1, 1),
                new Shape(1, 1),
                new Shape(1, 1),
                1);
        for (float value : y.toFloatArray()) {
          if (!(value >= 4 * in && value <= 9 * in)) {
            return false;
          }
        }
        return true;
      }
    }
  }

  /** Whether a convolution of x could, were it not for its layout. */
  static boolean isRead(NDArray x) {
    return x.getDataType() != DataType.FLOAT64 && Devices.isOnCpu(x) && isRead();
  }

  /** Whether convolutions on this processor can; tried out once. */
  static boolean isRead() {
    return Trial.FAILS;
  }
}
