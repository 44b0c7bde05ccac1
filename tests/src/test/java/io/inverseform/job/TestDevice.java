package io.inverseform.job;

import ai.djl.Device;
import io.inverseform.job.torch.Devices;

/** Where the tests of tensors compute: the CPU, or the device that {@code -Dtorch.device} names. */
public final class TestDevice {
  private TestDevice() {}

  /** The device. */
  public static Device get() {
    return Devices.named(System.getProperty("torch.device", "cpu"));
  }
}
