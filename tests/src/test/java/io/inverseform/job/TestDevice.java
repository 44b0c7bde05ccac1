package io.inverseform.job;

import ai.djl.Device;

/**
 * Where the tests of tensors compute: the CPU, or with {@code -Dtorch.device=cuda} the first GPU.
 */
public final class TestDevice {
  private TestDevice() {}

  /** The device. */
  public static Device get() {
    String name = System.getProperty("torch.device", "cpu");
    return switch (name) {
      case "cpu" -> Device.cpu();
      case "cuda" -> Device.gpu(0);
      default -> throw new IllegalArgumentException("torch.device must be cpu or cuda, is " + name);
    };
  }
}
