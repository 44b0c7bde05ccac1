package io.inverseform.job.weights;

import java.util.List;

/** What a pickle may make beside plain values and containers. */
sealed interface Pickled {
  /** A class or function that is only named, never looked up. */
  record Global(String name) implements Pickled {}

  /**
   * Elements that lie elsewhere in the file.
   *
   * @param count of the elements
   */
  record Storage(String key, ElementType type, long count) implements Pickled {}

  /** A view of a storage; offset and strides in elements. */
  record Tensor(Storage storage, long offset, List<Long> shape, List<Long> strides)
      implements Pickled {}

  /** The type of NumPy's elements, such as {@code f8}; its byte order follows on it. */
  final class NumpyType implements Pickled {
    final String code;
    boolean bigEndian;

    NumpyType(String code) {
      this.code = code;
    }
  }
}
