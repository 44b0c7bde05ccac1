package io.inverseform.udf.edge;

/** What a 3x3 window sees beyond the frame of the picture. Neither makes the frame an edge. */
public enum Border {
  /** The outermost pixels once more. */
  REPEAT {
    @Override
    int before(int index, int size) {
      return Math.max(index - 1, 0);
    }

    @Override
    int after(int index, int size) {
      return Math.min(index + 1, size - 1);
    }
  },

  /** The picture mirrored at its outermost pixels, which are not repeated. */
  REFLECT {
    @Override
    int before(int index, int size) {
      return index > 0 ? index - 1 : Math.min(1, size - 1);
    }

    @Override
    int after(int index, int size) {
      return index < size - 1 ? index + 1 : Math.max(size - 2, 0);
    }
  };

  /** The row or column that stands in front of another. */
  abstract int before(int index, int size);

  /** The row or column that follows another. */
  abstract int after(int index, int size);
}
