package io.inverseform.job.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.ModuleMethods;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The TorchScript module of all operators, written at the first use. */
final class OperatorModule {
  /** Of the module, for calls that {@link #call} does not serve. */
  static final long HANDLE = load();

  private OperatorModule() {}

  /**
   * Runs a method of {@code operators.torchscript} on x; the result belongs to x's manager.
   *
   * @param others as of {@link ModuleMethods#call}
   */
  static NDArray call(String method, NDArray x, Object... others) {
    Object[] arguments = new Object[others.length + 1];
    arguments[0] = x;
    System.arraycopy(others, 0, arguments, 1, others.length);
    return ModuleMethods.call(HANDLE, (PtNDManager) x.getManager(), method, arguments);
  }

  private static String methods() throws IOException {
    try (InputStream in = OperatorModule.class.getResourceAsStream("operators.torchscript")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static long load() {
    try {
      return JniUtils.loadModuleHandle(
          new ByteArrayInputStream(OperatorArchive.of(methods())), Device.cpu(), false, false);
    } catch (IOException e) {
      throw new IllegalStateException("cannot load the operator module", e);
    }
  }
}
