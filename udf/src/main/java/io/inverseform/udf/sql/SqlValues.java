package io.inverseform.udf.sql;

import io.inverseform.udf.label.LabelMap;
import io.inverseform.udf.score.ConfusionMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.catalyst.util.MapData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/** Arrays, maps and structs of SQL, from and to Java values. */
final class SqlValues {
  static final DataType MATRIX =
      DataTypes.createArrayType(DataTypes.createArrayType(DataTypes.LongType, false), false);

  private SqlValues() {}

  static int[] ints(InternalRow row, int index) {
    return ints(row.getArray(index));
  }

  private static int[] ints(ArrayData array) {
    refuseNulls(array, "array");
    return array.toIntArray();
  }

  private static void refuseNulls(ArrayData array, String what) {
    for (int i = 0; i < array.numElements(); i++) {
      if (array.isNullAt(i)) {
        throw new IllegalArgumentException(what + " has a NULL at position " + i);
      }
    }
  }

  static Map<Integer, Integer> mapping(InternalRow row, int index) {
    MapData map = row.getMap(index);
    int[] keys = ints(map.keyArray());
    int[] values = ints(map.valueArray());
    Map<Integer, Integer> mapping = new LinkedHashMap<>();
    for (int i = 0; i < keys.length; i++) {
      mapping.put(keys[i], values[i]);
    }
    return mapping;
  }

  static ConfusionMatrix matrix(InternalRow row, int index) {
    ArrayData rows = row.getArray(index);
    refuseNulls(rows, "matrix");
    int classes = rows.numElements();
    if (classes > LabelMap.IGNORE) {
      throw new IllegalArgumentException("matrix must be of 1 to 255 classes, is of " + classes);
    }
    long[] counts = new long[classes * classes];
    for (int truth = 0; truth < classes; truth++) {
      ArrayData columns = rows.getArray(truth);
      if (columns.numElements() != classes) {
        throw new IllegalArgumentException(
            "matrix must be square, row %d of %d has %d counts"
                .formatted(truth, classes, columns.numElements()));
      }
      refuseNulls(columns, "row " + truth + " of the matrix");
      System.arraycopy(columns.toLongArray(), 0, counts, truth * classes, classes);
    }
    return ConfusionMatrix.of(classes, counts);
  }

  static long[][] rows(ConfusionMatrix matrix) {
    long[][] rows = new long[matrix.classes()][matrix.classes()];
    for (int truth = 0; truth < rows.length; truth++) {
      int row = truth;
      Arrays.setAll(rows[truth], prediction -> matrix.count(row, prediction));
    }
    return rows;
  }

  /** NaN means that there is no such number, which is NULL in SQL. */
  static Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  /** As {@link #orNull(double)}, for every element. */
  static Double[] orNull(double[] values) {
    return Arrays.stream(values).mapToObj(SqlValues::orNull).toArray(Double[]::new);
  }

  /** A struct type of names and types by turns. */
  static DataType structType(Object... namesAndTypes) {
    List<StructField> fields = new ArrayList<>();
    for (int i = 0; i < namesAndTypes.length; i += 2) {
      fields.add(
          DataTypes.createStructField(
              (String) namesAndTypes[i], (DataType) namesAndTypes[i + 1], true));
    }
    return DataTypes.createStructType(fields);
  }

  static InternalRow struct(Object... fields) {
    return new GenericInternalRow(Arrays.stream(fields).map(SqlValues::of).toArray());
  }

  /** What Spark holds inside for a number, bytes, a struct, or an array of them; or null. */
  static Object of(Object value) {
    if (value instanceof int[] array) {
      return UnsafeArrayData.fromPrimitiveArray(array);
    }
    if (value instanceof long[] array) {
      return UnsafeArrayData.fromPrimitiveArray(array);
    }
    if (value instanceof float[] array) {
      return UnsafeArrayData.fromPrimitiveArray(array);
    }
    if (value instanceof Object[] array) {
      return new GenericArrayData(Arrays.stream(array).map(SqlValues::of).toArray());
    }
    return value;
  }
}
