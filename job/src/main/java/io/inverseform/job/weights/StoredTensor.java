package io.inverseform.job.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A tensor in a file: a view of a storage as PyTorch has it, with any strides, also with 0 or such
 * that elements are shared.
 */
public final class StoredTensor {
  private static final int WINDOW = 1 << 18;

  private final String name;
  private final ElementType type;
  private final List<Long> shape;
  private final List<Long> strides;
  private final Region storage;
  private final long offset;
  private final int length;

  /**
   * A tensor within its storage.
   *
   * @param strides in elements, as long as the shape
   * @param offset of its first element, in elements
   * @throws IOException if it reaches beyond its storage, or is too large for a Java array
   */
  StoredTensor(
      SourceFile source,
      String name,
      ElementType type,
      List<Long> shape,
      List<Long> strides,
      Region storage,
      long offset)
      throws IOException {
    this.name = name;
    this.type = type;
    this.shape = List.copyOf(shape);
    this.strides = List.copyOf(strides);
    this.storage = storage;
    this.offset = offset;
    if (shape.size() != strides.size()
        || offset < 0
        || shape.stream().anyMatch(side -> side < 0)
        || strides.stream().anyMatch(stride -> stride < 0)) {
      throw source.damaged(
          "%s has shape %s, strides %s, offset %d".formatted(name, shape, strides, offset));
    }
    try {
      long elements = shape.contains(0L) ? 0 : 1;
      long last = offset;
      for (int i = 0; elements > 0 && i < shape.size(); i++) {
        elements = Math.multiplyExact(elements, shape.get(i));
        last = Math.addExact(last, Math.multiplyExact(shape.get(i) - 1, strides.get(i)));
      }
      length = Math.toIntExact(elements);
      if (length > 0 && last >= storage.length() / type.width()) {
        throw source.damaged(
            "%s of shape %s, strides %s, offset %d reaches beyond its %d bytes"
                .formatted(name, shape, strides, offset, storage.length()));
      }
    } catch (ArithmeticException e) {
      throw source.damaged(
          "%s has more elements than an array can have: shape %s, strides %s"
              .formatted(name, shape, strides));
    }
  }

  /** By which networks know it. */
  public String name() {
    return name;
  }

  /** How its values are stored. */
  public ElementType type() {
    return type;
  }

  /** Its sides; none for a single value. */
  public List<Long> shape() {
    return shape;
  }

  /** Number of elements. */
  public int length() {
    return length;
  }

  /**
   * Reads the values in storage order, which for any layout without shared elements is one way
   * through the file, and puts them where the row-major order wants them.
   */
  void read(SourceFile source, FloatBuffer into) throws IOException {
    if (length == 0) {
      return;
    }
    storage.verify(source);
    long[] rowMajor = rowMajor();
    int[] dimensions = isRowMajor(rowMajor) ? new int[0] : fromLargestStride();
    int rank = dimensions.length;
    long[] index = new long[rank];
    long element = offset;
    int target = 0;
    ByteBuffer window = ByteBuffer.allocate(0);
    long windowStart = 0;
    for (int n = 0; n < length; n++) {
      long at = element * type.width();
      if (at < windowStart || at + type.width() > windowStart + window.capacity()) {
        window =
            source.read(storage.position() + at, (int) Math.min(WINDOW, storage.length() - at));
        windowStart = at;
      }
      into.put(into.position() + target, type.value(window, (int) (at - windowStart)));
      if (rank == 0) {
        element++;
        target++;
      }
      for (int d = rank - 1; d >= 0; d--) {
        int dimension = dimensions[d];
        element += strides.get(dimension);
        target += (int) rowMajor[dimension];
        if (++index[d] < shape.get(dimension)) {
          break;
        }
        index[d] = 0;
        element -= strides.get(dimension) * shape.get(dimension);
        target -= (int) (rowMajor[dimension] * shape.get(dimension));
      }
    }
  }

  private long[] rowMajor() {
    long[] result = new long[shape.size()];
    long stride = 1;
    for (int i = shape.size() - 1; i >= 0; i--) {
      result[i] = stride;
      stride *= shape.get(i);
    }
    return result;
  }

  /** A side of 1 may have any stride. */
  private boolean isRowMajor(long[] rowMajor) {
    return IntStream.range(0, shape.size())
        .allMatch(i -> shape.get(i) == 1 || strides.get(i) == rowMajor[i]);
  }

  private int[] fromLargestStride() {
    return IntStream.range(0, shape.size())
        .boxed()
        .sorted(Comparator.comparing(strides::get, Comparator.reverseOrder()))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /** Such as {@code F32 [64, 3, 3, 3]}. */
  @Override
  public String toString() {
    return type + " " + shape;
  }
}
