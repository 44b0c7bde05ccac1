package io.inverseform.job.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.inverseform.job.TestDevice;
import org.junit.jupiter.api.Test;

class LeafTest {
  @Test
  void theGradientOfAFunctionIsItsSlope() {
    Torch.start(1);
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      NDArray x = manager.create(new float[] {1, -2, 3});

      NDArray gradient = Leaf.gradient(x, leaf -> leaf.square().mul(leaf).sum());

      assertThat(gradient.toFloatArray()).containsExactly(3, 12, 27);
      assertThat(x.toFloatArray()).containsExactly(1, -2, 3);
    }
  }

  @Test
  void nothingButTheGradientIsKept() {
    Torch.start(1);
    try (NDManager manager = Torch.manager(TestDevice.get())) {
      NDArray x = manager.create(new float[] {1, -2, 3});
      int before = manager.getManagedArrays().size();

      Leaf.gradient(x, leaf -> leaf.square().mul(leaf).sum()).close();

      assertThat(manager.getManagedArrays()).hasSize(before);
    }
  }
}
