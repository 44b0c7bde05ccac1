package ai.djl.pytorch.jni;

import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import java.util.function.LongFunction;

/**
 * Calls the methods of a TorchScript module with autograd. Lives in DJL's package because the
 * library's entry point is package-private and {@link IValueUtils#runMethod} runs in inference
 * mode, whose results autograd refuses.
 */
public final class ModuleMethods {
  private ModuleMethods() {}

  /**
   * Runs a method that returns one tensor.
   *
   * @param module handle of the module
   * @param manager owner of the result
   * @param arguments tensors, lists of them, {@link Long}, {@link Double}, {@link Boolean}, {@code
   *     long[]} or {@code double[]}
   */
  public static PtNDArray call(
      long module, PtNDManager manager, String method, Object... arguments) {
    return run(
        module,
        method,
        arguments,
        result -> new PtNDArray(manager, PyTorchLibrary.LIB.iValueToTensor(result)));
  }

  /** The same memory without history, owned by the given manager. */
  public static PtNDArray detached(PtNDManager manager, PtNDArray x) {
    return new PtNDArray(manager, PyTorchLibrary.LIB.torchDetachGrad(x.getHandle()));
  }

  /** Runs a method that returns a truth value. */
  public static boolean test(long module, String method, Object... arguments) {
    return run(module, method, arguments, PyTorchLibrary.LIB::iValueToBool);
  }

  private static <T> T run(
      long module, String method, Object[] arguments, LongFunction<T> convert) {
    long[] handles = new long[arguments.length];
    int made = 0;
    try {
      for (; made < arguments.length; made++) {
        handles[made] = toIValue(arguments[made]);
      }
      long result = PyTorchLibrary.LIB.moduleRunMethod(module, method, handles, true, false);
      try {
        return convert.apply(result);
      } finally {
        PyTorchLibrary.LIB.torchDeleteIValue(result);
      }
    } finally {
      for (int i = 0; i < made; i++) {
        PyTorchLibrary.LIB.torchDeleteIValue(handles[i]);
      }
    }
  }

  private static long toIValue(Object argument) {
    PyTorchLibrary lib = PyTorchLibrary.LIB;
    if (argument instanceof PtNDArray array) {
      return lib.iValueFromTensor(array.getHandle());
    } else if (argument instanceof Long number) {
      return lib.iValueFromLong(number);
    } else if (argument instanceof Double number) {
      return lib.iValueFromDouble(number);
    } else if (argument instanceof Boolean flag) {
      return lib.iValueFromBool(flag);
    } else if (argument instanceof long[] list) {
      return lib.iValueFromLongList(list);
    } else if (argument instanceof double[] list) {
      return lib.iValueFromDoubleList(list);
    } else if (argument instanceof NDList tensors) {
      return lib.iValueFromTensorList(
          tensors.stream().mapToLong(tensor -> ((PtNDArray) tensor).getHandle()).toArray());
    }
    throw new IllegalArgumentException("no TorchScript value for " + argument);
  }
}
