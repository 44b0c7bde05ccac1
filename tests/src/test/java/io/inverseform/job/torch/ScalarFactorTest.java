package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.inverseform.job.TestDevice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalarFactorTest {
  /** DJL's own {@code mul(Number)} fails this test. */
  @Test
  void aFactorLivesUntilTheBackwardPassWhateverTheCollectorDoes() {
    Torch.start(1);
    boolean mode = JniUtils.isGradMode();
    JniUtils.setGradMode(true);
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      List<NDArray> leaves = new ArrayList<>();
      List<NDArray> losses = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        NDArray leaf = Tensors.of(manager, new float[] {1}, new Shape(1));
        JniUtils.attachGradient((PtNDArray) leaf, true);
        leaves.add(leaf);
        losses.add(Operators.scale(leaf, 3).sum());
      }
      List<ByteBuffer> others = new ArrayList<>();
      for (int round = 0; round < 5; round++) {
        System.gc();
        for (int i = 0; i < 2000; i++) {
          others.add(ByteBuffer.allocateDirect(4).putFloat(0, 7e30f));
        }
      }
      for (int i = 0; i < losses.size(); i++) {
        JniUtils.backward(
            (PtNDArray) losses.get(i), (PtNDArray) losses.get(i).onesLike(), false, false);
        try (NDArray gradient = JniUtils.getGradient((PtNDArray) leaves.get(i))) {
          assertThat(gradient.getFloat()).isEqualTo(3);
        }
      }
      assertThat(others).hasSize(10000);
    } finally {
      JniUtils.setGradMode(mode);
    }
  }
}
